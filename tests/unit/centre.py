# SPDX-License-Identifier: Apache-2.0
"""A contact centre as the stack deploys it, with the clients and the permissions of that stack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
from pydantic import SecretStr

from infra.access import OPERATOR, PUSHER
from integration.app import App
from integration.settings import Settings
from simulator.clock import VirtualClock
from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.virtual_time import run_virtual

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday, 11:00 in Berlin
GATEWAY = "https://api.example.test"
COLUMNS = [
    *("lead_id", "phone", "zone", "ml_score", "ml_score_at", "route_tier", "model_version"),
    "rank",
]
PHONE = {"columnName": "phone", "type": "cell"}
ACTION = {"type": "Action"}
SENIOR, GENERAL = "senior", "general"


def precall(name, column, operator, kind, value, action, *, inverted=False):
    """A pre-call rule of one condition and one action."""
    condition = {
        "type": "contactAttributeCondition",
        "attributeName": column,
        "operator": operator,
        "valueType": kind,
        "value": value,
        "inverted": inverted,
    }
    actions = [ACTION | action]
    return {
        "name": name,
        "category": "DIALER_PRECALL",
        "conditions": [condition],
        "actions": actions,
    }


class Centre:
    """Campaigns, by tier, with all that they name; one of the tier "" for the skills.

    Args:
        tiers: of the campaigns.
        folder: for the outbox.
        organisation: where it is made; a new one, with clients of its own, unless given.
    """

    def __init__(self, tiers=("",), folder=None, organisation=None):
        self.organisation = organisation or Organisation(clock=VirtualClock(start=NOW))
        self.clock = self.organisation.clock
        self.control = Control(self.organisation)
        self.transport = SimulatorTransport(self.organisation)
        clients = {} if organisation else {"operator": OPERATOR, "pusher": PUSHER}
        for client, permissions in clients.items():
            rights = [f"{kind}:{one}" for kind, actions in permissions.items() for one in actions]
            self.organisation.add_client(client, "s3cret-s3cret", permissions=rights)
        self.lists, self.campaigns, self.filters = {}, {}, {}
        self.skill = self.make("/routing/skills", {"name": "High Value Sales"})
        self.limit = self.make(
            "/outbound/attemptlimits",
            {"name": "Attempts", "maxAttemptsPerContact": 4, "resetPeriod": "TODAY"},
        )
        self.hours = self.make(
            "/outbound/callabletimesets",
            {"name": "Calling hours", "callableTimes": [self._berlin()]},
        )
        self.blocked = self.make(
            "/outbound/dnclists",
            {
                "name": "Do not call",
                "dncSourceType": "rds_custom",
                "customExclusionColumn": "phone",
                "contactMethod": "Phone",
            },
        )
        self.answers = self.make(
            "/outbound/callanalysisresponsesets", {"name": "Answers", "responses": {}}
        )
        for tier in tiers:
            self._lane(tier)
        self.settings = self._settings(tiers, folder)

    def run(self, coroutine):
        return run_virtual(self.clock, coroutine)

    def make(self, path, body):
        return self.call("POST", path, body)["id"]

    def call(self, method, path, body=None):
        async def called():
            async with httpx.AsyncClient(transport=self.transport, base_url=GATEWAY) as http:
                token = await http.post(
                    "/oauth/token",
                    data={"grant_type": "client_credentials"},
                    auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
                )
                bearer = f"Bearer {token.json()['access_token']}"
                answer = await http.request(
                    method, f"/api/v2{path}", json=body, headers={"Authorization": bearer}
                )
                assert answer.is_success, answer.text
                return answer.json() if answer.content else None

        return self.run(called())

    def change(self, path, **fields):
        """Change fields of an object, as an administrator would."""
        now = self.call("GET", path)
        self.call("PUT", path, {**now, **fields})

    @staticmethod
    def _berlin():
        slots = [
            {"startTime": "09:00:00", "stopTime": "18:00:00", "day": day} for day in range(1, 6)
        ]
        return {"timeZoneId": "Europe/Berlin", "timeSlots": slots}

    def _lane(self, tier):
        name = f" {tier}" if tier else ""
        leads = self.lists[tier] = self.make(
            "/outbound/contactlists",
            {
                "name": f"Leads{name}",
                "columnNames": COLUMNS,
                "phoneColumns": [PHONE | {"callableTimeColumn": "zone"}],
                "columnDataTypeSpecifications": [
                    {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
                    {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
                    {"columnName": "rank", "columnDataType": "NUMERIC"},
                    {"columnName": "route_tier", "columnDataType": "TEXT", "maxLength": 64},
                ],
                "attemptLimits": {"id": self.limit},
            },
        )
        text = {"columnType": "alphabetic"}
        at = text | {"column": "ml_score_at"}
        predicates = [
            at | {"operator": "BEFORE", "value": "P-01DT00H00M", "inverted": True},
            at | {"operator": "ENDS_WITH", "value": "Z"},
        ]
        if tier:
            predicates.append(text | {"column": "route_tier", "operator": "EQUALS", "value": tier})
        if tier == SENIOR:
            theirs = {"column": "ml_score", "operator": "GREATER_THAN", "value": "70"}
            predicates.append(theirs | {"columnType": "numeric"})
        self.filters[tier] = self.make(
            "/outbound/contactlistfilters",
            {
                "name": f"RouteByPriority{name}",
                "contactList": {"id": leads},
                "filterType": "AND",
                "clauses": [{"filterType": "AND", "predicates": predicates}],
            },
        )
        refuse = {"actionTypeName": "DO_NOT_DIAL"}
        skills = {"skills": f'["{self.skill}"]'}
        set_skill = {"actionTypeName": "SET_SKILLS", "properties": skills}
        at_rule = ("ml_score_at", "BEFORE", "PERIOD", "P-1DT-0H-0M")
        blank = ("ml_score_at", "ENDS_WITH", "STRING", "Z")
        high = ("ml_score", "GREATER_THAN_EQUALS", "NUMERIC", "80")
        other = ("route_tier", "EQUALS", "STRING", tier)
        low = ("ml_score", "LESS_THAN_EQUALS", "NUMERIC", "70")
        rules = [
            precall("Score too old", *at_rule, refuse),
            precall("Score without a time", *blank, refuse, inverted=True),
            precall("High value", *high, set_skill),
            *[precall("Lead of another tier", *other, refuse, inverted=True)][: bool(tier)],
            *[precall("Score too low", *low, refuse)][: tier == SENIOR],
        ]
        self.rules = self.make(
            "/outbound/rulesets",
            {
                "name": f"Priority Lead Dispatch{name}",
                "contactList": {"id": leads},
                "rules": [rule | {"order": order} for order, rule in enumerate(rules)],
            },
        )
        queue = self.make("/routing/queues", {"name": f"{tier or 'one'} queue"})
        sites = self.call("GET", "/telephony/providers/edges/sites")["entities"]
        scripts = self.call("GET", "/scripts")["entities"]
        self.campaigns[tier] = self.make(
            "/outbound/campaigns",
            {
                "name": f"Leads campaign{name}",
                "contactList": {"id": leads},
                "contactListFilters": [{"id": self.filters[tier]}],
                "ruleSets": [{"id": self.rules}],
                "contactSorts": [{"fieldName": "ml_score", "direction": "DESC", "numeric": True}],
                "dynamicContactQueueingSettings": {"sort": True, "filter": True},
                "callableTimeSet": {"id": self.hours},
                "dncLists": [{"id": self.blocked}],
                "queue": {"id": queue},
                "script": {"id": scripts[0]["id"]},
                "site": {"id": sites[0]["id"]},
                "callAnalysisResponseSet": {"id": self.answers},
                "dialingMode": "progressive",
                "campaignStatus": "off",
                "alwaysRunning": True,
                "callerName": "Acme",
                "callerAddress": "+441632960000",
                "phoneColumns": [PHONE],
            },
        )
        self.call("POST", f"/outbound/campaigns/{self.campaigns[tier]}/start")

    def _settings(self, tiers, folder):
        named = (
            {
                "strategy": "queues",
                "senior_list": self.lists[SENIOR],
                "general_list": self.lists[GENERAL],
                "senior_campaign": self.campaigns[SENIOR],
                "general_campaign": self.campaigns[GENERAL],
            }
            if len(tiers) > 1
            else {"contact_list": self.lists[""], "campaign": self.campaigns[""]}
        )
        return Settings(
            gateway=GATEWAY,
            client_id="operator",
            client_secret=SecretStr("s3cret-s3cret"),
            outbox=folder / "outbox.db",
            **named,
        )

    # -- leads ---------------------------------------------------------------------------

    def lead(self, lead, score="", *, age=timedelta(hours=1), tier="", **columns):
        """Put a lead on the lists; its score is in all of them, as its tier is."""
        at = (NOW - age).strftime("%Y-%m-%dT%H:%M:%S.000Z") if score != "" else ""
        base = {"lead_id": lead, "phone": "+49301234", "zone": "Europe/Berlin"}
        data = base | {"ml_score": str(score), "ml_score_at": at, "route_tier": tier} | columns
        for list_id in self.lists.values():
            rows = [{"id": lead, "contactListId": list_id, "data": data}]
            self.call("POST", f"/outbound/contactlists/{list_id}/contacts", rows)

    def alter(self, lead, tier="", **change):
        self.control.change_contact(self.lists[tier], lead, ContactChange(**change))

    def explain(self, lead, **settings):
        async def explained():
            chosen = self.settings.model_copy(update=settings)
            async with App(chosen, clock=self.clock, transport=self.transport) as app:
                return await app.explain(lead)

        return self.run(explained())
