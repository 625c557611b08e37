# SPDX-License-Identifier: Apache-2.0
"""What becomes of scores when they arrive: the newest of each lead stays pending."""

from __future__ import annotations

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import InputRow, OutboxError
from integration.scores import Rejected

DUPLICATE, SUPERSEDED, CONFLICT = Verdict.DUPLICATE, Verdict.SUPERSEDED, Verdict.CONFLICT
WAITING, DELIVERED, UNKNOWN = Verdict.WAITING, Verdict.DELIVERED, Verdict.UNKNOWN_LEAD

# at, score, based_on of the rows of one input in their order; their verdicts; the row that waits
ARRIVALS = {
    "a single row": ([(5,)], [WAITING], 1),
    "older after newer": ([(5,), (4,)], [WAITING, SUPERSEDED], 1),
    "newer after older": ([(4,), (5,)], [SUPERSEDED, WAITING], 2),
    "in the middle": ([(3,), (5,), (4,)], [SUPERSEDED, WAITING, SUPERSEDED], 2),
    "rising": ([(3,), (4,), (5,)], [SUPERSEDED, SUPERSEDED, WAITING], 3),
    "the same twice": ([(5,), (5,)], [WAITING, DUPLICATE], 1),
    "same instant, other score": ([(5, 50), (5, 60)], [WAITING, CONFLICT], 1),
    "same as the beaten one": ([(4,), (5,), (4,)], [SUPERSEDED, WAITING, SUPERSEDED], 2),
    "based on the waiting one": ([(4,), (5, 50, {4})], [SUPERSEDED, WAITING], 2),
    "based on another": ([(4,), (5, 50, {3})], [WAITING, CONFLICT], 1),
    "based on none": ([(4,), (5, 50, {None})], [WAITING, CONFLICT], 1),
    "a chain": ([(3, 50, {2}), (4, 50, {3}), (5, 50, {4})], [SUPERSEDED, SUPERSEDED, WAITING], 3),
}


@pytest.mark.parametrize("cut", [0, 1, 2, 3], ids=lambda cut: f"second batch from row {cut + 1}")
@pytest.mark.parametrize(("rows", "verdicts", "winner"), ARRIVALS.values(), ids=ARRIVALS)
def test_verdicts_on_arrival(box, rows, verdicts, winner, cut):
    """Verdicts follow the order rules, however the rows of a run are cut into batches."""
    scores = [
        box.score(row[0], *row[1:2], based_on=row[2] if len(row) > 2 else None) for row in rows
    ]
    run = box.run(*scores[:cut])
    box.put(run, *scores[cut:], first=min(cut, len(scores)) + 1)
    assert box.verdicts(run) == dict(enumerate(verdicts, 1))
    assert box.waiting() == [("L", rows[winner - 1][0], run, winner)]


def test_a_chain_keeps_the_conditions_of_its_links(box):
    """A score that takes the place of the one it was computed from passes its base on."""
    box.run(box.score(3, based_on={2}), box.score(4, 77, based_on={3}, model="m8"))
    (pending,) = box.take().pending
    assert pending.score == box.score(4, 77, based_on={2, 3}, model="m8")


def test_rejected_rows_are_on_record(box):
    """A row that is no score has its verdict, reason and message at once and beats nothing."""
    problem = Rejected("score_out_of_range", "priority_score 0 is too low", lead_id="L")
    run = box.run(box.score(4), problem, box.score(3))
    assert box.verdicts(run) == {1: WAITING, 2: Verdict.REJECTED, 3: SUPERSEDED}
    row = box.row(run, 2)
    assert (row.lead_id, row.reason, row.message) == ("L", problem.reason, problem.message)
    assert (row.score, row.at, row.previous) == (None, None, None)
    assert box.waiting() == [("L", 4, run, 1)]


