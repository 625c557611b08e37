# SPDX-License-Identifier: Apache-2.0
"""Outboxes that earlier versions have written: they are upgraded when they are opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import Outbox, OutboxError, WebhookMessage, database
from integration.outbox.schema import SCHEMA_VERSION
from tests.unit.outbox.conftest import NOW

FORMAT_3 = Path(__file__).with_name("format_3.sql")
"""An outbox as the last version with format 3 left it: two runs, a parked lead, two that wait."""


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "outbox.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(FORMAT_3.read_text())
    connection.close()
    return path


def described(path):
    """Format and tables of a file."""
    connection = sqlite3.connect(path)
    tables = set(connection.execute("SELECT type, name, sql FROM sqlite_master"))
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return version, {one for one in tables if not one[1].startswith("sqlite_")}


def test_an_upgraded_file_is_laid_out_like_a_new_one(old, tmp_path):
    """After the upgrade, nothing tells an older file from one that was made today."""
    Outbox(old).close()
    Outbox(tmp_path / "new.db").close()
    assert described(old) == described(tmp_path / "new.db")
    assert described(old)[0] == SCHEMA_VERSION


def test_nothing_is_lost_in_an_upgrade(old):
    """Runs, verdicts, the ledger and what waits are there as before, and delivery goes on."""
    outbox = Outbox(old)
    assert outbox.records.counts(1).verdicts == {
        Verdict.DELIVERED: 1,
        Verdict.REJECTED: 1,
        Verdict.UNKNOWN_LEAD: 1,
        Verdict.WAITING: 1,
    }
    assert outbox.records.last_delivered("list", ["L-1"]) == {"L-1": StoredScore(87, NOW - 3000)}
    assert outbox.records.status(NOW + 10).parked == {"unknown_lead": 1}
    claim = outbox.claims.claim("list", 10, NOW + 10)
    assert claim is not None
    assert [one.score.lead_id for one in claim.pending] == ["L-4", "L-1"]
    assert outbox.webhooks.accept(1, "list", [WebhookMessage("msg_1", b"", ())], NOW) == [()]
    outbox.close()


def test_what_waits_in_an_old_file_waits_since_its_run_began(old):
    """Formats before the fifth do not say when a score was accepted; its run says it nearly."""
    with sqlite3.connect(old) as connection:
        (started,) = connection.execute(
            "SELECT min(started) FROM run WHERE id IN"
            " (SELECT run FROM pending WHERE parked IS NULL)"
        ).fetchone()
    connection.close()
    outbox = Outbox(old)
    assert outbox.records.status(NOW).oldest == started
    outbox.close()


def test_an_upgrade_that_breaks_off_changes_nothing(old, monkeypatch):
    """Whatever happens in an upgrade, the file is of one format or of the other."""
    before = described(old)
    monkeypatch.setattr(database, "steps_from", lambda _: ["CREATE TABLE webhook (id)", "nonsense"])
    with pytest.raises(OutboxError, match="cannot be written"):
        Outbox(old)
    assert described(old) == before
