# SPDX-License-Identifier: Apache-2.0
"""Releasing, forgetting and pruning: nothing that still waits is lost by any of them."""

from __future__ import annotations

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import Forgotten, LeadInHandError
from integration.scores import Rejected

DELIVERED, SUPERSEDED, WAITING = Verdict.DELIVERED, Verdict.SUPERSEDED, Verdict.WAITING
UNKNOWN, REJECTED = Verdict.UNKNOWN_LEAD, Verdict.REJECTED
HOUR = 3_600_000


@pytest.fixture
def stuck(box):
    """A run with a lead that is unknown, one that was refused, one put off, one due."""
    box.stuck = box.run(
        *(box.score(5, lead=lead) for lead in ("absent", "barred", "delayed", "due"))
    )
    box.settle(box.take(1), UNKNOWN, reason="unknown_lead", message="not on the list")
    box.settle(
        box.take(1), REJECTED, reason="invalid.phone", message="bad", stored=StoredScore(40, 3)
    )
    box.settle(box.take(1), None, reason="unreachable", message="no answer", due=box.now + HOUR)
    return box


@pytest.mark.parametrize(
    ("which", "released"),
    [
        ({}, ["delayed", "barred", "absent"]),
        ({"lead_id": "absent"}, ["absent"]),
        ({"lead_id": "delayed"}, ["delayed"]),
        ({"lead_id": "due"}, []),
        ({"lead_id": "nobody"}, []),
        ({"reason": "unknown_lead"}, ["absent"]),
        ({"reason": "put_off"}, ["delayed"]),
        ({"reason": "other"}, []),
        ({"lead_id": "absent", "reason": "unknown_lead"}, ["absent"]),
        ({"lead_id": "absent", "reason": "put_off"}, []),
    ],
    ids=str,
)
def test_release(stuck, which, released):
    """Parked and put-off scores are due at once, all of them or those of a lead or reason."""
    assert stuck.records.release(stuck.now, **which) == len(released)
    assert sorted(stuck.leads(stuck.take())) == sorted([*released, "due"])


def test_a_released_score_waits_again(stuck):
    """What was parked loses its verdict and reason with its release and may be delivered."""
    stuck.records.release(stuck.now, lead_id="barred")
    row = stuck.row(stuck.stuck, 2)
    assert (row.verdict, row.reason, row.previous, row.previous_at) == (WAITING, None, None, None)
    stored = stuck.outbox._db.read().execute("SELECT message FROM arrival WHERE row = 2")
    assert stored.fetchone() == (None,)
    assert stuck.verdicts(stuck.stuck)[1] == UNKNOWN
    claim = stuck.take()
    assert {one.attempts for one in claim.pending} == {0}
    stuck.settle(claim, DELIVERED)
    assert list(stuck.verdicts(stuck.stuck).values()) == [UNKNOWN, DELIVERED, WAITING, DELIVERED]
    assert stuck.records.counts(stuck.stuck).verdicts[DELIVERED] == 2


def test_a_put_off_score_starts_counting_anew(stuck):
    """The release of a put-off score forgets its attempts, so that its waits start short again."""
    stuck.records.release(stuck.now, reason="put_off")
    attempts = {one.score.lead_id: one.attempts for one in stuck.take().pending}
    assert attempts == {"delayed": 0, "due": 0}


def test_what_is_on_its_way_is_not_released(stuck):
    """A claimed score is left to its deliverer."""
    claim = stuck.take()
    assert stuck.leads(claim) == ["due"]
    assert stuck.records.release(stuck.now, lead_id="due") == 0
    assert stuck.claims.claim("list", 9, stuck.now) is None


def test_forgetting_a_lead(box):
    """Nothing about a forgotten lead stays; other leads, also with similar ids, do."""
    run = box.run(box.score(4), box.score(5), Rejected("time_invalid", "no time", lead_id="L"))
    others = box.run(box.score(5, lead="l"), box.score(5, lead="L2"))
    box.deliver()
    box.put(run, box.score(6), first=4)
    assert box.outbox.forget("L") == Forgotten(waiting=1, writes=1, rows=4)
    assert box.records.history("L") == []
    assert box.verdicts(run) == {}
    assert [lead for lead, *_ in box.waiting()] == []
    assert box.verdicts(others) == {1: DELIVERED, 2: DELIVERED}
    assert box.outbox.forget("L") == Forgotten(0, 0, 0)
    tables = ("arrival", "pending", "ledger")
    for table in tables:
        found = box.outbox._db.read().execute(f"SELECT * FROM {table} WHERE lead = 'L'")  # noqa: S608 - a constant
        assert found.fetchall() == []


def test_a_forgotten_lead_on_its_way(file_box):
    """A lead that is forgotten while its score is on its way does not wait any more."""
    box = file_box
    run = box.run(box.score(5), box.score(5, lead="M"))
    claim = box.take()
    box.outbox.forget("L")
    box.settle(claim, None, due=box.now)
    assert box.verdicts(run) == {2: WAITING}
    assert box.leads(box.take()) == ["M"]


def test_a_lead_in_the_hand_of_a_replica_is_not_forgotten(server_box):
    """Where others deliver, a lead is forgotten between its deliveries, or once they are dead."""
    server_box.run(server_box.score(5))
    server_box.take()
    with pytest.raises(LeadInHandError, match="being delivered right now"):
        server_box.outbox.forget("L")
    server_box.outbox._db._let_go()
    assert server_box.outbox.forget("L").rows == 1
    assert "vacuums" in server_box.outbox.scrub()


