# SPDX-License-Identifier: Apache-2.0
"""One call budget for several processes of the same client: each has a share of the window.

A process never has more calls in a window than its share, and all shares together are never more
than the platform allows. So no clock has to agree with another one, and most calls are made
without asking anybody. Shares follow the work: who waits asks for more, who does not need a part of
his any more lets go of it as his calls leave the window. A share lasts for some seconds unless it
is confirmed, so that a process that is stopped, or cut off, makes no calls; after that, once its
calls must have left the window, the others have it.
"""

from __future__ import annotations

import asyncio
import math
from typing import Final, Protocol

from integration.clock import Clock
from integration.platform.account import CallAccount
from integration.platform.turns import Turns

TICK_S: Final = 1.0
"""How often a process says what it needs, while it has a share or wants one."""
LEASE_S: Final = 15.0
"""How long a share lasts that is not confirmed."""


class Pool(Protocol):
    """Where the processes of a client agree on their shares."""

    def exchange(
        self, *, taken: int, wanted: int, limit: int, closed_for: float
    ) -> tuple[int, float] | None:
        """Say what is needed: the share from now on, and how long others were asked to wait (s).

        None where nobody can be asked just now.

        Args:
            taken: places that calls of this process take, or that are set aside for them.
            wanted: those, and all that wait for one.
            limit: places in the window, as far as this process knows.
            closed_for: seconds that the platform has asked it to wait.
        """
        ...


class Sharing:
    """Keeps the share of one process.

    Args:
        pool: where shares are agreed on.
        clock: the time.
        account: it is told the share.
        turns: who waits.
    """

    def __init__(self, pool: Pool, clock: Clock, account: CallAccount, turns: Turns) -> None:
        self._pool = pool
        self._clock = clock
        self._account = account
        self._turns = turns
        self._ask_again = -math.inf
        self._ticking: asyncio.Task[None] | None = None

    def ask(self, calls: int) -> None:
        """See to it that there is a share for ``calls`` calls more, if there can be.

        Who has never reached the pool does without: nobody can have given it a share.
        """
        now = self._clock.monotonic()
        enough = self._account.spare(now) - self._turns.reserved >= calls
        if enough or now < self._ask_again:
            return
        self._exchange(calls)
        if self._ticking is None and self._account.share is not None:
            self._ticking = asyncio.ensure_future(self._tick())

    def close(self) -> None:
        """Let go of what is not in the window."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
            taken = self._account.own(self._clock.monotonic())
            self._pool.exchange(
                taken=taken, wanted=taken, limit=self._account.whole, closed_for=0.0
            )

    async def _tick(self) -> None:
        while self._turns.waiting or self._turns.reserved or self._account.share:
            await self._clock.sleep(TICK_S)
            self._exchange(0)
        self._ticking = None

    def _exchange(self, calls: int) -> None:
        account, turns = self._account, self._turns
        now = self._clock.monotonic()
        taken = account.own(now) + turns.reserved
        agreed = self._pool.exchange(
            taken=taken,
            wanted=taken + turns.wanted + calls,
            limit=account.whole,
            closed_for=max(0.0, account.gates.closed_until() - now),
        )
        if agreed is None:
            self._ask_again = now + LEASE_S
            return
        account.share, closed_for = agreed
        account.share_ends = now + LEASE_S
        if closed_for > 0:
            account.gates.close(now + closed_for, sent=account.sent)
        turns.advance()
