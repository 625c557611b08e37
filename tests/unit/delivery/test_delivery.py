# SPDX-License-Identifier: Apache-2.0
"""The way of a batch: compare, intend, write, settle; and again after failures."""

from __future__ import annotations

import pytest

from integration.order import StoredScore
from integration.outbox import InputRow
from integration.platform.errors import Forbidden, RateLimited, Unreachable

LOST = Unreachable(operation="write", message="reset", ambiguous=True)
DOWN = Unreachable(operation="write", message="down", status=503)
BUSY = RateLimited(operation="write", status=429, retry_after=3.0)


def test_delivers_and_logs_previous_value(world):
    """A score replaces the stored one, and the ledger says what it replaced."""
    world.store.held = {"a": StoredScore(40, 5)}
    run = world.enqueue(world.score("a", 90))
    report = world.deliver()
    assert report.verdicts == {"delivered": 1}
    assert world.store.held["a"].score == 90
    (entry,) = world.outbox.records.history("a")
    assert (entry.previous, entry.previous_at, entry.score) == (40, 5, 90)
    assert (entry.outcome, entry.correlation) == ("delivered", "batch-1")
    assert world.verdicts(run) == {1: "delivered"}


def test_counts_value_unchanged(world):
    """A newer instant with the same score is written and counted as unchanged."""
    world.store.held = {"a": StoredScore(50, 5)}
    world.enqueue(world.score("a", 50))
    assert world.deliver().unchanged == 1
    assert world.store.held["a"].at == world.now - 60_000


@pytest.mark.parametrize(
    ("age_h", "stored", "written"),
    [(1, 50, False), (13, 50, True), (1, 51, True)],
    ids=["young and same is left out", "older than half the life is written", "changed is written"],
)
def test_skips_unchanged_while_young(world, age_h, stored, written):
    """With the option, a write that changes nothing is left out while the old score is young."""
    world.options["skip_unchanged"] = True
    world.store.held = {"a": StoredScore(stored, world.now - age_h * 3_600_000)}
    run = world.enqueue(world.score("a", 50))
    world.deliver()
    assert world.verdicts(run) == {1: "delivered" if written else "duplicate"}


@pytest.mark.parametrize(
    ("stored", "verdict", "reason", "message"),
    [
        (StoredScore(60, 9), "superseded", "newer_score", "the store holds 60 of"),
        (StoredScore(50, 8), "duplicate", "same_score", None),
        (StoredScore(0, 8), "duplicate", "same_score", None),
        (StoredScore(51, 8), "conflict", "same_instant", "the store holds 51 of"),
    ],
    ids=["newer is stored", "same is stored", "stored one was marked stale", "other score stored"],
)
def test_compares_with_what_is_stored(world, stored, verdict, reason, message):
    """What the store holds decides before anything is written."""
    world.store.held = {"a": stored}
    run = world.enqueue(world.score("a", 50, age_s=(world.now - 8) / 1000))
    world.deliver()
    assert world.verdicts(run) == {1: verdict}
    (row,) = world.outbox.records.arrivals(run)
    assert (row.reason, row.previous, row.previous_at) == (reason, stored.score, stored.at)
    assert (row.message or "")[: len(message or "")] == (message or "")
    assert world.store.held["a"] == stored
    assert [kind for kind, _ in world.store.calls] == ["read"]


def test_writes_a_score_again_that_lies_in_the_wrong_place(world):
    """A score that is held, but not where it counts, is written; its history stays as it was."""
    world.store.held = {"a": StoredScore(40, 5)}
    score = world.score("a", 90)
    world.enqueue(score)
    world.deliver()
    world.store.misplaced = {"a"}
    run = world.enqueue(score)
    assert world.deliver().verdicts == {"delivered": 1}
    assert [kind for kind, _ in world.store.calls] == ["read", "write"] * 2
    (entry,) = world.outbox.records.history("a")
    assert (entry.previous, entry.correlation, entry.outcome) == (40, "batch-1", "delivered")
    (row,) = world.outbox.records.arrivals(run)
    assert (row.verdict, row.previous) == ("delivered", 40)


def test_records_a_misplaced_score_that_others_wrote(world):
    """A score in the wrong place that is not on record goes on record as one that stays."""
    score = world.score("a", 90)
    world.store.held = {"a": StoredScore(90, score.at)}
    world.store.misplaced = {"a"}
    world.enqueue(score)
    assert world.deliver().verdicts == {"delivered": 1}
    (entry,) = world.outbox.records.history("a")
    assert (entry.previous, entry.previous_at) == (90, score.at)


