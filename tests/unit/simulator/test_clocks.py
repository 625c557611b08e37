# SPDX-License-Identifier: Apache-2.0
"""The simulator's clocks, and the loop that jumps from deadline to deadline."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from simulator.clock import VIRTUAL_START, ScaledClock, VirtualClock
from simulator.virtual_time import run_virtual


def test_a_virtual_clock_stands_still():
    """Time passes only when it is advanced, on both readings alike."""
    clock = VirtualClock()
    assert (clock.now(), clock.monotonic()) == (VIRTUAL_START, 0)
    clock.advance(1.5)
    assert (clock.now(), clock.monotonic()) == (VIRTUAL_START + timedelta(seconds=1.5), 1.5)
    clock.advance_to(1)
    assert clock.monotonic() == 1.5


def test_time_never_goes_back():
    """A negative step is refused."""
    with pytest.raises(ValueError, match="never goes back"):
        VirtualClock().advance(-1)


def test_sleepers_wake_in_the_order_of_their_deadlines():
    """Each sleeper sees the clock at its own deadline, however far it is advanced."""
    clock = VirtualClock()
    woken = []

    async def sleep(seconds):
        await clock.sleep(seconds)
        woken.append((seconds, clock.monotonic()))

    async def main():
        await asyncio.gather(*(sleep(seconds) for seconds in (30, 10, 20, 0, -1)))

    run_virtual(clock, main())
    assert woken == [(0, 0), (-1, 0), (10, 10), (20, 20), (30, 30)]


def test_timers_of_the_loop_follow_the_virtual_clock():
    """Timeouts of asyncio itself take simulated time."""
    clock = VirtualClock()

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(clock.sleep(1000), 10)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 5)
        return clock.monotonic()

    assert run_virtual(clock, main()) == 15
    assert clock.next_deadline() is None


def test_time_stands_still_while_a_thread_works():
    """Work in a thread takes no simulated time, though a sleeper waits."""
    clock = VirtualClock()
    go = threading.Event()

    async def main():
        sleeper = asyncio.create_task(clock.sleep(60))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(go.set)
        await asyncio.to_thread(go.wait)
        before = clock.monotonic()
        await sleeper
        return before, clock.monotonic()

    assert run_virtual(clock, main()) == (0, 60)


def test_a_scaled_clock_runs_faster_than_the_wall():
    """An hour of simulated sleep is over in the blink that its scale makes of it."""
    clock = ScaledClock(3_600_000, start=datetime(2026, 1, 1, tzinfo=UTC))
    asyncio.run(clock.sleep(3600))
    assert clock.monotonic() >= 3600
    assert clock.now() >= datetime(2026, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("scale", "mode"), [(1, "wall"), (10, "scaled")])
def test_a_clock_says_what_it_is(scale, mode):
    """A scale of one is the wall."""
    assert ScaledClock(scale).mode == mode
    assert VirtualClock().mode == "virtual"


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_is_positive(scale):
    """Time neither stops nor runs back."""
    with pytest.raises(ValueError, match="positive"):
        ScaledClock(scale)
