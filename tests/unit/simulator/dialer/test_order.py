# SPDX-License-Identifier: Apache-2.0
"""Who is called first: sorts, changes while the campaign runs, the working set, priorities."""

from __future__ import annotations

import pytest

BY_SCORE = {"fieldName": "ml_score", "direction": "DESC", "numeric": True}
BY_TIER = {"fieldName": "tier", "direction": "ASC", "numeric": False}
ROUND = 90
FIVE = {"a": 87, "b": 9, "c": 100, "d": "n/a", "e": 50}


@pytest.mark.parametrize(
    ("sorts", "order"),
    [
        ([BY_SCORE], "caebd"),
        ([{**BY_SCORE, "direction": "ASC"}], "dbeac"),
        ([{**BY_SCORE, "numeric": False}], "dbaec"),
        ([{**BY_SCORE, "numeric": False, "direction": "ASC"}], "ceabd"),
        ([], "abcde"),
    ],
    ids=["numbers, best first", "numbers, least first", "text: 9 before 87", "text up", "as added"],
)
def test_contacts_are_called_in_the_order_of_the_sort(centre, sorts, order):
    """A numeric sort compares numbers, a text sort characters, and no sort keeps the queue."""
    centre.campaign(centre.leads(FIVE), contactSorts=sorts)
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    assert "".join(centre.order()) == order


def test_a_second_sort_decides_between_equals(centre):
    """Contacts alike in the first column are ordered by the second one."""
    rows = {"a": {"tier": "y", "ml_score": 1}, "b": {"tier": "x", "ml_score": 2}}
    rows |= {"c": {"tier": "x", "ml_score": 3}, "d": {"tier": "y", "ml_score": 4}}
    centre.campaign(centre.leads(rows), contactSorts=[BY_TIER, BY_SCORE])
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    assert "".join(centre.order()) == "cbda"


def test_the_mistakes_of_a_text_sort_are_counted(centre):
    """The log says how many better leads could have been called instead."""
    centre.campaign(centre.leads(FIVE), contactSorts=[{**BY_SCORE, "numeric": False}])
    centre.agents("Ann")
    lines = centre.dial(10 * ROUND)
    assert [(line["lead"], line["better"]) for line in lines] == [
        ("d", 4),
        ("b", 3),
        ("a", 1),
        ("e", 1),
        ("c", 0),
    ]


@pytest.mark.parametrize(("dynamic", "order"), [(True, "acb"), (False, "abc")])
def test_only_a_dynamic_sort_follows_the_scores(centre, dynamic, order):
    """A score that rises during the day counts at once, or not before the list begins anew."""
    leads = centre.leads({"a": 90, "b": 80, "c": 10})
    flags = {"sort": dynamic, "filter": dynamic}
    centre.campaign(leads, dynamicContactQueueingSettings=flags)
    centre.agents("Ann")
    centre.dial(10)
    centre.write(leads, {"c": 99}, query="?doNotQueue=true")
    lines = centre.run(10 * ROUND)
    assert "".join(centre.order()) == order
    assert [line["better"] for line in lines] == ([0, 0, 0] if dynamic else [0, 1, 0])


@pytest.mark.parametrize(("size", "order"), [(0, "azbcd"), (2, "abczd"), (9, "abcdz")])
def test_the_working_set_is_not_sorted_again(centre, size, order):
    """A score that rises late waits behind those that the dialer has fetched already."""
    centre.organisation.switches.working_set = size
    leads = centre.leads({"a": 90, "b": 80, "c": 70, "d": 60, "z": 10})
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(10)
    centre.write(leads, {"z": 99}, query="?doNotQueue=true")
    lines = centre.run(10 * ROUND)
    assert "".join(centre.order()) == order
    late = {line["lead"]: line["better"] for line in lines}
    assert late["b"] == (1 if size == 2 else 0)


def test_what_was_fetched_cannot_be_deleted(centre):
    """A contact in the working set is in the dialer's hand until the campaign is off."""
    centre.organisation.switches.working_set = 2
    leads = centre.leads({"a": 90, "b": 80, "c": 70})
    campaign = centre.campaign(leads)
    centre.dial(1)
    state = centre.organisation.contact_lists.get(leads)
    assert state.remove(["a", "b", "c"]) == 1
    centre.stop(campaign)
    assert state.remove(["a", "b"]) == 2


def test_the_campaign_with_the_higher_priority_goes_first(centre):
    """On one queue, leads of the lower campaign are called when the higher one has none left."""
    queue = centre.queue("Both")
    low = centre.leads({"l1": 99, "l2": 98}, name="Low")
    high = centre.leads({"h1": 5, "h2": 4}, name="High")
    centre.campaign(low, name="Low", queue=queue, priority=1)
    centre.campaign(high, name="High", queue=queue, priority=5)
    centre.agents("Ann", queues=["Both"])
    centre.dial(10 * ROUND)
    assert centre.order() == ["h1", "h2", "l1", "l2"]


def test_campaigns_of_one_priority_take_turns(centre):
    """Of two campaigns alike the one with fewer calls goes next."""
    queue = centre.queue("Both")
    for name in ("A", "B"):
        leads = centre.leads({f"{name}1": 9, f"{name}2": 8}, name=name)
        centre.campaign(leads, name=name, queue=queue)
    centre.agents("Ann", queues=["Both"])
    centre.dial(10 * ROUND)
    assert centre.order() == ["A1", "B1", "A2", "B2"]


def test_the_sort_may_change_while_the_campaign_runs(centre):
    """Who waits is put into the new order, whatever the old one compared."""
    leads = centre.leads(FIVE)
    campaign = centre.campaign(leads, contactSorts=[{**BY_SCORE, "numeric": False}])
    centre.agents("Ann")
    centre.dial(10)
    path = f"/api/v2/outbound/campaigns/{campaign}"
    now = centre.platform.call("GET", path).body
    assert centre.platform.call("PUT", path, {**now, "contactSorts": [BY_SCORE]}).status == 200
    centre.run(10 * ROUND)
    assert "".join(centre.order()) == "dcaeb"
