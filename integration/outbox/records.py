# SPDX-License-Identifier: Apache-2.0
"""What the outbox knows about runs, leads and itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from integration.order import StoredScore, Verdict
from integration.outbox import unknown_leads
from integration.outbox.port import Database
from integration.outbox.rows import HELD, HELD_BACK, PENDING_COLUMNS, UNJUDGED, read_pending
from integration.outbox.status import OutboxStatus
from integration.scores import LeadScore

_OUTCOMES = (
    " FROM arrival a JOIN run r ON r.id = a.run"
    " LEFT JOIN pending p ON a.verdict IS NULL AND p.destination = r.destination"
    " AND p.lead = a.lead AND p.run = a.run AND p.row = a.row"
    " LEFT JOIN ledger l ON a.verdict IS NULL AND p.lead IS NULL AND l.lead = a.lead"
    " AND l.destination = r.destination AND l.at = a.at AND l.outcome = 'delivered'"
    " WHERE a.run = ?"
)
_PENDING_ROW: Final = (
    "EXISTS (SELECT 1 FROM run r JOIN pending p ON p.destination = r.destination"
    " AND p.lead = arrival.lead AND p.run = arrival.run AND p.row = arrival.row"
    " WHERE r.id = arrival.run)"
)
_PAGE: Final = 2_000
# A row whose score another run writes once more was delivered, whatever becomes of that.
_VERDICT = (
    "coalesce(a.verdict, l.outcome, CASE WHEN p.lead IS NULL THEN (SELECT w.outcome"
    " FROM rewritten w WHERE w.lead = a.lead AND w.destination = r.destination AND w.at = a.at"
    " AND w.outcome = 'delivered' LIMIT 1) END, 'waiting')"
)


@dataclass(frozen=True, slots=True)
class ArrivalRecord:
    """One input row and what became of it; instants in ms since 1970 UTC."""

    row: int
    lead_id: str
    score: int | None
    at: int | None
    verdict: str
    reason: str | None
    message: str | None
    previous: int | None
    previous_at: int | None


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """One write: what replaced what, when and in which run; times in ms since 1970 UTC."""

    lead_id: str
    destination: str
    score: int
    at: int
    model_version: str
    previous: int | None
    previous_at: int | None
    run: int
    correlation: str
    recorded: int
    settled: int | None
    outcome: str


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The rows of a run by verdict, and the delivered ones that changed no value."""

    verdicts: dict[str, int]
    unchanged: int
    previous_logged: int

    @property
    def rows(self) -> int:
        """All rows of the run."""
        return sum(self.verdicts.values())


