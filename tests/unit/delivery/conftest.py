# SPDX-License-Identifier: Apache-2.0
"""A delivery against a store in memory, whose failures are scripted."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Sequence

import pytest

from integration.batch import BatchTools
from integration.delivery import Delivery, DeliveryReport
from integration.drift import DriftAlert, DriftAlerts
from integration.order import StoredScore
from integration.outbox import InputRow, Outbox
from integration.platform.budget import CallBudget
from integration.platform.errors import PlatformError
from integration.platform.retry import RetryPolicy, RetrySession
from integration.policy import ScoringPolicy
from integration.scores import LeadScore, instant_of
from integration.stores.port import Held, WriteGroup
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

READ_SIZE = 50


class MemoryStore:
    """Scores in a dict; ``script`` is asked before and after every call."""

    destination = "memory"
    capacity = None

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.batch = 1000
        self.held: dict[str, StoredScore] = {}
        self.calls: list[tuple[str, tuple[str, ...]]] = []
        self.before: Callable[[str, Sequence[str]], None] = lambda *_: None
        self.after: Callable[[str, Sequence[str]], None] = lambda *_: None
        self.created: set[str] = set()
        self.misplaced: set[str] = set()

    def calls_for(self, scores):
        return -(-scores // READ_SIZE) + 1

    def writes_for(self, _scores):
        return 1

    def scores_within(self, calls):
        return max(0, min(self.batch, (calls - 1) * READ_SIZE))

    async def _call(self, kind, leads, calls):
        permit = await calls.permit()
        self.calls.append((kind, tuple(leads)))
        try:
            self.before(kind, leads)
        finally:
            permit.answered(200, {})

    def lane(self, _score):
        return ""

    async def check(self, leads, calls):
        pass

    async def read(self, scores, calls):
        found = {}
        lead_ids = [score.lead_id for score in scores]
        for start in range(0, len(lead_ids), READ_SIZE):
            part = lead_ids[start : start + READ_SIZE]
            await self._call("read", part, calls)
            found |= {
                lead: Held(
                    self.held[lead],
                    self.clock.monotonic(),
                    {"there": True},
                    placed=lead not in self.misplaced,
                )
                for lead in part
                if lead in self.held
            }
        return found

    def groups(self, writes):
        return [WriteGroup(tuple(writes))] if writes else []

    async def write(self, group, calls):
        leads = [write.score.lead_id for write in group.writes]
        await self._call("write", leads, calls)
        for write in group.writes:
            self.held[write.score.lead_id] = StoredScore(write.score.score, write.score.at)
        self.misplaced -= set(leads)
        self.after("write", leads)
        return self.created & set(leads)


class World:
    """Outbox, store and delivery on one virtual clock."""

    def __init__(self, folder) -> None:
        self.clock = VirtualClock()
        self.outbox = Outbox(folder / "outbox.db")
        self.store = MemoryStore(self.clock)
        self.budget = CallBudget(self.clock)
        self.policy = RetryPolicy(attempts=4, total=60)
        self.alerts: list[DriftAlert] = []
        self.options: dict[str, bool] = {}
        self.workers = 1
        self.stop = asyncio.Event()
        self._names = itertools.count(1)

    @property
    def now(self):
        return instant_of(self.clock.now())

    def score(self, lead, score=50, *, age_s=60, **more):
        return LeadScore(lead, score, self.now - int(age_s * 1000), **more)

    def enqueue(self, *scores):
        run = self.outbox.records.start_run("test", "memory", self.now)
        rows = [InputRow(row, score) for row, score in enumerate(scores, 1)]
        self.outbox.intake.enqueue(run, "memory", rows, self.now)
        return run

    async def notify(self, alert):
        self.alerts.append(alert)

    def delivery(self):
        rng = random.Random(7)
        drift = DriftAlerts(self.clock, [self])
        tools = BatchTools(
            outbox=self.outbox,
            store=self.store,
            policy=ScoringPolicy(),
            budget=self.budget,
            retries=lambda: RetrySession(self.policy, clock=self.clock, rng=rng),
            clock=self.clock,
            correlate=lambda: f"batch-{next(self._names)}",
            **self.options,
        )
        return drift, Delivery(tools, alerts=drift, workers=self.workers)

    def deliver(self) -> DeliveryReport:
        async def main():
            drift, delivery = self.delivery()
            report = await delivery.run(self.stop)
            await drift.tell()
            return report

        return run_virtual(self.clock, main())

    def verdicts(self, run):
        return {one.row: one.verdict for one in self.outbox.records.arrivals(run)}

    def fail(self, *errors: PlatformError | None, kind="write", after=False):
        """Raise each of ``errors`` in turn (None: let one pass) at calls of ``kind``."""
        left = list(errors)

        def strike(called, _leads):
            if called == kind and left and (error := left.pop(0)) is not None:
                raise error

        if after:
            self.store.after = strike
        else:
            self.store.before = strike

    def close(self):
        self.outbox.close()


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()
