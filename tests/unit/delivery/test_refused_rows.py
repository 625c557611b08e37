# SPDX-License-Identifier: Apache-2.0
"""A batch that is refused: which rows are to blame, or whether none is."""

from __future__ import annotations

import pytest

from integration.batch import REFUSED_ROWS_LEFT
from integration.order import StoredScore
from integration.platform.errors import Refused
from integration.stores.port import WriteGroup

CODE = "invalid.zip.code.contact.value"
NO = str(Refused(operation="write", status=400, code="", message="no"))
FIRST_SEARCH = 36
"""Writes of a first search that ends at its cap: 20 splits, and what they let through."""


def bad_rows(world, *leads, code=CODE, status=400):
    def strike(called, written):
        if called == "write" and set(leads) & set(written):
            raise Refused(operation="write", status=status, code=code, message="no")

    world.store.before = strike


def written(world):
    return len([kind for kind, _ in world.store.calls if kind == "write"])


def reads(world):
    return len([kind for kind, _ in world.store.calls if kind == "read"])


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
    assert parked == {CODE: 2}
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


@pytest.mark.parametrize("count", [4, 8, 12])
def test_few_rows_that_are_all_bad_are_parked_one_by_one(world, count):
    """A handful of bad rows is no systemic refusal: each gets its own reason."""
    leads = [f"l{i}" for i in range(count)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    run = world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads, code="")
    assert world.deliver().verdicts == {"rejected": count}
    rows = world.outbox.records.arrivals(run)
    assert {(row.reason, row.message) for row in rows} == {("status_400", NO)}


def test_a_search_with_rows_to_blame_goes_on_by_halves(world):
    """Once a part went through, no row is tried before its turn, however many are refused."""
    leads = [f"l{i:02}" for i in range(32)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads[16:])
    assert world.deliver().verdicts == {"delivered": 16, "rejected": 16}
    assert written(world) == 1 + 1 + 31  # all, the good half, and each node of the other one


def test_many_bad_rows_are_told_from_a_systemic_refusal(world):
    """Where both halves are refused twice, single rows are tried: one that passes shows it."""
    leads = [f"l{i}" for i in range(64)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad = [lead for at, lead in enumerate(sorted(leads)) if at % 16 == 0]
    bad_rows(world, *bad)
    assert world.deliver().verdicts == {"delivered": 60, "rejected": 4}
    assert reads(world) == 2  # nobody was left to another batch


def test_search_for_refused_rows_is_capped(world):
    """Many bad rows do not eat the budget: the search goes on another time until all is done."""
    leads = [f"l{i}" for i in range(512)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads[::7])
    verdicts, tried = [], []
    while not verdicts or verdicts[-1]["waiting"]:
        world.store.calls.clear()
        report = world.deliver()
        verdicts.append(report.verdicts)
        assert report.stopped is None
        assert report.verdicts["delivered"] > 0
        assert written(world) <= 44
        tried.append(written(world))
        world.clock.advance(3600)
    assert tried[0] == FIRST_SEARCH
    assert {alert.reason for alert in world.alerts} == {CODE, REFUSED_ROWS_LEFT}
    assert sum(one["delivered"] for one in verdicts) == 438
    assert sum(one["rejected"] for one in verdicts) == 74


def test_a_row_that_goes_through_alone_shows_that_rows_are_to_blame(world):
    """Where every row goes alone, ten refused ones stop the run, unless one went through before."""
    leads = [f"l{i:02}" for i in range(16)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.store.groups = lambda writes: [WriteGroup((write,)) for write in writes]
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads[1:])
    report = world.deliver()
    assert report.stopped is None
    assert report.verdicts == {"delivered": 1, "rejected": 15}


def test_stops_where_every_row_is_refused_alone(world):
    """Where every row goes alone and ten are refused, none passing, the run stops and says so."""
    leads = [f"l{i:02}" for i in range(16)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    world.store.groups = lambda writes: [WriteGroup((write,)) for write in writes]
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *leads)
    report = world.deliver()
    assert isinstance(report.stopped, Refused)
    assert report.verdicts == {"waiting": 16}
    assert written(world) == 10


def test_another_part_that_goes_through_shows_nothing(world):
    """One part may be refused as a whole although another one, written otherwise, passes."""
    leads = [f"l{i:02}" for i in range(64)]
    world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
    first, *others = leads

    def groups(writes):
        apart = [write for write in writes if write.score.lead_id == first]
        rest = [write for write in writes if write.score.lead_id != first]
        return [WriteGroup(tuple(group)) for group in (apart, rest) if group]

    world.store.groups = groups
    world.enqueue(*(world.score(lead) for lead in leads))
    bad_rows(world, *others)
    report = world.deliver()
    assert isinstance(report.stopped, Refused)
    assert report.verdicts == {"delivered": 1, "waiting": 63}


@pytest.mark.parametrize(
    ("status", "searched"), [(400, True), (413, True), (422, True), (404, False), (409, False)]
)
def test_some_refusals_may_be_about_rows(world, status, searched):
    """A search follows where a row can be to blame; any other refusal stops the run at once."""
    world.store.held = {"a": StoredScore(1, 1), "b": StoredScore(1, 1)}
    world.enqueue(world.score("a"), world.score("b"))
    bad_rows(world, "a", code="some.code", status=status)
    report = world.deliver()
    assert (report.stopped is None) == searched
    assert report.verdicts == ({"delivered": 1, "rejected": 1} if searched else {"waiting": 2})
    assert written(world) == (3 if searched else 1)
