# SPDX-License-Identifier: Apache-2.0
"""An event loop whose time jumps to the next deadline as soon as every task waits.

It makes tests of hours run in milliseconds without one sleep, and in the same order every
time. Timers of asyncio itself follow the same virtual clock.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

from simulator.clock import VirtualClock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _JumpingSelector(selectors.BaseSelector):
    """Looks at real events first; where there are none, moves the clock instead of waiting."""

    def __init__(self, clock: VirtualClock) -> None:
        self._real = selectors.DefaultSelector()
        self._clock = clock
        self.threads_at_work = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = self._real.select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if self.threads_at_work:  # a thread will report: real time has to pass for it
            return self._real.select(0.05)
        now = self._clock.monotonic()
        deadline = self._clock.next_deadline()
        if timeout is not None and (deadline is None or now + timeout < deadline):
            deadline = now + timeout
        if deadline is None:  # nothing but real input can go on
            return self._real.select(timeout)
        self._clock.advance_to(deadline)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Drives ``clock``: see the module's text."""

    def __init__(self, clock: VirtualClock) -> None:
        self._jumping = _JumpingSelector(clock)
        self._virtual = clock
        super().__init__(self._jumping)

    def time(self) -> float:
        """The clock's monotonic time."""
        return self._virtual.monotonic()

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """As in asyncio; time stands still while a thread is at work."""
        self._jumping.threads_at_work += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _: object) -> None:
        self._jumping.threads_at_work -= 1


def run_virtual(clock: VirtualClock, main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` to its end in virtual time and return its result."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(clock)) as runner:
        return runner.run(main)
