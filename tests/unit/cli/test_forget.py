# SPDX-License-Identifier: Apache-2.0
"""The verb ``forget``, on a real outbox."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from integration.app import App
from integration.order import StoredScore, Verdict
from integration.outbox import InputRow, Outbox, Settlement
from integration.scores import LeadScore, Rejected

LEAD = "Lead-4711@example.org"
"""No part of it stands in an outbox for another reason."""
NOW = 1_795_428_000_000


@pytest.fixture
def outbox(tmp_path):
    """Of 200 leads: with a history, a waiting score, rejects, and messages that name each other."""
    box = Outbox(tmp_path / "outbox.db")
    leads = [LEAD, *(f"Other-{n}" for n in range(200))]
    for at in (1, 2):
        run = box.records.start_run("scores.csv", "contact_list:1", NOW)
        rows = [InputRow(row, LeadScore(one, 50, at, "")) for row, one in enumerate(leads, 1)]
        rows.append(InputRow(900, rejected=Rejected("time_invalid", "no time", lead_id=LEAD)))
        box.intake.enqueue(run, "contact_list:1", rows, NOW)
        claim = box.claims.claim("contact_list:1", 1000, NOW)
        if at == 1:
            _deliver(box, claim)
        else:
            problem = f"refused: contact {LEAD} is odd"
            put_off = [
                Settlement(one, None, StoredScore(), message=problem, due=NOW + 1)
                for one in claim.pending
            ]
            box.claims.settle(claim, put_off, NOW)
    yield box
    box.close()


def _deliver(box, claim):
    box.claims.intend(claim, [(one, StoredScore(7, 0)) for one in claim.pending], "batch-1", NOW)
    done = [Settlement(one, Verdict.DELIVERED, StoredScore(7, 0)) for one in claim.pending]
    box.claims.settle(claim, done, NOW)


@pytest.fixture
def forget(leadscore, app, tmp_path, monkeypatch):
    monkeypatch.setenv("LEADSCORE_OUTBOX", str(tmp_path / "outbox.db"))

    def forgotten(lead_id):
        own = App(app.settings)
        try:
            return own.forget(lead_id)
        finally:
            own.outbox.close()

    app.forget = forgotten
    return lambda *words: leadscore("forget", *words)


def files(folder):
    return b"".join(one.read_bytes() for one in sorted(folder.glob("outbox.db*")))


def test_nothing_of_the_lead_is_left(forget, outbox, tmp_path):
    """No byte of the database and its log names the lead any more; all others are there."""
    assert LEAD.encode() in files(tmp_path)
    seen = forget(LEAD)
    assert seen.exit_code == 0, seen.output
    assert seen.stdout.splitlines()[:4] == [
        f"lead {LEAD}: forgotten",
        "  waiting  1  scores that had not been delivered",
        "  writes   1  of the ledger",
        "  rows     4  of pushed files",
    ]
    assert LEAD.encode() not in files(tmp_path)
    assert len(outbox.records.history("Other-7")) == 1
    assert outbox.records.status(NOW).put_off == 200


def test_no_table_is_left_out(outbox):
    """A table that names leads is one of those that are cleared."""
    tables = outbox._db.read().execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    naming = {
        table
        for (table,) in tables.fetchall()
        for column in outbox._db.read().execute(f"PRAGMA table_info({table})").fetchall()
        if column[1] in ("lead", "lead_id")
    }
    assert naming == {"pending", "ledger", "rewritten", "arrival"}


def test_what_age_has_removed_is_not_left_either(forget, outbox, tmp_path):
    """Records that were dropped for their age leave no bytes behind, though none is on record."""
    # Some builds of SQLite overwrite what is deleted by themselves, others do not.
    outbox._db.read().execute("PRAGMA secure_delete = OFF")
    outbox._db.read().execute(f"DELETE FROM ledger WHERE lead = '{LEAD}'")  # noqa: S608 - a constant
    outbox._db.read().execute(f"DELETE FROM pending WHERE lead = '{LEAD}'")  # noqa: S608 - the same
    outbox._db.read().execute(f"DELETE FROM arrival WHERE lead = '{LEAD}'")  # noqa: S608 - the same
    outbox._db.read().execute("UPDATE pending SET message = NULL")
    assert LEAD.encode() in files(tmp_path)
    seen = forget(LEAD)
    assert (seen.exit_code, seen.stdout.splitlines()[0]) == (
        0,
        f"lead {LEAD}: nothing is on record",
    )
    assert LEAD.encode() not in files(tmp_path)


def test_a_lead_that_is_being_written(forget, outbox):
    """It is refused while a deliverer has the score in hand, and says what to do."""
    claim = outbox.claims.claim("contact_list:1", 1000, NOW + 1)
    assert outbox.lock.acquire()
    seen = forget(LEAD)
    assert seen.exit_code == 2
    assert "is being delivered right now" in seen.stderr
    assert "try again in a minute" in seen.stderr
    assert len(outbox.records.history(LEAD)) == 1
    _deliver(outbox, claim)
    assert forget(LEAD).exit_code == 0  # the deliverer goes on with others


def test_a_claim_of_a_dead_deliverer(forget, outbox):
    """A score that nobody delivers any more does not keep its lead from being forgotten."""
    outbox.claims.claim("contact_list:1", 1000, NOW + 1)
    seen = forget(LEAD)
    assert seen.exit_code == 0, seen.output
    assert outbox.lock.acquire()  # and another deliverer can begin


def test_files_that_still_name_it(forget, tmp_path, monkeypatch):
    """Backups of sweeps and alerts that name the lead are listed; those of similar ids are not."""
    backups = tmp_path / "sweeps"
    backups.mkdir()
    (backups / "a.csv").write_text(f'inin-outbound-id,phone\n"{LEAD}",+49301\n')
    (backups / "b.csv").write_text(f"inin-outbound-id,phone\nx{LEAD},+49301\n{LEAD}.x,1\n")
    alerts = tmp_path / "alerts.jsonl"
    alerts.write_text(json.dumps({"examples": [LEAD]}) + "\n")
    monkeypatch.setenv("LEADSCORE_DRIFT_FILE", str(alerts))
    document = json.loads(forget(LEAD, "--json").stdout)
    assert document["files"] == [str(backups / "a.csv"), str(alerts)]
    assert document["exit_code"] == 0
    told = forget(LEAD).stdout
    assert f"Still named in {alerts}; remove it" in told
    assert "Not looked at: the contact on the platform;" in told
    assert Path(alerts).exists()


def test_a_file_that_cannot_be_written_anew(forget, outbox, tmp_path, monkeypatch):
    """Somebody who reads all the time keeps the old bytes there: it is told, and the code is 1."""
    monkeypatch.setattr("integration.outbox.database._BUSY_S", 0.01)
    reader = sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ledger").fetchone()
    seen = forget(LEAD)
    reader.close()
    assert seen.exit_code == 1
    assert "may still hold what was removed (another process was reading" in seen.stdout
    assert outbox.records.history(LEAD) == []
    assert forget(LEAD).exit_code == 0
    assert LEAD.encode() not in files(tmp_path)


def test_a_disk_without_room(outbox):
    """What SQLite says is passed on."""
    outbox._db.read().execute("BEGIN")
    assert "VACUUM" in outbox.scrub()


def test_an_id_that_is_none(forget, tmp_path):
    """A lead id of odd characters is a usage error; no outbox is made for it."""
    assert forget("L 1").exit_code == 2
    assert list(tmp_path.iterdir()) == []
