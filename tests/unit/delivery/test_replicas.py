# SPDX-License-Identifier: Apache-2.0
"""Deliveries of several replicas from one server: side by side, and after each other's death."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from integration.order import StoredScore, Verdict
from integration.outbox import ClaimLostError, Outbox
from simulator.virtual_time import run_virtual
from tests.unit.delivery.conftest import World


@pytest.fixture
def shared(tmp_path, new_schema):
    """Two replicas with one store, on one clock."""
    place = new_schema()
    worlds = [World(tmp_path), World(tmp_path)]
    for one in worlds:
        one.outbox.close()
        one.outbox = Outbox(place)
        one.clock, one.store = worlds[0].clock, worlds[0].store
    yield worlds
    for one in worlds:
        one.outbox.close()


def test_two_replicas_deliver_side_by_side(shared):
    """Each lead is delivered once, by one of the two."""
    first, second = shared
    first.store.batch = second.store.batch = 10
    leads = [f"L{number:02}" for number in range(60)]
    first.store.held = dict.fromkeys(leads, StoredScore())
    run = first.enqueue(*(first.score(lead) for lead in leads))

    async def both():
        reports = await asyncio.gather(
            *(one.delivery()[1].run(one.stop) for one in (first, second))
        )
        return [report.verdicts[Verdict.DELIVERED] for report in reports]

    by_each = run_virtual(first.clock, both())
    assert sum(by_each) == 60
    assert all(by_each)
    written = [lead for kind, some in first.store.calls if kind == "write" for lead in some]
    assert sorted(written) == leads
    assert {one.verdict for one in first.outbox.records.arrivals(run)} == {"delivered"}


def test_a_replica_goes_on_with_what_another_one_has_left(shared):
    """What a replica had claimed when it died is delivered by one that is at work already."""
    dead, heir = shared
    heir.store.batch = 1
    heir.store.held = {"A": StoredScore(), "B": StoredScore()}
    heir.enqueue(heir.score("A"), heir.score("B"))
    dead.outbox.claims.claim("memory", 1, dead.now)
    heir.store.after = lambda kind, _: dead.outbox.close() if kind == "write" else None
    report = heir.deliver()
    assert report.verdicts == {Verdict.DELIVERED: 2}
    assert heir.store.held["A"].score == heir.store.held["B"].score == 50


def test_a_newer_score_waits_for_the_write_of_the_dead(shared):
    """Who died, or was cut off, may still write: the newer score lands half a minute later."""
    dead, heir = shared
    heir.store.held = {"A": StoredScore()}
    dead.enqueue(dead.score("A", 50, age_s=60))
    claim = dead.outbox.claims.claim("memory", 9, dead.now)
    writes = [(one, StoredScore()) for one in claim.pending]
    dead.outbox.claims.intend(claim, writes, "dead", dead.now - 300_000)
    heir.enqueue(heir.score("A", 80, age_s=30))
    dead.outbox.close()
    start = heir.clock.monotonic()
    assert heir.deliver().verdicts == {Verdict.DELIVERED: 1}
    assert heir.clock.monotonic() - start >= 30
    assert heir.store.held["A"].score == 80


def test_a_newer_score_waits_for_who_dies_while_others_deliver(shared):
    """The same, where the other one is at work already."""
    dead, heir = shared
    heir.store.batch = 1
    heir.store.held = {"A": StoredScore(), "B": StoredScore()}
    dead.enqueue(dead.score("A", 50, age_s=60))
    claim = dead.outbox.claims.claim("memory", 9, dead.now)
    writes = [(one, StoredScore()) for one in claim.pending]
    dead.outbox.claims.intend(claim, writes, "dead", dead.now)
    heir.enqueue(heir.score("A", 80, age_s=30), heir.score("B"))
    heir.store.after = lambda kind, _: dead.outbox.close() if kind == "write" else None
    start = heir.clock.monotonic()
    assert heir.deliver().verdicts == {Verdict.DELIVERED: 2}
    assert heir.clock.monotonic() - start >= 30
    assert [some for kind, some in heir.store.calls if kind == "write"] == [("B",), ("A",)]


@pytest.mark.parametrize("when", ["before the intent", "before the write"])
def test_who_has_lost_a_claim_does_not_write(shared, when):
    """A replica that was taken for dead lets go of that batch, says so, and goes on."""
    lost, heir = shared
    lost.store.held = {"A": StoredScore()}
    run = lost.enqueue(lost.score("A"))
    intend, seen = lost.outbox.claims.intend, []

    def cut_off(claim, *rest):
        found = intend(claim, *rest) if when == "before the write" else None
        if not seen:
            lost.outbox.server._let_go()
            heir.outbox.claims.take_over("memory", heir.now)
        seen.append(claim.id)
        return found or intend(claim, *rest)

    lost.outbox.claims.intend = cut_off
    with capture_logs() as logs:
        report = lost.deliver()
    assert [one["event"] for one in logs if one["log_level"] == "warning"] == ["claim_lost"]
    assert len(set(seen)) == 2
    assert report.verdicts == {Verdict.DELIVERED: 1}
    assert [kind for kind, _ in lost.store.calls] == ["read", "read", "write"]
    assert lost.verdicts(run) == {1: "delivered"}


def test_a_lost_claim_in_a_file_is_an_error(world):
    """From a file one process delivers; where another one does too, this one stops."""
    world.store.held = {"A": StoredScore()}
    world.enqueue(world.score("A"))
    world.store.before = lambda *_: world.outbox.claims.recover("memory", world.now)
    with pytest.raises(ExceptionGroup) as caught:
        world.deliver()
    assert caught.group_contains(ClaimLostError, match="lock file is removed; this one stops")
