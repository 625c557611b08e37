# SPDX-License-Identifier: Apache-2.0
"""A process was killed while the platform still worked on its write, which lands later."""

from __future__ import annotations

import asyncio

import pytest

from integration.order import StoredScore, Verdict
from simulator.virtual_time import run_virtual

DELIVERED = Verdict.DELIVERED


@pytest.fixture
def late(world):
    """A dead process's write of 50 for lead A, calculated a minute ago: it lands in 20 s."""
    world.store.held = {"A": StoredScore(), "B": StoredScore()}
    world.old = world.score("A", 50)
    world.enqueue(world.old)
    claim = world.outbox.claims.claim("memory", 9, world.now)
    writes = [(one, StoredScore()) for one in claim.pending]
    world.outbox.claims.intend(claim, writes, "dead", world.now)

    async def landing():
        await world.clock.sleep(20)
        world.store.held["A"] = StoredScore(50, world.old.at)

    def deliver():
        async def main():
            other = asyncio.create_task(landing())
            drift, delivery = world.delivery()
            report = await delivery.run(world.stop)
            ended = world.clock.monotonic()
            await other
            await drift.tell()
            return report, ended

        return run_virtual(world.clock, main())

    world.deliver_meanwhile = deliver
    return world


def test_a_newer_score_waits_for_the_older_write_to_land(late):
    """Else the older score would replace the newer one; its own previous value is the older one."""
    run = late.enqueue(late.score("A", 70, age_s=5))
    _, ended = late.deliver_meanwhile()
    assert late.store.held["A"].score == 70
    assert late.verdicts(run) == {1: DELIVERED}
    assert ended == 30
    assert [one.previous for one in late.outbox.records.history("A")] == [None, 50]


def test_the_same_score_does_not_wait(late):
    """To write what is on its way once more does no harm."""
    _, ended = late.deliver_meanwhile()
    assert ended < 1
    assert late.store.held["A"].score == 50


def test_other_leads_do_not_wait(late):
    """Only the batch with the lead in question waits."""
    late.workers, late.store.batch = 2, 1
    late.enqueue(late.score("A", 70, age_s=5), late.score("B", 70))
    written = {}
    late.store.after = lambda _, leads: written.setdefault(leads[0], late.clock.monotonic())
    late.deliver_meanwhile()
    assert written["B"] < 1
    assert written["A"] == 30


def test_a_write_of_long_ago_has_landed(late):
    """Half a minute after the dead process's write nothing is waited for."""
    late.clock.advance(31)
    late.enqueue(late.score("A", 70, age_s=5))
    start = late.clock.monotonic()
    late.deliver()
    assert late.clock.monotonic() - start < 1


def test_a_signal_ends_the_wait(late):
    """A run that is stopped while it waits keeps the score."""
    run = late.enqueue(late.score("A", 70, age_s=5))

    async def main():
        _, delivery = late.delivery()
        running = asyncio.create_task(delivery.run(late.stop))
        await late.clock.sleep(2)
        late.stop.set()
        await running

    run_virtual(late.clock, main())
    assert late.clock.monotonic() < 10
    assert late.verdicts(run) == {1: Verdict.WAITING}
