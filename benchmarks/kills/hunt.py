# SPDX-License-Identifier: Apache-2.0
"""When a real process is killed: at a statement of its own, or by what the platform sees of it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.kills.case import Case
from simulator.calllog import LoggedCall
from simulator.faults import Fault, FaultPlan, FaultRule

STATEMENT: Final = "at statement"
LOST: Final = "when it sends a call, which is lost: call"
CARRIED_OUT: Final = "when it sends a call, which is carried out: call"
UNANSWERED: Final = "when the platform has done, before it answers: call"
LATER: Final = "some time after call"
_KINDS: Final = (STATEMENT, STATEMENT, LOST, CARRIED_OUT, UNANSWERED, LATER)


@dataclass(frozen=True, slots=True)
class Kill:
    """A process is killed at its ``number``-th statement or call, ``delay`` seconds after it."""

    kind: str
    number: int
    delay: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.number}" + (f" ({self.delay:.3f} s)" if self.delay else "")


@dataclass(frozen=True, slots=True)
class Hunt:
    """The processes that are killed one after the other, and how the work is taken up again."""

    kills: tuple[Kill, ...]
    resumed: bool

    def __str__(self) -> str:
        then = "resumed" if self.resumed else "pushed again"
        return f"{'; '.join(map(str, self.kills))}; then {then}"


def make_hunt(seed: int, points: Sequence[str]) -> Hunt:
    """The hunt of ``seed``; ``points`` are those that an undisturbed push reaches."""
    rng = random.Random(f"hunt {seed}")  # noqa: S311 - a plan needs no secrecy
    calls = sum(name.startswith("before ") for name in points)
    said = sum(not name.startswith(("before ", "after ", "wait ")) for name in points)
    kills = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        kind = rng.choice(_KINDS)
        number = rng.randint(1, said if kind == STATEMENT else calls)
        kills.append(Kill(kind, number, rng.uniform(0.0, 0.05) if kind == LATER else 0.0))
    return Hunt(tuple(kills), resumed=rng.random() < 0.6)


class Hunter(FaultPlan):
    """The faults of a case, and a shot at the process that makes the calls.

    Args:
        case: whose faults.
        start: the clock's time.
    """

    def __init__(self, case: Case, start: float) -> None:
        super().__init__(case.seed, case.faults, start)
        self._shots: Counter[str] = Counter()
        self._kill: Kill | None = None
        self._shoot: Callable[[], None] = lambda: None

    def aim(self, kill: Kill | None, shoot: Callable[[], None]) -> None:
        """Count the calls anew, and ``shoot`` when it is time."""
        self._kill, self._shoot = kill, shoot
        self._shots.clear()

    def strike(self, operation_id: str, method: str, path: str, now: float) -> list[Fault]:
        """A call has arrived: what goes wrong with it."""
        faults = super().strike(operation_id, method, path, now)
        if self._hits(LATER) and self._kill is not None:
            asyncio.get_running_loop().call_later(self._kill.delay, self._shoot)
        if self._hits(CARRIED_OUT):
            self._shoot()
        if self._hits(LOST):
            self._shoot()
            return [Fault(FaultRule(kind="reset"), len(self.rules), 1, operation_id, now)]
        return faults

    def done(self, _: LoggedCall) -> None:
        """The platform has done with a call, and not answered yet."""
        if self._hits(UNANSWERED):
            self._shoot()

    def _hits(self, kind: str) -> bool:
        self._shots[kind] += 1
        kill = self._kill
        return kill is not None and kill.kind == kind and self._shots[kind] == kill.number
