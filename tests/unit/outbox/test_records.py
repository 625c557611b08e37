# SPDX-License-Identifier: Apache-2.0
"""What the outbox can tell about runs, rows, leads and itself."""

from __future__ import annotations

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import OutboxError, RunCounts
from integration.outbox import records as records_module
from integration.scores import Rejected

DELIVERED, DUPLICATE, SUPERSEDED = Verdict.DELIVERED, Verdict.DUPLICATE, Verdict.SUPERSEDED
CONFLICT, UNKNOWN, WAITING = Verdict.CONFLICT, Verdict.UNKNOWN_LEAD, Verdict.WAITING
HELD = StoredScore(40, 3)
MINUTE = 60_000


def test_runs_are_numbered(box):
    """Every run has a number of its own, higher than those before."""
    runs = [box.run() for _ in range(3)]
    assert runs == sorted(set(runs))


def test_counts_of_a_run(box):
    """The rows of a run are counted by verdict; delivered ones also by change of value."""
    problem = Rejected("score_not_a_number", "no number", lead_id="R")
    leads = [box.score(5, 50, lead) for lead in "ABCDE"]
    run = box.run(*leads, problem, box.score(4, lead="A"), box.score(5, lead="A"))
    box.run(box.score(5, lead="Z"))
    claim = box.take(4)
    box.claims.intend(
        claim,
        list(zip(claim.pending, [HELD, StoredScore(50, 3), StoredScore(), HELD], strict=True)),
        "batch",
        box.now,
    )
    verdicts = [DELIVERED, DELIVERED, DELIVERED, CONFLICT]
    outcomes = [box.outcome(*pair) for pair in zip(claim.pending, verdicts, strict=True)]
    box.claims.settle(claim, outcomes, box.now)
    expected = {
        DELIVERED: 3,
        CONFLICT: 1,
        WAITING: 1,
        Verdict.REJECTED: 1,
        SUPERSEDED: 1,
        DUPLICATE: 1,
    }
    assert box.records.counts(run) == RunCounts(expected, unchanged=1, previous_logged=3)
    assert box.records.counts(run).rows == 8


def test_counts_of_a_run_that_does_not_exist(box):
    """A run without rows, or without existence, has no counts."""
    assert box.records.counts(99) == RunCounts({}, 0, 0)
    assert box.records.counts(99).rows == 0
    assert list(box.records.arrivals(99)) == []


def test_a_delivered_row_has_its_verdict_from_the_ledger(box):
    """What was written speaks for its row: verdict and previous value come from the ledger."""
    run = box.run(box.score(4), box.score(5, 77))
    box.settle(box.take(), DELIVERED, stored=HELD)
    stored = box.outbox._db.read().execute("SELECT verdict, previous FROM arrival ORDER BY row")
    assert stored.fetchall() == [("superseded", None), (None, None)]
    rows = list(box.records.arrivals(run))
    assert [(one.verdict, one.previous, one.previous_at) for one in rows] == [
        (SUPERSEDED, None, None),
        (DELIVERED, 40, 3),
    ]
    assert [(one.row, one.lead_id, one.score, one.at) for one in rows] == [
        (1, "L", 50, 4),
        (2, "L", 77, 5),
    ]


def test_the_ledger_of_another_destination_says_nothing(box):
    """A row is delivered only if it was delivered to the destination of its run."""
    here = box.run(box.score(5))
    there = box.run(box.score(5), destination="other")
    box.deliver()
    assert (box.verdicts(here), box.verdicts(there)) == ({1: DELIVERED}, {1: WAITING})


def test_a_row_that_waits_again_is_not_delivered(box):
    """While a score is on its way a second time, its row waits, whatever the ledger says."""
    box.run(box.score(5))
    box.deliver(stored=HELD)
    run = box.run(box.score(5))
    assert box.verdicts(run) == {1: WAITING}
    assert box.records.counts(run) == RunCounts({WAITING: 1}, 0, 0)
    assert box.row(run).previous is None


def test_an_intent_is_no_delivery(box):
    """A row whose write was only meant to be made waits."""
    run = box.run(box.score(5))
    box.intend(box.take(), 40, 3)
    assert box.verdicts(run) == {1: WAITING}
    assert box.row(run).previous is None


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_rows_come_in_their_order(box, size, monkeypatch):
    """All rows of a run come once, in the order of their numbers, however they are fetched."""
    monkeypatch.setattr(records_module, "_PAGE", size)
    run = box.run(*(box.score(at) for at in (3, 5, 4)))
    box.put(run, box.score(9), box.score(8), first=10)
    box.run(box.score(1))
    assert [one.row for one in box.records.arrivals(run)] == [1, 2, 3, 10, 11]


def test_writing_while_rows_are_read(box, monkeypatch):
    """A half-read list of rows keeps nobody from writing, whoever wrote in between."""
    monkeypatch.setattr(records_module, "_PAGE", 2)
    run = box.run(*(box.score(5, lead=lead) for lead in "ABCDE"))
    rows = box.records.arrivals(run)
    assert next(rows).row == 1
    other = type(box)(box.path)
    other.run(box.score(6, lead="E"))
    other.outbox.close()
    box.records.finish_run(run, box.now)
    assert [(one.row, one.verdict) for one in rows] == [
        *((2, WAITING), (3, WAITING), (4, WAITING)),
        (5, SUPERSEDED),
    ]


