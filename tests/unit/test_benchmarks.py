# SPDX-License-Identifier: Apache-2.0
"""The numbers that the project promises and that do not depend on the machine.

Speeds are measured by hand (docs/benchmarks.md); what is counted is counted here as well, with
fewer scores.
"""

from __future__ import annotations

import pytest

from benchmarks import calls, storm
from benchmarks.report import Finding, at_least, at_most, conclude, speed
from benchmarks.storm import Weather


@pytest.fixture
def folder():
    """Where outboxes lie; the log is silent."""
    with calls.backstage() as folder:
        yield folder


def test_a_push_reads_and_writes_in_full_batches(folder):
    """1,000 scores take 20 reads and one write, onto blank scores and onto earlier ones."""
    costs = calls.pushes(folder, 3_000, 2)
    assert [one.per_thousand for one in costs] == [calls.SAFE, calls.SAFE]
    assert [one.wrong for one in costs] == [0, 0]


def test_a_full_window_breaks_no_batch(folder):
    """Where 14 batches leave 6 of 300 calls over, the next batch waits and stays whole."""
    (cost,) = calls.pushes(folder, 16_000, 1)
    assert cost.calls == 16 * calls.SAFE
    assert cost.seconds > 60


def test_a_trusted_ledger_saves_nearly_all_reads(folder):
    """From the second push on, 1,000 scores take one read, of a sample, and one write."""
    first, second = calls.pushes(folder, 2_000, 2, **calls.KEPT)
    assert first.per_thousand == calls.SAFE
    assert second.per_thousand == 2 <= calls.LEDGER
    assert second.wrong == 0


def test_the_naive_way_takes_two_calls_for_a_score(folder):
    """What we are compared with reads and writes each contact, as often as its limit lets it."""
    assert calls.naive(folder, 100).calls == 200


SMALL = {"limit": 60, "minutes": 2.2}


@pytest.mark.parametrize(
    ("weather", "seed"),
    [
        (Weather("calm", **SMALL), 0),
        (Weather("steady and greedy", others=12, greedy=((55, 20),), **SMALL), 0),
        (Weather("hidden", limit=150, hidden=60, minutes=2.2), 0),
        (Weather("fixed window", fixed=True, greedy=((0.25, 20),), **SMALL), 0),
        (Weather("all of it", greedy=((30, 10),), unavailable=0.05, lost=0.1, **SMALL), 0),
        (Weather("all of it", greedy=((30, 10),), unavailable=0.05, lost=0.1, **SMALL), 1),
    ],
    ids=lambda case: case.name if isinstance(case, Weather) else f"seed {case}",
)
def test_bad_weather_leaves_the_call_budget_used(folder, weather, seed):
    """97 % of the window's calls are used, with few refusals, and every score arrives."""
    outcome = storm.push_through(weather, folder, seed=seed)
    assert outcome.left == 0
    assert outcome.share >= storm.SHARE
    assert outcome.episodes <= outcome.episodes_allowed


def test_the_same_seed_is_the_same_storm(folder):
    """A measurement of the storm can be repeated, to the last call."""
    weather = Weather("rough", others=12, unavailable=0.2, lost=0.3, limit=60, minutes=1)
    again, other = folder / "again", folder / "other"
    again.mkdir()
    other.mkdir()
    first = storm.push_through(weather, folder, seed=7)
    assert storm.push_through(weather, again, seed=7) == first
    assert storm.push_through(weather, other, seed=8) != first


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([at_most("calls", 21, 21), at_least("share", 0.97, 0.97)], 0),
        ([at_most("calls", 21.1, 21), at_least("share", 0.97, 0.97)], 1),
        ([at_least("share", 0.96, 0.97)], 1),
        ([speed("rows", 10, goal=20_000), Finding("told", "1")], 0),
    ],
    ids=["met", "too many", "too little", "speeds never decide"],
)
def test_a_missed_target_is_an_exit_code(capsys, found, code):
    """A measurement ends with 1 where a count or ratio misses its target, and says which."""
    assert conclude("Title", found) == code
    assert ("FAIL" in capsys.readouterr().out) == bool(code)
