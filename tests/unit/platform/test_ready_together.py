# SPDX-License-Identifier: Apache-2.0
"""Permits for several calls that have to follow each other without a wait."""

from __future__ import annotations

import asyncio

import pytest

from integration.platform.budget import CallBudget
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual


@pytest.fixture
def clock():
    return VirtualClock()


async def call(reservation):
    (await reservation.permit()).answered(200, {})


def minutes_of_calls(clock, *, allowed, reserved, ready):
    """When each of ``ready`` calls was made, after ``reserved`` ones that came first."""
    moments = []

    async def main():
        budget = CallBudget(clock, allowed=allowed)
        with await budget.reserve(reserved) as reservation:
            for _ in range(reserved - 1):
                await call(reservation)
            await reservation.ready(ready)
            for _ in range(ready):
                await call(reservation)
                moments.append(clock.monotonic())
        assert budget.status().free == allowed - budget.status().used >= 0

    started = clock.monotonic()
    run_virtual(clock, main())
    return [round((moment - started) / 60) for moment in moments]


@pytest.mark.parametrize(
    ("allowed", "moments"),
    [(4, [0, 0]), (3, [1, 1]), (2, [1, 1]), (1, [0, 1])],
    ids=["both are free", "one is free", "none is free", "the limit holds one only"],
)
def test_calls_that_follow_each_other(clock, allowed, moments):
    """The wait for all of them comes before the first, as far as the limit holds them."""
    reserved = min(allowed, 3)
    assert minutes_of_calls(clock, allowed=allowed, reserved=reserved, ready=2) == moments


def test_two_that_want_more_do_not_wait_for_each_other(clock):
    """Who waits for more slots keeps none from others meanwhile."""
    done = []

    async def one(budget, name):
        with await budget.reserve(1) as reservation:
            await asyncio.sleep(0)
            await reservation.ready(2)
            await call(reservation)
            await call(reservation)
            done.append(name)

    async def main():
        budget = CallBudget(clock, allowed=2)
        await asyncio.wait_for(asyncio.gather(one(budget, "a"), one(budget, "b")), 300)

    run_virtual(clock, main())
    assert sorted(done) == ["a", "b"]
