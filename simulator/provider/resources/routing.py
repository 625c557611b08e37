# SPDX-License-Identifier: Apache-2.0
"""Where conversations go: skills, skill groups, wrap-up codes and queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.provider.api import Api
from simulator.provider.blocks import Blocks
from simulator.provider.fields import Field
from simulator.provider.kinds import (
    FLAG,
    JSON_TEXT,
    NUMBER,
    REF,
    TEXT,
    Many,
    Members,
    choice,
)
from simulator.provider.resource import Resource, Values
from simulator.provider.resources.access import DESCRIPTION, NAME

DIVISION_ID = Field("divisionId", REF, "division", computed=True)

# Skills cannot be changed.
SKILL = Resource(
    "routingSkill",
    "skill",
    "/api/v2/routing/skills",
    (Field("name", TEXT, required=True, replaces=True),),
)
WRAPUP_CODE = Resource(
    "routingWrapupcode",
    "wrap-up code",
    "/api/v2/routing/wrapupcodes",
    (NAME, DESCRIPTION, DIVISION_ID),
)


@dataclass(frozen=True)
class SkillGroup(Resource):
    """A group of the agents that have skills; it always has a division."""

    async def before_write(self, api: Api, values: Values) -> None:
        """Without a division of its own the group is in the home division."""
        if not values.get("divisionId"):
            values["divisionId"] = (await api.home_division())["id"]

    async def complete(self, api: Api, object_id: str, values: Values) -> None:  # noqa: ARG002 - of the base
        """Look at the divisions of the members, which the stand-in never changes."""
        await api.call("GET", self.at(object_id, "/members/divisions"))

    async def update(self, api: Api, object_id: str, values: Values) -> None:
        """Make the group what ``values`` say."""
        await super().update(api, object_id, values)
        await self.complete(api, object_id, values)

    async def read(self, api: Api, object_id: str, values: Values) -> Values | None:
        """The group; the divisions of its members are asked for and left alone."""
        found = await super().read(api, object_id, values)
        if found is not None:
            await api.call("GET", self.at(object_id, "/members/divisions"))
        return found


SKILL_GROUP = SkillGroup(
    "routingSkillGroup",
    "skill group",
    "/api/v2/routing/skillgroups",
    (NAME, DESCRIPTION, DIVISION_ID, Field("skillConditions", JSON_TEXT, computed=True)),
    update_method="PATCH",
)


@dataclass(frozen=True)
class Queue(Resource):
    """A queue; its wrap-up codes are added and removed one by one."""

    async def update(self, api: Api, object_id: str, values: Values) -> None:
        """Make the queue what ``values`` say, after a look at it."""
        await api.call("GET", self.at(object_id))
        await super().update(api, object_id, values)
        await self.complete(api, object_id, values)

    async def complete(self, api: Api, object_id: str, values: Values) -> None:
        """Give the queue the wrap-up codes of the program, if that names any."""
        if values.get("wrapupCodes") is None:
            return
        wanted, there = values["wrapupCodes"], await self._codes(api, object_id)
        path = self.at(object_id, "/wrapupcodes")
        if missing := [{"id": code} for code in wanted if code not in there]:
            await api.call("POST", path, missing)
        for code in there:
            if code not in wanted:
                await api.call("DELETE", f"{path}/{code}")

    async def read(self, api: Api, object_id: str, values: Values) -> Values | None:
        """The queue with its wrap-up codes."""
        found = await super().read(api, object_id, values)
        if found is None:
            return None
        return {**found, "wrapupCodes": await self._codes(api, object_id)}

    async def _codes(self, api: Api, object_id: str) -> list[str]:
        codes: list[str] = []
        page, pages = 1, 1
        while page <= pages:
            query = f"/wrapupcodes?pageSize=100&pageNumber={page}"
            found: dict[str, Any] = await api.call("GET", self.at(object_id, query))
            codes += [code["id"] for code in found["entities"]]
            page, pages = page + 1, found.get("pageCount") or 1
        return codes


def _flag(name: str, **meaning: Any) -> Field:
    return Field(name, FLAG, **meaning)


def _of(name: str, path: str) -> Field:
    return Field(name, REF, path, shown=True)


def _never(name: str) -> Field:
    return Field(name, Blocks(()), None, output_only=True, shown=True)


QUEUE = Queue(
    "routingQueue",
    "queue",
    "/api/v2/routing/queues",
    (
        NAME,
        DESCRIPTION,
        DIVISION_ID,
        Field(
            "acwWrapupPrompt",
            choice(
                "MANDATORY",
                "OPTIONAL",
                "MANDATORY_TIMEOUT",
                "MANDATORY_FORCED_TIMEOUT",
                "AGENT_REQUESTED",
            ),
            "acwSettings/wrapupPrompt",
            default="MANDATORY_TIMEOUT",
        ),
        Field("acwTimeoutMs", NUMBER, "acwSettings/timeoutMs", computed=True, shown=True),
        Field("skillEvaluationMethod", choice("NONE", "BEST", "ALL"), default="ALL"),
        Field(
            "scoringMethod",
            choice("TimestampAndPriority", "PriorityOnly"),
            default="TimestampAndPriority",
        ),
        _flag("autoAnswerOnly", default=True),
        _flag("suppressInQueueCallRecording", default=True),
        _flag("enableTranscription", default=False),
        _flag("enableManualAssignment", default=False),
        _flag("enableAudioMonitoring", always=True, shown=True),
        Field("callingPartyName", TEXT, always=True, shown=True),
        Field("callingPartyNumber", TEXT, always=True, shown=True),
        Field("skillGroups", Members(unordered=True, of_type="SKILLGROUP"), "memberGroups"),
        Field("groups", Members(unordered=True, of_type="GROUP"), "memberGroups"),
        Field("teams", Members(unordered=True, of_type="TEAM"), "memberGroups"),
        Field("wrapupCodes", Many(unordered=True), computed=True, apart=True),
        Field(
            "lastAgentRoutingMode",
            choice("Disabled", "QueueMembersOnly", "AnyAgent"),
            computed=True,
            shown=True,
        ),
        Field("ignoreMembers", FLAG, None),
        Field("peerId", TEXT, shown=True),
        _of("queueFlowId", "queueFlow"),
        _of("emailInQueueFlowId", "emailInQueueFlow"),
        _of("messageInQueueFlowId", "messageInQueueFlow"),
        _of("whisperPromptId", "whisperPrompt"),
        _of("onHoldPromptId", "onHoldPrompt"),
        _of("outboundMessagingSmsAddressId", "outboundMessagingAddresses/smsAddress"),
        _of(
            "outboundMessagingOpenMessagingRecipientId",
            "outboundMessagingAddresses/openMessagingRecipient",
        ),
        _of("outboundMessagingWhatsappRecipientId", "outboundMessagingAddresses/whatsAppRecipient"),
        _never("members"),
        _never("bullseyeRings"),
        _never("routingRules"),
        _never("conditionalGroupRoutingRules"),
    ),
    constant={
        "mediaSettings": {},
        "routingRules": None,
        "memberGroups": None,
        "outboundMessagingAddresses": {},
    },
    delete_query="?forceDelete=true",
)
