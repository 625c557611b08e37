# SPDX-License-Identifier: Apache-2.0
"""How runs end: stopped early, stopped too late to matter, or not at all."""

from __future__ import annotations

import asyncio
import os

import pytest

from integration.order import Verdict
from integration.outbox import Outbox, Settlement
from integration.scores import instant_of
from simulator.faults import FaultRule

WRITE = "post_outbound_contactlist_contacts"


def test_a_signal_in_the_last_batch_ends_nothing(site):
    """Where nothing waits when the run ends, a signal does not change its exit code."""
    site.add("a")

    async def work(app):
        site.control.set_faults(rules=[FaultRule(operation=WRITE, kind="latency", seconds=2)])
        pushing = asyncio.ensure_future(app.push(site.rows(("a", 50)), name="x"))
        await site.clock.sleep(1)
        app.interrupt()
        return await pushing

    run = site.use(work)
    assert (run.delivered, run.waiting, run.interrupted, run.exit_code) == (1, 0, False, 0)


def test_a_signal_in_the_last_batch_of_a_load_ends_nothing(site):
    """The same for contacts."""

    async def work(app):
        def stopping(_):
            app.interrupt()

        contacts = [site.contact_row(1, "a")]
        return await app.load(contacts, ("phone",), progress=stopping)

    load = site.use(work)
    assert (load.created, load.interrupted, load.exit_code) == (1, False, 0)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_signal_before_the_end_of_a_load_is_an_interruption(site, parts):
    """Contacts that were not loaded, or perhaps not read, make it one."""

    async def work(app):
        def contacts():
            for row in range(1, 1000 * (parts - 1) + 2):
                yield site.contact_row(row, f"l{row}")
            app.interrupt()

        return await app.load(contacts(), ("phone",))

    load = site.use(work)
    assert (load.created, load.exit_code) == (1000 * (parts - 1), 4)


def test_a_signal_while_rows_are_read_is_an_interruption(site):
    """Rows after those that were read may be missing, even if none of those read waits."""

    async def work(app):
        def rows():
            yield from site.rows(("a", 101))
            app.interrupt()

        return await app.push(rows(), name="x")

    run = site.use(work)
    assert (run.rejected, run.waiting, run.exit_code) == (1, 0, 4)


def runs(app):
    """When each run began and ended."""
    return app.outbox._db.read().execute("SELECT started, finished FROM run ORDER BY id").fetchall()


def test_a_killed_run_is_closed_by_the_next_deliverer(site):
    """What a dead process has left open is closed, so that its rows are pruned in time."""

    async def work(app):
        app.outbox.records.start_run("x", "elsewhere", 1)
        await app.resume()
        return runs(app)

    assert site.use(work) == [(1, instant_of(site.clock.now()))]


def test_a_run_that_follows_a_delivery_is_closed_at_its_own_end(site):
    """A deliverer that starts leaves its own run open, and a follower's own end counts."""
    site.add("a")
    seen = []

    async def work(app):
        follower = app.outbox.records.start_run("follower", "elsewhere", 1)
        await app.push(site.rows(("a", 50)), name="x", progress=lambda _: seen.append(runs(app)))
        await site.clock.sleep(5)
        app.outbox.records.finish_run(follower, instant_of(site.clock.now()))
        return runs(app)

    start = instant_of(site.clock.now())
    assert site.use(work) == [(1, start + 5_000), (start, start)]
    assert seen[-1] == [(1, start), (start, None)]


def test_a_deliverer_that_settles_nothing_is_told_of(site):
    """Who follows a delivery is told how to end it, once it has been silent for ten minutes."""
    other = Outbox(site.settings.outbox)
    assert other.lock.acquire()
    seen = []

    async def work(app):
        pushing = asyncio.ensure_future(
            app.push(site.rows(("a", 50), ("b", 50)), name="x", progress=seen.append)
        )
        await site.clock.sleep(500)
        claim = other.claims.claim(app._connect().store.destination, 1, 2**62)
        done = [Settlement(one, Verdict.DUPLICATE) for one in claim.pending]
        other.claims.settle(claim, done, 1)
        await site.clock.sleep(590)
        assert "hangs" not in seen[-1].waiting_reason
        await site.clock.sleep(20)
        other.close()
        return await pushing

    site.use(work)
    pid = os.getpid()
    reasons = list(dict.fromkeys(one.waiting_reason for one in seen if one.waiting_reason))
    delivers = f"process {pid} delivers from this outbox"
    hangs = f"{delivers}, but has settled nothing for long; if it hangs: kill -9 {pid}"
    assert reasons[:2] == [delivers, hangs]


@pytest.mark.parametrize("lost", [False, True], ids=["written", "found again after a failure"])
def test_a_stale_score_is_told_with_its_row(site, lost):
    """A delivered row whose score was too old says that it was written as 0."""
    site.add("a")
    if lost:
        rule = FaultRule(operation=WRITE, kind="reset", after_commit=True, times=1)
        site.control.set_faults(rules=[rule])
    run = site.push(("a", 50), age_s=25 * 3600)

    async def look(app):
        return list(app.verdicts(run.run_id))

    (row,) = site.use(look)
    assert (row.verdict, row.message) == ("delivered", "older than the maximum age: written as 0")
    assert site.data("a")["ml_score"] == "0"
