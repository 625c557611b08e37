# SPDX-License-Identifier: Apache-2.0
"""What every store does alike when things go wrong: nothing lost, nothing overwritten, no haste."""

from __future__ import annotations

import pytest

from integration.order import StoredScore
from integration.platform.errors import Forbidden, Refused, Unauthorized, Unreachable
from integration.scores import format_instant


def fill(bench, count, score=40):
    """Leads that hold a score."""
    leads = [f"lead-{number}" for number in range(count)]
    for lead in leads:
        bench.put(lead, score, 5)
    return leads


def previous(bench, leads):
    """The previous values on record, one write for each lead."""
    return [[one.previous for one in bench.outbox.records.history(lead)] for lead in leads]


# -- answers that get lost -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["timeout", "reset"])
def test_a_lost_answer_is_not_written_twice(bench, kind):
    """After an answer that got lost the record is read; what is there is not written again."""
    leads = fill(bench, 3)
    bench.fault({"operation": bench.write_call, "kind": kind, "nth": [1], "after_commit": True})
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert len(bench.calls(bench.write_call)) == bench.store.writes_for(3)
    assert previous(bench, leads) == [[40]] * 3


def test_a_failure_that_was_none(bench):
    """A write that was carried out and reported as an error is recognised."""
    leads = fill(bench, 3)
    rule = {"operation": bench.write_call, "kind": "status", "status": 500, "nth": [1]}
    bench.fault({**rule, "after_commit": True})
    bench.push(*(bench.score(lead, 90) for lead in leads))
    assert len(bench.calls(bench.write_call)) == bench.store.writes_for(3)
    assert previous(bench, leads) == [[40]] * 3


def test_a_lost_first_write_of_a_lead_is_recognised(bench):
    """Also where the record did not exist, or held no score, before the write."""
    bench.put("a")
    if bench.makes_leads:
        bench.drop("a")
    bench.fault({"operation": bench.write_call, "kind": "reset", "nth": [1], "after_commit": True})
    assert bench.push(bench.score("a", 90)) == {1: "delivered"}
    assert len(bench.calls(bench.write_call)) == 1
    assert previous(bench, ["a"]) == [[None]]


@pytest.mark.parametrize("kind", ["timeout", "reset", "connect_error"])
def test_a_write_that_got_lost_is_made_again(bench, kind):
    """A write that never arrived is repeated."""
    leads = fill(bench, 3)
    bench.fault({"operation": bench.write_call, "kind": kind, "nth": [1]})
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert {bench.stored(lead)[0].score for lead in leads} == {90}


def test_somebody_else_writes_while_an_answer_is_lost(bench):
    """A newer score that came in between is not overwritten by the repetition."""
    bench.put("a", 40, 5)
    newer = bench.now - 1_000
    bench.fault({"operation": bench.write_call, "kind": "timeout", "nth": [1]})
    bench.enqueue(bench.score("a", 90))
    original = bench.clock.sleep

    async def sleep(seconds):  # the wait before the repetition
        bench.put("a", 70, newer)
        await original(seconds)

    bench.clock.sleep = sleep
    assert bench.deliver().verdicts == {"superseded": 1}
    assert bench.stored("a")[0] == StoredScore(70, newer)


# -- limits and outages ----------------------------------------------------------------------


@pytest.mark.parametrize("which", ["read_call", "write_call"])
@pytest.mark.parametrize("status", [429, 503])
def test_the_platform_asks_to_wait(bench, which, status):
    """No call is made before the time is over that the platform asked for; nothing is lost."""
    leads = fill(bench, 3)
    rule = {"kind": "status", "status": status, "retry_after": 7, "nth": [1]}
    bench.fault({"operation": getattr(bench, which), **rule})
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    calls = bench.calls()
    (asked,) = (call for call in calls if call["retry_after"])
    if status == 429:  # it closes the gate for every call; a 503 for its own
        assert not [call for call in calls if asked["at"] < call["at"] < asked["at"] + 7]
    again = [call for call in calls if call["path"] == asked["path"] and call["n"] > asked["n"]]
    assert min(call["at"] for call in again) >= asked["at"] + 7
    assert previous(bench, leads) == [[40]] * 3


