# SPDX-License-Identifier: Apache-2.0
"""A furnished organisation: one of each kind of object, and a client that may do everything.

What stands for an object in a question is written ``$name`` and replaced by the id that
:attr:`World.names` has under that name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from simulator.clock import VirtualClock
from simulator.http import Operation
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.scripts import DEFAULT_OUTBOUND
from simulator.telephony.edge_groups import CLOUD_GROUP
from simulator.telephony.sites import MAIN_SITE

from .outbound_bodies import FILTER, FURNITURE

SOURCE = "https://api.mypurecloud.com"
OUTBOUND = "/api/v2/outbound"
LISTS = f"{OUTBOUND}/contactlists"
FILTERS = f"{OUTBOUND}/contactlistfilters"
SERVICES = "/api/v2/data/services"

DEFINITION = {
    "name": "Leads",
    "division": {"id": "$divisionId"},
    "columnNames": ["lead_id", "phone", "mail", "chat", "zone", "ml_score", "ml_score_at", "mode"],
    "phoneColumns": [{"columnName": "phone", "type": "cell", "callableTimeColumnName": "zone"}],
    "emailColumns": [
        {"columnName": "mail", "type": "work", "contactableTimeColumnName": "zone"},
    ],
    "whatsAppColumns": [{"columnName": "chat", "type": "cell"}],
    "previewModeColumnName": "mode",
    "previewModeAcceptedValues": ["preview"],
    "automaticTimeZoneMapping": False,
    "columnDataTypeSpecifications": [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
        {"columnName": "mode", "columnDataType": "TEXT", "maxLength": 10},
    ],
    "trimWhitespace": True,
    "retentionType": "RetentionDays",
    "retentionDays": 30,
    "dateExpiration": "2027-01-01T00:00:00Z",
    "timeZone": "Europe/London",
}
CONTACT = {
    "id": "a",
    "contactListId": "$contactListId",
    "data": {"lead_id": "a", "phone": "+441", "ml_score": "87", "ml_score_at": "2026-11-23T08:00Z"},
    "callable": True,
    "phoneNumberStatus": {"phone": {"callable": True}},
    "contactableStatus": {
        "Email": {"contactable": True, "columnStatus": {"mail": {"contactable": True}}}
    },
    "latestEmailEvaluations": {
        "mail": {
            "contactColumn": "mail",
            "contactAddress": "a@example.com",
            "messageType": "Email",
            "wrapupCodeId": "w",
            "timestamp": "2026-11-23T08:00:00Z",
        }
    },
    "retentionType": "RetentionDays",
    "retentionDays": 3,
}
TABLE = {
    "name": "LeadScore",
    "description": "Scores by lead",
    "division": {"id": "$divisionId"},
    "schema": {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["key"],
        "properties": {
            "key": {"$id": "/properties/key", "type": "string", "title": "leadId"},
            "priorityScore": {"type": "integer", "displayOrder": 1, "default": 1},
            "lastCalculatedAt": {"type": "string", "displayOrder": 2},
            "share": {"type": "number"},
            "locked": {"type": "boolean"},
        },
        "additionalProperties": False,
    },
}
ROW = {"key": "a", "priorityScore": 87, "lastCalculatedAt": "2026-11-23T08:00:00.000Z"}
ENTITY = {
    "name": "LeadScore",
    "keyField": "lead_id",
    "fields": [
        {"name": "lead_id", "type": "string", "required": True},
        {"name": "priority_score", "type": "integer", "minimum": 0, "maximum": 100},
        {"name": "last_calculated_at", "type": "datetime"},
    ],
}
RECORD = {
    "entity": {
        "lead_id": "a",
        "priority_score": 87,
        "last_calculated_at": "2026-11-23T08:00:00.000Z",
    },
    "overwriteExisting": True,
}
MAPPING = {
    "contactListId": "$contactListId",
    "columns": {"priority_score": "ml_score", "last_calculated_at": "ml_score_at"},
}
ROUTING = "/api/v2/routing"
USERS = "/api/v2/users"
ROLE = {
    "name": "Score writer",
    "description": "Writes scores",
    "permissionPolicies": [
        {"domain": "outbound", "entityName": "contact", "actionSet": ["add", "view", "edit"]}
    ],
}
CLIENT = {
    "name": "Pusher",
    "description": "Pushes scores",
    "accessTokenValiditySeconds": 3600,
    "authorizedGrantType": "CLIENT-CREDENTIALS",
    "scope": ["outbound"],
    "roleDivisions": [{"roleId": "$roleId", "divisionId": "$divisionId"}],
    "state": "active",
}
USER = {
    "name": "Ada",
    "email": "ada@example.com",
    "divisionId": "$divisionId",
    "department": "Sales",
    "title": "Senior agent",
    "state": "active",
}
SKILL_GROUP = {
    "name": "Seniors",
    "division": {"id": "$divisionId"},
    "description": "Whoever may be given the best leads",
    "skillConditions": [
        {
            "routingSkillConditions": [
                {
                    "routingSkill": "High Value Sales",
                    "comparator": "GreaterThanOrEqualTo",
                    "proficiency": 3,
                    "childConditions": [],
                }
            ],
            "languageSkillConditions": [],
            "operation": "And",
        }
    ],
}
QUEUE = {
    "name": "Senior Agent Queue",
    "division": {"id": "$divisionId"},
    "description": "The best leads",
    "mediaSettings": {
        "call": {
            "enableAutoAnswer": False,
            "alertingTimeoutSeconds": 8,
            "serviceLevel": {"percentage": 0.8, "durationMs": 20000},
        },
        "callback": {"mode": "AgentFirst", "pacingModifier": 1.5},
    },
    "routingRules": [{"operator": "MEETS_THRESHOLD", "threshold": 9, "waitSeconds": 20.0}],
    "scoringMethod": "TimestampAndPriority",
    "acwSettings": {"wrapupPrompt": "MANDATORY_FORCED_TIMEOUT", "timeoutMs": 30000},
    "skillEvaluationMethod": "ALL",
    "memberGroups": [{"id": "$skillGroupId", "type": "SKILLGROUP"}],
    "autoAnswerOnly": True,
    "enableTranscription": False,
    "enableAudioMonitoring": False,
    "enableManualAssignment": False,
    "callingPartyName": "",
    "callingPartyNumber": "",
    "suppressInQueueCallRecording": True,
}
REFUSED_CALLS = {
    "interval": "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
    "granularity": "PT1H",
    "groupBy": ["limitName", "entityId", "namespace", "max", "timeUnit"],
    "metrics": ["oRateLimitRecorded"],
    "filter": {
        "type": "and",
        "predicates": [{"dimension": "entityId", "operator": "matches", "value": "$refusedId"}],
    },
}


NOTHING: Mapping[str, Any] = {}


def parameters_of(operation: Operation) -> list[str]:
    """The names of what stands in an operation's path."""
    return [part.strip("{*}") for part in operation.path.split("/") if part.startswith("{")]


