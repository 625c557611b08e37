# SPDX-License-Identifier: Apache-2.0
"""How every measurement is told: a table of findings, and an exit code.

Counts and ratios of one run are targets. Speeds depend on the machine and on what else it does,
so they are told beside their goal and never decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Finding:
    """One number of a measurement.

    Args:
        what: what was measured.
        value: the number with its unit.
        target: what it should be; blank for a number that is only told.
        holds: whether it is; None where that does not decide on the exit code.
    """

    what: str
    value: str
    target: str = ""
    holds: bool | None = None

    @property
    def mark(self) -> str:
        """The verdict as it is printed."""
        return "" if self.holds is None else "PASS" if self.holds else "FAIL"


def at_most(what: str, value: float, target: float, unit: str = "") -> Finding:
    """A finding that holds where ``value`` is ``target`` or less."""
    return Finding(what, f"{value:,.4g}{unit}", f"<= {target:,.4g}{unit}", value <= target)


def at_least(what: str, value: float, target: float, unit: str = "") -> Finding:
    """A finding that holds where ``value`` is ``target`` or more."""
    return Finding(what, f"{value:,.4g}{unit}", f">= {target:,.4g}{unit}", value >= target)


def speed(what: str, value: float, goal: float | None = None, unit: str = "/s") -> Finding:
    """A speed, with the goal it is compared with by the reader."""
    return Finding(what, f"{value:,.0f}{unit}", "" if goal is None else f"(goal {goal:,.0f}{unit})")


def table(title: str, findings: Sequence[Finding]) -> str:
    """The findings as lines of text."""
    rows = [(one.what, one.value, one.target, one.mark) for one in findings]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [title, "-" * len(title)]
    for what, value, target, mark in rows:
        cells = (
            what.ljust(widths[0]),
            value.rjust(widths[1]),
            target.ljust(widths[2]),
            mark,
        )
        lines.append(_GAP.join(cells).rstrip())
    return "\n".join(lines)


def conclude(title: str, findings: Sequence[Finding]) -> int:
    """Print the table; the exit code: 1 where a target was missed."""
    print(f"\n{table(title, findings)}")
    missed = sum(1 for one in findings if one.holds is False)
    print(f"\n{f'{missed} targets missed' if missed else 'all targets met'}", flush=True)
    return 1 if missed else 0