def test_a_storm_of_refusals_loses_nothing(bench):
    """Every fifth call refused, every tenth unserved, every eighth answer lost: all delivered."""
    bench.workers = 2
    leads = fill(bench, 60)
    writes = {"operation": bench.write_call}
    bench.fault(
        {"operation": "*_*", "kind": "status", "status": 429, "retry_after": 7, "probability": 0.2},
        {"operation": "*_*", "kind": "status", "status": 503, "probability": 0.1},
        {**writes, "kind": "timeout", "probability": 0.12, "after_commit": True},
    )
    scores = {lead: bench.score(lead, 1 + place, age_s=60) for place, lead in enumerate(leads)}
    run = bench.enqueue(*scores.values())
    assert bench.deliver().stopped is None
    assert set(bench.verdicts(run).values()) == {"delivered"}
    for lead, score in scores.items():
        assert bench.stored(lead) == (StoredScore(score.score, score.at), "kept")
    assert previous(bench, leads) == [[40]] * 60
    calls = bench.calls()
    for call in calls:
        if call["status"] == 429:
            wait = call["at"], call["at"] + call["retry_after"]
            assert not [one for one in calls if wait[0] < one["at"] < wait[1]]


def test_failures_here_and_there_do_not_add_up(bench):
    """Single failures of many writes are no outage, however many there are in one batch."""
    leads = fill(bench, 20)
    bench.fault({"operation": bench.write_call, "kind": "connect_error", "probability": 0.4})
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    assert bench.deliver().stopped is None
    assert set(bench.verdicts(run).values()) == {"delivered"}


@pytest.mark.parametrize("which", ["read_call", "write_call"])
def test_an_outage_ends_the_run_and_keeps_everything(bench, which):
    """When the platform stays away, the scores wait with their reason, and somebody is told."""
    leads = fill(bench, 3)
    bench.fault({"operation": getattr(bench, which), "kind": "connect_error"})
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    assert isinstance(bench.deliver().stopped, Unreachable)
    assert set(bench.verdicts(run).values()) == {"waiting"}
    assert [(alert.leads, alert.destination) for alert in bench.alerts] == [
        (3, bench.store.destination)
    ]
    bench.control.clear_faults()
    bench.outbox.records.release(bench.now)
    assert bench.deliver().verdicts == {"delivered": 3}
    assert previous(bench, leads) == [[40]] * 3


