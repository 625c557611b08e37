# SPDX-License-Identifier: Apache-2.0
"""Which steps wait for the disk: those after which something must not be forgotten."""

from __future__ import annotations

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import InputRow, Outbox, Settlement
from integration.outbox.database import Database, OutboxError
from integration.scores import LeadScore

FULL, NORMAL, OFF = 2, 1, 0


@pytest.fixture
def db(tmp_path):
    db = Database(tmp_path / "outbox.db")
    yield db
    db.close()


@pytest.fixture
def outbox(tmp_path):
    outbox = Outbox(tmp_path / "outbox.db")
    yield outbox
    outbox.close()


def level(db):
    return db.read().execute("PRAGMA synchronous").fetchone()[0]


@pytest.mark.parametrize("problem", [None, ValueError])
def test_only_the_step_itself_does_not_wait(db, problem):
    """A step that need not last does not wait for the disk, and the next one does again."""
    seen = []
    try:
        with db.transaction(durable=False):
            seen.append(level(db))
            if problem:
                raise problem
    except ValueError:
        pass
    with db.transaction():
        seen.append(level(db))
    assert seen == [NORMAL, FULL]


def test_a_weaker_setting_stays(db):
    """Nobody waits for the disk where the connection was told never to."""
    db.read().execute("PRAGMA synchronous=OFF")
    with db.transaction(durable=False):
        assert level(db) == OFF
    assert level(db) == OFF


def test_a_database_that_is_gone_is_an_error_to_act_on(db):
    """That a step need not last does not change what is said when it fails."""
    db.close()
    with pytest.raises(OutboxError, match="cannot be written"), db.transaction(durable=False):
        pass


def test_only_what_must_not_be_forgotten_waits(outbox):
    """Accepted scores and intents are on disk; claims and outcomes would come about again."""
    waited = []

    def step(name, work):
        levels = []
        db = outbox._db
        db.read().set_trace_callback(levels.append)
        result = work()
        db.read().set_trace_callback(None)
        commit = levels.index("COMMIT")
        waited.append((name, "PRAGMA synchronous=1" not in levels[:commit]))
        return result

    score = LeadScore("L-1", 50, 1_000)
    run = step("start", lambda: outbox.records.start_run("test", "list", 2_000))
    rows = [InputRow(1, score)]
    step("accept", lambda: outbox.intake.enqueue(run, "list", rows, 2_000))
    claim = step("claim", lambda: outbox.claims.claim("list", 10, 3_000))
    writes = [(one, StoredScore()) for one in claim.pending]
    step("intend", lambda: outbox.claims.intend(claim, writes, "batch", 3_000))
    done = [Settlement(one, Verdict.DELIVERED) for one in claim.pending]
    step("settle", lambda: outbox.claims.settle(claim, done, 4_000))
    step("finish", lambda: outbox.records.finish_run(run, 5_000))
    assert dict(waited) == {
        "start": True,
        "accept": True,
        "claim": False,
        "intend": True,
        "settle": False,
        "finish": True,
    }