def test_pruning_drops_what_is_over(box):
    """Rows and writes of runs that ended before the border go, delivered ones too."""
    old = box.run(box.score(4), box.score(5))
    box.deliver()
    box.records.finish_run(old, box.now)
    border = box.now + 1
    box.now += HOUR
    new = box.run(box.score(6))
    box.deliver()
    box.records.finish_run(new, box.now)
    assert box.records.prune(border) == 3  # two rows, one write
    assert box.verdicts(old) == {}
    assert box.records.counts(old).rows == 0
    assert [one.at for one in box.records.history("L")] == [6]
    assert box.verdicts(new) == {1: DELIVERED}
    assert box.records.prune(border) == 0


def test_the_border_itself_is_kept(box):
    """What ended exactly at the border stays."""
    run = box.run(box.score(5))
    box.deliver()
    box.records.finish_run(run, box.now)
    assert box.records.prune(box.now) == 0
    assert box.verdicts(run) == {1: DELIVERED}
    assert box.records.prune(box.now + 1) == 2


def test_pruning_keeps_what_waits(stuck):
    """However old, a score that waits or is parked stays with its row and can be delivered."""
    claim = stuck.take()
    stuck.intend(claim, 40, 3)
    stuck.settle(claim, None, due=stuck.now + HOUR)
    stuck.records.finish_run(stuck.stuck, stuck.now)
    before = stuck.verdicts(stuck.stuck)
    assert stuck.records.prune(stuck.now + 1000 * HOUR) == 0
    assert stuck.verdicts(stuck.stuck) == before
    stuck.records.release(stuck.now)
    claim = stuck.take()
    assert stuck.claims.intended("list", claim.pending) == {"due": StoredScore(40, 3)}
    stuck.settle(claim, DELIVERED)
    assert set(stuck.verdicts(stuck.stuck).values()) == {DELIVERED}


def test_pruning_leaves_no_row_behind_that_seems_to_wait(box):
    """Where a write is dropped, so is its row, even if the row's run is still open."""
    service = box.run(box.score(5), box.score(5, lead="M"), box.score(4, lead="M"))
    box.deliver()
    box.now += 10 * HOUR
    box.put(service, box.score(6), first=4)
    box.deliver()
    assert box.records.prune(box.now - HOUR) == 4  # two rows and their writes
    assert box.verdicts(service) == {3: SUPERSEDED, 4: DELIVERED}


def test_pruning_keeps_writes_of_runs_that_span_the_border(box):
    """Of a run that goes on, what was written after the border stays on record."""
    service = box.run(box.score(5))
    box.now += HOUR
    box.deliver()
    box.records.finish_run(service, box.now + HOUR)
    assert box.records.prune(box.now) == 0
    assert box.verdicts(service) == {1: DELIVERED}


def test_pruning_intents_that_came_to_nothing(box):
    """An intent that was overtaken and never settled goes as well, once it is old."""
    run = box.run(box.score(5))
    box.intend(box.take())
    box.put(run, box.score(6), first=2)
    box.recover()
    box.deliver()
    assert [one.outcome for one in box.records.history("L")] == ["intended", "delivered"]
    box.records.finish_run(run, box.now)
    box.records.prune(box.now + 1)
    assert box.records.history("L") == []


def test_writes_that_were_repeated_are_kept_and_dropped_like_others(box):
    """Both writes of a score that was written twice are in the history, until they are old."""
    box.run(box.score(5), box.score(5, lead="M"))
    box.deliver(stored=StoredScore(40, 3))
    box.now += HOUR
    box.run(box.score(5))
    box.deliver(stored=StoredScore(0, 1))
    history = [(one.previous, one.settled, one.outcome) for one in box.records.history("L")]
    assert history == [(40, box.now - HOUR, "delivered"), (0, box.now, "delivered")]
    assert box.records.prune(box.now) == 3  # the first write, and row and write of the other lead
    assert [one.previous for one in box.records.history("L")] == [0]
    box.run(box.score(5))
    box.deliver()
    assert box.outbox.forget("L") == Forgotten(waiting=0, writes=2, rows=3)
    assert box.records.history("L") == []


def test_pruning_an_old_write_of_a_score_that_waits_again(box):
    """The record of a write stays while the same score waits to be written again."""
    first = box.run(box.score(5))
    box.deliver(stored=StoredScore(40, 3))
    box.records.finish_run(first, box.now)
    box.now += HOUR
    again = box.run(box.score(5))
    box.records.prune(box.now)
    assert [one.previous for one in box.records.history("L")] == [40]
    assert (box.verdicts(first), box.verdicts(again)) == ({}, {1: WAITING})


def test_pruning_an_old_write_of_a_lead_that_waits_with_another_score(box):
    """What waits keeps the record of its own write only, not those of older scores."""
    run = box.run(box.score(5), box.score(5, lead="M"))
    box.deliver()
    box.records.finish_run(run, box.now)
    box.now += HOUR
    box.run(box.score(6), box.score(5, lead="N"))
    box.records.prune(box.now)
    assert box.records.history("L") == box.records.history("M") == []
