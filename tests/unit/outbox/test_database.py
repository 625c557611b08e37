# SPDX-License-Identifier: Apache-2.0
"""The outbox file: made on demand, durable, shared, and refused where it cannot be one."""

from __future__ import annotations

import sqlite3

import pytest

from integration.outbox import Outbox, OutboxError, database
from integration.outbox.database import APPLICATION_ID, Database
from integration.outbox.schema import OLDEST, SCHEMA_VERSION


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def db(path):
    made = Database(path)
    yield made
    made.close()


ADD_RUN = "INSERT INTO run (source, destination, started) VALUES (?, 'list', 1)"


def add_run(db, source, *statements, problem=None):
    """One transaction: a run, more statements, and maybe a problem."""
    with db.transaction() as connection:
        connection.execute(ADD_RUN, (source,))
        for statement in statements:
            connection.execute(statement)
        if problem is not None:
            raise problem


def runs(path):
    with sqlite3.connect(path) as connection:
        return [source for (source,) in connection.execute("SELECT source FROM run ORDER BY id")]


def foreign(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_the_file_and_its_folder_are_made(tmp_path):
    """An outbox that does not exist is made, with the folders above it."""
    path = tmp_path / "not" / "there" / "outbox.db"
    Database(path).close()
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_an_empty_file_becomes_an_outbox(path):
    """A file without a byte, as mktemp makes it, is as good as none."""
    path.touch()
    Database(path).close()
    assert runs(path) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("application_id", APPLICATION_ID),
        ("user_version", SCHEMA_VERSION),
    ],
)
def test_commits_reach_the_disk(db, setting, value):
    """Readers do not block, every commit is synchronised in full, and the file says what it is."""
    assert db.read().execute(f"PRAGMA {setting}").fetchone() == (value,)


def test_a_commit_is_seen_by_everybody_at_once(db, path):
    """Another connection sees a transaction when it has ended, and nothing of it before."""
    with db.transaction() as connection:
        connection.execute(ADD_RUN, ("one",))
        assert runs(path) == []
    assert runs(path) == ["one"]


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_transaction_that_breaks_off_leaves_nothing(db, path, problem):
    """Whatever ends a transaction early, nothing of it stays and the next one works."""
    with pytest.raises(problem):
        add_run(db, "lost", problem=problem)
    add_run(db, "kept")
    assert runs(path) == ["kept"]


def test_a_commit_that_fails_leaves_nothing(db, path):
    """A transaction that cannot be committed is given up whole, and the next one works."""
    with db.transaction() as connection:
        connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.execute(
            "CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"
        )
    db.read().execute("PRAGMA foreign_keys = ON")
    with pytest.raises(OutboxError, match="FOREIGN KEY"):
        add_run(db, "lost", "INSERT INTO child VALUES (7)")
    add_run(db, "kept")
    assert runs(path) == ["kept"]


def test_a_transaction_that_sqlite_has_given_up_itself(db, path):
    """Where SQLite has rolled back already, its own reason is what is told."""
    with pytest.raises(OutboxError, match="UNIQUE"):
        add_run(
            db, "lost", "INSERT OR ROLLBACK INTO run VALUES (1, 'twice', 'list', 1, NULL, NULL)"
        )
    add_run(db, "kept")
    assert runs(path) == ["kept"]


def test_a_full_disk(db, path):
    """Without room the transaction fails with its reason; what was kept before is safe."""
    add_run(db, "kept")
    (pages,) = db.read().execute("PRAGMA page_count").fetchone()
    db.read().execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OutboxError, match=r"cannot be written.*full"):
        add_run(db, "x" * 1_000_000)
    assert runs(path) == ["kept"]
    db.read().execute("PRAGMA max_page_count = 1000000")
    add_run(db, "room again")
    assert runs(path) == ["kept", "room again"]


def test_a_file_that_may_only_be_read(db):
    """Where writing is forbidden the reason is told."""
    db.read().execute("PRAGMA query_only = ON")
    with pytest.raises(OutboxError, match="readonly"):
        add_run(db, "lost")


