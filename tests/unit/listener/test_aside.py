# SPDX-License-Identifier: Apache-2.0
"""Work in a thread and an event loop of its own: it starts, is told to end, and may fail."""

from __future__ import annotations

import asyncio
import sys
import threading

import pytest

from integration.listener.aside import aside


def run(work, *, stop_at_once=False):
    async def main():
        stop = asyncio.Event()
        if stop_at_once:
            stop.set()
        await aside(lambda stopped: work(stopped, stop), stop)

    asyncio.run(main())


def test_it_has_a_thread_of_its_own():
    """Neither thread nor event loop are the caller's, and turns come more often meanwhile."""
    seen, before = [], sys.getswitchinterval()

    async def work(*_):
        seen.extend([threading.current_thread(), sys.getswitchinterval()])

    run(work)
    assert seen[0] is not threading.main_thread()
    assert seen[1] < before == sys.getswitchinterval()


def test_it_ends_when_it_is_told():
    """The word to stop passes from one event loop to the other, also where it came first."""
    ended = []

    async def work(stopped, _):
        await stopped.wait()
        ended.append(True)

    run(work, stop_at_once=True)
    assert ended == [True]


def test_its_failure_is_the_callers():
    """What goes wrong over there is raised here."""

    async def work(*_):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run(work)


def test_who_is_cancelled_ends_it_first():
    """A caller that is cancelled leaves nothing running."""
    ended = threading.Event()

    async def main():
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        async def work(stopped):
            loop.call_soon_threadsafe(begun.set)
            await stopped.wait()
            ended.set()

        task = asyncio.ensure_future(aside(work, asyncio.Event()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(main())
