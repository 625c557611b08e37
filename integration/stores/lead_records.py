# SPDX-License-Identifier: Apache-2.0
"""What stores have in common in which every lead has a record of its own.

There is no bulk call: a score costs one read and one write, and each write succeeds or fails by
itself, so each is a group of its own. A lead without a record has no score yet, which is not the
same as an unknown lead: its record is made by the first write.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from integration.clock import Clock
from integration.order import StoredScore
from integration.platform.client import GenesysClient
from integration.platform.permits import Reservation
from integration.policy import ScoringPolicy
from integration.scores import LeadScore, format_instant, read_instant
from integration.stores.port import Held, Write, WriteGroup

BATCH: Final = 20
"""Scores that are delivered together.

Their 40 calls are a seventh of the usual budget, and with 4 reads at a time and answers within
0.2 s the last of them is written before what was read of it is too old to be trusted.
"""


@dataclass(frozen=True, slots=True)
class RecordFields:
    """The names of the fields of a record: its key, the score, and when it was calculated."""

    lead: str
    score: str
    instant: str


class LeadRecordStore(ABC):
    """A store with one record for each lead.

    Args:
        client: the platform.
        policy: decides which score may steer dialling.
        clock: the time.
        batch: scores that are delivered together, at most :data:`BATCH`.
        concurrency: reads under way at the same time.
    """

    fields: ClassVar[RecordFields]

    def __init__(
        self,
        client: GenesysClient,
        policy: ScoringPolicy,
        clock: Clock,
        *,
        batch: int = BATCH,
        concurrency: int = 10,
    ) -> None:
        self._client = client
        self._policy = policy
        self._clock = clock
        self._batch = min(max(1, batch), BATCH)
        self._concurrency = max(1, concurrency)

    @property
    @abstractmethod
    def destination(self) -> str:
        """The name under which the outbox keeps scores for this store."""

    @property
    def batch(self) -> int:
        """How many scores are delivered together at the most."""
        return self._batch

    @property
    def capacity(self) -> int | None:
        """Leads that fit into the store; None where it has no bound that matters."""
        return None

    def calls_for(self, scores: int) -> int:
        """One read and one write for each."""
        return 2 * scores

    def writes_for(self, scores: int) -> int:
        """One write for each."""
        return scores

    def scores_within(self, calls: int) -> int:
        """Half of the calls are reads."""
        return max(0, min(self._batch, calls // 2))

    def lane(self, score: LeadScore) -> str:  # noqa: ARG002 - part of the port
        """All scores go the same way."""
        return ""

    @abstractmethod
    async def check(self, leads: Callable[[], Collection[str]], calls: Reservation) -> None:
        """Look whether the store can take the leads that wait."""

    async def read(self, scores: Sequence[LeadScore], calls: Reservation) -> dict[str, Held]:
        """The records of all leads; a lead without one has a blank score."""
        held: dict[str, Held] = {}
        turns = asyncio.Semaphore(self._concurrency)

        async def read_one(lead_id: str) -> None:
            async with turns:
                row = await self._read(lead_id, calls) or {}
                stored = stored_score(row.get(self.fields.score), row.get(self.fields.instant))
                held[lead_id] = Held(stored, self._clock.monotonic(), row)

        try:
            async with asyncio.TaskGroup() as group:
                for score in scores:
                    group.create_task(read_one(score.lead_id))
        except* Exception as problems:  # noqa: BLE001 - the first of them is raised alone
            raise problems.exceptions[0] from None
        return held

    def groups(self, writes: Sequence[Write]) -> list[WriteGroup]:
        """Each write by itself."""
        return [WriteGroup((write,)) for write in writes]

    async def write(self, group: WriteGroup, calls: Reservation) -> Collection[str]:
        """Write the one record of the group; there are no unknown leads.

        Fields that are not the score's stay as they were read.
        """
        (write,) = group.writes
        row = {
            **write.held.row,
            self.fields.lead: write.score.lead_id,
            self.fields.score: self._policy.effective_score(write.score, self._clock.now()),
            self.fields.instant: format_instant(write.score.at),
        }
        exists = bool(write.held.row) or write.held.stored.at is not None
        await self._write(write.score.lead_id, row, calls, exists=exists)
        return ()

    @abstractmethod
    async def _read(self, lead_id: str, calls: Reservation) -> Mapping[str, Any] | None:
        """The record of a lead as the platform has it; None where there is none."""

    @abstractmethod
    async def _write(
        self, lead_id: str, row: Mapping[str, Any], calls: Reservation, *, exists: bool
    ) -> None:
        """Write ``row`` in one attempt; ``exists`` where a record was found."""


def stored_score(score: object, at: object) -> StoredScore:
    """A score as somebody stored it; blank where it is no number or no time.

    A 0 without a time is what the platform puts where nothing was ever written.
    """
    instant = read_instant(at) if isinstance(at, str) else None
    number: int | None = None
    if isinstance(score, int | float | str) and not isinstance(score, bool):
        try:
            number = int(float(score))
        except (ValueError, OverflowError):
            number = None
    return StoredScore(number if number or instant is not None else None, instant)
