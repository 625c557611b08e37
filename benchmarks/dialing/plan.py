# SPDX-License-Identifier: Apache-2.0
"""What happens in a day of calls: leads, agents, and the scores that change while they dial.

All of it follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from integration.scores import format_instant, instant_of

NIGHT: Final = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""When leads are loaded and scored: on a Tuesday."""
BEGINS: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""When the agents come."""
_SECOND: Final = timedelta(seconds=1)
_NEWEST: Final = timedelta(hours=1)
_OLDEST: Final = timedelta(hours=26)
_GOOD: Final = 2 / 3
"""So old is the oldest score in the morning: some are stale then, others become so."""


@dataclass(frozen=True, slots=True)
class Change:
    """A new score; ``at`` is when the model calculated it."""

    lead: str
    score: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A day.

    Args:
        leads: how many.
        generals: how many general agents there are.
        seniors: how many senior agents, all of them with the skill for leads of high value.
        length: how long they call.
        changes: scores that change meanwhile.
        every: they are pushed as often as this.
        working_set: contacts that the dialer has always fetched.
        seed: decides on everything else.
        zones: of the leads, in turn; nobody is called in the last minute of a zone's day.
        dialer: further settings of the simulated dialer.
    """

    leads: int = 10_000
    generals: int = 20
    seniors: int = 5
    length: timedelta = timedelta(hours=8)
    changes: int = 3_000
    every: timedelta = timedelta(minutes=5)
    working_set: int = 20
    seed: int = 0
    zones: tuple[str, ...] = ("Europe/Berlin", "Europe/London", "UTC")
    dialer: Mapping[str, Any] | None = None

    @property
    def ends(self) -> datetime:
        """When the last call begins."""
        return BEGINS + self.length

    def scores(self) -> Iterator[Change]:
        """The score of each lead in the morning: few are very good, some are old."""
        chance = self._chance("scores")
        for number in range(1, self.leads + 1):
            score = max(1, round(100 * chance.betavariate(2, 2)))
            age = chance.uniform(_NEWEST / _SECOND, _OLDEST / _SECOND)
            yield Change(f"L-{number:06}", score, BEGINS - timedelta(seconds=age))

    def batches(self) -> Iterator[tuple[datetime, list[Change]]]:
        """The scores that change, by when they are pushed; two in three are good news."""
        chance = self._chance("changes")
        slots = max(self.length // self.every - 1, 1)
        batches: list[dict[str, Change]] = [{} for _ in range(slots)]
        for _ in range(self.changes):
            slot = chance.randrange(slots)
            lead = self._lead(chance)
            while lead in batches[slot]:  # one new score a batch: of two, one would be beaten
                lead = self._lead(chance)
            ago = timedelta(seconds=chance.uniform(1, self.every / _SECOND))
            score = chance.randint(60, 100) if chance.random() < _GOOD else chance.randint(1, 60)
            batches[slot][lead] = Change(lead, score, self._pushed(slot) - ago)
        for slot, batch in enumerate(batches):
            yield self._pushed(slot), list(batch.values())

    def _lead(self, chance: random.Random) -> str:
        return f"L-{chance.randint(1, self.leads):06}"

    def _pushed(self, slot: int) -> datetime:
        return BEGINS + (slot + 1) * self.every

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{what} of {self.seed}")  # noqa: S311 - made up, no secret


def written(at: datetime) -> str:
    """An instant as files of scores have it."""
    return format_instant(instant_of(at))
