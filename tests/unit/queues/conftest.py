# SPDX-License-Identifier: Apache-2.0
"""The integration against a simulated organisation that has a contact list for each tier."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from integration.app import App
from integration.scores import RawScore, format_instant, instant_of
from integration.settings import Settings
from integration.sources import ContactRow, SourceRow
from simulator.clock import VirtualClock
from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.faults import FaultRule
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.virtual_time import run_virtual

COLUMNS = ["lead_id", "phone", "zone", "ml_score", "ml_score_at", "route_tier", "model_version"]
PUSHER = ("outbound:contact:add", "outbound:contact:view", "outbound:contactList:view")
READ = "post_outbound_contactlist_contacts_bulk"
WRITE = "post_outbound_contactlist_contacts"
HOUR = 3600.0
GATEWAY = "https://api.example.test"
SENIOR, GENERAL = "senior", "general"


class Site:
    """Two contact lists, and the means to run the product against them."""

    def __init__(self, folder) -> None:
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock, seed=1)
        self.control = Control(self.organisation)
        self.transport = SimulatorTransport(self.organisation)
        self.organisation.add_client("pusher", "pusher-secret", permissions=PUSHER)
        self.lists = {tier: self.run(self._new_list(tier)) for tier in (SENIOR, GENERAL)}
        self._folder = folder
        self._machines = itertools.count(1)
        self.settings = Settings(
            gateway=GATEWAY,
            client_id="pusher",
            client_secret=SecretStr("pusher-secret"),
            strategy="queues",
            senior_list=self.lists[SENIOR],
            general_list=self.lists[GENERAL],
            outbox=folder / "outbox.db",
            retry_attempts=3,
        )

    def run(self, coroutine):
        return run_virtual(self.clock, coroutine)

    # -- the platform --------------------------------------------------------------------

    async def call(self, method, path, body=None):
        async with httpx.AsyncClient(transport=self.transport, base_url=GATEWAY) as http:
            token = await http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=("local-deployer", "local-deployer-secret"),
            )
            bearer = f"Bearer {token.json()['access_token']}"
            answer = await http.request(method, path, json=body, headers={"Authorization": bearer})
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

    async def _new_list(self, tier, columns=COLUMNS):
        body = {
            "name": f"Leads {tier}",
            "columnNames": columns,
            "phoneColumns": [{"columnName": "phone", "type": "cell"}],
            "columnDataTypeSpecifications": [
                {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
                {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
            ],
        }
        return (await self.call("POST", "/api/v2/outbound/contactlists", body))["id"]

    def add(self, *leads, tiers=(SENIOR, GENERAL), **columns):
        """Put leads on the lists, as somebody would who has no idea of scores."""
        for tier in tiers:
            path = f"/api/v2/outbound/contactlists/{self.lists[tier]}/contacts"
            base = {"phone": "+49301234", "zone": "Europe/Berlin"}
            rows = [
                {
                    "id": lead,
                    "contactListId": self.lists[tier],
                    "data": {"lead_id": lead} | base | columns,
                }
                for lead in leads
            ]
            self.run(self.call("POST", path, rows))

    def settle(self, lead, tier, score=50, *, age=HOUR, named=True):
        """A lead that lives in ``tier`` with ``score`` of so many seconds ago, on both lists."""
        if not self.there(lead):
            self.add(lead)
        at = self.instant(age)
        self.change(lead, tier, data={"ml_score": str(score), "ml_score_at": at})
        for one in self.lists:
            named_tier = tier if named or one == tier else ""
            self.change(lead, one, data={"route_tier": named_tier})

    def there(self, lead):
        contacts = self.organisation.contact_lists.get(self.lists[SENIOR]).contacts
        return lead in contacts

    def change(self, lead, tier, **change):
        self.control.change_contact(self.lists[tier], lead, ContactChange(**change))

    def remove(self, lead, tier):
        self.organisation.contact_lists.get(self.lists[tier]).remove([lead])

    def contact(self, lead, tier):
        return self.control.contact(self.lists[tier], lead)

    def data(self, lead, tier):
        return self.contact(lead, tier)["data"]

    def score(self, lead, tier):
        data = self.data(lead, tier)
        return data["ml_score"], data["ml_score_at"]

    def tiers(self, lead):
        """What the two lists name as the lead's tier."""
        return tuple(
            self.data(lead, tier)["route_tier"] if lead in self._contacts(tier) else None
            for tier in self.lists
        )

    def _contacts(self, tier):
        return self.organisation.contact_lists.get(self.lists[tier]).contacts

    def dialled_from(self, lead):
        """The tiers whose campaign would dial the lead: filter, queue and callable."""
        found = []
        for tier in self.lists:
            contact = self._contacts(tier).get(lead)
            if (
                contact is not None
                and contact.data["route_tier"] == tier
                and contact.callable
                and contact.queued
                and not contact.skipped
                and contact.data["ml_score"]
            ):
                found.append(tier)
        return found

    def call_record(self, result="ININ-OUTBOUND-LIVE", *, age=60.0):
        return {"phone": {"lastAttempt": self.instant(age), "lastResult": result}}

    def called(self, lead, tier, result="ININ-OUTBOUND-LIVE", *, age=60.0):
        """An agent, or a machine, has answered from ``tier``'s campaign."""
        self.change(lead, tier, callRecords=self.call_record(result, age=age), queued=False)

    def fault(self, operation=WRITE, **rule):
        self.control.set_faults(rules=[FaultRule(operation=operation, **rule)])

    def calls(self, operation="*"):
        """(tier of the list, leads, body, query) of the product's calls, in order."""
        found = []
        for one in self.control.calls(operation=operation, client_id="pusher")["calls"]:
            for tier, list_id in self.lists.items():
                if f"/{list_id}/contacts" in one["path"]:
                    query = {name: values[-1] for name, values in parse_qs(one["query"]).items()}
                    found.append((tier, one["body"], query))
        return found

    def reads(self):
        return [(tier, sorted(body)) for tier, body, _ in self.calls(READ)]

    def writes(self):
        return [(tier, sorted(row["id"] for row in body)) for tier, body, _ in self.calls(WRITE)]

    def forget_calls(self):
        self.control.forget_calls()

    def before_write(self, number, act):
        """Do ``act`` when the product's ``number``-th write from now is on its way."""
        carry, writes = self.transport.handle_async_request, itertools.count(1)

        async def act_first(request):
            is_write = request.method == "POST" and request.url.path.endswith("/contacts")
            if is_write and next(writes) == number:
                self.transport.handle_async_request = carry
                act()
            return await carry(request)

        self.transport.handle_async_request = act_first

    def before_call(self, matches, act, *, number=1):
        """Do ``act`` when the product's ``number``-th call that ``matches`` is on its way."""
        carry, calls = self.transport.handle_async_request, itertools.count(1)

        async def act_first(request):
            if matches(request.method, request.url.path) and next(calls) == number:
                self.transport.handle_async_request = carry
                act()
            return await carry(request)

        self.transport.handle_async_request = act_first

    def before_read(self, tier, act):
        end = f"/{self.lists[tier]}/contacts/bulk"
        self.before_call(lambda _, path: path.endswith(end), act)

    def before_export_of(self, tier, act, *, number=1):
        end = f"/{self.lists[tier]}/export"
        self.before_call(
            lambda method, path: method == "POST" and path.endswith(end), act, number=number
        )

    def exports(self):
        """How many exports the product has asked for."""
        found = self.control.calls(operation="post_outbound_contactlist_export", client_id="pusher")
        return len(found["calls"])

    def move(self, lead, was, now, score):
        """Somebody else's push moves a lead."""
        self.change(lead, was, data={"route_tier": now})
        data = {"ml_score": str(score), "ml_score_at": self.instant(), "route_tier": now}
        self.change(lead, now, data=data)

    # -- the product ---------------------------------------------------------------------

    def instant(self, age=0.0):
        return format_instant(instant_of(self.clock.now()) - int(age * 1000))

    def another_machine(self):
        """Go on with an outbox that knows nothing."""
        outbox = self._folder / f"outbox-{next(self._machines)}.db"
        self.settings = self.settings.model_copy(update={"outbox": outbox})

    def app(self, **changes):
        settings = self.settings.model_copy(update=changes)
        return App(settings, clock=self.clock, transport=self.transport, rng=random.Random(3))

    def use(self, work, **changes):
        async def main():
            async with self.app(**changes) as app:
                return await work(app)

        return self.run(main())

    def rows(self, *scores, age=60.0):
        at = self.instant(age)
        return [
            SourceRow(row, RawScore(lead, str(score), at), None)
            for row, (lead, score) in enumerate(scores, 1)
        ]

    def push(self, *scores, age=60.0, **changes):
        rows = self.rows(*scores, age=age)
        return self.use(lambda app: app.push(rows, name="test"), **changes)

    def push_until_killed(self, *scores, at_write, age=60.0, **changes):
        """Push in a process that is killed when its ``at_write``-th write is on its way."""
        rows = self.rows(*scores, age=age)

        async def main():
            app = self.app(**changes)
            running = asyncio.ensure_future(app.push(rows, name="test"))

            def kill():
                app.outbox.close()  # nothing of it is kept from here on
                running.cancel()
                raise asyncio.CancelledError

            self.before_write(at_write, kill)
            with contextlib.suppress(BaseException):
                await running
            await app.close()

        self.run(main())

    def killed_at(self, work, call, *, answered, watch=lambda: None, **changes):
        """Do ``work`` in a process that is killed at its ``call``-th call; whether it was.

        Either before the call arrives, or (``answered``) right after it was carried out.
        """
        carry, calls, killed = self.transport.handle_async_request, itertools.count(1), []

        async def main():
            app = self.app(**changes)
            running = asyncio.ensure_future(work(app))

            async def carry_or_kill(request):
                if next(calls) != call:
                    answer = await carry(request)
                    watch()
                    return answer
                if answered:
                    await carry(request)
                    watch()
                killed.append(request.url.path)
                app.outbox.close()  # nothing of it is kept from here on
                running.cancel()
                raise asyncio.CancelledError

            self.transport.handle_async_request = carry_or_kill
            with contextlib.suppress(BaseException):
                await running
            await app.close()

        try:
            self.run(main())
        finally:
            self.transport.handle_async_request = carry
        return bool(killed)

    def resume(self, **changes):
        return self.use(lambda app: app.resume(), **changes)

    def verdicts(self, summary):
        """Verdict, previous score and its instant by lead."""

        async def look(app):
            return {one.lead_id: one for one in app.verdicts(summary.run_id)}

        return self.use(look)

    def history(self, lead):
        async def look(app):
            return app.history(lead)

        return self.use(look)

    def reconcile(self, *, mend=False, **changes):
        return self.use(lambda app: app.reconcile(mend=mend), **changes)

    def kinds(self, **changes):
        """What a reconciliation finds, by lead; it changes nothing."""
        self.forget_calls()
        summary = self.reconcile(**changes)
        assert self.writes() == []
        assert summary.exit_code == (1 if summary.found else 0)
        return dict(summary.examples)

    def mend(self, **changes):
        """Mend, and see that nothing is left to be found."""
        summary = self.reconcile(mend=True, **changes)
        assert (summary.left, summary.stopped, summary.exit_code) == ({}, None, 0)
        assert self.kinds(**changes) == {}
        return summary

    def contact_rows(self, *contacts, columns=("phone", "zone")):
        return [
            ContactRow(row, lead, dict(zip(columns, values, strict=True)), None)
            for row, (lead, *values) in enumerate(contacts, 1)
        ]

    def load(self, *contacts, columns=("phone", "zone"), **changes):
        rows = self.contact_rows(*contacts, columns=columns)
        return self.use(lambda app: app.load(rows, columns), **changes)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)
