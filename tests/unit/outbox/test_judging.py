# SPDX-License-Identifier: Apache-2.0
"""Scores of a run wait until all of them are judged together; what looks broken is held."""

from __future__ import annotations

import pytest

from integration.distribution import Distribution
from integration.order import Verdict
from integration.outbox import UNJUDGED, InputRow, Judgement

WHY = "all of them are 100"


def fine(*_):
    return ""


def broken(*_):
    return WHY


def accept(box, *scores, first=1, run=None, destination="list"):
    """A run whose scores nobody may deliver yet."""
    run = run or box.records.start_run("test", destination, box.now)
    rows = [InputRow(row, one) for row, one in enumerate(scores, first)]
    box.intake.enqueue(run, destination, rows, box.now, parked=UNJUDGED)
    return run


def due(box, destination="list"):
    """The leads that a deliverer would get, which are given back."""
    claim = box.claims.claim(destination, 1000, box.now)
    if claim is None:
        return []
    box.claims.give_back(claim, box.now)
    return sorted(box.leads(claim))


def judge(box, verdict=fine, destination="list"):
    return box.outbox.judging.judge(destination, verdict, box.now)


def parked(box):
    return box.records.status(box.now).parked


def test_nobody_delivers_before_the_judgement(box):
    """Scores that are accepted unjudged are no deliverer's, and a retry does not change that."""
    accept(box, box.score(lead="A"), box.score(lead="B"))
    assert due(box) == []
    assert box.records.release(box.now) == 0
    assert box.records.release(box.now, lead_id="A") == 0
    assert box.records.on_their_way(None, box.now) == 0
    assert parked(box) == {"unjudged": 2}
    assert box.records.waiting("list") == {"A", "B"}


def test_scores_that_look_fine_go_on(box):
    """Once judged and found fine, all of the run is due."""
    run = accept(box, box.score(lead="A"), box.score(lead="B"))
    assert judge(box) == [Judgement(run, 2)]
    assert due(box) == ["A", "B"]
    assert parked(box) == {}
    assert judge(box) == []


def test_scores_that_look_broken_are_held(box):
    """Held scores wait with the reason, on their rows and in the status."""
    run = accept(box, box.score(lead="A", score=100), box.score(lead="B", score=100))
    assert judge(box, broken) == [Judgement(run, 2, WHY)]
    assert due(box) == []
    assert box.records.release(box.now) == 0
    assert parked(box) == {"held": 2}
    assert box.records.status(box.now).examples == (("A", "held", WHY), ("B", "held", WHY))
    assert {one.message for one in box.records.arrivals(run)} == {WHY}
    assert box.records.counts(run).verdicts == {"waiting": 2}


def test_the_judge_sees_what_came_and_what_was_accepted(box):
    """A run is compared with what was accepted before it, held scores left out."""
    seen = []

    def judge_of(verdict):
        def looks(run, new, accepted):
            seen.append((run, new.counts[49], new.scores, accepted.scores, accepted.counts[49]))
            return verdict

        return looks

    first = accept(box, box.score(lead="A"), box.score(lead="B"), box.score(lead="C", score=7))
    judge(box, judge_of(""))
    held = accept(box, *(box.score(lead=lead, score=100) for lead in "DEFG"))
    judge(box, judge_of(WHY))
    third = accept(box, box.score(lead="H"))
    judge(box, judge_of(""))
    assert seen == [(first, 2, 3, 0, 0), (held, 0, 4, 3, 2), (third, 1, 1, 3, 2)]


def test_each_destination_has_scores_of_its_own(box):
    """What one list has accepted is no measure for another one."""
    accept(box, box.score(lead="A"))
    accept(box, box.score(lead="A"), destination="other")
    judge(box)
    assert due(box, "other") == []
    seen = []
    judge(box, lambda _, new, accepted: seen.append((new, accepted)) or "", "other")
    ((new, accepted),) = seen
    assert (new.scores, accepted) == (1, Distribution())
    assert due(box, "other") == ["A"]


def test_a_run_that_broke_off_is_judged_by_the_next(box):
    """Scores that a dead process left unjudged are still so, and are judged with the next run."""
    first = accept(box, box.score(lead="A"))
    box = box.reopen()
    second = accept(box, box.score(lead="B"))
    assert judge(box, lambda run, *_: WHY if run == first else "") == [
        Judgement(first, 1, WHY),
        Judgement(second, 1),
    ]
    assert due(box) == ["B"]
    box.outbox.close()


def test_a_newer_score_takes_the_place_of_a_held_one(box):
    """News of a lead from a run that is fine goes on; the held score is superseded."""
    held = accept(box, box.score(5, 100, "A"), box.score(5, 100, "B"))
    judge(box, broken)
    accept(box, box.score(6, 40, "A"))
    assert parked(box) == {"held": 1, "unjudged": 1}
    judge(box)
    assert due(box) == ["A"]
    assert box.verdicts(held) == {1: "superseded", 2: "waiting"}


def test_an_older_score_does_not_bring_a_held_one_back(box):
    """News that is older than the held score is beaten by it, and releases nothing."""
    accept(box, box.score(5, 100, "A"))
    judge(box, broken)
    late = box.run(box.score(4, 40, "A"))
    assert box.verdicts(late) == {1: "superseded"}
    assert (due(box), parked(box)) == ([], {"held": 1})


