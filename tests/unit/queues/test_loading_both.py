# SPDX-License-Identifier: Apache-2.0
"""Loading leads where each tier has its contact list."""

from __future__ import annotations

import pytest

from integration.loading import UnknownColumnsError
from integration.platform.errors import Unreachable
from integration.sources import SourceRow

WRITE = "post_outbound_contactlist_contacts"
LONG = "x" * 600
HOUR = 3600.0
BOTH = ["senior", "general"]


def on_lists(site, lead):
    """The tiers on whose lists a lead is."""
    return [
        tier
        for tier, list_id in site.lists.items()
        if lead in site.organisation.contact_lists.get(list_id).contacts
    ]


def test_a_lead_is_put_on_both_lists(site):
    """A new lead becomes a contact on both lists, under its own id, and is dialled from none."""
    summary = site.load(("a", "+49301", "Europe/Berlin"), ("b", "+49302", "Europe/Paris"))
    assert (summary.created, summary.changed, summary.unchanged) == (2, 0, 0)
    for tier in BOTH:
        data = site.data("b", tier)
        assert (data["lead_id"], data["phone"], data["zone"]) == ("b", "+49302", "Europe/Paris")
    assert site.dialled_from("a") == site.dialled_from("b") == []


def test_loading_twice_changes_nothing(site):
    """The second load of a file writes nothing at all."""
    site.load(("a", "+49301", "Europe/Berlin"))
    site.forget_calls()
    summary = site.load(("a", "+49301", "Europe/Berlin"))
    assert (summary.created, summary.changed, summary.unchanged) == (0, 0, 1)
    assert site.writes() == []


def test_a_lead_that_comes_twice(site):
    """The later row of a lead counts."""
    site.load(("a", "+49301", "x"), ("b", "+49302", "x"), ("a", "+49303", "x"))
    assert [site.data("a", tier)["phone"] for tier in BOTH] == ["+49303", "+49303"]


def test_a_changed_column_is_changed_on_both_lists(site):
    """A new phone number replaces the old one on both; score and tier stay as they are."""
    site.settle("a", "senior", 90)
    summary = site.load(("a", "+49309", "Europe/Berlin"))
    assert (summary.created, summary.changed, summary.unchanged) == (0, 1, 0)
    assert [site.data("a", tier)["phone"] for tier in BOTH] == ["+49309", "+49309"]
    assert site.tiers("a") == ("senior", "senior")
    assert site.data("a", "senior")["ml_score"] == "90"


@pytest.mark.parametrize("missing", BOTH)
@pytest.mark.parametrize("tier", BOTH)
def test_a_lead_missing_on_one_list_stays_in_its_tier(site, missing, tier):
    """A lead that is put back on a list is dialled from no more lists than before."""
    site.settle("a", tier, 90 if tier == "senior" else 20)
    site.remove("a", missing)
    before = site.dialled_from("a")
    summary = site.load(("a", "+49301234", "Europe/Berlin"))
    assert (summary.created, summary.changed) == (1, 0)
    assert on_lists(site, "a") == BOTH
    assert site.dialled_from("a") == before
    assert "senior" not in before or site.tiers("a")[1] != "general"


def test_a_lead_that_was_called_by_the_seniors_is_not_called_again(site):
    """A lead that the general list has lost keeps what the senior list knows of calls to it."""
    site.settle("a", "general", 20)
    site.called("a", "senior")
    site.remove("a", "general")
    site.load(("a", "+49301234", "Europe/Berlin"))
    site.push(("a", 30))
    assert site.score("a", "general")[0] == "30"
    assert site.contact("a", "general")["callable"] is False
    assert site.dialled_from("a") == []


def test_scores_that_came_before_their_lead(site):
    """Scores of a lead that is loaded later get their verdicts once they are tried again."""
    rows = site.rows(("a", 90), ("a", 90)) + site.rows(("a", 40), age=HOUR)
    rows = [SourceRow(place, one.raw, None) for place, one in enumerate(rows, 1)]
    summary = site.use(lambda app: app.push(rows, name="test"))
    assert (summary.unknown, summary.exit_code) == (3, 1)
    site.load(("a", "+49301", "Europe/Berlin"))

    async def retry(app):
        return app.retry(reason="unknown_lead")

    assert site.use(retry) == 1
    site.resume()
    assert site.dialled_from("a") == ["senior"]

    async def verdicts(app):
        return [one.verdict for one in app.verdicts(summary.run_id)]

    assert site.use(verdicts) == ["delivered", "duplicate", "superseded"]


def test_a_first_score_after_loading(site):
    """Loaded leads get into either tier with their first score, and can be dialled there."""
    site.load(("a", "+49301", "x"), ("b", "+49301", "x"))
    site.push(("a", 90), ("b", 20))
    assert (site.dialled_from("a"), site.dialled_from("b")) == (["senior"], ["general"])


def test_a_lead_that_one_list_refuses(site):
    """A contact that is refused is told once, and the others are loaded on both lists."""
    summary = site.load(*[(f"l{i}", "+49301", LONG if i == 3 else "x") for i in range(8)])
    assert (summary.created, [lead for lead, _ in summary.refused]) == (7, ["l3"])
    assert on_lists(site, "l3") == []
    assert all(on_lists(site, f"l{i}") == BOTH for i in range(8) if i != 3)


def test_a_lead_that_only_the_general_list_refuses(site):
    """A lead that gets onto one list alone counts as refused, not as created."""
    site.add("a", tiers=["general"])
    site.change("a", "general", data={"model_version": LONG})
    summary = site.load(("a", "+49309", "x"))
    assert (summary.created, summary.changed, len(summary.refused)) == (0, 0, 1)
    assert summary.exit_code == 1


@pytest.mark.parametrize("lost", [1, 2])
def test_a_lost_answer_creates_nothing_twice(site, lost):
    """A write whose answer got lost is counted once."""
    site.fault(kind="reset", after_commit=True, nth=(lost,))
    summary = site.load(("a", "+49301", "x"))
    assert (summary.created, summary.changed) == (1, 0)
    assert len(site.writes()) == 2
    assert site.tiers("a") == ("", "general")


def test_an_outage_between_the_lists(site):
    """What could be loaded before the platform went away is counted; the rest can be repeated."""
    site.fault(kind="connect_error", nth=tuple(range(2, 30)))
    summary = site.load(("a", "+49301", "x"))
    assert isinstance(summary.stopped, Unreachable)
    assert (summary.created, on_lists(site, "a")) == (1, ["senior"])
    site.control.clear_faults()
    site.load(("a", "+49301", "x"))
    assert on_lists(site, "a") == BOTH


@pytest.mark.parametrize("tier", BOTH)
def test_a_list_without_a_column(site, tier):
    """A column that one of the lists lacks stops before anything is written."""
    columns = ["lead_id", "phone", "ml_score", "ml_score_at", "route_tier", "model_version"]
    poor = site.run(site._new_list("poor", columns))
    with pytest.raises(UnknownColumnsError, match='"Leads poor" has no column zone'):
        site.load(("a", "+49301", "x"), **{f"{tier}_list": poor})
    assert site.writes() == []


def test_a_list_without_tiers(site):
    """A list that has no column for the tier cannot be used with two lists."""
    columns = ["lead_id", "phone", "zone", "ml_score", "ml_score_at"]
    poor = site.run(site._new_list("poor", columns))
    with pytest.raises(UnknownColumnsError, match="has no column route_tier"):
        site.load(("a", "+49301", "x"), senior_list=poor)
