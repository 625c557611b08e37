# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is: the waiting callers of a call budget, and the slots they hold.

A call takes two steps. First its slot is set aside, alone or together with those of the calls
it belongs to, in order of arrival. Then it passes the gates and takes its place in the window,
again in order of arrival. A slot may be set aside a moment before it is free, so that a batch
can begin while the calls of a minute ago are still leaving the window; that moment is short
enough for what the batch has read to stay fresh. Whoever cannot wait for others (it holds
slots already, or goes on with something begun) adds a slot to those set aside instead.

Everything is decided in :meth:`Turns.advance`, which runs after every change. Whoever waits
is told by a future; nobody polls, and time alone is watched by a single alarm.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Any, Final, Generic, TypeVar

from integration.clock import Clock
from integration.platform.account import CallAccount
from integration.platform.gates import CLIENT
from integration.platform.permits import Permit

_SOON_S: Final = 2.0
"""A slot that becomes free within this time may be set aside."""
_GRACE_S: Final = 5.0
"""Fewer slots than wanted are granted only if the rest would take longer than this."""
_TOLERATED_WASTE: Final = 0.021
"""Share of the window that may lie idle for the sake of a whole batch: a bit more than the
6 calls of 300 that whole batches of 21 calls leave."""
_TICK_S: Final = 0.005
"""Shortest time for which an alarm is set."""
_NOTABLE_S: Final = 0.001
"""A shorter wait does not count as one."""

T = TypeVar("T")


class _Ticket(Generic[T]):
    """One who waits, for a result of type ``T``."""

    def __init__(self) -> None:
        self.turn: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    @property
    def granted(self) -> bool:
        return self.turn.done() and not self.turn.cancelled()


class _Share(_Ticket[int]):
    """Waits for slots."""

    def __init__(self, wanted: int, minimum: int) -> None:
        super().__init__()
        self.wanted = wanted
        self.minimum = minimum


class _Claim(_Ticket[int]):
    """Waits until ``calls`` of the slots set aside are free; fewer where the limit is lower."""

    resource = CLIENT
    claimed = False

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.calls = calls


class _Passage(_Ticket[Permit]):
    """Waits for the gates of ``resource``, and for a free slot unless one is claimed."""

    calls = 1

    def __init__(self, resource: str, *, claimed: bool) -> None:
        super().__init__()
        self.resource = resource
        self.claimed = claimed


