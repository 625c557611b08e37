# SPDX-License-Identifier: Apache-2.0
"""The store of the guide's data service: what it sends, and how it spends its calls."""

from __future__ import annotations

import pytest

from integration.order import StoredScore
from integration.scores import format_instant
from integration.stores.lead_records import BATCH, stored_score
from tests.unit.stores.benches import DataServiceBench


@pytest.fixture
def bench(tmp_path):
    made = DataServiceBench(tmp_path)
    yield made
    made.close()


def test_sends_what_the_guide_says(bench):
    """A score is read with GET and written with PUT: the entity, to be overwritten."""
    bench.put("a", 40, 5)
    score = bench.score("a", 90)
    bench.push(score)
    read, write = bench.calls()
    record = f"/api/v2/data/services/{bench.service.id}/entities/LeadScore/records/a"
    assert (read["method"], read["path"]) == ("GET", record)
    assert (write["method"], write["path"]) == ("PUT", record)
    assert write["body"] == {
        "entity": {
            "lead_id": "a",
            "priority_score": 90,
            "last_calculated_at": format_instant(score.at),
            "other": "kept",
        },
        "overwriteExisting": True,
    }


def test_a_record_that_is_missing_is_made(bench):
    """The record may be older or younger than the contact: without one there is no score yet."""
    bench.push(bench.score("a", 90))
    assert [call["status"] for call in bench.calls()] == [404, 200]
    assert bench.stored("a") == (StoredScore(90, bench.now - 60_000), None)
    (entry,) = bench.outbox.records.history("a")
    assert (entry.previous, entry.outcome) == (None, "delivered")


def test_a_batch_is_a_small_part_of_the_budget(bench):
    """No batch takes more than a seventh of the usual budget, and reads stay fresh."""
    assert bench.store.batch == BATCH
    assert bench.store.calls_for(BATCH) <= 300 / 7


def test_reads_go_side_by_side_and_writes_follow(bench):
    """With answers of 0.2 s a whole batch is written before its reads are too old."""
    leads = [f"lead-{number}" for number in range(BATCH)]
    for lead in leads:
        bench.put(lead, 40, 5)
    bench.fault({"operation": "*_*", "kind": "latency", "seconds": 0.2})
    bench.push(*(bench.score(lead, 90) for lead in leads))
    assert len(bench.calls(bench.read_call)) == BATCH
    assert len(bench.calls(bench.write_call)) == BATCH


@pytest.mark.parametrize("concurrency", [1, 4, 50])
def test_reads_at_the_same_time_are_limited(bench, concurrency):
    """No more reads are under way than were asked for."""
    bench.store = bench.make_store(concurrency=concurrency)
    bench.fault({"operation": bench.read_call, "kind": "latency", "seconds": 1.0})
    started = bench.clock.monotonic()
    bench.read(*(f"lead-{number}" for number in range(20)))
    assert bench.clock.monotonic() - started >= -(-20 // concurrency)


def test_after_a_wait_all_old_reads_are_made_again_together(bench):
    """A wait in the middle of a batch costs one more read for each lead that is left, no more."""
    leads = [f"lead-{number}" for number in range(BATCH)]
    for lead in leads:
        bench.put(lead, 40, 5)
    refuse = {"kind": "status", "status": 503, "retry_after": 30, "nth": [6]}
    bench.fault(
        {"operation": bench.write_call, **refuse},
        {"operation": bench.read_call, "kind": "latency", "seconds": 1.0},
    )
    bench.push(*(bench.score(lead, 90) for lead in leads))
    left = BATCH - 5
    assert len(bench.calls(bench.read_call)) == BATCH + left
    assert len(bench.calls(bench.write_call)) == BATCH + 1
    again = bench.calls(bench.read_call)[-left:]
    assert again[-1]["at"] - again[0]["at"] <= left / 4


def test_many_refused_records_among_good_ones_are_parked(bench):
    """If one record goes through, the rows are to blame for the others, and the run goes on."""
    leads = [f"lead-{number}" for number in range(14)]
    for lead in leads:
        bench.put(lead, 40, 5)
    for lead in leads[:5] + leads[6:]:
        bench.refuse(lead)
    run = bench.enqueue(*(bench.score(lead, 90) for lead in leads))
    assert bench.deliver().stopped is None
    verdicts = bench.verdicts(run)
    assert verdicts.pop(6) == "delivered"
    assert set(verdicts.values()) == {"rejected"}


def test_obeys_the_guides_header_alone(tmp_path):
    """Without the platform's headers, X-Rate-Limit-Remaining keeps the run within the limit."""
    bench = DataServiceBench(tmp_path, allowed=60)
    bench.control.set_switches(data_service_headers=False)
    leads = [f"lead-{number}" for number in range(150)]
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert [call for call in bench.calls() if call["status"] == 429] == []
    assert bench.clock.monotonic() >= 4 * 60
    bench.close()


def test_learns_the_limit_from_the_guides_header(tmp_path):
    """A run that was told a higher limit than there is learns the real one on its way."""
    bench = DataServiceBench(tmp_path, allowed=60)
    bench.control.set_switches(data_service_headers=False)
    bench.budget._allowed = 300
    verdicts = bench.push(*(bench.score(f"lead-{number}", 90) for number in range(150)))
    assert set(verdicts.values()) == {"delivered"}
    assert bench.budget.status().episodes <= 2


@pytest.mark.parametrize(
    ("score", "instant", "stored"),
    [
        (87, "2026-11-23T08:30:00.000Z", StoredScore(87, 1_795_422_600_000)),
        ("87", "2026-11-23T09:30:00+01:00", StoredScore(87, 1_795_422_600_000)),
        (87.0, "2026-11-23T08:30:00Z", StoredScore(87, 1_795_422_600_000)),
        (0, "2026-11-23T08:30:00Z", StoredScore(0, 1_795_422_600_000)),
        (0, "", StoredScore()),
        (50, None, StoredScore(50, None)),
        (None, None, StoredScore()),
        (True, "yesterday", StoredScore()),
        ("n/a", 12, StoredScore()),
        ([87], {}, StoredScore()),
        (float("inf"), "2026-11-23T08:30:00Z", StoredScore(None, 1_795_422_600_000)),
        ("nan", "2026-11-23T08:30:00Z", StoredScore(None, 1_795_422_600_000)),
        (10**400, "", StoredScore()),
    ],
    ids=repr,
)
def test_what_others_store_is_read_leniently(score, instant, stored):
    """Numbers and texts are scores, zones are understood, anything else is nothing."""
    assert stored_score(score, instant) == stored
