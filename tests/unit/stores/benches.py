# SPDX-License-Identifier: Apache-2.0
"""Each store on the simulated platform, under one set of words for the contract tests.

A bench makes the store's place on the platform, looks into it behind the API's back, and knows
the names of the store's calls.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from abc import ABC, abstractmethod

from integration.batch import BatchTools
from integration.delivery import Delivery
from integration.drift import DriftAlerts
from integration.order import StoredScore
from integration.outbox import InputRow, Outbox
from integration.platform.budget import CallBudget
from integration.platform.client import GenesysClient
from integration.platform.retry import RetryPolicy, RetrySession
from integration.policy import ScoringPolicy
from integration.scores import LeadScore, format_instant, instant_of, read_instant
from integration.stores.contact_list import ContactListStore
from integration.stores.data_service import DataServiceStore
from integration.stores.data_table import DataTableStore
from simulator.clock import VirtualClock
from simulator.contact import Contact
from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.data_entity import DataEntity, Record, read_definition
from simulator.faults import FaultRule
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.virtual_time import run_virtual

API, LOGIN = "https://api.mypurecloud.de", "https://login.mypurecloud.de"
PUSHER, SECRET = "pusher", "pusher-secret"
RETRIES = RetryPolicy(attempts=5, total=120)


class Bench(ABC):
    """A store, the platform behind it, and a delivery into it.

    Args:
        folder: for the outbox.
        allowed: calls a minute.
    """

    read_call: str
    write_call: str
    permissions: tuple[str, ...]
    makes_leads: bool
    """Whether a lead that the store does not have gets a record by the first write."""

    def __init__(self, folder, *, allowed=3000) -> None:
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock)
        self.control = Control(self.organisation)
        self.organisation.add_client(
            PUSHER, SECRET, permissions=self.permissions, rate_limit=allowed
        )
        self.policy = ScoringPolicy()
        self.budget = CallBudget(self.clock, allowed=allowed)
        self.rng = random.Random(7)
        self.client = GenesysClient(
            api_url=API,
            login_url=LOGIN,
            client_id=PUSHER,
            secret=SECRET,
            budget=self.budget,
            clock=self.clock,
            rng=self.rng,
            retry=RETRIES,
            transport=SimulatorTransport(self.organisation),
        )
        self.outbox = Outbox(folder / "outbox.db")
        self.options = {}
        self.workers = 1
        self.alerts = []
        self._names = itertools.count(1)
        self.make_place()
        self.store = self.make_store()

    # -- the store's own -------------------------------------------------------------------

    @abstractmethod
    def make_place(self): ...

    @abstractmethod
    def make_store(self, **options): ...

    @abstractmethod
    def elsewhere(self):
        """The same kind of store, in a place that does not exist."""

    @abstractmethod
    def put(self, lead, score=None, at=None, other="kept"):
        """Let the place hold a lead, as somebody else would write it; without a score: none."""

    @abstractmethod
    def stored(self, lead):
        """The score that the place holds, and the other column; None where it has no record."""

    @abstractmethod
    def drop(self, lead):
        """Take the lead's record away."""

    @abstractmethod
    def refuse(self, lead):
        """Let the platform refuse every write of the lead."""

    @abstractmethod
    def spoil(self, lead):
        """Let the record hold what is no score."""

    # -- words for all of them -------------------------------------------------------------

    @property
    def now(self):
        return instant_of(self.clock.now())

    def score(self, lead, score=50, *, age_s=60, **more):
        return LeadScore(lead, score, self.now - int(age_s * 1000), **more)

    def enqueue(self, *scores):
        destination = self.store.destination
        run = self.outbox.records.start_run("test", destination, self.now)
        rows = [InputRow(row, score) for row, score in enumerate(scores, 1)]
        self.outbox.intake.enqueue(run, destination, rows, self.now)
        return run

    async def notify(self, alert):
        self.alerts.append(alert)

    def deliver(self):
        return run_virtual(self.clock, self._deliver())

    async def _deliver(self):
        drift = DriftAlerts(self.clock, [self])
        tools = BatchTools(
            outbox=self.outbox,
            store=self.store,
            policy=self.policy,
            budget=self.budget,
            retries=lambda: RetrySession(RETRIES, clock=self.clock, rng=self.rng),
            clock=self.clock,
            correlate=lambda: f"batch-{next(self._names)}",
            **self.options,
        )
        delivery = Delivery(tools, alerts=drift, workers=self.workers)
        report = await delivery.run(asyncio.Event())
        await drift.tell()
        return report

    def push(self, *scores):
        """Enqueue and deliver; the verdicts by row."""
        run = self.enqueue(*scores)
        self.deliver()
        return self.verdicts(run)

    def verdicts(self, run):
        return {one.row: one.verdict for one in self.outbox.records.arrivals(run)}

    def read(self, *leads):
        """What the store itself reads."""

        async def reading():
            with await self.budget.reserve(self.store.calls_for(len(leads) or 1)) as calls:
                return await self.store.read([self.score(lead) for lead in leads], calls)

        return run_virtual(self.clock, reading())

    def fault(self, *rules):
        self.control.set_faults(rules=[FaultRule.model_validate(rule) for rule in rules])

    def during(self, seconds, act):
        """Deliver; ``act`` happens ``seconds`` into it."""

        async def both():
            async def later():
                await self.clock.sleep(seconds)
                act()

            other = asyncio.ensure_future(later())
            report = await self._deliver()
            assert other.done(), "it was all over before that"
            return report

        return run_virtual(self.clock, both())

    def calls(self, operation="*"):
        """The product's calls that the platform saw, sign-ins left out."""
        found = self.control.calls(operation=operation, client_id=PUSHER)["calls"]
        return [call for call in found if call["operation_id"] != "post_oauth_token"]

    def close(self):
        run_virtual(self.clock, self.client.aclose())
        self.outbox.close()


