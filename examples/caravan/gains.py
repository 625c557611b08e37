# SPDX-License-Identifier: Apache-2.0
"""How many buyers the first calls reach, at each tenth of the calls, for each order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Final

from rich.table import Table

TENTHS: Final = range(1, 11)
BEATEN_TO: Final = 8
"""Up to this tenth the scored order has to be ahead; at the end every order has all buyers."""


@dataclass(frozen=True, slots=True)
class Gains:
    """Buyers reached by the end of each tenth of the calls.

    Args:
        calls: so many calls have been made by then.
        scored: the best score first.
        drawn: one row for each order that was drawn by lot.
        in_file_order: as the leads stand in the file.
    """

    calls: Sequence[int]
    scored: Sequence[int]
    drawn: Sequence[Sequence[int]]
    in_file_order: Sequence[int]

    @property
    def random(self) -> list[float]:
        """The mean of the orders drawn by lot."""
        return [mean(tenth) for tenth in zip(*self.drawn, strict=True)]

    @property
    def holds(self) -> bool:
        """Whether the scored order is ahead of the random one wherever it has to be."""
        ahead = [ours > lot for ours, lot in zip(self.scored, self.random, strict=True)]
        return all(ahead[:BEATEN_TO])


def gains(
    scored: Sequence[bool], drawn: Sequence[Sequence[bool]], in_file_order: Sequence[bool]
) -> Gains:
    """What the calls of each order have sold, given in the order of the calls."""
    calls = [round(len(scored) * tenth / 10) for tenth in TENTHS]
    return Gains(
        calls=calls,
        scored=_reached(scored, calls),
        drawn=[_reached(one, calls) for one in drawn],
        in_file_order=_reached(in_file_order, calls),
    )


def _reached(sales: Sequence[bool], calls: Sequence[int]) -> list[int]:
    return [sum(sales[:count]) for count in calls]


def table(found: Gains) -> Table:
    """The buyers that each order reaches, a row for each tenth of the calls."""
    shown = Table(title=f"Buyers reached, of {found.scored[-1]}")
    headings = (
        "share of calls",
        "calls",
        "scored",
        "random (mean)",
        "random (range)",
        "file order",
    )
    for heading in headings:
        shown.add_column(heading, justify="right")
    for place, tenth in enumerate(TENTHS):
        lots = [one[place] for one in found.drawn]
        shown.add_row(
            f"{tenth * 10} %",
            f"{found.calls[place]:,}",
            str(found.scored[place]),
            f"{found.random[place]:.1f}",
            f"{min(lots)}-{max(lots)}",
            str(found.in_file_order[place]),
        )
    return shown


def verdict(found: Gains) -> str:
    """What the figures say, in words."""
    words = []
    for tenth in (1, 2, 5):
        ours, lot = found.scored[tenth - 1], found.random[tenth - 1]
        words.append(
            f"{tenth * 10} % of the calls reach {ours / found.scored[-1]:.0%} of the buyers"
        )
        words[-1] += f", {ours / lot:.1f} times as many as by chance" if lot else ""
    ahead = "is" if found.holds else "is NOT"
    return (
        "By score, " + ";\n".join(words) + ".\n"
        f"The scored order {ahead} ahead of the random one at each tenth up to the {BEATEN_TO}th."
    )