@dataclass(frozen=True)
class Ask:
    """One question.

    Args:
        body: the JSON body; None for none.
        query: the query parameters.
        path: names of objects, where they differ from the path's own.
        status: the status that is needed; None for any success.
        form: a form in place of a JSON body.
    """

    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    form: dict[str, str] | None = None


class World:
    """An organisation under a virtual clock, and the names of what is in it."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock)
        self.names: dict[str, str] = {}
        self._http = httpx.AsyncClient(
            transport=SimulatorTransport(self.organisation), base_url=SOURCE
        )

    async def export(self) -> None:
        """Have the list exported, a minute long; what snapshots leave out."""
        path = f"{LISTS}/{self.names['contactListId']}/export"
        await self._make(path, None)
        self.clock.advance(60)
        export = await self.ask("GET", path)
        self.names["downloadId"] = export.json()["uri"].rpartition("/")[2]

    async def furnish(self) -> None:
        """Make one of each kind, and a spare one of each that something else may hold on to."""
        names = self.names
        names["token"] = await self.log_in(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
        names["namespaceName"] = "platform.api"
        names["contactId"] = "a"
        for name in ("divisionId", "spareDivisionId"):
            names[name] = await self._make("/api/v2/authorization/divisions", {"name": name})
        names["roleId"] = await self._make("/api/v2/authorization/roles", ROLE)
        names["clientId"] = await self._make("/api/v2/oauth/clients", CLIENT)
        await self._furnish_routing()
        names["contactListId"] = await self._make(LISTS, DEFINITION)
        names["spareListId"] = await self._make(LISTS, {**DEFINITION, "name": "Spare leads"})
        contacts = f"{LISTS}/{names['contactListId']}/contacts"
        await self._make(contacts, [CONTACT, *({**CONTACT, "id": name} for name in "bc")])
        called = {"lastAttempt": "2026-11-23T08:30:00.000Z", "lastResult": "ININ-OUTBOUND-BUSY"}
        await self.ask(
            "PATCH",
            f"/sim/contacts/{names['contactListId']}/a",
            Ask({"callRecords": {"phone": called}, "callable": False}),
        )
        names["contactListFilterId"] = await self._make(FILTERS, FILTER)
        await self._furnish_outbound()
        patch = {"contactIds": ["c"], "contact": {"data": {"mode": "preview"}}}
        names["jobId"] = await self._make(f"{contacts}/bulk/update", patch)
        self.clock.advance(60)
        names["runningJobId"] = await self._make(f"{contacts}/bulk/update", patch)
        names["datatableId"] = await self._make("/api/v2/flows/datatables", TABLE)
        await self._make(f"/api/v2/flows/datatables/{names['datatableId']}/rows", ROW)
        await self._furnish_data_service()
        await self._leave_traces()

    async def _furnish_routing(self) -> None:
        names = self.names
        names |= {"siteId": MAIN_SITE, "edgeGroupId": CLOUD_GROUP, "scriptId": DEFAULT_OUTBOUND}
        names |= {"objectType": "QUEUE"}
        names["skillId"] = await self._make(f"{ROUTING}/skills", {"name": "High Value Sales"})
        names["spareSkillId"] = await self._make(f"{ROUTING}/skills", {"name": "Spare"})
        names["userId"] = await self._make(USERS, USER)
        names["memberId"] = await self._make(USERS, {**USER, "email": "b@example.com"})
        for user in ("userId", "memberId"):
            skill = {"id": "$skillId", "proficiency": 4}
            await self._make(f"{USERS}/{names[user]}/routingskills", skill)
        names["skillGroupId"] = await self._make(f"{ROUTING}/skillgroups", SKILL_GROUP)
        spare = {"name": "Spare", "division": {"id": "$divisionId"}}
        names["spareGroupId"] = await self._make(f"{ROUTING}/skillgroups", spare)
        names["codeId"] = await self._make(f"{ROUTING}/wrapupcodes", {"name": "Won"})
        names["spareCodeId"] = await self._make(f"{ROUTING}/wrapupcodes", {"name": "Lost"})
        names["queueId"] = await self._make(f"{ROUTING}/queues", QUEUE)
        spare = {**QUEUE, "name": "Spare"}
        names["spareQueueId"] = await self._make(f"{ROUTING}/queues", spare)
        queue = f"{ROUTING}/queues/{names['queueId']}"
        await self._make(f"{queue}/wrapupcodes", [{"id": "$codeId"}])
        await self.ask("POST", f"{queue}/members", Ask([{"id": "$memberId"}]))

    async def _furnish_outbound(self) -> None:
        for name, path, body in FURNITURE:
            self.names[name] = await self._make(f"{OUTBOUND}/{path}", body)
        await self.ask("POST", f"{OUTBOUND}/campaigns/{self.names['runningId']}/start")
        dnc_list = f"{OUTBOUND}/dnclists/{self.names['dncListId']}"
        await self.ask("POST", f"{dnc_list}/phonenumbers", Ask(["+441"]))
        await self._make(f"{dnc_list}/export", None)
        export = (await self.ask("GET", f"{dnc_list}/export")).json()
        self.names["exportId"] = export["uri"].rpartition("/")[2]

    async def _furnish_data_service(self) -> None:
        names = self.names
        names["serviceId"] = await self._make(SERVICES, {"name": "LeadScoringIntegration"})
        entities = f"{SERVICES}/{names['serviceId']}/entities"
        await self._make(entities, ENTITY)
        await self.ask("PUT", f"{entities}/LeadScore/mapping", Ask(MAPPING))
        await self._make(f"{entities}/LeadScore/records/a", RECORD)
        names |= {"rowId": "a", "entityName": "LeadScore", "key": "a"}

    async def log_in(self, client_id: str, secret: str) -> str:
        """A new access token."""
        answer = await self._http.post(
            "/oauth/token", auth=(client_id, secret), data={"grant_type": "client_credentials"}
        )
        token: str = answer.json()["access_token"]
        return token

    def path_of(self, operation: Operation, objects: Mapping[str, str] = NOTHING) -> str:
        """The path of ``operation`` for the usual objects, or for the given ones."""
        path = operation.path.replace("*}", "}")
        for name in parameters_of(operation):
            value = self.named(objects.get(name, f"${name}"))
            path = path.replace("{" + name + "}", quote(value, safe=""))
        return path

    async def put(self, operation: Operation, question: Ask) -> httpx.Response:
        """Ask ``question`` of ``operation``."""
        path = self.path_of(operation, question.path)
        return await self.ask(operation.method, path, question)

    async def ask(self, method: str, path: str, question: Ask = Ask()) -> httpx.Response:
        """One call by the client that may do everything."""
        if question.form is not None:
            auth = (BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
            return await self._http.request(method, path, data=question.form, auth=auth)
        body = self.named(question.body)
        return await self._http.request(
            method,
            path,
            params=self.named(question.query),
            content=None if body is None else json.dumps(body),
            headers={
                "Authorization": f"Bearer {self.names['token']}",
                "Content-Type": "application/json",  # official clients say so on every call
            },
        )

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call just as it is given."""
        return await self._http.request(method, path, **options)

    def named(self, value: Any) -> Any:
        """``value`` with every ``$name`` in it replaced."""
        if isinstance(value, str):
            return ",".join(
                self.names[part[1:]] if part.startswith("$") else part for part in value.split(",")
            )
        if isinstance(value, dict):
            return {name: self.named(item) for name, item in value.items()}
        return [self.named(item) for item in value] if isinstance(value, list) else value

    async def _make(self, path: str, body: Any) -> str:
        answer = await self.ask("POST", path, Ask(body))
        assert answer.status_code == 200, answer.text
        made = answer.json()
        return made.get("id", "") if isinstance(made, dict) else ""

    async def _leave_traces(self) -> None:
        """Something for the logs: a call that was refused, and an event."""
        self.organisation.add_client("poor", "poor-secret", permissions=["*"], rate_limit=1)
        self.names["refusedId"] = "poor"
        token = {"Authorization": f"Bearer {await self.log_in('poor', 'poor-secret')}"}
        statuses = [
            (await self.send("GET", "/api/v2/tokens/me", headers=token)).status_code
            for _ in range(2)
        ]
        assert statuses == [200, 429]
        self.organisation.events.add(
            "CONTACT",
            "INVALID_CONTACT_UPDATE",
            "A contact could not be updated.",
            entity={"id": "a", "name": "a"},
            related={"id": self.names["contactListId"], "name": "Leads"},
        )
        self.names["eventId"] = next(iter(self.organisation.events))["id"]
