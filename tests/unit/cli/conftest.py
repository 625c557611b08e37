# SPDX-License-Identifier: Apache-2.0
"""The command line with an app that does what a test says."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from integration.cli.command import build
from integration.outbox import OutboxStatus
from integration.reports import LoadSummary, Plan, ReconcileSummary, RunSummary, VerdictRow
from simulator.clock import VirtualClock

SECRET = "swordfish-1234567"
CREDENTIALS = {
    "LEADSCORE_REGION": "eu-central-1",
    "LEADSCORE_CLIENT_ID": "pusher",
    "LEADSCORE_CLIENT_SECRET": SECRET,
    "LEADSCORE_CONTACT_LIST": "list-1",
}
HEADER = "lead_id,priority_score,last_calculated_at"
T = "2026-11-23T10:00:00Z"


@dataclass
class FakeApp:
    """Answers as the test has laid down, and remembers what it was asked."""

    settings: Any = None
    result: dict[str, Any] = field(default_factory=dict)
    rows_of_run: list[VerdictRow] = field(default_factory=list)
    failure: BaseException | None = None
    progress: list[Any] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    in_push: Any = None
    stopped: bool = False
    outbox_status: OutboxStatus = field(
        default_factory=lambda: OutboxStatus(0, 0, 0, {}, None, None, ())
    )
    records: list[Any] = field(default_factory=list)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.calls.append(("closed", None))

    def interrupt(self):
        self.stopped = True

    def _run(self, name, run_id):
        numbers = dict.fromkeys(RunSummary.__dataclass_fields__, 0)
        plain = {"run_id": run_id, "source": name, "audit": "read", "seconds": 2.0, "stopped": None}
        return RunSummary(**{**numbers, **plain, "interrupted": self.stopped, **self.result})

    async def push(self, rows, *, name, trusted=False, progress=None):
        found = list(rows)
        if trusted:
            self.calls.append(("trusted", name))
        self.calls.append(("push", [(row.row, row.raw and row.raw.lead_id) for row in found]))
        for one in self.progress:
            progress(one)
        if self.in_push is not None:
            await self.in_push(self)
        if self.failure is not None:
            raise self.failure
        return self._run(name, 7)

    def release(self, *, run=None, drop=False):
        self.calls.append(("release", (run, drop)))
        return 1_200

    async def resume(self, *, progress=None):
        self.calls.append(("resume", None))
        for one in self.progress:
            progress(one)
        return self._run("earlier runs", None)

    async def load(self, contacts, columns, *, progress=None):
        assert progress is not None
        found = [(row.row, row.lead_id, row.data) for row in contacts]
        self.calls.append(("load", (found, tuple(columns))))
        if self.failure is not None:
            raise self.failure
        numbers = {"rows": len(found), "created": len(found), "changed": 0, "unchanged": 0}
        plain = {"rejected": (), "refused": (), "calls": 2, "seconds": 1.0}
        return LoadSummary(**{**numbers, **plain, **self.result})

    async def reconcile(self, *, mend, progress=None):
        assert progress is not None
        self.calls.append(("reconcile", mend))
        if self.failure is not None:
            raise self.failure
        nothing = {"found": 0, "kinds": {}, "mended": 0, "right_by_now": 0, "left": {}}
        plain = {"leads": 100_000, "tier_moves": 0, "calls": 10, "seconds": 2.0, "examples": ()}
        return ReconcileSummary(**{"mend": mend, **nothing, **plain, **self.result})

    async def plan(self, rows):
        count = len(list(rows))
        numbers = {"rows": count, "accepted": count, "rejected": 0, "leads": count, "calls": 2}
        plain = {"reads": 1, "writes": 1, "allowed": 300, "seconds": 60.0}
        return Plan(**{**numbers, **plain, **self.result})

    def verdicts(self, run):
        self.calls.append(("verdicts", run))
        yield from self.rows_of_run

    def status(self):
        return self.outbox_status

    def retry(self, *, lead_id=None, reason=None):
        self.calls.append(("retry", (lead_id, reason)))
        return self.result.get("count", 2)

    def history(self, lead_id):
        self.calls.append(("history", lead_id))
        return self.records


@pytest.fixture
def app():
    return FakeApp()


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """An empty working directory, credentials in the environment, wide help texts."""
    for name in list(os.environ):
        if name.upper().startswith("LEADSCORE_"):
            monkeypatch.delenv(name)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield
    structlog.reset_defaults()


@pytest.fixture
def leadscore(app):
    """Runs the command; the result has exit_code, stdout and stderr."""

    def make_app(settings, _telemetry):
        app.settings = settings
        return app

    def run(*words, stdin=b""):
        command = build(make_app, VirtualClock())
        result = CliRunner().invoke(command, [str(word) for word in words], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output or "debug" in words
        assert SECRET not in result.output
        return result

    return run


@pytest.fixture
def scores(tmp_path):
    file = tmp_path / "scores.csv"
    file.write_text(f"{HEADER}\nL1,87,{T}\nL2,5,{T}\n")
    return file
