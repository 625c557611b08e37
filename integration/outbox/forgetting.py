# SPDX-License-Identifier: Apache-2.0
"""Takes a lead off the record, wherever it is named in the outbox."""

from __future__ import annotations

from dataclasses import dataclass

from integration.outbox.port import Database, OutboxError


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was on record about a lead and is no more: scores that waited, writes, input rows."""

    waiting: int
    writes: int
    rows: int


class LeadInHandError(OutboxError):
    """A deliverer is about to write the lead's score; the message says what to do."""


def forget(db: Database, lead_id: str, *, in_hand: bool) -> Forgotten:
    """Remove everything that is on record about a lead, in messages about others too.

    Args:
        db: the outbox.
        lead_id: the lead.
        in_hand: remove it also while a deliverer has its score in hand. What a live one records
            next would be on record again.

    Raises:
        LeadInHandError: a deliverer has its score in hand, and that was not to be.
        OutboxError: the outbox cannot be written.
    """
    gone = {}
    dead = f"SELECT id FROM claim WHERE {db.abandoned}"  # noqa: S608 - constants
    living = f" AND claim NOT IN ({dead})" if db.shared else ""
    with db.transaction() as connection:
        claimed = connection.execute(
            f"SELECT 1 FROM pending WHERE lead = ? AND claim IS NOT NULL{living}",  # noqa: S608 - constants
            (lead_id,),
        ).fetchone()
        if claimed and not in_hand:
            raise LeadInHandError(
                f"a score of lead {lead_id} is being delivered right now, and its outcome would be "
                "put on record again; try again in a minute"
            )
        for table in ("pending", "ledger", "rewritten", "arrival"):
            gone[table] = connection.execute(
                f"DELETE FROM {table} WHERE lead = ?",  # noqa: S608 - constants
                (lead_id,),
            ).rowcount
        for table in ("pending", "arrival"):
            connection.execute(
                f"UPDATE {table} SET message = replace(message, :lead, '…')"  # noqa: S608 - constants
                " WHERE replace(message, :lead, '') <> message",
                {"lead": lead_id},
            )
    return Forgotten(gone["pending"], gone["ledger"] + gone["rewritten"], gone["arrival"])
