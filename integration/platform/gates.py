# SPDX-License-Identifier: Apache-2.0
"""Gates that a 429 closes: for the whole client, or for the one resource that has its own limit.

A gate stays closed for as long as the server asked. When the client's gate opens, one call goes
alone; the others follow after its answer. The 429s of calls that were under way together are
one episode.
"""

from __future__ import annotations

from typing import Final

_BACKOFF_S: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Waits after a 429 without a usable Retry-After, by the number of refusals in a row."""
_MARGIN: Final = 0.05


class Gates:
    """The closed gates; times are seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._half_open = False
        self._asking = False
        self._refusals = 0
        self._border = 0  # calls sent up to here belong to the episode
        self.episodes = 0

    @property
    def idle(self) -> bool:
        """Nothing is closed and no episode is open."""
        return not self._until and not self._half_open

    def closed_for(self, resource: str, now: float) -> float:
        """Seconds until both the client's gate and that of ``resource`` are open; 0 if they are."""
        left = 0.0
        for gate in {"", resource}:
            until = self._until.get(gate)
            if until is not None and until <= now:
                del self._until[gate]
            elif until is not None:
                left = max(left, until - now)
        return left

    @property
    def someone_asks(self) -> bool:
        """One call is out to see whether the platform serves again."""
        return self._half_open and self._asking

    def sent(self) -> bool:
        """A call leaves; whether it is the one that asks."""
        self._asking = self._half_open
        return self._half_open

    def returned(self, *, asking: bool) -> None:
        """A call came back, in whatever way."""
        if asking:
            self._asking = False

    def clean(self, order: int) -> bool:
        """Call ``order`` was served; whether that says anything about now."""
        if order <= self._border:
            return False
        self._half_open = False
        self._refusals = 0
        return True

    def refused(
        self, order: int, sent: int, retry_after: float | None, resource: str, now: float
    ) -> bool:
        """Call ``order`` was refused, ``sent`` were sent so far; whether an episode begins."""
        begins = False
        if not resource and order > self._border:
            begins = self._refusals == 0
            self.episodes += begins
            self._refusals += 1
            self._border = sent
            self._half_open = True
        if retry_after is None:
            retry_after = _BACKOFF_S[min(max(self._refusals, 1), len(_BACKOFF_S)) - 1]
        opens = now + retry_after + _MARGIN
        self._until[resource] = max(self._until.get(resource, 0.0), opens)
        return begins
