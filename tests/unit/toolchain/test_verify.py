# SPDX-License-Identifier: Apache-2.0
"""The closing line of make test, and that nothing red goes unseen."""

from __future__ import annotations

import json

import pytest

from toolchain.coverage_gate import CORE
from toolchain.verify import COVERAGE, LINT, REPORTS, RESULTS, verify

ALL = {"covered_lines": 9, "num_statements": 9, "covered_branches": 1, "num_branches": 1}
LITTLE = ALL | {"covered_lines": 5}


def program(step):
    """What a step runs: a program, or a module."""
    return step[2] if step[0] == "python" else step[0]


class Steps:
    """Stands in for the steps: some fail, and pytest leaves its reports."""

    def __init__(self, root, *failing, totals=ALL, counts=(12, 0, 0, 0)):
        self.root, self.failing, self.totals, self.counts = root, failing, totals, counts
        self.ran = []

    def __call__(self, step):
        name = program(step)
        self.ran.append(name)
        if name == "pytest" and self.counts:
            self.write_reports()
        return 1 if name in self.failing else 0

    def write_reports(self):
        (self.root / REPORTS).mkdir(exist_ok=True)
        file = {"summary": ALL, "missing_lines": [], "missing_branches": []}
        report = {"totals": self.totals, "files": {f"{name}.py": file for name in CORE}}
        (self.root / COVERAGE).write_text(json.dumps(report), encoding="utf-8")
        tests, failures, errors, skipped = self.counts
        (self.root / RESULTS).write_text(
            f'<testsuites><testsuite tests="{tests}" failures="{failures}" errors="{errors}" '
            f'skipped="{skipped}"/></testsuites>',
            encoding="utf-8",
        )


@pytest.mark.parametrize(
    ("failing", "more", "closing"),
    [
        ((), {}, "OK: lint ok; coverage 100.00 %; 12 passed, 0 failed"),
        (
            ("mypy", "lint-imports", "toolchain.workflow_lint"),
            {},
            (
                "FAILED: lint failed (mypy, lint-imports, toolchain.workflow_lint); "
                "coverage 100.00 %; 12 passed, 0 failed"
            ),
        ),
        (
            ("pytest",),
            {"counts": (12, 2, 1, 1), "totals": LITTLE},
            "FAILED: lint ok; coverage 60.00 %; 8 passed, 3 failed, 1 skipped",
        ),
        (
            (),
            {"totals": LITTLE},
            "FAILED: lint ok; coverage 60.00 % is not enough; 12 passed, 0 failed",
        ),
        (
            ("pytest",),
            {"counts": None},
            "FAILED: lint ok; coverage unknown; the tests did not run",
        ),
    ],
    ids=["all is well", "types and contracts", "tests", "coverage", "pytest does not start"],
)
def test_the_closing_line_says_it_all(tmp_path, capsys, failing, more, closing):
    """The last line names whatever failed and counts the tests, and the exit code agrees."""
    steps = Steps(tmp_path, *failing, **more)
    code = verify(tmp_path, steps, lint_only=False)
    assert capsys.readouterr().out.splitlines()[-1] == closing
    assert code == (0 if closing.startswith("OK") else 1)
    assert steps.ran == [*map(program, LINT), "toolchain.engine", "pytest"]


def test_reports_of_an_earlier_run_are_not_believed(tmp_path, capsys):
    """When pytest leaves no reports, those of the last run do not stand in for them."""
    verify(tmp_path, Steps(tmp_path), lint_only=False)
    verify(tmp_path, Steps(tmp_path, "pytest", counts=None), lint_only=False)
    assert "the tests did not run" in capsys.readouterr().out.splitlines()[-1]


def test_a_run_that_measured_nothing_fails(tmp_path, capsys):
    """A pytest that passes without a coverage report is not taken for good."""
    assert verify(tmp_path, Steps(tmp_path, counts=None), lint_only=False) == 1
    assert "coverage: was not measured" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("failing", "code", "closing"),
    [((), 0, "OK: lint ok"), (("ruff",), 1, "FAILED: lint failed (ruff check, ruff format)")],
    ids=["clean", "style"],
)
def test_lint_alone_runs_no_tests(tmp_path, capsys, failing, code, closing):
    """Lint runs each of its steps, and no test."""
    steps = Steps(tmp_path, *failing)
    assert verify(tmp_path, steps, lint_only=True) == code
    assert capsys.readouterr().out.splitlines()[-1] == closing
    assert "pytest" not in steps.ran


def test_the_engine_is_looked_for_before_the_tests(tmp_path, capsys):
    """A missing engine ends nothing by itself: the tests that need it fail and say so."""
    steps = Steps(tmp_path, "toolchain.engine")
    assert verify(tmp_path, steps, lint_only=False) == 0
    assert steps.ran[-2:] == ["toolchain.engine", "pytest"]
    assert "12 passed" in capsys.readouterr().out
