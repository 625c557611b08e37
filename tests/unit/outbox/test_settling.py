# SPDX-License-Identifier: Apache-2.0
"""What an outcome means for the row, the queue, the ledger and the scores that had lost to it."""

from __future__ import annotations

import pytest

from integration.order import StoredScore, Verdict

DELIVERED, DUPLICATE, SUPERSEDED = Verdict.DELIVERED, Verdict.DUPLICATE, Verdict.SUPERSEDED
CONFLICT, UNKNOWN, REJECTED = Verdict.CONFLICT, Verdict.UNKNOWN_LEAD, Verdict.REJECTED
WAITING = Verdict.WAITING
FINAL = [DELIVERED, DUPLICATE, SUPERSEDED, CONFLICT]
PARKED = [UNKNOWN, REJECTED]
HELD = StoredScore(40, 3)
MINUTE = 60_000


def test_delivered(box):
    """A delivered score leaves the queue; the ledger has its outcome and what it replaced."""
    run = box.run(box.score(5, 77))
    box.now += 9
    box.settle(box.take(), DELIVERED, stored=HELD)
    row = box.row(run)
    assert (row.verdict, row.reason, row.previous, row.previous_at) == (DELIVERED, None, 40, 3)
    (record,) = box.records.history("L")
    assert (record.outcome, record.settled) == ("delivered", box.now)
    assert box.waiting() == []


@pytest.mark.parametrize("verdict", [DUPLICATE, SUPERSEDED, CONFLICT])
def test_not_written(box, verdict):
    """A score that lost against the store leaves the queue with what the store held."""
    run = box.run(box.score(5))
    box.settle(box.take(), verdict, stored=HELD, reason="because", message="in words")
    row = box.row(run)
    assert (row.verdict, row.reason, row.message) == (verdict, "because", "in words")
    assert (row.previous, row.previous_at) == (40, 3)
    assert box.waiting() == []
    assert box.records.history("L") == []


@pytest.mark.parametrize("verdict", PARKED)
def test_parked(box, verdict):
    """What cannot be delivered until somebody acts has its verdict, and waits for that."""
    run = box.run(box.score(5))
    claim = box.take()
    box.intend(claim)
    box.settle(claim, verdict, stored=HELD, reason="code", message="in words")
    row = box.row(run)
    assert (row.verdict, row.reason, row.message, row.previous) == (verdict, "code", "in words", 40)
    assert box.waiting() == [("L", 5, run, 1)]
    box.now += 1000 * MINUTE
    assert box.claims.claim("list", 9, box.now) is None
    assert box.records.history("L")[0].outcome == verdict


def test_put_off(box):
    """A score that is put off waits until it is due, with its reason and one attempt more."""
    run = box.run(box.score(5))
    for attempt in range(3):
        claim = box.take()
        assert claim.pending[0].attempts == attempt
        box.intend(claim, 40, 3)
        box.settle(claim, None, reason="unreachable", message="no answer", due=box.now + MINUTE)
        row = box.row(run)
        assert (row.verdict, row.message) == (WAITING, "no answer")
        box.now += MINUTE - 1
        assert box.claims.claim("list", 9, box.now) is None
        box.now += 1
    assert box.records.history("L")[0].outcome == "intended"


def test_a_reason_alone_is_a_message_too(box):
    """Where there are no words, the reason code is what a waiting row shows."""
    run = box.run(box.score(5))
    box.settle(box.take(), None, reason="unreachable", due=box.now)
    assert box.row(run).message == "unreachable"


def test_every_score_of_a_batch_has_its_own_outcome(box):
    """One settlement stores all outcomes of a batch at once."""
    run = box.run(*(box.score(5, lead=lead) for lead in "ABCDEF"))
    claim = box.take()
    verdicts = [DELIVERED, DUPLICATE, CONFLICT, UNKNOWN, REJECTED, None]
    box.intend(claim, 40, 3)
    box.claims.settle(
        claim,
        [
            box.outcome(one, verdict, due=box.now + MINUTE)
            for one, verdict in zip(claim.pending, verdicts, strict=True)
        ],
        box.now,
    )
    assert list(box.verdicts(run).values()) == [*verdicts[:-1], WAITING]
    assert [lead for lead, *_ in box.waiting()] == ["D", "E", "F"]


