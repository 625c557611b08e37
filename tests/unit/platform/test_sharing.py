# SPDX-License-Identifier: Apache-2.0
"""A process with a share of the call budget: it stays inside, asks in time and lets go."""

from __future__ import annotations

import asyncio

import pytest

from integration.platform.budget import CallBudget
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual


class Table:
    """Deals out ``places`` first come, first served; what is asked of it is kept."""

    def __init__(self, places=300) -> None:
        self.places = places
        self.share = 0
        self.needs = []
        self.closed_for = 0.0
        self.away = False

    def exchange(self, **need):
        self.needs.append(need)
        if self.away:
            return None
        self.share = max(min(need["taken"], self.share), min(need["wanted"], self.places))
        told, self.closed_for = self.closed_for, 0.0
        return self.share, told


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def world(table):
    return World(table)


class World:
    def __init__(self, table) -> None:
        self.table = table
        self.clock = VirtualClock()
        self.budget = CallBudget(self.clock, pool=table)
        self.calls = []

    async def call(self, budget=None):
        permit = await (budget or self.budget).acquire()
        self.calls.append(self.clock.monotonic())
        permit.answered(200, {})

    def run(self, work):
        return run_virtual(self.clock, work)


def most_in_a_window(calls):
    return max(sum(end - 60 < at <= end for at in calls) for end in calls)


def test_nobody_calls_more_than_his_share(world):
    """However much there is to do, no window holds more calls than the share."""
    world.table.places = 10

    async def main():
        for _ in range(35):
            await world.call()

    world.run(main())
    assert most_in_a_window(world.calls) == 10
    assert world.calls[-1] < 190


def test_a_share_grows_with_what_is_asked_for(world):
    """Who has enough does not ask again; who reserves for a batch asks for all of it."""

    async def main():
        with await world.budget.reserve(21) as calls:
            assert calls.calls == 21
            for _ in range(21):
                permit = await calls.permit()
                permit.answered(200, {})
            assert len(world.table.needs) == 1
        await world.call()

    world.run(main())
    wanted = [(need["taken"], need["wanted"], need["limit"]) for need in world.table.needs]
    assert wanted == [(0, 21, 300), (21, 22, 300)]


def test_without_a_share_nobody_calls_until_there_is_one(world):
    """Who has no share waits, and goes on as soon as others have let go."""
    world.table.places = 0

    async def main():
        waiting = asyncio.ensure_future(world.call())
        batch = asyncio.ensure_future(world.budget.reserve(5))
        await world.clock.sleep(30)
        assert not waiting.done()
        assert world.table.needs[-1]["wanted"] == 6
        assert world.budget.status().reason == "waiting for a share of the call budget"
        world.table.places = 300
        await waiting
        assert (await batch).calls == 5
        assert 30 <= world.clock.monotonic() <= 31

    world.run(main())


def test_a_share_that_is_not_needed_any_more_is_let_go_of(world):
    """As calls leave the window, the share becomes smaller; then nobody is asked any more."""

    async def main():
        for _ in range(5):
            await world.call()
        await world.clock.sleep(30)
        assert world.table.needs[-1]["wanted"] == 5
        await world.clock.sleep(40)
        assert world.table.needs[-1]["wanted"] == 0
        asked = len(world.table.needs)
        await world.clock.sleep(600)
        assert len(world.table.needs) == asked
        await world.call()
        assert world.table.needs[-1]["wanted"] == 1

    world.run(main())


def test_a_share_that_cannot_be_confirmed_runs_out(world):
    """Who is cut off makes no calls after some seconds, and begins again when he is back."""

    async def main():
        with await world.budget.reserve(5) as calls:
            world.table.away = True
            await world.clock.sleep(14)
            (await calls.permit()).answered(200, {})
            await world.clock.sleep(2)
            late = asyncio.ensure_future(calls.permit())
            await world.clock.sleep(60)
            assert not late.done()
            world.table.away = False
            (await late).answered(200, {})
            assert 76 <= world.clock.monotonic() <= 78

    world.run(main())


def test_who_has_never_reached_the_others_does_without(world):
    """Looking at something must not hang on a server that is away; it is asked seldom."""
    world.table.away = True

    async def main():
        for _ in range(300):
            await world.call()
        assert len(world.table.needs) == 1
        await world.clock.sleep(16)
        await asyncio.wait_for(world.budget.reserve(0), None)
        world.table.away = False
        await world.clock.sleep(60)
        await world.call()

    world.run(main())
    assert world.calls[299] == 0
    assert len(world.table.needs) == 2


def test_what_the_platform_asked_others_to_wait_is_waited_for(world):
    """Nobody calls meanwhile; then one call goes alone, as after an own refusal."""

    async def main():
        await world.call()
        world.table.closed_for = 20.0
        await world.clock.sleep(1.5)
        closed = world.budget.status()
        assert closed.reason == "the platform asked to wait 20 s"
        waiting = [asyncio.ensure_future(world.budget.acquire()) for _ in range(3)]
        await world.clock.sleep(19)
        assert not any(one.done() for one in waiting)
        await world.clock.sleep(2)
        assert [one.done() for one in waiting] == [True, False, False]
        (await waiting[0]).answered(200, {})
        await asyncio.gather(*waiting)

    world.run(main())
    assert world.budget.episodes == 0


def test_an_own_refusal_is_told_to_the_others(world):
    """The seconds that the platform asked to wait go with the next word."""

    async def main():
        permit = await world.budget.acquire()
        permit.refused(30.0)
        await world.clock.sleep(1.5)
        assert 28 < world.table.needs[-1]["closed_for"] <= 30

    world.run(main())


def test_a_seemingly_full_window_is_not_asked_without_a_share(world):
    """The call that finds out how things stand needs a place of its own share, too."""
    full = {"inin-ratelimit-count": "300", "inin-ratelimit-allowed": "300"}

    async def main():
        world.table.places = 1
        permit = await world.budget.acquire()
        permit.answered(200, full | {"inin-ratelimit-reset": "5"})
        assert world.budget.status().allowed == 300
        waiting = asyncio.ensure_future(world.call())
        await world.clock.sleep(59)
        assert not waiting.done()
        await waiting

    world.run(main())


def test_the_end_lets_go_of_all_but_the_window(world):
    """A process that ends keeps what its calls take, and asks nobody any more."""

    async def main():
        await world.call()
        await world.budget.reserve(20)
        world.budget.close()
        last = world.table.needs[-1]
        assert (last["taken"], last["wanted"]) == (1, 1)
        asked = len(world.table.needs)
        await world.clock.sleep(100)
        assert len(world.table.needs) == asked
        world.budget.close()
        assert len(world.table.needs) == asked

    world.run(main())
    CallBudget(world.clock).close()
