# SPDX-License-Identifier: Apache-2.0
"""How batches of a stream fill: by size, or by the age of the score that waits longest.

A batch costs almost as many calls for one score as for fifty, so a stream waits a moment for
company. News of this process is told by an event; what other processes put into the outbox is
found by looking, no more often than a batch may take to fill.
"""

from __future__ import annotations

import asyncio
from typing import Final

from integration.batch import BatchTools
from integration.scores import instant_of
from integration.waiting import pause

_FILLING_S: Final = 0.1
"""How often to look whether a batch that fills is full: seldom enough to cost nothing."""
_LOOK_S: Final = 1.0
"""How often to look for what another process has brought."""


class Filling:
    """Makes a batch once it is full, or its oldest score has waited for ``linger`` seconds.

    Args:
        tools: what a batch works with.
        linger: seconds that a score may wait for others.
        arrived: set by whoever has put scores into the outbox.
        stop: once it is set, what is due is delivered at once, and nothing more waited for.
        halt: once it is set, nothing is waited for either; the delivery has its own eyes on it.
    """

    def __init__(
        self,
        tools: BatchTools,
        *,
        linger: float,
        arrived: asyncio.Event,
        stop: asyncio.Event,
        halt: asyncio.Event,
    ) -> None:
        self._clock = tools.clock
        self._claims = tools.outbox.claims
        self._destination = tools.store.destination
        self._batch = tools.store.batch
        self._linger_ms = round(linger * 1000)
        self._arrived = arrived
        self._stop = stop
        self._halt = halt

    def _now(self) -> int:
        return instant_of(self._clock.now())

    def due(self) -> int:
        """How many scores the next batch would have now; 0 while it fills."""
        now = self._now()
        first = self._claims.next_due(self._destination)
        if first is None or first > now:
            return 0
        due = self._claims.due(self._destination, self._batch, now)
        full = due >= self._batch or now - first >= self._linger_ms or self._stop.is_set()
        return due if full else 0

    async def more(self) -> bool:
        """Wait until the batch may be full or old enough; False once the stream is to end."""
        if self._stop.is_set():
            return False
        first, now = self._claims.next_due(self._destination), self._now()
        if first is not None and first <= now:
            left = (first + self._linger_ms - now) / 1000
            await pause(self._clock, min(left, _FILLING_S), self._stop, self._halt)
            return True
        # Nothing has changed since the last look: there was no wait between.
        self._arrived.clear()
        wait = _LOOK_S if first is None else min(_LOOK_S, (first - now) / 1000)
        await pause(self._clock, wait, self._stop, self._halt, self._arrived)
        return True
