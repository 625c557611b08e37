# SPDX-License-Identifier: Apache-2.0
"""Parts of a batch: writes that go together, and how they are split to find refused rows.

A bulk write is refused as a whole, so a refused part is halved until the bad rows stand alone.
If halves of halves are refused throughout, it is not the rows: some are tried alone to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

from integration.stores.port import Write, WriteGroup

TRIALS: Final = 3
"""Rows that are tried alone when everything is refused: if all are, no row is to blame."""
TRIALS_ONE_BY_ONE: Final = 10
"""The same for a store that takes every row alone: it refuses rows in no order."""


@dataclass(slots=True, eq=False)
class Part:
    """Writes that go together, and which larger part they were split from."""

    group: WriteGroup
    parent: Self | None = None
    failed_halves: int = 0
    uncertain: bool = False
    """An earlier attempt may have been carried out."""
    trial: bool = False
    """A single row that shall show whether the rows are to blame."""

    def only(self, writes: tuple[Write, ...]) -> Self:
        """The same with some of its writes."""
        return replace(self, group=replace(self.group, writes=writes))

    def halves(self) -> list[Part]:
        """Both halves, which know where they come from."""
        writes = self.group.writes
        middle = len(writes) // 2
        return [self._child(half) for half in (writes[:middle], writes[middle:])]

    def trials(self) -> list[Part]:
        """Some rows alone, then all others."""
        writes = list(self.group.writes)
        places = [len(writes) - 1, len(writes) // 2, 0]
        alone = [writes.pop(place) for place in places[:TRIALS]]
        singles = [replace(self._child((write,)), trial=True) for write in alone]
        return [*singles, Part(replace(self.group, writes=tuple(writes)), self.parent)]

    def _child(self, writes: tuple[Write, ...]) -> Part:
        return Part(replace(self.group, writes=writes), self)
