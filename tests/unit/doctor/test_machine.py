# SPDX-License-Identifier: Apache-2.0
"""The outbox of this machine, as the doctor finds it."""

from __future__ import annotations

import os
import sqlite3

import pytest

from integration.app import App
from integration.outbox import Outbox
from integration.scores import RawScore
from integration.sources import SourceRow


def of_outbox(ward):
    [found] = [one for one in ward.doctor().findings if one.check == "outbox"]
    return str(found.standing), found.says


def test_none_yet(ward):
    """There is none before the first push, and looking makes none."""
    standing, says = of_outbox(ward)
    assert standing == "ok"
    assert says.endswith("outbox.db is made by the first push")
    assert not ward.settings.outbox.exists()


def test_nothing_waits(ward):
    """An outbox without anything in it is well."""
    Outbox(ward.settings.outbox).close()
    standing, says = of_outbox(ward)
    assert (standing, says.endswith("nothing waits")) == ("ok", True)


def pushed(ward, *leads):
    rows = [
        SourceRow(n, RawScore(lead, "90", "2026-11-24T09:00:00Z"), None)
        for n, lead in enumerate(leads, 1)
    ]
    settings = ward.settings.model_copy(update={"client_id": "pusher", "retry_attempts": 1})

    async def push():
        async with App(settings, clock=ward.clock, transport=ward.transport) as app:
            await app.push(rows, name="scores.csv")

    ward.run(push())


def test_parked_scores(ward):
    """Scores that wait for somebody to act are told by their reason."""
    pushed(ward, "A", "nobody", "no-one")
    assert of_outbox(ward) == ("warn", "parked: 2 unknown_lead")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("held", ("warn", "1 scores are held, for those of their run look broken")),
        ("unjudged", ("ok", "1 scores wait for delivery")),
    ],
)
def test_scores_of_a_run_that_is_judged(ward, reason, told):
    """Scores that look broken wait for somebody to look at them; those not judged yet just wait."""
    pushed(ward, "A", "nobody")
    box = Outbox(ward.settings.outbox)
    sql = "UPDATE pending SET parked = ? WHERE parked IS NOT NULL"
    box._db.read().execute(sql, (reason,))
    box.close()
    assert of_outbox(ward) == told


def test_waiting_scores(ward):
    """Scores that wait for the platform are told with how long they do."""
    rule = {"operation": "*contact*", "kind": "status", "status": 503, "probability": 1}
    ward.control.set_faults(rules=[rule])
    pushed(ward, "A")
    ward.control.clear_faults()
    standing, says = of_outbox(ward)
    assert standing == "ok"
    assert says.startswith("1 scores wait for delivery since 2026-11-24T10:0")


def test_another_database(ward):
    """A database of another program is not taken for an outbox."""
    with sqlite3.connect(ward.settings.outbox) as other:
        other.execute("CREATE TABLE t (x)")
    standing, says = of_outbox(ward)
    assert standing == "fail"
    assert "is a database of another program" in says


def test_an_older_format(ward):
    """Looking does not upgrade an outbox that an older version may be working on."""
    Outbox(ward.settings.outbox).close()
    with sqlite3.connect(ward.settings.outbox) as file:
        file.execute("PRAGMA user_version = 3")
    standing, says = of_outbox(ward)
    assert standing == "warn"
    assert "has format 3, this version writes" in says
    assert sqlite3.connect(ward.settings.outbox).execute("PRAGMA user_version").fetchone() == (3,)


def test_no_database_at_all(ward):
    """A file of something else is not taken for an outbox."""
    ward.settings.outbox.write_text("lead_id,score\n" * 100)
    standing, says = of_outbox(ward)
    assert standing == "fail"
    assert "cannot be opened" in says


@pytest.mark.parametrize("there", [True, False], ids=["file", "folder"])
def test_no_right_to_write(ward, monkeypatch, there):
    """A file, or a folder, that this user cannot write is told."""
    if there:
        Outbox(ward.settings.outbox).close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    standing, says = of_outbox(ward)
    assert standing == "fail"
    assert ("cannot be written by this user" if there else "cannot be made in") in says