def test_a_database_that_stays_busy(path, monkeypatch):
    """Who cannot write in time is told; reading goes on; afterwards everything works."""
    monkeypatch.setattr(database, "_BUSY_S", 0.0)
    first, second = Database(path), Database(path)
    with first.transaction() as connection:
        with pytest.raises(OutboxError, match="locked"):  # already before the first write
            add_run(second, "lost")
        connection.execute(ADD_RUN, ("first",))
        assert second.read().execute("SELECT count(*) FROM run").fetchone() == (0,)
    add_run(second, "second")
    first.close()
    second.close()
    assert runs(path) == ["first", "second"]


def test_a_new_outbox_whose_maker_is_not_done(path, monkeypatch):
    """While another process holds an unfinished file, opening it fails with the reason."""
    monkeypatch.setattr(database, "_BUSY_S", 0.0)
    with sqlite3.connect(path, isolation_level=None) as maker:
        maker.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutboxError, match="locked"):
            Database(path)
        maker.execute("ROLLBACK")
    maker.close()
    Database(path).close()


def test_two_processes_make_the_same_outbox(path, monkeypatch):
    """Who finds the outbox made between a look and the making of it takes it as it is."""
    other = Database(path)
    add_run(other, "by the other")
    other.close()
    first_look = [(0, 0)]
    look = Database._marks
    monkeypatch.setattr(
        Database, "_marks", lambda self: first_look.pop() if first_look else look(self)
    )
    Database(path).close()
    assert runs(path) == ["by the other"]


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, OLDEST - 1, 99])
def test_an_outbox_of_another_version(path, version):
    """An outbox of another format is left alone; the message names both formats."""
    Database(path).close()
    foreign(path, f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    told = f"has format {version}, this version reads {OLDEST} to {SCHEMA_VERSION}"
    with pytest.raises(OutboxError, match=told):
        Database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE customer (name TEXT)",),
        ("CREATE TABLE run (id INTEGER)",),
        ("CREATE TABLE customer (name TEXT)", f"PRAGMA user_version = {SCHEMA_VERSION}"),
        ("PRAGMA user_version = 7",),
        ("PRAGMA application_id = 7",),
    ],
    ids=["tables", "a table of ours", "tables and our version", "a version", "another mark"],
)
def test_a_database_of_another_program(path, statements):
    """A database that is no outbox is refused, and not a byte of it changes."""
    foreign(path, *statements)
    before = path.read_bytes()
    with pytest.raises(OutboxError, match="database of another program"):
        Database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"lead_id,priority_score\nL-1,87\n" * 50, b"\x00\xff" * 2048, b"SQLite format 3\x00" * 64],
    ids=["a file of scores", "bytes", "a broken header"],
)
def test_a_file_that_is_no_database(path, content):
    """A file of something else, say the input, is refused and stays as it is."""
    path.write_bytes(content)
    with pytest.raises(OutboxError, match="cannot be opened"):
        Database(path)
    assert path.read_bytes() == content


def test_a_folder(tmp_path):
    """A folder is no outbox."""
    with pytest.raises(OutboxError, match="cannot be opened"):
        Database(tmp_path)


def test_a_folder_that_is_a_file(path):
    """A path through a file leads nowhere."""
    path.touch()
    with pytest.raises(OutboxError, match="cannot be opened"):
        Database(path / "outbox.db")


def test_a_place_where_nothing_can_be_made(tmp_path, monkeypatch):
    """Where the folder may only be read, the message names the file and what to do."""

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(OutboxError, match=r"Permission denied.*--outbox") as caught:
        Database(tmp_path / "new" / "outbox.db")
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("content", [b"no database at all" * 100, None])
def test_a_refused_file_is_let_go(path, content, monkeypatch):
    """A file that turns out to be no outbox is not held open."""
    opened = []
    connect = sqlite3.connect

    def remember(*arguments, **options):
        opened.append(connect(*arguments, **options))
        return opened[0]

    if content is None:
        foreign(path, "PRAGMA user_version = 7")
    else:
        path.write_bytes(content)
    monkeypatch.setattr(database.sqlite3, "connect", remember)
    with pytest.raises(OutboxError):
        Database(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_reopening_finds_everything(path):
    """What one process has put in is there for the next."""
    first = Outbox(path)
    run = first.records.start_run("leads.csv", "list", 7)
    first.close()
    again = Outbox(path)
    assert again.records.start_run("more.csv", "list", 8) == run + 1
    again.close()
    assert runs(path) == ["leads.csv", "more.csv"]
