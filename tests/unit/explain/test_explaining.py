# SPDX-License-Identifier: Apache-2.0
"""Why a lead stands where it stands, on a deployed centre, with the operator's permissions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.explaining.looking import UnknownLeadError
from integration.platform.errors import PlatformError

HOUR = timedelta(hours=1)
CALLED = {
    "phone": {
        "lastAttempt": "2026-11-24T08:50:00.000Z",
        "lastResult": "ININ-OUTBOUND-NO-ANSWER",
    }
}


def rule(found, name):
    return next(one for one in found.rules if one.name == name)


def test_a_lead_in_line(centre):
    """Score, filter, rules and skills agree, and the leads before it are counted and named."""
    for lead, score in {"A": 90, "B": 100, "C": 9, "D": 85}.items():
        centre.lead(lead, score)
    centre.lead("E", 85, model_version="m7")
    found = centre.explain("E")
    assert (found.standing, found.reasons) == ("waiting", ())
    assert (found.score.effective, found.score.age_minutes, found.score.stale) == (85, 60, False)
    assert found.score.model_version == "m7"
    assert found.filter.passes is True
    assert [one.applies for one in found.rules] == [False, False, True]
    assert found.skills == ("High Value Sales",)
    assert (found.place.better, found.place.equal) == (2, 1)
    assert [one.lead_id for one in found.place.first] == ["B", "A"]
    assert found.attempts.most == 4
    assert found.attempts.made == 0
    assert found.hours.open
    assert found.callable
    assert found.do_not_call == ("Do not call",)
    assert any("do-not-call" in one for one in found.unknown)
    assert found.calls == 10


def test_a_stale_lead(centre):
    """A score of yesterday counts as 0: filter and rule both keep the lead out."""
    centre.lead("A", 95, age=26 * HOUR)
    found = centre.explain("A")
    assert found.standing == "kept_out"
    assert (found.score.stored, found.score.effective, found.score.stale) == (95, 0, True)
    assert found.filter.passes is False
    assert rule(found, "Score too old").applies
    assert "24 hours ago" in found.reasons[0]
    assert "do not dial" in found.reasons[1]
    assert found.place is None


def test_a_lead_without_a_score(centre):
    """Nobody knows what a blank time is compared with, but the rule for blank ones is firm."""
    centre.lead("A")
    found = centre.explain("A")
    assert found.score.stored is None
    assert found.score.age_minutes is None
    assert found.filter.passes is False
    assert found.filter.conditions[0].holds is None
    assert rule(found, "Score too old").applies is None
    assert rule(found, "Score without a time").applies


def test_calls_that_were_made(centre):
    """A called lead is out of line; those called before it are counted apart."""
    centre.lead("A", 90)
    centre.lead("B", 95)
    centre.lead("C", 80)
    centre.alter("A", callRecords=CALLED, queued=False)
    found = centre.explain("A")
    assert found.standing == "kept_out"
    assert "called already" in found.reasons[0]
    assert found.attempts.made is None
    assert found.attempts.last_result == "ININ-OUTBOUND-NO-ANSWER"
    assert any("how often" in one for one in found.unknown)
    place = centre.explain("C").place
    assert (place.better, place.called) == (2, 1)
    assert [one.lead_id for one in place.first] == ["B"]


@pytest.mark.parametrize(
    "change",
    [{"callable": False}, {"phoneNumberStatus": {"phone": {"callable": False}}}],
    ids=["the contact", "its number"],
)
def test_a_lead_that_must_not_be_called(centre, change):
    """Neither a contact that is not callable nor one without a callable number is called."""
    centre.lead("A", 90)
    centre.alter("A", **change)
    found = centre.explain("A")
    assert not found.callable
    assert "not callable" in found.reasons[0]


def test_a_campaign_that_is_off(centre):
    """Whoever is in line waits until the campaign is turned on."""
    centre.lead("A", 90)
    centre.call("POST", f"/outbound/campaigns/{centre.campaigns['']}/stop")
    found = centre.explain("A")
    assert found.reasons == ("the campaign is off",)
    assert found.place.better == 0


def test_calling_hours_of_the_lead(centre):
    """It is evening in Tokyo, which the calling hours do not even name; nobody knows then."""
    centre.lead("A", 90, zone="Asia/Tokyo")
    found = centre.explain("A")
    assert (found.standing, found.hours.open) == ("unknown", None)
    centre.clock.advance(8 * 3600.0)
    centre.lead("B", 90, age=timedelta(0))
    found = centre.explain("B")
    assert found.hours.open is False
    assert "from Wednesday 09:00" in found.reasons[0]


def test_two_queues(two_queues):
    """The list whose tier the contact names dials it; the other one's filter keeps it out."""
    two_queues.lead("A", 90, tier="senior")
    two_queues.lead("B", 40, tier="general")
    senior, general = two_queues.explain("A"), two_queues.explain("B")
    assert (senior.tier, senior.campaign.list_name) == ("senior", "Leads senior")
    assert senior.campaign.queue == "senior queue"
    assert senior.elsewhere.filter.passes is False
    assert (general.tier, general.campaign.list_name) == ("general", "Leads general")
    assert general.place.better == 0
    assert general.calls == 13


