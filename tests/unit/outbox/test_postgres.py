# SPDX-License-Identifier: Apache-2.0
"""The outbox on a server: laid out once, found again, and refused where it cannot be used."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from integration.outbox import Outbox, OutboxError, OutboxServer, postgres, schema
from integration.outbox.dialect import layout_from, translated
from integration.outbox.postgres import PostgresDatabase
from integration.outbox.schema import SCHEMA_VERSION
from integration.scores import Rejected


@pytest.fixture
def server(new_schema):
    return new_schema()


@pytest.fixture
def sql(server):
    """Runs statements on the server beside the outbox."""
    with psycopg.connect(server.secret_address, autocommit=True) as connection:
        yield connection.execute


@pytest.fixture
def db(server):
    made = PostgresDatabase(server)
    yield made
    made.close()


def fail(db, *statements, problem=None):
    """One transaction: runs, and maybe other things that happen meanwhile."""
    with db.transaction() as connection:
        for one in statements:
            if callable(one):
                one()
            else:
                connection.execute(ADD_RUN, (one,))
        if problem is not None:
            raise problem


def rows(sql):
    return [source for (source,) in sql("SELECT source FROM run ORDER BY id").fetchall()]


ADD_RUN = "INSERT INTO run (source, destination, started) VALUES (?, 'list', 1)"


def test_the_statements_are_the_same_but_for_their_marks():
    """Values get the driver's marks; a percent sign and a cast stay what they are."""
    assert translated("a = ? AND b = :b1x AND c::text LIKE '%'") == (
        b"a = %s AND b = %(b)s1x AND c::text LIKE '%%'"
    )


def test_a_layout_knows_every_format():
    """A new outbox goes through all formats and gets what only servers have; another does not."""
    assert any("SEQUENCE replica" in statement for statement in layout_from(0))
    assert list(layout_from(SCHEMA_VERSION)) == []
    assert [one for one in layout_from(3) if "webhook (" in one]


def test_replicas_make_the_outbox_at_the_same_time(server, sql):
    """Whoever comes first makes the outbox; all of them can use it."""

    def start(number):
        outbox = Outbox(server)
        run = outbox.records.start_run(str(number), "list", 1)
        outbox.close()
        return run

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(start, range(4))) == [1, 2, 3, 4]
    assert sql("SELECT format FROM outbox_format").fetchall() == [(SCHEMA_VERSION,)]


def test_an_outbox_of_an_older_format(server, sql, monkeypatch):
    """An older outbox is upgraded when it is opened, and keeps what is in it."""
    with monkeypatch.context() as older:
        older.setattr(postgres, "SCHEMA_VERSION", 3)
        older.setattr(schema, "_STEPS", {3: schema._STEPS[3]})
        first = PostgresDatabase(server)
        with first.transaction() as connection:
            connection.execute(ADD_RUN, ("older",))
        first.close()
    assert sql("SELECT to_regclass('webhook')").fetchone() == (None,)
    PostgresDatabase(server).close()
    assert rows(sql) == ["older"]
    assert sql("SELECT format FROM outbox_format").fetchall() == [(SCHEMA_VERSION,)]
    assert sql("SELECT count(*) FROM webhook").fetchone() == (0,)


def test_an_outbox_of_a_later_version(server, sql):
    """An outbox of an unknown format is left alone; the message names the formats."""
    PostgresDatabase(server).close()
    sql("UPDATE outbox_format SET format = 99")
    with pytest.raises(OutboxError, match="has format 99, this version reads"):
        PostgresDatabase(server)


def test_a_schema_of_another_program(server, sql):
    """Where a table of the same name is somebody else's, nothing is made, and that is said."""
    sql("CREATE TABLE pending (theirs text)")
    with pytest.raises(OutboxError, match=r"holds tables of another program; .*search_path"):
        PostgresDatabase(server)
    assert sql("SELECT to_regclass('run')").fetchone() == (None,)


def test_a_schema_that_does_not_exist(postgres):
    """A schema is not made unasked."""
    with pytest.raises(OutboxError, match="names no schema that exists"):
        PostgresDatabase(OutboxServer(f"{postgres}&options=-csearch_path%3Dnowhere"))


def test_a_user_who_may_not_create(server, sql):
    """Who may not make tables learns what is missing."""
    ((schema,),) = sql("SELECT current_schema()").fetchall()
    sql("CREATE ROLE nobody_much LOGIN")
    sql(f"GRANT USAGE ON SCHEMA {schema} TO nobody_much".encode())
    try:
        address = server.secret_address.replace("postgres:", "nobody_much:", 1)
        with pytest.raises(OutboxError, match=r"cannot be used \(.*docs/scaling.md"):
            PostgresDatabase(OutboxServer(address))
    finally:
        sql("DROP OWNED BY nobody_much")
        sql("DROP ROLE nobody_much")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://a:s3cret-pass@127.0.0.1:1/d", "cannot be reached"),
        ("postgresql://a:s3cret-pass@127.0.0.1:1/d?bogus=1", "cannot be read"),
    ],
)
def test_a_server_that_is_not_there(address, told):
    """The message names the server and what to check, and never the password."""
    with pytest.raises(OutboxError, match=told) as caught:
        PostgresDatabase(OutboxServer(address))
    assert "s3cret" not in str(caught.value)
    assert "postgresql://a@127.0.0.1:1/d" in str(caught.value)


