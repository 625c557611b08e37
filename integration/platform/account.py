# SPDX-License-Identifier: Apache-2.0
"""What is known of the client's rate limit, and what every answer teaches about it.

Three things bound a call: the window (own calls, and those of other processes as far as the
server's count shows them), a ceiling learned from refusals that the headers did not announce,
and gates that a 429 closes for as long as the server asked.

Source: docs/platform.md section 2 (headers, layered limits, ``too.many.recycles``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from integration.clock import Clock
from integration.platform import rate_headers
from integration.platform.ceiling import LearnedCeiling
from integration.platform.gates import CLIENT, Gates
from integration.platform.others import Others
from integration.platform.permits import Permit
from integration.platform.window import CallWindow


class CallAccount:
    """The books of one client's calls; whose turn it is, is decided elsewhere.

    Args:
        clock: the time.
        allowed: calls in a window until the server names its own ceiling.
        window: length of the server's window in seconds.
    """

    def __init__(self, clock: Clock, *, allowed: int, window: float) -> None:
        self.window = CallWindow(window)
        self.gates = Gates()
        self.others = Others()
        self.on_change: Callable[[], None] = _nobody
        """Called after every answer."""
        self.share: int | None = None
        """Calls in a window that this process may have, where several share them."""
        self.share_ends = math.inf
        """Until when it has them."""
        self.sent = 0
        self.refused = 0
        self.episodes = 0
        self._clock = clock
        self._allowed = max(1, allowed)
        self._stated = False  # the server has named its ceiling
        self._ceiling = LearnedCeiling()
        self._unsure = False  # the last refusal did not tell how many calls had been served
        self._withdrawn = 0

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return self.sent - self._withdrawn

    @property
    def whole(self) -> int:
        """Calls that a window may hold: the smaller of the stated and the learned ceiling."""
        return min(self._allowed, self._ceiling.value)

    @property
    def limit(self) -> int:
        """Calls of this process that a window may hold: its share where several share them."""
        return self.whole if self.share is None else max(1, min(self.whole, self.share))

    @property
    def kept_free(self) -> int:
        """Places left to others."""
        return self.others.room(self.whole) if self.window.others and self.share is None else 0

    def room(self, now: float) -> int:
        """Places free at ``now``, but for those left to others; negative where it is crowded."""
        limit, window = self.whole, self.window
        free = limit - window.held(now)
        if window.others:
            free -= self.others.room(limit)
        return free if self.share is None else min(free, self.spare(now))

    def spare(self, now: float) -> int:
        """Places of the own share that no call of this process takes."""
        share = self.share or 0
        return min(0, share) if now > self.share_ends else share - self.own(now)

    def own(self, now: float) -> int:
        """Places that calls of this process take at ``now``."""
        self.window.held(now)
        return self.window.own + self.window.in_flight

    def used(self, now: float) -> int:
        """Places taken at ``now``, without calls of others that must have left by now."""
        window = self.window
        held = window.held(now)
        known = now - window.seen <= window.seconds
        return held if known else window.own + window.in_flight

    def may_ask(self, now: float) -> bool:
        """Whether one call may ask how things stand although there seems to be no room."""
        window = self.window
        due = window.others > 0 and now >= self.others.ask_at
        mine = self.share is None or self.spare(now) > 0
        return due and mine and not window.in_flight and window.own < self.limit

    def changes(self, now: float) -> float:
        """When time alone changes the answer of :meth:`room` or :meth:`may_ask` next."""
        leaves = self.window.leaves(1)
        if self.window.others and self.others.ask_at > now:
            return min(leaves, self.others.ask_at)
        return leaves

    def admit(self, resource: str, now: float) -> Permit:
        """Count a call that is made now."""
        self.sent += 1
        self.window.in_flight += 1
        permit = Permit(self, resource, self.sent, now, self.window.answered, self.window.left)
        if self.gates.shut:
            self.gates.passed(permit)
        return permit

    def withdraw(self, permit: Permit) -> None:
        """The call of ``permit`` is not made after all."""
        permit.settled = True
        self._withdrawn += 1
        self.window.in_flight -= 1
        self.gates.returned(permit)

    def answered(self, permit: Permit, headers: Mapping[str, str]) -> None:
        """An answer came that was no 429."""
        now = self._end(permit)
        self.window.settle(permit, now)
        count = self._synchronise(permit, headers, itself=1, now=now)
        self._clean(permit, permit.resource, count)
        self.on_change()

    def lost(self, permit: Permit) -> None:
        """No answer came."""
        self.window.settle(permit, self._end(permit))
        self.on_change()

    def refused_by_client_limit(
        self, permit: Permit, retry_after: float | None, headers: Mapping[str, str]
    ) -> None:
        """A 429 came that concerns the client as a whole; it took no place in the window."""
        now = self._end(permit)
        self.window.in_flight -= 1
        self.refused += 1
        count = self._synchronise(permit, headers, itself=0, now=now)
        begins = self.gates.refused(permit, CLIENT, retry_after, sent=self.sent, now=now)
        if begins:
            self.episodes += 1
            if count is None or count < self._allowed:
                served = self.window.held(now) - self.window.in_flight if count is None else count
                self._ceiling.refused(served, self._allowed)
            else:
                self.others.crowded()
            self._unsure = count is None
        self.others.ask_at = self.gates.closed_until()
        self.on_change()

    def refused_by_resource_limit(
        self,
        permit: Permit,
        resource: str,
        retry_after: float | None,
        headers: Mapping[str, str],
    ) -> None:
        """A 429 came that concerns ``resource`` alone; in the client's window it counts."""
        now = self._end(permit)
        self.window.settle(permit, now)
        self.refused += 1
        count = self._synchronise(permit, headers, itself=1, now=now)
        self._clean(permit, CLIENT, count)
        self.gates.refused(permit, resource, retry_after, sent=self.sent, now=now)
        self.on_change()

    def _end(self, permit: Permit) -> float:
        if permit.settled:
            raise RuntimeError("the budget was told twice how one call ended")
        permit.settled = True
        if self.gates.shut:
            self.gates.returned(permit)
        return self._clock.monotonic()

    def _clean(self, permit: Permit, resource: str, count: int | None) -> None:
        """An answer that was no 429 of the client, nor of ``resource``, came with ``count``."""
        if self.gates.shut:
            if resource != CLIENT:
                self.gates.clean(permit, resource)
            if not self.gates.clean(permit, CLIENT):
                if self._unsure:
                    self._ceiling.also_served(self._allowed)
                return
        self._ceiling.clean(self._allowed)
        if count is not None and count > self._ceiling.value:
            self._ceiling.disproved(count, self._allowed)
        if self.window.others:
            self.others.clean()

    def _synchronise(
        self, permit: Permit, headers: Mapping[str, str], *, itself: int, now: float
    ) -> int | None:
        """Take over the server's numbers; the count of calls in its window, if it told."""
        allowed, count, reset, remaining = rate_headers.read(headers)
        window, others = self.window, self.others
        if allowed is not None:
            if allowed > self._allowed:
                self._ceiling.forget()
            self._allowed = allowed
            self._stated = True
        if remaining is not None:
            count = max(count or 0, self._count_by(remaining, itself))
        if count is not None:
            if reset is not None:
                reset = min(reset, math.ceil(window.seconds) + 1)
            window.counted(permit, count, reset, itself=itself, now=now)
            if window.others or others.lately:
                limit, fixed = self.whole, window.fixed(now)
                others.seen(window.others, limit=limit, reset=reset, fixed=fixed, now=now)
        elif now - window.seen > window.seconds:
            window.others = 0
        return count

    def _count_by(self, remaining: int, itself: int) -> int:
        """What the window holds if it has room for ``remaining`` more calls."""
        if not self._stated:  # how many there are in all was never said: no fewer than these
            self._allowed = max(self._allowed, remaining + itself)
        return max(0, self._allowed - remaining)


def _nobody() -> None:
    """Nobody wants to know of changes."""
