# SPDX-License-Identifier: Apache-2.0
"""How a dialled day goes: how long people ring, talk and write, what becomes of calls, shifts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Outcome = Literal[
    "person", "machine", "busy", "no_answer", "fax", "disconnect", "sit", "uncallable"
]
"""What a call meets; ``uncallable`` is a number that does not exist."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

LONGEST = 86_400.0

Seconds = Annotated[float, Field(ge=0, le=LONGEST)]
Weight = Annotated[float, Field(ge=0)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{name!r} is no time zone") from None
    return name


class Model(BaseModel):
    """What all parts of the settings have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Model):
    """A length of time, evenly distributed between two bounds, in seconds."""

    least: Seconds
    most: Seconds

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most < self.least:
            raise ValueError("most must not be less than least")
        return self


class Shift(Model):
    """When agents are there; who is in no shift is there all the time.

    Args:
        agents: names; empty for everybody who is in no other shift by name.
        start: ``HH:MM``.
        stop: ``HH:MM``, later than ``start``; ``24:00`` is the end of the day.
        days: 1 is Monday.
        zone: an IANA time zone.
    """

    agents: tuple[str, ...] = ()
    start: Clock = "09:00"
    stop: Clock = "17:00"
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5, 6, 7)
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.stop <= self.start:
            raise ValueError("stop must be later than start")
        return self


class DialerSettings(Model):
    """Everything that a run depends on besides what stands on the platform.

    Args:
        seed: the same seed gives the same calls.
        ring: how long it rings until somebody or something answers.
        talk: how long people talk.
        wrap_up: how long an agent needs after a call.
        patience: how long somebody who answered waits for an agent (power dialing).
        outcomes: weights of what a call meets.
        wrap_ups: weights of the wrap-up codes, by their names, that agents choose.
        answers: what becomes of a call to a lead, by its contact id: an outcome, or a wrap-up
            code that a talk with the lead ends with.
        shifts: when agents are there.
        score_column: what the log calls the score; the column of the first sort unless given.
        instant_column: when that was calculated; the first date column of the list unless given.
    """

    seed: int = 0
    ring: Span = Span(least=5, most=20)
    talk: Span = Span(least=60, most=300)
    wrap_up: Span = Span(least=10, most=60)
    patience: Span = Span(least=10, most=30)
    outcomes: Mapping[Outcome, Weight] = {
        "person": 0.35,
        "no_answer": 0.35,
        "machine": 0.2,
        "busy": 0.05,
        "disconnect": 0.03,
        "uncallable": 0.02,
    }
    wrap_ups: Mapping[str, Weight] = {}
    answers: Mapping[str, str] = {}
    shifts: tuple[Shift, ...] = ()
    score_column: str = ""
    instant_column: str = ""

    @model_validator(mode="after")
    def _something_happens(self) -> Self:
        for name in ("outcomes", "wrap_ups"):
            weights = getattr(self, name)
            if (weights or name == "outcomes") and sum(weights.values()) <= 0:
                raise ValueError(f"{name} need a weight above 0")
        return self
