# SPDX-License-Identifier: Apache-2.0
"""The database file behind the outbox: SQLite in WAL mode, what has to last is on disk.

Several processes may use one outbox; one of them delivers. Who that is decides a lock file
beside the database, held for as long as the process lives.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, Self

from integration.outbox.drive import network_drive
from integration.outbox.port import OutboxError
from integration.outbox.schema import OLDEST, SCHEMA_VERSION, steps_from

APPLICATION_ID: Final = 0x6C65_6164
"""Marks a database file as an outbox ("lead" in ASCII), so that no other is taken for one."""
_OUTBOX: Final = (APPLICATION_ID, SCHEMA_VERSION)
_BUSY_S: Final = 60.0
_NORMAL: Final = 1
"""The level at which SQLite synchronises checkpoints only, so that nothing gets out of order."""


class Database:
    """One connection to the outbox file, which is made where it does not exist.

    Raises:
        OutboxError: the path cannot be opened, is no outbox, is of another version, or lies on a
            network drive.
    """

    shared: Final = False
    skip_locked: Final = ""
    lock_row: Final = ""
    abandoned: Final = "TRUE"
    why_lost: Final = "as happens where its lock file is removed; this one stops"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name: Final = str(path)
        if kind := network_drive(path):
            raise OutboxError(
                f"the outbox {path} is on a network drive ({kind}), where two machines could "
                "ruin it; name a file on a disk of this machine with --outbox"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        except (OSError, sqlite3.Error) as problem:
            raise self._unusable(problem) from problem
        try:
            if self._marks() != _OUTBOX:
                self._lay_out()
            # A score must not be lost to a crash: full synchronisation, also in WAL mode.
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32768"):
                self._connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as problem:
            self._connection.close()
            raise self._unusable(problem) from problem
        except OutboxError:
            self._connection.close()
            raise

    def _unusable(self, problem: Exception) -> OutboxError:
        return OutboxError(
            f"the outbox {self.path} cannot be opened ({problem}); name another file with --outbox"
        )

    def _lay_out(self) -> None:
        """Lay out an empty file, or upgrade one of an older format; no other is written to.

        Raises:
            OutboxError: it is the database of something else, or of a format that is not known.
        """
        with self.transaction() as connection:
            application, version = self._marks()
            if (application, version) == _OUTBOX:
                return  # another process was faster
            if application == APPLICATION_ID:
                if not OLDEST <= version < SCHEMA_VERSION:
                    raise OutboxError(
                        f"the outbox {self.path} has format {version}, this version reads "
                        f"{OLDEST} to {SCHEMA_VERSION}; use the version that wrote it, or another "
                        "file"
                    )
            elif application or version or self._has_tables():
                raise OutboxError(
                    f"{self.path} is a database of another program, not an outbox; "
                    "name another file with --outbox"
                )
            for statement in steps_from(version):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _has_tables(self) -> bool:
        return self._connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None

    def _marks(self) -> tuple[int, int]:
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        return int(application), int(version)

    @contextmanager
    def transaction(
        self,
        *,
        durable: bool = True,
        leads: Iterable[str] | None = None,  # noqa: ARG002 - one writes at a time in any case
    ) -> Iterator[sqlite3.Connection]:
        """All statements inside take effect together, durably, or not at all.

        Args:
            durable: whether they have to survive a loss of power from now on. Where not, they do
                from the next durable transaction on, and a killed process loses nothing.
            leads: of no concern here.

        Raises:
            OutboxError: the file cannot be written (full, busy for a minute, read-only).
        """
        connection = self._connection
        try:
            with nullcontext() if durable else self._unsynchronised():
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:  # a full disk has rolled it back already
                        connection.execute("ROLLBACK")
                    raise
        except sqlite3.DatabaseError as problem:
            raise OutboxError(
                f"the outbox {self.path} cannot be written ({problem}); nothing of this step "
                "was kept, what was accepted before is safe"
            ) from problem

    @contextmanager
    def _unsynchronised(self) -> Iterator[None]:
        """Commits do not wait for the disk; it is the slowest part of a small transaction."""
        (level,) = self._connection.execute("PRAGMA synchronous").fetchone()
        self._connection.execute(f"PRAGMA synchronous={min(level, _NORMAL)}")
        try:
            yield
        finally:
            self._connection.execute(f"PRAGMA synchronous={level}")

    def scrub(self) -> str:
        """Overwrite what was removed, which a file keeps in unused places; why not, or blank.

        The whole file is written anew, and its write-ahead log emptied.
        """
        try:
            self._connection.execute("VACUUM")
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as problem:
            return str(problem)
        return "another process was reading it all the time" if busy else ""

    def read(self) -> sqlite3.Connection:
        """The connection, for statements that change nothing."""
        return self._connection

    def close(self) -> None:
        """Close the file; nothing is lost where this is never called."""
        self._connection.close()


class DeliveryLock:
    """At most one process delivers from an outbox; the operating system frees a dead one's lock."""

    alone: Final = True

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._file: int | None = None

    def acquire(self, *, alone: bool = True) -> bool:  # noqa: ARG002 - it is, in any case
        """Take the lock if it is free; whether this process holds it now.

        Raises:
            OutboxError: the lock file cannot be opened.
        """
        if self._file is not None:
            return True
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as problem:
            raise OutboxError(
                f"the lock file {self._path} cannot be opened ({problem.strerror}); "
                "deliver as the user who made it, or name another file with --outbox"
            ) from problem
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        os.truncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file
        return True

    def holder(self) -> str:
        """The process id of the holder, as far as it is known."""
        try:
            return self._path.read_text().strip() or "unknown"
        except OSError:
            return "unknown"

    def release(self) -> None:
        """Let another process deliver."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
