# SPDX-License-Identifier: Apache-2.0
"""Everything that must hold before a change is done: ``make lint`` and ``make test``.

Each step runs even when an earlier one failed, so that one run shows all that is wrong, and the
last line says it all. The same command runs at the desk and in continuous integration.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

from toolchain import coverage_gate
from toolchain.uv_tool import ROOT

REPORTS = Path(".reports")
COVERAGE = REPORTS / "coverage.json"
RESULTS = REPORTS / "junit.xml"

LINT = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
    ("zizmor", "--offline", "--quiet", ".github"),
    ("python", "-m", "toolchain.workflow_lint"),
)
# Before the tests, so that one who waits for it sees why; where none is to be had, the tests that
# need it fail and say so.
ENGINE = ("python", "-m", "toolchain.engine")
PYTEST = (
    "pytest",
    "-q",
    "--numprocesses=auto",
    "--maxprocesses=8",  # starting more workers costs more than they save
    "--dist=worksteal",
    "--cov",
    "--cov-report=",
    f"--cov-report=json:{COVERAGE.as_posix()}",
    f"--junitxml={RESULTS.as_posix()}",
)

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of this user's own in it
"""Linux' disk in memory: an outbox waits there for no real disk at each of its commits."""
ROOM = 1 << 30

Run = Callable[[Sequence[str]], int]


def verify(root: Path, run: Run, *, lint_only: bool) -> int:
    """Runs the steps and prints the closing line; returns 0 when all is well, else 1."""
    failed = [_name(step) for step in LINT if run(step) != 0]
    closing = [f"lint failed ({', '.join(failed)})" if failed else "lint ok"]
    if not lint_only:
        for stale in (COVERAGE, RESULTS):
            (root / stale).unlink(missing_ok=True)
        run(ENGINE)
        passed = run(PYTEST) == 0
        found = _shortfalls(root / COVERAGE) if passed else []
        for line in found:
            print(f"coverage: {line}")
        closing += [_covered(root / COVERAGE, found), _counted(root / RESULTS)]
        failed += [] if passed and not found else ["tests"]
    print(f"\n{'FAILED' if failed else 'OK'}: {'; '.join(closing)}", flush=True)
    return 1 if failed else 0


def _name(step: Sequence[str]) -> str:
    words = step[2:3] if step[1:2] == ("-m",) else step[:2]
    return " ".join(word for word in words if not word.startswith("-"))


def _shortfalls(report: Path) -> list[str]:
    if not report.exists():
        return ["was not measured"]
    return coverage_gate.shortfalls(json.loads(report.read_text(encoding="utf-8")))


def _covered(report: Path, found: list[str]) -> str:
    if not report.exists():
        return "coverage unknown"
    totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    return f"coverage {coverage_gate.share(totals)}{' is not enough' if found else ''}"


def _counted(results: Path) -> str:
    if not results.exists():
        return "the tests did not run"
    # Written by the pytest of this very run.
    suites = ET.parse(results).getroot().iter("testsuite")  # noqa: S314 - pytest wrote it
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for name in counts:
            counts[name] += int(suite.get(name, "0"))
    bad = counts["failures"] + counts["errors"]
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['tests'] - bad - counts['skipped']} passed, {bad} failed{skipped}"


def _run(step: Sequence[str]) -> int:
    print(f"\n$ {shlex.join(step)}", flush=True)
    program = Path(sys.executable).with_name(step[0])
    return subprocess.run(
        [program, *step[1:]], check=False, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL
    ).returncode


def _environment() -> dict[str, str]:
    # What a shell happens to export must not decide what the tests see.
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTEST_ADDOPTS"}}
    if _serves(IN_MEMORY):
        env["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)
    return {**env, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"}


def _serves(place: Path) -> bool:
    """Whether tests may keep their files in ``place``, and run scripts there."""
    if not place.is_dir() or not os.access(place, os.W_OK):
        return False
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC


def main() -> int:
    """Runs the checks of this repository; returns the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__)
    parser.add_argument("--lint-only", action="store_true", help="leave the tests out")
    return verify(ROOT, _run, lint_only=parser.parse_args().lint_only)


if __name__ == "__main__":
    sys.exit(main())
