# SPDX-License-Identifier: Apache-2.0
"""What the outcome of a claimed score means for its row, the queue, the ledger and its rivals.

While a score was on its way, a newer one or an equal one of a later run may have taken its
place in the queue; scores that it had beaten may get their turn because it was refused. All
of it happens in the transaction of the settlement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from integration.order import Verdict
from integration.outbox import unknown_leads
from integration.outbox.port import Statements
from integration.outbox.rows import (
    Claim,
    PendingScore,
    Settlement,
    encode_bases,
    read_pending,
)

_CLAIMED: Final = "destination = ? AND lead = ? AND claim = ? AND at = ?"
"""A pending score that was claimed, unless a newer one has taken its place."""


def settle(
    connection: Statements, claim: Claim, settlements: Sequence[Settlement], now: int
) -> bool:
    """Store the outcome of ``settlements`` and acknowledge them; ``now`` in ms since 1970.

    Returns whether all of the claim has left the queue, as it mostly has.
    """
    _settle_ledger(connection, claim.destination, settlements, now)
    _settle_arrivals(connection, settlements)
    done = _acknowledge(connection, claim, settlements) == len(claim.pending)
    if not done:
        adopted = _adopted(connection, claim, settlements)
        _settle_arrivals(connection, adopted)
        _acknowledge(connection, claim, adopted)
        settlements = [*settlements, *adopted]
        _keep_delivered(connection, settlements)
        _put_off(connection, claim, settlements)
    for settlement in settlements:
        if settlement.verdict is Verdict.UNKNOWN_LEAD:
            unknown_leads.spread(connection, claim, settlement)
        elif settlement.verdict is Verdict.CONFLICT:
            lost = settlement.pending
            revive(connection, claim.destination, lost, now, before=lost.score.at)
    return done


def _settle_ledger(
    connection: Statements, destination: str, settlements: Sequence[Settlement], now: int
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


def _settle_arrivals(connection: Statements, settlements: Sequence[Settlement]) -> None:
    """Verdicts of rows; a delivered row has none of its own, the ledger speaks for it.

    What is to be said of a delivered row, as of few of them, is all that is kept with it.
    """
    connection.executemany(
        "UPDATE arrival SET message = ? WHERE run = ? AND row = ?",
        (
            (one.message, one.pending.run, one.pending.row)
            for one in settlements
            if one.verdict is Verdict.DELIVERED and one.message
        ),
    )
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


def _acknowledge(connection: Statements, claim: Claim, settlements: Sequence[Settlement]) -> int:
    """Take what is done out of the queue, if the row that was claimed still stands there."""
    return connection.executemany(
        f"DELETE FROM pending WHERE {_CLAIMED} AND run = ? AND row = ?",  # noqa: S608 - constant
        (
            (*_key(claim, one), one.pending.run, one.pending.row)
            for one in settlements
            if one.verdict is not None and not one.parked
        ),
    ).rowcount


def _adopted(
    connection: Statements, claim: Claim, settlements: Sequence[Settlement]
) -> list[Settlement]:
    """The outcome again, for rows of later runs that brought the same score meanwhile."""
    found = []
    for one in settlements:
        row = connection.execute(
            f"SELECT run, row FROM pending WHERE {_CLAIMED}",  # noqa: S608 - constant
            _key(claim, one),
        ).fetchone()
        if row not in {None, (one.pending.run, one.pending.row)}:
            run, number = row
            found.append(replace(one, pending=replace(one.pending, run=run, row=number)))
    return found


def _keep_delivered(connection: Statements, settlements: Sequence[Settlement]) -> None:
    """Overtaken on their way, and delivered all the same: the ledger speaks for them."""
    connection.executemany(
        "UPDATE arrival SET verdict = NULL, reason = NULL, message = NULL"
        " WHERE run = ? AND row = ? AND verdict IS NOT NULL",
        (
            (one.pending.run, one.pending.row)
            for one in settlements
            if one.verdict is Verdict.DELIVERED
        ),
    )


def _put_off(connection: Statements, claim: Claim, settlements: Sequence[Settlement]) -> None:
    """What has to wait, or is parked, stays pending."""
    connection.executemany(
        "UPDATE pending SET claim = NULL, due = ?, parked = ?, message = ?,"  # noqa: S608 - constant
        f" attempts = attempts + 1 WHERE {_CLAIMED}",
        (
            (
                None if one.parked else one.due,
                one.reason if one.parked else None,
                one.message or one.reason,
                *_key(claim, one),
            )
            for one in settlements
            if one.verdict is None or one.parked
        ),
    )


def _key(claim: Claim, one: Settlement) -> tuple[object, ...]:
    score = one.pending.score
    return (claim.destination, score.lead_id, claim.id, score.at)


def revive(
    connection: Statements, destination: str, refused: PendingScore, now: int, *, before: int
) -> None:
    """A score that lost to one which was refused itself gets its turn after all.

    Whichever run it came with, unless that is held: unless a score as new as it was delivered,
    nothing newer counts. Its instant is earlier than ``before``.
    """
    lead = refused.score.lead_id
    beaten = connection.execute(
        "SELECT lead, score, at, model, based_on, run, row, 0, '', 0 FROM arrival"
        " WHERE lead = ? AND verdict = 'superseded' AND at < ?"
        " AND at > (SELECT coalesce(max(l.at), -1) FROM ledger l"
        " WHERE l.lead = ? AND l.destination = ? AND l.outcome = 'delivered')"
        " AND run IN (SELECT id FROM run WHERE destination = ? AND held IS NULL)"
        " ORDER BY at DESC, run, row LIMIT 1",
        (lead, before, lead, destination, destination),
    ).fetchone()
    if beaten is None:
        return
    loser = read_pending(beaten)
    inserted = connection.execute(
        "INSERT INTO pending (destination, lead, score, at, model, based_on, run, row, lane, due,"
        " accepted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            destination,
            loser.score.lead_id,
            loser.score.score,
            loser.score.at,
            loser.score.model_version,
            encode_bases(loser.score.based_on),
            loser.run,
            loser.row,
            refused.lane,  # perhaps another one's: that costs a call, and no more
            now,
            now,
        ),
    ).rowcount
    if inserted:
        connection.execute(
            "UPDATE arrival SET verdict = NULL, reason = NULL, message = NULL,"
            " previous = NULL, previous_at = NULL WHERE run = ? AND row = ?",
            (loser.run, loser.row),
        )