@pytest.mark.parametrize(
    ("stored", "verdict"),
    [((90, 1), "superseded"), ((91, 0), "conflict")],
    ids=["newer", "another one for the same time"],
)
def test_a_misplaced_score_still_beats_an_older_one(world, stored, verdict):
    """Where a score lies does not change which of two is the newest."""
    score = world.score("a", 90)
    world.store.held = {"a": StoredScore(stored[0], score.at + stored[1])}
    world.store.misplaced = {"a"}
    run = world.enqueue(score)
    world.deliver()
    assert world.verdicts(run) == {1: verdict}


def test_a_misplaced_score_is_never_left_out(world):
    """The option to leave out unchanged values is for scores that lie where they count."""
    world.options["skip_unchanged"] = True
    world.store.held = {"a": StoredScore(50, world.now - 3_600_000)}
    world.store.misplaced = {"a"}
    run = world.enqueue(world.score("a", 50))
    world.deliver()
    assert world.verdicts(run) == {1: "delivered"}


def test_parks_unknown_lead(world):
    """A lead that the store does not know is never created, and waits for a retry."""
    run = world.enqueue(world.score("ghost"))
    world.deliver()
    assert world.verdicts(run) == {1: "unknown_lead"}
    assert world.outbox.records.status(world.now).parked == {"unknown_lead": 1}
    assert "ghost" not in world.store.held


def test_repeats_after_lost_answer_without_writing_twice(world):
    """After an answer that got lost the rows are read back; what is there is not repeated."""
    world.store.held = {"a": StoredScore(40, 5), "b": StoredScore(41, 5)}
    run = world.enqueue(world.score("a", 90), world.score("b", 91))
    world.fail(LOST, after=True)
    world.deliver()
    assert [kind for kind, _ in world.store.calls] == ["read", "write", "read"]
    assert world.verdicts(run) == {1: "delivered", 2: "delivered"}
    assert [one.previous for one in world.outbox.records.arrivals(run)] == [40, 41]


def test_writes_again_when_the_lost_call_was_not_carried_out(world):
    """After a failure of unknown outcome, rows that are not there are written."""
    world.store.held = {"a": StoredScore(40, 5)}
    world.enqueue(world.score("a", 90))
    world.fail(LOST)
    world.deliver()
    assert [kind for kind, _ in world.store.calls] == ["read", "write", "read", "write"]
    assert world.store.held["a"].score == 90


def test_reads_again_after_a_long_wait(world):
    """A row that was read more than a few seconds ago is read again before it is written."""
    world.store.held = {"a": StoredScore(40, 5)}
    run = world.enqueue(world.score("a", 90))

    def other_writer(called, _leads):
        if called == "write" and len(world.store.calls) == 2:
            world.clock.advance(10)
            world.store.held["a"] = StoredScore(70, world.now)
            raise DOWN

    world.store.before = other_writer
    world.deliver()
    assert world.verdicts(run) == {1: "superseded"}
    assert world.store.held["a"].score == 70


def test_does_not_read_again_after_a_short_wait(world):
    """A quick repetition of a write that was not carried out needs no second read."""
    world.store.held = {"a": StoredScore(40, 5)}
    world.enqueue(world.score("a", 90))
    world.fail(DOWN)
    world.deliver()
    assert [kind for kind, _ in world.store.calls] == ["read", "write", "write"]


def test_writes_with_old_reads_where_the_limit_leaves_no_choice(world):
    """A limit below one read and one write a minute still gets scores through."""
    world.budget = type(world.budget)(world.clock, allowed=1)
    world.store.held = {"a": StoredScore(40, 5)}
    world.enqueue(world.score("a", 90))
    assert world.deliver().verdicts == {"delivered": 1}
    assert world.clock.monotonic() > 60


def test_gives_up_an_outage_and_keeps_everything(world):
    """When the platform stays away, the rest waits with its reason, and drift is told."""
    world.store.held = {"a": StoredScore(40, 5), "b": StoredScore(40, 5)}
    run = world.enqueue(world.score("a", 90), world.score("b", 91))
    world.fail(*[DOWN] * 10)
    report = world.deliver()
    assert isinstance(report.stopped, Unreachable)
    assert report.verdicts == {"waiting": 2}
    assert world.verdicts(run) == {1: "waiting", 2: "waiting"}
    (alert,) = world.alerts
    assert (alert.leads, alert.examples, alert.reason) == (2, ["a", "b"], "unreachable")
    status = world.outbox.records.status(world.now)
    assert (status.put_off, status.ready) == (2, 0)
    assert status.next_attempt == world.now + 60_000


