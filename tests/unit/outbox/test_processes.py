# SPDX-License-Identifier: Apache-2.0
"""Several processes on one outbox: what they see, who delivers, and what is left when one dies."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import DeliveryLock, OutboxError
from integration.outbox.database import Database

ROOT = Path(__file__).parents[3]
BATCH = 40

PRELUDE = """
import os, signal, sys
from pathlib import Path
from integration.order import StoredScore, Verdict
from integration.outbox import InputRow, Outbox, Settlement
from integration.scores import LeadScore

outbox = Outbox(Path(sys.argv[1]))

def say(*words):
    print(*words, flush=True)

def score(lead, at=5):
    return LeadScore(lead, 50, at)
"""

ENQUEUE_FOR_EVER = """
run = outbox.records.start_run("leads.csv", "list", 1)
batch = 0
while True:
    rows = range(batch * 40 + 1, batch * 40 + 41)
    outbox.intake.enqueue(run, "list", [InputRow(row, score(f"L{row}")) for row in rows], 1)
    batch += 1
    say(batch)
"""

DIE_AT = """
def die(statement):
    if statement.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

now = int(sys.argv[4])
claims = outbox.claims
claim = None if sys.argv[3] in {"enqueue", "claim"} else claims.claim("list", 2, now)
intents = [] if claim is None else [(one, StoredScore(40, 3)) for one in claim.pending]
if sys.argv[3] == "settle":
    claims.intend(claim, intents, "batch", now)
say(*outbox._db.read().iterdump())
outbox._db.read().set_trace_callback(die)
steps = {
    "enqueue": lambda: outbox.intake.enqueue(
        1, "list", [InputRow(8, score("A", 6)), InputRow(9, score("N"))], now
    ),
    "claim": lambda: claims.claim("list", 2, now),
    "intend": lambda: claims.intend(claim, intents, "batch", now),
    "settle": lambda: claims.settle(
        claim, [Settlement(one, Verdict.DELIVERED) for one in claim.pending], now
    ),
}
steps[sys.argv[3]]()
"""


@pytest.fixture
def box(file_box):
    return file_box


@pytest.fixture
def start():
    """Start a process on an outbox; it is killed at the end of the test at the latest."""
    with contextlib.ExitStack() as stack:

        def run(script, *arguments):
            process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-c", PRELUDE + textwrap.dedent(script), *map(str, arguments)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield run


def dump(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def test_another_process_sees_what_was_accepted(box, start):
    """What one process has accepted, another reads at once."""
    run = box.run(box.score(5), box.score(4))
    reader = start("say([(one.row, one.verdict) for one in outbox.records.arrivals(1)])", box.path)
    assert run == 1
    assert reader.communicate()[0] == "[(1, 'waiting'), (2, 'superseded')]\n"


def test_a_process_killed_while_it_accepts(box, start):
    """After kill -9 every acknowledged batch is there, and no batch in parts."""
    process = start(ENQUEUE_FOR_EVER, box.path)
    for line in process.stdout:
        if line == "5\n":
            break
    process.kill()
    acknowledged = max([5, *map(int, process.stdout.read().split())])
    assert process.wait() == -signal.SIGKILL
    again = box.reopen()
    rows = [one.row for one in again.records.arrivals(1)]
    assert rows == list(range(1, len(rows) + 1))
    assert len(rows) % BATCH == 0
    assert len(rows) // BATCH in {acknowledged, acknowledged + 1}
    assert sorted(row for *_, row in again.waiting()) == rows
    assert again.outbox._db.read().execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again.deliver()
    assert set(again.verdicts(1).values()) == {Verdict.DELIVERED}
    again.outbox.close()


@pytest.mark.parametrize(
    ("step", "statement"),
    [
        ("enqueue", "INSERT INTO pending"),
        ("enqueue", "COMMIT"),
        ("claim", "UPDATE pending"),
        ("intend", "COMMIT"),
        ("settle", "DELETE FROM pending"),
        ("settle", "COMMIT"),
    ],
)
def test_a_process_killed_in_the_middle_of_a_step(box, start, step, statement):
    """A step that a process was killed in has not happened at all, and can be done again."""
    run = box.run(box.score(5, lead="A"), box.score(5, lead="B"))
    process = start(DIE_AT, box.path, statement, step, box.now)
    before = process.communicate()[0].split()
    assert process.returncode == -signal.SIGKILL
    assert dump(box.path).split() == before
    again = box.reopen()
    again.claims.recover("list", again.now)
    again.deliver(stored=StoredScore(77, 4))
    assert set(again.verdicts(run).values()) == {Verdict.DELIVERED}
    previous = 40 if step == "settle" else 77  # what the dead process had put on record, or not
    assert {one.previous for one in again.records.arrivals(run)} == {previous}
    again.outbox.close()


def test_processes_that_make_the_outbox_at_the_same_time(tmp_path, start):
    """Whoever comes first makes the outbox; all of them can use it."""
    path = tmp_path / "outbox.db"
    script = """
    say("ready")
    sys.stdin.readline()
    other = Outbox(Path(sys.argv[2]))
    say(other.records.start_run("leads.csv", "list", 1))
    """
    processes = [start(script, tmp_path / f"{number}.db", path) for number in range(3)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 3
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sorted(process.communicate()[0] for process in processes) == ["1\n", "2\n", "3\n"]


def test_only_one_process_delivers(tmp_path, start):
    """A second process is refused the lock and told who holds it; death frees it."""
    path = tmp_path / "outbox.db"
    holder = start("say(outbox.lock.acquire()); sys.stdin.read()", path)
    assert holder.stdout.readline() == "True\n"
    lock = DeliveryLock(path)
    assert not lock.acquire()
    assert lock.holder() == str(holder.pid)
    assert not lock.acquire()
    holder.kill()
    holder.wait()
    assert lock.acquire()
    assert lock.holder() == str(os.getpid())
    lock.release()


@pytest.fixture
def locks(tmp_path):
    """Two uses of one outbox."""
    Database(tmp_path / "outbox.db").close()
    first, second = (DeliveryLock(tmp_path / "outbox.db") for _ in range(2))
    yield first, second
    first.release()
    second.release()


def test_the_lock_is_taken_once(locks):
    """Who holds the lock may ask again; nobody else gets it until it is released."""
    first, second = locks
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    first.release()
    assert second.acquire()


def test_the_lock_lasts_as_long_as_its_block(locks):
    """Leaving the block, also by an error, lets another process deliver."""
    first, second = locks
    with contextlib.suppress(KeyError), first:
        assert first.acquire()
        raise KeyError
    assert second.acquire()


def test_a_holder_that_cannot_be_told(locks, tmp_path):
    """Without a lock file, or with an empty one, the holder is unknown."""
    first, _ = locks
    assert first.holder() == "unknown"
    (tmp_path / "outbox.db.lock").touch()
    assert first.holder() == "unknown"


def test_a_shorter_number_replaces_a_longer_one(locks, tmp_path):
    """What an earlier holder has written does not mix with the present one."""
    first, _ = locks
    (tmp_path / "outbox.db.lock").write_text("9" * 30)
    assert first.acquire()
    assert first.holder() == str(os.getpid())


def test_a_lock_that_cannot_be_opened(locks, tmp_path):
    """Where the lock file cannot be opened, the message names it and what to do."""
    first, _ = locks
    (tmp_path / "outbox.db.lock").mkdir()
    with pytest.raises(OutboxError, match=r"outbox.db.lock cannot be opened .*--outbox"):
        first.acquire()
