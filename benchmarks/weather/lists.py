# SPDX-License-Identifier: Apache-2.0
"""The contact list of a plan, or the two of them: how they are made, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from benchmarks.weather.plan import START_MS, Plan, PlannedLead
from integration.scores import format_instant, read_instant
from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.organisation import Organisation

Score = tuple[int | None, int | None]
"""A score and its instant in ms since 1970."""

COLUMNS: Final = [
    "lead_id",
    "phone",
    "zone",
    "ml_score",
    "ml_score_at",
    "route_tier",
    "model_version",
]
_LONG_AGO: Final = "2026-11-23T07:00:00.000Z"
_RECALLED_MS: Final = 600_000


class Lists:
    """The lists of ``plan`` by tier; one list for all leads has the tier "".

    Args:
        plan: which leads there are.
        organisation: where the lists are.
        control: plays the dialer and other writers.
    """

    def __init__(self, plan: Plan, organisation: Organisation, control: Control) -> None:
        self._plan = plan
        self._organisation = organisation
        self._control = control
        self._ids: dict[str, str] = {}
        self._listed = {one.lead_id: one for one in plan.leads if one.listed}

    async def make(self, http: httpx.AsyncClient) -> None:
        """Make the lists, with their leads as they are at the start."""
        for tier in self._plan.tiers:
            await self._make(http, tier)
        for one in self._listed.values():
            change: dict[str, Any] = {"callable": one.callable}
            if one.called:
                at = format_instant(START_MS - _RECALLED_MS) if one.recall else _LONG_AGO
                result = "ININ-OUTBOUND-BUSY" if one.recall else "ININ-OUTBOUND-LIVE"
                change["callRecords"] = {"phone": {"lastAttempt": at, "lastResult": result}}
            self._control.change_contact(self._home(one), one.lead_id, ContactChange(**change))

    async def _make(self, http: httpx.AsyncClient, tier: str) -> None:
        numeric = {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100}
        model = {"columnName": "model_version", "columnDataType": "TEXT", "maxLength": 20}
        answer = await http.post(
            "/api/v2/outbound/contactlists",
            json={
                "name": f"Leads {tier}",
                "columnNames": COLUMNS,
                "phoneColumns": [{"columnName": "phone", "type": "cell"}],
                "columnDataTypeSpecifications": [
                    numeric,
                    {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
                    model,
                ],
            },
        )
        list_id = self._ids[tier] = answer.json()["id"]
        rows = [
            {"id": one.lead_id, "contactListId": list_id, "data": _contact(one, tier)}
            for one in self._listed.values()
        ]
        path = f"/api/v2/outbound/contactlists/{list_id}/contacts"
        (await http.post(path, json=rows)).raise_for_status()

    def _home(self, one: PlannedLead) -> str:
        return self._ids.get(one.tier) or self._ids[""]

    def settings(self) -> dict[str, Any]:
        """How the product's settings name them."""
        if "" in self._ids:
            return {"contact_list": self._ids[""]}
        return {"strategy": "queues", **{f"{tier}_list": one for tier, one in self._ids.items()}}

    def tier_of(self, path: str) -> str:
        """The tier of the list that a call names."""
        return next((tier for tier, one in self._ids.items() if one in path), "")

    def write(self, lead: str, score: int, at: int) -> bool:
        """Let somebody else write a score where the lead was at the start; False: it is nowhere."""
        if lead not in self._listed:
            return False
        data = {"ml_score": str(score), "ml_score_at": format_instant(at)}
        home = self._home(self._listed[lead])
        self._control.change_contact(home, lead, ContactChange(data=data))
        return True

    def scores(self) -> Iterator[tuple[str, Score, bool]]:
        """Each lead with its newest score, and whether it is dialled from both lists."""
        contacts = {
            tier: self._organisation.contact_lists.get(one).contacts
            for tier, one in self._ids.items()
        }
        for lead in self._listed:
            held = [(tier, one[lead].data) for tier, one in contacts.items()]
            twice = len(held) > 1 and all(data["route_tier"] == tier for tier, data in held)
            yield lead, max((_score(data) for _, data in held), key=_age), twice

    def contacts(self, lead: str) -> dict[str, dict[str, Any]]:
        """A lead's contacts by tier, each with its place in the dialling queue."""
        if lead not in self._listed:
            return {}
        return {tier: self._control.contact(one, lead) for tier, one in self._ids.items()}


def _contact(one: PlannedLead, tier: str) -> dict[str, str]:
    data = {"lead_id": one.lead_id, "phone": "+4930123456", "zone": "Europe/Berlin"}
    if tier:
        data["route_tier"] = one.tier
    if one.at is not None and tier in {"", one.tier}:
        data |= {"ml_score": str(one.score), "ml_score_at": format_instant(one.at)}
    return data


def _score(data: Mapping[str, str]) -> Score:
    score = data["ml_score"]
    return int(score) if score else None, read_instant(data["ml_score_at"])


def _age(held: Score) -> tuple[int, bool]:
    score, at = held
    return -1 if at is None else at, score is not None
