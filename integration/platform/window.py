# SPDX-License-Identifier: Apache-2.0
"""What counts in the platform's window: own calls, and those of others as far as is seen.

A call counts from the moment it is sent until a window after its answer: the server counted it
somewhere in between. Calls of other processes of the same client show only in the counts that
the server sends; the last count holds until the next one, or until a window has passed.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Final

MARGIN: Final = 0.05
"""Seconds that the local window is longer than the server's, against rounding."""
_ROUNDING: Final = 1e-6
"""Seconds by which an instant may miss its mark through the arithmetic of floats."""
_OTHERS_HEADROOM: Final = 0.015
"""Share of the window kept free, at the most, for calls of others not yet seen."""


class CallWindow:
    """Counts calls; times are seconds of the monotonic clock.

    Args:
        seconds: length of the server's window.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._answered: deque[float] = deque()
        self._in_flight: dict[int, None] = {}  # by order of sending
        self._others = 0
        self._seen = -math.inf
        self._oldest_leaves = math.inf

    def used(self, now: float) -> int:
        """Calls that count at ``now``."""
        horizon = now - self.seconds - MARGIN + _ROUNDING
        own = self._answered
        while own and own[0] <= horizon:
            own.popleft()
        if self._others and self._seen <= horizon:
            self._others = 0
        return len(own) + len(self._in_flight) + self._others

    @property
    def under_way(self) -> int:
        """Calls that have been sent and neither answered nor refused."""
        return len(self._in_flight)

    def headroom(self, limit: int, now: float) -> int:
        """Slots to leave for calls that others have made since they were last seen."""
        if not self._others:
            return 0
        unseen = self._others / self.seconds * (now - self._seen)
        return min(math.ceil(unseen), math.ceil(limit * _OTHERS_HEADROOM))

    def may_ask(self, now: float) -> bool:
        """Whether one call may find out how things stand although all slots seem taken.

        It may once the oldest call that the server counted has left, while others use the
        window and nothing of ours is under way.
        """
        return bool(self._others) and not self._in_flight and now >= self._oldest_leaves

    def next_change(self, missing: int, now: float) -> float:
        """Seconds until ``missing`` more slots are free, as far as is known at ``now``."""
        waits = [self._oldest_leaves - now] if self._others else []
        if 0 < missing <= len(self._answered):
            waits.append(self._answered[missing - 1] + self.seconds + MARGIN - now)
        elif self._others:
            waits.append(self._seen + self.seconds + MARGIN - now)
        return min((wait for wait in waits if wait > 0), default=1.0)

    def sent(self, order: int) -> None:
        """A call leaves; ``order`` grows with every call."""
        self._in_flight[order] = None

    def answered(self, order: int, now: float) -> None:
        """The call was answered, or lost: the server may have counted it until now."""
        del self._in_flight[order]
        self._answered.append(now)

    def refused(self, order: int) -> None:
        """The call was refused: it takes no slot."""
        del self._in_flight[order]

    def served(self) -> int:
        """Calls in the window that were served, ours and others'."""
        return len(self._answered) + self._others

    def synchronise(self, order: int, count: int, reset: float, now: float) -> None:
        """Take over the server's ``count``, which came with the answer to call ``order``.

        Calls sent before that one and still under way are taken to be counted. ``reset`` says
        in how many seconds the server's oldest call leaves.
        """
        self.used(now)  # drops what has left
        others = count - len(self._answered)
        for sent in self._in_flight if others > 0 else ():
            if sent > order:
                break
            others -= 1
        self._others = max(0, others)
        self._seen = now
        self._oldest_leaves = now + reset + MARGIN


def number(headers: Mapping[str, str], name: str) -> int | None:
    """The header as a count; None where it is missing or no whole number from 0 on."""
    text = headers.get(name)
    if text is None or not text.isascii() or not text.isdigit():
        return None
    return int(text[:9])
