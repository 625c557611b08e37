# SPDX-License-Identifier: Apache-2.0
"""The call budget: one sliding window per OAuth client, synchronised with the server.

The platform counts calls per client and minute and says so in every answer
(``inin-ratelimit-count``, ``-allowed``, ``-reset``). Waiting before the limit is cheaper
than being refused after it, so every request passes through :meth:`CallBudget.acquire`.
A call that may only be made together with others (read before write) reserves its share
first, so that no long wait falls between them.

What is known of the limit is kept in :mod:`integration.platform.account`, whose turn it is
in :mod:`integration.platform.turns`; this is the face that both show to callers.
"""

from __future__ import annotations

from dataclasses import dataclass

from integration.clock import Clock
from integration.platform.account import CallAccount
from integration.platform.permits import Permit, Reservation
from integration.platform.sharing import Pool, Sharing
from integration.platform.turns import Turns

__all__ = ["BudgetStatus", "CallBudget", "Permit", "Reservation"]


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
        pool: where other processes of the client agree with this one on shares, if they do.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allowed: int = 300,
        window: float = 60.0,
        pool: Pool | None = None,
    ) -> None:
        self._clock = clock
        self._account = CallAccount(clock, allowed=allowed, window=window)
        self.turns = Turns(clock, self._account)
        """Who waits, and which slots are set aside: for reservations."""
        self._account.on_change = self.turns.advance
        self._sharing = None if pool is None else Sharing(pool, clock, self._account, self.turns)

    @property
    def limit(self) -> int:
        """Calls that a window may hold: the smaller of the stated and the learned ceiling."""
        return self._account.whole

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return self._account.calls

    @property
    def refused(self) -> int:
        """Calls that were answered with 429."""
        return self._account.refused

    @property
    def episodes(self) -> int:
        """Runs of refusals by the client's limit, with no other answer between."""
        return self._account.episodes

    @property
    def waits(self) -> int:
        """How often somebody had to wait; those who wait at the same time count once."""
        return self.turns.waits

    @property
    def waited(self) -> float:
        """Seconds during which somebody waited."""
        return self.turns.waited

    @property
    def idle(self) -> bool:
        """No call is under way, no slot is kept for one, and nobody waits."""
        turns = self.turns
        return not (self._account.window.in_flight or turns.reserved or turns.waiting)

    async def acquire(self, resource: str = "", *, urgent: bool = False) -> Permit:
        """Wait until a call may be made now. ``urgent`` callers go before those who wait."""
        now = self._clock.monotonic()
        turns = self.turns
        if self._sharing is not None:
            self._sharing.ask(1)
        if turns.at_once(now):
            return self._account.admit(resource, now)
        if urgent:
            turns.add(1)
        else:
            await turns.slots(1, 1)
        try:
            return await turns.passage(resource, claimed=False)
        except BaseException:
            turns.give_back(1)
            raise

    async def reserve(self, calls: int, *, minimum: int = 1) -> Reservation:
        """Wait until ``calls`` calls may be made in a row, and keep their slots.

        Fewer (but ``minimum``, or all the limit allows) are granted where waiting for all
        would leave a noticeable part of the window unused.
        """
        if calls < 1:
            return Reservation(self, 0)
        if self._sharing is not None:
            self._sharing.ask(calls)
        fewest = min(max(1, minimum), calls)
        return Reservation(self, await self.turns.slots(calls, fewest))

    def close(self) -> None:
        """Leave what is left of a share to other processes."""
        if self._sharing is not None:
            self._sharing.close()

    def status(self) -> BudgetStatus:
        """What the budget is doing, for progress lines, metrics and logs."""
        now = self._clock.monotonic()
        account, turns = self._account, self.turns
        used = account.used(now)
        closed_for = max(0.0, account.gates.closed_until() - now)
        reason = ""
        if closed_for:
            reason = f"the platform asked to wait {max(1.0, closed_for):.0f} s"
        elif turns.waiting and used >= account.whole:
            reason = f"call budget used up ({account.whole} a minute)"
        elif turns.waiting:
            reason = "waiting for a share of the call budget"
        return BudgetStatus(
            allowed=account.whole,
            used=used,
            free=max(0, turns.free(now)),
            waiting_callers=turns.waiting,
            closed_for=closed_for,
            reason=reason,
            calls=account.calls,
            refused=account.refused,
            episodes=account.episodes,
            waits=turns.waits,
            waited=turns.waited,
        )
