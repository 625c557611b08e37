# SPDX-License-Identifier: Apache-2.0
"""The coverage the tests must reach, with branches: 95 % of everything, 100 % of the core.

One threshold over the whole says nothing about the modules where a missed branch loses a score
or dials a person twice, so those are named here and must be covered to the last branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

TOTAL = 95  # per cent
CORE = (
    "integration/scores",
    "integration/policy",
    "integration/platform/account",
    "integration/platform/budget",
    "integration/platform/ceiling",
    "integration/platform/gates",
    "integration/platform/others",
    "integration/platform/permits",
    "integration/platform/rate_headers",
    "integration/platform/turns",
    "integration/platform/window",
    "integration/outbox",
    "integration/delivery",
)


def shortfalls(report: Mapping[str, Any]) -> list[str]:
    """What a report of ``coverage json`` lacks, one line each; empty when it is enough.

    A core module may be a file or a folder. One that was not measured at all is a shortfall,
    else renaming it would switch its threshold off.
    """
    found = []
    totals = report["totals"]
    if _reached(totals) * 100 < TOTAL * _wanted(totals):
        found.append(f"total: {share(totals)}, {TOTAL} % required")
    for module in CORE:
        files = {name: file for name, file in report["files"].items() if _belongs(name, module)}
        if not files:
            found.append(f"{module}: was not measured")
        found += [
            f"{name}: {share(file['summary'])}, 100 % required; missing {_missing(file)}"
            for name, file in sorted(files.items())
            if _reached(file["summary"]) < _wanted(file["summary"])
        ]
    return found


def share(summary: Mapping[str, Any]) -> str:
    """The covered share of lines and branches, cut (never rounded up) to two places."""
    wanted = _wanted(summary)
    hundredths = 10_000 * _reached(summary) // wanted if wanted else 10_000
    return f"{hundredths // 100}.{hundredths % 100:02} %"


def _reached(summary: Mapping[str, Any]) -> int:
    return int(summary["covered_lines"] + summary.get("covered_branches", 0))


def _wanted(summary: Mapping[str, Any]) -> int:
    # A report of a run in which nothing was measured does not speak of branches.
    return int(summary["num_statements"] + summary.get("num_branches", 0))


def _belongs(name: str, module: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path == PurePosixPath(f"{module}.py") or path.is_relative_to(module)


def _missing(file: Mapping[str, Any]) -> str:
    lines = [f"line {line}" for line in file["missing_lines"]]
    branches = [
        f"branch {start} to {end if end > 0 else 'exit'}" for start, end in file["missing_branches"]
    ]
    return ", ".join(lines + branches)