@pytest.mark.parametrize("verdict", [*FINAL, *PARKED, None])
def test_a_newer_score_that_came_meanwhile(box, verdict):
    """Whatever becomes of a score on its way, the newer one that took its place is due next."""
    older = box.run(box.score(5))
    claim = box.take()
    newer = box.run(box.score(6))
    box.settle(claim, verdict, due=box.now + MINUTE)
    # put off, its turn will never come: the newer one has taken its place
    assert box.verdicts(older) == {1: SUPERSEDED if verdict is None else verdict}
    reasons = {None: "newer_score", DELIVERED: None}
    assert box.row(older).reason == reasons.get(verdict, f"for {verdict}")
    assert (box.row(older).message is None) == (verdict is not None)
    assert box.verdicts(newer) == {1: WAITING}
    (pending,) = box.take().pending
    assert (pending.score.at, pending.run, pending.attempts) == (6, newer, 0)


@pytest.mark.parametrize("verdict", [*FINAL, *PARKED])
def test_an_equal_score_that_came_meanwhile(box, verdict):
    """A later run that brings the very score on its way shares its outcome."""
    first = box.run(box.score(5))
    claim = box.take()
    second = box.run(box.score(5))
    third = box.run(box.score(5))
    assert box.claims.claim("list", 9, box.now) is None
    box.settle(claim, verdict, message="in words")
    assert box.verdicts(first) == {1: verdict}
    assert box.verdicts(second) == {1: UNKNOWN if verdict is UNKNOWN else SUPERSEDED}
    assert box.verdicts(third) == {1: verdict}
    parked = [("L", 5, third, 1)] if verdict in PARKED else []
    assert box.waiting() == parked
    assert box.claims.claim("list", 9, box.now) is None


def test_an_equal_score_that_came_meanwhile_waits_with_it(box):
    """If the score on its way is put off, the later run's row is the one that waits."""
    first = box.run(box.score(5))
    claim = box.take()
    second = box.run(box.score(5))
    box.settle(claim, None, due=box.now + MINUTE, message="no answer")
    assert (box.verdicts(first), box.verdicts(second)) == ({1: SUPERSEDED}, {1: WAITING})
    assert box.row(second).message == "no answer"
    assert box.claims.claim("list", 9, box.now) is None
    box.now += MINUTE
    box.deliver()
    assert box.verdicts(second) == {1: DELIVERED}


@pytest.mark.parametrize("verdict", [*FINAL, *PARKED, None])
def test_settling_twice(box, verdict):
    """A settlement that is repeated changes nothing, whatever has happened since."""
    run = box.run(box.score(5))
    claim = box.take()
    box.settle(claim, verdict, due=box.now)
    box.now += 1
    later = box.run(box.score(6))
    second = box.take()
    before = (box.verdicts(run), box.verdicts(later), box.records.history("L"), box.waiting())
    for again in (CONFLICT, UNKNOWN, DUPLICATE, None):
        box.settle(claim, again)
    assert before == (
        box.verdicts(run),
        box.verdicts(later),
        box.records.history("L"),
        box.waiting(),
    )
    box.settle(second, DELIVERED)
    assert box.verdicts(later) == {1: DELIVERED}


def test_every_row_of_an_unknown_lead_is_unknown(box):
    """Rows that had lost to one of an unknown lead are of an unknown lead too."""
    run = box.run(box.score(3), box.score(5), box.score(5), box.score(5, 60), box.score(4))
    other = box.run(box.score(5, lead="M"), box.score(4, lead="M"))
    claim = box.take()
    unknown, conflict = claim.pending
    outcomes = [
        box.outcome(unknown, UNKNOWN, reason="unknown_lead", message="why"),
        box.outcome(conflict, CONFLICT),
    ]
    box.claims.settle(claim, outcomes, box.now)
    assert set(box.verdicts(run).values()) == {UNKNOWN}
    assert {one.reason for one in box.records.arrivals(run)} == {"unknown_lead"}
    assert {one.message for one in box.records.arrivals(run)} == {"why"}
    assert box.verdicts(other) == {1: CONFLICT, 2: WAITING}


@pytest.mark.parametrize(
    ("finished", "destination", "verdict"),
    [(False, "list", UNKNOWN), (True, "list", SUPERSEDED), (False, "other", SUPERSEDED)],
    ids=["open", "finished", "for another destination"],
)
def test_unknown_leads_in_other_runs(box, finished, destination, verdict):
    """Beaten rows of other open runs are unknown too; what was reported, or elsewhere, stays."""
    run = box.run(box.score(5), box.score(4), destination=destination)
    if finished:
        box.records.finish_run(run, box.now)
    box.run(box.score(6))
    box.settle(box.take(), UNKNOWN)
    assert box.verdicts(run)[2] == verdict


