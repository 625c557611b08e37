# SPDX-License-Identifier: Apache-2.0
"""The desk: who shares a transaction, who is asked to come back, and how it ends."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest

from integration.listener.desk import _QUEUE_ROWS, Closed, DeskRules, TooMuch
from integration.outbox import Outbox, OutboxError, WebhookMessage
from integration.outbox.webhooks import Webhooks
from integration.scores import LeadScore
from tests.unit.listener.conftest import update

HOUR = 3600


def score(number, at=1):
    return LeadScore(f"L-{number}", 50, at)


def with_desk(listener, work):
    async def main():
        async with listener.open_desk() as (desk, _):
            return await work(desk)

    return listener.virtually(main())


def looked(listener, look):
    with closing(Outbox(listener.path)) as outbox:
        return look(outbox)


def test_what_comes_together_is_stored_together(listener, monkeypatch):
    """While one transaction is under way, all that arrives waits for the next one."""
    sizes = []
    accept = Webhooks.accept

    def counted(self, run, destination, messages, now, **options):
        sizes.append(len(messages))
        return accept(self, run, destination, messages, now, **options)

    monkeypatch.setattr(Webhooks, "accept", counted)

    async def work(desk):
        first = asyncio.ensure_future(desk.accept([score(0)]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.gather(first, *(desk.accept([score(n)]) for n in range(1, 50)))

    with_desk(listener, work)
    assert sizes == [1, 49]


def test_who_leaves_before_the_receipt(listener):
    """A sender that is gone disturbs nobody who shares its transaction."""

    async def work(desk):
        gone, stays = (asyncio.ensure_future(desk.accept([score(n)])) for n in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert len(with_desk(listener, work)) == 1
    assert [lead for lead, _, _ in listener.waiting()] == ["L-0", "L-1"]


def test_too_much_waits_for_delivery(listener):
    """Beyond the limit nothing is accepted, until something has been delivered."""
    listener.rules = DeskRules(most=2)

    async def work(desk):
        await desk.accept([score(1), score(2)])
        assert desk.full
        with pytest.raises(TooMuch, match="2 scores wait") as refused:
            await desk.accept([score(3)])
        with closing(Outbox(listener.path)) as outbox:
            outbox._db.read().execute("DELETE FROM pending WHERE lead = 'L-1'")
        await listener.clock.sleep(1.5)
        await desk.accept([score(3)])
        return refused.value.after

    assert with_desk(listener, work) == 30
    assert [lead for lead, _, _ in listener.waiting()] == ["L-2", "L-3"]


def test_too_much_waits_for_acceptance(listener):
    """More than a transaction can hold is not taken in at the same time."""

    async def work(desk):
        many = asyncio.ensure_future(desk.accept([score(n) for n in range(_QUEUE_ROWS)]))
        await asyncio.sleep(0)
        with pytest.raises(TooMuch, match="faster than they can be stored"):
            await desk.accept([score(0)])
        await many
        return await desk.accept([score(1, at=2)])

    assert len(with_desk(listener, work)) == 1


def test_an_end_in_good_order(listener):
    """What was handed in is accepted; what comes later is refused."""

    async def work(desk):
        handed_in = asyncio.ensure_future(desk.accept([score(1)]))
        await asyncio.sleep(0)
        desk.stop()
        with pytest.raises(Closed):
            await desk.accept([score(2)])
        return handed_in

    assert with_desk(listener, work).result()
    assert [lead for lead, _, _ in listener.waiting()] == ["L-1"]
    finished = looked(
        listener,
        lambda outbox: outbox._db.read().execute("SELECT finished FROM run").fetchall(),
    )
    assert None not in {when for (when,) in finished}


def test_an_outbox_that_cannot_be_written(listener):
    """All who share the transaction hear of it; the desk finds out by itself when it is over."""

    async def work(desk):
        refuse = "PRAGMA query_only = {}"
        connection = desk._outbox._db
        await desk._in_thread(lambda: connection.read().execute(refuse.format("ON")))
        failed = await asyncio.gather(
            *(desk.accept([score(n)]) for n in range(3)), return_exceptions=True
        )
        assert isinstance(desk.failure, OutboxError)
        await listener.clock.sleep(5)
        assert isinstance(desk.failure, OutboxError)
        await desk._in_thread(lambda: connection.read().execute(refuse.format("OFF")))
        await listener.clock.sleep(2)
        recovered = desk.failure
        await desk.accept([score(9)])
        return failed, recovered

    failed, failure = with_desk(listener, work)
    assert all(isinstance(one, OutboxError) for one in failed)
    assert failure is None
    assert [lead for lead, _, _ in listener.waiting()] == ["L-9"]


def test_an_outbox_that_cannot_be_looked_after(listener, monkeypatch):
    """A failed look is told, and the next one made all the same."""

    async def work(desk):
        with monkeypatch.context() as broken:
            broken.setattr(Webhooks, "prune", lambda *_: (_ for _ in ()).throw(OutboxError("full")))
            await listener.clock.sleep(31)
            failed = desk.failure
        await listener.clock.sleep(2)
        return failed, desk.failure

    failed, later = with_desk(listener, work)
    assert (str(failed), later) == ("full", None)


def test_a_run_an_hour(listener):
    """Every hour a new run begins, and what is too old is dropped."""
    listener.rules = DeskRules(keep_ids=1, keep_days=1)

    async def work(desk):
        runs = [desk.run]
        await desk.accept([score(1)], message="one")
        for _ in range(3):
            await listener.clock.sleep(HOUR + 30)
            runs.append(desk.run)
            await desk.accept([score(1, at=len(runs))], message="two")
        await listener.clock.sleep(25 * HOUR)
        return runs

    runs = with_desk(listener, work)
    assert runs == sorted(set(runs))
    known = looked(
        listener,
        lambda outbox: outbox.webhooks.accept(
            runs[0], "list", [WebhookMessage("one", b"other", ())], 0
        ),
    )
    assert known == [()], "the id of a message that long ago is free again"


def test_a_defect_does_not_end_the_desk(listener, monkeypatch):
    """Whatever goes wrong with one message, the next is taken in; the sender hears of a fault."""

    async def work(one):
        with monkeypatch.context() as broken:
            broken.setattr(Webhooks, "accept", lambda *_: 1 / 0)
            failed = await one.send(update())
        return failed.status_code, (await one.send(update())).status_code

    assert listener.run(work) == (500, 202)
