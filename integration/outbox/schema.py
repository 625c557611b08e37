# SPDX-License-Identifier: Apache-2.0
"""The tables of the outbox, format by format.

A new file goes through all formats and an older one through those that it lacks, in one
transaction either way: so there is one description of each table, and an upgraded file is laid
out like a new one. A format that was released never changes; what is new is a format more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_FORMAT_3: Final = """
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER
);

-- One row for each row of a run's input. verdict is NULL while the row is pending, and where
-- it was delivered: then the ledger holds it.
CREATE TABLE arrival (
    run INTEGER NOT NULL,
    row INTEGER NOT NULL,
    lead TEXT NOT NULL,
    score INTEGER,
    at INTEGER,
    model TEXT,
    based_on TEXT,
    verdict TEXT,
    reason TEXT,
    message TEXT,
    previous INTEGER,
    previous_at INTEGER,
    PRIMARY KEY (run, row)
) WITHOUT ROWID;
CREATE INDEX arrival_of_lead ON arrival (lead, run) WHERE verdict IS NOT NULL;

-- The newest undelivered score of each lead. due is NULL while it is claimed or parked. Scores
-- of one lane are claimed together.
CREATE TABLE pending (
    destination TEXT NOT NULL,
    lead TEXT NOT NULL,
    score INTEGER NOT NULL,
    at INTEGER NOT NULL,
    model TEXT NOT NULL,
    based_on TEXT,
    run INTEGER NOT NULL,
    row INTEGER NOT NULL,
    lane TEXT NOT NULL,
    due INTEGER,
    claim INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    parked TEXT,
    message TEXT,
    PRIMARY KEY (destination, lead)
) WITHOUT ROWID;
CREATE INDEX pending_due ON pending (destination, lane, due) WHERE due IS NOT NULL;

-- Numbers of claims. None is used twice, so that a late word on an old claim is none on a new.
CREATE TABLE claim (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL
);

-- Every write: its intent is on record before it is made, with the value it replaces.
CREATE TABLE ledger (
    lead TEXT NOT NULL,
    destination TEXT NOT NULL,
    at INTEGER NOT NULL,
    score INTEGER NOT NULL,
    model TEXT NOT NULL,
    previous INTEGER,
    previous_at INTEGER,
    run INTEGER NOT NULL,
    correlation TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    settled INTEGER,
    outcome TEXT NOT NULL,
    PRIMARY KEY (lead, destination, at)
) WITHOUT ROWID;

-- What the ledger said of a write before the same score was written again, as happens where
-- somebody has replaced it on the platform.
CREATE TABLE rewritten (
    lead TEXT NOT NULL,
    destination TEXT NOT NULL,
    at INTEGER NOT NULL,
    score INTEGER NOT NULL,
    model TEXT NOT NULL,
    previous INTEGER,
    previous_at INTEGER,
    run INTEGER NOT NULL,
    correlation TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    settled INTEGER,
    outcome TEXT NOT NULL
);
CREATE INDEX rewritten_of_lead ON rewritten (lead, destination, at);
CREATE TRIGGER keep_rewritten AFTER UPDATE OF recorded ON ledger BEGIN
    INSERT INTO rewritten VALUES (
        old.lead, old.destination, old.at, old.score, old.model, old.previous, old.previous_at,
        old.run, old.correlation, old.recorded, old.settled, old.outcome
    ); END;
"""

# Webhook messages that were accepted, so that a repetition is known; body is a digest of it.
_FORMAT_4: Final = """
CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    received INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX webhook_received ON webhook (received);
"""

# When the lead's first news that is not delivered yet was accepted, put off or not.
_FORMAT_5: Final = """
ALTER TABLE pending ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
UPDATE pending SET accepted = (SELECT started FROM run WHERE run.id = pending.run);
"""

# The scores that were accepted last, a count for each from 1 to 100; and why a run is held.
_FORMAT_6: Final = """
CREATE TABLE distribution (
    destination TEXT NOT NULL,
    source TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (destination, source)
) WITHOUT ROWID;
ALTER TABLE run ADD COLUMN held TEXT;
CREATE INDEX run_held ON run (destination, source) WHERE held IS NOT NULL;
"""

_STEPS: Final = {3: _FORMAT_3, 4: _FORMAT_4, 5: _FORMAT_5, 6: _FORMAT_6}
OLDEST: Final = min(_STEPS)
"""The oldest format that can be upgraded."""
SCHEMA_VERSION: Final = max(_STEPS)
"""The format that this version reads and writes."""


def steps_from(version: int) -> Iterator[str]:
    """The statements that make a file of format ``version`` (0: an empty one) one of today's."""
    for number, statements in sorted(_STEPS.items()):
        if number > version:
            yield from statements.split(";\n")
