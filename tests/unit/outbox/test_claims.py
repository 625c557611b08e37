# SPDX-License-Identifier: Apache-2.0
"""Taking scores out of the queue, putting intents on record, and crashes in between."""

from __future__ import annotations

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import OutboxError, Settlement

DELIVERED, SUPERSEDED, WAITING = Verdict.DELIVERED, Verdict.SUPERSEDED, Verdict.WAITING
HOUR = 3_600_000


def test_nothing_to_claim(box):
    """An empty outbox gives no claim, and says beforehand that there is none."""
    assert box.claims.claim("list", 10, box.now) is None
    assert box.claims.due("list", 10, box.now) == 0


def test_the_longest_wait_comes_first(box):
    """Scores are claimed in the order in which they are due, up to the limit."""
    for lead in "CAB":
        box.run(box.score(lead=lead))
        box.now += 1
    assert box.leads(box.take(2)) == ["C", "A"]
    assert box.leads(box.take(2)) == ["B"]


def test_what_is_due_is_counted_up_to_a_limit(box):
    """Counting stops at the limit; claimed, parked and put-off scores are not due."""
    box.run(*(box.score(lead=lead) for lead in "ABCDE"))
    assert [box.claims.due("list", most, box.now) for most in (3, 5, 9)] == [3, 5, 5]
    box.settle(box.take(1), Verdict.UNKNOWN_LEAD)
    box.settle(box.take(1), None, due=box.now + 1)
    box.take(1)
    assert box.claims.due("list", 9, box.now) == 2
    box.now += 1
    assert box.claims.due("list", 9, box.now) == 3


def test_a_claim_is_for_one_destination(box):
    """Scores of other destinations are neither counted nor claimed."""
    box.run(box.score(lead="A"), destination="other")
    assert box.claims.due("list", 9, box.now) == 0
    assert box.claims.claim("list", 9, box.now) is None
    claim = box.take(destination="other")
    assert (claim.destination, box.leads(claim)) == ("other", ["A"])


def test_a_claimed_score_is_complete(box):
    """A claim carries each score with its conditions and the row it came from."""
    run = box.run(box.score(3), box.score(4, 77, based_on={None, 3}, model="m7"))
    (pending,) = box.take().pending
    assert pending.score == box.score(4, 77, model="m7")
    assert (pending.run, pending.row, pending.attempts) == (run, 2, 0)


def test_a_claim_does_not_run_out(box):
    """However long a delivery takes, nobody else gets its scores: two writers could race."""
    box.run(box.score(4))
    claim = box.take()
    box.now += 1000 * HOUR
    box.run(box.score(5), box.score(5, lead="M"))
    assert box.leads(box.take()) == ["M"]
    box.settle(claim, DELIVERED)
    assert box.leads(box.take()) == ["L"]


def test_a_claim_given_back_is_due_at_once(box):
    """A claim that is given back leaves no trace but the time from which its scores are due."""
    run = box.run(box.score(4), box.score(4, lead="M"))
    first = box.take()
    box.now += 5
    box.claims.give_back(first, box.now)
    assert box.claims.due("list", 9, box.now - 1) == 0
    second = box.take()
    assert second.pending == first.pending
    assert box.verdicts(run) == {1: WAITING, 2: WAITING}


def test_numbers_of_claims_are_not_used_twice(box):
    """A late word on an ended claim never touches a later one."""
    box.run(box.score(4))
    first = box.take()
    box.claims.give_back(first, box.now)
    second = box.take()
    assert second.id != first.id
    box.claims.give_back(first, box.now)
    box.settle(first, Verdict.CONFLICT)
    assert box.claims.claim("list", 9, box.now) is None
    box.settle(second, DELIVERED)
    assert box.waiting() == []


def test_a_crash_returns_what_was_claimed(box):
    """The next deliverer finds everything that a dead one had claimed, in all its claims."""
    run = box.run(*(box.score(lead=lead) for lead in "ABC"))
    box.run(box.score(lead="X"), destination="other")
    box.take(1)
    box.take(1)
    elsewhere = box.take(destination="other")
    dead = box.take(1)
    again = box.reopen()
    assert again.claims.claim("list", 9, again.now) is None
    again.claims.recover("list", again.now)
    again.settle(dead, Verdict.CONFLICT)
    assert sorted(again.leads(again.take())) == ["A", "B", "C"]
    assert set(again.verdicts(run).values()) == {WAITING}
    assert again.claims.claim("other", 9, again.now) is None
    again.settle(elsewhere, DELIVERED)
    assert again.waiting("other") == []
    again.outbox.close()


def test_recovery_leaves_the_others_alone(box):
    """Put-off and parked scores stay put off and parked when a deliverer starts."""
    box.run(*(box.score(lead=lead) for lead in "ABC"))
    box.settle(box.take(1), Verdict.UNKNOWN_LEAD)
    box.settle(box.take(1), None, due=box.now + HOUR)
    box.recover()
    assert box.leads(box.take()) == ["C"]


