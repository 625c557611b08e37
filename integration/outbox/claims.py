# SPDX-License-Identifier: Apache-2.0
"""The delivering side: claim, record the intent, settle.

A claim takes scores out of the queue for a while; an intent puts the value that will be
replaced on record before the write; settling stores outcome and acknowledgement in one
transaction. A crash in between only means that the same scores are claimed again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from integration.order import StoredScore, Verdict
from integration.outbox.database import Database
from integration.outbox.rows import (
    PENDING_COLUMNS,
    Claim,
    PendingScore,
    Settlement,
    encode_bases,
    read_pending,
)

LEASE_MS: Final = 10 * 60 * 1000
"""How long a claim holds without a sign of life; longer than any single wait."""


class Claims:
    """The exit of the outbox."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def due(self, destination: str, most: int, now: int) -> int:
        """How many scores could be claimed at ``now``, counted up to ``most``."""
        (count,) = (
            self._db.read()
            .execute(
                "SELECT count(*) FROM (SELECT 1 FROM pending"
                " WHERE destination = ? AND due <= ? LIMIT ?)",
                (destination, now, most),
            )
            .fetchone()
        )
        return int(count)

    def claim(self, destination: str, limit: int, now: int) -> Claim | None:
        """Up to ``limit`` scores that are due at ``now`` (ms since 1970), the oldest wait first."""
        with self._db.transaction() as connection:
            _give_back(connection, destination, "until <= ?", now, now)
            found = connection.execute(
                f"SELECT {PENDING_COLUMNS} FROM pending"  # noqa: S608 - no input in it
                " WHERE destination = ? AND due <= ? ORDER BY due LIMIT ?",
                (destination, now, limit),
            ).fetchall()
            if not found:
                return None
            claim = connection.execute(
                "INSERT INTO claim (destination, until) VALUES (?, ?)",
                (destination, now + LEASE_MS),
            ).lastrowid
            assert claim is not None
            pending = tuple(read_pending(columns) for columns in found)
            connection.executemany(
                "UPDATE pending SET claim = ?, due = NULL WHERE destination = ? AND lead = ?",
                ((claim, destination, one.score.lead_id) for one in pending),
            )
        return Claim(claim, destination, pending)

    def renew(self, claim: Claim, now: int) -> None:
        """Show that the deliverer of ``claim`` is alive."""
        with self._db.transaction() as connection:
            connection.execute(
                "UPDATE claim SET until = ? WHERE id = ?", (now + LEASE_MS, claim.id)
            )

    def recover(self, destination: str, now: int) -> None:
        """Return every claim to the queue: to be called by the only deliverer when it starts."""
        with self._db.transaction() as connection:
            _give_back(connection, destination, "?", 1, now)

    def give_back(self, claim: Claim, now: int) -> None:
        """Return a claim untouched."""
        with self._db.transaction() as connection:
            _give_back(connection, claim.destination, "id = ?", claim.id, now)

    def intend(
        self,
        claim: Claim,
        writes: Sequence[tuple[PendingScore, StoredScore]],
        correlation: str,
        now: int,
    ) -> dict[str, StoredScore]:
        """Put the writes on record before they are made.

        Returns the previous value on record for each lead: the first one recorded for this
        score, whatever a repetition after a crash has read since.
        """
        destination = claim.destination
        with self._db.transaction() as connection:
            recorded = connection.executemany(
                "INSERT INTO ledger (lead, destination, at, score, model, previous, previous_at,"
                " run, correlation, recorded, outcome)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended')"
                " ON CONFLICT (lead, destination, at) DO UPDATE SET score = excluded.score,"
                " model = excluded.model, previous = excluded.previous,"
                " previous_at = excluded.previous_at, run = excluded.run,"
                " correlation = excluded.correlation, recorded = excluded.recorded,"
                " settled = NULL, outcome = 'intended' WHERE outcome <> 'intended'",
                (
                    (
                        pending.score.lead_id,
                        destination,
                        pending.score.at,
                        pending.score.score,
                        pending.score.model_version,
                        stored.score,
                        stored.at,
                        pending.run,
                        correlation,
                        now,
                    )
                    for pending, stored in writes
                ),
            ).rowcount
            connection.execute(
                "UPDATE claim SET until = ? WHERE id = ?", (now + LEASE_MS, claim.id)
            )
        if recorded == len(writes):
            return {pending.score.lead_id: stored for pending, stored in writes}
        return self.intended(destination, [pending for pending, _ in writes])

    def intended(self, destination: str, pending: Sequence[PendingScore]) -> dict[str, StoredScore]:
        """The previous values on record for those of ``pending`` that were to be written before."""
        connection = self._db.read()
        found: dict[str, StoredScore] = {}
        for one in pending:
            row = connection.execute(
                "SELECT previous, previous_at FROM ledger WHERE lead = ? AND destination = ?"
                " AND at = ? AND score = ? AND outcome = 'intended'",
                (one.score.lead_id, destination, one.score.at, one.score.score),
            ).fetchone()
            if row is not None:
                found[one.score.lead_id] = StoredScore(*row)
        return found

    def settle(self, claim: Claim, settlements: Sequence[Settlement], now: int) -> None:
        """Store the outcome of every score of ``claim`` and acknowledge it, in one transaction."""
        with self._db.transaction() as connection:
            _settle_ledger(connection, claim.destination, settlements, now)
            _settle_arrivals(connection, settlements)
            _settle_pending(connection, claim, settlements, now)
            for settlement in settlements:
                if settlement.verdict is Verdict.UNKNOWN_LEAD:
                    _spread_unknown(connection, settlement)
                elif settlement.verdict is Verdict.CONFLICT:
                    _revive(connection, claim, settlement, now)
            connection.execute("DELETE FROM claim WHERE id = ?", (claim.id,))


