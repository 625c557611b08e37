# SPDX-License-Identifier: Apache-2.0
"""Whether those who wait are called in their turn, so that the dial log can say it of each call.

A call that goes past a better contact is right where the contact became better only after the
called one had been fetched into the working set. So it is noted since when each contact waits
with its present value, and which value a fetched one had when its turn was decided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """How a call compares with those that it was not made to; as in the dial log."""

    better: int = 0
    passed_over: int = 0
    overtaken: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A value, and when it counted from; later is more."""

    value: float
    at: float


class Turns:
    """Since when contacts wait, when they were fetched, and how often others went first."""

    def __init__(self) -> None:
        self._now = 0
        self._since: dict[str, Turn] = {}
        self._fetched: dict[str, Turn] = {}
        self._overtaken: dict[str, int] = {}

    def wait(self, item: str, value: float) -> None:
        """``item`` may be called by this value from now on, or still."""
        since = self._since.get(item)
        if since is None or since.value != value:
            self._since[item] = self._next(value)
            self._overtaken.pop(item, None)

    def put_back(self, item: str, value: float) -> None:
        """``item`` waits where it is looked at anew, as it does after a change."""
        self._fetched.pop(item, None)
        self.wait(item, value)

    def fetch(self, item: str) -> None:
        """``item`` waits in the working set from now on."""
        self._fetched[item] = self._next(self._since[item].value)

    def leave(self, item: str) -> None:
        """``item`` waits no more, or not now."""
        for kept in (self._since, self._fetched, self._overtaken):
            kept.pop(item, None)

    def decided(self, item: str, value: float) -> Turn:
        """By which value it was decided that ``item`` is called, and when: now, unless fetched."""
        return self._fetched.get(item, Turn(value, math.inf))

    def waited_since(self, item: str) -> float:
        """When the present value of ``item`` counted from."""
        return self._since[item].at

    def value(self, item: str) -> float:
        """The present value of ``item``."""
        return self._since[item].value

    def overtake(self, item: str) -> None:
        """A call was made to somebody whose value was worse."""
        self._overtaken[item] = self._overtaken.get(item, 0) + 1

    def overtaken(self, item: str) -> int:
        """How many such calls were made since ``item`` waits with its present value."""
        return self._overtaken.get(item, 0)

    def snapshot(self) -> dict[str, dict[str, float | None]]:
        """What cannot be found out from the contacts, as JSON; None for no number."""
        values = {item: turn.value for item, turn in self._fetched.items()}
        return {
            "fetched": {
                item: value if value < math.inf else None for item, value in values.items()
            },
            "overtaken": dict(self._overtaken),
        }

    def restore(self, data: Mapping[str, Mapping[str, float | None]]) -> None:
        """Go on where :meth:`snapshot` was taken; whoever was fetched was so before all else."""
        self._fetched = {
            item: Turn(math.inf if value is None else value, 0)
            for item, value in data["fetched"].items()
        }
        self._overtaken = {item: int(count or 0) for item, count in data["overtaken"].items()}

    def _next(self, value: float) -> Turn:
        self._now += 1
        return Turn(value, self._now)
