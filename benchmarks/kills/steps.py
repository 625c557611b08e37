# SPDX-License-Identifier: Apache-2.0
"""Steps through a push in this process: cuts it at a point, and lets a new run finish it.

A cut is as sudden as a kill: nothing that the product does afterwards, while its blocks are
left, reaches the database or the platform. Where the power fails as well, the database is found
as it was when it last waited for the disk.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.kills.outcome import Outcome, differences, look, whole
from benchmarks.kills.seams import CountedClock, CountedTransport, Points, statements
from benchmarks.kills.site import Prepared, Site
from integration.app import App
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

Work = Callable[[App], Awaitable[Any]]
_FULL: Final = 2
"""The level of synchronisation at which a commit waits for the disk."""


class CutError(BaseException):
    """The process is dead: nothing in the product catches this."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a run is cut.

    Args:
        point: the number of the point, from 1.
        again: the point at which the run that was to finish the work is cut as well.
        power: the machine loses its power, not the process alone.
        resumed: finished by a run without the file, where all of it was accepted.
    """

    point: int
    again: int | None = None
    power: bool = False
    resumed: bool = True

    def __str__(self) -> str:
        again = "" if self.again is None else f" and {self.again} of the next run"
        what = "power lost" if self.power else "cut"
        then = "resumed" if self.resumed else "pushed again"
        return f"{what} at point {self.point}{again}, then {then}"


class Stepper:
    """Runs one case, undisturbed or cut.

    Args:
        prepared: the case.
        folder: where outboxes may lie.

    Attributes:
        outcome: what an undisturbed push leaves behind.
        points: where it can be cut.
    """

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self._prepared = prepared
        self._folder = folder
        self._numbers = itertools.count(1)
        self.outcome, self.points = self._play(None)

    def differences(self, cut: Cut) -> list[str]:
        """What is different for good after a run that was cut."""
        seen, _ = self._play(cut)
        return list(differences(seen, self.outcome, self._prepared.case, 1 + bool(cut.again)))

    def _play(self, cut: Cut | None) -> tuple[Outcome, list[str]]:
        prepared = self._prepared
        clock = VirtualClock(datetime.fromtimestamp(prepared.case.now / 1000, UTC))
        site = Site(clock, prepared.case.seed)
        path = self._folder / f"outbox-{next(self._numbers)}.db"
        watch = site.begin(prepared, path)
        machine = _Machine(prepared, site, clock, path)
        points = machine.run(machine.push, None if cut is None else cut.point)
        if cut is not None:
            for last in (cut.again, None) if cut.again else (None,):
                machine.restart(power=cut.power)
                machine.run(machine.rest(resumed=cut.resumed), last)
        outcome = look(prepared, site, watch, path)
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()
        return outcome, points


class _Machine:
    """One machine with one outbox, on which one run follows the other."""

    def __init__(self, prepared: Prepared, site: Site, clock: VirtualClock, path: Path) -> None:
        self._prepared = prepared
        self._site = site
        self._clock = clock
        self._path = path
        self._log = Path(f"{path}-wal")
        self._disk = Path(f"{path}-disk")
        self._disk_log = Path(f"{path}-disk-wal")
        shutil.copy(path, self._disk)

    async def push(self, app: App) -> None:
        """Push the file."""
        await app.push(self._prepared.source(), name="scores.csv")

    def rest(self, *, resumed: bool) -> Work:
        """What a person does after a cut: resumes, or pushes the file again."""
        if resumed and whole(self._prepared.case, self._path):
            return lambda app: app.resume()
        return self.push

    def run(self, work: Work, last: int | None) -> list[str]:
        """Do ``work`` in a process that ends at its point ``last``; the points that it reached."""

        def end() -> None:
            raise CutError

        points = Points(end, last)
        with statements(points, self._committed):
            run_virtual(self._clock, self._process(work, points))
        return points.names

    async def _process(self, work: Work, points: Points) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the dead say nothing
        app = None
        try:
            app = App(
                self._prepared.settings(self._path),
                clock=CountedClock(self._clock, points),
                transport=CountedTransport(self._site.transport, points),
                rng=random.Random(self._prepared.case.seed),  # noqa: S311 - jitter
            )
            await work(app)
        except BaseException:
            if not points.over:
                raise
        finally:
            if app is not None:
                if "outbox" in vars(app):  # it was opened
                    app.outbox.close()  # as the system does for the dead
                await app.close()

    def _committed(self, connection: sqlite3.Connection) -> None:
        """Remember what is on disk for certain."""
        (level,) = sqlite3.Connection.execute(connection, "PRAGMA synchronous").fetchone()
        if level == _FULL:
            shutil.copy(self._path, self._disk)
            shutil.copy(self._log, self._disk_log)

    def restart(self, *, power: bool) -> None:
        """Go on after the end of a process, or of the machine's power."""
        if power:
            shutil.copy(self._disk, self._path)
            self._log.unlink(missing_ok=True)
            if self._disk_log.exists():
                shutil.copy(self._disk_log, self._log)
