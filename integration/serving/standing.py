# SPDX-License-Identifier: Apache-2.0
"""How the delivery of a long-running service stands: what health checks and alerts go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from integration.clock import Clock
from integration.platform.errors import Forbidden, Unauthorized

State = Literal["starting", "delivering", "following", "backing_off", "ended"]


@dataclass(frozen=True, slots=True)
class Look:
    """The delivery at one moment.

    ``since``: seconds in this state. ``settled``: seconds since a score was last settled, None
    where none was yet. ``problem``: why nothing is delivered, where that is so.
    """

    state: State
    since: float
    settled: float | None
    problem: str
    credentials_refused: bool

    @property
    def delivering(self) -> bool:
        """Whether scores are delivered, by this process or by the one that it follows."""
        return self.state in {"delivering", "following"}


class Standing:
    """Told by the delivery how it fares, and asked by everybody else."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._state: State = "starting"
        self._since = clock.monotonic()
        self._settled: float | None = None
        self._problem = ""
        self._refused = False

    def enter(self, state: State, problem: str = "", *, cause: Exception | None = None) -> None:
        """The delivery is in ``state`` from now on, for ``cause``."""
        if state != self._state:
            self._state, self._since = state, self._clock.monotonic()
        self._problem = problem or ("" if cause is None else str(cause))
        self._refused = isinstance(cause, Unauthorized | Forbidden)

    def settled(self) -> None:
        """Scores have got their verdicts: the platform can be used."""
        self._settled = self._clock.monotonic()
        self.enter("delivering")

    def look(self) -> Look:
        """How it stands now."""
        now = self._clock.monotonic()
        return Look(
            state=self._state,
            since=now - self._since,
            settled=None if self._settled is None else now - self._settled,
            problem=self._problem,
            credentials_refused=self._refused,
        )
