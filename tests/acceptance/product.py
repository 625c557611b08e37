# SPDX-License-Identifier: Apache-2.0
"""The product as the steps drive it: one :class:`App` for each run of the command."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integration.app import App
from integration.clock import Clock
from integration.doctoring.findings import Diagnosis
from integration.explaining.explanation import Explanation
from integration.outbox import LedgerRecord, OutboxStatus
from integration.platform.errors import PlatformError
from integration.reports import (
    ExitCode,
    LoadSummary,
    Plan,
    Progress,
    ReconcileSummary,
    RunSummary,
    SweepSummary,
    VerdictRow,
)
from integration.scores import RawScore, Rejected
from integration.settings import Settings
from integration.sources import ContactRow, SourceRow, contacts
from tests.acceptance.simulated import SimulatedPlatform

CALLS_A_MINUTE_UNKNOWN = 300


@dataclass
class Run:
    """One run of the command: what it told, and between which calls and instants it lasted."""

    first_call: int
    started: float
    ended: float = 0.0
    last_call: int = 0
    summary: RunSummary | None = None
    failure: Exception | None = None
    rows: list[VerdictRow] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)

    @property
    def told(self) -> RunSummary:
        """The summary."""
        assert self.summary is not None, f"the run told nothing: {self.failure!r}"
        return self.summary

    @property
    def exit_code(self) -> ExitCode:
        """How the run ended."""
        return self.told.exit_code

    @property
    def stopped(self) -> PlatformError:
        """What ended the run before its time."""
        assert self.told.stopped is not None, "the run was not stopped"
        return self.told.stopped


class Product:
    """Settings, outbox and alerts of one machine.

    Args:
        platform: where it is connected to.
        clock: what it takes for time; None for the machine's own clock.
        folder: its disk.
    """

    def __init__(self, platform: SimulatedPlatform, clock: Clock | None, folder: Path) -> None:
        self._platform = platform
        self._clock = clock
        self._machines = 1
        self.folder = folder / "machine-1"
        self.alerts_file = folder / "alerts.jsonl"
        self.options: dict[str, Any] = {
            **platform.reached_by,
            "contact_list": platform.list_id,
            "drift_file": self.alerts_file,
            "calls_per_minute": CALLS_A_MINUTE_UNKNOWN,
        }

    def app(self, **more: Any) -> App:
        """A process of the command, on this machine's outbox."""
        settings = Settings(outbox=self.folder / "outbox.db", **self.options, **more)
        return App(
            settings,
            clock=self._clock,
            transport=self._platform.transport,
            rng=random.Random(7),
        )

    def another_machine(self) -> None:
        """Go on on a machine that knows nothing of what was pushed before."""
        self._machines += 1
        self.folder = self.folder.with_name(f"machine-{self._machines}")

    def lose_power(self) -> None:
        """Go on with the disk as it is at this very moment."""
        before = self.folder
        self.another_machine()
        self.folder.mkdir(parents=True)
        for file in before.glob("outbox.db*"):
            if not file.name.endswith((".lock", "-shm")):
                shutil.copyfile(file, self.folder / file.name)

    # -- commands --------------------------------------------------------------------------

    async def push(
        self, app: App, rows: Iterable[SourceRow], run: Run, *, trusted: bool = False
    ) -> None:
        """Push ``rows`` with ``app`` and note in ``run`` what comes of it."""
        run.summary = await app.push(
            rows, name="scores", trusted=trusted, progress=run.progress.append
        )
        assert run.summary.run_id is not None
        run.rows = list(app.verdicts(run.summary.run_id))

    async def resume(self, app: App, run: Run) -> None:
        """Deliver with ``app`` what earlier runs left."""
        run.summary = await app.resume(progress=run.progress.append)

    async def load(self, records: Sequence[dict[str, str]]) -> LoadSummary:
        """Load contacts from a file with these columns."""
        path = self.folder / "contacts.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [",".join(records[0]), *(",".join(record.values()) for record in records)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        async with self.app() as app:
            with contacts(path) as source:
                rows: Iterable[ContactRow] = source
                return await app.load(rows, source.columns)

    async def reconcile(self, *, mend: bool) -> ReconcileSummary:
        """Look over all leads; with ``mend`` put them right."""
        async with self.app() as app:
            return await app.reconcile(mend=mend)

    async def sweep(self, *, mark: bool) -> SweepSummary:
        """Look for stale scores; with ``mark`` make them 0."""
        async with self.app() as app:
            return await app.sweep(mark=mark)

    async def explain(self, lead: str, options: dict[str, Any]) -> Explanation:
        """Ask why a lead stands where it stands, with some options of one's own."""
        async with self._app_with(options) as app:
            return await app.explain(lead)

    async def doctor(self, options: dict[str, Any]) -> Diagnosis:
        """Ask whether everything is ready, with some options of one's own."""
        async with self._app_with(options) as app:
            return await app.doctor({})

    def _app_with(self, options: dict[str, Any]) -> App:
        mine, self.options = self.options, self.options | options
        try:
            return self.app()
        finally:
            self.options = mine

    async def plan(self, rows: Iterable[SourceRow]) -> Plan:
        """Plan a run."""
        async with self.app() as app:
            return await app.plan(rows)

    # -- what can be looked up -------------------------------------------------------------

    def status(self) -> OutboxStatus:
        """What has not been delivered."""
        with _Opened(self.app()) as app:
            return app.status()

    def history(self, lead: str) -> list[LedgerRecord]:
        """Every write on record for a lead."""
        with _Opened(self.app()) as app:
            return app.history(lead)

    def histories(self, leads: Sequence[str]) -> dict[str, list[LedgerRecord]]:
        """Every write on record, for each of ``leads``."""
        with _Opened(self.app()) as app:
            return {lead: app.history(lead) for lead in leads}

    def release(self, *, drop: bool = False) -> int:
        """Let scores go on that are held because they look broken, or drop them."""
        with _Opened(self.app()) as app:
            return app.release(drop=drop)

    def retry(self, reason: str | None = None) -> int:
        """Make what is parked or put off due again."""
        with _Opened(self.app()) as app:
            return app.retry(reason=reason)

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts so far."""
        if not self.alerts_file.exists():
            return []
        return [json.loads(line) for line in self.alerts_file.read_text().splitlines()]


class _Opened:
    """An app for one look that needs no event loop of its own."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __enter__(self) -> App:
        return self._app

    def __exit__(self, *_: object) -> None:
        asyncio.run(self._app.close())


def row(number: int, lead: str, score: str, at: str, **more: str | None) -> SourceRow:
    """One row of a file of scores."""
    return SourceRow(number, RawScore(lead, score, at, **more), None)


def broken(number: int, problem: Rejected) -> SourceRow:
    """A row that could not even be read."""
    return SourceRow(number, None, problem)