def test_the_same_file_again_is_judged_again(box):
    """A run that brings the held scores once more takes them over, and is held itself."""
    accept(box, box.score(5, 100, "A"))
    judge(box, broken)
    again = accept(box, box.score(5, 100, "A"))
    assert judge(box, broken) == [Judgement(again, 1, WHY)]
    assert due(box) == []


def test_a_parked_score_of_an_earlier_run_is_not_judged_with_it(box):
    """News of an unknown lead brings its parked score back, which was judged before."""
    first = box.run(box.score(5, 50, "A"))
    box.settle(box.take(), Verdict.UNKNOWN_LEAD)
    late = accept(box, box.score(4, 40, "A"))
    assert due(box) == ["A"]
    assert (box.verdicts(first), box.verdicts(late)) == ({1: "waiting"}, {1: "superseded"})


@pytest.mark.parametrize("ending", ["settled", "given back", "recovered"])
def test_a_held_score_stays_held_when_the_older_one_is_done(box, ending):
    """A score on its way, when a newer one of the lead comes and is held, releases nothing."""
    box.run(box.score(5, 50, "A"))
    claim = box.take()
    accept(box, box.score(6, 100, "A"))
    judge(box, broken)
    if ending == "settled":
        box.settle(claim, Verdict.DELIVERED)
    elif ending == "given back":
        box.claims.give_back(claim, box.now)
    else:
        box = box.reopen()
        box.claims.recover("list", box.now)
    assert (due(box), parked(box)) == ([], {"held": 1})
    assert box.outbox.judging.release(box.now) == 1
    assert due(box) == ["A"]
    box.outbox.close()


def test_a_judgement_while_an_older_score_is_on_its_way(box):
    """What is accepted while the lead's older score is on its way is due once that is done."""
    box.run(box.score(5, 50, "A"))
    claim = box.take()
    accept(box, box.score(6, 60, "A"))
    judge(box)
    assert due(box) == []
    box.settle(claim, Verdict.DELIVERED)
    assert due(box) == ["A"]


# -- what becomes of held scores -----------------------------------------------------------------


@pytest.fixture
def held(box):
    """Two held runs of scores 100: of leads A and B, and of lead C."""
    runs = accept(box, box.score(5, 100, "A"), box.score(5, 100, "B")), None
    runs = runs[0], accept(box, box.score(5, 100, "C"))
    judge(box, broken)
    return runs


def test_held_scores_are_released(box, held):
    """Released scores are due, and count as accepted from then on."""
    assert box.outbox.judging.release(box.now) == 3
    assert (due(box), parked(box)) == (["A", "B", "C"], {})
    assert box.outbox.judging.release(box.now) == 0
    seen = []
    accept(box, box.score(6, 40, "A"))
    judge(box, lambda _run, _new, accepted: seen.append(accepted.counts[99]) or "")
    assert seen == [2]
    assert held


def test_one_run_is_released(box, held):
    """A run that is named goes on alone."""
    assert box.outbox.judging.release(box.now, held[1]) == 1
    assert (due(box), parked(box)) == (["C"], {"held": 2})


def test_one_run_is_dropped(box, held):
    """Dropped scores are rejected, with the reason why they were held; others stay."""
    assert box.outbox.judging.drop(box.now, held[0]) == 2
    assert parked(box) == {"held": 1}
    row = box.row(held[0])
    assert (row.verdict, row.reason, row.message) == ("rejected", "dropped", WHY)
    assert box.outbox.judging.drop(box.now) == 1
    assert (due(box), box.waiting()) == ([], [])


def test_what_a_dropped_score_had_beaten_gets_its_turn(box):
    """A score that waited for delivery supersedes nothing once it is dropped."""
    first = box.run(box.score(5, 50, "A"), box.score(5, 50, "B"))
    again = box.run(box.score(5, 50, "B"))
    accept(box, box.score(6, 100, "A"), box.score(5, 50, "B"))
    judge(box, broken)
    box.outbox.judging.drop(box.now)
    assert due(box) == ["A", "B"]
    assert {box.verdicts(first)[1], *box.verdicts(again).values()} <= {"waiting", "superseded"}
    assert [(at, run) for _, at, run, _ in box.waiting()] == [(5, first), (5, first)]


def test_what_was_delivered_meanwhile_is_not_undone(box):
    """A score that was delivered, while a held one had its place, is not delivered again."""
    box.run(box.score(5, 50, "A"))
    claim = box.take()
    accept(box, box.score(6, 100, "A"))
    judge(box, broken)
    box.settle(claim, Verdict.DELIVERED)
    box.outbox.judging.drop(box.now)
    assert box.waiting() == []


def test_a_held_run_gets_no_turn_when_another_one_is_dropped(box):
    """Scores of one broken file, pushed twice, are all gone when the second run is dropped."""
    first = accept(box, box.score(5, 100, "A"), box.score(4, 100, "A"))
    judge(box, broken)
    accept(box, box.score(5, 100, "A"))
    judge(box, broken)
    box.outbox.judging.drop(box.now)
    assert (due(box), box.waiting()) == ([], [])
    assert set(box.verdicts(first).values()) == {"superseded"}


def test_rejects_do_not_count(box):
    """A run without one score is judged by nobody."""
    run = box.records.start_run("test", "list", box.now)
    box.intake.enqueue(run, "list", [], box.now, parked=UNJUDGED)
    assert judge(box, broken) == []
