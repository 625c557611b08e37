# SPDX-License-Identifier: Apache-2.0
"""Who delivers from an outbox on a server: every replica that wants to.

No two batches hold the same lead, and who has lost its claims writes nothing: there is nothing
to be locked.
"""

from __future__ import annotations

from typing import Final


class Everybody:
    """The right to deliver where all may have it at the same time."""

    alone: Final = False

    def acquire(self) -> bool:
        """Everybody may deliver."""
        return True

    def holder(self) -> str:
        """Who else delivers is not known by name."""
        return "another replica"

    def release(self) -> None:
        """Nothing was taken."""
