# SPDX-License-Identifier: Apache-2.0
"""Time as a collaborator: nothing else in the integration reads a clock or sleeps.

Staleness, token expiry, backoff and the call budget all depend on time. They take a
:class:`Clock`, so that a day of dialling can be proved in a second of test time.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the integration needs of time."""

    def now(self) -> datetime:
        """The wall-clock time, with time zone UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary instant; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` (at once where it is zero or less)."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The wall-clock time, with time zone UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary instant; never goes back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of real time."""
        await asyncio.sleep(seconds)
