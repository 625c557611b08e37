# SPDX-License-Identifier: Apache-2.0
"""Watches the scores of a stream, which has no end at which they could be judged together.

The last few hundred are judged as a push would be, now and again. Where they look broken, what
comes from then on is held until somebody releases it; that is on record, so it holds for all
replicas and after a restart. The last accepted scores are those of the windows before, the newest
counting most: a stream changes its look in the course of a day, and a push is no measure for it.

Used in the one thread that works the outbox of the desk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from integration.distribution import LEVELS, Distribution, GuardLimits, looks_broken
from integration.outbox import InputRow, Judging

SHIFT: Final = 0.5
"""The share of a stream's scores that may have moved across one score; others come at noon."""
_LOOKS: Final = 4
"""How often a window is judged until all of it has passed."""
_REMEMBERED: Final = 10
"""Windows that are remembered as one: the share of a new one among them is a tenth."""


class StreamGuard:
    """Decides whether scores that arrive are held.

    Args:
        limits: from where on scores look broken.
        destination: the store that the scores are for.
    """

    def __init__(self, limits: GuardLimits, destination: str) -> None:
        self._limits = replace(limits, shift=max(limits.shift, SHIFT))
        self._destination = destination
        self._window: deque[int] = deque(maxlen=limits.least)
        self._unseen = 0
        self._new = 0
        self._marked = 0
        self._accepted = Distribution()
        self.reason = ""
        """Why scores are held; blank where they are not."""

    def passed(self, judging: Judging, run: int, rows: Iterable[InputRow]) -> bool:
        """Scores of ``run`` have been accepted; whether this made the stream look broken."""
        before, self.reason = self.reason, judging.stream_held(self._destination)
        if self.reason:
            if run != self._marked:
                self._hold(judging, run)
            return False
        if before:  # somebody has released what was held: what comes now is normal
            self._window.clear()
            self._accepted = Distribution()
        scores = [row.score.score for row in rows if row.score is not None]
        self._window.extend(scores)
        self._unseen += len(scores)
        self._new += len(scores)
        size = self._limits.least
        if len(self._window) < size or self._unseen * _LOOKS < size:
            return False
        self._unseen = 0
        window = _distribution(self._window)
        self.reason = looks_broken(window, self._accepted, self._limits, part=1.0)
        if self.reason:
            self._hold(judging, run)
            return True
        if self._new >= size:
            self._new = 0
            first = Distribution(tuple(_REMEMBERED * count for count in window.counts))
            self._accepted = self._accepted.followed_by(window) if self._accepted.scores else first
        return False

    def _hold(self, judging: Judging, run: int) -> None:
        judging.hold_stream(run, self.reason)
        self._marked = run


def _distribution(scores: Iterable[int]) -> Distribution:
    counts = [0] * LEVELS
    for score in scores:
        counts[score - 1] += 1
    return Distribution(tuple(counts))