def test_an_intent_is_on_record_before_the_write(box):
    """What will replace what is in the ledger before it is settled."""
    run = box.run(box.score(5, 77, model="m7"))
    previous = box.intend(box.take(), 40, 3)
    assert previous == {"L": StoredScore(40, 3)}
    (record,) = box.records.history("L")
    assert (record.outcome, record.settled, record.recorded) == ("intended", None, box.now)
    assert (record.score, record.at, record.model_version) == (77, 5, "m7")
    assert (record.previous, record.previous_at) == (40, 3)
    assert (record.run, record.destination, record.correlation) == (run, "list", "batch-1")


def test_the_first_previous_value_stays_on_record(box):
    """After a crash between intent and settlement the first value read is the one on record."""
    box.run(box.score(5, 77), box.score(5, 77, lead="M"))
    box.intend(box.take(), 40, 3)
    again = box.reopen()
    again.claims.recover("list", again.now)
    claim = again.take()
    again.now += HOUR
    known = {"L": StoredScore(40, 3), "M": StoredScore(40, 3)}
    assert again.claims.intended("list", claim.pending) == known
    assert again.intend(claim, 77, 5) == known
    again.settle(claim, DELIVERED)
    (record,) = again.records.history("L")
    assert (record.previous, record.previous_at, record.outcome) == (40, 3, "delivered")
    assert record.recorded == again.now - HOUR
    assert record.correlation == "batch-1"
    again.outbox.close()


def test_old_and_new_intents_in_one_batch(box):
    """A batch with some intents from before a crash gets for each lead what is on record."""
    box.run(box.score(5))
    box.intend(box.take(), 40, 3)
    box.recover()
    box.run(box.score(5, lead="M"))
    assert box.intend(box.take(), None, None) == {"L": StoredScore(40, 3), "M": StoredScore()}


def test_a_later_write_of_the_same_score_starts_anew(box):
    """Once a write is settled, writing the same score again records what that replaces."""
    box.run(box.score(5))
    box.settle(box.take(), DELIVERED, stored=StoredScore(40, 3))
    box.run(box.score(5))
    claim = box.take()
    assert box.claims.intended("list", claim.pending) == {}
    assert box.intend(claim, 0, 5) == {"L": StoredScore(0, 5)}
    first, record = box.records.history("L")
    assert (first.outcome, first.settled, first.previous) == ("delivered", box.now, 40)
    assert (record.outcome, record.settled, record.previous) == ("intended", None, 0)


def test_a_row_stays_delivered_while_its_score_is_written_again(box):
    """What becomes of the second write does not change what became of the first."""
    first = box.run(box.score(5))
    box.settle(box.take(), DELIVERED, stored=StoredScore(40, 3))
    second = box.run(box.score(5))
    claim = box.take()
    box.intend(claim, 0, 5)
    assert (box.verdicts(first), box.verdicts(second)) == ({1: DELIVERED}, {1: WAITING})
    box.settle(claim, SUPERSEDED)
    assert (box.verdicts(first), box.verdicts(second)) == ({1: DELIVERED}, {1: SUPERSEDED})


def test_a_claim_that_was_taken_back_records_no_intent(box):
    """A deliverer that was taken for dead learns it before it writes, and stops."""
    box.run(box.score(5))
    lost = box.take()
    box.recover()
    with pytest.raises(OutboxError, match="another process has begun to deliver"):
        box.intend(lost, 40, 3)
    assert box.records.history("L") == []
    assert box.intend(box.take(), 41, 4) == {"L": StoredScore(41, 4)}


def test_an_intent_for_another_score_of_the_instant(box):
    """An intent that never came to be does not stand for another score of the same instant."""
    box.run(box.score(5, 50))
    box.intend(box.take(), 40, 3)
    box.recover()
    box.settle(box.take(), Verdict.CONFLICT)
    box.outbox._db.read().execute("UPDATE ledger SET outcome = 'intended'")
    box.run(box.score(5, 60))
    claim = box.take()
    assert box.claims.intended("list", claim.pending) == {}
    assert box.intend(claim, 41, 4) == {"L": StoredScore(41, 4)}


@pytest.mark.parametrize("destination", ["list", "other"])
def test_intents_belong_to_a_destination(box, destination):
    """What was meant for one destination says nothing about another."""
    box.run(box.score(5), destination="list")
    claim = box.take()
    box.intend(claim, 40, 3)
    found = box.claims.intended(destination, claim.pending)
    assert found == ({"L": StoredScore(40, 3)} if destination == "list" else {})


def test_an_empty_batch_of_intents(box):
    """Nothing to write is nothing to put on record."""
    box.run(box.score(5))
    claim = box.take()
    assert box.claims.intend(claim, [], "batch", box.now) == {}
    assert box.claims.intended("list", []) == {}
    assert box.records.history("L") == []


def test_settling_nothing_gives_back(box):
    """Scores of a claim without a settlement go back to the queue."""
    run = box.run(*(box.score(lead=lead) for lead in "ABC"))
    claim = box.take()
    one = Settlement(claim.pending[0], Verdict.SUPERSEDED)
    box.claims.settle(claim, [one], box.now)
    assert box.verdicts(run) == {1: SUPERSEDED, 2: WAITING, 3: WAITING}
    assert sorted(box.leads(box.take())) == ["B", "C"]