def test_own_rows_of_a_finished_run_are_unknown_too(box):
    """A lead that turns out unknown after its run has ended is so in all rows of that run."""
    run = box.run(box.score(5), box.score(4))
    box.records.finish_run(run, box.now)
    box.settle(box.take(), UNKNOWN)
    assert box.verdicts(run) == {1: UNKNOWN, 2: UNKNOWN}


def retry(box):
    """The lead was loaded, and somebody retries."""
    assert box.records.release(box.now, reason="unknown_lead") == 1


def news(box):
    """A newer score of the lead arrives."""
    box.run(box.score(7, 70))


def repetition(box):
    """The file is pushed once more."""
    box.run(box.score(5))


@pytest.mark.parametrize(
    ("known", "own"),
    [(retry, DELIVERED), (news, SUPERSEDED), (repetition, SUPERSEDED)],
    ids=["retry", "news", "the same again"],
)
def test_rows_of_a_lead_that_is_known_at_last(box, known, own):
    """Once the parked score has another chance, the rows that it had beaten are beaten again."""
    run = box.run(box.score(3), box.score(5), box.score(5), box.score(5, 60), box.score(4))
    box.settle(box.take(), UNKNOWN, reason="unknown_lead", message="is not on the list")
    box.records.finish_run(run, box.now)
    known(box)
    box.deliver()
    verdicts = box.verdicts(run)
    assert verdicts.pop(2) == own
    wanted = {1: SUPERSEDED, 3: DUPLICATE, 4: CONFLICT, 5: SUPERSEDED}
    assert verdicts == (dict.fromkeys(wanted, SUPERSEDED) if known is news else wanted)
    reasons = [one.reason for one in box.records.arrivals(run) if one.row != 2]
    alike = ["newer_score"] * 4
    assert reasons == (
        alike if known is news else ["newer_score", "same_score", "same_instant", "newer_score"]
    )
    assert all("not on the list" not in (one.message or "") for one in box.records.arrivals(run))


def test_rows_of_a_lead_that_is_known_in_another_place(box):
    """News for one list says nothing of the rows for another one."""
    run = box.run(box.score(5), box.score(4), destination="other")
    box.settle(box.take(destination="other"), UNKNOWN)
    news(box)
    box.settle(box.take(), UNKNOWN)
    news(box)
    assert box.verdicts(run) == {1: UNKNOWN, 2: UNKNOWN}


def test_a_beaten_row_can_get_its_turn_after_the_lead_was_loaded(box):
    """What was unknown, and is beaten again, is delivered if its rival is refused after all."""
    run = box.run(box.score(6, based_on={2}), box.score(4))
    box.settle(box.take(), UNKNOWN, reason="unknown_lead")
    retry(box)
    box.settle(box.take(), CONFLICT, stored=StoredScore(40, 1))
    box.deliver()
    assert box.verdicts(run) == {1: CONFLICT, 2: DELIVERED}


def test_a_score_gets_its_turn_when_the_one_it_lost_to_is_refused(box):
    """A score that lost to one whose condition did not hold is delivered after all."""
    run = box.run(box.score(6, based_on={2}), box.score(4), box.score(5), box.score(5, 60))
    box.settle(box.take(), CONFLICT, stored=StoredScore(40, 1))
    assert box.verdicts(run) == {1: CONFLICT, 2: SUPERSEDED, 3: WAITING, 4: SUPERSEDED}
    assert (box.row(run, 3).reason, box.row(run, 3).message) == (None, None)
    box.deliver()
    assert box.verdicts(run) == {1: CONFLICT, 2: SUPERSEDED, 3: DELIVERED, 4: SUPERSEDED}


def test_a_row_of_conflicts_gives_way_one_by_one(box):
    """If the revived score is refused as well, the next older one gets its turn."""
    run = box.run(box.score(6, based_on={2}), box.score(5, based_on={6}), box.score(4))
    assert box.verdicts(run) == {1: WAITING, 2: SUPERSEDED, 3: SUPERSEDED}
    box.settle(box.take(), CONFLICT)
    box.settle(box.take(), CONFLICT)
    assert box.verdicts(run) == {1: CONFLICT, 2: CONFLICT, 3: WAITING}
    box.settle(box.take(), CONFLICT)
    assert box.waiting() == []


