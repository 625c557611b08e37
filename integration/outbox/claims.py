# SPDX-License-Identifier: Apache-2.0
"""The delivering side: claim, record the intent, settle.

A claim takes scores out of the queue; an intent puts the value that will be replaced on
record before the write; settling stores outcome and acknowledgement in one transaction. A
crash in between only means that the same scores are claimed again, so the intent alone waits
for the disk; it takes the settlements before it along. A claim never runs out with time: of
two on one lead, the older score could be written over the newer one. Those of a dead deliverer
are returned when the next one starts, and who has lost a claim that way records no intent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from integration.order import StoredScore
from integration.outbox.port import ClaimLostError, Database, Reads, Statements
from integration.outbox.rows import (
    FIRST,
    PENDING_COLUMNS,
    Claim,
    PendingScore,
    Settlement,
    read_pending,
)
from integration.outbox.settling import settle

_TURNS: Final = 4


def _lanes(connection: Reads, destination: str) -> list[tuple[int, str]]:
    """The lanes, each after the time at which its first score is due.

    There are few lanes and many scores: the index is asked once for each lane.
    """
    found = connection.execute(
        "WITH RECURSIVE lanes (lane) AS ("
        " SELECT min(lane) FROM pending WHERE destination = :destination AND due IS NOT NULL"
        " UNION ALL SELECT (SELECT min(lane) FROM pending WHERE destination = :destination"
        " AND due IS NOT NULL AND lane > lanes.lane) FROM lanes WHERE lane IS NOT NULL)"
        " SELECT lane, (SELECT min(due) FROM pending WHERE destination = :destination"
        " AND lane = lanes.lane AND due IS NOT NULL) AS first FROM lanes"
        " WHERE lane IS NOT NULL",
        {"destination": destination},
    ).fetchall()
    return sorted((int(first), str(lane)) for lane, first in found)


class Claims:
    """The exit of the outbox."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._turn = 0

    def _next_lane(self, connection: Reads, destination: str, now: int) -> str | None:
        """The lane of the score that waits longest at ``now``, of several alike by name.

        Lanes that go first do so, but for every fourth turn: or others might wait for ever.
        """
        due = [lane for first, lane in _lanes(connection, destination) if first <= now]
        urgent = [lane for lane in due if lane.startswith(FIRST)]
        if urgent and self._turn % _TURNS != _TURNS - 1:
            return urgent[0]
        return due[0] if due else None

    @property
    def shared(self) -> bool:
        """Whether others may deliver at the same time."""
        return self._db.shared

    def due(self, destination: str, most: int, now: int) -> int:
        """How many scores the next claim could take at ``now``, counted up to ``most``."""
        connection = self._db.read()
        lane = self._next_lane(connection, destination, now)
        if lane is None:
            return 0
        (count,) = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM pending"
            " WHERE destination = ? AND lane = ? AND due <= ? LIMIT ?)",
            (destination, lane, now, most),
        ).fetchone()
        return int(count)

    def next_due(self, destination: str) -> int | None:
        """When the score that waits longest was due, or the next will be (ms since 1970)."""
        lanes = _lanes(self._db.read(), destination)
        return lanes[0][0] if lanes else None

    def claim(self, destination: str, limit: int, now: int) -> Claim | None:
        """Up to ``limit`` scores that are due at ``now`` (ms since 1970), the oldest wait first.

        All of them are of one lane: mostly that of the score that waits longest.
        """
        with self._db.transaction(durable=False, leads=()) as connection:
            lane = self._next_lane(connection, destination, now)
            found = connection.execute(
                f"SELECT {PENDING_COLUMNS} FROM pending"  # noqa: S608 - no input in it
                " WHERE destination = ? AND lane = ? AND due <= ? ORDER BY due LIMIT ?"
                f"{self._db.skip_locked}",
                (destination, lane, now, limit),
            ).fetchall()
            if not found:
                return None
            self._turn += 1
            ((claim,),) = connection.execute(
                "INSERT INTO claim (destination) VALUES (?) RETURNING id", (destination,)
            ).fetchall()
            pending = tuple(read_pending(columns) for columns in found)
            connection.executemany(
                "UPDATE pending SET claim = ?, due = NULL WHERE destination = ? AND lead = ?",
                ((claim, destination, one.score.lead_id) for one in pending),
            )
        return Claim(claim, destination, pending)

    def recover(self, destination: str, now: int) -> dict[str, tuple[int, int]]:
        """Return the claims of the dead to the queue: to be called by who may deliver.

        Returns for each lead that a dead deliverer was about to write, or has written without
        hearing of it, the score's instant and when that was (both in ms since 1970). Of several
        machines, one that is cut off may live on until it looks for its claim again, which it
        does right before it writes: there it counts from now.
        """
        if self._db.shared and not self._any_abandoned(destination):
            return {}
        with self._db.transaction() as connection:
            dead = connection.execute(
                f"{self._abandoned()}{self._db.lock_row}", (destination,)
            ).fetchall()
            sent: list[tuple[str, int, int]] = []
            for claim in dead:
                sent += connection.execute(
                    "SELECT p.lead, l.at, l.recorded FROM pending p"
                    " JOIN ledger l ON l.lead = p.lead AND l.destination = p.destination"
                    " WHERE p.destination = ? AND p.claim = ? AND l.outcome = 'intended'"
                    " ORDER BY l.recorded",
                    (destination, *claim),
                ).fetchall()
            connection.executemany(
                "UPDATE pending SET claim = NULL, due = CASE WHEN parked IS NULL THEN ? END"
                " WHERE destination = ? AND claim = ?",
                ((now, destination, *claim) for claim in dead),
            )
            connection.executemany("DELETE FROM claim WHERE id = ?", dead)
        return {lead: (at, now if self._db.shared else recorded) for lead, at, recorded in sent}

    def take_over(self, destination: str, now: int) -> dict[str, tuple[int, int]]:
        """As :meth:`recover`, while a delivery goes on: from those who have died beside it."""
        return self.recover(destination, now) if self._db.shared else {}

    def _any_abandoned(self, destination: str) -> bool:
        found = self._db.read().execute(self._abandoned(), (destination,))
        return found.fetchone() is not None

    def _abandoned(self) -> str:
        return f"SELECT id FROM claim WHERE destination = ? AND {self._db.abandoned}"  # noqa: S608 - constants

    def give_back(self, claim: Claim, now: int) -> None:
        """Return a claim untouched."""
        with self._db.transaction(leads=_leads(claim)) as connection:
            if _end(connection, claim):
                _give_back(connection, claim, now)

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

        Raises:
            ClaimLostError: the claim was returned to the queue, and may be another's now.
        """
        destination = claim.destination
        with self._db.transaction(leads=_leads(claim)) as connection:
            self._lasts(connection, claim)
            recorded = connection.executemany(
                "INSERT INTO ledger (lead, destination, at, score, model, previous, previous_at,"
                " run, correlation, recorded, outcome)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended')"
                " ON CONFLICT (lead, destination, at) DO UPDATE SET score = excluded.score,"
                " model = excluded.model, previous = excluded.previous,"
                " previous_at = excluded.previous_at, run = excluded.run,"
                " correlation = excluded.correlation, recorded = excluded.recorded,"
                " settled = NULL, outcome = 'intended'"
                " WHERE ledger.outcome <> 'intended' OR ledger.score <> excluded.score",
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

    def check(self, claim: Claim) -> None:
        """See to it that ``claim`` still lasts; right before a write where others deliver too.

        Raises:
            ClaimLostError: the claim was returned to the queue, and may be another's now.
        """
        if self._db.shared:
            self._lasts(self._db.read(), claim)

    def _lasts(self, connection: Reads, claim: Claim) -> None:
        found = connection.execute(
            f"SELECT 1 FROM claim WHERE id = ?{self._db.lock_row}",  # noqa: S608 - constant
            (claim.id,),
        ).fetchone()
        if found is None:
            raise ClaimLostError(
                f"another process has begun to deliver from the outbox {self._db.name}, "
                f"{self._db.why_lost}; nothing is lost"
            )

    def settle(self, claim: Claim, settlements: Sequence[Settlement], now: int) -> None:
        """Store the outcome of every score of ``claim`` and acknowledge it, in one transaction.

        A score without a settlement goes back to the queue. Nothing happens where the claim has
        ended already: it was settled before, or returned to the queue.
        """
        with self._db.transaction(durable=False, leads=_leads(claim)) as connection:
            if _end(connection, claim) and not settle(connection, claim, settlements, now):
                _give_back(connection, claim, now)


def _leads(claim: Claim) -> list[str]:
    return [one.score.lead_id for one in claim.pending]


def _end(connection: Statements, claim: Claim) -> bool:
    """End ``claim``; False where it has ended already."""
    return connection.execute("DELETE FROM claim WHERE id = ?", (claim.id,)).rowcount > 0


def _give_back(connection: Statements, claim: Claim, now: int) -> None:
    """What ``claim`` still holds is due at once, but for what is held back in its place."""
    connection.executemany(
        "UPDATE pending SET claim = NULL, due = CASE WHEN parked IS NULL THEN ? END"
        " WHERE destination = ? AND lead = ? AND claim = ?",
        ((now, claim.destination, one.score.lead_id, claim.id) for one in claim.pending),
    )