def _give_back(
    connection: sqlite3.Connection, destination: str, which: str, value: int, now: int
) -> None:
    dead = [
        claim
        for (claim,) in connection.execute(
            f"SELECT id FROM claim WHERE destination = ? AND {which}",  # noqa: S608 - constants
            (destination, value),
        )
    ]
    for claim in dead:
        connection.execute(
            "UPDATE pending SET claim = NULL, due = ? WHERE destination = ? AND claim = ?",
            (now, destination, claim),
        )
        connection.execute("DELETE FROM claim WHERE id = ?", (claim,))


def _settle_ledger(
    connection: sqlite3.Connection, destination: str, settlements: Sequence[Settlement], now: int
) -> None:
    connection.executemany(
        "UPDATE ledger SET outcome = ?, settled = ? WHERE lead = ? AND destination = ? AND at = ?"
        " AND outcome = 'intended'",
        (
            (one.verdict, now, one.pending.score.lead_id, destination, one.pending.score.at)
            for one in settlements
            if one.verdict is not None
        ),
    )


def _settle_arrivals(connection: sqlite3.Connection, settlements: Sequence[Settlement]) -> None:
    """Verdicts of rows; a delivered row has none of its own, the ledger speaks for it."""
    connection.executemany(
        "UPDATE arrival SET verdict = ?, reason = ?, message = ?, previous = ?, previous_at = ?"
        " WHERE run = ? AND row = ?",
        (
            (
                one.verdict,
                one.reason or None,
                one.message or None,
                one.previous.score,
                one.previous.at,
                one.pending.run,
                one.pending.row,
            )
            for one in settlements
            if one.verdict not in {None, Verdict.DELIVERED}
        ),
    )


def _settle_pending(
    connection: sqlite3.Connection, claim: Claim, settlements: Sequence[Settlement], now: int
) -> None:
    """Acknowledge what is done; a newer score that came meanwhile stays and is due at once."""
    same = "destination = ? AND lead = ? AND claim = ?"
    keys = [(one, (claim.destination, one.pending.score.lead_id, claim.id)) for one in settlements]
    left = len(settlements)
    left -= connection.executemany(
        f"DELETE FROM pending WHERE {same} AND at = ?",  # noqa: S608 - no input in it
        (
            (*key, one.pending.score.at)
            for one, key in keys
            if one.verdict is not None and not one.parked
        ),
    ).rowcount
    if left == 0:
        return
    connection.executemany(  # overtaken on their way, and delivered all the same
        "UPDATE arrival SET verdict = NULL WHERE run = ? AND row = ? AND verdict IS NOT NULL",
        (
            (one.pending.run, one.pending.row)
            for one in settlements
            if one.verdict is Verdict.DELIVERED
        ),
    )
    connection.executemany(
        "UPDATE pending SET claim = NULL, due = ?, parked = ?, message = ?,"  # noqa: S608
        f" attempts = attempts + 1 WHERE {same} AND at = ?",
        (
            (
                None if one.parked else one.due,
                one.reason if one.parked else None,
                one.message or one.reason,
                *key,
                one.pending.score.at,
            )
            for one, key in keys
            if one.verdict is None or one.parked
        ),
    )
    connection.executemany(
        f"UPDATE pending SET claim = NULL, due = ? WHERE {same}",  # noqa: S608 - no input in it
        ((now, *key) for _, key in keys),
    )


def _spread_unknown(connection: sqlite3.Connection, settlement: Settlement) -> None:
    """Every row of a lead that is not on the list is ``unknown_lead``, beaten ones too."""
    connection.execute(
        "UPDATE arrival SET verdict = 'unknown_lead', reason = 'unknown_lead', message = ?"
        " WHERE lead = ? AND verdict IN ('superseded', 'duplicate', 'conflict')"
        " AND run IN (SELECT id FROM run WHERE finished IS NULL OR id = ?)",
        (settlement.message, settlement.pending.score.lead_id, settlement.pending.run),
    )


def _revive(connection: sqlite3.Connection, claim: Claim, settlement: Settlement, now: int) -> None:
    """A score that lost to one which was refused itself gets its turn after all."""
    beaten = connection.execute(
        "SELECT lead, score, at, model, based_on, run, row, 0 FROM arrival"
        " WHERE lead = ? AND run = ? AND verdict = 'superseded' AND at < ?"
        " ORDER BY at DESC, row LIMIT 1",
        (
            settlement.pending.score.lead_id,
            settlement.pending.run,
            settlement.pending.score.at,
        ),
    ).fetchone()
    if beaten is None:
        return
    loser = read_pending(beaten)
    inserted = connection.execute(
        "INSERT INTO pending (destination, lead, score, at, model, based_on, run, row, due)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            claim.destination,
            loser.score.lead_id,
            loser.score.score,
            loser.score.at,
            loser.score.model_version,
            encode_bases(loser.score.based_on),
            loser.run,
            loser.row,
            now,
        ),
    ).rowcount
    if inserted:
        connection.execute(
            "UPDATE arrival SET verdict = NULL WHERE run = ? AND row = ?", (loser.run, loser.row)
        )
