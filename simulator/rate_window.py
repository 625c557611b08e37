# SPDX-License-Identifier: Apache-2.0
"""The two shapes that the window of a rate limit may have: sliding and fixed.

Which one the platform uses is not documented; the switch ``rate_window`` decides. Instants are
seconds of the clock's monotonic time.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

ROUNDING = 1e-6
"""Seconds by which an instant may miss its mark through the arithmetic of floats."""


class Window(Protocol):
    """What was served lately; a place is taken by a call and becomes free with time."""

    @property
    def count(self) -> int:
        """Places taken, as of the last :meth:`expire`."""
        ...

    def expire(self, now: float) -> None:
        """Free the places whose time is over."""
        ...

    def add(self, now: float) -> None:
        """Take a place."""
        ...

    def free_at(self, ceiling: int) -> float:
        """When the next place becomes free under ``ceiling``.

        Minus infinity if one is free already, infinity if none ever will be.
        """
        ...

    def resets_at(self) -> float:
        """What the reset header counts down to; only with a place taken."""
        ...

    def ages(self, now: float) -> list[float]:
        """Seconds since each place was taken, oldest first."""
        ...


class SlidingWindow:
    """Each call leaves ``seconds`` after it was served."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._served: deque[float] = deque()

    @property
    def count(self) -> int:
        """Places taken, as of the last :meth:`expire`."""
        return len(self._served)

    def expire(self, now: float) -> None:
        """Free the places whose time is over."""
        border = now - self._seconds + ROUNDING
        served = self._served
        while served and served[0] <= border:
            served.popleft()

    def add(self, now: float) -> None:
        """Take a place."""
        self._served.append(now)

    def free_at(self, ceiling: int) -> float:
        """When the next place becomes free under ``ceiling``."""
        surplus = len(self._served) - ceiling
        if surplus < 0:
            return -math.inf
        return self._served[surplus] + self._seconds if ceiling > 0 else math.inf

    def resets_at(self) -> float:
        """When the oldest counted call leaves."""
        return self._served[0] + self._seconds

    def ages(self, now: float) -> list[float]:
        """Seconds since each place was taken, oldest first."""
        return [now - instant for instant in self._served]


class FixedWindow:
    """Opens with its first call and frees every place when ``seconds`` are over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._opened = -math.inf
        self._count = 0

    @property
    def count(self) -> int:
        """Places taken, as of the last :meth:`expire`."""
        return self._count

    def expire(self, now: float) -> None:
        """Free all places once the window's time is over."""
        if self._opened + self._seconds <= now + ROUNDING:
            self._count = 0

    def add(self, now: float) -> None:
        """Take a place; the first one opens the window."""
        if not self._count:
            self._opened = now
        self._count += 1

    def free_at(self, ceiling: int) -> float:
        """When the next place becomes free under ``ceiling``."""
        if self._count < ceiling:
            return -math.inf
        return self._opened + self._seconds if ceiling > 0 else math.inf

    def resets_at(self) -> float:
        """When the window ends."""
        return self._opened + self._seconds

    def ages(self, now: float) -> list[float]:
        """As if every place had been taken when the window opened."""
        return [now - self._opened] * self._count


SHAPES: dict[str, type[SlidingWindow | FixedWindow]] = {
    "sliding": SlidingWindow,
    "fixed": FixedWindow,
}


def whole_seconds(until: float, now: float) -> int:
    """Whole seconds from ``now`` to ``until``, rounded up, at least 1."""
    return max(1, math.ceil(until - now - ROUNDING))
