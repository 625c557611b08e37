# SPDX-License-Identifier: Apache-2.0
"""What a report is made from: calls and refusals, one by one, wherever they were read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from integration.policy import ScoringPolicy

Kind = Literal["call", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A call, or the refusal of a pre-call rule to make one.

    Attributes:
        kind: ``call``, or ``skip`` where a rule refused.
        at: when that was decided, in ms since 1970.
        lead: the contact's id.
        campaign: the name of its campaign.
        queue: the name of the queue; empty where there is none.
        agent: who took the call; empty for nobody.
        attempt: the how many-th call to this contact.
        recall: whether the dialer called again by itself, as an attempt limit lets it.
        score: the stored score; None where there is none, or it is not known.
        age: seconds since that was calculated; None where that is not known.
        passed_over: leads with a better score that could have been called instead; None where
            that is not known.
        overtaken: calls to worse leads since this one could be called by its score; None where
            that is not known.
        results: what became of the call: its outcome and the agent's wrap-up code.
    """

    kind: Kind
    at: int
    lead: str
    campaign: str = ""
    queue: str = ""
    agent: str = ""
    attempt: int = 1
    recall: bool = False
    score: float | None = None
    age: float | None = None
    passed_over: int | None = None
    overtaken: int | None = None
    results: tuple[str, ...] = ()

    @property
    def scored_at(self) -> float | None:
        """When the score was calculated, in ms since 1970."""
        return None if self.age is None else self.at - self.age * 1000

    def is_stale(self, policy: ScoringPolicy) -> bool:
        """Whether the score had lost its say; one without a time never had any."""
        if not self.score:
            return False
        return self.age is None or self.age > policy.max_age.total_seconds()

    def effective(self, policy: ScoringPolicy) -> float:
        """What the score counted for at the dialer's decision: 0 without one, or a stale one."""
        return 0 if self.score is None or self.is_stale(policy) else self.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that was dialled in one period, in order.

    Attributes:
        source: where it comes from, in words.
        live: whether it was read from a contact list, which knows the last call of a lead only.
        lines: calls and refusals, oldest first.
        left_out: what could not be told, in sentences.
        leads: all leads of the lists; None where only the dialled ones are known.
        exact: whether ``passed_over`` leaves out leads that improved after the dialer had
            fetched its contacts.
    """

    source: str
    live: bool = False
    lines: Sequence[Dialled]
    left_out: tuple[str, ...] = ()
    leads: int | None = None
    exact: bool = False

    @property
    def calls(self) -> list[Dialled]:
        """The calls alone."""
        return [one for one in self.lines if one.kind == "call"]

    def since(self, begin: int) -> Record:
        """The same without what was dialled before ``begin`` (ms since 1970)."""
        return replace(self, lines=[one for one in self.lines if one.at >= begin])


def in_order(lines: Iterable[Dialled]) -> tuple[Dialled, ...]:
    """``lines``, oldest first; those of one moment stay as they are."""
    return tuple(sorted(lines, key=lambda one: one.at))
