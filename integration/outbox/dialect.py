# SPDX-License-Identifier: Apache-2.0
"""The outbox's statements in PostgreSQL's words: other marks for values, other types of columns.

The statements are written once, in SQLite's words, and with nothing that PostgreSQL would not
understand: types and marks aside. Text is compared byte by byte in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from integration.outbox.schema import steps_from

_NAMED: Final = re.compile(r"(?<![:\w]):([a-z_]+)")
_WORDS: Final = (
    (r"INTEGER PRIMARY KEY(?: AUTOINCREMENT)?", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    (r"\bINTEGER\b", "BIGINT"),
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
    (r"\bBLOB\b", "BYTEA"),
    (r"\) WITHOUT ROWID", ")"),
)
_TRIGGER: Final = "CREATE TRIGGER keep_rewritten"
_SERVERS_TRIGGER: Final = """
CREATE FUNCTION keep_rewritten() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO rewritten SELECT old.*; RETURN NULL; END $$;
CREATE TRIGGER keep_rewritten AFTER UPDATE OF recorded ON ledger
    FOR EACH ROW EXECUTE FUNCTION keep_rewritten();
"""
_OWNER: Final = (
    "ADD COLUMN owner BIGINT NOT NULL",
    "ALTER COLUMN owner SET DEFAULT current_setting('leadscore.replica')::bigint",
)
_SERVERS_OWN: Final = (
    # Each connection has a number of its own; who is at work on a claim or run is on record.
    "CREATE SEQUENCE replica AS integer",
    *(f"ALTER TABLE {table} {change}" for table in ("run", "claim") for change in _OWNER),
    # What each replica may call in a window of the platform's, and when it last said so.
    """CREATE TABLE call_share (
        client TEXT, member TEXT, share BIGINT NOT NULL, wanted BIGINT NOT NULL,
        places BIGINT NOT NULL, closed_until BIGINT NOT NULL, seen BIGINT NOT NULL,
        PRIMARY KEY (client, member))""",
    "CREATE TABLE outbox_format (format BIGINT NOT NULL)",
    "INSERT INTO outbox_format VALUES (0)",
)


@lru_cache(maxsize=256)
def translated(statement: str) -> bytes:
    """``statement`` with psycopg's marks for values."""
    marked = _NAMED.sub(r"%(\1)s", statement.replace("%", "%%").replace("?", "%s"))
    return marked.encode()


def layout_from(version: int) -> Iterator[str]:
    """The statements that make an outbox of format ``version`` (0: no tables) one of today's."""
    for statement in steps_from(version):
        if _TRIGGER in statement:
            yield _SERVERS_TRIGGER
        elif statement.strip():
            for word, instead in _WORDS:
                statement = re.sub(word, instead, statement)  # noqa: PLW2901 - word by word
            yield statement
    if version == 0:
        yield from _SERVERS_OWN
