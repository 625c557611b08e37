# SPDX-License-Identifier: Apache-2.0
"""Single calls that should not have been made, for whoever wants to know which ones they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from integration.policy import ScoringPolicy
from integration.reporting.dialled import Dialled, Record

Wrong = Literal["passed_over", "stale", "senior_low", "unasked"]

SENIOR: Final = "senior"
"""What the names of the senior agents' queues contain, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A call, and everything that was wrong with it.

    Attributes:
        call: the call.
        wrong: ``passed_over`` (a better lead could have been called), ``stale`` (its score had
            lost its say), ``senior_low`` (a senior agent got a low score), ``unasked`` (called
            again without an attempt limit's plan).
    """

    call: Dialled
    wrong: tuple[Wrong, ...]


def faults_of(record: Record, policy: ScoringPolicy, senior: str = SENIOR) -> tuple[Fault, ...]:
    """The calls with which anything was wrong, in the order in which they were made."""
    found = ((one, tuple(_wrong(record, one, policy, senior))) for one in record.calls)
    return tuple(Fault(one, wrong) for one, wrong in found if wrong)


def is_senior(call: Dialled, senior: str) -> bool:
    """Whether a call went to a queue of the senior agents, by its name in any letter case."""
    return senior.casefold() in call.queue.casefold()


def _wrong(record: Record, one: Dialled, policy: ScoringPolicy, senior: str) -> Iterator[Wrong]:
    if one.attempt <= 1 and one.passed_over:
        yield "passed_over"
    if one.is_stale(policy):
        yield "stale"
    low = one.effective(policy) <= policy.senior_above
    # A live organisation does not tell on which score a lead was called that has a newer one now.
    if is_senior(one, senior) and low and not (record.live and one.score is None):
        yield "senior_low"
    if one.attempt > 1 and not one.recall:
        yield "unasked"
