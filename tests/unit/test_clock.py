# SPDX-License-Identifier: Apache-2.0
"""The system clock at its edges: time zones, turns of the year, the end of the platform's time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from freezegun import freeze_time

from integration.clock import SystemClock
from integration.policy import ScoringPolicy
from integration.scores import (
    LAST_INSTANT,
    RawScore,
    Rejected,
    format_instant,
    instant_of,
    parse,
)
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

CLOCK = SystemClock()
ROOT = Path(__file__).parents[2]
SAY_NOW = "from integration.clock import SystemClock; print(SystemClock().now().isoformat())"


@pytest.mark.parametrize(
    ("frozen", "stored"),
    [
        ("2026-12-31 23:59:59.999999", "2026-12-31T23:59:59.999Z"),
        ("2027-01-01 00:00:00", "2027-01-01T00:00:00.000Z"),
        ("2028-02-29 12:00:00.0005", "2028-02-29T12:00:00.000Z"),
        ("2026-10-25 01:30:00", "2026-10-25T01:30:00.000Z"),
        ("2038-01-19 03:14:07.999999", "2038-01-19T03:14:07.999Z"),
    ],
    ids=["last moment of a year", "new year", "leap day", "summer time ends", "last instant"],
)
def test_the_present_at_the_edges(frozen, stored):
    """The clock says UTC, and says so, at every turn of the calendar."""
    with freeze_time(frozen):
        now = CLOCK.now()
    assert now.tzinfo is UTC
    assert format_instant(instant_of(now)) == stored


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_the_present_is_the_same_wherever_the_machine_stands(zone):
    """A process in another time zone reads the same present, in UTC."""
    before = datetime.now(UTC)
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", SAY_NOW],
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert told.endswith("+00:00\n")
    assert before <= datetime.fromisoformat(told.strip()) <= datetime.now(UTC)


def test_the_present_moves_with_the_machine():
    """Two readings an hour apart are an hour apart, on both scales."""
    with freeze_time("2026-11-23 10:00:00") as machine:
        now, seconds = CLOCK.now(), CLOCK.monotonic()
        machine.tick(timedelta(hours=1))
        assert CLOCK.now() - now == timedelta(hours=1)
        assert CLOCK.monotonic() - seconds == 3600


def test_seconds_never_go_back():
    """The monotonic scale is the machine's own and does not fall."""
    readings = [CLOCK.monotonic() for _ in range(100)]
    assert readings == sorted(readings)


def test_a_score_gets_stale_on_the_machines_clock():
    """Exactly 24 hours by the machine's clock are fresh, a microsecond more is stale."""
    policy = ScoringPolicy()
    with freeze_time("2026-02-28 23:30:00") as machine:
        at = instant_of(CLOCK.now())
        machine.tick(timedelta(hours=24))
        assert not policy.is_stale(at, CLOCK.now())
        machine.tick(timedelta(microseconds=1))
        assert policy.is_stale(at, CLOCK.now())


def test_the_future_is_judged_by_the_machines_clock():
    """A score from five minutes ahead is taken, one from a millisecond later only when it is."""
    row = RawScore("L-1", "87", "2027-01-01T00:04:59.001Z")
    with freeze_time("2026-12-31 23:59:59") as machine:
        with pytest.raises(Rejected, match="ahead of this machine's clock"):
            parse(row, CLOCK.now())
        machine.tick(timedelta(milliseconds=1))
        assert parse(row, CLOCK.now()).score == 87


def test_a_machine_whose_clock_was_lost_says_so():
    """At the start of 1970 every real score is from the future; 1970 itself is accepted."""
    with freeze_time(datetime(1970, 1, 1, tzinfo=UTC)):
        with pytest.raises(Rejected, match="1970-01-01T00:00:00Z"):
            parse(RawScore("L-1", "87", "2026-11-23T10:00:00Z"), CLOCK.now())
        assert parse(RawScore("L-1", "87", "1970-01-01T00:00:00Z"), CLOCK.now()).at == 0


def test_the_last_instant_by_the_machines_clock():
    """In the platform's last millisecond a score of that very instant is accepted."""
    with freeze_time("2038-01-19 03:14:07.999"):
        now = CLOCK.now()
        text = now.isoformat()
        assert parse(RawScore("L-1", "87", text), now).at == LAST_INSTANT


@pytest.mark.parametrize(("seconds", "passed"), [(3600.0, 3600.0), (0.0, 0.0), (-5.0, 0.0)])
def test_sleeping(seconds, passed):
    """Sleep returns after the time that was asked for, at once where there is none to wait."""
    waited = VirtualClock()
    run_virtual(waited, CLOCK.sleep(seconds))
    assert waited.monotonic() == passed
