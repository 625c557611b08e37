# SPDX-License-Identifier: Apache-2.0
"""How much of the value the first calls reached, beside random order and the order of a file.

All three are the same calls, in another order. Where successes are named, a lead's first success
is worth 1 and all else nothing; else a lead is worth its score, once. Random order is not drawn:
its expectation is a straight line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from integration.reporting.dialled import Dialled

POINTS: Final = 200
"""Points of a curve at the most; each of them is exact."""
SHARES: Final = (10, 20, 50, 80)
"""Shares of the calls, in per cent, that are put into words."""

ValueKind = Literal["success", "score"]


@dataclass(frozen=True, slots=True)
class ValuePoint:
    """Shares (0 to 1) of the value that so many calls reach; None without a file."""

    calls: int
    dialled: float
    random: float
    file: float | None


@dataclass(frozen=True, slots=True)
class ValueReached:
    """The curves.

    Attributes:
        kind: what is counted: successes, or scores.
        total: all of it.
        calls: all calls.
        points: the curves, from no call to all of them.
        after: the same after some shares of the calls, by per cent.
        not_in_file: calls to leads that the file lacks; they stand at its end.
    """

    kind: ValueKind
    total: float
    calls: int
    points: tuple[ValuePoint, ...]
    after: Mapping[int, ValuePoint]
    not_in_file: int


def value_reached(
    calls: Sequence[Dialled],
    successes: Collection[str] = (),
    file_order: Iterable[str] | None = None,
) -> ValueReached | None:
    """The curves of ``calls``, which are in order; None where none of them reached any value.

    Args:
        calls: calls, oldest first.
        successes: outcomes and wrap-up codes that are successes, in any letter case.
        file_order: leads in the order of a file.
    """
    wanted = {one.strip().casefold() for one in successes}
    worth = _successes(wanted) if wanted else _scores()
    dialled = _cumulated(calls, worth)
    if not calls or not dialled[-1]:
        return None
    file, not_in_file = None, 0
    if file_order is not None:
        ranks: dict[str, int] = {}
        for lead in file_order:
            ranks.setdefault(lead, len(ranks))
        not_in_file = sum(one.lead not in ranks for one in calls)
        in_file = sorted(calls, key=lambda one: ranks.get(one.lead, len(ranks)))
        file = _cumulated(in_file, _successes(wanted) if wanted else _scores())
    total, count = dialled[-1], len(calls)

    def point(at: int) -> ValuePoint:
        of_file = None if file is None else file[at] / total
        return ValuePoint(at, dialled[at] / total, at / count, of_file)

    steps = min(count, POINTS)
    return ValueReached(
        kind="success" if wanted else "score",
        total=total,
        calls=count,
        points=tuple(point(count * step // steps) for step in range(steps + 1)),
        after={share: point(round(count * share / 100)) for share in SHARES},
        not_in_file=not_in_file,
    )


def _cumulated(calls: Iterable[Dialled], worth: Callable[[Dialled], float]) -> list[float]:
    return list(accumulate((worth(one) for one in calls), initial=0.0))


def _successes(wanted: Collection[str]) -> Callable[[Dialled], float]:
    won: set[str] = set()

    def worth(one: Dialled) -> float:
        if one.lead in won or not any(result.casefold() in wanted for result in one.results):
            return 0.0
        won.add(one.lead)
        return 1.0

    return worth


def _scores() -> Callable[[Dialled], float]:
    called: set[str] = set()

    def worth(one: Dialled) -> float:
        if one.lead in called:
            return 0.0
        called.add(one.lead)
        return one.score or 0.0

    return worth
