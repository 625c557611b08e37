# SPDX-License-Identifier: Apache-2.0
"""How a delivery ends before its time: told to stop, or cancelled."""

from __future__ import annotations

import asyncio

import pytest

from integration.order import StoredScore
from integration.platform.errors import RateLimited, Unreachable
from simulator.virtual_time import run_virtual

BUSY = RateLimited(operation="write", status=429, retry_after=3.0)
DOWN = Unreachable(operation="write", message="down", status=503)


def test_ends_between_batches_when_told(world):
    """A stop settles the batch under way and leaves the rest in the outbox."""
    leads = [f"l{i}" for i in range(30)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.store.batch = 10
    world.enqueue(*(world.score(lead) for lead in leads))
    world.store.after = lambda *_: world.stop.set()
    report = world.deliver()
    assert report.verdicts == {"delivered": 10}
    assert world.outbox.records.status(world.now).ready == 20


def test_stop_does_not_wait_for_a_closed_gate(world):
    """A batch that the platform told to wait goes back when the run is to end."""
    world.store.held = {"a": StoredScore(40, 5)}
    run = world.enqueue(world.score("a", 90))

    async def main():
        _, delivery = world.delivery()
        permit = await world.budget.acquire()
        world.store.before = lambda *_: permit_refused(permit)
        running = asyncio.ensure_future(delivery.run(world.stop))
        await world.clock.sleep(1)
        world.stop.set()
        return await running

    def permit_refused(permit):
        world.store.before = lambda *_: None
        permit.refused(300.0)

    report = run_virtual(world.clock, main())
    assert report.verdicts == {"waiting": 1}
    assert world.clock.monotonic() == pytest.approx(6)
    assert world.verdicts(run) == {1: "waiting"}
    assert world.outbox.records.status(world.now).ready == 1


def test_ends_while_it_waits_for_the_budget(world):
    """A stop is heard while the budget makes the run wait, and no slot stays taken."""
    world.budget = type(world.budget)(world.clock, allowed=2)
    leads = [f"l{i}" for i in range(3)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.store.batch = 1
    world.enqueue(*(world.score(lead) for lead in leads))

    async def main():
        _, delivery = world.delivery()
        running = asyncio.ensure_future(delivery.run(world.stop))
        await world.clock.sleep(10)
        world.stop.set()
        return await running

    report = run_virtual(world.clock, main())
    assert report.verdicts == {"delivered": 1}
    assert world.clock.monotonic() == pytest.approx(10)
    world.clock.advance(120)
    assert world.budget.status().used == 0


def test_cancelled_delivery_no_longer_waits_for_the_budget(world):
    """A run that is cancelled while it waits for the budget keeps no place in its queue."""

    async def main():
        waiting = await world.budget.reserve(world.budget.limit)
        _, delivery = world.delivery()
        running = asyncio.create_task(delivery.run(world.stop))
        await world.clock.sleep(1)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])
        waiting.release()
        assert running.cancelled()
        assert world.budget.idle

    world.enqueue(world.score("a"))
    run_virtual(world.clock, main())


def test_cancelled_delivery_gives_its_batch_back(world):
    """A cancelled run leaves every claimed score in the outbox, due at once."""
    world.store.held = {"a": StoredScore(1, 1)}
    world.enqueue(world.score("a"))

    async def main():
        _, delivery = world.delivery()
        running = asyncio.ensure_future(delivery.run(world.stop))
        world.fail(BUSY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run_virtual(world.clock, main())
    assert world.outbox.records.status(world.now).ready == 1
    assert world.outbox.records.status(world.now).claimed == 0
