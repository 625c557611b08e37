# SPDX-License-Identifier: Apache-2.0
"""What the call budget hands out: the right to one call, and slots for several in a row."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self


class Ledger(Protocol):
    """The budget, as its permits and reservations see it."""

    def answered(self, permit: Permit, status: int, headers: Mapping[str, str]) -> None:
        """A call was answered, or lost (status 0)."""
        ...

    def refuse(
        self, permit: Permit, retry_after: float | None, resource: str, headers: Mapping[str, str]
    ) -> None:
        """A call was refused for its number."""
        ...

    async def acquire(self, resource: str = "", *, urgent: bool = False) -> Permit:
        """A permit beyond the reservation."""
        ...

    async def board(self, resource: str) -> Permit:
        """Turn a reserved slot into a permit."""
        ...

    async def opened(self, resource: str = "", calls: int = 1) -> None:
        """Wait until ``calls`` reserved slots can be turned into permits at once."""
        ...

    def add(self, slots: int) -> None:
        """Reserve more slots, ahead of everybody who waits."""
        ...

    def give_back(self, slots: int) -> None:
        """Return reserved slots."""
        ...


class Permit:
    """The right to make one call; it has to be told how the call ended, exactly once."""

    __slots__ = ("_budget", "asking", "order")

    def __init__(self, budget: Ledger, order: int, *, asking: bool) -> None:
        self._budget = budget
        self.order = order
        self.asking = asking

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The server answered with anything but 429; ``headers`` in any case."""
        self._budget.answered(self, status, headers)

    def refused(
        self,
        retry_after: float | None,
        resource: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """The server answered 429; ``resource`` where only that resource was meant."""
        self._budget.refuse(self, retry_after, resource, headers or {})

    def lost(self) -> None:
        """No answer came; the server may have counted the call."""
        self._budget.answered(self, 0, {})


class Reservation:
    """``calls`` slots of the window, kept for calls that belong together."""

    def __init__(self, budget: Ledger, calls: int) -> None:
        self._budget = budget
        self.calls = calls
        self._left = calls
        self._released = False

    async def permit(self, resource: str = "") -> Permit:
        """The next call's permit: waits for a closed gate, and for a slot once all are used."""
        if self._left == 0:
            return await self._budget.acquire(resource, urgent=True)
        self._left -= 1
        try:
            return await self._budget.board(resource)
        except BaseException:
            if self._released:
                self._budget.give_back(1)
            else:
                self._left += 1
            raise

    async def ready(self, calls: int = 1) -> None:
        """Wait until the permits for the next ``calls`` are to be had without waiting.

        Fewer where the limit does not hold so many.
        """
        missing = max(0, calls - self._left)
        self._budget.add(missing)
        self._left += missing
        await self._budget.opened(calls=calls)

    def shrink(self, calls: int) -> None:
        """Keep ``calls`` of the unused slots at the most and give the others back."""
        surplus = max(0, self._left - calls)
        self._left -= surplus
        self._budget.give_back(surplus)

    def release(self) -> None:
        """Give the unused slots back."""
        self._released = True
        self.shrink(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
