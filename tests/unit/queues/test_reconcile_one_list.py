# SPDX-License-Identifier: Apache-2.0
"""What a reconciliation finds in the one list of the strategy skills, and how it mends it."""

from __future__ import annotations

import pytest

from integration.configuration import SettingsError

from .conftest import SENIOR

DAY = 24 * 3600.0


@pytest.fixture
def one(site):
    """The organisation with one list in use: the one that is called senior elsewhere."""
    changes = {"strategy": "skills", "contact_list": site.lists[SENIOR]}
    site.settings = site.settings.model_copy(update=changes)
    site.add("a", "b", "c")
    site.push(("a", 90), ("b", 20))
    return site


def test_nothing_to_find(one):
    """Leads that were pushed lie as they should, also when they have gone stale."""
    assert one.kinds() == {}
    one.clock.advance(2 * DAY)
    assert one.kinds(senior_above=95) == {}


@pytest.mark.parametrize("audit", ["read", "ledger"])
def test_the_wrong_tier_after_another_threshold(one, audit):
    """The tier follows the threshold; score, time and history stay, nobody is queued again."""
    queue = one.contact("a", SENIOR)["queue"]
    held, changes = one.score("a", SENIOR), {"senior_above": 95, "audit": audit}
    assert one.kinds(**changes) == {"a": ("wrong_tier",)}
    one.mend(**changes)
    assert (one.data("a", SENIOR)["route_tier"], one.score("a", SENIOR)) == ("general", held)
    assert one.contact("a", SENIOR)["queue"] == queue
    assert [(record.score, record.previous) for record in one.history("a")] == [(90, None)]


def test_a_tier_that_somebody_has_changed(one):
    """A push of the same score leaves it, a reconciliation mends it."""
    one.change("a", SENIOR, data={"route_tier": ""})
    rows = one.rows(("a", 90), age=60)
    one.use(lambda app: app.push(rows, name="test"))
    assert one.kinds() == {"a": ("wrong_tier",)}
    one.mend()
    assert one.data("a", SENIOR)["route_tier"] == "senior"


def test_scores_that_differ_from_the_ledger(one):
    """What was put back is put right, what another program has written is put on record."""
    one.change("a", SENIOR, data={"ml_score": "", "ml_score_at": ""})
    newer = {"ml_score": "30", "ml_score_at": one.instant()}
    one.change("b", SENIOR, data=newer)
    assert one.kinds() == {"a": ("outdated",), "b": ("foreign",)}
    one.mend()
    assert one.score("a", SENIOR)[0] == "90"
    assert one.score("b", SENIOR) == tuple(newer.values())
    assert [record.outcome for record in one.history("b")] == ["delivered", "observed"]


def test_a_contact_that_is_gone(one):
    """A lead that is not on the list any more is no finding: lists lose leads all the time."""
    one.remove("a", SENIOR)
    assert one.kinds() == {}


@pytest.mark.parametrize("store", ["data_table", "data_service"])
def test_other_stores_have_no_tiers(one, store):
    """Scores that are kept elsewhere are not looked at."""
    with pytest.raises(SettingsError, match=f"not at a {store}"):
        one.reconcile(store=store)


def test_what_it_costs(one):
    """To look takes nine calls for a list in order, however many contacts there are."""
    one.forget_calls()
    summary = one.reconcile()
    assert summary.calls <= 9
    assert one.exports() == 1
