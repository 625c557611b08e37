# SPDX-License-Identifier: Apache-2.0
"""An event loop of its own for the listener, in a thread beside the delivery.

To deliver means to wait for the database and to work through a thousand scores at a time, while
nothing else happens in that event loop. Whoever sends a score is not to wait for it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any, Final

_SWITCH_S: Final = 0.0005
"""After so long another thread gets its turn; Python's own 5 ms add up over a request."""


async def aside(
    work: Callable[[asyncio.Event], Coroutine[Any, Any, None]], stop: asyncio.Event
) -> None:
    """Do ``work`` in a thread and an event loop of its own, to its end.

    The event that it is given is set, over there, once ``stop`` is set here.
    """
    there: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def main() -> None:
        stopped = asyncio.Event()
        there.set_result((asyncio.get_running_loop(), stopped))
        await work(stopped)

    with _turns_in_quick_succession():
        working = asyncio.ensure_future(asyncio.to_thread(asyncio.run, main()))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            loop, stopped = await asyncio.wrap_future(there)
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(stopped.set)
            await asyncio.wait([working])
    return working.result()


@contextmanager
def _turns_in_quick_succession() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
