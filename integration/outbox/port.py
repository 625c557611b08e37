# SPDX-License-Identifier: Apache-2.0
"""What the outbox asks of a database, so that one set of statements serves all kinds of them.

A file (SQLite) is for the processes of one machine and lets one of them write at a time; a
server (PostgreSQL) is for several machines. The statements are the same for both: where they
could not be, the kind of database supplies the words that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

MANY_LEADS: Final = 256
"""Who changes what is on record of more leads has the whole outbox for itself meanwhile."""


class OutboxError(Exception):
    """The outbox cannot be used; the message says why and what to do."""


class ClaimLostError(OutboxError):
    """The scores of a claim were returned to the queue, and may be another deliverer's now."""


class Results(Protocol):
    """What a statement has found, or how many rows it has changed."""

    @property
    def rowcount(self) -> int:
        """Rows changed, of all repetitions together."""
        ...

    def fetchone(self) -> Any:
        """The next row; None where there is none."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Reads(Protocol):
    """Runs statements: values stand for ``?``, or by their names for ``:name``."""

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = (), /) -> Results:
        """Run one statement."""
        ...


class Statements(Reads, Protocol):
    """Runs statements that may change something."""

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> Results:
        """Run one statement for each set of values."""
        ...


class Database(Protocol):
    """One connection to the database of an outbox."""

    @property
    def name(self) -> str:
        """What to call it in messages; holds no secret."""
        ...

    @property
    def shared(self) -> bool:
        """Whether several deliverers may use it at the same time."""
        ...

    @property
    def skip_locked(self) -> str:
        """The end of a query for rows to take, so that nobody takes what another one takes."""
        ...

    @property
    def lock_row(self) -> str:
        """The end of a query for a row that must not change until the transaction ends."""
        ...

    @property
    def abandoned(self) -> str:
        """The condition for a claim or run that no living process can be at work on.

        Asked by who may deliver; of a file that is one process, and all that is left by others
        is abandoned.
        """
        ...

    @property
    def why_lost(self) -> str:
        """How it comes that a claim is taken from somebody alive, in words."""
        ...

    def transaction(
        self, *, durable: bool = True, leads: Iterable[str] | None = None
    ) -> AbstractContextManager[Statements]:
        """All statements inside take effect together, durably, or not at all.

        Args:
            durable: whether they have to survive a loss of power from now on.
            leads: those of which something on record is looked at and changed; nobody else does
                that meanwhile. None: anything may be changed, and nobody else changes anything.

        Raises:
            OutboxError: they have not taken effect, or nobody knows whether they have.
        """
        ...

    def read(self) -> Reads:
        """Runs statements that change nothing."""
        ...

    def scrub(self) -> str:
        """Overwrite what was removed; why that could not be done, or blank."""
        ...

    def close(self) -> None:
        """End the connection; nothing is lost where this is never called."""
        ...


class Turn(Protocol):
    """The right to deliver."""

    @property
    def alone(self) -> bool:
        """Whether nobody else can have it at the same time, unasked."""
        ...

    def acquire(self, *, alone: bool = False) -> bool:
        """Take it if it is free; whether this process has it now.

        Args:
            alone: with nobody else at the same time, also where several could have it.
        """
        ...

    def holder(self) -> str:
        """Who has it, as far as that is known."""
        ...

    def release(self) -> None:
        """Leave it to another process."""
        ...