def test_waits_longer_after_every_failure(world):
    """The next attempt of a score that fails again and again comes ever later, up to an hour."""
    world.store.held = {"a": StoredScore(40, 5)}
    world.enqueue(world.score("a", 90))
    waits = []
    for _ in range(8):
        world.fail(*[DOWN] * 4)
        world.deliver()
        wait = world.outbox.records.status(world.now).next_attempt - world.now
        waits.append(wait // 60_000)
        world.clock.advance(wait / 1000)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_stops_the_run_when_forbidden(world):
    """A missing permission ends the run at once, whatever is left."""
    world.store.held = {f"l{i}": StoredScore(1, 1) for i in range(3)}
    world.store.batch = 1
    world.enqueue(*(world.score(lead) for lead in world.store.held))
    world.fail(Forbidden(operation="write", status=403, permissions=("outbound:contact:add",)))
    report = world.deliver()
    assert isinstance(report.stopped, Forbidden)
    assert [kind for kind, _ in world.store.calls] == ["read", "write"]
    assert world.outbox.records.status(world.now).ready == 2


def test_read_failure_puts_the_batch_off(world):
    """A batch whose previous values cannot be read is not written."""
    world.store.held = {"a": StoredScore(40, 5)}
    run = world.enqueue(world.score("a", 90))
    world.fail(Unreachable(operation="read", final=True), kind="read")
    world.deliver()
    assert world.verdicts(run) == {1: "waiting"}


def test_busy_platform_delays_but_delivers(world):
    """A refusal for lack of budget is waited out."""
    world.store.held = {"a": StoredScore(40, 5)}
    world.enqueue(world.score("a", 90))
    world.fail(BUSY, BUSY)
    assert world.deliver().verdicts == {"delivered": 1}


def test_crash_after_the_write_keeps_the_first_previous_value(world):
    """After a crash between write and settlement the score counts as delivered, once."""
    world.store.held = {"a": StoredScore(40, 5)}
    run = world.enqueue(world.score("a", 90))

    def die(*_):
        raise KeyboardInterrupt

    world.store.after = die
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - a group or the bare interrupt
        world.deliver()
    assert isinstance(raised.value, KeyboardInterrupt | BaseExceptionGroup)
    world.store.after = lambda *_: None
    world.deliver()
    assert world.verdicts(run) == {1: "delivered"}
    (entry,) = world.outbox.records.history("a")
    assert entry.previous == 40
    assert [kind for kind, _ in world.store.calls] == ["read", "write", "read"]


def test_newer_score_during_a_write_follows(world):
    """A newer score that arrives while one is on its way is delivered after it."""
    world.store.held = {"a": StoredScore(40, 5)}
    first = world.enqueue(world.score("a", 90, age_s=60))
    second = []

    def arrive(called, _leads):
        if called == "write" and not second:
            second.append(world.enqueue(world.score("a", 20, age_s=30)))

    world.store.before = arrive
    report = world.deliver()
    assert report.verdicts == {"delivered": 2}
    assert world.store.held["a"].score == 20
    assert world.verdicts(first) == {1: "delivered"}
    assert world.verdicts(second[0]) == {1: "delivered"}


def test_two_workers_share_the_outbox(world):
    """Two batches at a time deliver every score once."""
    world.workers = 2
    leads = [f"l{i}" for i in range(95)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.store.batch = 10
    world.enqueue(*(world.score(lead) for lead in leads))
    assert world.deliver().verdicts == {"delivered": 95}
    written = [lead for kind, part in world.store.calls if kind == "write" for lead in part]
    assert sorted(written) == sorted(leads)


def test_lanes_are_delivered_in_whole_batches(world):
    """Two workers that start together do not tear a lane to pieces."""
    world.workers = 2
    now, run = world.now, world.outbox.records.start_run("test", "memory", world.now)
    rows = [
        InputRow(row, world.score(f"l{row}"), lane="1" if row <= 3 else "2")
        for row in range(1, 304)
    ]
    world.store.held = {f"l{row}": StoredScore(1, 1) for row in range(1, 304)}
    world.outbox.intake.enqueue(run, "memory", rows, now)
    world.deliver()
    sizes = sorted(len(leads) for kind, leads in world.store.calls if kind == "write")
    assert sizes == [3, 300]
