# SPDX-License-Identifier: Apache-2.0
"""Steps about time that passes, and about the clock of the machine itself.

Most features run in virtual time. A few prove that the machine's own clock is read correctly.
Borders need a clock that stands still: there freezegun stands in for the machine, for exactly as
long as the product runs, so that it touches no report of the test run. Where the machine stands
is proved on the real clock, because freezegun's time knows no zone but the one it is told.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta

import freezegun
import pytest
from pytest_bdd import given, parsers, when

from simulator.clock import VirtualClock
from tests.acceptance.product import row
from tests.acceptance.words import phrase, records, span
from tests.acceptance.world import World

# Nothing of these reads the time for the product; looking through them costs seconds.
freezegun.configure(
    extend_ignore_list=["PureCloudPlatformClientV2", "_pytest.timing", "polars", "pytest_bdd"]
)


class Machine:
    """The machine that the command runs on: where it stands, and what its clock says.

    Unless a scenario says otherwise its clock is the real one.
    """

    def __init__(self) -> None:
        self.place = "UTC"
        self.now: datetime | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the process believe that it runs on this machine."""
        before = os.environ.get("TZ")
        os.environ["TZ"] = self.place
        time.tzset()
        try:
            with freezegun.freeze_time(self.now) if self.now else nullcontext():
                yield
        finally:
            if before is None:
                del os.environ["TZ"]
            else:
                os.environ["TZ"] = before
            time.tzset()


def by_real_clock(text: str) -> str:
    """``2 hours ago`` or ``in 5 minutes``, by the real clock."""
    seconds = -span(text.removesuffix(" ago")) if text.endswith(" ago") else span(text)
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def machine():
    return Machine()


@when(phrase("{span:Span} pass"))
def time_passes(world: World, span):
    world.pass_time(span)


@given(parsers.parse("the machine stands in {place}"))
def machine_stands(world: World, machine: Machine, place):
    machine.place = place
    world.use_machine_clock()


@given(parsers.parse("the machine's clock says {now}"))
def machine_says(world: World, machine: Machine, now):
    machine.now = datetime.fromisoformat(now)
    world.clock = VirtualClock(machine.now.astimezone(UTC))
    world.use_machine_clock()


@when(
    phrase(
        "score {score:d} for lead {lead:Lead}, calculated at {at:Moment}, "
        "is pushed by the machine's clock"
    )
)
def one_score_by_machine(world: World, machine: Machine, score, lead, at):
    with machine.running():
        world.push([row(1, lead, str(score), at.isoformat())])


@when("these scores are pushed by the machine's clock")
def scores_by_machine(world: World, machine: Machine, datatable):
    rows = [
        row(number, one["lead"], one["score"], by_real_clock(one["calculated at"]))
        for number, one in enumerate(records(datatable), 1)
    ]
    with machine.running():
        world.push(rows)
