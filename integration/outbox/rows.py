# SPDX-License-Identifier: Apache-2.0
"""What goes into the outbox and comes out of it, and how it looks in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from integration.order import StoredScore, Verdict, lost_because, shown
from integration.scores import LeadScore, Rejected

UNJUDGED: Final = "unjudged"
"""Parked until all scores of its run are there, so that they can be judged together."""
HELD: Final = "held"
"""Parked because the scores of its run look broken."""
HELD_BACK: Final = (HELD, UNJUDGED)

PENDING_COLUMNS: Final = "lead, score, at, model, based_on, run, row, attempts, lane, accepted"

FIRST: Final = "!"
"""Lanes that begin with it go before others."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row of a run's input: a score, or the reason why it is none.

    ``lane`` is the store's word for scores that are delivered together.
    """

    row: int
    score: LeadScore | None = None
    rejected: Rejected | None = None
    lane: str = ""


@dataclass(frozen=True, slots=True)
class PendingScore:
    """A score that waits for delivery, and the row it came from.

    ``accepted``: since when there is news of the lead that is not delivered (ms since 1970).
    """

    score: LeadScore
    run: int
    row: int
    attempts: int = 0
    lane: str = ""
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Scores that one deliverer has taken; nobody else touches them until it settles."""

    id: int
    destination: str
    pending: tuple[PendingScore, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome of one claimed score.

    ``verdict`` None puts it off (see ``due``, ms since 1970); ``parked`` names why it can not
    be delivered until somebody acts. ``previous`` is what the store held before.
    """

    pending: PendingScore
    verdict: Verdict | None
    previous: StoredScore = field(default_factory=StoredScore)
    reason: str = ""
    message: str = ""
    parked: bool = False
    due: int = 0


def encode_bases(bases: frozenset[int | None] | None) -> str | None:
    """The acceptable stored instants as text; ``-`` stands for "nothing stored"."""
    if bases is None:
        return None
    return ",".join(sorted("-" if at is None else str(at) for at in bases))


def decode_bases(text: str | None) -> frozenset[int | None] | None:
    """The reverse of :func:`encode_bases`."""
    if text is None:
        return None
    return frozenset(None if part == "-" else int(part) for part in text.split(","))


def read_pending(columns: Sequence[Any]) -> PendingScore:
    """A row of :data:`PENDING_COLUMNS`."""
    lead, score, at, model, bases, run, row, attempts, lane, accepted = columns[:10]
    lead_score = LeadScore(lead, score, at, model, decode_bases(bases))
    return PendingScore(lead_score, run, row, attempts, lane, accepted)


def why_beaten(verdict: Verdict, loser: PendingScore, winner: PendingScore) -> tuple[str, str]:
    """Reason code and message for a row that is beaten by another one."""
    where = f"row {winner.row}" if winner.run == loser.run else f"run {winner.run}"
    reason = lost_because(verdict, loser.score, winner.score)
    return reason, f"{where} has {shown(winner.score)}"
