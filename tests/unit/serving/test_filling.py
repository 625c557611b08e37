# SPDX-License-Identifier: Apache-2.0
"""How batches of a stream fill: by size or by age, in few calls, with nobody kept waiting."""

from __future__ import annotations

import pytest

from tests.unit.serving.conftest import READ, WRITE


def test_a_lone_score_waits_for_company_and_no_longer(service):
    """A score that comes alone is delivered once it has waited for two seconds."""
    (lead,) = service.leads(1)

    async def script(one):
        await one.wait(10)
        one.put(service.score(lead, 80))
        await one.wait(1.9)
        assert not service.made(WRITE)
        await one.wait(0.2)
        assert service.held(lead) == "80"

    service.serve(script)


def test_a_full_batch_goes_at_once(service):
    """As many scores as a batch may have wait for nothing."""
    leads = service.leads(5)

    async def script(one):
        await one.wait(10)
        one.put(*(service.score(lead, 80) for lead in leads))
        await one.wait(0.01)
        assert len(service.made(WRITE)) == 1

    service.serve(script, batch_size=5)


def test_a_batch_that_fills_up_goes_early(service):
    """Scores that come one by one go as soon as there are enough of them."""
    leads = service.leads(5)

    async def script(one):
        for lead in leads:
            one.put(service.score(lead, 80))
            await one.wait(0.2)
        await one.wait(0.1)
        assert len(service.made(WRITE)) == 1
        assert not one.waiting()

    service.serve(script, batch_size=5)


def test_a_trickle_costs_few_calls(service):
    """Scores that drip in all the time share their calls: a read and a write every two seconds."""
    leads = service.leads(120)

    async def script(one):
        for lead in leads:  # for a minute
            one.put(service.score(lead, 80))
            await one.wait(0.5)
        await one.until_empty()

    service.serve(script)
    assert len(service.made(WRITE)) <= 31
    assert len(service.made(READ)) <= 31
    assert {service.held(lead) for lead in leads} == {"80"}


def test_a_lead_with_news_all_the_time_is_delivered_all_the_same(service):
    """A newer score takes the older one's place in the queue, and does not begin to wait anew."""
    (lead,) = service.leads(1)

    async def script(one):
        for score in range(1, 31):  # for half a minute
            one.put(service.score(lead, score, age_s=0))
            await one.wait(1)
        assert len(service.made(WRITE)) >= 8
        await one.until_empty()
        assert service.held(lead) == "30"

    service.serve(script)


def test_what_another_process_brings_is_found(service):
    """Scores of which no event tells are found within a second, and then wait as others do."""
    (lead,) = service.leads(1)

    async def script(one):
        await one.wait(10)
        one.put(service.score(lead, 80), told=False)
        await one.wait(3.2)
        assert service.held(lead) == "80"

    service.serve(script)


def test_nothing_is_asked_of_the_platform_while_nothing_waits(service):
    """An idle hour costs no call."""

    async def script(one):
        await one.wait(3600)

    service.serve(script)
    assert not service.made()


def test_looking_is_seldom(service, monkeypatch):
    """Nothing is looked up more often than ten times a second while a batch fills."""
    (lead,) = service.leads(1)
    looks = 0

    async def script(one):
        nonlocal looks
        claims = one.app.outbox.claims
        look = claims.next_due

        def counted(destination):
            nonlocal looks
            looks += 1
            return look(destination)

        monkeypatch.setattr(claims, "next_due", counted)
        one.put(service.score(lead, 80))
        await one.wait(1)
        assert looks <= 2 * 2 * 12  # two workers, of which each looks twice
        await one.until_empty()
        looks = 0
        await one.wait(60)
        assert looks <= 2 * 2 * 61

    service.serve(script)


@pytest.mark.parametrize("linger", [0, 5], ids=["no company wanted", "patience"])
def test_patience_can_be_set(service, linger):
    """How long a score waits for others is a setting."""
    (lead,) = service.leads(1)

    async def script(one):
        await one.wait(10)
        one.put(service.score(lead, 80))
        await one.wait(linger + 0.1)
        assert service.held(lead) == "80"
        (write,) = service.made(WRITE)
        assert write["at"] >= service.started + 9.99 + linger

    service.serve(script, batch_seconds=linger)
