# SPDX-License-Identifier: Apache-2.0
"""What becomes of a call, by chance that does not depend on what else is called.

The chance of a call is drawn from the seed, the lead and the number of the attempt. So two
campaigns that call the same leads in another order meet the same people.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import TypeVar

from simulator.dialer.settings import OUTCOMES, DialerSettings, Outcome, Span

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True)
class Course:
    """The course of one call; lengths in seconds.

    Args:
        outcome: what the call meets.
        wrap_up_code: the name of the agent's code for a talk; empty for none.
        ring: until it is answered, or found to be busy or out of order.
        talk: the talk.
        wrap_up: the agent's work after it.
        patience: how long whoever answers waits for an agent.
    """

    outcome: Outcome
    wrap_up_code: str
    ring: float
    talk: float
    wrap_up: float
    patience: float


def course_of(settings: DialerSettings, lead: str, attempt: int) -> Course:
    """The course of the ``attempt``-th call to ``lead``."""
    chance = Random(f"{settings.seed}/{lead}/{attempt}")  # noqa: S311 - a simulation, no secret
    outcome = _drawn(settings.outcomes, chance.random())
    code = _drawn(settings.wrap_ups, chance.random()) if settings.wrap_ups else ""
    lengths = [
        _length(span, chance.random())
        for span in (settings.ring, settings.talk, settings.wrap_up, settings.patience)
    ]
    given = settings.answers.get(lead)
    if given is not None:
        known = next((each for each in OUTCOMES if each == given), None)
        outcome, code = (known, code) if known else ("person", given)
    return Course(outcome, code if outcome == "person" else "", *lengths)


def _drawn(weights: Mapping[T, float], chance: float) -> T:
    names = [name for name, weight in weights.items() if weight > 0]
    sums = list(accumulate(weights[name] for name in names))
    return names[bisect_right(sums, chance * sums[-1], 0, len(sums) - 1)]


def _length(span: Span, chance: float) -> float:
    return round(span.least + (span.most - span.least) * chance, 3)
