# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.dialing``: a day of calls on the deployed stack, in virtual time.

Without options a day and a night of 100,000 leads and 50,000 changes of score, to see what they
cost; with ``--shift`` eight hours of 10,000 leads, to see whom they call.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from benchmarks.dialing.deployed import deployed
from benchmarks.dialing.findings import Findings, look_at
from benchmarks.dialing.plan import Plan
from benchmarks.dialing.reported import differences, report_on
from benchmarks.dialing.shift import Shift, Worked
from benchmarks.report import Finding, at_most, conclude

SHIFT = Plan()
DAY = Plan(
    leads=100_000,
    generals=80,
    seniors=20,
    length=timedelta(hours=24),
    changes=50_000,
    every=timedelta(minutes=10),
    zones=("UTC",),
)

Stack = tuple[Mapping[str, Any], Mapping[str, Any]]


def work(stack: Stack, plan: Plan) -> Worked:
    """One day on a stack, from its beginning."""
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
        return Shift(*stack, Path(folder), plan).work()


def _fast_folder() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108 - a RAM disk: the outbox synchronises every commit
    return str(memory) if memory.is_dir() else None


def told(worked: Worked, found: Findings) -> list[Finding]:
    """The findings of a day."""
    return [
        Finding("calls", f"{found.calls:,}"),
        Finding("people called", f"{found.leads:,}"),
        Finding("calls for the senior agents", f"{found.senior:,}"),
        Finding("called first by a score pushed meanwhile", f"{found.changed:,}"),
        Finding("of them raised", f"{found.raised:,}"),
        Finding("refused by a rule right before the call", f"{found.skips:,}"),
        at_most("better leads passed over", found.passed_over, 0),
        at_most("senior calls to scores of 70 or less", found.too_low, 0),
        at_most("stale leads called", found.stale, 0),
        at_most("people called again because of a push", found.again, 0),
        at_most(
            "most calls to worse scores before a raised one",
            found.overtaken,
            worked.plan.working_set,
        ),
        at_most("raised scores called later than that", found.late, 0),
        Finding("preparation, processor", f"{worked.set_up:.1f} s"),
        Finding("calls and pushes, processor", f"{worked.cpu:.1f} s"),
        Finding("calls and pushes, by the clock", f"{worked.wall:.1f} s", "(goal 60 s)"),
        Finding("sha256 of the dial log", found.sha256[:16]),
    ]


def reported(worked: Worked, found: Findings, page: Path) -> Finding:
    """Whether ``leadscore report``, written to ``page``, has the same figures."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "dial-log.jsonl"
        log.write_text(worked.log, encoding="utf-8")
        wrong = differences(report_on(log, page, worked.plan.length), found)
    return Finding(
        f"the report says the same ({page})", "; ".join(wrong) or "yes", "yes", not wrong
    )


def main() -> int:
    """Work a day; 1 where something was called that should not have been."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dialing", description=__doc__)
    parser.add_argument("--shift", action="store_true", help="eight hours of 10,000 leads")
    parser.add_argument("--twice", action="store_true", help="once more, for the same log")
    parser.add_argument("--seed", type=int, default=0, help="decides on everything")
    parser.add_argument("--working-set", type=int, default=20, help="leads that are fetched ahead")
    parser.add_argument("--log", type=Path, help="where to write the dial log (JSON Lines)")
    parser.add_argument("--report", type=Path, help="where to write the report on it (HTML)")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    base = SHIFT if options.shift else DAY
    plan = replace(base, seed=options.seed, working_set=options.working_set)
    stack = deployed()
    worked = work(stack, plan)
    found = look_at(worked)
    findings = told(worked, found)
    if options.log is not None:
        options.log.write_text(worked.log, encoding="utf-8")
    if options.report is not None:
        findings.append(reported(worked, found, options.report))
    if options.twice:
        same = work(stack, plan).log == worked.log
        findings.append(Finding("the same log once more", "yes" if same else "no", "yes", same))
    hours = plan.length / timedelta(hours=1)
    title = (
        f"{hours:g} hours: {plan.leads:,} leads, {plan.generals} general and {plan.seniors} senior "
        f"agents, {plan.changes:,} changes, {plan.working_set} leads fetched ahead"
    )
    return conclude(title, findings)


if __name__ == "__main__":
    sys.exit(main())