def test_a_revived_score_keeps_its_conditions(box):
    """A score that gets its turn after all is delivered as it came."""
    run = box.run(box.score(6, based_on={2}), box.score(5, 77, based_on={6}, model="m7"))
    box.settle(box.take(), CONFLICT)
    (pending,) = box.take().pending
    assert pending.score == box.score(5, 77, based_on={6}, model="m7")
    assert (pending.run, pending.row) == (run, 2)


def test_a_newer_arrival_needs_no_revival(box):
    """Where a newer score waits already, the beaten one stays beaten."""
    run = box.run(box.score(6, based_on={2}), box.score(4))
    claim = box.take()
    box.put(run, box.score(7), first=3)
    box.settle(claim, CONFLICT)
    assert box.verdicts(run) == {1: CONFLICT, 2: SUPERSEDED, 3: WAITING}


@pytest.mark.parametrize("finished", [False, True], ids=["open", "finished"])
def test_revival_across_runs(box, finished):
    """It makes no difference which run the beaten score came with, nor whether that has ended."""
    first = box.run(box.score(6, based_on={2}))
    second = box.run(box.score(4))
    if finished:
        box.records.finish_run(second, box.now)
    box.settle(box.take(), CONFLICT)
    assert (box.verdicts(first), box.verdicts(second)) == ({1: CONFLICT}, {1: WAITING})


def test_revival_in_an_older_run(box):
    """An older run's score may have come later, or have lost before a later run adopted."""
    service = box.run()
    first = box.run(box.score(6, based_on={2}))
    box.put(service, box.score(4))
    for run in (service, first):
        box.records.finish_run(run, box.now)
    box.run(box.score(6, based_on={2}))
    box.settle(box.take(), CONFLICT)
    assert box.verdicts(service) == {1: WAITING}


def test_what_was_beaten_by_a_delivered_score_is_not_revived(box):
    """A score that lost to a delivered one stays beaten, and so does one as old as that."""
    old = box.run(box.score(3))
    box.deliver()
    box.put(old, box.score(5), box.score(4), first=2)
    box.deliver()
    box.put(old, box.score(6, based_on={5}), box.score(5, 60), first=4)
    box.settle(box.take(), SUPERSEDED)
    box.records.finish_run(old, box.now)
    box.run(box.score(7, based_on={6}))
    box.settle(box.take(), CONFLICT)
    assert [at for _, at, *_ in box.waiting()] == [6]
    box.settle(box.take(), CONFLICT)
    assert box.waiting() == []
    assert list(box.verdicts(old).values()) == [
        *(DELIVERED, DELIVERED, SUPERSEDED),
        *(CONFLICT, SUPERSEDED),
    ]


def test_revival_stays_within_a_destination(box):
    """What lost on its way to another destination is not delivered to this one."""
    elsewhere = box.run(box.score(5), box.score(4), destination="other")
    box.run(box.score(6, based_on={2}))
    box.settle(box.take(), CONFLICT)
    assert box.verdicts(elsewhere) == {1: WAITING, 2: SUPERSEDED}
    assert box.waiting() == []


def test_no_step_of_a_delivery_reads_whole_tables(file_box):
    """However much is on record, every statement finds its rows by an index."""
    box = file_box
    run = box.run(box.score(6, based_on={2}), box.score(4), box.score(5, lead="M"))
    db = box.outbox._db.read()
    statements = []
    db.set_trace_callback(statements.append)
    box.put(run, box.score(5, lead="N"), box.score(3), first=4)
    claim = box.take()
    box.intend(claim)
    verdicts = [CONFLICT, UNKNOWN, DELIVERED]
    outcomes = [box.outcome(*pair) for pair in zip(claim.pending, verdicts, strict=True)]
    box.claims.settle(claim, outcomes, box.now)
    db.set_trace_callback(None)
    plans = {
        step
        for statement in statements
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH"))
        for *_, step in db.execute(f"EXPLAIN QUERY PLAN {statement}")
    }
    tables = ("arrival", "pending", "ledger", "claim")
    assert [step for step in plans if step.startswith(tuple(f"SCAN {one}" for one in tables))] == []
    assert "SEARCH arrival USING INDEX arrival_of_lead (lead=? AND run=?)" in plans
