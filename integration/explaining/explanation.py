# SPDX-License-Identifier: Apache-2.0
"""What is known about where a lead stands: plain data, for people and for ``--json``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from integration.explaining.hours import CallingHours
from integration.explaining.places_in_line import PlaceInLine

Standing = Literal["waiting", "kept_out", "unknown"]
"""In line for a call; not called as things stand; or not to be told."""


@dataclass(frozen=True, slots=True)
class ScoreNow:
    """The score on the contact.

    Attributes:
        stored: as it is written there, 0 to 100; None where there is none.
        calculated_at: when, as it is written there.
        age_minutes: how old it is; None without a time.
        max_age_minutes: how old it may be.
        stale: whether it is older; one without a time counts as stale.
        effective: what it counts for now, 0 to 100.
        model_version: of the model.
    """

    stored: int | None
    calculated_at: str
    age_minutes: int | None
    max_age_minutes: int
    stale: bool
    effective: int
    model_version: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a filter or a rule: in words, on which value, and whether it holds."""

    words: str
    value: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class FilterVerdict:
    """What a contact list filter says; ``asked`` where the platform had to be asked itself."""

    name: str
    passes: bool | None
    conditions: tuple[Condition, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What a pre-call rule says.

    Attributes:
        rule_set: the rule set's name.
        name: the rule's.
        applies: whether all its conditions hold.
        conditions: one by one.
        actions: what it does where it applies, in words.
        skills: the skills that it asks for then, by name.
        keeps_out: whether that means no call.
    """

    rule_set: str
    name: str
    applies: bool | None
    conditions: tuple[Condition, ...]
    actions: tuple[str, ...]
    skills: tuple[str, ...]
    keeps_out: bool


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often the lead may be called, and what is known of the calls made.

    Attributes:
        most: most calls of a contact; None without a limit, or where it limits numbers alone.
        reset: when counting begins anew, as the platform names it.
        made: calls made; 0 without a call record, else None: the API does not count them.
        last_at: the last one.
        last_result: how it ended, as the platform names it.
    """

    limit: str
    most: int | None
    reset: str
    made: int | None
    last_at: str
    last_result: str


@dataclass(frozen=True, slots=True)
class CampaignNow:
    """The campaign that dials the lead."""

    campaign_id: str
    name: str
    status: str
    list_id: str
    list_name: str
    queue: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The other list of a lead that is on two."""

    list_name: str
    campaign: str
    found: bool
    tier: str
    filter: FilterVerdict | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a lead stands where it stands.

    Attributes:
        lead_id: the lead.
        at: when it was looked at, RFC 3339.
        standing: in line for a call, kept out, or unknown.
        reasons: why it is kept out; empty where it is not.
        score: its score.
        tier: the tier that its contact names.
        tier_of_score: the tier that its score belongs to now.
        campaign: what dials it.
        filter: the campaign's filter; None without one.
        rules: the pre-call rules in their order.
        skills: what a call to it would ask for, by name.
        attempts: limit and calls made.
        hours: whether it is a time to call.
        do_not_call: the campaign's do-not-call lists, by name.
        callable: whether contact and number are callable.
        place: where it stands in line; None where it is not in line.
        elsewhere: the other list, with the strategy queues.
        unknown: what the API does not tell, in sentences.
        calls: calls made.
    """

    lead_id: str
    at: str
    standing: Standing
    reasons: tuple[str, ...]
    score: ScoreNow
    tier: str
    tier_of_score: str
    campaign: CampaignNow
    filter: FilterVerdict | None
    rules: tuple[RuleVerdict, ...]
    skills: tuple[str, ...]
    attempts: Attempts
    hours: CallingHours
    do_not_call: tuple[str, ...]
    callable: bool
    place: PlaceInLine | None
    elsewhere: Elsewhere | None
    unknown: tuple[str, ...]
    calls: int
