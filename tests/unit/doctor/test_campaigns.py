# SPDX-License-Identifier: Apache-2.0
"""Campaigns and lists as no stack makes them, but as they may be found."""

from __future__ import annotations

from tests.unit.centre import SENIOR


def senior(ward):
    """The senior campaign as the platform keeps it, to be made what no call makes of it."""
    return ward.organisation.entities["campaign"].get(ward.campaigns[SENIOR]).definition


def test_a_campaign_without_a_queue(ward):
    """Such as one that plays a recording: nobody takes its calls."""
    senior(ward).pop("queue")
    assert ward.wrong() == [("agents", SENIOR, "fail", "the campaign has no queue")]


def test_a_sort_of_the_older_kind(ward):
    """Campaigns that were made long ago have one sort, under a name of its own."""
    senior(ward)["contactSort"] = senior(ward)["contactSorts"][0]
    senior(ward)["contactSorts"] = []
    assert ward.wrong() == []


def test_a_list_without_phones(ward):
    """Nobody can be called whose number is in no phone column."""
    ward.organisation.contact_lists.get(ward.lists[SENIOR]).definition["phoneColumns"] = []
    says = '"Leads senior" has no phone column'
    assert ward.wrong() == [("contact list columns", SENIOR, "fail", says)]


def test_a_campaign_that_is_off(ward):
    """It is said how to turn it on; that is no fault."""
    ward.call("POST", f"/outbound/campaigns/{ward.campaigns[SENIOR]}/stop")
    found = ward.doctor()
    assert ward.wrong(found) == []
    [says] = [one.says for one in found.findings if (one.check, one.about) == ("campaign", SENIOR)]
    assert says.endswith("it is off; leadscore campaign start turns it on")


def test_an_incomplete_campaign(ward, monkeypatch):
    """A campaign that the platform takes for invalid is told."""
    monkeypatch.setattr("integration.doctoring.campaigns._RUNS", frozenset({"off"}))
    says = '"Leads campaign senior" is on'
    assert ward.wrong()[0] == ("campaign", SENIOR, "fail", says)
