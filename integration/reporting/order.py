# SPDX-License-Identifier: Apache-2.0
"""Where each lead was dialled, and where its score would have put it.

The ideal order is that of the leads that were dialled: each campaign keeps the moments at which it
dialled, and fills them best score first. Equals stay as they were, so that they count as dialled
in their places. A stale score counts for nothing, as it does for the dialer.

A score that came when worse leads had been called already could not take its place any more. Such
leads are marked, and take no place from the others: one late score would otherwise move everybody
below it by one, and the order would look wrong where it was right.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from typing import Literal

from integration.policy import ScoringPolicy
from integration.reporting.dialled import Dialled

Mark = Literal["", "stale", "late", "skipped"]


@dataclass(frozen=True, slots=True)
class Place:
    """A lead's place in the dial order, and in the ideal one.

    Attributes:
        lead: the lead.
        score: its stored score.
        dialled: the how many-th first attempt it was, from 1; of one that was skipped, the one
            before which that happened.
        ideal: the how many-th it would have been.
        mark: why it stands elsewhere: its score was ``stale``, or came ``late``, or a rule
            ``skipped`` it; blank for all others.
    """

    lead: str
    score: float | None
    dialled: int
    ideal: int
    mark: Mark

    @property
    def distance(self) -> int:
        """Places between the two."""
        return abs(self.dialled - self.ideal)


@dataclass(frozen=True, slots=True)
class DialOrder:
    """The places of all first attempts, and of the leads that rules refused.

    Attributes:
        places: in the order in which they were dialled.
        skipped: in the order in which they were refused.
    """

    places: tuple[Place, ...]
    skipped: tuple[Place, ...]

    @property
    def in_time(self) -> list[Place]:
        """First attempts on a score that was there in time and not stale."""
        return [one for one in self.places if not one.mark]

    @property
    def tolerance(self) -> int:
        """Places that count as near: a hundredth of all first attempts."""
        return max(1, len(self.places) // 100)

    @property
    def near(self) -> int:
        """Those on a score in time that are near their ideal places."""
        return sum(one.distance <= self.tolerance for one in self.in_time)

    @property
    def median_distance(self) -> float:
        """Half of those on a score in time are not further from their ideal places."""
        return median([one.distance for one in self.in_time] or [0])

    def marked(self, mark: Mark) -> int:
        """First attempts with this mark."""
        return sum(one.mark == mark for one in self.places)


def dial_order(lines: Sequence[Dialled], policy: ScoringPolicy) -> DialOrder:
    """The places of all first attempts in ``lines``, which are in order."""
    firsts: list[Dialled] = []
    refused: list[tuple[int, Dialled]] = []
    for one in lines:
        if one.kind == "skip":
            refused.append((len(firsts), one))
        elif one.attempt <= 1:
            firsts.append(one)
    campaigns: defaultdict[str, list[int]] = defaultdict(list)
    for slot, one in enumerate(firsts):
        campaigns[one.campaign].append(slot)
    lanes = {name: _Lane(firsts, slots, policy) for name, slots in campaigns.items()}
    places = (lanes[one.campaign].place(slot, one) for slot, one in enumerate(firsts))
    skipped = (
        Place(
            one.lead,
            one.score,
            slot + 1,
            lanes[one.campaign].deserved(one.score or 0, slot) + 1,
            "skipped",
        )
        for slot, one in refused
        if one.campaign in lanes
    )
    return DialOrder(tuple(places), tuple(skipped))


class _Lane:
    """The first attempts of one campaign, by slot: their places, from 0, among all first attempts.

    Args:
        firsts: all first attempts.
        slots: those of the campaign.
        policy: thresholds and maximum age.
    """

    def __init__(
        self, firsts: Sequence[Dialled], slots: Sequence[int], policy: ScoringPolicy
    ) -> None:
        self._scores = {slot: firsts[slot].effective(policy) for slot in slots}
        self._times = [firsts[slot].at for slot in slots]
        self._lowest = list(accumulate(self._scores.values(), min))
        self._marks: dict[int, Mark] = {
            slot: "stale" if firsts[slot].is_stale(policy) else "late"
            for slot in slots
            if firsts[slot].is_stale(policy) or self._late(firsts[slot], self._scores[slot])
        }
        self._slots = [slot for slot in slots if slot not in self._marks] or list(slots)
        best_first = sorted(self._slots, key=lambda slot: -self._scores[slot])
        self._ideal = dict(zip(best_first, self._slots, strict=True))
        self._falling = [-self._scores[slot] for slot in best_first]

    def place(self, slot: int, one: Dialled) -> Place:
        """The place of the first attempt in ``slot``."""
        mark = self._marks.get(slot, "")
        ideal = self.deserved(self._scores[slot], slot) if mark else self._ideal[slot]
        return Place(one.lead, one.score, slot + 1, ideal + 1, mark)

    def deserved(self, score: float, slot: int) -> int:
        """The slot, next to ``slot``, in which a lead of that score belongs among the others."""
        last = len(self._slots) - 1
        first = self._slots[min(bisect_left(self._falling, -score), last)]
        return max(first, min(slot, self._slots[min(bisect_right(self._falling, -score), last)]))

    def _late(self, one: Dialled, effective: float) -> bool:
        """Whether a worse lead had been called when its score was calculated."""
        if one.scored_at is None:
            return False
        before = bisect_left(self._times, one.scored_at)
        return before > 0 and self._lowest[before - 1] < effective
