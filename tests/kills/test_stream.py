# SPDX-License-Identifier: Apache-2.0
"""A service that is cut at any point while scores stream in; the next one finishes its work.

Points are the statements of the database, the requests and the waits: between them a process only
computes. What accepts the scores lives on, as another process does that shares the outbox.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict

import pytest

from benchmarks.kills.seams import CountedClock, CountedTransport, Points, statements
from benchmarks.kills.steps import CutError
from integration.app import App
from integration.outbox import InputRow, Outbox
from integration.scores import LeadScore, instant_of
from integration.serving.stream import Pacing, Stream
from tests.unit.centre import GENERAL, SENIOR
from tests.unit.serving.conftest import WRITE, Service

FED = [  # after how many seconds, lead, score, seconds by which it is older than that
    (0.0, "L0001", 60, 0),
    (0.0, "L0002", 90, 0),
    (0.0, "nobody", 50, 0),
    (2.5, "L0001", 95, 0),
    (4.0, "L0002", 20, 3600),
    (4.0, "L0003", 30, 0),
    (6.5, "L0003", 75, 0),
    (6.5, "L0001", 40, 0),
]
NEWEST = {"L0001": 40, "L0002": 90, "L0003": 75}
SHARES = 4
STEP = 8
"""All points together take some 40 s of a processor; a step of 1 tries each."""
LONGEST_S = 300
"""Virtual time after which a service has lost something."""


class Story:
    """The scores of :data:`FED`, and services of which the first one is cut."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.world = Service((SENIOR, GENERAL), folder)
        self.world.leads(3)
        self.world.control.forget_calls(record_bodies=True)
        self.outbox = Outbox(self.world.settings.outbox)
        self.runs = []
        self.living = None

    def told(self, point):
        """The points that the first service reached; it is cut at ``point``."""

        def end():
            if self.living is not None:
                self.living.outbox.close()  # as the system does for the dead, at once
            raise CutError

        points = Points(end, point)
        self.world.run(self._told(points))
        return points.names

    async def _told(self, points):
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the dead say nothing
        feeding = asyncio.ensure_future(self._feed())
        with statements(points):
            try:
                await self._service(points, feeding)
            except BaseException:
                if not points.over:
                    raise
        await self._service(None, feeding)
        self.outbox.close()

    async def _feed(self):
        clock, began = self.world.clock, self.world.clock.monotonic()
        tier = self.world.settings.policy()
        destination = "contact_lists:" + "+".join(self.world.lists.values())
        for after, lead, score, older in FED:
            await clock.sleep(began + after - clock.monotonic())
            now = instant_of(clock.now())
            one = LeadScore(lead, score, now - older * 1000)
            lane = "1" if tier.tier(score) == SENIOR else "2"
            run = self.outbox.records.start_run("webhook", destination, now)
            self.outbox.intake.enqueue(run, destination, [InputRow(1, one, lane=lane)], now)
            self.runs.append(run)

    async def _service(self, points, feeding):
        """A service until all is settled; or until it is cut."""
        world = self.world
        clock = world.clock if points is None else CountedClock(world.clock, points)
        transport = world.transport if points is None else CountedTransport(world.transport, points)
        app = watching = None
        try:
            self.living = app = App(
                world.settings, clock=clock, transport=transport, rng=random.Random(5)
            )
            stop = asyncio.Event()
            tools = app._push_tools(app._connect())
            stream = Stream(tools, asyncio.Event(), Pacing(linger=0.5, grace=1))
            watching = asyncio.ensure_future(self._until_settled(feeding, stop))
            await stream.run(stop)
        finally:
            if watching is not None:
                watching.cancel()
            self.living = None
            if app is not None:
                await app.close()

    async def _until_settled(self, feeding, stop):
        for _ in range(LONGEST_S * 4):
            await self.world.clock.sleep(0.25)
            found = self.outbox.records.status(instant_of(self.world.clock.now()))
            if feeding.done() and not found.ready + found.put_off + found.claimed:
                break
        stop.set()

    def wrong(self):
        """What is not as it should be in the end."""
        outbox = Outbox(self.world.settings.outbox)
        verdicts = [next(iter(outbox.records.arrivals(run))).verdict for run in self.runs]
        writes = {lead: outbox.records.history(lead) for lead in NEWEST}
        outbox.close()
        if {"waiting"} & set(verdicts) or verdicts[2] != "unknown_lead":
            yield f"verdicts {verdicts}"
        for lead, score in NEWEST.items():
            tier = SENIOR if score > 70 else GENERAL
            if self.world.held(lead, tier) != str(score):
                yield f"{lead} carries {self.world.held(lead, tier)}, not {score}"
            if any(one.outcome != "delivered" for one in writes[lead]):
                yield f"{lead}: {writes[lead]}"
        yield from self._written_back()

    def _written_back(self):
        """Scores that a list was given to dial by after a newer one."""
        newest = defaultdict(str)
        for call in self.world.made(WRITE):
            (tier,) = (one for one, list_id in self.world.lists.items() if list_id in call["path"])
            for contact in call["body"]:
                lead, data = contact["id"], contact["data"]
                at = data.get("ml_score_at") or ""
                if data.get("route_tier") == tier and at < newest[lead]:
                    yield f"{lead} was written back to {at}"
                newest[lead] = max(newest[lead], at)


def test_the_story_undisturbed(tmp_path):
    """Without a cut every lead carries its newest score, and each score its verdict."""
    story = Story(tmp_path)
    assert len(story.told(None)) > 100
    assert list(story.wrong()) == []


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """How many points there are, give or take some: when an answer comes is a matter of chance."""
    return len(Story(tmp_path_factory.mktemp("story")).told(None))


@pytest.mark.parametrize("share", range(SHARES))
def test_a_service_that_is_cut_loses_nothing(tmp_path, points, share):
    """Wherever a service dies, the next one delivers each accepted score, and the newest stays."""
    wrong = {}
    for point in range(1 + share * STEP, points, SHARES * STEP):
        story = Story(tmp_path / str(point))
        story.told(point)
        if found := list(story.wrong()):
            wrong[point] = found
    assert wrong == {}
