# SPDX-License-Identifier: Apache-2.0
"""Scores that arrive while a sweep works are not lost to it."""

from __future__ import annotations

import asyncio

import pytest

from integration.reports import ExitCode

LEADS = [f"L-{number}" for number in range(5)]


def test_a_score_that_is_marked_as_it_arrives(one_list):
    """The job had chosen the lead; the new score is written, marked, and delivered again."""
    one_list.cohort(LEADS)
    one_list.slow(10, 1)
    swept, pushed = one_list.sweep_while({"L-3": 60, "L-4": 95}, wait=5)
    assert pushed.delivered == 2
    assert (swept.marked, swept.delivered_again, swept.left) == (5, 2, 0)
    assert swept.exit_code == ExitCode.FINE
    assert [one_list.score(lead) for lead in LEADS] == ["0", "0", "0", "60", "95"]
    assert one_list.data("L-4")["route_tier"] == "senior"


def test_scores_that_lie_there_as_they_should(one_list):
    """A score for a lead outside the cohort, or after its turn, is looked at and left alone."""
    one_list.cohort(LEADS)
    one_list.lead("fresh", 40)
    one_list.slow(10, 1)
    swept, pushed = one_list.sweep_while({"L-0": 60, "fresh": 70}, wait=13)
    assert pushed.delivered == 2
    assert swept.delivered_again == 0
    assert (one_list.score("L-0"), one_list.score("fresh")) == ("60", "70")


@pytest.mark.parametrize(
    ("wait", "score", "tier"),
    [(5, 95, "senior"), (25, 50, "general")],
    ids=["while the first list is swept", "while the second one is"],
)
def test_two_lists(two_lists, wait, score, tier):
    """With a list for each tier the score comes back in the list that dials the lead."""
    two_lists.cohort(LEADS, tier="senior")
    two_lists.slow(10, 1)
    swept, _ = two_lists.sweep_while({"L-4": score}, wait=wait)
    assert swept.delivered_again == 1
    assert two_lists.score("L-4", tier) == str(score)
    assert {two_lists.data("L-4", one)["route_tier"] for one in two_lists.lists} == {tier}


def test_the_newest_score_wins(one_list):
    """A lead that got two scores while the job ran has the newer one afterwards."""
    one_list.cohort(["A", "B"])
    one_list.slow(20, 10)

    async def pushes():
        swept, *_ = await asyncio.gather(
            one_list._swept(mark=True),
            one_list._pushed({"A": 50}, 2),
            one_list._pushed({"A": 60}, 9),
        )
        return swept

    swept = one_list.run(pushes())
    assert swept.delivered_again == 1
    assert one_list.score("A") == "60"


def test_a_score_of_before(one_list):
    """What was delivered before the sweep began is not looked at again."""
    one_list.cohort(LEADS)
    one_list.push({"L-0": 60})
    one_list.clock.advance(60.0)
    reads = one_list.made("post_outbound_contactlist_contacts_bulk")
    swept = one_list.sweep()
    assert (swept.marked, swept.delivered_again) == (4, 0)
    assert one_list.made("post_outbound_contactlist_contacts_bulk") == reads
    assert one_list.score("L-0") == "60"


@pytest.mark.parametrize("seconds", [3, 60])
def test_a_sweep_that_is_interrupted(one_list, seconds):
    """The job goes on without us; what it marks by mistake, a reconciliation puts right."""
    one_list.cohort(LEADS)
    one_list.slow(100, 1)
    one_list.stopped_after = seconds
    swept, _ = one_list.sweep_while({"L-4": 60}, wait=1)
    assert swept.exit_code == ExitCode.INTERRUPTED
    assert "leadscore reconcile --mend" in swept.problems[0]
    one_list.clock.advance(200.0)
    assert one_list.score("L-4") == "0"

    async def mended():
        async with one_list.app() as app:
            return await app.reconcile(mend=True)

    found = one_list.run(mended())
    assert found.kinds == {"outdated": 1}
    assert found.mended == 1
    assert one_list.score("L-4") == "60"


def test_a_signal_before_anything_was_begun(one_list):
    """Then no job is started at all."""
    one_list.cohort(LEADS)

    async def swept():
        async with one_list.app() as app:
            app.interrupt()
            return await app.sweep(mark=True)

    found = one_list.run(swept())
    assert (found.marked, found.exit_code) == (0, ExitCode.INTERRUPTED)
    assert one_list.score("L-0") == "90"


def test_another_process_delivers(one_list):
    """What it would take for stale scores waits until it is done; then it is delivered again."""
    one_list.cohort(LEADS)
    one_list.slow(10, 1)
    other = one_list.app().outbox
    assert other.lock.acquire()
    told = []

    async def swept():
        async with one_list.app() as app:
            return await app.sweep(mark=True, progress=told.append)

    async def both():
        async def end():
            await one_list.clock.sleep(100)
            other.close()

        return await asyncio.gather(swept(), end())

    found, _ = one_list.run(both())
    assert found.marked == 5
    assert found.seconds >= 100
    assert any("delivers from this outbox" in one.waiting_reason for one in told)
    assert any(one.total == 5 for one in told)
