# SPDX-License-Identifier: Apache-2.0
"""A lead between two contact lists: what both hold for it, how its score is written, the count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.stores.port import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInTier(Held):
    """What the two lists hold for a lead.

    Args:
        tier: the tier in whose list the score is to be written; ``row`` is the contact there,
            ``stored`` the newest score in the lists that were read.
        other: the contact in the other list; None where it was not read or is missing.
        waits: it stays in ``tier`` for a recall or a call under way, whatever its score.
    """

    tier: str
    other: Mapping[str, Any] | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """How a group of scores is written.

    Args:
        tier: into which list.
        leaves: the other list is told first that they are not dialled there any more.
        again: they are put into the dialling queue once more.
    """

    tier: str
    leaves: bool
    again: bool

    @property
    def kind(self) -> str:
        """A name for it, to group scores by."""
        return f"{self.tier}{', leaves the other' * self.leaves}{', queued again' * self.again}"


@dataclass(slots=True)
class Moves:
    """What became of leads whose score belongs to another tier than the one they were in."""

    made: int = 0
    waiting: int = 0
    kept: set[str] = field(default_factory=set)
    """Leads that a thorough look has found to stay for a recall."""