def test_the_stated_limit_is_kept(bench, tmp_path):
    """A run that knows the limit is not refused, however long it takes."""
    narrow = type(bench)(tmp_path / "narrow", allowed=30)
    narrow.workers = 2
    leads = fill(narrow, 80)
    verdicts = narrow.push(*(narrow.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert [call for call in narrow.calls() if call["status"] == 429] == []
    narrow.close()


# -- reads that have become old --------------------------------------------------------------


def test_what_was_read_long_ago_is_read_again(bench):
    """After a wait, somebody else's newer score is noticed before the write."""
    leads = fill(bench, 4)
    newer = bench.now - 1_000
    rule = {"kind": "status", "status": 429, "retry_after": 30, "nth": [1]}
    bench.fault({"operation": bench.write_call, **rule})
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    bench.during(10, lambda: bench.put(leads[-1], 70, newer))
    assert list(bench.verdicts(run).values()) == ["delivered"] * 3 + ["superseded"]
    assert bench.stored(leads[-1])[0] == StoredScore(70, newer)
    assert previous(bench, leads) == [[40]] * 3 + [[40]]


def test_slow_answers_end(bench):
    """Where a read and a write take longer than a read is good for, the run still gets there."""
    leads = fill(bench, 6)
    bench.fault({"operation": "*_*", "kind": "latency", "seconds": 3.0})
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert len(bench.calls(bench.read_call)) <= 2 * bench.store.calls_for(6)


# -- refusals --------------------------------------------------------------------------------


def test_one_refused_record_is_parked_and_harms_no_other(bench):
    """The bad one is found, told with the platform's own reason, and the others go through."""
    leads = fill(bench, 9)
    bench.refuse(leads[4])
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    assert bench.deliver().stopped is None
    verdicts = bench.verdicts(run)
    assert verdicts.pop(5) == "rejected"
    assert set(verdicts.values()) == {"delivered"}
    (parked,) = bench.outbox.records.status(bench.now).parked
    assert "." in parked
    assert bench.stored(leads[4])[0] == StoredScore(40, 5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_refused_records_are_parked(bench, count):
    """Too few to tell a fault of the rows from one of the whole: each is told by itself."""
    leads = fill(bench, count)
    for lead in leads:
        bench.refuse(lead)
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    assert bench.deliver().stopped is None
    assert set(bench.verdicts(run).values()) == {"rejected"}


def test_everything_refused_ends_the_run(bench):
    """If no record goes through, the run stops early and says why; the scores are kept."""
    leads = fill(bench, 60)
    for lead in leads:
        bench.refuse(lead)
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    report = bench.deliver()
    assert isinstance(report.stopped, Refused)
    assert set(bench.verdicts(run).values()) == {"waiting"}
    assert len(bench.calls(bench.write_call)) <= 40


def test_a_missing_permission_ends_the_run(bench):
    """Each permission that is missing is named, and the scores are kept."""
    for missing in bench.permissions:
        kept = [name for name in bench.permissions if name != missing]
        bench.control.change_client(client_id="pusher", permissions=kept)
        bench.put(f"old-{missing}", 40, 5)
        run = bench.enqueue(bench.score(f"old-{missing}"), bench.score(f"new-{missing}"))
        stopped = bench.deliver().stopped
        assert isinstance(stopped, Forbidden)
        assert missing in stopped.permissions
        assert "waiting" in bench.verdicts(run).values()


@pytest.mark.parametrize("status", [400, 410])
def test_a_read_that_is_refused_is_no_empty_place(bench, status):
    """A lead that could not be read is not taken for one without a score, and not written."""
    leads = fill(bench, 120)  # three reads of a contact list, many of any other store
    bench.fault({"operation": bench.read_call, "kind": "status", "status": status, "nth": [2]})
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    assert isinstance(bench.deliver().stopped, Refused)
    assert set(bench.verdicts(run).values()) == {"waiting"}
    assert bench.calls(bench.write_call) == []


def test_a_refused_client_ends_the_run(bench):
    """A client whose secret was changed gets no token, and everything is kept."""
    fill(bench, 1)
    bench.control.change_client(client_id="pusher", secret="another")
    run = bench.enqueue(bench.score("lead-0", 90))
    assert isinstance(bench.deliver().stopped, Unauthorized)
    assert bench.verdicts(run) == {1: "waiting"}


def test_a_place_that_does_not_exist_ends_the_run(bench):
    """A wrong id of the store is told, and no score is taken for unknown or delivered."""
    bench.store = bench.elsewhere()
    run = bench.enqueue(bench.score("a"), bench.score("b"))
    stopped = bench.deliver().stopped
    assert isinstance(stopped, Refused)
    assert stopped.status == 404
    assert "nowhere" in str(stopped)
    assert set(bench.verdicts(run).values()) == {"waiting"}


@pytest.mark.parametrize("which", ["read_call", "write_call"])
def test_garbled_answers_are_asked_for_again(bench, which):
    """An answer that breaks off is no answer; what was written is recognised."""
    leads = fill(bench, 3)
    bench.fault({"operation": getattr(bench, which), "kind": "malformed", "nth": [1]})
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert previous(bench, leads) == [[40]] * 3


def test_a_token_that_ends_on_the_way_is_replaced(bench):
    """A revoked token costs one more sign-in and no score."""
    leads = fill(bench, 3)
    bench.fault({"operation": bench.write_call, "kind": "revoke_token", "nth": [1]})
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert len(bench.control.calls(operation="post_oauth_token")["calls"]) == 2


def test_the_log_says_when_a_score_was_replaced(bench):
    """Instants of previous values are those that were stored, to the millisecond."""
    bench.put("a", 40, 1_763_885_000_123)
    bench.push(bench.score("a", 90))
    (entry,) = bench.outbox.records.history("a")
    assert format_instant(entry.previous_at) == "2025-11-23T08:03:20.123Z"
