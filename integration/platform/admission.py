# SPDX-License-Identifier: Apache-2.0
"""Where the requests of one call get their share of the call budget.

A call may send several requests: repetitions, and one more after a refused token. Under a
reservation each takes a reserved slot, since waiting for another one while holding those
would stop everybody once the limit has been lowered.
"""

from __future__ import annotations

from integration.clock import Clock
from integration.platform.budget import CallBudget
from integration.platform.permits import Permit, Reservation


class Admission:
    """Hands out the permits of one call.

    Args:
        budget: asked where nothing was given, or once a single permit is used.
        given: the caller's reservation, or its single permit.
        resource: what a limit of its own would concern.
        clock: measures the waits.
    """

    def __init__(
        self,
        budget: CallBudget,
        given: Permit | Reservation | None,
        *,
        resource: str,
        clock: Clock,
    ) -> None:
        self.resource = resource
        self.waited = 0.0
        self._budget = budget
        self._given = given
        self._clock = clock

    async def next(self) -> Permit:
        """The next request's permit; the seconds waited for it are added to ``waited``."""
        started = self._clock.monotonic()
        try:
            if isinstance(self._given, Reservation):
                return await self._given.permit(self.resource)
            permit, self._given = self._given, None
            return permit or await self._budget.acquire(self.resource)
        finally:
            self.waited += self._clock.monotonic() - started

    def close(self) -> None:
        """Account for a single permit that was given and never used."""
        if isinstance(self._given, Permit):
            self._given.lost()
            self._given = None
