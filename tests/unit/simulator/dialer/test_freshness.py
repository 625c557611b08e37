# SPDX-License-Identifier: Apache-2.0
"""The contact list filter while a campaign runs: stale leads leave it, fresh ones come in."""

from __future__ import annotations

import pytest

STALE = "2026-11-22T08:00:00.000Z"
ROUND = 90
DAY = {"column": "ml_score_at", "columnType": "alphabetic", "value": "P-01DT00H00M"}


def fresh(centre, list_id):
    predicates = [{**DAY, "operator": "BEFORE", "inverted": True}]
    body = {
        "name": "Fresh",
        "contactList": {"id": list_id},
        "clauses": [{"predicates": predicates}],
    }
    return [{"id": centre.make("contactlistfilters", body)}]


def test_stale_scores_starve_the_fresh_ones_without_a_gate(centre):
    """The guide's case: leads at 90 for more than a day come before fresh ones at 85."""
    rows = {f"old{n}": {"ml_score": 90, "ml_score_at": STALE} for n in range(3)}
    centre.campaign(centre.leads({**rows, "new": 85}))
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    assert centre.order()[-1] == "new"


def test_the_filter_keeps_stale_leads_out_and_lets_them_in_again(centre):
    """A lead that gets a new score is called, though its write queues nobody."""
    rows = {"old": {"ml_score": 90, "ml_score_at": STALE}, "new": 85}
    leads = centre.leads(rows)
    centre.campaign(leads, contactListFilters=fresh(centre, leads))
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    assert centre.order() == ["new"]
    centre.write(leads, {"old": 91}, query="?doNotQueue=true")
    centre.run(10 * ROUND)
    assert centre.order() == ["new", "old"]


@pytest.mark.parametrize(("dynamic", "called"), [(True, []), (False, ["a"])])
def test_only_a_dynamic_filter_follows_the_clock(centre, dynamic, called):
    """A score that grows old before anybody is free is called where the filter is static."""
    leads = centre.leads({"a": 90})
    centre.campaign(
        leads,
        contactListFilters=fresh(centre, leads),
        dynamicContactQueueingSettings={"sort": True, "filter": dynamic},
    )
    centre.dial(24 * 3600)
    centre.agents("Ann")
    centre.run(ROUND)
    assert centre.order() == called


def test_a_lead_comes_in_when_the_clock_lets_it(centre):
    """A filter on what is older than a day lets a lead in at the very moment."""
    leads = centre.leads({"a": 90})
    predicates = [{**DAY, "operator": "BEFORE"}]
    body = {
        "name": "Old",
        "contactList": {"id": leads},
        "clauses": [{"predicates": predicates}],
    }
    old = centre.make("contactlistfilters", body)
    centre.campaign(leads, contactListFilters=[{"id": old}])
    centre.agents("Ann")
    (line,) = centre.dial(24 * 3600)
    assert line["time"] == "2026-11-24T08:00:00.001Z"
    assert line["score_age"] == 86400.001
