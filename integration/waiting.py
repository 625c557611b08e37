# SPDX-License-Identifier: Apache-2.0
"""Waits that can be cut short: a time, or an event that comes before it."""

from __future__ import annotations

import asyncio

from integration.clock import Clock


async def pause(clock: Clock, seconds: float, *events: asyncio.Event) -> None:
    """Wait for ``seconds``, or until the first of ``events`` is set."""
    waits = [
        asyncio.ensure_future(clock.sleep(seconds)),
        *(asyncio.ensure_future(event.wait()) for event in events),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
        await asyncio.wait(waits)