@pytest.mark.parametrize(
    ("rows", "loser", "reason", "rival"),
    [
        ([(5,), (5,)], 2, "same_score", "row 1 has 50 of 1970-01-01T00:00:00.005Z"),
        ([(5, 51), (5,)], 2, "same_instant", "row 1 has 51 of 1970-01-01T00:00:00.005Z"),
        ([(4,), (5, 52, {3})], 2, "other_base", "row 1 has 50 of 1970-01-01T00:00:00.004Z"),
        ([(5,), (4,)], 2, "newer_score", "row 1 has 50 of 1970-01-01T00:00:00.005Z"),
        ([(4,), (5, 53)], 1, "newer_score", "row 2 has 53 of 1970-01-01T00:00:00.005Z"),
    ],
    ids=["duplicate", "conflict of instants", "conflict of bases", "older after", "older before"],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "two batches"])
def test_a_beaten_row_says_what_beat_it(box, rows, loser, reason, rival, at_once):
    """A row that loses to another one of its file names that row, with a reason code."""
    scores = [
        box.score(row[0], *row[1:2], based_on=row[2] if len(row) > 2 else None) for row in rows
    ]
    run = box.run(*(scores if at_once else scores[:1]))
    if not at_once:
        box.put(run, scores[1], first=2)
    assert (box.row(run, loser).reason, box.row(run, loser).message) == (reason, rival)
    winner = box.row(run, 3 - loser)
    assert (winner.reason, winner.message) == (None, None)


def test_leads_do_not_meet(box):
    """Each lead has its own order; ids that differ in case are two leads."""
    run = box.run(*(box.score(at, lead=lead) for at, lead in ((5, "A"), (4, "a"), (3, "B"))))
    assert set(box.verdicts(run).values()) == {WAITING}
    assert [lead for lead, *_ in box.waiting()] == ["A", "B", "a"]


def test_destinations_do_not_meet(box):
    """The same lead may wait for two destinations with different scores."""
    first = box.run(box.score(5), destination="list")
    second = box.run(box.score(4), destination="other")
    assert box.verdicts(second) == {1: WAITING}
    assert box.waiting() == [("L", 5, first, 1)]
    assert box.waiting("other") == [("L", 4, second, 1)]


def test_a_big_batch_meets_what_waits(box):
    """Every lead of a batch is looked up, however many there are."""
    leads = [f"L{number:04}" for number in range(1, 1202)]
    old = box.run(*(box.score(4, lead=lead) for lead in leads))
    new = box.run(*(box.score(5, lead=lead) for lead in reversed(leads)))
    assert set(box.verdicts(old).values()) == {SUPERSEDED}
    assert set(box.verdicts(new).values()) == {WAITING}
    assert [at for _, at, _, _ in box.waiting()] == [5] * len(leads)


def test_a_batch_without_rows(box):
    """An empty batch is accepted."""
    run = box.run()
    assert box.verdicts(run) == {}
    assert box.claims.claim("list", 10, box.now) is None


def test_a_row_number_is_taken_once(box):
    """A batch that repeats row numbers of its run is refused whole, nothing else changes."""
    run = box.run(box.score(4), box.score(4, lead="M"))
    with pytest.raises(OutboxError, match="arrival"):
        box.put(run, box.score(9), box.score(9, lead="M"), first=2)
    assert box.verdicts(run) == {1: WAITING, 2: WAITING}
    assert box.waiting() == [("L", 4, run, 1), ("M", 4, run, 2)]


def test_a_batch_is_accepted_whole_or_not_at_all(box):
    """A batch that breaks off in the middle leaves nothing behind."""
    run = box.run(box.score(4))
    broken = [InputRow(2, box.score(5)), InputRow(3, box.score("not a number", lead=None))]
    with pytest.raises(OutboxError):
        box.intake.enqueue(run, "list", broken, box.now)
    assert box.verdicts(run) == {1: WAITING}
    assert box.waiting() == [("L", 4, run, 1)]