class ContactListBench(Bench):
    """A contact list: leads are contacts, loaded before they are scored."""

    read_call = "post_outbound_contactlist_contacts_bulk"
    write_call = "post_outbound_contactlist_contacts"
    permissions = ("outbound:contact:add", "outbound:contact:view")
    makes_leads = False

    def make_place(self):
        names = ["lead_id", "phone", "other", "ml_score", "ml_score_at", "route_tier"]
        definition = {
            "name": "Leads",
            "columnNames": [*names, "model_version"],
            "phoneColumns": [{"columnName": "phone", "type": "cell"}],
            "columnDataTypeSpecifications": [
                {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
                {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
            ],
            "emailColumns": [],
            "whatsAppColumns": [],
        }
        home = self.organisation.access.home.id
        self.list = self.organisation.contact_lists.add(definition, home)

    def make_store(self, **options):
        return ContactListStore(self.client, self.list.id, self.policy, self.clock, **options)

    def elsewhere(self):
        return ContactListStore(self.client, "nowhere", self.policy, self.clock)

    def put(self, lead, score=None, at=None, other="kept"):
        data = {**self.list.columns, "lead_id": lead, "phone": "+441", "other": other}
        if score is not None:
            data |= {"ml_score": str(score), "ml_score_at": format_instant(at)}
        if lead in self.list.contacts:
            self.control.change_contact(self.list.id, lead, ContactChange(data=data))
        else:
            self.list.contacts[lead] = contact(lead, data)
            self.list.changed()

    def stored(self, lead):
        found = self.list.contacts.get(lead)
        if found is None:
            return None
        score, at = found.data["ml_score"], found.data["ml_score_at"]
        return StoredScore(int(score) if score else None, read_instant(at)), found.data["other"]

    def drop(self, lead):
        del self.list.contacts[lead]

    def refuse(self, lead):
        self.put(lead, *self._numbers(lead), other="x" * 600)

    def _numbers(self, lead):
        stored = self.stored(lead)[0]
        return stored.score, stored.at

    def spoil(self, lead):
        self.put(lead)
        change = ContactChange(data={"ml_score": "n/a", "ml_score_at": "yesterday"})
        self.control.change_contact(self.list.id, lead, change)


class DataServiceBench(Bench):
    """The guide's entity: a lead without a record gets one."""

    read_call = "get_data_service_entity_record"
    write_call = "put_data_service_entity_record"
    permissions = ("data:record:view", "data:record:edit")
    makes_leads = True

    def make_place(self):
        home = self.organisation.access.home.id
        self.service = self.organisation.data_services.add("LeadScoringIntegration", home, "")
        definition = read_definition(
            {
                "name": "LeadScore",
                "keyField": "lead_id",
                "fields": [
                    {"name": "lead_id", "type": "string"},
                    {"name": "priority_score", "type": "integer"},
                    {"name": "last_calculated_at", "type": "datetime"},
                    {"name": "other", "type": "string"},
                ],
            }
        )
        self.entity = self.service.entities["LeadScore"] = DataEntity(definition, "", "")

    def make_store(self, **options):
        return DataServiceStore(
            self.client, self.service.id, "LeadScore", self.policy, self.clock, **options
        )

    def elsewhere(self):
        return DataServiceStore(self.client, "nowhere", "LeadScore", self.policy, self.clock)

    def put(self, lead, score=None, at=None, other="kept"):
        values = {"lead_id": lead, "other": other}
        if score is not None:
            values |= {"priority_score": score, "last_calculated_at": format_instant(at)}
        self.entity.records[lead] = Record(values, "", "")

    def stored(self, lead):
        found = self.entity.records.get(lead)
        if found is None:
            return None
        values = found.entity
        score = StoredScore(
            values.get("priority_score"), read_instant(values.get("last_calculated_at", ""))
        )
        return score, values.get("other")

    def drop(self, lead):
        del self.entity.records[lead]

    def refuse(self, lead):
        self.entity.records[lead].entity["other"] = "x" * 600

    def spoil(self, lead):
        values = {"lead_id": lead, "priority_score": True, "last_calculated_at": 12}
        self.entity.records[lead] = Record(values, "", "")


class DataTableBench(Bench):
    """A data table: a lead without a row gets one."""

    read_call = "get_flows_datatable_row"
    write_call = "p*_flows_datatable_row*"
    permissions = tuple(f"architect:datatableRow:{may}" for may in ("view", "add", "edit"))
    makes_leads = True

    def make_place(self):
        schema = {
            "required": ["key"],
            "properties": {
                "key": {"type": "string"},
                "priorityScore": {"type": "integer"},
                "lastCalculatedAt": {"type": "string"},
                "other": {"type": "string"},
            },
        }
        home = self.organisation.access.home.id
        self.table = self.organisation.data_tables.add("LeadScore", home, schema, "")

    def make_store(self, **options):
        return DataTableStore(self.client, self.table.id, self.policy, self.clock, **options)

    def elsewhere(self):
        return DataTableStore(self.client, "nowhere", self.policy, self.clock)

    def put(self, lead, score=None, at=None, other="kept"):
        self.table.rows[lead] = {
            "key": lead,
            "priorityScore": score or 0,
            "lastCalculatedAt": "" if at is None else format_instant(at),
            "other": other,
        }

    def stored(self, lead):
        row = self.table.rows.get(lead)
        if row is None:
            return None
        at = read_instant(row["lastCalculatedAt"])
        return StoredScore(None if at is None else row["priorityScore"], at), row["other"]

    def drop(self, lead):
        del self.table.rows[lead]

    def refuse(self, lead):
        self.table.rows[lead]["other"] = 7

    def spoil(self, lead):
        row = {"key": lead, "priorityScore": "n/a", "lastCalculatedAt": "yesterday", "other": ""}
        self.table.rows[lead] = row


def contact(lead, data):
    """A contact as somebody else loaded it."""
    return Contact(lead, data, "2026-11-23T08:00:00.000Z")


BENCHES = {
    "contact list": ContactListBench,
    "data service": DataServiceBench,
    "data table": DataTableBench,
}
