# SPDX-License-Identifier: Apache-2.0
"""Other durable queues on SQLite, each behind the same two calls.

They take one row at a time, because that is what they offer. litequeue synchronises a commit
less strictly than the outbox does: what it has accepted may be lost with the power.
"""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol


class Queue(Protocol):
    """A queue of texts."""

    def put(self, text: str) -> None:
        """Accept ``text`` durably."""
        ...

    def take_and_acknowledge(self) -> None:
        """Take the oldest text out, and say that it has been dealt with."""
        ...


class PlainQueue:
    """What one writes in an afternoon: a table, and a commit on disk for every change."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "plain.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(
            "CREATE TABLE queue (id INTEGER PRIMARY KEY, text TEXT, taken INTEGER DEFAULT 0)"
        )
        self._db.execute("CREATE INDEX queue_free ON queue (id) WHERE taken = 0")

    def put(self, text: str) -> None:
        """Accept ``text`` durably."""
        self._db.execute("INSERT INTO queue (text) VALUES (?)", (text,))

    def take_and_acknowledge(self) -> None:
        """Take the oldest text out, and delete it."""
        (row, _) = self._db.execute(
            "UPDATE queue SET taken = 1 WHERE id = (SELECT min(id) FROM queue WHERE taken = 0)"
            " RETURNING id, text"
        ).fetchone()
        self._db.execute("DELETE FROM queue WHERE id = ?", (row,))


class LiteQueue:
    """litequeue."""

    def __init__(self, module: Any, folder: Path) -> None:
        self._queue = module.LiteQueue(str(folder / "lite.db"))

    def put(self, text: str) -> None:
        """Accept ``text``."""
        self._queue.put(text)

    def take_and_acknowledge(self) -> None:
        """Pop and done."""
        self._queue.done(self._queue.pop().message_id)


class PersistQueue:
    """persist-queue, with acknowledgement."""

    def __init__(self, module: Any, folder: Path) -> None:
        self._queue = module.SQLiteAckQueue(str(folder), auto_commit=True)

    def put(self, text: str) -> None:
        """Accept ``text``."""
        self._queue.put(text)

    def take_and_acknowledge(self) -> None:
        """Get and ack."""
        self._queue.ack(self._queue.get())


def _installed(name: str, make: Callable[[Any, Path], Queue]) -> Callable[[Path], Queue | None]:
    def build(folder: Path) -> Queue | None:
        try:
            module = importlib.import_module(name)
        except ImportError:
            return None
        return make(module, folder)

    return build


PEERS: Final[Mapping[str, Callable[[Path], Queue | None]]] = {
    "one commit a row": PlainQueue,
    "litequeue": _installed("litequeue", LiteQueue),
    "persist-queue": _installed("persistqueue", PersistQueue),
}
"""How to make each queue in a folder of its own; None where it is not installed."""
