# SPDX-License-Identifier: Apache-2.0
"""A ceiling learned from refusals that the server's headers did not announce.

Limits are layered: beside the stated calls per minute there are lower ones of single
resources and of the organisation, which show only as a 429. The ceiling drops to what was
served when the refusal came, and is tried upwards while answers stay clean. A try that is
refused makes the next one come later; one that is not makes the next ones bolder, since a
firm limit would have refused it. A count above the ceiling disproves it at once.

Not every such refusal is about the number of calls. A refusal after a few calls says little
until it has come at the same count again, and a ceiling under which refusals go on is given up:
else refusals at random would push it down to nothing. The waits that the server asks for are
kept in any case; the ceiling only spares refusals.

Source: docs/platform.md section 2; users report refusals at counts far below the stated limit.
"""

from __future__ import annotations

import sys
from typing import Final

UNLIMITED: Final = sys.maxsize
_CLEAN_CALLS: Final = 250
"""Clean answers before a higher ceiling is tried: more calls than 10,000 scores take."""
_CLEAN_CALLS_MOST: Final = 4_000
_CLEAN_WINDOWS: Final = 10
"""Under a low ceiling, so many full windows are enough."""
_PROOF: Final = 60
"""Clean answers, at the least, that prove a ceiling that was tried."""
_FIRST_STEP: Final = 0.02
_DROP: Final = 0.95
_ALIKE: Final = 0.1
"""Refusals belong together where their counts differ by no more than this share."""
_FEWEST: Final = 5
"""No limit is as low as that: refusals after fewer calls have another reason, however often."""
_TELLING: Final = 0.1
"""Share of the stated limit from which a single refusal is believed to be about the count."""
_TELLING_CALLS: Final = 3
"""Or so many calls, where the limit is low."""
_MOST_FAILURES: Final = 3
"""Refusals under a ceiling that should have spared them, until it is given up."""


class LearnedCeiling:
    """Calls that a window may hold, as far as refusals have taught."""

    def __init__(self) -> None:
        self.value = UNLIMITED
        self._clean = 0
        self._needed = _CLEAN_CALLS
        self._step = 0
        self._tried_higher = False
        self._last = 0  # calls that had been served at the last refusal
        self._in_a_row = 0  # refusals at about that count
        self._failures = 0
        self._doubtful = False  # a ceiling was given up: a single refusal is not believed

    def refused(self, served: int, stated: int) -> None:
        """A refusal that the headers did not explain came.

        Args:
            served: calls of the window that had been served.
            stated: calls that the server says a window may hold.
        """
        alike = abs(served - self._last) <= _ALIKE * max(served, self._last)
        self._in_a_row = self._in_a_row + 1 if alike else 1
        self._last = served
        self._clean = 0
        if self.value == UNLIMITED:
            if served < _FEWEST or self._in_a_row < self._needed_in_a_row(served, stated):
                return
        elif self._tried_higher:
            self._needed = min(self._needed * 2, _CLEAN_CALLS_MOST)
        else:
            self._failures += 1
            if self._failures == _MOST_FAILURES:
                self.forget()
                self._doubtful = True
                return
        known = self.value
        self.value = max(1, served if served < known else int(known * _DROP))
        self._step = max(1, round(self.value * _FIRST_STEP))
        self._tried_higher = False

    def also_served(self, stated: int) -> None:
        """A call that was under way at the refusal had been served."""
        if self.value != UNLIMITED:
            self._raise(self.value + 1, stated)

    def clean(self, stated: int) -> None:
        """An answer came that was no refusal, while the server stated the limit ``stated``."""
        if self.value == UNLIMITED and not self._doubtful:
            return
        self._clean += 1
        if self._clean < self._enough():
            return
        self._clean = 0
        self._failures = 0
        self._doubtful = False
        if self.value == UNLIMITED:
            return
        self._raise(self.value + self._step, stated)
        self._step *= 2
        self._tried_higher = True

    def disproved(self, count: int, stated: int) -> None:
        """A call was served as the ``count``-th of the window, above the ceiling."""
        self._raise(count, stated)
        self._clean = 0

    def forget(self) -> None:
        """What was learned is void, such as after the stated limit was raised."""
        self.value = UNLIMITED
        self._clean = 0
        self._needed = _CLEAN_CALLS
        self._tried_higher = False
        self._in_a_row = 0
        self._failures = 0
        self._doubtful = False

    def _raise(self, value: int, stated: int) -> None:
        self.value = value if value < stated else UNLIMITED

    def _enough(self) -> int:
        """Clean answers in a row that say something about the ceiling."""
        if self._tried_higher:
            return max(_PROOF, self.value)
        return min(self._needed, _CLEAN_WINDOWS * self.value)

    def _needed_in_a_row(self, served: int, stated: int) -> int:
        """Refusals at the same count until that count is believed to be a ceiling."""
        if served <= max(_TELLING_CALLS, _TELLING * stated):
            return 3
        return 2 if self._doubtful else 1
