# SPDX-License-Identifier: Apache-2.0
"""The outbox on a PostgreSQL server, for replicas on several machines.

Who changes what is on record of a lead holds a lock on that lead until the transaction ends, so
for each lead things happen one after the other, as they do in a file. Locks are taken in one
order; nobody waits for somebody who waits for him.

Each connection is a replica with a number of its own, and holds a lock on that number for as long
as it lasts. Claims and runs carry the number: where nobody holds the lock any more, they are those
of the dead. Who loses his connection is dead in that sense, and another replica from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import Any, Final, Literal

import psycopg
from psycopg.abc import Buffer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.string import StrDumper

from integration.outbox.dialect import layout_from, translated
from integration.outbox.place import OutboxServer
from integration.outbox.port import MANY_LEADS, OutboxError, Results
from integration.outbox.schema import OLDEST, SCHEMA_VERSION

_CONNECTION: Final = {
    "application_name": "leadscore",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""What an address may say otherwise: who has lost the server learns it within half a minute."""
_SESSION: Final = (
    "SET lock_timeout = '60s'",
    # A replica that is stopped within a transaction must not stop all others.
    "SET idle_in_transaction_session_timeout = '60s'",
    # The server learns as soon that it has lost a replica.
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    # Accepted is what is on disk, whatever the database does otherwise.
    "SET synchronous_commit = on",
)
_MARK: Final = (
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'outbox_format'"
    " AND relnamespace = current_schema()::regnamespace)"
)
_TAKEN: Final = (psycopg.errors.DuplicateTable, psycopg.errors.DuplicateObject)


Hold = Literal["", "shared", "alone"]
"""How a replica has the right to deliver."""


class _Text(StrDumper):
    """Text as the server can keep it: without the one character that it refuses."""

    def dump(self, obj: str) -> Buffer | None:
        """The text; a replacement character stands for NUL."""
        return super().dump(obj.replace("\0", "\ufffd"))