def test_the_history_of_a_lead(box):
    """All writes of a lead are listed, the oldest score first, for all destinations."""
    for at, score in ((5, 50), (7, 70), (6, 60)):
        box.run(box.score(at, score))
        box.settle(box.take(), DELIVERED, stored=StoredScore(score - 1, at - 1))
    box.run(box.score(8), box.score(8, lead="M"), destination="other")
    box.settle(box.take(destination="other"), DELIVERED)
    history = box.records.history("L")
    assert [(one.at, one.score, one.previous) for one in history[:3]] == [
        *((5, 50, 49), (6, 60, 59)),
        (7, 70, 69),
    ]
    assert [one.destination for one in history] == ["list", "list", "list", "other"]
    assert box.records.history("nobody") == []


def test_the_newest_delivered_score(box):
    """The ledger knows the newest delivered score of a lead at a destination."""
    for at, verdict in ((5, DELIVERED), (7, DELIVERED), (6, DELIVERED), (8, CONFLICT)):
        box.run(box.score(at, at * 10))
        claim = box.take()
        box.intend(claim)
        box.settle(claim, verdict)
    box.run(box.score(9, lead="M"))
    box.intend(box.take())
    found = box.records.last_delivered("list", ["L", "M", "N"])
    assert found == {"L": StoredScore(70, 7)}
    assert box.records.last_delivered("other", ["L"]) == {}
    assert box.records.last_delivered("list", []) == {}


def test_what_is_on_its_way(box):
    """Due and claimed scores are on their way, of one run or of all; others are not."""
    run = box.run(*(box.score(5, lead=lead) for lead in "ABCDE"))
    box.run(box.score(5, lead="Z"))
    box.settle(box.take(1), UNKNOWN)
    box.settle(box.take(1), None, due=box.now + MINUTE)
    box.settle(box.take(1), DELIVERED)
    box.take(1)
    assert box.records.on_their_way(run, box.now) == 2
    assert box.records.on_their_way(None, box.now) == 3
    assert box.records.on_their_way(run, box.now + MINUTE) == 3
    assert box.records.on_their_way(99, box.now) == 0


def test_the_leads_that_wait(box):
    """Leads wait while their score is due, put off or on its way; not once it is parked."""
    box.run(*(box.score(5, lead=lead) for lead in "ABCDE"))
    box.run(box.score(5, lead="Z"), destination="other")
    box.settle(box.take(1), UNKNOWN)
    box.settle(box.take(1), None, due=box.now + MINUTE)
    box.settle(box.take(1), DELIVERED)
    box.take(1)
    assert box.records.waiting("list") == {"B", "D", "E"}
    assert box.records.waiting("nowhere") == set()


def test_the_status_of_an_empty_outbox(box):
    """Where nothing waits, every figure is zero."""
    status = box.records.status(box.now)
    assert (status.ready, status.put_off, status.claimed) == (0, 0, 0)
    assert (status.parked, status.examples) == ({}, ())
    assert (status.oldest, status.next_attempt) == (None, None)


def test_the_status(box):
    """What waits is counted by what it waits for, with some leads as examples."""
    box.run(*(box.score(5, lead=lead) for lead in "ABCDEF"))
    box.settle(box.take(2), UNKNOWN, reason="unknown_lead", message="not on the list")
    box.settle(box.take(1), Verdict.REJECTED, reason="invalid.phone", message="refused")
    box.settle(box.take(1), None, reason="unreachable", message="no answer", due=box.now + MINUTE)
    box.take(1)
    status = box.records.status(box.now)
    assert (status.ready, status.put_off, status.claimed) == (1, 1, 1)
    assert status.parked == {"unknown_lead": 2, "invalid.phone": 1}
    assert (status.oldest, status.next_attempt) == (box.now, box.now + MINUTE)
    assert status.examples == (
        ("A", "unknown_lead", "not on the list"),
        ("B", "unknown_lead", "not on the list"),
        ("C", "invalid.phone", "refused"),
        ("D", "", "no answer"),
    )
    box.settle(box.take(1), None, due=box.now + 2 * MINUTE)
    assert box.records.status(box.now).next_attempt == box.now + MINUTE
    later = box.records.status(box.now + MINUTE)
    assert (later.ready, later.put_off, later.next_attempt) == (1, 1, box.now + 2 * MINUTE)
    later = box.records.status(box.now + 2 * MINUTE)
    assert (later.ready, later.put_off, later.next_attempt) == (2, 0, None)


def test_few_examples_of_many(box):
    """However many leads are parked, ten are shown."""
    box.run(*(box.score(5, lead=f"L{number:02}") for number in range(30)))
    box.settle(box.take(), UNKNOWN)
    assert [lead for lead, *_ in box.records.status(box.now).examples] == [
        f"L{number:02}" for number in range(10)
    ]


def test_closing_an_outbox_frees_its_lock(file_box):
    """Another process delivers from a file as soon as this one has closed it."""
    assert file_box.outbox.lock.acquire()
    other = type(file_box)(file_box.path)
    assert not other.outbox.lock.acquire()
    file_box.outbox.close()
    assert other.outbox.lock.acquire()
    other.outbox.close()


def test_a_closed_outbox(box):
    """After closing, writing is refused."""
    box.outbox.close()
    with pytest.raises(OutboxError, match="closed"):
        box.records.start_run("late", "list", box.now)
