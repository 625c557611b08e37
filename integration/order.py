# SPDX-License-Identifier: Apache-2.0
"""Which of two scores of one lead wins: the optimistic lock on the time of calculation.

The newest calculation wins, whichever way scores arrive; of two for the same instant the first
to arrive stays. The platform's contacts carry no version, so this order is the only thing that
keeps an old score from overwriting a new one.

Source: docs/platform.md section 12 (contacts have no version, the last write wins).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from integration.scores import LeadScore, format_instant


class Verdict(StrEnum):
    """What became of one row."""

    DELIVERED = "delivered"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    UNKNOWN_LEAD = "unknown_lead"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class StoredScore:
    """What a store holds for a lead: score 0-100 and instant (ms since 1970 UTC), or None.

    A stored score of 0 marks a stale one: its instant says which.
    """

    score: int | None = None
    at: int | None = None


def age_of(stored: StoredScore) -> tuple[int, bool]:
    """The order of stored scores: newer is more; of the same instant the one that has a score."""
    return (-1 if stored.at is None else stored.at, stored.score is not None)


def lost_because(verdict: Verdict, score: LeadScore, rival: LeadScore | StoredScore) -> str:
    """The reason code of a ``verdict`` on ``score`` that ``rival`` (stored, or waiting) brought.

    ``newer_score``, ``same_score``, ``same_instant`` (with another score) or ``other_base``.
    """
    if verdict is Verdict.CONFLICT:
        return "same_instant" if rival.at == score.at else "other_base"
    return "same_score" if rival.at == score.at else "newer_score"


def shown(rival: LeadScore | StoredScore) -> str:
    """``rival`` as it stands in a row's message: its score and instant."""
    if rival.at is None:
        return "no score"
    return f"{rival.score} of {format_instant(rival.at)}"


def against_stored(score: LeadScore, stored: StoredScore) -> Verdict | None:
    """The verdict on ``score`` when ``stored`` is what the store holds; None: write it."""
    if stored.at == score.at and stored.score is not None:
        same = stored.score in (score.score, 0)
        return Verdict.DUPLICATE if same else Verdict.CONFLICT
    if score.based_on is not None and stored.at not in score.based_on:
        return Verdict.CONFLICT
    if stored.at is not None and stored.at > score.at:
        return Verdict.SUPERSEDED
    return None


def against_pending(newcomer: LeadScore, pending: LeadScore) -> Verdict | LeadScore:
    """The verdict on ``newcomer`` while ``pending`` waits for delivery, or what waits instead.

    A conditional newcomer that was computed from the pending score takes over that score's own
    condition. Its own stays acceptable too: the pending one may be on its way already.
    """
    if newcomer.at == pending.at:
        return Verdict.DUPLICATE if newcomer.score == pending.score else Verdict.CONFLICT
    if newcomer.based_on is not None and pending.at not in newcomer.based_on:
        return Verdict.CONFLICT
    if newcomer.at < pending.at:
        return Verdict.SUPERSEDED
    if newcomer.based_on is None:
        return newcomer
    bases = None if pending.based_on is None else newcomer.based_on | pending.based_on
    return LeadScore(newcomer.lead_id, newcomer.score, newcomer.at, newcomer.model_version, bases)