class Turns:
    """Who waits, and which slots are set aside.

    Args:
        clock: the time.
        account: knows how much room there is.
    """

    def __init__(self, clock: Clock, account: CallAccount) -> None:
        self.reserved = 0
        """Slots set aside for calls not made yet."""
        self.claimed = 0
        """Those of them that are free, and nobody else's."""
        self.waiting = 0
        """How many wait."""
        self.waits = 0
        """How often somebody waited; those who wait at the same time count once."""
        self.waited = 0.0
        """Seconds during which somebody waited."""
        self._waiting_since = 0.0
        self._clock = clock
        self._account = account
        self._queue: deque[_Share] = deque()
        self._passing: deque[_Claim | _Passage] = deque()
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = math.inf

    @property
    def wanted(self) -> int:
        """Slots that are waited for."""
        return sum(share.wanted for share in self._queue if not share.turn.done())

    def at_once(self, now: float) -> bool:
        """Whether a call may be made without waiting, and without passing anybody."""
        if self.waiting or self._account.gates.shut:
            return False
        return self._account.room(now) > self.reserved

    def free(self, now: float) -> int:
        """Slots that nobody has set aside, negative where there are too few."""
        return self._account.room(now) - self.reserved

    async def slots(self, wanted: int, minimum: int) -> int:
        """Set ``minimum`` to ``wanted`` slots aside, in order of arrival."""
        ticket = _Share(wanted, minimum)
        try:
            return await self._turn(self._queue, ticket)
        except BaseException:
            if ticket.granted:
                self.reserved -= ticket.turn.result()
            self.advance()
            raise

    def add(self, slots: int) -> None:
        """Set more slots aside, ahead of all who wait; they are waited for when they are used."""
        self.reserved += slots

    async def claim(self, calls: int) -> int:
        """Wait until ``calls`` of the caller's slots are free, and no gate is closed.

        Fewer where the limit is lower; how many were claimed.
        """
        ticket = _Claim(calls)
        try:
            return await self._turn(self._passing, ticket)
        except BaseException:
            if ticket.granted:
                self.claimed -= ticket.turn.result()
            self.advance()
            raise

    async def passage(self, resource: str, *, claimed: bool) -> Permit:
        """Turn a slot of the caller's into a permit; the slot stays the caller's on failure."""
        ticket = _Passage(resource, claimed=claimed)
        try:
            return await self._turn(self._passing, ticket)
        except BaseException:
            if ticket.granted:
                self._account.withdraw(ticket.turn.result())
                self.reserved += 1
            elif claimed:
                self.claimed -= 1
            self.advance()
            raise

    def give_back(self, slots: int, *, claims: int = 0) -> None:
        """Set ``slots`` slots aside no longer, nor claim ``claims`` of them."""
        self.reserved -= slots
        self.claimed -= claims
        if slots or claims:
            self.advance()

    def advance(self) -> None:
        """Let all go on whose turn has come."""
        if self.waiting:
            now = self._clock.monotonic()
            self._set_alarm(min(self._let_pass(now), self._share_out(now)), now)
        elif self._alarm is not None:
            self._set_alarm(math.inf, 0.0)

    async def _turn(self, line: deque[Any], ticket: _Ticket[T]) -> T:
        """Wait in ``line`` for the turn of ``ticket``."""
        if not self.waiting:
            self._waiting_since = self._clock.monotonic()
        self.waiting += 1
        line.append(ticket)
        try:
            self.advance()
            return await ticket.turn
        finally:
            if ticket in line:
                line.remove(ticket)
            self.waiting -= 1
            if not self.waiting:
                self._count_wait(self._clock.monotonic() - self._waiting_since)

    def _count_wait(self, lasted: float) -> None:
        if lasted >= _NOTABLE_S:
            self.waits += 1
            self.waited += lasted

    def _let_pass(self, now: float) -> float:
        """Let slots that were set aside become calls; when time alone may let more pass."""
        account = self._account
        wake = math.inf
        for ticket in tuple(self._passing):
            if ticket.turn.done():  # its owner has been cancelled and will see to it
                continue
            opens = account.gates.passable(ticket.resource, now)
            if opens > now:
                wake = min(wake, opens)
                continue
            calls = min(ticket.calls, account.limit)
            if not (ticket.claimed or self._room_for(calls, now)):
                wake = min(wake, account.changes(now))
                continue
            self._passing.remove(ticket)
            if isinstance(ticket, _Claim):
                self.claimed += calls
                ticket.turn.set_result(calls)
            else:
                self.reserved -= 1
                self.claimed -= ticket.claimed
                ticket.turn.set_result(account.admit(ticket.resource, now))
        return wake

    def _room_for(self, calls: int, now: float) -> bool:
        """Whether ``calls`` slots that were set aside are free by now, or worth asking for."""
        account = self._account
        if account.room(now) - self.claimed >= calls:
            return True
        return not self.claimed and account.may_ask(now)

    def _share_out(self, now: float) -> float:
        """Set slots aside for those who wait; when time alone may free more."""
        opens = self._account.gates.closed_until()
        if opens > now:
            return opens
        while self._queue:
            ticket = self._queue[0]
            slots = 0
            if not ticket.turn.done():  # else its owner has been cancelled
                slots = self._grant(ticket, now)
                if not slots:
                    return self._account.changes(now)
                self.reserved += slots
                ticket.turn.set_result(slots)
            self._queue.popleft()
        return math.inf

    def _grant(self, share: _Share, now: float) -> int:
        """How many slots ``share`` gets now; 0 where it has to wait."""
        account = self._account
        limit, window = account.limit, account.window
        wanted, minimum = min(share.wanted, limit), min(share.minimum, limit)
        free = self.free(now)
        missing = wanted - free
        if missing <= 0 or window.leaves(missing) <= now + _SOON_S:
            return wanted
        soon = free + window.leaving(now + _SOON_S, missing)
        if free > 0 and soon >= minimum and window.leaves(missing) > now + _GRACE_S:
            idle = free + account.kept_free
            if idle > _TOLERATED_WASTE * limit:
                return soon
        if not self.reserved and account.may_ask(now):
            return minimum
        return 0

    def _set_alarm(self, at: float, now: float) -> None:
        """See to it that :meth:`advance` runs at ``at`` at the latest; infinity: no need."""
        alarm = self._alarm
        if alarm is not None:
            if self._alarm_at <= at < math.inf and not alarm.done():
                return
            alarm.cancel()
            self._alarm = None
        if at < math.inf:
            self._alarm_at = max(at, now + _TICK_S)
            self._alarm = asyncio.ensure_future(self._ring(self._alarm_at - now))

    async def _ring(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._alarm = None
        self.advance()
