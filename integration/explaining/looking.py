# SPDX-License-Identifier: Apache-2.0
"""Reads what steers the dialling of one lead, and puts it together.

The campaign names everything else: its contact list, filter, rule sets, calling hours and
do-not-call lists. So what is explained is what the platform really does, not what was meant to
be deployed. With one list this takes 10 calls beside the token, with a list for each tier 13.

Source: docs/platform.md sections 3 to 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from integration.clock import Clock
from integration.explaining.explanation import (
    Attempts,
    CampaignNow,
    Elsewhere,
    Explanation,
    FilterVerdict,
    ScoreNow,
)
from integration.explaining.hours import CallingHours, hours_of, zone_of
from integration.explaining.places_in_line import Line
from integration.explaining.rules import filter_verdict, precall, rule_verdicts, skills_of
from integration.explaining.standing import Seen, reasons_of, standing_of, unknown_of
from integration.platform.client import GenesysClient
from integration.platform.errors import Refused
from integration.platform.paths import path
from integration.policy import ScoringPolicy
from integration.scores import format_instant, instant_of
from integration.stores.contact_list import stored_in

_OUTBOUND: Final = "/api/v2/outbound"
_MINUTE: Final = timedelta(minutes=1)


class UnknownLeadError(Exception):
    """No contact list of the campaigns has the lead; the message says where was looked."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A campaign and what its list has of the lead."""

    tier: str
    campaign: Mapping[str, Any]
    contact: Mapping[str, Any] | None
    criteria: Mapping[str, Any]
    verdict: FilterVerdict | None

    @property
    def data(self) -> Mapping[str, str]:
        return {} if self.contact is None else self.contact["data"]