def test_a_newer_run_beats_what_an_older_left(box):
    """A score that an earlier run left behind is superseded by a newer one of a later run."""
    left = box.run(box.score(4))
    box.settle(box.take(), None, due=box.now + 60_000)
    later = box.run(box.score(5))
    assert (box.verdicts(left), box.verdicts(later)) == ({1: SUPERSEDED}, {1: WAITING})
    assert box.leads(box.take()) == ["L"]


def test_an_equal_score_of_a_later_run_speaks_for_both(box):
    """Running a file again adopts what the first run left, at once and with its conditions."""
    left = box.run(box.score(4, based_on={3}, model="m7"))
    box.settle(box.take(), None, due=box.now + 60_000)
    again = box.run(box.score(4), box.score(4))
    assert box.verdicts(left) == {1: SUPERSEDED}
    assert box.verdicts(again) == {1: WAITING, 2: DUPLICATE}
    (pending,) = box.take().pending
    assert (pending.run, pending.row, pending.attempts) == (again, 1, 0)
    assert pending.score == box.score(4, based_on={3}, model="m7")


@pytest.mark.parametrize("news", [(3,), (4, 51), (5, 50, {1})], ids=["older", "other", "based on"])
def test_any_news_of_a_lead_brings_its_parked_score_back(box, news):
    """A parked score waits again as soon as anything arrives for its lead, even if it loses."""
    parked = box.run(box.score(4))
    box.settle(box.take(), UNKNOWN, message="not on the list")
    assert box.claims.claim("list", 10, box.now) is None
    assert box.verdicts(parked) == {1: UNKNOWN}
    box.run(box.score(*news[:2], based_on=news[2] if len(news) > 2 else None))
    row = box.row(parked)
    assert (row.verdict, row.reason, row.message) == (WAITING, None, None)
    box.deliver()
    assert box.verdicts(parked) == {1: DELIVERED}


@pytest.mark.parametrize(
    ("at", "reason"), [(4, "same_score"), (5, "newer_score")], ids=["the same score", "a newer one"]
)
def test_a_parked_score_that_is_overtaken(box, at, reason):
    """A parked score whose place is taken is superseded, with a new reason for its old one."""
    parked = box.run(box.score(4))
    box.settle(box.take(), Verdict.REJECTED, message="refused", stored=StoredScore(30, 3))
    later = box.run(box.score(at))
    row = box.row(parked)
    assert (row.verdict, row.reason) == (SUPERSEDED, reason)
    assert row.message == f"run {later} has 50 of 1970-01-01T00:00:00.00{at}Z"
    assert (row.previous, row.previous_at) == (None, None)
    box.deliver()
    assert box.verdicts(later) == {1: DELIVERED}


@pytest.mark.parametrize("news", [(3,), (4, 51)], ids=["older", "same instant, other score"])
def test_news_that_lose_hurry_nothing(box, news):
    """A score that was put off keeps its time and its attempts when something older arrives."""
    box.run(box.score(4))
    box.settle(box.take(), None, due=box.now + 1)
    box.run(box.score(*news))
    assert box.claims.claim("list", 10, box.now) is None
    box.now += 1
    assert [one.attempts for one in box.take().pending] == [1]


def test_rejected_rows_wake_nobody(box):
    """A rejected row is no news of a lead: what is parked stays parked."""
    box.run(box.score(4))
    box.settle(box.take(), UNKNOWN)
    box.run(Rejected("score_not_a_number", "no number", lead_id="L"))
    assert box.claims.claim("list", 10, box.now) is None


def test_what_is_on_its_way_is_not_given_out_twice(box):
    """A newer score of a lead on its way waits until that delivery has settled."""
    first = box.run(box.score(4))
    claim = box.take()
    second = box.run(box.score(5))
    assert box.claims.claim("list", 10, box.now) is None
    assert (box.verdicts(first), box.verdicts(second)) == ({1: SUPERSEDED}, {1: WAITING})
    box.settle(claim, DELIVERED)
    assert (box.verdicts(first), box.verdicts(second)) == ({1: DELIVERED}, {1: WAITING})
    (pending,) = box.take().pending
    assert (pending.score.at, pending.run) == (5, second)
