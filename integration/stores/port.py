# SPDX-License-Identifier: Apache-2.0
"""The port that every place for scores implements; the delivery knows nothing else of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from integration.order import StoredScore
from integration.platform.permits import Reservation
from integration.scores import LeadScore


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds for a lead.

    Args:
        stored: the score, blank where there is none yet.
        read_at: when it was read, in seconds of the monotonic clock.
        row: the store's own record, handed back to it when the score is written; empty where
            the score was taken from the ledger.
        placed: False where the score does not lie where it counts: then it is written even if
            it is the same.
    """

    stored: StoredScore
    read_at: float
    row: Mapping[str, Any] = field(default_factory=dict)
    placed: bool = True


@dataclass(frozen=True, slots=True)
class Write:
    """A score that shall replace what is held."""

    score: LeadScore
    held: Held


@dataclass(frozen=True, slots=True)
class WriteGroup:
    """Writes that one call carries; ``kind`` is the store's own.

    Where they take more than one call, ``calls`` says how many; each comes with reads of its own.
    """

    writes: tuple[Write, ...]
    kind: str = ""
    calls: int = 1


class ScoreStore(Protocol):
    """A place for scores, reached through the call budget."""

    @property
    def destination(self) -> str:
        """The name under which the outbox keeps scores for this store."""
        ...

    @property
    def batch(self) -> int:
        """How many scores are delivered together at the most."""
        ...

    @property
    def capacity(self) -> int | None:
        """How many leads fit into the store; None where it has no bound that matters."""
        ...

    def calls_for(self, scores: int) -> int:
        """Calls that reading and writing ``scores`` scores takes, without repetitions."""
        ...

    def writes_for(self, scores: int) -> int:
        """How many of :meth:`calls_for` are writes."""
        ...

    def scores_within(self, calls: int) -> int:
        """How many scores ``calls`` calls can read and write; 0 where they are too few."""
        ...

    def lane(self, score: LeadScore) -> str:
        """Scores of one lane are delivered together; a store without lanes has the lane ""."""
        ...

    async def check(self, leads: Callable[[], Collection[str]], calls: Reservation) -> None:
        """Look whether the store can take the leads that wait, before any of them is written.

        Called for every batch; a store that has looked once need not look again.

        Raises:
            PlatformError: it cannot, or the platform did not tell.
        """
        ...

    async def read(self, scores: Sequence[LeadScore], calls: Reservation) -> dict[str, Held]:
        """What is held for the lead of each of ``scores``, which may be written next.

        Leads that the store does not know are left out.
        """
        ...

    def groups(self, writes: Sequence[Write]) -> list[WriteGroup]:
        """The writes, grouped into calls in the order in which they have to be made."""
        ...

    async def write(self, group: WriteGroup, calls: Reservation) -> Collection[str]:
        """Write a group in one attempt, all or nothing.

        Returns the leads that the store turned out not to know; it keeps nothing of them.

        Raises:
            PlatformError: it was refused, or its outcome is not known.
        """
        ...
