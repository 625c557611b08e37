# SPDX-License-Identifier: Apache-2.0
"""The call budget: one sliding window per OAuth client, synchronised with the server.

The platform counts calls per client and minute and says so in every answer
(``inin-ratelimit-count``, ``-allowed``, ``-reset``). Waiting before the limit is cheaper
than being refused after it, so every request passes through :meth:`CallBudget.acquire`.

Three things bound a call: the window (own calls, and those of other processes as far as the
server's count shows them), a ceiling learned from refusals that the headers did not announce,
and gates that a 429 closes for as long as the server asked. Calls that belong together (read
before write) reserve their slots first, so that no wait falls between them.

Source: platform.md section 2 (headers, layered limits, ``too.many.recycles``).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from integration.clock import Clock
from integration.platform.ceiling import LearnedCeiling
from integration.platform.gates import Gates
from integration.platform.permits import Permit, Reservation
from integration.platform.window import CallWindow, number

_TOLERATED_WASTE: Final = 0.021
"""Share of the window that may lie idle for the sake of a whole reservation: a bit more than the
6 calls of 300 that whole batches of 21 calls leave."""
_CAUTION_S: Final = 2.0
_CAUTION_CALLS: Final = 100
"""After a refusal that others caused, freed slots are asked for later, until this many calls."""


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """The budget as it stands: counts are calls, times are seconds."""

    allowed: int
    used: int
    free: int
    waiting_callers: int
    closed_for: float
    reason: str
    calls: int
    refused: int
    episodes: int
    waits: int
    waited: float


class CallBudget:
    """Admits calls so that no window of ``window`` seconds holds more than the platform allows.

    Args:
        clock: the time.
        allowed: calls in a window until the server names its own ceiling.
        window: length of the server's window in seconds.
    """

    def __init__(self, clock: Clock, *, allowed: int = 300, window: float = 60.0) -> None:
        self._clock = clock
        self._allowed = max(1, allowed)
        self._window = CallWindow(window)
        self._learned = LearnedCeiling()
        self._gates = Gates()
        self._reserved = 0
        self._caution = 0.0  # seconds added before asking for a slot that others may take
        self._since_refusal = 0
        self._queue: deque[object] = deque()
        self._wakers: set[asyncio.Future[None]] = set()
        self._waiting = 0
        self._waiting_since = 0.0
        self.calls = 0
        self.refused = 0
        self.waits = 0
        self.waited = 0.0

    @property
    def limit(self) -> int:
        """Calls that a window may hold: the smaller of the stated and the learned ceiling."""
        return max(1, min(self._allowed, self._learned.value))

    @property
    def episodes(self) -> int:
        """How often the platform began to refuse calls."""
        return self._gates.episodes

    @property
    def idle(self) -> bool:
        """No call is under way, no slot is kept for one, and nobody waits."""
        return not (self._window.under_way or self._reserved or self._waiting)

    async def acquire(self, resource: str = "", *, urgent: bool = False) -> Permit:
        """Wait until a call may be made now. ``urgent`` callers go before those who wait."""
        if (
            not self._queue
            and self._gates.idle
            and self._free(self._clock.monotonic()) > self._reserved
        ):
            return self._permit()
        if urgent:
            self.add(1)
        else:
            await self._slots(1, 1)
        try:
            return await self.board(resource)
        except BaseException:
            self.give_back(1)
            raise

    async def reserve(self, calls: int, *, minimum: int = 1) -> Reservation:
        """Wait until ``calls`` calls may be made in a row, and keep their slots.

        Fewer (but ``minimum``, or all the limit allows) are granted where waiting for all
        would leave a noticeable part of the window unused.
        """
        return Reservation(self, await self._slots(calls, minimum))

    def status(self) -> BudgetStatus:
        """What the budget is doing, for progress lines, metrics and logs."""
        now = self._clock.monotonic()
        used = self._window.used(now)
        free = max(0, self._free(now) - self._reserved)
        closed_for = self._gates.closed_for("", now)
        reason = ""
        if closed_for:
            reason = f"the platform asked to wait {closed_for:.0f} s"
        elif self._waiting and used >= self.limit:
            reason = f"call budget used up ({self.limit} a minute)"
        elif self._waiting:
            reason = "waiting for a share of the call budget"
        return BudgetStatus(
            allowed=self.limit,
            used=used,
            free=free,
            waiting_callers=self._waiting,
            closed_for=closed_for,
            reason=reason,
            calls=self.calls,
            refused=self.refused,
            episodes=self.episodes,
            waits=self.waits,
            waited=self.waited,
        )

    # -- slots ----------------------------------------------------------------------------

    def _free(self, now: float) -> int:
        """Slots of the window that no call takes; reserved ones are among them."""
        limit = self.limit
        free = limit - self._window.used(now) - self._window.headroom(limit, now)
        return 1 if free < 1 and self._window.may_ask(now) else free

    def _grant(self, wanted: int, minimum: int, now: float) -> int:
        """How many of ``wanted`` slots may be had now; 0 means wait."""
        limit = self.limit
        wanted = min(wanted, limit)
        free = self._free(now) - self._reserved
        if free >= wanted:
            return wanted
        if free >= min(minimum, limit):
            idle = free * self._window.next_change(wanted - free, now)
            if idle > _TOLERATED_WASTE * limit * self._window.seconds:
                return free
        return 0

    async def _slots(self, wanted: int, minimum: int) -> int:
        """Take ``minimum`` to ``wanted`` slots out of the window, in order of arrival."""
        ticket = object()
        self._queue.append(ticket)
        try:
            while True:
                now = self._clock.monotonic()
                wait: float | None = None
                if self._queue[0] is ticket:
                    wait = self._gates.closed_for("", now)
                    if not wait:
                        if granted := self._grant(wanted, minimum, now):
                            self._reserved += granted
                            return granted
                        missing = min(wanted, self.limit) - self._free(now) + self._reserved
                        wait = self._window.next_change(missing, now)
                await self._pause(wait)
        finally:
            self._queue.remove(ticket)
            self._wake()

    def add(self, slots: int) -> None:
        """Reserve more slots, ahead of everybody who waits; they wait when they are used."""
        self._reserved += slots

    def give_back(self, slots: int) -> None:
        """Return reserved slots."""
        self._reserved -= slots
        if slots:
            self._wake()

    # -- from a slot to a call ------------------------------------------------------------

    async def opened(self, resource: str = "", calls: int = 1) -> None:
        """Wait until ``calls`` reserved slots can be turned into permits at once.

        What was reserved may have been taken by others since: then it has to become free again.
        """
        while True:
            now = self._clock.monotonic()
            wait: float | None = self._gates.closed_for(resource, now)
            if not wait:
                if self._gates.someone_asks:
                    wait = None
                elif (missing := min(calls, self.limit) - self._free(now)) <= 0:
                    return
                else:
                    wait = self._window.next_change(missing, now)
            await self._pause(wait)

    async def board(self, resource: str) -> Permit:
        """Turn a reserved slot into a permit."""
        await self.opened(resource)
        self._reserved -= 1
        return self._permit()

    def _permit(self) -> Permit:
        self.calls += 1
        self._window.sent(self.calls)
        return Permit(self, self.calls, asking=self._gates.sent())

    # -- answers --------------------------------------------------------------------------

    def answered(self, permit: Permit, status: int, headers: Mapping[str, str]) -> None:
        """A call was answered, or lost (status 0): it counts either way."""
        now = self._clock.monotonic()
        self._window.answered(permit.order, now)
        self._gates.returned(asking=permit.asking)
        if status:
            self._synchronise(permit.order, headers, now)
            if self._gates.clean(permit.order):
                self._learned.clean(self._allowed)
                self._since_refusal += 1
                if self._since_refusal >= _CAUTION_CALLS:
                    self._caution = 0.0
        if self._wakers:
            self._wake()

    def refuse(
        self, permit: Permit, retry_after: float | None, resource: str, headers: Mapping[str, str]
    ) -> None:
        """A call was refused for its number: the gate of ``resource`` closes, blank for all."""
        now = self._clock.monotonic()
        self.refused += 1
        self._window.refused(permit.order)
        self._gates.returned(asking=permit.asking)
        explained = self._synchronise(permit.order, headers, now)
        begins = self._gates.refused(permit.order, self.calls, retry_after, resource, now)
        if begins and explained:
            self._caution = min(max(_CAUTION_S, self._caution * 2), self._window.seconds)
            self._since_refusal = 0
        elif begins:
            self._learned.refused(self._window.served(), self._allowed)
        self._wake()

    def _synchronise(self, order: int, headers: Mapping[str, str], now: float) -> bool:
        """Take over the server's count; whether it says that the window is full."""
        allowed = number(headers, "inin-ratelimit-allowed")
        if allowed:
            if allowed > self._allowed:
                self._learned.forget()
            self._allowed = allowed
        count = number(headers, "inin-ratelimit-count")
        if count is None:
            remaining = number(headers, "x-rate-limit-remaining")
            if remaining is None:
                return False
            count = self._allowed - remaining
        reset = number(headers, "inin-ratelimit-reset")
        # never read as "all free": one call leaves then, and others may be faster
        leaves = self._window.seconds if reset is None else max(reset, self._caution)
        self._window.synchronise(order, count, leaves, now)
        return count >= self._allowed

    # -- waiting --------------------------------------------------------------------------

    async def _pause(self, seconds: float | None) -> None:
        """Wait for a change, ``seconds`` at the most."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wakers.add(woken)
        timer = None if seconds is None else asyncio.ensure_future(self._clock.sleep(seconds))
        self._begin_waiting()
        try:
            await asyncio.wait(
                [woken, timer] if timer else [woken], return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self._end_waiting()
            self._wakers.discard(woken)
            woken.cancel()
            if timer:
                timer.cancel()

    def _begin_waiting(self) -> None:
        if self._waiting == 0:
            self._waiting_since = self._clock.monotonic()
        self._waiting += 1

    def _end_waiting(self) -> None:
        self._waiting -= 1
        lasted = self._clock.monotonic() - self._waiting_since
        if self._waiting == 0 and lasted >= 0.001:
            self.waits += 1
            self.waited += lasted

    def _wake(self) -> None:
        for woken in self._wakers:
            if not woken.done():
                woken.set_result(None)