class Explaining:
    """Explains leads.

    Args:
        client: the platform.
        campaigns: ids of campaigns by tier; one for all tiers has the tier "".
        policy: thresholds and names.
        clock: the time.
    """

    def __init__(
        self,
        client: GenesysClient,
        campaigns: Mapping[str, str],
        policy: ScoringPolicy,
        clock: Clock,
    ) -> None:
        self._client = client
        self._campaigns = campaigns
        self._policy = policy
        self._clock = clock

    async def explain(self, lead_id: str) -> Explanation:
        """Why the lead stands where it stands. Changes nothing.

        Raises:
            UnknownLeadError: it is on none of the lists.
            PlatformError: something cannot be read.
        """
        lanes = [await self._lane(*one, lead_id) for one in self._campaigns.items()]
        home = self._home(lanes)
        if home is None or home.contact is None:
            lists = " and ".join(_named(lane.campaign.get("contactList")) for lane in lanes)
            raise UnknownLeadError(
                f"lead {lead_id} is not on {lists}; leads are told apart by upper and lower case, "
                "and leadscore load puts new ones there"
            )
        other = next((lane for lane in lanes if lane is not home), None)
        return await self._explained(lead_id, home, home.contact, other)

    def _home(self, lanes: Sequence[_Lane]) -> _Lane | None:
        """The lane that dials the lead: of the tier that its contact there names."""
        found = [lane for lane in lanes if lane.contact is not None]
        named = [lane for lane in found if lane.data.get(self._policy.columns.tier) == lane.tier]
        return next(iter([*named, *found]), None)

    async def _lane(self, tier: str, campaign_id: str, lead_id: str) -> _Lane:
        campaign = await self._read("campaign", "campaigns", campaign_id)
        list_id = str((campaign.get("contactList") or {}).get("id"))
        contact = await self._contact(list_id, lead_id)
        filters = campaign.get("contactListFilters") or []
        criteria: Mapping[str, Any] = {}
        verdict = None
        if filters:
            criteria = await self._read("filter", "contactlistfilters", filters[0]["id"])
            if contact is not None:
                verdict = filter_verdict(criteria, contact["data"], instant_of(self._clock.now()))
        return _Lane(tier, campaign, contact, criteria, verdict)

    async def _explained(
        self, lead_id: str, home: _Lane, contact: Mapping[str, Any], other: _Lane | None
    ) -> Explanation:
        now = self._clock.now()
        data, campaign = home.data, home.campaign
        contacts = await self._read("contact list", "contactlists", campaign["contactList"]["id"])
        sets = [
            await self._read("rule set", "rulesets", one["id"])
            for one in campaign.get("ruleSets") or ()
        ]
        skills = await self._skills(sets)
        rules = tuple(rule_verdicts(sets, data, instant_of(now), skills))
        line = Line(self._client, contacts["id"], campaign, home.criteria, self._policy.columns)
        verdict = home.verdict
        if verdict is not None and verdict.passes is None:
            verdict = replace(verdict, passes=await line.lets_through(data), asked=True)
        passes = verdict is None or verdict.passes
        score = self._score(data, now)
        seen = Seen(
            campaign=campaign,
            contact=contact,
            score=score,
            filter=verdict,
            rules=rules,
            hours=await self._hours(campaign, contacts, contact, now),
        )
        reasons = tuple(reasons_of(seen))
        wanted = [skill for one in rules if one.applies for skill in one.skills]
        return Explanation(
            lead_id=lead_id,
            at=format_instant(instant_of(now)),
            standing=standing_of(seen),
            reasons=reasons,
            score=score,
            tier=data.get(self._policy.columns.tier, ""),
            tier_of_score=self._policy.tier(score.effective),
            campaign=_campaign(campaign, contacts),
            filter=verdict,
            rules=rules,
            skills=tuple(dict.fromkeys(wanted)),
            attempts=await self._attempts(contacts, contact),
            hours=seen.hours,
            do_not_call=tuple(_named(one) for one in campaign.get("dncLists") or ()),
            callable=seen.callable,
            place=await line.place_of(data) if passes else None,
            elsewhere=None if other is None else self._elsewhere(other),
            unknown=tuple(unknown_of(seen)),
            calls=self._client.calls.made,
        )

    def _score(self, data: Mapping[str, str], now: datetime) -> ScoreNow:
        columns, policy = self._policy.columns, self._policy
        stored = stored_in(data, columns)
        stale = stored.at is None or policy.is_stale(stored.at, now)
        age = None if stored.at is None else (instant_of(now) - stored.at) // 60_000
        return ScoreNow(
            stored=stored.score,
            calculated_at=data.get(columns.instant, ""),
            age_minutes=age,
            max_age_minutes=policy.max_age // _MINUTE,
            stale=stale,
            effective=0 if stale or stored.score is None else stored.score,
            model_version=data.get(columns.model, ""),
        )

    def _elsewhere(self, lane: _Lane) -> Elsewhere:
        return Elsewhere(
            list_name=_named(lane.campaign.get("contactList")),
            campaign=str(lane.campaign.get("name") or ""),
            found=lane.contact is not None,
            tier=lane.data.get(self._policy.columns.tier, ""),
            filter=lane.verdict,
        )

    # -- the platform's objects ---------------------------------------------------------------

    async def _read(self, what: str, kind: str, object_id: str) -> dict[str, Any]:
        where = path(f"{_OUTBOUND}/{kind}/{{id}}", id=object_id)
        answer = await self._client.call(f"read {what}", "GET", where, expect=dict)
        found: dict[str, Any] = answer.body
        return found

    async def _contact(self, list_id: str, lead_id: str) -> dict[str, Any] | None:
        # By the bulk read, as a push does it: it leaves out what is not there.
        where = path(f"{_OUTBOUND}/contactlists/{{list}}/contacts/bulk", list=list_id)
        answer = await self._client.call(
            "read contacts", "POST", where, body=[lead_id], expect=list
        )
        found = next((one for one in answer.body if one.get("id") == lead_id), None)
        return None if found is None else {**found, "data": found.get("data") or {}}

    async def _skills(self, rule_sets: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """The names of the skills that pre-call rules set; an id that is none has no name."""
        wanted = [skill for one in rule_sets for rule in precall(one) for skill in skills_of(rule)]
        names = {}
        for skill in dict.fromkeys(wanted):
            where = path("/api/v2/routing/skills/{id}", id=skill)
            try:
                answer = await self._client.call("read skill", "GET", where, expect=dict)
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                names[skill] = f"{skill} (a skill that does not exist)"
            else:
                names[skill] = str(answer.body.get("name") or skill)
        return names

    async def _attempts(self, contacts: Mapping[str, Any], contact: Mapping[str, Any]) -> Attempts:
        limit: Mapping[str, Any] = {}
        if contacts.get("attemptLimits"):
            limit = await self._read(
                "attempt limit", "attemptlimits", contacts["attemptLimits"]["id"]
            )
        records: list[Mapping[str, Any]] = list((contact.get("callRecords") or {}).values())
        last = max([{}, *records], key=lambda one: str(one.get("lastAttempt") or ""))
        return Attempts(
            limit=str(limit.get("name") or ""),
            most=limit.get("maxAttemptsPerContact"),
            reset=str(limit.get("resetPeriod") or ""),
            made=None if records else 0,
            last_at=str(last.get("lastAttempt") or ""),
            last_result=str(last.get("lastResult") or ""),
        )

    async def _hours(
        self,
        campaign: Mapping[str, Any],
        contacts: Mapping[str, Any],
        contact: Mapping[str, Any],
        now: datetime,
    ) -> CallingHours:
        times = campaign.get("callableTimeSet")
        if not times:
            return CallingHours()
        found = await self._read("calling hours", "callabletimesets", times["id"])
        return hours_of(found, zone_of(campaign, contacts, contact), now)


def _campaign(campaign: Mapping[str, Any], contacts: Mapping[str, Any]) -> CampaignNow:
    return CampaignNow(
        campaign_id=str(campaign.get("id") or ""),
        name=str(campaign.get("name") or ""),
        status=str(campaign.get("campaignStatus") or ""),
        list_id=str(contacts.get("id") or ""),
        list_name=str(contacts.get("name") or ""),
        queue=_named(campaign.get("queue")),
    )


def _named(reference: object) -> str:
    if not isinstance(reference, dict):
        return ""
    return str(reference.get("name") or reference.get("id") or "")
