# SPDX-License-Identifier: Apache-2.0
"""What scores in two lists cost in calls."""

from __future__ import annotations

import math

import pytest


def many(site, tier, count, first=0):
    """Leads that live in a tier, as (lead, score) of a new score that stays there."""
    leads = [f"l{number:05}" for number in range(first, first + count)]
    named = {"route_tier": tier, "ml_score": "72", "ml_score_at": site.instant(3600)}
    for start in range(0, count, 1000):
        site.add(*leads[start : start + 1000], **named)
    return [(lead, 90 if tier == "senior" else 20) for lead in leads]


def test_scores_that_stay_in_their_tier_cost_what_one_list_costs(site):
    """Without tier moves, 1,000 scores of a tier take 20 reads and one write."""
    scores = many(site, "senior", 1000) + many(site, "general", 1000, 1000)
    site.push(*scores)
    assert len(site.reads()) == 40
    assert [(tier, len(leads)) for tier, leads in site.writes()] == [
        ("senior", 1000),
        ("general", 1000),
    ]


@pytest.mark.parametrize("share", [0.1, 0.28, 0.5])
def test_calls_for_a_mixed_file(site, share):
    """A mixed file costs one list's calls, and one more write and read for the broken batches."""
    seniors = int(3000 * share)
    scores = many(site, "senior", seniors) + many(site, "general", 3000 - seniors, 5000)
    summary = site.push(*scores)
    assert summary.delivered == 3000
    assert len(site.calls()) <= 21 * 3 + 2


def test_moves_cost_calls_for_the_leads_that_move(site):
    """Tier moves are made in batches, with calls for those leads alone."""
    scores = many(site, "senior", 600)
    moving = [(lead, 90) for lead, _ in many(site, "general", 100, 5000)]
    summary = site.push(*scores, *moving, guard=False)  # all of them alike
    assert summary.tier_moves == 100
    reads, writes = len(site.reads()), site.writes()
    assert reads == math.ceil(700 / 50) + math.ceil(100 / 50)
    assert [(tier, len(leads)) for tier, leads in writes] == [
        ("senior", 600),
        ("general", 100),
        ("senior", 100),
    ]


def test_first_scores_of_loaded_leads(site):
    """A lead that was loaded is of the general tier: its first score costs no second look."""
    leads = [f"l{number}" for number in range(100)]
    site.load(*((lead, "+49301", "Europe/Berlin") for lead in leads))
    site.forget_calls()
    summary = site.push(*((lead, 20) for lead in leads))
    assert (summary.delivered, summary.tier_moves) == (100, 0)
    assert len(site.calls()) == 3
    site.forget_calls()
    summary = site.push(*((lead, 90) for lead in leads), age=1)
    assert len(site.calls()) == 2 + 2 + 2


def test_a_plan_counts_the_calls_of_each_tier(site):
    """The plan of a push knows that tiers are delivered apart."""
    scores = many(site, "senior", 30) + many(site, "general", 60, 1000)
    plan = site.use(lambda app: app.plan(site.rows(*scores)))
    site.push(*scores)
    assert (plan.leads, plan.calls, plan.reads, plan.writes) == (90, 5, 3, 2)
    assert len(site.calls()) == plan.calls


def test_seniors_are_delivered_first(site):
    """Of scores that came together, those for the senior agents do not wait for the others."""
    scores = many(site, "general", 30) + many(site, "senior", 30, 1000)
    site.push(*scores)
    assert [tier for tier, _ in site.writes()] == ["senior", "general"]
