# SPDX-License-Identifier: Apache-2.0
"""A service that delivers all day, against the simulated platform, in one virtual run."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from integration.app import App
from integration.outbox import InputRow
from integration.scores import LeadScore, RawScore, format_instant, instant_of
from integration.serving.stream import ALERT_AGAIN_S, Pacing, Stream
from integration.sources import SourceRow
from simulator.faults import FaultRule
from tests.unit.centre import GENERAL, SENIOR, Centre

WRITE = "post_outbound_contactlist_contacts"
READ = "post_outbound_contactlist_contacts_bulk"
TOKEN = "post_oauth_token"


class Service(Centre):
    """Leads, and what a service does with their scores."""

    def __init__(self, tiers, folder):
        super().__init__(tiers, folder)
        self.folder = folder
        self.alerts_file = folder / "alerts.jsonl"
        more = {"client_id": "pusher", "retry_attempts": 2, "drift_file": self.alerts_file}
        self.settings = self.settings.model_copy(update=more)
        self.started = 0.0

    def app(self, **settings):
        chosen = self.settings.model_copy(update=settings)
        return App(chosen, clock=self.clock, transport=self.transport, rng=random.Random(3))

    @asynccontextmanager
    async def serving(self, own_run=None, **settings):
        """A service that runs meanwhile, and is ended afterwards."""
        async with self.app(**settings) as app:
            arrived, stop = asyncio.Event(), asyncio.Event()
            stream = Stream(
                app._push_tools(app._connect(), quiet=ALERT_AGAIN_S),
                arrived,
                Pacing.from_settings(app._settings),
                own_run=lambda: own_run,
            )
            running = asyncio.ensure_future(stream.run(stop))
            self.started = self.clock.monotonic()
            one = Serving(self, app, stream, arrived, stop, running)
            try:
                yield one
            finally:
                stop.set()
                await running

    def serve(self, script, **settings):
        """Run ``script`` beside a service; what was logged."""

        async def main():
            async with self.serving(**settings) as one:
                await script(one)

        with capture_logs() as logs:
            self.run(main())
        return logs

    def score(self, lead, score, *, age_s=60.0, based_on=None):
        at = instant_of(self.clock.now()) - round(age_s * 1000)
        return LeadScore(lead, score, at, "", based_on)

    def rows(self, *scores, age_s=60.0):
        at = format_instant(instant_of(self.clock.now()) - round(age_s * 1000))
        return [
            SourceRow(row, RawScore(lead, str(score), at), None)
            for row, (lead, score) in enumerate(scores, 1)
        ]

    def leads(self, number):
        """Put so many leads on the lists."""
        names = [f"L{one:04}" for one in range(1, number + 1)]
        for list_id in self.lists.values():
            rows = [
                {
                    "id": lead,
                    "contactListId": list_id,
                    "data": {"lead_id": lead, "phone": "+49301234", "zone": "Europe/Berlin"},
                }
                for lead in names
            ]
            self.call("POST", f"/outbound/contactlists/{list_id}/contacts", rows)
        return names

    def held(self, lead, tier=""):
        """The score that the platform holds."""
        return self.control.contact(self.lists[tier], lead)["data"].get("ml_score", "")

    def made(self, operation=""):
        """The calls of the service."""
        calls = self.control.calls(client_id="pusher")["calls"]
        return [one for one in calls if operation in {"", one["operation_id"]}]

    def fail(self, operation="*", kind="connect_error", **more):
        self.control.set_faults(rules=[FaultRule(operation=operation, kind=kind, **more)])

    def alerts(self):
        if not self.alerts_file.exists():
            return []
        return [json.loads(line) for line in self.alerts_file.read_text().splitlines()]


class Serving:
    """One process of the service."""

    def __init__(self, service, app, stream, arrived, stop, running):
        self.service = service
        self.app = app
        self.stream = stream
        self.arrived = arrived
        self.stop = stop
        self.running = running
        self._run = None

    @property
    def records(self):
        return self.app.outbox.records

    def put(self, *scores, told=True):
        """Accept scores as a listener does: durably, then the event."""
        destination = self.app._connect().store.destination
        now = instant_of(self.service.clock.now())
        run = self.records.start_run("webhook", destination, now)
        lane = self.app._connect().store.lane
        rows = [InputRow(row, one, lane=lane(one)) for row, one in enumerate(scores, 1)]
        self.app.outbox.intake.enqueue(run, destination, rows, now)
        if told:
            self.arrived.set()
        return run

    async def wait(self, seconds):
        await self.service.clock.sleep(seconds)

    async def until_empty(self):
        """Wait until nothing is on its way; for how long that was."""
        began = self.service.clock.monotonic()
        while self.waiting():
            await self.wait(0.05)
        return self.service.clock.monotonic() - began

    def waiting(self):
        found = self.records.status(instant_of(self.service.clock.now()))
        return found.ready + found.put_off + found.claimed

    def verdicts(self, run):
        return [one.verdict for one in self.records.arrivals(run)]

    @property
    def standing(self):
        return self.stream.standing.look()


@pytest.fixture
def service(tmp_path):
    return Service(("",), tmp_path)


@pytest.fixture
def two_lists(tmp_path):
    return Service((SENIOR, GENERAL), tmp_path)
