# SPDX-License-Identifier: Apache-2.0
"""A batch that is refused: which rows are to blame, or whether none is."""

from __future__ import annotations

from integration.order import StoredScore
from integration.platform.errors import Refused


def bad_rows(world, *leads, code="invalid.zip.code.contact.value", status=400):
    def strike(called, written):
        if called == "write" and set(leads) & set(written):
            raise Refused(operation="write", status=status, code=code, message="no")

    world.store.before = strike


def test_finds_the_refused_rows_by_halves(world):
    """Of a refused batch every good row is delivered and each bad one parked with its reason."""
    leads = [f"l{i}" for i in range(100)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    run = world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, "l17", "l80")
    report = world.deliver()
    assert report.verdicts == {"delivered": 98, "rejected": 2}
    assert {row for row, verdict in world.verdicts(run).items() if verdict == "rejected"} == {
        18,
        81,
    }
    parked = world.outbox.records.status(world.now).parked
    assert parked == {"invalid.zip.code.contact.value": 2}
    (alert,) = world.alerts
    assert alert.leads == 2


def test_stops_where_every_row_is_refused(world):
    """A refusal of both halves, twice, is no matter of rows: the run stops and says so."""
    leads = [f"l{i}" for i in range(100)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads, code="invalid.contact.columns")
    report = world.deliver()
    assert isinstance(report.stopped, Refused)
    assert report.verdicts == {"waiting": 100}
    assert len([kind for kind, _ in world.store.calls if kind == "write"]) == 8


def test_few_rows_that_are_all_bad_are_parked_one_by_one(world):
    """A handful of bad rows is no systemic refusal: each gets its own reason."""
    leads = ["a", "b", "c", "d"]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads)
    assert world.deliver().verdicts == {"rejected": 4}


def test_many_bad_rows_are_told_from_a_systemic_refusal(world):
    """Where both halves are refused twice, single rows are tried: one that passes shows it."""
    leads = [f"l{i}" for i in range(64)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad = [lead for at, lead in enumerate(sorted(leads)) if at % 16 == 0]
    bad_rows(world, *bad)
    assert world.deliver().verdicts == {"delivered": 60, "rejected": 4}


def test_search_for_refused_rows_is_capped(world):
    """Many bad rows do not eat the budget: the search goes on another time until all is done."""
    leads = [f"l{i}" for i in range(512)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads[::7])
    verdicts = []
    while not verdicts or verdicts[-1]["waiting"]:
        world.store.calls.clear()
        report = world.deliver()
        verdicts.append(report.verdicts)
        assert report.stopped is None
        assert report.verdicts["delivered"] > 0
        assert len([kind for kind, _ in world.store.calls if kind == "write"]) <= 44
        world.clock.advance(3600)
    assert sum(one["delivered"] for one in verdicts) == 438
    assert sum(one["rejected"] for one in verdicts) == 74


def test_refusal_of_the_whole_list_stops_at_once(world):
    """A refusal that no row can be to blame for is not searched by halves."""
    world.store.held = {"a": StoredScore(1, 1), "b": StoredScore(1, 1)}
    world.enqueue(world.score("a"), world.score("b"))
    bad_rows(world, "a", code="contact.list.not.found", status=404)
    assert isinstance(world.deliver().stopped, Refused)
    assert len(world.store.calls) == 2
