# SPDX-License-Identifier: Apache-2.0
"""Reservations of the call budget: calls that belong together go without a wait between them."""

from __future__ import annotations

import asyncio

import pytest

from .budget_desk import Desk, headers


@pytest.fixture
def desk():
    return Desk()


def test_keeps_its_slots(desk):
    """What is reserved is nobody else's, and given back when it is not used."""

    async def main():
        with await desk.budget.reserve(8) as calls:
            assert calls.calls == 8
            assert desk.budget.status().free == 2
            await desk.call(permit=await calls.permit())
        assert desk.budget.status().free == 9

    desk.run(main())
    assert desk.budget.idle


def test_is_served_in_turn(desk):
    """A small wish does not overtake a large one that waits; an urgent one does."""

    async def main():
        await desk.calls(9)
        order = []

        async def wish(name, **options):
            order.append((name, await desk.budget.acquire(**options)))

        async def reserve():
            order.append(("many", await desk.budget.reserve(5, minimum=5)))

        wishes = [asyncio.ensure_future(reserve())]
        await asyncio.sleep(0)
        wishes.append(asyncio.ensure_future(wish("one")))
        wishes.append(asyncio.ensure_future(wish("urgent", urgent=True)))
        await asyncio.gather(*wishes)
        return [name for name, _ in order]

    assert desk.run(main()) == ["urgent", "many", "one"]


def test_never_wants_more_than_the_limit(desk):
    """A reservation larger than the limit gets the limit."""

    async def main():
        with await desk.budget.reserve(50, minimum=20) as calls:
            return calls.calls

    assert desk.run(main()) == 10


def test_takes_less_rather_than_waste_the_window():
    """Where waiting for all would leave slots unused for long, the free ones are granted."""
    desk = Desk(allowed=180)

    async def main():
        await desk.calls(168)
        with await desk.budget.reserve(21, minimum=2) as calls:
            return calls.calls

    assert desk.run(main()) == 12


def test_waits_for_all_where_little_is_wasted():
    """Six idle calls of 300 are not worth a smaller batch."""
    desk = Desk(allowed=300)

    async def main():
        await desk.calls(294)
        with await desk.budget.reserve(21, minimum=2) as calls:
            return calls.calls, desk.now

    assert desk.run(main()) == (21, pytest.approx(60.05))


def test_slots_that_others_took_have_to_become_free_again(desk):
    """A reservation is no right to break the limit: the server's count comes first."""

    async def main():
        with await desk.budget.reserve(4) as calls:
            await desk.call(permit=await calls.permit(), said=headers(10, reset=9))
            await desk.call(permit=await calls.permit(), said=headers(2))

    desk.run(main())
    assert desk.sent[1] == pytest.approx(9.05)


def test_goes_on_after_its_last_slot(desk):
    """A repetition beyond the reservation gets its slot ahead of those who wait."""

    async def main():
        with await desk.budget.reserve(1) as calls:
            await desk.call(permit=await calls.permit())
            await calls.ready()
            await desk.call(permit=await calls.permit())
            await desk.call(permit=await calls.permit())

    desk.run(main())
    assert desk.sent == [0, 0, 0]
    assert desk.budget.idle


def test_ready_for_several(desk):
    """Ready for two calls means that both go without a wait."""

    async def main():
        await desk.calls(9)
        with await desk.budget.reserve(1) as calls:
            await calls.ready(2)
            await desk.call(permit=await calls.permit())
            await desk.call(permit=await calls.permit())

    desk.run(main())
    assert desk.sent[-2] == desk.sent[-1] >= 60


def test_shrinks(desk):
    """Slots that turn out not to be needed are free for others at once."""

    async def main():
        with await desk.budget.reserve(10) as calls:
            calls.shrink(3)
            calls.shrink(5)
            return desk.budget.status().free

    assert desk.run(main()) == 7


@pytest.mark.parametrize("where", ["queue", "gate", "reservation", "released"])
def test_cancelled_waiters_leave_nothing_behind(desk, where):
    """Whoever gives up waiting takes no slot along and strands nobody."""

    async def main():
        calls = await desk.budget.reserve(1)
        if where == "queue":
            await desk.calls(9)
            wish = desk.budget.acquire()
        else:
            (await desk.budget.acquire()).refused(50.0)
            wish = desk.budget.acquire(urgent=True) if where == "gate" else calls.permit()
        waiting = asyncio.ensure_future(wish)
        await desk.clock.sleep(1)
        if where == "released":
            calls.release()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        calls.release()
        assert desk.budget.idle
        await desk.call()

    desk.run(main())
