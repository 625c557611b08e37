# SPDX-License-Identifier: Apache-2.0
"""Accepts scores: one durable transaction for a batch, the newest of each lead stays pending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from integration.order import Verdict, against_pending
from integration.outbox import unknown_leads
from integration.outbox.port import Database, Statements
from integration.outbox.rows import (
    HELD_BACK,
    PENDING_COLUMNS,
    InputRow,
    PendingScore,
    encode_bases,
    read_pending,
    why_beaten,
)

_LOOKUP = 500


@dataclass(slots=True)
class _Slot:
    """The pending score of one lead while a batch is worked off."""

    holder: PendingScore
    parked: bool = False
    changed: bool = False


@dataclass(slots=True)
class Arrival:
    """What became of a row on its arrival; without a verdict its score waits for delivery."""

    row: InputRow
    verdict: Verdict | None = None
    reason: str | None = None
    message: str | None = None

    def lose(self, verdict: Verdict, loser: PendingScore, winner: PendingScore) -> None:
        """The row is beaten by another one, of this or of an earlier run."""
        self.verdict = verdict
        self.reason, self.message = why_beaten(verdict, loser, winner)


_Overtaken = tuple[PendingScore, PendingScore]
"""A pending score and the newcomer that took its place."""


class Intake:
    """The entrance of the outbox."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def enqueue(
        self,
        run: int,
        destination: str,
        rows: Sequence[InputRow],
        now: int,
        *,
        parked: str | None = None,
    ) -> None:
        """Accept ``rows`` of ``run`` durably; ``now`` in ms since 1970.

        With ``parked`` their scores are held back as that, and delivered only once judged.

        Each row gets a verdict at once (rejected, or beaten by a score that waits already) or
        becomes its lead's pending score. A score on its way that is beaten here keeps that
        verdict only if its delivery never settles.
        """
        with self._db.transaction(leads=leads_of(rows)) as connection:
            take_in(connection, run, destination, rows, now, parked)


def leads_of(rows: Iterable[InputRow]) -> set[str]:
    """The leads that ``rows`` bring scores of."""
    return {row.score.lead_id for row in rows if row.score is not None}


def take_in(
    connection: Statements,
    run: int,
    destination: str,
    rows: Sequence[InputRow],
    now: int,
    parked: str | None = None,
    why: str | None = None,
) -> dict[int, Arrival]:
    """What :meth:`Intake.enqueue` does, within a transaction; what became of each row."""
    slots = _pending(connection, destination, rows)
    overtaken: list[_Overtaken] = []
    arrivals = {row.row: _arrive(run, row, slots, overtaken) for row in rows}
    earlier: list[_Overtaken] = []
    for loser, winner in overtaken:
        if loser.run == run and loser.row in arrivals:
            arrivals[loser.row].lose(Verdict.SUPERSEDED, loser, winner)
        else:
            earlier.append((loser, winner))
    _record(connection, run, arrivals.values())
    _supersede(connection, earlier)
    revived = [slot.holder for slot in slots.values() if slot.parked]
    _reopen(connection, revived)
    unknown_leads.take_back(connection, destination, revived)
    changed = [slot.holder for slot in slots.values() if slot.changed]
    _keep(connection, destination, [one for one in changed if one.run == run], now, parked, why)
    _keep(connection, destination, [one for one in changed if one.run != run], now)
    return arrivals


def _arrive(
    run: int, row: InputRow, slots: dict[str, _Slot], overtaken: list[_Overtaken]
) -> Arrival:
    if row.score is None:
        assert row.rejected is not None
        return Arrival(row, Verdict.REJECTED, row.rejected.reason, row.rejected.message)
    newcomer = PendingScore(row.score, run, row.row, lane=row.lane)
    slot = slots.get(row.score.lead_id)
    if slot is None:
        slots[row.score.lead_id] = _Slot(newcomer, changed=True)
        return Arrival(row)
    slot.changed |= slot.parked  # any news of a lead brings its parked score back into play
    outcome = against_pending(row.score, slot.holder.score)
    if outcome is Verdict.DUPLICATE and slot.holder.run != run:
        outcome = slot.holder.score  # left behind by an earlier run: this row speaks for it now
    arrival = Arrival(row)
    if isinstance(outcome, Verdict):
        arrival.lose(outcome, newcomer, slot.holder)
        return arrival
    overtaken.append((slot.holder, newcomer))
    slot.holder = replace(newcomer, score=outcome)
    slot.changed = True
    return arrival