def test_without_the_driver(monkeypatch):
    """Who lacks the extra is told how to install it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "integration.outbox.postgres")
    with pytest.raises(OutboxError, match=r"pip install 'genesys-lead-scoring\[postgres\]'"):
        Outbox(OutboxServer("postgresql://h/d"))


def test_text_that_a_server_cannot_keep(server_box):
    """A NUL in bad input is kept as a replacement character, and keeps no row from being told."""
    run = server_box.run(Rejected("invalid_lead_id", "bad \0 id", lead_id="L\0"))
    assert server_box.row(run).message == "bad \ufffd id"


# -- transactions ------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_a_transaction_that_breaks_off_leaves_nothing(db, sql, problem):
    """Whatever ends a transaction early, nothing of it stays and the next one works."""
    with pytest.raises(problem):
        fail(db, "lost", problem=problem)
    with db.transaction(durable=False) as connection:
        connection.execute(ADD_RUN, ("kept",))
    assert rows(sql) == ["kept"]


def test_a_statement_that_fails(db, sql):
    """What the server says is told; nothing of the step is kept."""
    with pytest.raises(OutboxError, match=r"not-null.*nothing of this step was kept"):
        fail(db, "lost", None)
    with pytest.raises(OutboxError, match=r"nothing was changed"):
        db.read().execute("SELECT nothing")
    assert not hasattr(db.read(), "executemany")
    assert rows(sql) == []


@pytest.mark.parametrize(("durable", "level"), [(True, "on"), (False, "off")])
def test_which_steps_wait_for_the_disk(db, durable, level):
    """A step that need not last does not wait for the server's disk; all others do."""
    with db.transaction(durable=durable) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (level,)
    assert db.read().execute("SHOW synchronous_commit").fetchone() == ("on",)


def kill(db, sql):
    """The server loses the connection of ``db``."""
    pid = db._connection.info.backend_pid
    sql("SELECT pg_terminate_backend(%s, 10000)", (pid,))


def test_a_connection_lost_between_steps(db, sql):
    """The next step, or query, makes a new connection, and nobody notices."""
    kill(db, sql)
    with db.transaction() as connection:
        connection.execute(ADD_RUN, ("kept",))
    kill(db, sql)
    assert db.read().execute("SELECT source FROM run").fetchall() == [("kept",)]


def test_a_connection_lost_within_a_step(db, sql):
    """Nothing of the step is kept; it can be done again."""
    with pytest.raises(OutboxError, match="nothing of this step was kept"):
        fail(db, "lost", lambda: kill(db, sql), "lost")
    with db.transaction() as connection:
        connection.execute(ADD_RUN, ("kept",))
    assert rows(sql) == ["kept"]


def test_a_connection_lost_at_the_very_end(db, sql):
    """Where nobody knows whether a step was kept, that is what is said."""
    with pytest.raises(OutboxError, match="whether this step was kept is not known"):
        fail(db, "perhaps", lambda: kill(db, sql))


def test_a_server_that_stays_away(db, sql, monkeypatch):
    """A server that cannot be reached again is an error each time, until it is back."""
    kill(db, sql)
    with monkeypatch.context() as away:
        away.setattr(postgres.psycopg, "connect", _refuse)
        for _ in range(2):
            with pytest.raises(OutboxError, match="cannot be reached"), db.transaction():
                raise AssertionError
    with db.transaction() as connection:
        connection.execute(ADD_RUN, ("back",))
    assert rows(sql) == ["back"]


def _refuse(*_, **__):
    raise psycopg.OperationalError("connection refused")


def test_a_server_that_dies_again_and_again(db, sql, monkeypatch):
    """A new connection that is lost at once as well is an error, not an endless try."""
    real = postgres.psycopg.connect

    def connect(*arguments, **options):
        connection = real(*arguments, **options)
        prepare = PostgresDatabase._prepare
        monkeypatch.setattr(
            PostgresDatabase, "_prepare", lambda self, new: (prepare(self, new), new.close())
        )
        return connection

    kill(db, sql)
    monkeypatch.setattr(postgres.psycopg, "connect", connect)
    with pytest.raises(OutboxError, match="nothing was changed"):
        db.read().execute("SELECT 1")
