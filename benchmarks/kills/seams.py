# SPDX-License-Identifier: Apache-2.0
"""Where a run touches the world: its SQL statements, its requests, its waits.

What a kill leaves behind changes at these points only: between two of them the product computes.
So a run that was cut at each of them was cut everywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

import httpx

from integration.clock import Clock


class Points:
    """Counts the points that a run reaches, and ends it at one of them.

    Args:
        end: called there, and at every point after it; does not return.
        last: the number of the point, from 1; None lets the run pass.
    """

    def __init__(self, end: Callable[[], None], last: int | None = None) -> None:
        self._end = end
        self._last = last
        self.reached = 0
        self.names: list[str] = []

    @property
    def over(self) -> bool:
        """Whether the run was ended."""
        return self._last is not None and self.reached >= self._last

    def reach(self, name: str) -> None:
        """One more point, unless the run has been ended: then nothing counts any more."""
        if not self.over:
            self.reached += 1
            self.names.append(name)
        if self.over:
            self._end()


@contextmanager
def statements(
    points: Points, committed: Callable[[sqlite3.Connection], None] = lambda _: None
) -> Iterator[None]:
    """Inside, every SQL statement of every connection that is made is a point.

    Args:
        points: told of them.
        committed: given the connection after each commit.
    """

    class Counted(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            points.reach(sql)
            cursor = super().execute(sql, *values)
            if sql == "COMMIT":
                committed(self)
            return cursor

        def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
            points.reach(sql)
            return super().executemany(sql, *values)

    connect = sqlite3.connect

    def counted(*where: Any, **how: Any) -> sqlite3.Connection:
        return connect(*where, factory=Counted, **how)

    with mock.patch.object(sqlite3, "connect", counted):
        yield


class CountedTransport(httpx.AsyncBaseTransport):
    """Every request is two points: it was not sent yet, and its answer has not arrived yet."""

    def __init__(self, platform: httpx.AsyncBaseTransport, points: Points) -> None:
        self._platform = platform
        self._points = points

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The platform's answer."""
        name = f"{request.method} {request.url.path}"
        self._points.reach(f"before {name}")
        try:
            return await self._platform.handle_async_request(request)
        finally:
            self._points.reach(f"after {name}")


class CountedClock:
    """Every wait is a point."""

    def __init__(self, clock: Clock, points: Points) -> None:
        self._clock = clock
        self._points = points

    def now(self) -> datetime:
        """The wall-clock time, with time zone UTC."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Seconds since an arbitrary instant; never goes back."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""
        self._points.reach(f"wait for {seconds:g} s")
        await self._clock.sleep(seconds)
