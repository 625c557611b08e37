# SPDX-License-Identifier: Apache-2.0
"""The product's own report on a dial log, and whether it says what the log was found to show."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from benchmarks.dialing.findings import Findings
from benchmarks.dialing.plan import BEGINS
from integration.policy import ScoringPolicy
from integration.reporting.dial_log import read_dial_log
from integration.reporting.figures import make_report
from integration.reporting.page import page_of
from integration.scores import instant_of


def report_on(log: Path, page: Path, length: timedelta) -> dict[str, int | None]:
    """Write the page that ``leadscore report --dial-log`` makes; its figures by our names."""
    report = make_report(
        read_dial_log(str(log)), ScoringPolicy(), instant_of(BEGINS + length + timedelta(hours=1))
    )
    page.write_text(page_of(report), encoding="utf-8")
    told = report.headline
    return {
        "calls": told.calls,
        "senior": told.senior_calls,
        "skips": told.skipped,
        "passed_over": told.order_exceptions,
        "too_low": told.senior_low,
        "stale": told.stale_dialled,
    }


def differences(told: dict[str, int | None], found: Findings) -> list[str]:
    """Where the report says something else."""
    return [
        f"{name}: {figure} reported, {getattr(found, name)} found"
        for name, figure in told.items()
        if figure != getattr(found, name)
    ]
