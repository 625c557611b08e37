# SPDX-License-Identifier: Apache-2.0
"""Who delivers from an outbox on a server: every replica that wants to.

No two batches hold the same lead, and who has lost its claims writes nothing. Only what looks at
whole lists and mends them (a sweep, a reconciliation) has to be alone.
"""

from __future__ import annotations

from typing import Final

from integration.outbox.postgres import PostgresDatabase


class SharedTurn:
    """The right to deliver, which all may have at the same time unless one wants to be alone.

    Args:
        db: its connection holds the right; who loses the one loses the other.
    """

    alone: Final = False

    def __init__(self, db: PostgresDatabase) -> None:
        self._db = db

    def acquire(self, *, alone: bool = False) -> bool:
        """Take it unless somebody is alone, or, to be ``alone``, anybody else has it."""
        return self._db.hold("alone" if alone else "shared")

    def holder(self) -> str:
        """Who else has it, which is not known by name."""
        return "of another replica"

    def release(self) -> None:
        """Leave it to others."""
        self._db.hold("")
