# SPDX-License-Identifier: Apache-2.0
"""All rows of a lead that is not on the list are ``unknown_lead``, until the lead is known.

One score of a lead is delivered, or parked because the lead is unknown. The rows that it has
beaten share its fate. When the parked score gets another chance (the lead was loaded, and somebody
retries, or news of the lead arrives), each of them is what it was before: beaten.
"""

from __future__ import annotations

from collections.abc import Iterable

from integration.order import Verdict
from integration.outbox.port import Statements
from integration.outbox.rows import Claim, PendingScore, Settlement, read_pending, why_beaten
from integration.scores import LeadScore

_BEATEN = tuple(map(str, (Verdict.SUPERSEDED, Verdict.DUPLICATE, Verdict.CONFLICT)))


def spread(connection: Statements, claim: Claim, settlement: Settlement) -> None:
    """Rows that the score of an unknown lead has beaten, in open runs and its own, are unknown."""
    connection.execute(
        "UPDATE arrival SET verdict = 'unknown_lead', reason = 'unknown_lead', message = ?"
        " WHERE lead = ? AND verdict IN (?, ?, ?) AND run IN (SELECT id FROM run"
        " WHERE destination = ? AND (finished IS NULL OR id = ?))",
        (
            settlement.message,
            settlement.pending.score.lead_id,
            *_BEATEN,
            claim.destination,
            settlement.pending.run,
        ),
    )


def take_back(connection: Statements, destination: str, winners: Iterable[PendingScore]) -> None:
    """Rows that were unknown are beaten again by ``winners``, which wait for another try."""
    for winner in winners:
        beaten = connection.execute(
            "SELECT lead, score, at, model, based_on, run, row, 0, '', 0 FROM arrival"
            " WHERE lead = ? AND verdict = 'unknown_lead'"
            " AND run IN (SELECT id FROM run WHERE destination = ?)",
            (winner.score.lead_id, destination),
        ).fetchall()
        for loser in map(read_pending, beaten):
            verdict = _verdict(loser.score, winner.score)
            connection.execute(
                "UPDATE arrival SET verdict = ?, reason = ?, message = ? WHERE run = ? AND row = ?",
                (verdict, *why_beaten(verdict, loser, winner), loser.run, loser.row),
            )


def _verdict(loser: LeadScore, winner: LeadScore) -> Verdict:
    if loser.at < winner.at:
        return Verdict.SUPERSEDED
    same = (loser.at, loser.score) == (winner.at, winner.score)
    return Verdict.DUPLICATE if same else Verdict.CONFLICT