class _Session:
    """Statements within a transaction."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = (), /) -> Results:
        """Run one statement."""
        return self._connection.execute(translated(statement), values)

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> Results:
        """Run one statement for each set of values, without waiting in between."""
        cursor = self._connection.cursor()
        cursor.executemany(translated(statement), values)
        return cursor


class PostgresDatabase:
    """One connection to the outbox on a server, which is laid out where it does not exist.

    A connection that was lost is made anew with the next transaction or query.

    Raises:
        OutboxError: the server cannot be reached, refuses, or holds no outbox of a known format.
    """

    shared: Final = True
    skip_locked: Final = " FOR UPDATE SKIP LOCKED"
    lock_row: Final = " FOR UPDATE"
    why_lost: Final = (
        "as happens where this one had lost its connection to the server; the other one goes on "
        "with the scores that this one had claimed"
    )

    def __init__(self, server: OutboxServer) -> None:
        self.name: Final = str(server)
        self._server = server
        self._schema = ""
        self._closed = False
        self._held: Hold = ""
        self._connection = self._connect()

    @property
    def abandoned(self) -> str:
        """The condition for a claim or run of a connection that has ended."""
        return (
            "(owner NOT IN (SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory'"  # noqa: S608 - a number
            f" AND classid = {_small(self._schema)}::oid AND objsubid = 2 AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())))"
        )

    @contextmanager
    def transaction(
        self, *, durable: bool = True, leads: Iterable[str] | None = None
    ) -> Iterator[_Session]:
        """All statements inside take effect together, durably, or not at all.

        Args:
            durable: whether they have to survive a crash of the server from now on. Where not,
                they do from the next durable transaction on.
            leads: those of which something on record is looked at and changed; nobody else does
                that meanwhile. None: anything may be changed, and nobody else changes anything.

        Raises:
            OutboxError: the server is lost, or refuses. It may have kept what was to be kept
                where it is lost in the very end; to do it again is harmless.
        """
        with self.step(durable=durable) as session:
            self._lock(leads)
            yield session

    @contextmanager
    def step(self, *, durable: bool = False) -> Iterator[_Session]:
        """A transaction that waits for no other one, and gets in the way of none.

        Raises:
            OutboxError: the server is lost, or refuses.
        """
        self.first(b"BEGIN" if durable else b"BEGIN; SET LOCAL synchronous_commit = off")
        connection = self._connection
        state = "nothing of this step was kept"
        try:
            yield _Session(connection)
            state = "whether this step was kept is not known; to do it again is harmless"
            connection.execute("COMMIT")
        except psycopg.Error as problem:
            self._roll_back(connection)
            raise self._failed(problem, state) from problem
        except BaseException:
            self._roll_back(connection)
            raise

    def read(self) -> _Reads:
        """Runs statements that change nothing."""
        return _Reads(self)

    def first(
        self, statement: bytes, values: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> psycopg.Cursor[Any]:
        """Run a statement that nothing has gone before; again where the connection was lost."""
        tries = 2
        while True:
            tries -= 1
            try:
                return self._connected().execute(statement, values)
            except psycopg.Error as problem:
                if not (tries and self._connection.closed):
                    raise self._failed(problem, "nothing was changed") from problem

    def hold(self, how: Hold) -> bool:
        """Hold the right to deliver ``how``, from now on and for new connections too.

        Returns whether it is held now; to be alone is to hold the shared right as well.
        """
        if how == self._held or (how == "shared" and self._held == "alone"):
            return True
        if how and not self._take(self._connected(), how):
            return False
        if self._held:
            self._give_up(self._connection, self._held)
        self._held = how
        return True

    def _take(self, connection: psycopg.Connection, how: Hold) -> bool:
        shared = "_shared" if how == "shared" else ""
        statement = f"SELECT pg_try_advisory_lock{shared}(%s)".encode()
        try:
            ((taken,),) = connection.execute(statement, (self._key("deliver"),)).fetchall()
        except psycopg.Error as problem:
            raise self._failed(problem, "nothing was changed") from problem
        return bool(taken)

    def _give_up(self, connection: psycopg.Connection, how: Hold) -> None:
        shared = "_shared" if how == "shared" else ""
        with suppress(psycopg.Error):  # a lost connection has given it up already
            connection.execute(
                f"SELECT pg_advisory_unlock{shared}(%s)".encode(), (self._key("deliver"),)
            )

    def scrub(self) -> str:
        """Why what was removed is not gone down to the last byte."""
        return (
            "the server overwrites it when it vacuums its tables; its write-ahead log and its "
            "backups keep it until they are replaced"
        )

    def close(self) -> None:
        """End the connection; from now on what this replica has claimed is to be had."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        with suppress(psycopg.Error):  # a connection that was lost has let go of all its locks
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def _lock(self, leads: Iterable[str] | None) -> None:
        connection = self._connection
        keys = None if leads is None else sorted({self._key("lead", lead) for lead in leads})
        whole = self._key("outbox")
        if keys is None or len(keys) > MANY_LEADS:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (whole,))
            return
        connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (whole,))
        if keys:
            locks = "SELECT pg_advisory_xact_lock(lead) FROM unnest(%s::bigint[]) AS lead"
            connection.execute(locks, (keys,))

    def _roll_back(self, connection: psycopg.Connection) -> None:
        with suppress(psycopg.Error):  # a lost connection has rolled back already
            connection.execute("ROLLBACK")

    def _failed(self, problem: psycopg.Error, state: str) -> OutboxError:
        return OutboxError(
            f"the outbox {self.name} failed ({_said(problem)}); {state}, what was accepted "
            "before is safe"
        )

    # -- connections -----------------------------------------------------------------------

    def _connected(self) -> psycopg.Connection:
        if self._closed:
            raise OutboxError(f"the outbox {self.name} is closed")
        if self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> psycopg.Connection:
        try:
            given = conninfo_to_dict(self._server.secret_address)
        except psycopg.Error:  # its text may repeat parts of the password
            raise OutboxError(
                f"the address of the outbox {self.name} cannot be read; it is "
                "postgresql://user@host:port/database"
            ) from None
        missing = {name: value for name, value in _CONNECTION.items() if name not in given}
        try:
            address = make_conninfo(self._server.secret_address, **missing)
            connection = psycopg.connect(address, autocommit=True)
        except psycopg.Error as problem:
            raise OutboxError(
                f"the outbox {self.name} cannot be reached ({_said(problem)}); what was "
                "accepted before is safe; check the address, the server and the password "
                "(PGPASSWORD, a passfile, or a file named by LEADSCORE_OUTBOX_FILE)"
            ) from problem
        try:
            self._prepare(connection)
        except psycopg.Error as problem:
            connection.close()
            raise OutboxError(
                f"the outbox {self.name} cannot be used ({_said(problem)}); see docs/scaling.md "
                "for what its user has to be allowed"
            ) from problem
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: psycopg.Connection) -> None:
        connection.adapters.register_dumper(str, _Text)
        for statement in _SESSION:
            connection.execute(statement.encode())
        ((schema,),) = connection.execute("SELECT current_schema()").fetchall()
        if schema is None:
            raise OutboxError(
                f"the outbox {self.name} names no schema that exists and may be used; make one, "
                "and grant it to the user"
            )
        self._schema = schema
        if self._format(connection) != SCHEMA_VERSION:
            self._lay_out(connection)
        ((replica,),) = connection.execute("SELECT nextval('replica')").fetchall()
        connection.execute("SELECT set_config('leadscore.replica', %s, false)", (str(replica),))
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (_small(self._schema), replica))
        if self._held and not self._take(connection, self._held):
            raise OutboxError(
                f"another process has begun to work alone on the outbox {self.name} while this one "
                "had lost its connection; it goes on when that one has ended"
            )

    def _format(self, connection: psycopg.Connection) -> int:
        """The format of the outbox; 0 where there is none."""
        ((marked,),) = connection.execute(_MARK).fetchall()
        if not marked:
            return 0
        ((version,),) = connection.execute("SELECT format FROM outbox_format").fetchall()
        return int(version)

    def _lay_out(self, connection: psycopg.Connection) -> None:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._key("outbox"),))
            version = self._format(connection)
            if version == SCHEMA_VERSION:
                return  # another replica was faster
            if version and not OLDEST <= version < SCHEMA_VERSION:
                raise OutboxError(
                    f"the outbox {self.name} has format {version}, this version reads {OLDEST} to "
                    f"{SCHEMA_VERSION}; use the version that wrote it, or another database"
                )
            try:
                for statement in layout_from(version):
                    connection.execute(statement.encode())
            except _TAKEN as problem:
                raise OutboxError(
                    f"the schema {self._schema} of {self.name} holds tables of another program; "
                    "name another database, or another schema (?options=-csearch_path%3Dname)"
                ) from problem
            connection.execute("UPDATE outbox_format SET format = %s", (SCHEMA_VERSION,))

    def _key(self, *words: str) -> int:
        """The number of a lock; other schemas of the database have others."""
        text = "\0".join((self._schema, *map(str, words)))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


class _Reads:
    """Statements that change nothing, each for itself."""

    def __init__(self, db: PostgresDatabase) -> None:
        self._db = db

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = (), /) -> Results:
        """Run one statement."""
        return self._db.first(translated(statement), values)


def _small(schema: str) -> int:
    """The number under which the replicas of an outbox have their locks."""
    return int.from_bytes(blake2b(schema.encode(), digest_size=4).digest()) >> 1


def _said(problem: psycopg.Error) -> str:
    """What the server or the driver said, in one line."""
    said = problem.diag.message_primary or str(problem)
    return " ".join(said.split()) or type(problem).__name__
