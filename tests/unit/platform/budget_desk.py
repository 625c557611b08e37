# SPDX-License-Identifier: Apache-2.0
"""A call budget on a virtual clock, and who calls under it."""

from __future__ import annotations

import asyncio

from integration.platform.budget import CallBudget
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual


def headers(count, allowed=10, reset=60):
    return {
        "inin-ratelimit-count": str(count),
        "inin-ratelimit-allowed": str(allowed),
        "inin-ratelimit-reset": str(reset),
    }


class Desk:
    """A budget on a virtual clock, and who calls under it."""

    def __init__(self, **options) -> None:
        self.clock = VirtualClock()
        self.budget = CallBudget(self.clock, **{"allowed": 10} | options)
        self.sent: list[float] = []

    def run(self, main):
        return run_virtual(self.clock, main)

    @property
    def now(self):
        return self.clock.monotonic()

    async def call(self, *, seconds=0.0, said=None, permit=None, **options):
        permit = permit or await self.budget.acquire(**options)
        self.sent.append(self.now)
        if seconds:
            await self.clock.sleep(seconds)
        permit.answered(200, said or {})

    async def calls(self, number, **options):
        await asyncio.gather(*(self.call(**options) for _ in range(number)))
