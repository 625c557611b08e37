# SPDX-License-Identifier: Apache-2.0
"""The call budget: one sliding window per OAuth client, synchronised with the server.

The platform counts calls per client and minute and says so in every answer
(``inin-ratelimit-count``, ``-allowed``, ``-reset``). Waiting before the limit is cheaper
than being refused after it, so every request passes through :meth:`CallBudget.acquire`.

Three things bound a call: the window (own calls, and those of other processes as far as the
server's count shows them), a ceiling learned from refusals that the headers did not announce,
and gates that a 429 closes for as long as the server asked. A call that may only be made
together with others (read before write) reserves its share first, so that no wait falls
between them.

Source: platform.md section 2 (headers, layered limits, ``too.many.recycles``).
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from integration.clock import Clock
from integration.platform.ceiling import LearnedCeiling

_MARGIN = 0.05
"""Seconds that the local window is longer than the server's, against rounding."""
_TOLERATED_WASTE = 0.021
"""Share of the window that may lie idle for the sake of a whole reservation: a bit more than the
6 calls of 300 that whole batches of 21 calls leave."""
_OTHERS_HEADROOM = 0.015
"""Share of the window kept free, at the most, for calls of others not yet seen."""
_CAUTION_S = 2.0
_CAUTION_CALLS = 100
"""After a refusal that others caused, freed slots are asked for later, until this many calls."""
_BACKOFF_S = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Waits after a 429 without a usable Retry-After, by the length of the episode."""


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


class Permit:
    """The right to make one call; it has to be told how the call ended, exactly once."""

    __slots__ = ("_budget", "_probe", "_sent_order")

    def __init__(self, budget: CallBudget, *, sent_order: int, probe: bool) -> None:
        self._budget = budget
        self._sent_order = sent_order
        self._probe = probe

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The server answered with anything but 429; ``headers`` in any case."""
        self._budget._answered(self._sent_order, self._probe, status, headers)  # noqa: SLF001 - its other half

    def refused(
        self,
        retry_after: float | None,
        resource: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The server answered 429; ``resource`` where only that resource was meant."""
        self._budget._refused(  # noqa: SLF001 - its other half
            self._sent_order, self._probe, retry_after, resource, headers or {}
        )

    def lost(self) -> None:
        """No answer came; the server may have counted the call."""
        self._budget._answered(self._sent_order, self._probe, 0, {})  # noqa: SLF001 - its other half


class Reservation:
    """``calls`` slots of the window, kept for calls that belong together."""

    def __init__(self, budget: CallBudget, calls: int) -> None:
        self._budget = budget
        self.calls = calls
        self._left = calls

    async def permit(self, resource: str = "") -> Permit:
        """The next call's permit: waits for a closed gate, and for a slot once all are used."""
        if self._left == 0:
            return await self._budget.acquire(resource, urgent=True)
        self._left -= 1
        try:
            return await self._budget._through_gate(resource)  # noqa: SLF001 - its other half
        except BaseException:
            self._left += 1
            raise

    async def ready(self, calls: int = 1) -> None:
        """Wait until the permits for the next ``calls`` are to be had without waiting.

        Fewer where the limit does not hold so many.
        """
        if self._left < calls:
            self.release()  # who waits for slots holds none: two such could wait for each other
            self._left = await self._budget._slots(calls, calls, urgent=True)  # noqa: SLF001 - its other half
        await self._budget._opened()  # noqa: SLF001 - its other half

    def shrink(self, calls: int) -> None:
        """Keep ``calls`` of the unused slots at the most and give the others back."""
        surplus = max(0, self._left - calls)
        self._left -= surplus
        self._budget._give_back(surplus)  # noqa: SLF001 - its other half

    def release(self) -> None:
        """Give the unused slots back."""
        self._budget._give_back(self._left)  # noqa: SLF001 - its other half
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


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
        self._window = window
        self._learned = LearnedCeiling()
        self._own: deque[float] = deque()  # when our calls in the window were answered
        self._in_flight: dict[int, None] = {}  # by order of sending
        self._reserved = 0
        self._sent = 0
        self._others = 0  # calls in the window that are not ours, as last seen
        self._others_seen = -math.inf
        self._probe_from = math.inf  # when the server said its oldest call would leave
        self._gates: dict[str, float] = {}
        self._half_open = False  # a gate was closed and no clean answer has come since
        self._probing = False
        self._refusals = 0  # of this episode
        self._episode_border = 0  # calls sent up to here belong to the episode
        self._caution = 0.0  # seconds added before asking for a slot that others may take
        self._since_episode = 0
        self._queue: deque[object] = deque()
        self._wakers: set[asyncio.Future[None]] = set()
        self.calls = 0
        self.refused = 0
        self.episodes = 0
        self.waits = 0
        self.waited = 0.0

    @property
    def limit(self) -> int:
        """Calls that a window may hold: the smaller of the stated and the learned ceiling."""
        return max(1, min(self._allowed, self._learned.value))

    async def acquire(self, resource: str = "", *, urgent: bool = False) -> Permit:
        """Wait until a call may be made now. ``urgent`` callers go before those who wait."""
        if self._queue or self._gates or self._half_open or self._free() < 1:
            await self._slots(1, 1, urgent=urgent)
            try:
                return await self._through_gate(resource)
            except BaseException:
                self._give_back(1)
                raise
        return self._permit(probe=False)

    async def reserve(self, calls: int, *, minimum: int = 1) -> Reservation:
        """Wait until ``calls`` calls may be made in a row, and keep their slots.

        Fewer (but ``minimum``, or all the limit allows) are granted where waiting for all
        would leave a noticeable part of the window unused.
        """
        return Reservation(self, await self._slots(calls, minimum, urgent=False))

    def status(self) -> BudgetStatus:
        """What the budget is doing, for progress lines, metrics and logs."""
        now = self._clock.monotonic()
        closed_for = max(0.0, self._gates.get("", 0.0) - now)
        free = max(0, self._free())
        reason = ""
        if closed_for:
            reason = f"the platform asked to wait {closed_for:.0f} s"
        elif self._queue and free == 0:
            reason = f"call budget used up ({self.limit} a minute)"
        elif self._queue:
            reason = "waiting for a share of the call budget"
        return BudgetStatus(
            allowed=self.limit,
            used=self._used(),
            free=free,
            waiting_callers=len(self._queue),
            closed_for=closed_for,
            reason=reason,
            calls=self.calls,
            refused=self.refused,
            episodes=self.episodes,
            waits=self.waits,
            waited=self.waited,
        )

    # -- the window ---------------------------------------------------------------------

    def _used(self) -> int:
        now = self._clock.monotonic()
        horizon = now - self._window - _MARGIN
        own = self._own
        while own and own[0] <= horizon:
            own.popleft()
        if self._others and self._others_seen <= horizon:
            self._others = 0
        return len(own) + len(self._in_flight) + self._reserved + self._others

    def _free(self) -> int:
        used = self._used()
        free = self.limit - used
        if self._others:
            now = self._clock.monotonic()
            # Others go on while we wait: leave room for those not seen yet.
            unseen = self._others / self._window * (now - self._others_seen)
            free -= min(math.ceil(unseen), math.ceil(self.limit * _OTHERS_HEADROOM))
            idle = not self._in_flight and not self._reserved
            if free < 1 and idle and now >= self._probe_from:
                return 1  # the server's oldest call has left: one call asks how things stand
        return free

    def _wait_for(self, calls: int) -> float:
        """Seconds until ``calls`` slots are free, as far as is known now."""
        now = self._clock.monotonic()
        missing = calls - self._free()
        waits = [self._probe_from - now] if self._others else []
        if missing <= len(self._own):
            waits.append(self._own[max(missing, 1) - 1] + self._window + _MARGIN - now)
        elif self._others:
            waits.append(self._others_seen + self._window + _MARGIN - now)
        later = [wait for wait in waits if wait > 0]
        return min(later, default=1.0)

    def _grant(self, wanted: int, minimum: int) -> int:
        """How many of ``wanted`` slots may be had now; 0 means wait."""
        limit = self.limit
        wanted = min(wanted, limit)
        free = self._free()
        if free >= wanted:
            return wanted
        if free >= min(minimum, limit):
            idle = free * self._wait_for(wanted)
            if idle > _TOLERATED_WASTE * limit * self._window:
                return free
        return 0

    async def _slots(self, wanted: int, minimum: int, *, urgent: bool) -> int:
        """Take ``minimum`` to ``wanted`` slots out of the window, in order of arrival."""
        ticket = object()
        if urgent:
            self._queue.appendleft(ticket)
        else:
            self._queue.append(ticket)
        started = self._clock.monotonic()
        try:
            while True:
                granted = 0
                first = self._queue[0] is ticket
                if first and not self._closed_for(""):
                    granted = self._grant(wanted, minimum)
                if granted:
                    self._reserved += granted
                    return granted
                await self._pause(
                    None if not first else self._closed_for("") or self._wait_for(wanted)
                )
        finally:
            self._queue.remove(ticket)
            self._count_wait(started)
            self._wake()

    def _give_back(self, slots: int) -> None:
        self._reserved -= slots
        if slots:
            self._wake()

    # -- the gates ----------------------------------------------------------------------

    def _closed_for(self, resource: str) -> float:
        """Seconds until the gate of ``resource`` opens; 0 where it is open."""
        until = self._gates.get(resource)
        if until is None:
            return 0.0
        left = until - self._clock.monotonic()
        if left > 0:
            return left
        del self._gates[resource]
        return 0.0

    async def _opened(self, resource: str = "") -> None:
        started = self._clock.monotonic()
        while True:
            closed_for = self._closed_for("") or (self._closed_for(resource) if resource else 0.0)
            if not closed_for and not (self._half_open and self._probing):
                break
            await self._pause(closed_for or None)
        self._count_wait(started)

    async def _through_gate(self, resource: str) -> Permit:
        """Turn a reserved slot into a permit as soon as no gate is in the way."""
        await self._opened(resource)
        self._reserved -= 1
        self._probing = self._half_open  # the first call after a refusal goes alone
        return self._permit(probe=self._half_open)

    def _permit(self, *, probe: bool) -> Permit:
        self._sent += 1
        self._in_flight[self._sent] = None
        self.calls += 1
        return Permit(self, sent_order=self._sent, probe=probe)

    # -- answers ------------------------------------------------------------------------

    def _answered(
        self,
        order: int,
        probe: bool,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        del self._in_flight[order]
        self._own.append(self._clock.monotonic())
        if probe:
            self._probing = False
        if status:
            self._synchronise(order, headers)
            if order > self._episode_border:
                self._half_open = False
                self._refusals = 0
                self._learned.clean(self._allowed)
                self._since_episode += 1
                if self._caution and self._since_episode >= _CAUTION_CALLS:
                    self._caution, self._since_episode = 0.0, 0
        if self._wakers:
            self._wake()

    def _refused(
        self,
        order: int,
        probe: bool,  # noqa: FBT001 - private
        retry_after: float | None,
        resource: str,
        headers: Mapping[str, str],
    ) -> None:
        del self._in_flight[order]
        self.refused += 1
        if probe:
            self._probing = False
        explained = self._synchronise(order, headers)
        if not resource and order > self._episode_border:
            if self._refusals == 0:
                self.episodes += 1
                self._since_episode = 0
                if explained:
                    self._caution = min(max(_CAUTION_S, self._caution * 2), self._window)
                else:
                    self._learned.refused(len(self._own) + self._others)
            self._refusals += 1
            self._episode_border = self._sent
            self._half_open = True
        if retry_after is None:
            retry_after = _BACKOFF_S[min(self._refusals, len(_BACKOFF_S)) - 1]
        opens = self._clock.monotonic() + retry_after + _MARGIN
        self._gates[resource] = max(self._gates.get(resource, 0.0), opens)
        self._wake()

    def _synchronise(self, order: int, headers: Mapping[str, str]) -> bool:
        """Take over the server's count; whether it says that the window is full."""
        allowed = _number(headers, "inin-ratelimit-allowed")
        if allowed:
            if allowed > self._allowed:
                self._learned.forget()
            self._allowed = allowed
        count = _number(headers, "inin-ratelimit-count")
        if count is None:
            remaining = _number(headers, "x-rate-limit-remaining")
            if remaining is None:
                return False
            count = self._allowed - remaining
        self._used()  # drops what has left the window
        earlier = 0
        for sent in self._in_flight:
            if sent > order:
                break
            earlier += 1
        now = self._clock.monotonic()
        self._others = max(0, count - len(self._own) - earlier)
        self._others_seen = now
        reset = _number(headers, "inin-ratelimit-reset")
        wait = self._window if reset is None else max(reset, self._caution)
        self._probe_from = now + wait + _MARGIN
        return count >= self._allowed

    # -- waiting ------------------------------------------------------------------------

    async def _pause(self, seconds: float | None) -> None:
        """Wait for a change, ``seconds`` at the most."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wakers.add(woken)
        timer = None if seconds is None else asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait(
                [woken, timer] if timer else [woken], return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self._wakers.discard(woken)
            woken.cancel()
            if timer:
                timer.cancel()

    def _wake(self) -> None:
        for woken in self._wakers:
            if not woken.done():
                woken.set_result(None)

    def _count_wait(self, started: float) -> None:
        waited = self._clock.monotonic() - started
        if waited > 0:
            self.waits += 1
            self.waited += waited


def _number(headers: Mapping[str, str], name: str) -> int | None:
    """The header as a count; None where it is missing or no whole number from 0 on."""
    text = headers.get(name)
    if text is None or not text.isascii() or not text.isdigit():
        return None
    return int(text[:9])
