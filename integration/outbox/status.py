# SPDX-License-Identifier: Apache-2.0
"""What the outbox says of what it has not delivered."""

from __future__ import annotations

from dataclasses import dataclass

from integration.outbox.rows import HELD


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """What has not been delivered: counts of leads, times in ms since 1970 UTC."""

    ready: int
    put_off: int
    claimed: int
    parked: dict[str, int]
    oldest: int | None
    """Since when the score waits that waits longest; parked ones wait for somebody else."""
    next_attempt: int | None
    examples: tuple[tuple[str, str, str], ...]
    """Some parked or put-off leads: lead, reason or empty, message."""

    @property
    def held(self) -> int:
        """Scores that are held because those of their run look broken."""
        return self.parked.get(HELD, 0)
