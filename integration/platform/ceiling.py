# SPDX-License-Identifier: Apache-2.0
"""A ceiling learned from refusals that the server's headers did not announce.

Limits are layered: beside the stated calls per minute there are lower ones of single
resources and of the organisation, which show only as a 429. The ceiling drops to what was
served when the refusal came, and is tried upwards in growing steps while answers stay clean;
a step that is refused makes the next try come later.

Source: platform.md section 2; users report refusals at counts far below the stated limit.
"""

from __future__ import annotations

import sys

UNLIMITED = sys.maxsize
_CLEAN_CALLS = 250
"""Clean answers before a higher ceiling is tried: more calls than 10,000 scores take."""
_CLEAN_CALLS_MOST = 4_000
_FIRST_STEP = 0.02
_DROP = 0.95


class LearnedCeiling:
    """Calls that a window may hold, as far as refusals have taught."""

    def __init__(self) -> None:
        self.value = UNLIMITED
        self._clean = 0
        self._needed = _CLEAN_CALLS
        self._step = 0
        self._tried_higher = False

    def refused(self, served: int) -> None:
        """A refusal that the headers did not explain came when ``served`` calls had passed."""
        if self._tried_higher:
            self._needed = min(self._needed * 2, _CLEAN_CALLS_MOST)
        known = self.value
        self.value = max(1, served if served < known else int(known * _DROP))
        self._step = max(1, round(self.value * _FIRST_STEP))
        self._clean = 0
        self._tried_higher = False

    def clean(self, stated: int) -> None:
        """An answer came that was no refusal, while the server stated the limit ``stated``."""
        if self.value == UNLIMITED:
            return
        self._clean += 1
        if self._clean < self._needed:
            return
        self._clean = 0
        self.value += self._step
        self._step *= 2
        self._tried_higher = True
        if self.value >= stated:
            self.value = UNLIMITED

    def forget(self) -> None:
        """The stated limit was raised: what was learned under the old one is void."""
        self.value = UNLIMITED
        self._clean = 0
        self._needed = _CLEAN_CALLS
        self._tried_higher = False
