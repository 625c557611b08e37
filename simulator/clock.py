# SPDX-License-Identifier: Apache-2.0
"""The simulator's time: the wall, scaled, or virtual.

Nothing in the simulator reads the machine's clock; every rule that depends on time (token
life, rate windows, relative dates in filters, jobs) asks the clock it was given. With a
virtual clock a whole run is a function of its seed.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

VIRTUAL_START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class SimClock(Protocol):
    """What the simulator needs of time; the integration's clock has the same shape."""

    @property
    def mode(self) -> str:
        """``wall``, ``scaled`` or ``virtual``."""
        ...

    def now(self) -> datetime:
        """The simulated wall-clock time, with time zone UTC."""
        ...

    def monotonic(self) -> float:
        """Simulated seconds since an arbitrary instant; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of simulated time."""
        ...


class ScaledClock:
    """Runs ``scale`` times as fast as the machine; a scale of 1 is the wall clock.

    Raises:
        ValueError: ``scale`` is not positive.
    """

    def __init__(self, scale: float = 1.0, *, start: datetime | None = None) -> None:
        if scale <= 0:
            raise ValueError(f"the clock's scale must be positive, not {scale}")
        self.scale = scale
        self._start = start or datetime.now(UTC)
        self._zero = time.monotonic()

    @property
    def mode(self) -> str:
        """``wall`` for a scale of 1, else ``scaled``."""
        return "wall" if self.scale == 1 else "scaled"

    def now(self) -> datetime:
        """The simulated wall-clock time, with time zone UTC."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Simulated seconds since the clock was made."""
        return (time.monotonic() - self._zero) * self.scale

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of simulated time."""
        await asyncio.sleep(max(seconds, 0.0) / self.scale)


class VirtualClock:
    """Stands still until it is advanced: by :meth:`advance`, or by :class:`VirtualTimeLoop`."""

    mode = "virtual"

    def __init__(self, start: datetime = VIRTUAL_START) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The simulated wall-clock time, with time zone UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Simulated seconds since the clock was made."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been advanced by ``seconds``."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), woken))
        await woken

    def next_deadline(self) -> float | None:
        """When the next sleeper is due, in seconds of :meth:`monotonic`; None without one."""
        while self._sleepers and self._sleepers[0][2].done():  # cancelled
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def advance(self, seconds: float) -> None:
        """Move on by ``seconds`` and wake every sleeper that is due by then, in order.

        Raises:
            ValueError: ``seconds`` is negative; time never goes back.
        """
        if seconds < 0:
            raise ValueError(f"time never goes back: {seconds} s")
        self.advance_to(self._elapsed + seconds)

    def advance_to(self, instant: float) -> None:
        """Move on to ``instant`` of :meth:`monotonic`; an earlier instant changes nothing."""
        while (due := self.next_deadline()) is not None and due <= instant:
            _, _, woken = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, due)
            woken.set_result(None)
        self._elapsed = max(self._elapsed, instant)
