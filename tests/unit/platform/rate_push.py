# SPDX-License-Identifier: Apache-2.0
"""A push as the call budget sees it: workers that deliver batches through reservations."""

from __future__ import annotations

import asyncio
import math

from integration.platform.budget import CallBudget
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

from .rate_server import RateServer

READ_SIZE = 50
BATCH = 1000
BATCH_CALLS = 21
READ_AGE = 5.0


class Push:
    """Workers that deliver ``leads`` scores in batches: reads of 50, then one write.

    What was read too long before its write is read again, as the delivery does.
    """

    def __init__(self, storm, *, leads, workers, concurrency=4):
        self.clock = VirtualClock()
        self.server = RateServer(self.clock, storm)
        self.budget = CallBudget(self.clock, allowed=storm.limit)
        self.left = leads
        self.workers = workers
        self.concurrency = concurrency
        self.delivered = 0
        self.calls = 0

    def run(self):
        async def main():
            async with asyncio.TaskGroup() as group:
                for _ in range(self.workers):
                    group.create_task(self.work())

        run_virtual(self.clock, main())
        return self

    @property
    def calls_per_thousand(self):
        return self.calls / self.delivered * 1000

    async def work(self):
        while self.left:
            calls = await self.budget.reserve(calls_for(min(BATCH, self.left)), minimum=2)
            try:
                leads = min(self.left, room(calls))
                self.left -= leads
                calls.shrink(calls_for(leads))
                while leads:
                    leads -= await self.deliver(min(leads, room(calls)), calls)
                    if leads:
                        calls.release()
                        calls = await self.budget.reserve(calls_for(leads), minimum=2)
            finally:
                calls.release()

    async def deliver(self, leads, calls):
        """Read and write; how many were fresh enough to be written: all, or none."""
        turns = asyncio.Semaphore(self.concurrency)
        read_at = []

        async def read():
            async with turns:
                while await self.call("read", calls) == 429:
                    pass
                read_at.append(self.clock.monotonic())

        async with asyncio.TaskGroup() as group:
            for _ in range(math.ceil(leads / READ_SIZE)):
                group.create_task(read())
        while leads:
            await calls.ready()
            if self.clock.monotonic() - min(read_at) > READ_AGE and self.budget.limit > 1:
                return 0
            if await self.call("write", calls) != 429:
                self.delivered += leads
                break
        return leads

    async def call(self, kind, calls):
        permit = await calls.permit(kind)
        status, headers, wait, resource = await self.server.call(kind)
        self.calls += 1
        if status == 429:
            permit.refused(wait, resource, headers)
        else:
            permit.answered(status, headers)
        return status


def room(calls):
    """How many leads a reservation is for."""
    return max(READ_SIZE, (calls.calls - 1) * READ_SIZE)


def calls_for(leads):
    """Reads of 50, and one write; nothing where another worker took the last ones."""
    return math.ceil(leads / READ_SIZE) + 1 if leads else 0