def _pending(
    connection: Statements, destination: str, rows: Sequence[InputRow]
) -> dict[str, _Slot]:
    leads = list({row.score.lead_id: None for row in rows if row.score is not None})
    found: dict[str, _Slot] = {}
    for start in range(0, len(leads), _LOOKUP):
        some = leads[start : start + _LOOKUP]
        marks = ",".join("?" * len(some))
        for columns in connection.execute(
            f"SELECT {PENDING_COLUMNS}, parked FROM pending"  # noqa: S608 - no input in it
            f" WHERE destination = ? AND lead IN ({marks})",
            (destination, *some),
        ):
            holder = read_pending(columns)
            # What is held back because of its run is not brought back by news of one lead.
            parked = columns[-1] is not None and columns[-1] not in HELD_BACK
            found[holder.score.lead_id] = _Slot(holder, parked=parked)
    return found


def _record(connection: Statements, run: int, arrivals: Iterable[Arrival]) -> None:
    def columns(arrival: Arrival) -> tuple[object, ...]:
        row, score = arrival.row, arrival.row.score
        if score is None:
            lead = row.rejected.lead_id if row.rejected else ""
            values: tuple[object, ...] = (lead, None, None, None, None)
        else:
            bases = encode_bases(score.based_on)
            values = (score.lead_id, score.score, score.at, score.model_version, bases)
        return (run, row.row, *values, arrival.verdict, arrival.reason, arrival.message)

    connection.executemany(
        "INSERT INTO arrival (run, row, lead, score, at, model, based_on, verdict, reason, message)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        map(columns, arrivals),
    )


def _supersede(connection: Statements, rows: Iterable[_Overtaken]) -> None:
    """Newer scores came after these earlier rows, parked ones among them."""
    connection.executemany(
        "UPDATE arrival SET verdict = ?, reason = ?, message = ?,"
        " previous = NULL, previous_at = NULL WHERE run = ? AND row = ?",
        (
            (
                Verdict.SUPERSEDED,
                *why_beaten(Verdict.SUPERSEDED, loser, winner),
                loser.run,
                loser.row,
            )
            for loser, winner in rows
        ),
    )


def _reopen(connection: Statements, rows: Iterable[PendingScore]) -> None:
    """Earlier rows that were parked wait again."""
    connection.executemany(
        "UPDATE arrival SET verdict = NULL, reason = NULL, message = NULL,"
        " previous = NULL, previous_at = NULL WHERE run = ? AND row = ?",
        ((one.run, one.row) for one in rows),
    )


def _keep(
    connection: Statements,
    destination: str,
    kept: Iterable[PendingScore],
    now: int,
    parked: str | None = None,
    why: str | None = None,
) -> None:
    connection.executemany(
        "INSERT INTO pending (destination, lead, score, at, model, based_on, run, row, lane, due,"
        " accepted, parked, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (destination, lead) DO UPDATE SET"
        " score = excluded.score, at = excluded.at, model = excluded.model,"
        " based_on = excluded.based_on, run = excluded.run, row = excluded.row,"
        " lane = excluded.lane,"
        # News of a lead does not put it behind those that came after its older score.
        " due = CASE WHEN pending.claim IS NOT NULL THEN NULL"
        " WHEN pending.due < excluded.due THEN pending.due ELSE excluded.due END,"
        " accepted = CASE WHEN pending.claim IS NULL AND pending.parked IS NULL"
        " THEN pending.accepted ELSE excluded.accepted END,"
        " attempts = 0, parked = excluded.parked, message = excluded.message",
        (
            (
                destination,
                one.score.lead_id,
                one.score.score,
                one.score.at,
                one.score.model_version,
                encode_bases(one.score.based_on),
                one.run,
                one.row,
                one.lane,
                None if parked else now,
                now,
                parked,
                why,
            )
            for one in kept
        ),
    )