def test_a_lead_that_one_list_lacks(two_queues):
    """Such a lead is explained where it is, and the lack is told."""
    two_queues.lead("A", 90, tier="senior")
    two_queues.organisation.contact_lists.get(two_queues.lists["general"]).remove(["A"])
    found = two_queues.explain("A")
    assert found.campaign.list_name == "Leads senior"
    assert not found.elsewhere.found


@pytest.mark.parametrize("both", [False, True], ids=["one list", "two lists"])
def test_an_unknown_lead(centre, two_queues, both):
    """A lead on no list is an error that names where was looked."""
    with pytest.raises(UnknownLeadError, match=r"lead L-9 is not on Leads( senior and Leads)?"):
        (two_queues if both else centre).explain("L-9")


def test_other_refusals_are_told(centre):
    """A contact that cannot be read for another reason is not taken for an unknown one."""
    centre.lead("A", 90)
    operator = centre.organisation.clients.by_id["operator"]
    centre.organisation.grant(operator, ["outbound:campaign:view"])
    with pytest.raises(PlatformError, match="outbound:contact:view"):
        centre.explain("A")


def test_an_unset_skill(centre):
    """A rule may name a skill that is gone; that is told and not hidden."""
    centre.change(
        f"/outbound/rulesets/{centre.rules}",
        rules=[
            {
                "name": "Odd",
                "category": "DIALER_PRECALL",
                "order": 0,
                "conditions": [{"type": "timeAndDateCondition"}],
                "actions": [
                    {
                        "type": "Action",
                        "actionTypeName": "SET_SKILLS",
                        "properties": {"skills": '["gone"]'},
                    },
                    {"type": "Action", "actionTypeName": "SWITCH_TO_PREVIEW"},
                ],
            },
            {
                "name": "Not today",
                "category": "DIALER_PRECALL",
                "order": 1,
                "conditions": [{"type": "timeAndDateCondition"}],
                "actions": [{"type": "Action", "actionTypeName": "DO_NOT_DIAL"}],
            },
        ],
    )
    centre.lead("A", 90)
    found = centre.explain("A")
    odd = rule(found, "Odd")
    assert odd.applies is None
    assert odd.conditions[0].words == "a condition on time and date"
    assert "does not exist" in odd.actions[0]
    assert found.skills == ()
    assert found.standing == "unknown"
    assert any("marked with ?" in one for one in found.unknown)


def test_the_platform_is_asked_where_nobody_knows(centre):
    """A filter that compares with a blank time alone is put to the platform itself."""
    clause = {
        "column": "ml_score_at",
        "columnType": "alphabetic",
        "operator": "BEFORE",
        "value": "P-01DT00H00M",
        "inverted": True,
    }
    centre.change(
        f"/outbound/contactlistfilters/{centre.filters['']}", clauses=[{"predicates": [clause]}]
    )
    centre.lead("A")
    found = centre.explain("A")
    assert (found.filter.passes, found.filter.asked) == (True, True)
    assert found.place.note == "its ml_score is no number"


def test_a_bare_campaign(centre):
    """Without filter, rules, hours, limits and sort there is nothing to keep anybody out."""
    centre.call("POST", f"/outbound/campaigns/{centre.campaigns['']}/stop")
    centre.change(
        f"/outbound/campaigns/{centre.campaigns['']}",
        contactListFilters=[],
        ruleSets=[],
        contactSorts=[],
        dncLists=[],
        callableTimeSet=None,
        campaignStatus="off",
    )
    centre.change(f"/outbound/contactlists/{centre.lists['']}", attemptLimits=None)
    centre.lead("A", 90)
    found = centre.explain("A")
    assert found.filter is None
    assert found.reasons == ("the campaign is off",)
    assert "no sort" in found.place.note
    assert (found.attempts.limit, found.attempts.most) == ("", None)
