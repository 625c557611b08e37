# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.limiter``: one admission, with the server's headers taken over.

The peers admit without looking at any header; ours reads count, limit and reset of each answer.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

from aiolimiter import AsyncLimiter
from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate

from integration.clock import SystemClock
from integration.platform.budget import CallBudget

_TARGET_US = 5.0


async def _ours(number: int) -> None:
    budget = CallBudget(SystemClock(), allowed=10**7)
    headers = {"inin-ratelimit-allowed": "10000000", "inin-ratelimit-reset": "60"}
    for done in range(1, number + 1):
        permit = await budget.acquire()
        headers["inin-ratelimit-count"] = str(done)
        permit.answered(200, headers)


async def _aiolimiter(number: int) -> None:
    limiter = AsyncLimiter(10**7, 60)
    for _ in range(number):
        await limiter.acquire()


async def _pyrate_limiter(number: int) -> None:
    limiter = Limiter(InMemoryBucket([Rate(10**7, Duration.MINUTE)]))
    for _ in range(number):
        await limiter.try_acquire_async("calls")


def _microseconds(work: Callable[[int], Awaitable[None]], number: int) -> float:
    async def timed() -> float:
        started = time.perf_counter()
        await work(number)
        return (time.perf_counter() - started) / number * 1e6

    return asyncio.run(timed())


def main() -> int:
    """Print medians and ratios; 1 where the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limiter", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    quick = parser.parse_args().quick
    number, rounds = (5_000, 3) if quick else (100_000, 5)
    contestants = {
        "call budget, headers taken over": _ours,
        "aiolimiter": _aiolimiter,
        "PyrateLimiter, in memory": _pyrate_limiter,
    }
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            figures[name].append(_microseconds(work, number))
    medians = {name: statistics.median(found) for name, found in figures.items()}
    ours = medians["call budget, headers taken over"]
    for name, median in medians.items():
        print(f"{name:34} {median:7.2f} us an admission   {median / ours:5.2f} times ours")
    print(f"target: at most {_TARGET_US:g} us: {'PASS' if ours <= _TARGET_US else 'FAIL'}")
    return 0 if ours <= _TARGET_US else 1


if __name__ == "__main__":
    sys.exit(main())
