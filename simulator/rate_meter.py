# SPDX-License-Identifier: Apache-2.0
"""One rate limit at work: a window, its ceiling, and the other processes that share it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from simulator.rate_window import SHAPES, Window
from simulator.traffic import Traffic

Witness = Callable[[float, bool], None]
"""Told of every call of another process: its instant, and whether it was served."""


def _nobody(instant: float, served: bool) -> None:  # noqa: FBT001 - the shape of a witness
    """See nothing."""


class Meter:
    """Decides which calls are served.

    Args:
        shape: ``sliding`` or ``fixed``.
        seconds: length of the window.
        witness: is told of the calls of others.
    """

    def __init__(self, shape: str, seconds: float, witness: Witness = _nobody) -> None:
        self.shape = shape
        self.seconds = seconds
        self.window: Window = SHAPES[shape](seconds)
        self.traffic: list[Traffic] = []
        self._settled = -math.inf  # nobody calls before what has been decided already
        self._witness = witness

    def settle(self, now: float, ceiling: int) -> None:
        """Let the calls of others that came until ``now`` take their places, in order of time."""
        window = self.window
        while self.traffic:
            free_at = max(window.free_at(ceiling), self._settled)
            due, source = min(
                ((source.due(free_at), source) for source in self.traffic), key=_first
            )
            if due > now:
                if due == math.inf:
                    self.traffic.clear()
                break
            window.expire(due)
            served = window.count < ceiling
            if served:
                window.add(due)
            self._witness(due, served)
            source.called(due)
        window.expire(now)
        self._settled = now

    def admit(self, now: float, ceiling: int, *, count_refused: bool = False) -> bool:
        """Whether a call at ``now`` is served under ``ceiling``; it then takes its place.

        Args:
            now: the call's instant.
            ceiling: calls per window.
            count_refused: a refused call takes a place too.
        """
        self.settle(now, ceiling)
        served = self.window.count < ceiling
        if served or count_refused:
            self.window.add(now)
        return served

    def idle(self, now: float) -> bool:
        """Whether nothing would be lost with this meter."""
        self.window.expire(now)
        return not self.window.count and not self.traffic

    def snapshot(self, now: float) -> dict[str, Any]:
        """Everything, as JSON, with instants relative to ``now``."""
        return {
            "ages": self.window.ages(now),
            "traffic": [source.as_json(now) for source in self.traffic],
        }

    def restore(self, now: float, ages: Iterable[float]) -> None:
        """Fill an empty window as it was when the snapshot was taken."""
        for age in ages:
            self.window.add(now - age)


def _first(pair: tuple[float, Traffic]) -> float:
    return pair[0]
