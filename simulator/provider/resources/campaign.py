# SPDX-License-Identifier: Apache-2.0
"""Campaigns, which are the one resource that is switched on and off.

The platform makes no campaign that is on, and changes the status in a write of its own. What the
official provider does about it has a trap: its update compares the platform's status with the
program's or, where that is silent, with the one in the state. A campaign that somebody started
is therefore stopped by the next deployment that changes any of its fields, unless the state was
refreshed before. The stand-in does the same, so that tests can show it.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.provider.api import Api
from simulator.provider.blocks import Block, Blocks
from simulator.provider.fields import Field
from simulator.provider.kinds import FLAG, NUMBER, REF, TEXT, CampaignStatus, Many, choice
from simulator.provider.resource import Missing, Resource, Values
from simulator.provider.resources.access import NAME
from simulator.provider.resources.routing import DIVISION_ID

STOPS_WITHIN = 180.0
"""Seconds that a running campaign has for its end. Source: the official provider."""
SETTLES_WITHIN = 300.0
"""Seconds for which a campaign may be stopping. Source: the official provider's retries."""
_ECHOED = ("id", "dateCreated", "version", "selfUri")
"""Fields of an answer that go back to the platform with a new status, besides the settings."""


@dataclass(frozen=True)
class Campaign(Resource):
    """A campaign."""

    async def create(self, api: Api, values: Values) -> str:
        """Make the campaign; it is off."""
        path = f"{self.path}{self.write_query}"
        made = await api.call("POST", path, {**self.body(values), "campaignStatus": "off"})
        return str(made["id"])

    async def complete(self, api: Api, object_id: str, values: Values) -> None:
        """Turn the campaign on if the program says so."""
        if values.get("campaignStatus") == "on":
            await self._switch(api, await self._current(api, object_id), "on")

    async def read(self, api: Api, object_id: str, values: Values) -> Values | None:
        """The campaign, once it is not about to stop."""
        found: Values | None = None

        async def settled() -> bool:
            nonlocal found
            found = await super(Campaign, self).read(api, object_id, values)
            return found is None or found["campaignStatus"] != "stopping"

        await api.until(settled, SETTLES_WITHIN, f"{self.label} {object_id} did not stop")
        return found

    async def update(self, api: Api, object_id: str, values: Values) -> None:
        """Change all but the status, then the status alone."""
        current = await self._current(api, object_id)
        status, wanted = current["campaignStatus"], values.get("campaignStatus")
        kept = {"version": current["version"], "campaignStatus": status}
        path = self.at(object_id, self.write_query)
        await api.call("PUT", path, {**self.body(values), **kept})
        if wanted == "on" or (wanted == "off" and status == "on"):
            await self._switch(api, await self._current(api, object_id), wanted)

    async def before_delete(self, api: Api, object_id: str, state: Values) -> None:  # noqa: ARG002 - of the base
        """A running campaign is turned off, and has stopped, before it is removed."""
        found = await api.find(self.at(object_id))
        if found is None or found["campaignStatus"] != "on":
            return
        await self._current(api, object_id)
        await self._switch(api, await self._current(api, object_id), "off")

        async def stopped() -> bool:
            left = await api.find(self.at(object_id))
            return left is None or left["campaignStatus"] not in {"on", "stopping"}

        await api.until(stopped, STOPS_WITHIN, f"{self.label} {object_id} did not stop")

    async def _current(self, api: Api, object_id: str) -> Values:
        found: Values | None = await api.find(self.at(object_id))
        if found is None:
            raise Missing(f"{self.label} {object_id} is gone; refresh the stack")
        return found

    async def _switch(self, api: Api, current: Values, status: str) -> None:
        settings = {*_ECHOED, *(field.steps[0] for field in self.fields)}
        body = {name: value for name, value in current.items() if name in settings}
        path = self.at(current["id"], self.write_query)
        await api.call("PUT", path, {**body, "campaignStatus": status})


def _ref(name: str, path: str) -> Field:
    return Field(name, REF, path, shown=True)


def _number(name: str) -> Field:
    return Field(name, NUMBER, shown=True)


def _text(name: str) -> Field:
    return Field(name, TEXT, shown=True)


CAMPAIGN = Campaign(
    "outboundCampaign",
    "campaign",
    "/api/v2/outbound/campaigns",
    (
        NAME,
        Field("contactListId", REF, "contactList", required=True),
        Field(
            "dialingMode",
            choice("agentless", "preview", "power", "predictive", "progressive", "external"),
            required=True,
        ),
        Field("phoneColumns", Blocks((Field("columnName", TEXT, required=True),)), required=True),
        Field(
            "campaignStatus",
            CampaignStatus((str,), "", "a text", ("on", "off")),
            computed=True,
        ),
        _ref("queueId", "queue"),
        _ref("scriptId", "script"),
        _ref("siteId", "site"),
        _ref("edgeGroupId", "edgeGroup"),
        _ref("callAnalysisResponseSetId", "callAnalysisResponseSet"),
        _ref("callableTimeSetId", "callableTimeSet"),
        _number("abandonRate"),
        Field("maxCallsPerAgent", NUMBER, "maxCallsPerAgentDecimal"),
        Field("maxCallsPerAgentDecimal", NUMBER, output_only=True),
        _number("outboundLineCount"),
        _text("callerName"),
        _text("callerAddress"),
        Field("dncListIds", Many(REF, unordered=True), "dncLists"),
        Field("ruleSetIds", Many(REF), "ruleSets"),
        Field("contactListFilterIds", Many(REF), "contactListFilters"),
        Field(
            "contactSorts",
            Blocks(
                (
                    Field("fieldName", TEXT, required=True),
                    Field("direction", choice("ASC", "DESC"), default="ASC"),
                    Field("numeric", FLAG, default=False, shown=True),
                )
            ),
        ),
        Field("alwaysRunning", FLAG, always=True, shown=True),
        Field("skipPreviewDisabled", FLAG, always=True, shown=True),
        _number("previewTimeOutSeconds"),
        Field("noAnswerTimeout", NUMBER, computed=True, shown=True),
        Field("priority", NUMBER, computed=True, shown=True),
        Field("skillColumns", Many()),
        Field("autoAnswer", FLAG, "callbackAutoAnswer", computed=True, shown=True),
        _text("agentOwnedColumn"),
        _text("callAnalysisLanguage"),
        Field(
            "dynamicContactQueueingSettings",
            Block(
                (
                    Field("sort", FLAG, always=True, computed=True),
                    Field("filter", FLAG, always=True, computed=True),
                )
            ),
            computed=True,
            replaces=True,
        ),
        Field(
            "dynamicLineBalancingSettings",
            Block((Field("enabled", FLAG, always=True), Field("relativeWeight", NUMBER))),
            computed=True,
        ),
        Field(
            "diagnosticsSettings",
            Block((Field("reportLowMaxCallsPerAgentAlert", FLAG, default=True),)),
            computed=True,
        ),
        DIVISION_ID,
    ),
    write_query="?useMaxCallsPerAgentDecimal=true",
    versioned=True,
)
