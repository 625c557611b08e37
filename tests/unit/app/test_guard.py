# SPDX-License-Identifier: Apache-2.0
"""A push whose scores look broken, from the file to the list."""

from __future__ import annotations

import json

import pytest

from integration.reports import ExitCode
from integration.sources import SourceError

LEADS = [f"l{number:03}" for number in range(240)]
NORMAL = [(lead, place % 100 + 1) for place, lead in enumerate(LEADS)]
BROKEN = [(lead, 100) for lead in LEADS]


@pytest.fixture
def listed(site):
    site.add(*LEADS)
    return site


def carried(site):
    return {site.data(lead).get("ml_score", "") for lead in LEADS}


def test_broken_scores_do_not_reach_the_list(listed, tmp_path):
    """All 100: nothing is written, the run says why, and somebody is told."""
    run = listed.push(*BROKEN, drift_file=tmp_path / "alerts.jsonl")
    assert (run.waiting, run.held, run.exit_code) == (240, 240, ExitCode.ROWS_LEFT)
    assert run.held_because == "100% of 240 leads have the same score, 100"
    assert carried(listed) == {""}
    (alert,) = map(json.loads, (tmp_path / "alerts.jsonl").read_text().splitlines())
    assert (alert["kind"], alert["leads"], alert["reason"]) == ("scores_held", 240, "held")
    assert alert["problem"].endswith("look at them, then leadscore release --run 1")


def test_released_scores_are_delivered(listed):
    """After a release the next delivery brings the scores to their leads, and like ones pass."""
    listed.push(*BROKEN)
    left = listed.use(lambda app: app.resume())
    assert (left.held, left.waiting, left.exit_code) == (240, 240, ExitCode.ROWS_LEFT)
    assert carried(listed) == {""}
    assert listed.use(released) == 240
    done = listed.use(lambda app: app.resume())
    assert (done.delivered, done.held, done.exit_code) == (240, 0, ExitCode.FINE)
    assert carried(listed) == {"100"}
    again = listed.push(*BROKEN, age_s=30)
    assert (again.delivered, again.held) == (240, 0)


async def released(app):
    return app.release()


async def dropped(app):
    return app.release(drop=True)


def test_dropped_scores_are_rejected(listed):
    """After a drop the list keeps what it had, and a correct file goes through."""
    listed.push(*NORMAL)
    held = listed.push(*BROKEN, age_s=30)
    assert held.held == 240
    assert listed.use(dropped) == 240
    assert len(carried(listed)) == 100
    right = listed.push(*((lead, 101 - score) for lead, score in NORMAL), age_s=20)
    assert (right.delivered, right.held) == (240, 0)


def test_a_push_can_be_trusted(listed):
    """--accept-distribution delivers what would have been held."""
    rows = listed.rows(*BROKEN)
    run = listed.use(lambda app: app.push(rows, name="test", trusted=True))
    assert (run.delivered, run.held) == (240, 0)


def test_the_guard_can_be_turned_off(listed):
    """Without the guard everything is delivered, and nothing is parked on its way."""
    run = listed.push(*BROKEN, guard=False)
    assert (run.delivered, run.held) == (240, 0)


def test_scores_of_a_file_that_broke_off_are_judged_later(listed):
    """What was accepted before a file became unreadable is judged by the next delivery."""

    def rows():
        yield from listed.rows(*BROKEN)
        raise SourceError("scores.csv", "is damaged", "send it again")

    with pytest.raises(SourceError):
        listed.use(lambda app: app.push(rows(), name="test"))
    assert carried(listed) == {""}
    left = listed.use(lambda app: app.resume())
    assert (left.held, left.delivered) == (240, 0)
    assert left.held_because == "100% of 240 leads have the same score, 100"


def test_an_earlier_run_that_is_held_is_not_told_as_this_one(listed):
    """A small push that finds broken scores left by a dead process is itself fine."""

    def rows():
        yield from listed.rows(*BROKEN[1:])
        raise SourceError("scores.csv", "is damaged", "send it again")

    with pytest.raises(SourceError):
        listed.use(lambda app: app.push(rows(), name="test"))
    run = listed.push(("l000", 40))
    assert (run.delivered, run.held, run.exit_code) == (1, 0, ExitCode.FINE)
    assert carried(listed) == {"", "40"}
