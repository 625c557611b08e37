# SPDX-License-Identifier: Apache-2.0
"""The coverage gate, on reports written by hand."""

from __future__ import annotations

import pytest

from toolchain import coverage_gate
from toolchain.coverage_gate import CORE, share, shortfalls


def summary(lines, of_lines, branches=0, of_branches=0):
    return {
        "covered_lines": lines,
        "num_statements": of_lines,
        "covered_branches": branches,
        "num_branches": of_branches,
    }


def covered_file(**missing):
    lines = missing.get("lines", [])
    branches = missing.get("branches", [])
    return {
        "summary": summary(10 - len(lines), 10, 4 - len(branches), 4),
        "missing_lines": lines,
        "missing_branches": branches,
    }


def report(total, **files):
    core = {f"{module}.py": covered_file() for module in CORE}
    return {"totals": total, "files": core | files}


def test_a_report_that_reaches_everything_has_no_shortfall():
    """Nothing is said when the whole and every core module reach their thresholds."""
    assert shortfalls(report(summary(90, 94, 5, 6))) == []


@pytest.mark.parametrize(
    ("total", "enough"),
    [(summary(95, 100), True), (summary(9_499, 10_000), False), (summary(98, 98, 0, 6), False)],
    ids=["exactly 95 %", "94.99 % is not rounded up", "branches count"],
)
def test_the_whole_needs_95_per_cent(total, enough):
    """Lines and branches together reach 95 % of all there are, without rounding."""
    assert (shortfalls(report(total)) == []) is enough


def test_a_missed_branch_of_a_core_module_is_named():
    """A core module below 100 % is reported with the lines and branches that are missing."""
    missed = covered_file(lines=[7], branches=[[3, 5], [9, -1]])
    found = shortfalls(report(summary(1, 1), **{"integration/scores.py": missed}))
    missing = "missing line 7, branch 3 to 5, branch 9 to exit"
    assert found == [f"integration/scores.py: 78.57 %, 100 % required; {missing}"]


def test_a_core_module_may_be_a_folder():
    """Each file of a core module that is a folder must reach 100 %, and is enough to be found."""
    whole = report(summary(1, 1), **{"integration/outbox/claims.py": covered_file(lines=[1])})
    del whole["files"]["integration/outbox.py"]
    assert [line.split(":")[0] for line in shortfalls(whole)] == ["integration/outbox/claims.py"]


def test_a_neighbour_with_a_longer_name_is_no_core_module():
    """Only the module itself has the high threshold, not one whose name begins alike."""
    other = {"integration/scores_of_others.py": covered_file(lines=[1, 2])}
    assert shortfalls(report(summary(1, 1), **other)) == []


def test_a_run_that_measured_nothing_falls_short():
    """A report without files, which has no branches either, is read and found wanting."""
    empty = {"totals": {"covered_lines": 0, "num_statements": 0}, "files": {}}
    assert shortfalls(empty) == [f"{module}: was not measured" for module in CORE]


def test_a_core_module_that_was_not_measured_is_a_shortfall(monkeypatch):
    """Renaming a core module does not switch its threshold off."""
    monkeypatch.setattr(coverage_gate, "CORE", ("integration/gone",))
    assert shortfalls(report(summary(1, 1))) == ["integration/gone: was not measured"]


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        (summary(99_999, 100_000), "99.99 %"),
        (summary(0, 0), "100.00 %"),
        (summary(1, 1), "100.00 %"),
    ],
    ids=["never rounded up to all", "nothing to cover", "all"],
)
def test_shares_are_cut(reached, words):
    """A share reads 100 % only when nothing is missing."""
    assert share(reached) == words
