# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a lead: its contacts, against the policy and against the ledger. Pure.

A score that has gone stale steers nothing: its lead may lie in either tier, and what it has lost
against the ledger is not missed. Leads without a score are not dialled; they are looked at only
where their first score could make them be dialled twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integration.order import StoredScore, age_of
from integration.policy import ScoringPolicy
from integration.scores import LeadScore


class Kind(StrEnum):
    """What is wrong with a lead. The first five are about two lists, wrong_tier about one too."""

    IN_BOTH = "in_both"
    """It is dialled from both lists."""
    IN_NONE = "in_none"
    """It has a score and is dialled from neither list."""
    MISSING = "missing"
    """It is a contact on one of the two lists only."""
    SCORE_ELSEWHERE = "score_elsewhere"
    """Its newest score lies in the list that it is not dialled from."""
    WRONG_TIER = "wrong_tier"
    """Its score belongs to another tier than the one that it is dialled in."""
    OUTDATED = "outdated"
    """The ledger has a newer score for it than the platform."""
    FOREIGN = "foreign"
    """Another program has written a newer score than any on record."""
    CONFLICT = "conflict"
    """Platform and ledger have different scores of the same time."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one list holds for a lead: its score, the tier that its contact names, its model."""

    stored: StoredScore
    tier: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A lead with which something is wrong.

    Args:
        lead_id: the lead.
        kinds: what is wrong.
        best: its newest known score, which it should be dialled by; None where it has none.
        missing: the tier in whose list it is missing; blank where in none.
    """

    lead_id: str
    kinds: frozenset[Kind]
    best: LeadScore | None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """Says what is wrong with leads at ``now``.

    Args:
        policy: thresholds and names.
        tiers: the tiers that have a list each; a single blank one for one list with all tiers.
        now: the time.
    """

    policy: ScoringPolicy
    tiers: tuple[str, ...]
    now: datetime

    def judge(
        self, lead_id: str, seen: Mapping[str, Seen], delivered: LeadScore | None, *, ours: bool
    ) -> Finding | None:
        """What is wrong with a lead; None where nothing is.

        Args:
            lead_id: the lead.
            seen: what the lists hold, by tier.
            delivered: its newest score on record.
            ours: whether a score of the time that the platform has is on record at all.
        """
        newest = max(seen.values(), key=lambda one: age_of(one.stored))
        stored = newest.stored
        kinds = set(self._places(seen, stored))
        kinds |= set(self._against_ledger(stored, delivered, ours=ours))
        if not kinds:
            return None
        best = None
        if delivered is not None and (Kind.OUTDATED in kinds or _marked_stale(stored, delivered)):
            best = delivered
        elif stored.at is not None and stored.score is not None:
            best = LeadScore(lead_id, stored.score, stored.at, newest.model)
        missing = next((tier for tier in self.tiers if tier not in seen), "")
        return Finding(lead_id, frozenset(kinds), best, missing)

    def _places(self, seen: Mapping[str, Seen], newest: StoredScore) -> Iterator[Kind]:
        if len(self.tiers) == 1:
            (one,) = seen.values()
            if self._belongs_elsewhere(newest, one.tier):
                yield Kind.WRONG_TIER
            return
        if len(seen) < len(self.tiers):
            yield Kind.MISSING
        homes = [tier for tier, one in seen.items() if one.tier == tier]
        if len(homes) > 1:
            yield Kind.IN_BOTH
        elif not homes:
            if newest.score is not None:
                yield Kind.IN_NONE
        else:
            if self._belongs_elsewhere(newest, homes[0]):
                yield Kind.WRONG_TIER
            if age_of(seen[homes[0]].stored) < age_of(newest):
                yield Kind.SCORE_ELSEWHERE

    def _belongs_elsewhere(self, stored: StoredScore, tier: str) -> bool:
        if stored.score is None or not self._fresh(stored.at):
            return False
        return self.policy.tier(stored.score) != tier

    def _against_ledger(
        self, stored: StoredScore, delivered: LeadScore | None, *, ours: bool
    ) -> Iterator[Kind]:
        if delivered is None:
            return
        has_score = stored.score is not None and stored.at is not None
        if not has_score or stored.at is None or stored.at < delivered.at:
            if self._fresh(delivered.at):
                yield Kind.OUTDATED
        elif stored.at > delivered.at:
            if not ours:
                yield Kind.FOREIGN
        elif self._fresh(stored.at) and stored.score != delivered.score:
            # A fresh one that is marked as stale was met by a sweep as it arrived.
            yield Kind.CONFLICT if stored.score else Kind.OUTDATED

    def _fresh(self, at: int | None) -> bool:
        return at is not None and not self.policy.is_stale(at, self.now)


def _marked_stale(stored: StoredScore, delivered: LeadScore) -> bool:
    """The platform's 0 stands for this very score."""
    return stored.score == 0 and stored.at == delivered.at
