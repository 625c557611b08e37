# SPDX-License-Identifier: Apache-2.0
"""The scoring policy: what a score means for dialling. Pure, and stated only here.

The same thresholds become filters and rules on the platform (infra) and values in the score
columns (delivery), so the two halves cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integration.scores import LeadScore, format_instant, instant_of

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """The names of the contact list's columns that carry a score."""

    lead: str = "lead_id"
    score: str = "ml_score"
    instant: str = "ml_score_at"
    tier: str = "route_tier"
    model: str = "model_version"


@dataclass(frozen=True, slots=True)
class ScoringPolicy:
    """Thresholds, maximum age and names.

    Args:
        senior_above: effective scores above this (0-100) go to the senior tier.
        high_value_from: effective scores from this on ask for the high-value skill.
        max_age: how old a score may be and still steer dialling; whole minutes.

    Raises:
        ValueError: a threshold outside 0-100 or an age that is not a whole number of minutes.
    """

    senior_above: int = 70
    high_value_from: int = 80
    max_age: timedelta = timedelta(hours=24)
    senior_tier: str = "senior"
    general_tier: str = "general"
    high_value_skill: str = "High Value Sales"
    columns: ScoreColumns = field(default_factory=ScoreColumns)

    def __post_init__(self) -> None:
        for name in ("senior_above", "high_value_from"):
            value = getattr(self, name)
            if not 0 <= value <= 100:
                raise ValueError(f"{name} must be from 0 to 100, not {value}")
        if self.max_age <= timedelta(0) or self.max_age % timedelta(minutes=1):
            raise ValueError(f"max_age must be whole minutes, not {self.max_age}")

    def is_stale(self, at: int, now: datetime) -> bool:
        """Whether a score of instant ``at`` (ms since 1970) has lost its say at ``now``.

        A score exactly ``max_age`` old still counts; a microsecond later it does not.

        Raises:
            ValueError: ``now`` has no time zone.

        Source: seed guide, edge case 2 (stale score leading to campaign starvation).
        """
        if now.tzinfo is None:
            raise ValueError("now needs a time zone")
        age_ms = instant_of(now) - at
        limit_ms = self.max_age // _MILLISECOND
        return age_ms > limit_ms or (age_ms == limit_ms and now.microsecond % 1000 > 0)

    def effective_score(self, score: LeadScore, now: datetime) -> int:
        """The score that may steer dialling at ``now``: 0-100, 0 once the score is stale."""
        return 0 if self.is_stale(score.at, now) else score.score

    def tier(self, effective: int) -> str:
        """The route tier of an effective score (0-100)."""
        return self.senior_tier if effective > self.senior_above else self.general_tier

    def skills(self, effective: int) -> tuple[str, ...]:
        """The skills that a call to a lead of this effective score asks for."""
        return (self.high_value_skill,) if effective >= self.high_value_from else ()

    def row(self, score: LeadScore, now: datetime) -> dict[str, str]:
        """The score columns of a contact, as texts, the way they are written at ``now``."""
        effective, columns = self.effective_score(score, now), self.columns
        return {
            columns.score: str(effective),
            columns.instant: format_instant(score.at),
            columns.tier: self.tier(effective),
            columns.model: score.model_version,
        }


def relative_time(age: timedelta) -> str:
    """``age`` before now, in the form that filters and searches take: ``P-01DT00H00M``.

    Source: docs/platform.md section 6.
    """
    hours, minutes = divmod(age // timedelta(minutes=1), 60)
    days, hours = divmod(hours, 24)
    return "P{}DT{}H{}M".format(*(f"-{n:02}" if n else "00" for n in (days, hours, minutes)))
