# SPDX-License-Identifier: Apache-2.0
"""A reconciliation beside pushes and other processes, and what ends one before its time."""

from __future__ import annotations

import asyncio

import pytest

from .conftest import GENERAL, SENIOR

HOUR = 3600.0
MINUTE = 60.0


# -- looking while pushes go on --------------------------------------------------------------


def test_what_is_on_its_way_is_no_finding(site):
    """A lead that moves between the exports of the two lists lies as it should, all the time."""
    site.settle("a", GENERAL, 20)
    site.before_export_of(GENERAL, lambda: site.move("a", GENERAL, SENIOR, 90))
    summary = site.reconcile()
    assert (summary.found, summary.exit_code) == (0, 0)
    assert site.exports() == 4


def test_what_is_wrong_twice_is_wrong(site):
    """A finding that only changes while it is looked at is told the next time."""
    site.settle("a", SENIOR, 90)
    site.settle("b", SENIOR, 90)
    for lead in ("a", "b"):
        site.change(lead, GENERAL, data={"route_tier": GENERAL})
    site.before_export_of(
        GENERAL, lambda: site.change("a", GENERAL, data={"route_tier": SENIOR}), number=2
    )
    assert dict(site.reconcile().examples) == {"b": ("in_both",)}


def test_what_is_mended_is_looked_at_once_more(site):
    """A finding that somebody has put right by then is not touched."""
    site.settle("a", SENIOR, 90)
    site.change("a", GENERAL, data={"route_tier": GENERAL})
    site.before_read(SENIOR, lambda: site.change("a", GENERAL, data={"route_tier": SENIOR}))
    summary = site.reconcile(mend=True)
    assert (summary.mended, summary.right_by_now, summary.left) == (0, 1, {})
    assert site.writes() == []


def test_a_lead_that_is_deleted_meanwhile(site):
    """A lead that leaves the lists before it is mended is left."""
    site.settle("a", SENIOR, 90)
    site.before_read(GENERAL, lambda: site.remove("a", GENERAL))
    summary = site.reconcile(mend=True, senior_above=95)
    assert summary.left == {"unknown_lead": 1}


def test_a_score_that_waits_goes_first(site):
    """Where a newer score waits in the outbox, that one is delivered."""
    site.settle("a", SENIOR, 90)
    site.settle("b", SENIOR, 90)
    site.fault(kind="connect_error")
    site.push(("a", 99), ("b", 20))
    site.control.clear_faults()
    site.clock.advance(10 * MINUTE)
    summary = site.reconcile(mend=True, senior_above=95)
    assert (summary.found, summary.right_by_now) == (2, 2)
    assert (site.dialled_from("a"), site.dialled_from("b")) == ([SENIOR], [GENERAL])


def test_a_score_that_still_has_to_wait(site):
    """A lead whose newer score was put off a moment ago is left until that is delivered."""
    site.settle("a", SENIOR, 90)
    site.fault(kind="connect_error")
    site.push(("a", 99))
    site.control.clear_faults()
    summary = site.reconcile(mend=True, senior_above=95)
    assert summary.left == {"waiting": 1}


# -- what ends it ----------------------------------------------------------------------------


@pytest.mark.parametrize("watched", [True, False], ids=["watched", "unwatched"])
def test_it_waits_for_another_deliverer(site, watched):
    """While another process delivers from the outbox, nothing is mended; then it is."""
    site.settle("a", SENIOR, 90)
    told = []
    progress = told.append if watched else None

    async def beside(app):
        other_process = site.app()
        assert other_process.outbox.lock.acquire()
        running = asyncio.ensure_future(app.reconcile(mend=True, progress=progress))
        await site.clock.sleep(5)
        assert not running.done()
        await other_process.close()
        return await running

    assert site.use(beside, senior_above=95).mended == 1
    assert not watched or "delivers from this outbox" in told[0].waiting_reason


@pytest.mark.parametrize("mend", [True, False], ids=["mending", "looking"])
@pytest.mark.parametrize("after", [0.0, 1.5], ids=["at once", "while it waits for an export"])
def test_an_interruption(site, mend, after):
    """A signal ends it without a change; the exit code says so."""
    site.settle("a", SENIOR, 90)

    async def interrupted(app):
        running = asyncio.ensure_future(app.reconcile(mend=mend))
        await site.clock.sleep(after)
        app.interrupt()
        return await running

    summary = site.use(interrupted, senior_above=95)
    assert (summary.interrupted, summary.exit_code, summary.found) == (True, 4, 0)
    assert site.writes() == []


@pytest.mark.parametrize(
    ("end", "left"),
    [("", {"not_tried": 3}), ("/contacts/bulk", {"not_tried": 2})],
    ids=["before contacts are made", "after contacts were made"],
)
def test_an_interruption_of_the_mending(site, end, left):
    """What was found and not tried is left, and mended the next time."""
    for lead in ("a", "b"):
        site.settle(lead, SENIOR, 90)
    site.remove("a", GENERAL)
    site.add("c")
    for tier in (SENIOR, GENERAL):
        site.change("c", tier, data={"route_tier": tier})

    async def work(app):
        place = f"/{site.lists[GENERAL]}{end}"
        site.before_call(lambda _, path: path.endswith(place), app.interrupt)
        return await app.reconcile(mend=True)

    summary = site.use(work, senior_above=95)
    assert (summary.exit_code, summary.left) == (4, left)
    assert site.dialled_from("b") == [SENIOR]
    site.mend(senior_above=95)


def test_a_signal_that_comes_too_late(site):
    """When nothing is left to do, a signal has ended nothing."""
    site.settle("a", SENIOR, 90)

    async def work(app):
        site.before_call(lambda _, path: path.endswith("/contacts"), app.interrupt, number=2)
        return await app.reconcile(mend=True)

    summary = site.use(work, senior_above=95)
    assert (summary.mended, summary.exit_code) == (1, 0)


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ("post_outbound_contactlist_export", {}),
        ("post_outbound_contactlist_contacts", {"waiting": 1}),
    ],
    ids=["export", "write"],
)
def test_a_missing_permission(site, operation, left):
    """A refusal ends it, is told, and is the exit code."""
    site.settle("a", SENIOR, 90)
    site.fault(operation, kind="status", status=403, code="missing.permissions")
    summary = site.reconcile(mend=True, senior_above=95)
    assert summary.stopped is not None
    assert (summary.exit_code, summary.left) == (3, left)


def test_an_outage_while_contacts_are_made(site):
    """What could not be written is left, and made the next time."""
    site.settle("a", SENIOR, 90)
    site.remove("a", GENERAL)
    site.fault(kind="connect_error")
    summary = site.reconcile(mend=True)
    assert (summary.exit_code, summary.left) == (1, {"not_tried": 1})
    site.control.clear_faults()
    site.mend()


def test_lists_of_several_pages(site):
    """All leads are judged, however many there are."""
    leads = [f"l{number:04}" for number in range(2_300)]
    for start in range(0, len(leads), 1000):
        site.add(*leads[start : start + 1000], route_tier=GENERAL, ml_score="20")
    for tier in (SENIOR, GENERAL):
        for lead in (leads[0], leads[2_100]):
            site.change(lead, tier, data={"ml_score_at": site.instant(HOUR)})
    site.remove(leads[2_250], SENIOR)
    site.change(leads[1_999], SENIOR, data={"route_tier": SENIOR})
    summary = site.reconcile()
    assert (summary.leads, summary.kinds) == (2_300, {"in_both": 1, "missing": 1})
    site.forget_calls()
    site.mend()
    assert len(site.reads()) <= 2
