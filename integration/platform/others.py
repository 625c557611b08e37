# SPDX-License-Identifier: Apache-2.0
"""How to live with other processes of the same client, of whom only the server's count tells.

Two questions. How many places stay free for calls of theirs that have not been seen yet: few,
since a free place is wasted while they are quiet, and more for a while after each refusal that
they caused. And when to ask how things stand while the window seems full, since a place that
one of them leaves cannot be seen leaving: soon where they are on the decline, seldom where
they keep coming, because the answer would be a 429.
"""

from __future__ import annotations

import math
from typing import Final

_ROOM: Final = 0.015
"""Share of the window that is left to others, where there are any."""
_ROOM_MOST: Final = 0.03
_ROOM_STEP: Final = 0.005
_SMALL: Final = 30
"""A smaller window leaves no place to others: each is too large a part of it."""
_CALM_CALLS: Final = 210
"""Clean answers after which the room shrinks by a step again."""
_TREND_S: Final = 1.0
"""Counts that follow each other faster show no trend."""
_NOTABLE: Final = 0.01
"""Share of the window by which the others must have become fewer to be on the decline."""
_SOON_S: Final = 1.0
_LATER_S: Final = 8.0
_SELDOM_S: Final = 60.0
"""How soon a window that seems full is asked: on the decline; at first; in the end."""
_MARGIN_S: Final = 0.05


class Others:
    """What is to be done about the calls of others."""

    __slots__ = ("_calm", "_patience", "_room", "_told_at", "ask_at", "lately")

    def __init__(self) -> None:
        self.ask_at = math.inf
        """From when on one call may ask whether a window that seems full still is."""
        self.lately = 0
        """Their calls in the window, a little while ago."""
        self._told_at = -math.inf
        self._patience = _SOON_S
        self._room = _ROOM
        self._calm = 0

    def room(self, limit: int) -> int:
        """Places to leave free for calls not seen yet, of a window of ``limit``."""
        return max(int(limit >= _SMALL), int(limit * self._room))

    def seen(self, others: int, *, limit: int, reset: int | None, fixed: bool, now: float) -> None:
        """The window was seen to hold ``others`` calls of theirs.

        Args:
            others: the number of their calls.
            limit: calls that the window may hold.
            reset: seconds until the window's oldest call leaves, if the server said.
            fixed: the window is fixed, so that all its calls leave then.
            now: the instant.
        """
        fewer = others < self.lately - 1 - limit * _NOTABLE
        if fewer or (fixed and reset is not None):
            self._patience = _SOON_S
        elif self._told_at > -math.inf and now - self._told_at > _TREND_S:
            self._patience = min(max(_LATER_S, self._patience * 2), _SELDOM_S)
        if now - self._told_at > _TREND_S:
            self.lately, self._told_at = others, now
        self.ask_at = now + max(reset or 0, self._patience) + _MARGIN_S

    def crowded(self) -> None:
        """They had taken the places that we believed free: a call of ours was refused."""
        self._room = min(self._room + _ROOM_STEP, _ROOM_MOST)
        self._calm = 0

    def clean(self) -> None:
        """A call was not refused."""
        self._calm += 1
        if self._calm >= _CALM_CALLS:
            self._room = max(self._room - _ROOM_STEP, _ROOM)
            self._calm = 0
