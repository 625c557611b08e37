# SPDX-License-Identifier: Apache-2.0
"""The colours of the page, each for light and for dark surroundings.

Plots are drawn once, in the light colours. The page's style gives every one of these another
value where the reader's system is dark, so each stands for one thing only. All reach a contrast of
3 to 1 at least against their ground, those of text 4.5 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour in both surroundings."""

    light: str
    dark: str


GROUND: Final = Colour("#ffffff", "#1b1c1f")
TEXT: Final = Colour("#1d1e20", "#ededea")
QUIET: Final = Colour("#585b60", "#b4b6ba")
GRID: Final = Colour("#e2e4e7", "#36383d")
EDGE: Final = Colour("#8b8f96", "#7c8087")
DIALLED: Final = Colour("#1f66c7", "#6aa8ff")
FILE: Final = Colour("#b0560a", "#f2a65a")
RANDOM: Final = Colour("#6a6d73", "#a7aab0")
STALE: Final = Colour("#c22f49", "#ff8296")
LATE: Final = Colour("#7d45b8", "#c7a3ff")
SKIPPED: Final = Colour("#0a756f", "#52cfc4")
REFUSED: Final = Colour("#c1304a", "#ff8297")

OF_PLOTS: Final = (
    *(TEXT, QUIET, GRID, EDGE, DIALLED, FILE, RANDOM),
    *(STALE, LATE, SKIPPED, REFUSED),
)
"""What a plot may be drawn in."""
