# SPDX-License-Identifier: Apache-2.0
"""The durable outbox: scores not yet delivered, and the ledger of those that were.

Both live in one database, so that an outcome and its acknowledgement are one transaction: a file
for the processes of one machine, or a PostgreSQL server for several machines. Per destination and
lead only the newest score stays pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from integration.outbox.call_pool import CallPool
from integration.outbox.claims import Claims
from integration.outbox.database import Database, DeliveryLock
from integration.outbox.forgetting import Forgotten, LeadInHandError, forget
from integration.outbox.intake import Arrival, Intake
from integration.outbox.judging import STREAM, Judge, Judgement, Judging
from integration.outbox.place import OutboxPlace, OutboxServer
from integration.outbox.port import ClaimLostError, OutboxError, Turn
from integration.outbox.port import Database as AnyDatabase
from integration.outbox.records import (
    ArrivalRecord,
    LedgerRecord,
    Records,
    RunCounts,
)
from integration.outbox.rows import HELD, UNJUDGED, Claim, InputRow, PendingScore, Settlement
from integration.outbox.status import OutboxStatus
from integration.outbox.webhooks import Receipt, Repetition, WebhookMessage, Webhooks

if TYPE_CHECKING:
    from integration.outbox.postgres import PostgresDatabase

__all__ = [
    "HELD",
    "STREAM",
    "UNJUDGED",
    "Arrival",
    "ArrivalRecord",
    "CallPool",
    "Claim",
    "ClaimLostError",
    "DeliveryLock",
    "Forgotten",
    "InputRow",
    "Judge",
    "Judgement",
    "Judging",
    "LeadInHandError",
    "LedgerRecord",
    "Outbox",
    "OutboxError",
    "OutboxPlace",
    "OutboxServer",
    "OutboxStatus",
    "PendingScore",
    "Receipt",
    "Repetition",
    "RunCounts",
    "Settlement",
    "WebhookMessage",
]


class Outbox:
    """The outbox at ``place``: its entrances, its exit, its records and its lock.

    Raises:
        OutboxError: the file or the server cannot be used.
    """

    def __init__(self, place: OutboxPlace) -> None:
        self._db, self.lock = _open(place)
        self.intake = Intake(self._db)
        self.webhooks = Webhooks(self._db)
        self.claims = Claims(self._db)
        self.records = Records(self._db)
        self.judging = Judging(self._db)

    def forget(self, lead_id: str) -> Forgotten:
        """Remove everything that is on record about a lead.

        Raises:
            LeadInHandError: a deliverer has its score in hand.
        """
        # A claim of a dead deliverer is nobody's. With the lock in hand no live one can begin.
        alone = self.lock.alone and self.lock.acquire()
        try:
            return forget(self._db, lead_id, in_hand=alone)
        finally:
            if alone:
                self.lock.release()

    @property
    def server(self) -> PostgresDatabase:
        """The server that replicas share; there is one where the place is one."""
        return cast("PostgresDatabase", self._db)

    def scrub(self) -> str:
        """Overwrite what was removed; why that could not be done, or blank."""
        return self._db.scrub()

    def close(self) -> None:
        """Let another process deliver, and end the connection."""
        self.lock.release()
        self._db.close()


def _open(place: OutboxPlace) -> tuple[AnyDatabase, Turn]:
    if isinstance(place, OutboxServer):
        try:
            from integration.outbox.postgres import PostgresDatabase  # noqa: PLC0415 - an extra
            from integration.outbox.replica import SharedTurn  # noqa: PLC0415 - the same
        except ImportError as problem:
            raise OutboxError(
                f"the outbox {place} needs the driver of PostgreSQL, which is not installed; "
                "pip install 'genesys-lead-scoring[postgres]'"
            ) from problem
        db = PostgresDatabase(place)
        return db, SharedTurn(db)
    return Database(place), DeliveryLock(place)
