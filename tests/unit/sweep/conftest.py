# SPDX-License-Identifier: Apache-2.0
"""A contact centre whose stale scores are swept while others go on pushing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from integration.app import App
from integration.scores import RawScore, format_instant, instant_of
from integration.sources import SourceRow
from simulator.faults import FaultRule
from tests.unit.centre import GENERAL, SENIOR, Centre

OLD = timedelta(hours=26)


class Swept(Centre):
    """Leads, and a pusher who pushes and sweeps."""

    def __init__(self, tiers, folder):
        super().__init__(tiers, folder)
        self.folder = folder
        pusher = {"client_id": "pusher", "sweep_verified": True, "retry_attempts": 2}
        self.settings = self.settings.model_copy(update=pusher)
        self.stopped_after = None

    def app(self, **settings):
        chosen = self.settings.model_copy(update=settings)
        return App(chosen, clock=self.clock, transport=self.transport)

    async def _swept(self, *, mark, **settings):
        async with self.app(**settings) as app:
            if self.stopped_after is not None:
                asyncio.get_running_loop().call_later(self.stopped_after, app.interrupt)
            return await app.sweep(mark=mark)

    def sweep(self, *, mark=True, **settings):
        return self.run(self._swept(mark=mark, **settings))

    async def _pushed(self, scores, wait=0.0, **settings):
        await self.clock.sleep(wait)
        at = format_instant(instant_of(self.clock.now()))
        rows = [
            SourceRow(number, RawScore(lead, str(score), at), None)
            for number, (lead, score) in enumerate(scores.items(), 1)
        ]
        async with self.app(**settings) as app:
            return await app.push(rows, name="scores.csv")

    def push(self, scores):
        return self.run(self._pushed(scores))

    def sweep_while(self, scores, *, wait, **settings):
        """Sweep, and push some scores so many seconds after it has begun."""

        async def both():
            return await asyncio.gather(
                self._swept(mark=True, **settings), self._pushed(scores, wait)
            )

        return self.run(both())

    def cohort(self, leads, score=90, *, age=OLD, tier=""):
        for lead in leads:
            self.lead(lead, score, age=age, tier=tier)

    def data(self, lead, tier=""):
        return self.control.contact(self.lists[tier], lead)["data"]

    def score(self, lead, tier=""):
        return self.data(lead, tier)["ml_score"]

    def slow(self, seconds, rate):
        self.organisation.bulk_jobs.start_seconds = seconds
        self.organisation.bulk_jobs.contacts_per_second = rate

    def fail(self, operation, kind="status", **more):
        self.control.set_faults(rules=[FaultRule(operation=operation, kind=kind, **more)])

    def made(self, operation):
        return len(self.control.calls(operation=operation, client_id="pusher")["calls"])


@pytest.fixture
def one_list(tmp_path):
    return Swept(("",), tmp_path)


@pytest.fixture
def two_lists(tmp_path):
    return Swept((SENIOR, GENERAL), tmp_path)
