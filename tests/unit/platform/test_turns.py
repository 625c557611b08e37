# SPDX-License-Identifier: Apache-2.0
"""Callers that give up: whatever they held or waited for is free again, and nobody else's."""

from __future__ import annotations

import asyncio
import random

import pytest

from integration.platform.ceiling import UNLIMITED, LearnedCeiling

from .budget_desk import Desk, headers


@pytest.fixture
def desk():
    return Desk()


class Caller:
    """Reserves, waits, calls and gives back, as chance has it."""

    def __init__(self, desk, chance):
        self.desk = desk
        self.chance = chance

    async def run(self):
        chance, budget = self.chance, self.desk.budget
        while True:
            wanted, minimum = chance.randint(1, 8), chance.randint(1, 3)
            with await budget.reserve(wanted, minimum=minimum) as own:
                if chance.random() < 0.6:
                    await own.ready(chance.randint(1, own.calls + 1))
                for _ in range(chance.randint(0, own.calls + 1)):
                    await self.call(await own.permit(chance.choice(["", "write"])))
                own.shrink(chance.randint(0, 8))
            await self.call(await budget.acquire(urgent=chance.random() < 0.3))

    async def call(self, permit):
        self.desk.sent.append(self.desk.now)
        try:
            await self.desk.clock.sleep(self.chance.choice([0.0, 0.1, 3.0]))
        except asyncio.CancelledError:
            permit.lost()
            raise
        if permit.resource and self.chance.random() < 0.2:
            permit.refused(5.0, permit.resource)
        else:
            permit.answered(200, {})


@pytest.mark.parametrize("seed", range(12))
def test_callers_that_give_up_leave_nothing_behind(desk, seed):
    """Cancelled at any moment, callers leak no slot, and no window holds more than the limit."""
    chance = random.Random(seed)

    def caller():
        return asyncio.ensure_future(Caller(desk, chance).run())

    async def main():
        callers = [caller() for _ in range(6)]
        for _ in range(60):
            await desk.clock.sleep(chance.choice([0.0, 0.05, 4.0, 20.0]))
            for _ in range(chance.randint(0, 3)):  # those told at the same moment, too
                await asyncio.sleep(0)
            unlucky = callers.pop(chance.randrange(len(callers)))
            unlucky.cancel()
            await asyncio.wait([unlucky])
            callers.append(caller())
        for one in callers:
            one.cancel()
        await asyncio.wait(callers)

    desk.run(main())
    assert len(desk.sent) > 20
    assert desk.budget.idle
    assert desk.budget.turns.claimed == 0
    for first in desk.sent:
        assert sum(first <= other < first + 60 for other in desk.sent) <= 10


@pytest.mark.parametrize("wait", ["reserve", "ready", "permit"])
def test_a_caller_cancelled_in_the_moment_its_turn_comes_gives_it_back(desk, wait):
    """What was granted to a caller that was cancelled before it could know is not kept."""

    async def main():
        await desk.calls(9)
        asked = await desk.budget.acquire()
        await desk.clock.sleep(58.5)
        with await desk.budget.reserve(5) as own:  # its slots leave the window in 1.5 s
            waits = {
                "reserve": lambda: desk.budget.reserve(5),
                "ready": lambda: own.ready(5),
                "permit": own.permit,
            }
            waiting = asyncio.ensure_future(waits[wait]())
            await desk.clock.sleep(0.5)
            asked.answered(200, headers(10, allowed=50))
            waiting.cancel()
            await asyncio.wait([waiting])
            assert waiting.cancelled()
            assert desk.budget.calls == 10
            assert desk.budget.status().free == 50 - 10 - 5
        await desk.calls(10)

    desk.run(main())
    assert desk.budget.idle
    assert desk.budget.turns.claimed == 0


def test_a_reservation_released_while_it_waits_keeps_nothing(desk):
    """Whoever still waits for slots that were given back meanwhile gives back what comes."""

    async def main():
        await desk.calls(10)
        await desk.clock.sleep(58.5)
        own = await desk.budget.reserve(5)
        waiting = asyncio.ensure_future(own.ready(5))
        await desk.clock.sleep(0.5)
        own.release()
        await waiting

    desk.run(main())
    assert desk.budget.idle
    assert desk.budget.turns.claimed == 0


def test_what_is_ready_is_waited_for_once(desk):
    """Whoever has waited for three free slots need not wait for two of them again."""

    async def main():
        with await desk.budget.reserve(5) as own:
            await own.ready(3)
            await own.ready(2)
            assert desk.budget.turns.claimed == 3

    desk.run(main())
    assert desk.budget.waits == 0


def test_nothing_is_reserved_for_nothing(desk):
    """A reservation of no calls waits for nobody, and may still make an urgent one."""

    async def main():
        await desk.calls(10)
        with await desk.budget.reserve(0) as none:
            assert none.calls == 0
            await desk.call(permit=await none.permit())

    desk.run(main())
    assert desk.sent[-1] >= 60


def test_a_refusal_told_as_an_answer_is_one(desk):
    """Whoever passes a 429 on as an answer has told of a refusal."""

    async def main():
        (await desk.budget.acquire()).answered(429, {})

    desk.run(main())
    assert (desk.budget.refused, desk.budget.episodes) == (1, 1)


def test_a_call_ends_once(desk):
    """The end of a call that was told already is a mistake of the caller, and counts once."""

    async def main():
        permit = await desk.budget.acquire()
        permit.answered(200, {})
        with pytest.raises(RuntimeError, match="told twice"):
            permit.lost()

    desk.run(main())
    assert desk.budget.status().used == 1


def test_a_count_above_the_learned_ceiling_disproves_it():
    """Once more calls were served than a refusal had seemed to allow, its lesson is void."""
    desk = Desk(allowed=100)

    async def main():
        await desk.calls(40)
        (await desk.budget.acquire()).refused(1.0, "", headers(40, allowed=100))
        assert desk.budget.limit == 40
        await desk.clock.sleep(61)
        await desk.call(said=headers(70, allowed=100))
        assert desk.budget.limit == 70

    desk.run(main())


def test_calls_that_were_perhaps_served_raise_no_ceiling_that_is_not_there():
    """Without a learned ceiling a call that was served after a refusal teaches nothing."""
    ceiling = LearnedCeiling()
    ceiling.also_served(10)
    assert ceiling.value == UNLIMITED


def test_places_left_are_counted_from_the_stated_limit(desk):
    """Where both dialects are spoken, what is left is taken from what the server said it allows."""

    async def main():
        await desk.call(said=headers(1, allowed=50))
        await desk.call(said={"x-rate-limit-remaining": "20"})
        assert desk.budget.status().used == 30

    desk.run(main())


def test_a_count_without_a_reset_is_believed(desk):
    """A server that forgets calls early, and does not say when, frees no place of ours early."""

    async def main():
        await desk.calls(9)
        await desk.call(said={"inin-ratelimit-count": "2"})
        assert desk.budget.status().used == 10

    desk.run(main())