class Records:
    """Queries and upkeep; nothing here takes part in a delivery."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def start_run(self, source: str, destination: str, now: int) -> int:
        """Open a run and return its number."""
        with self._db.transaction(leads=()) as connection:
            ((run,),) = connection.execute(
                "INSERT INTO run (source, destination, started) VALUES (?, ?, ?) RETURNING id",
                (source, destination, now),
            ).fetchall()
        return int(run)

    def finish_run(self, run: int, now: int) -> None:
        """Close a run; rows without a verdict keep waiting."""
        with self._db.transaction(leads=()) as connection:
            connection.execute("UPDATE run SET finished = ? WHERE id = ?", (now, run))

    def close_runs(self, now: int, *, but: int | None) -> None:
        """Close the runs that dead processes have left open: for the only deliverer, at its start.

        ``but`` is the deliverer's own run. One whose process lives, and follows this delivery,
        is closed again, with the true time, when that process ends.
        """
        left = (
            "finished IS NULL AND (CAST(:but AS BIGINT) IS NULL OR id <> :but)"
            f" AND {self._db.abandoned}"
        )
        some = self._db.read().execute(f"SELECT 1 FROM run WHERE {left} LIMIT 1", {"but": but})  # noqa: S608 - constants
        if some.fetchone() is None:
            return
        with self._db.transaction() as connection:
            connection.execute(
                f"UPDATE run SET finished = :now WHERE {left}",  # noqa: S608 - constants
                {"now": now, "but": but},
            )

    def counts(self, run: int) -> RunCounts:
        """The rows of ``run`` by verdict (``waiting`` where there is none yet)."""
        # One pass without GROUP BY, which would sort all rows and hold them for it.
        each = ", ".join(f"count(*) FILTER (WHERE verdict = '{verdict}')" for verdict in Verdict)
        unchanged, previous, *rows = (
            self._db.read()
            .execute(
                f"SELECT count(same OR NULL), count(lead), {each} FROM ("  # noqa: S608 - constants
                f"SELECT {_VERDICT} AS verdict, l.score = l.previous AS same, l.lead AS lead"
                f"{_OUTCOMES}) rows",
                (run,),
            )
            .fetchone()
        )
        found = zip(map(str, Verdict), rows, strict=True)
        return RunCounts({verdict: n for verdict, n in found if n}, unchanged, previous)

    def on_their_way(self, run: int | None, now: int) -> int:
        """Pending scores (of ``run``, or of all) that are due at ``now`` or being delivered."""
        (count,) = (
            self._db.read()
            .execute(
                "SELECT count(*) FROM pending WHERE (CAST(:run AS BIGINT) IS NULL OR run = :run)"
                " AND (claim IS NOT NULL OR due <= :now)",
                {"run": run, "now": now},
            )
            .fetchone()
        )
        return int(count)

    def waiting(self, destination: str) -> set[str]:
        """The leads whose scores wait for delivery to ``destination``.

        Parked ones are left out, but for those held back, which may go on together.
        """
        found = self._db.read().execute(
            "SELECT lead FROM pending WHERE destination = ?"
            " AND (parked IS NULL OR parked IN (?, ?))",
            (destination, *HELD_BACK),
        )
        return {lead for (lead,) in found}

    def waiting_up_to(self, destination: str, most: int) -> int:
        """How many scores wait for a claim, parked ones left out, counted up to ``most``."""
        (count,) = (
            self._db.read()
            .execute(
                "SELECT count(*) FROM (SELECT 1 FROM pending"
                " WHERE destination = ? AND due IS NOT NULL LIMIT ?)",
                (destination, most),
            )
            .fetchone()
        )
        return int(count)

    def arrivals(self, run: int) -> Iterator[ArrivalRecord]:
        """The rows of ``run`` in their order; a waiting one carries its latest problem."""
        last = -1
        page_of = "(SELECT * FROM arrival WHERE run = ? AND row > ? ORDER BY row LIMIT ?) a"
        outcomes = _OUTCOMES.replace("arrival a", page_of)
        # Page by page: a query that is left open keeps this connection from writing as soon as
        # another process has written.
        while (
            page := self._db.read()
            .execute(
                f"SELECT a.row, a.lead, a.score, a.at, {_VERDICT}, a.reason,"
                " coalesce(a.message, p.message), coalesce(a.previous, l.previous),"
                f" coalesce(a.previous_at, l.previous_at){outcomes} ORDER BY a.row",
                (run, last, _PAGE, run),
            )
            .fetchall()
        ):
            for columns in page:
                yield ArrivalRecord(*columns)
            last = page[-1][0]

    def history(self, lead_id: str) -> list[LedgerRecord]:
        """Every write for a lead that is on record, the oldest score first."""
        writes = " UNION ALL ".join(
            "SELECT lead, destination, score, at, model, previous, previous_at, run, correlation,"  # noqa: S608 - constants
            f" recorded, settled, outcome FROM {table} WHERE lead = :lead"
            for table in ("rewritten", "ledger")
        )
        found = self._db.read().execute(f"{writes} ORDER BY at, recorded", {"lead": lead_id})
        return [LedgerRecord(*columns) for columns in found]

    def last_delivered(self, destination: str, lead_ids: Iterable[str]) -> dict[str, StoredScore]:
        """The newest score on record as delivered, for those of ``lead_ids`` that have one."""
        found: dict[str, StoredScore] = {}
        connection = self._db.read()
        for lead in lead_ids:
            row = connection.execute(
                "SELECT score, at FROM ledger WHERE lead = ? AND destination = ?"
                " AND outcome = 'delivered' ORDER BY at DESC LIMIT 1",
                (lead, destination),
            ).fetchone()
            if row is not None:
                found[lead] = StoredScore(*row)
        return found

    def delivered_since(self, destination: str, since: int) -> Iterator[LeadScore]:
        """The newest score of each lead that was delivered from ``since`` (ms) on, page by page."""
        last = ""
        while (
            page := self._db.read()
            .execute(
                "SELECT lead, score, at, model FROM ledger l WHERE destination = :destination"
                " AND lead > :last AND settled >= :since AND outcome = 'delivered'"
                " AND at = (SELECT max(at) FROM ledger WHERE lead = l.lead"
                " AND destination = :destination AND outcome = 'delivered')"
                " ORDER BY lead LIMIT :most",
                {"destination": destination, "last": last, "since": since, "most": _PAGE},
            )
            .fetchall()
        ):
            yield from (LeadScore(*columns) for columns in page)
            last = page[-1][0]

    def newest(
        self, destination: str, lead_id: str, at: int | None
    ) -> tuple[LeadScore | None, bool]:
        """The newest score that a lead is known to have had at ``destination``.

        And whether any score calculated ``at`` is on record for it, be it delivered or not.
        """
        connection = self._db.read()
        row = connection.execute(
            "SELECT lead, score, at, model FROM ledger WHERE lead = ? AND destination = ?"
            " AND outcome IN ('delivered', 'observed') ORDER BY at DESC LIMIT 1",
            (lead_id, destination),
        ).fetchone()
        if row is None or at is None:
            return (None if row is None else LeadScore(*row)), False
        known = connection.execute(
            "SELECT 1 FROM ledger WHERE lead = ? AND destination = ? AND at = ?",
            (lead_id, destination, at),
        ).fetchone()
        return LeadScore(*row), known is not None

    def observe(
        self, destination: str, run: int, seen: Iterable[tuple[LeadScore, StoredScore]], now: int
    ) -> None:
        """Put scores on record that another program has written, each with the one before it."""
        with self._db.transaction() as connection:
            connection.executemany(
                "INSERT INTO ledger (lead, destination, at, score, model, previous, previous_at,"
                " run, correlation, recorded, settled, outcome)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, 'observed') ON CONFLICT DO NOTHING",
                (
                    (
                        score.lead_id,
                        destination,
                        score.at,
                        score.score,
                        score.model_version,
                        before.score,
                        before.at,
                        run,
                        now,
                        now,
                    )
                    for score, before in seen
                ),
            )

    def status(self, now: int) -> OutboxStatus:
        """What waits, what is parked and why, at ``now`` (ms since 1970)."""
        connection = self._db.read()
        ready, put_off, claimed, oldest, upcoming = connection.execute(
            "SELECT count(*) FILTER (WHERE due <= :now), count(*) FILTER (WHERE due > :now),"
            " count(claim), min(accepted), min(due) FILTER (WHERE due > :now)"
            " FROM pending WHERE parked IS NULL",
            {"now": now},
        ).fetchone()
        parked: dict[str, int] = dict(
            connection.execute(
                "SELECT parked, count(*) FROM pending WHERE parked IS NOT NULL GROUP BY parked"
            ).fetchall()
        )
        examples: list[Any] = connection.execute(
            "SELECT lead, coalesce(parked, ''), coalesce(message, '') FROM pending"
            " WHERE parked IS NOT NULL OR message IS NOT NULL"
            " ORDER BY parked IS NULL, lead LIMIT 10"
        ).fetchall()
        return OutboxStatus(
            ready=ready,
            put_off=put_off,
            claimed=claimed,
            parked=parked,
            oldest=oldest,
            next_attempt=upcoming,
            examples=tuple((lead, reason, message) for lead, reason, message in examples),
        )

    def release(self, now: int, *, lead_id: str | None = None, reason: str | None = None) -> int:
        """Make parked and put-off scores due at once; how many there were.

        Without a lead or a reason: all of them, but for those held back because of their run.
        """
        which = (
            " WHERE claim IS NULL AND (parked IS NOT NULL OR due > :now)"
            " AND coalesce(parked, '') NOT IN (:held, :unjudged)"
            " AND (CAST(:lead AS TEXT) IS NULL OR lead = :lead)"
            " AND (CAST(:reason AS TEXT) IS NULL OR coalesce(parked, 'put_off') = :reason)"
        )
        names = {"now": now, "lead": lead_id, "reason": reason, "held": HELD, "unjudged": UNJUDGED}
        with self._db.transaction() as connection:
            # What was parked had a verdict; now it waits again.
            connection.execute(
                "UPDATE arrival SET verdict = NULL, reason = NULL, message = NULL,"  # noqa: S608 - constants
                " previous = NULL, previous_at = NULL"
                f" WHERE (run, row) IN (SELECT run, row FROM pending{which})",
                names,
            )
            released = connection.execute(
                f"SELECT destination, {PENDING_COLUMNS} FROM pending{which}",  # noqa: S608 - constants
                names,
            ).fetchall()
            for destination, *columns in released:
                unknown_leads.take_back(connection, destination, [read_pending(columns)])
            return connection.execute(
                "UPDATE pending SET due = :now, parked = NULL, attempts = 0,"  # noqa: S608 - constants
                " accepted = CASE WHEN parked IS NULL THEN accepted ELSE :now END"
                f"{which}",
                names,
            ).rowcount

    def prune(self, before: int) -> int:
        """Drop finished runs, and writes settled, before ``before``; how many records.

        What is still pending stays, with its row and the intent to write it.
        """
        names = {"before": before}
        with self._db.transaction() as connection:
            gone = connection.execute(
                "DELETE FROM arrival"  # noqa: S608 - constants
                " WHERE run IN (SELECT id FROM run WHERE finished < :before)"
                f" AND NOT {_PENDING_ROW}",
                names,
            ).rowcount
            # Rows of longer runs, whose write is dropped below: it alone says what became of them.
            gone += connection.execute(
                "DELETE FROM arrival"  # noqa: S608 - constants
                " WHERE run IN (SELECT id FROM run WHERE started < :before"
                " AND coalesce(finished, :before) >= :before) AND verdict IS NULL"
                " AND EXISTS (SELECT 1 FROM run r JOIN ledger l ON l.lead = arrival.lead"
                " AND l.destination = r.destination AND l.at = arrival.at"
                f" WHERE r.id = arrival.run AND l.settled < :before) AND NOT {_PENDING_ROW}",
                names,
            ).rowcount
            gone += connection.execute(
                "DELETE FROM ledger WHERE coalesce(settled, recorded) < :before"
                " AND NOT EXISTS (SELECT 1 FROM pending p WHERE p.destination = ledger.destination"
                " AND p.lead = ledger.lead AND p.at = ledger.at)",
                names,
            ).rowcount
            gone += connection.execute(
                "DELETE FROM rewritten WHERE coalesce(settled, recorded) < :before", names
            ).rowcount
            return gone
