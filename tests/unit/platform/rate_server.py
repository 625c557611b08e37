# SPDX-License-Identifier: Apache-2.0
"""A model of a server that limits calls, and of other programs that share the limit.

It knows nothing of the simulator, so that the call budget is measured with two yardsticks.
Time is virtual, and everything random comes from the seed.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass, field

WINDOW = 60.0
EPSILON = 1e-6


class Steady:
    """Another program that calls evenly, whether it is served or not."""

    def __init__(self, per_minute, *, start=-WINDOW, end=math.inf):
        self.next = start
        self.end = end
        self.gap = 60 / per_minute

    def due(self, _free_at):
        return self.next if self.next < self.end else math.inf

    def called(self, instant):
        self.next = instant + self.gap


class Bursts:
    """Another program that makes ``size`` calls at once, now and then."""

    def __init__(self, per_minute, size, *, start, seed=1):
        self.next = start
        self.size = size
        self.every = 60 * size / per_minute
        self.draw = random.Random(seed)
        self.made = 0

    def due(self, _free_at):
        return self.next

    def called(self, instant):
        self.made += 1
        pause = 0.01 if self.made % self.size else self.every * self.draw.uniform(0.5, 1.5)
        self.next = instant + pause


class Greed:
    """Another program that takes every place at the instant at which it becomes free."""

    def __init__(self, start, seconds):
        self.next = start
        self.end = start + seconds

    def due(self, free_at):
        instant = max(self.next, free_at)
        return instant if instant < self.end else math.inf

    def called(self, instant):
        self.next = max(self.next, instant)


@dataclass
class Storm:
    """What a push meets.

    Args:
        limit: calls a minute that the server states.
        hidden: calls a minute that it really allows, if fewer.
        others: other programs.
        changes: instants, and the limits that are stated from then on.
        fixed: the window is fixed instead of sliding.
        dialect: ``inin``, ``remaining`` (the guide's header alone) or ``none``.
        latency: shortest and longest answer to a read; a write takes four times as long.
        writes: a limit of their own that writes have.
        seed: of the latencies.
    """

    limit: int
    hidden: int | None = None
    others: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    fixed: bool = False
    dialect: str = "inin"
    latency: tuple = (0.05, 0.2)
    writes: int | None = None
    seed: int = 1


class RateServer:
    """Counts calls in a window, refuses those that are too many, and says how it stands."""

    def __init__(self, clock, storm):
        self.clock = clock
        self.storm = storm
        self.stated = storm.limit
        self.limits = [(0.0, self.limit)]
        self.changes = deque(storm.changes)
        self.others = list(storm.others)
        self.draw = random.Random(storm.seed)
        self.window = deque()
        self.opened = -math.inf
        self.written = deque()
        self.served_at = []  # of all clients
        self.own = []  # own calls served
        self.reached = []  # own calls, refused ones too
        self.refusals = []
        self.too_early = []
        self.episodes = 0
        self.in_episode = False
        self.asked_to_wait = 0.0

    @property
    def limit(self):
        return min(self.stated, self.storm.hidden or self.stated)

    async def call(self, kind):
        """One call: its status, its headers, the ``Retry-After``, and what that concerns."""
        if self.clock.monotonic() < self.asked_to_wait:
            self.too_early.append(self.clock.monotonic())
        shortest, longest = self.storm.latency
        latency = self.draw.uniform(shortest, longest) * (4 if kind == "write" else 1)
        way_there = latency * self.draw.uniform(0.2, 0.8)
        await self.clock.sleep(way_there)
        status, headers, wait, resource = self.deal_with(kind, self.clock.monotonic())
        await self.clock.sleep(latency - way_there)
        if wait is not None and not resource:
            self.asked_to_wait = max(self.asked_to_wait, self.clock.monotonic() + wait)
        return status, headers, wait, resource

    def deal_with(self, kind, now):
        while self.changes and self.changes[0][0] <= now:
            instant, limit = self.changes.popleft()
            self.settle(instant)
            self.stated = limit
            self.limits.append((instant, self.limit))
        self.settle(now)
        self.reached.append(now)
        if len(self.window) >= self.limit:
            self.refusals.append(now)
            self.episodes += not self.in_episode
            self.in_episode = True
            return 429, self.headers(now), seconds_until(self.free_at(), now), ""
        self.in_episode = False
        self.own.append(now)
        self.serve(now)
        if kind == "write" and self.storm.writes:
            while self.written and self.written[0] + WINDOW <= now + EPSILON:
                self.written.popleft()
            if len(self.written) >= self.storm.writes:
                wait = seconds_until(self.written[0] + WINDOW, now)
                return 429, self.headers(now), wait, "write"
            self.written.append(now)
        return 200, self.headers(now), None, ""

    def headers(self, now):
        if self.storm.dialect == "none":
            return {}
        if self.storm.dialect == "remaining":
            return {"x-rate-limit-remaining": str(max(0, self.stated - len(self.window)))}
        return {
            "inin-ratelimit-count": str(len(self.window)),
            "inin-ratelimit-allowed": str(self.stated),
            "inin-ratelimit-reset": str(seconds_until(self.leaves(0), now)),
        }

    def leaves(self, place):
        return (self.opened if self.storm.fixed else self.window[place]) + WINDOW

    def free_at(self):
        surplus = len(self.window) - self.limit
        return -math.inf if surplus < 0 else self.leaves(surplus)

    def serve(self, now):
        if not self.window:
            self.opened = now
        self.window.append(now)
        self.served_at.append(now)

    def expire(self, now):
        if self.storm.fixed:
            if self.opened + WINDOW <= now + EPSILON:
                self.window.clear()
            return
        while self.window and self.window[0] + WINDOW <= now + EPSILON:
            self.window.popleft()

    def settle(self, now):
        """Let the calls of others that came until ``now`` take their places."""
        while self.others:
            free_at = self.free_at()
            due, other = min(
                ((other.due(free_at), other) for other in self.others), key=lambda one: one[0]
            )
            if due > now:
                break
            self.expire(due)
            if len(self.window) < self.limit:
                self.serve(due)
            other.called(due)
            self.greed_looks_on(due)
        self.greed_looks_on(now)
        self.expire(now)

    def greed_looks_on(self, instant):
        """Greed never takes a place of the past."""
        for other in self.others:
            if isinstance(other, Greed):
                other.called(instant)

    def share_used(self, *, without=()):
        """Calls served to all, divided by what was allowed, over whole blocks of a minute.

        The first block begins with our first call; those of the instants ``without`` are left
        out.
        """
        first = self.reached[0]
        blocks = set(range(int((self.reached[-1] - first) // WINDOW)))
        blocks -= {int((instant - first) // WINDOW) for instant in without}
        served = sum((instant - first) // WINDOW in blocks for instant in self.served_at)
        allowed = 0.0
        ends = [instant for instant, _ in self.limits[1:]] + [math.inf]
        for (start, limit), end in zip(self.limits, ends, strict=True):
            for block in blocks:
                begins = first + block * WINDOW
                lasts = min(end, begins + WINDOW) - max(start, begins)
                allowed += limit * max(0.0, lasts) / WINDOW
        return served / allowed


def seconds_until(instant, now):
    """Whole seconds, rounded up, at least one."""
    return max(1, math.ceil(instant - now - EPSILON))


def most_in_a_window(instants):
    """The most of ``instants`` that any window of the server's length holds."""
    most, oldest = 0, 0
    for newest, instant in enumerate(instants):
        while instants[oldest] + WINDOW <= instant + EPSILON:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most
