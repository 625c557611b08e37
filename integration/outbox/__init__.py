# SPDX-License-Identifier: Apache-2.0
"""The durable outbox: scores not yet delivered, and the ledger of those that were.

Both live in one SQLite file, so that an outcome and its acknowledgement are one transaction.
Per destination and lead only the newest score stays pending.
"""

from __future__ import annotations

from pathlib import Path

from integration.outbox.claims import Claims
from integration.outbox.database import Database, DeliveryLock, OutboxError
from integration.outbox.forgetting import Forgotten, LeadInHandError, forget
from integration.outbox.intake import Arrival, Intake
from integration.outbox.records import (
    ArrivalRecord,
    LedgerRecord,
    OutboxStatus,
    Records,
    RunCounts,
)
from integration.outbox.rows import Claim, InputRow, PendingScore, Settlement
from integration.outbox.webhooks import Receipt, Repetition, WebhookMessage, Webhooks

__all__ = [
    "Arrival",
    "ArrivalRecord",
    "Claim",
    "DeliveryLock",
    "Forgotten",
    "InputRow",
    "LeadInHandError",
    "LedgerRecord",
    "Outbox",
    "OutboxError",
    "OutboxStatus",
    "PendingScore",
    "Receipt",
    "Repetition",
    "RunCounts",
    "Settlement",
    "WebhookMessage",
]


class Outbox:
    """The outbox at ``path``: its entrances, its exit, its records and its lock.

    Raises:
        OutboxError: the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path)
        self.intake = Intake(self._db)
        self.webhooks = Webhooks(self._db)
        self.claims = Claims(self._db)
        self.records = Records(self._db)
        self.lock = DeliveryLock(path)

    def forget(self, lead_id: str) -> Forgotten:
        """Remove everything that is on record about a lead.

        Raises:
            LeadInHandError: a deliverer has its score in hand.
        """
        # A claim of a dead deliverer is nobody's. With the lock in hand no live one can begin.
        alone = self.lock.acquire()
        try:
            return forget(self._db, lead_id, in_hand=alone)
        finally:
            if alone:
                self.lock.release()

    def scrub(self) -> str:
        """Overwrite what was removed; why that could not be done, or blank."""
        return self._db.scrub()

    def close(self) -> None:
        """Close the file and let another process deliver."""
        self.lock.release()
        self._db.close()
