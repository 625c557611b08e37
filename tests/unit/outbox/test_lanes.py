# SPDX-License-Identifier: Apache-2.0
"""Lanes: scores that go the same way are claimed together."""

from __future__ import annotations

import pytest

from integration.order import Verdict
from integration.outbox import InputRow, tier_changes
from integration.scores import LeadScore

LATER = 3_600_000


@pytest.fixture
def put(box):
    """Put scores of some leads into a lane, in a run of their own."""

    def enqueue(lane, leads, *, at=5, score=50, destination="list"):
        run = box.records.start_run("test", destination, box.now)
        rows = [
            InputRow(row, LeadScore(lead, score, at), lane=lane)
            for row, lead in enumerate(leads, 1)
        ]
        box.intake.enqueue(run, destination, rows, box.now)
        return run

    return enqueue


def claims(box, limit=1000):
    """All claims that can be made, as their leads."""
    found = []
    while (claim := box.claims.claim("list", limit, box.now)) is not None:
        found.append("".join(box.leads(claim)))
    return found


def test_a_claim_is_of_one_lane(box, put):
    """However many scores are due, those of two lanes are never claimed together."""
    put("south", "AC")
    put("north", "BD")
    assert claims(box) == ["BD", "AC"]


def test_a_lane_is_claimed_in_parts(box, put):
    """A lane with more scores than a claim may hold is claimed until it is empty."""
    put("north", "ABC")
    put("south", "DE")
    assert claims(box, 2) == ["AB", "C", "DE"]


def test_the_lane_with_the_longest_wait_comes_first(box, put):
    """No lane starves: the score that waits longest decides."""
    put("south", "A")
    box.now += 1
    put("north", "B")
    put("south", "C")
    assert claims(box) == ["AC", "B"]


def test_only_the_lane_that_is_next_is_counted(box, put):
    """What is due is what the next claim can take."""
    put("south", "ABC")
    box.now += 1
    put("north", "DE")
    assert [box.claims.due("list", most, box.now) for most in (2, 9)] == [2, 3]
    box.take()
    assert box.claims.due("list", 9, box.now) == 2
    box.take()
    assert box.claims.due("list", 9, box.now) == 0


@pytest.mark.parametrize("verdict", [None, Verdict.UNKNOWN_LEAD], ids=["put off", "parked"])
def test_a_lane_without_due_scores_is_passed_over(box, put, verdict):
    """Scores that wait for a time, or for somebody, hold no other lane up."""
    put("north", "A")
    box.settle(box.take(), verdict, due=box.now + LATER)
    put("south", "B")
    assert box.claims.due("list", 9, box.now) == 1
    assert claims(box) == ["B"]


def test_a_score_that_was_put_off_comes_back_in_its_lane(box, put):
    """A score keeps its lane when it has to wait."""
    put("north", "A")
    box.settle(box.take(), None, due=box.now + LATER)
    box.now += LATER
    put("north", "B")
    put("south", "C")
    assert claims(box) == ["AB", "C"]


def test_a_claim_that_is_given_back_keeps_its_lane(box, put):
    """Scores of an interrupted delivery are claimed as before."""
    put("north", "A")
    put("south", "B")
    box.claims.give_back(box.take(), box.now)
    assert claims(box) == ["A", "B"]


def test_lanes_of_other_destinations_do_not_count(box, put):
    """A lane is a lane of its destination."""
    put("east", "X", destination="other")
    put("west", "A")
    assert box.claims.due("list", 9, box.now) == 1
    assert claims(box) == ["A"]
    assert box.leads(box.take(destination="other")) == ["X"]


def test_a_newer_score_changes_the_lane(box, put):
    """The newest score of a lead decides on the lane in which it waits."""
    put("north", "AB", at=5)
    put("south", "A", at=6)
    assert claims(box) == ["B", "A"]


def test_an_older_score_does_not_change_the_lane(box, put):
    """A score that is beaten at once leaves the lane as it is."""
    put("north", "AB", at=5)
    put("south", "A", at=4)
    assert claims(box) == ["AB"]


def test_a_claimed_score_names_its_lane(box, put):
    """Whoever claims scores is told their lane."""
    put("north", "A")
    (pending,) = box.take().pending
    assert pending.lane == "north"


def test_a_score_that_gets_its_turn_after_all_can_be_claimed(box):
    """A score that was beaten by a refused one waits in the lane of that one."""
    run = box.records.start_run("test", "list", box.now)
    rows = [
        InputRow(1, box.score(6, based_on={2}), lane="north"),
        InputRow(2, box.score(5), lane="south"),
    ]
    box.intake.enqueue(run, "list", rows, box.now)
    box.settle(box.take(), Verdict.CONFLICT)
    (pending,) = box.take().pending
    assert (pending.row, pending.lane) == (2, "north")


def test_who_is_next_is_known_ahead(box, put):
    """When the next score is due is known before it is, over all lanes."""
    assert box.claims.next_due("list") is None
    put("south", "A")
    first = box.now
    box.now += 1
    put("north", "B")
    assert box.claims.next_due("list") == first
    box.settle(box.take(), None, due=box.now + LATER)
    assert box.claims.next_due("list") == box.now
    box.deliver()
    assert box.claims.next_due("list") == box.now + LATER


def test_news_of_a_lead_keeps_its_place(box, put):
    """A score that takes an older one's place is due when that one was, or earlier."""
    put("north", "A", at=5)
    first = box.now
    box.now += 1
    put("north", "A", at=6)
    assert box.claims.next_due("list") == first
    box.settle(box.take(), None, due=box.now + LATER)
    put("north", "A", at=7)
    assert box.claims.next_due("list") == box.now
    box.settle(box.take(), Verdict.UNKNOWN_LEAD)
    box.now += 1
    put("north", "A", at=8)
    assert box.claims.next_due("list") == box.now


def test_lanes_in_front_go_first_but_for_every_fourth_turn(box, put):
    """Who has to go first does, however long others wait; and nobody waits for ever."""
    put("south", "ABCD")
    box.now += 1
    put("!north", "EFGHIJ")
    assert box.claims.next_due("list") == box.now - 1
    assert box.claims.due("list", 9, box.now) == 6
    assert claims(box, 1) == ["E", "F", "G", "A", "H", "I", "J", "B", "C", "D"]


def test_a_lane_in_front_that_is_not_due_holds_nobody_up(box, put):
    """Urgent scores that were put off wait for their time."""
    put("!north", "A")
    box.settle(box.take(), None, due=box.now + LATER)
    put("south", "B")
    assert claims(box) == ["B"]


def test_scores_that_change_the_lane_of_their_lead_go_in_front(box):
    """What was delivered last decides whether a score moves its lead."""

    def lane(score):
        return "1" if score.score > 70 else "2"

    box.run(box.score(5, 60, "A"), box.score(5, 90, "B"), box.score(5, 60, "C"))
    box.deliver()
    scores = [box.score(6, 80, lead) for lead in "ABD"] + [box.score(6, 61, "C")]
    found = tier_changes.lanes(box.records, "list", lane, scores)
    assert list(found.values()) == ["!1", "1", "1", "2"]
    assert set(tier_changes.lanes(box.records, "list", lambda _: "", scores).values()) == {""}
