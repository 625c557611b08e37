# SPDX-License-Identifier: Apache-2.0
"""Calls that other processes make with the same OAuth client, as a function of time.

Nobody sends them: a meter asks, when a real call comes, which of them would have come before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Traffic(Protocol):
    """One other process."""

    def due(self, free_at: float) -> float:
        """When its next call comes; infinity when it makes no more.

        Args:
            free_at: when the window's next place becomes free.
        """
        ...

    def called(self, instant: float) -> None:
        """Its call of ``instant`` was made."""
        ...

    def as_json(self, now: float) -> dict[str, Any]:
        """What is left of it, with instants relative to ``now``."""
        ...


@dataclass(slots=True)
class Steady:
    """Calls at even distances, whether they are served or refused.

    Args:
        start: instant of the first call.
        end: no call from here on.
        interval: seconds between two calls.
    """

    start: float
    end: float
    interval: float
    made: int = 0

    def due(self, free_at: float) -> float:  # noqa: ARG002 - it does not look at the window
        """When its next call comes."""
        instant = self.start + self.made * self.interval
        return instant if instant < self.end else math.inf

    def called(self, instant: float) -> None:  # noqa: ARG002 - the distance is even
        """Count the call."""
        self.made += 1

    def as_json(self, now: float) -> dict[str, Any]:
        """What is left of it."""
        start = self.start + self.made * self.interval
        return {
            "starts_in": start - now,
            "seconds": self.end - start,
            "calls_per_second": 1 / self.interval,
        }


@dataclass(slots=True)
class Greedy:
    """Takes every free place at the very instant at which it becomes free.

    Args:
        start: from here on.
        end: no longer.
    """

    start: float
    end: float

    def due(self, free_at: float) -> float:
        """The instant at which the next place is free, while it is at work."""
        instant = max(self.start, free_at)
        return instant if instant < self.end else math.inf

    def called(self, instant: float) -> None:
        """Never look back."""
        self.start = max(self.start, instant)

    def as_json(self, now: float) -> dict[str, Any]:
        """What is left of it."""
        return {"starts_in": self.start - now, "seconds": self.end - self.start, "greedy": True}


def traffic_from_json(item: Mapping[str, Any], now: float) -> Traffic:
    """What :meth:`Traffic.as_json` gave, with its instants counted from ``now``."""
    start = now + item["starts_in"]
    end = start + item["seconds"]
    if item.get("greedy"):
        return Greedy(start, end)
    return Steady(start, end, 1 / item["calls_per_second"])
