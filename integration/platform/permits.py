# SPDX-License-Identifier: Apache-2.0
"""Shares of the call budget: the right to make one call, and slots kept for several."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from integration.platform.account import CallAccount
    from integration.platform.budget import CallBudget


class Permit:
    """The right to make one call; it has to be told how the call ended, exactly once.

    Raises:
        RuntimeError: it was told a second time.
    """

    __slots__ = (
        "_account",
        "answered_before",
        "left_before",
        "order",
        "resource",
        "sent_at",
        "settled",
    )

    def __init__(
        self,
        account: CallAccount,
        resource: str,
        order: int,
        sent_at: float,
        answered_before: int,
        left_before: int,
    ) -> None:
        self._account = account
        self.resource = resource
        self.order = order
        """Its number among the calls sent."""
        self.sent_at = sent_at
        self.answered_before = answered_before
        """Calls that had been answered, ever, when it was sent."""
        self.left_before = left_before
        """Calls that had left the window, ever, when it was sent."""
        self.settled = False

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The server answered with anything but 429; ``headers`` in any case."""
        if status == 429:
            self.refused(None, headers=headers)
        else:
            self._account.answered(self, headers)

    def refused(
        self,
        retry_after: float | None,
        resource: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The server answered 429; ``resource`` where only that resource was meant."""
        if resource:
            self._account.refused_by_resource_limit(self, resource, retry_after, headers or {})
        else:
            self._account.refused_by_client_limit(self, retry_after, headers or {})

    def lost(self) -> None:
        """No answer came; the server may have counted the call."""
        self._account.lost(self)


class Reservation:
    """``calls`` slots of the window, kept for calls that belong together.

    Slots are set aside as soon as they are free within moments, so a permit may have to wait
    for its slot a little, and longer where the limit was lowered or others were quicker.
    """

    def __init__(self, budget: CallBudget, calls: int) -> None:
        self.calls = calls
        self._budget = budget
        self._turns = budget.turns
        self._left = calls
        self._claims = 0  # slots among those left that are free by now
        self._released = False

    async def permit(self, resource: str = "") -> Permit:
        """The next call's permit: waits for a closed gate, and for a slot once all are used."""
        if self._left == 0:
            return await self._budget.acquire(resource, urgent=True)
        self._left -= 1
        claimed = self._claims > 0
        self._claims -= claimed
        try:
            return await self._turns.passage(resource, claimed=claimed)
        except BaseException:
            if self._released:
                self._turns.give_back(1)
            else:
                self._left += 1
            raise

    async def ready(self, calls: int = 1) -> None:
        """Wait until the permits for the next ``calls`` are to be had without waiting.

        Fewer where the limit does not hold so many. Slots beyond the reservation are added.
        """
        missing = max(0, calls - self._left)
        self._turns.add(missing)
        self._left += missing
        if self._claims < calls:
            self._return_claims(keep=0)  # those who wait for several keep none from others
            try:
                self._claims += await self._turns.claim(calls)
            finally:
                if self._released:
                    self.shrink(0)
            self._return_claims(keep=self._left)

    def shrink(self, calls: int) -> None:
        """Keep ``calls`` of the unused slots at the most and give the others back."""
        surplus = max(0, self._left - max(0, calls))
        self._left -= surplus
        self._return_claims(keep=self._left)
        self._turns.give_back(surplus)

    def release(self) -> None:
        """Give the unused slots back."""
        self._released = True
        self.shrink(0)

    def _return_claims(self, *, keep: int) -> None:
        surplus = max(0, self._claims - keep)
        self._claims -= surplus
        self._turns.give_back(0, claims=surplus)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
