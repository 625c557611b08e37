# SPDX-License-Identifier: Apache-2.0
"""Campaigns: what is kept, what is filled in, what does not fit together, what holds on to what."""

from __future__ import annotations

import pytest

from .conftest import FILTER, LEADS

ID = "campaigns"
SORT = {"fieldName": "ml_score", "direction": "DESC", "numeric": True}


def test_what_was_sent_comes_back(make, campaign):
    """A campaign echoes what was sent, names what it refers to, and has the usual defaults."""
    sent = campaign()
    made = make(ID, sent)
    assert made["contactList"]["name"] == "Leads"
    assert made["queue"]["name"] == "Senior Agent Queue"
    for field in ("contactList", "queue", "script", "site", "callableTimeSet"):
        assert made.pop(field)["id"] == sent.pop(field)["id"]
    for field in ("dncLists", "ruleSets", "contactListFilters"):
        assert [one["id"] for one in made.pop(field)] == [one["id"] for one in sent.pop(field)]
    assert made.pop("callAnalysisResponseSet")["name"] == "Answers"
    del sent["callAnalysisResponseSet"]
    own = {"id", "dateCreated", "dateModified", "division", "selfUri"}
    assert {name: value for name, value in made.items() if name not in own} == {
        **sent,
        "version": 1,
        "campaignStatus": "off",
        "phoneColumns": [{"columnName": "phone", "type": "cell"}],
        "skipPreviewDisabled": False,
        "noAnswerTimeout": 30,
        "priority": 5,
        "skillColumns": [],
        "callbackAutoAnswer": False,
    }


def test_a_put_replaces_everything(make, outbound, campaign):
    """What a PUT leaves out is gone or back at its default; dynamic queueing stays as it was."""
    made = make(ID, campaign(priority=1, abandonRate=3.5))
    body = campaign(
        ruleSets=None, contactSorts=None, dynamicContactQueueingSettings=None, callableTimeSet=None
    )
    put = {**body, "version": 1, "campaignStatus": "off"}
    changed = outbound("PUT", f"{ID}/{made['id']}", put).body
    assert changed["ruleSets"] == changed["contactSorts"] == []
    assert changed["priority"] == 5
    assert changed["dynamicContactQueueingSettings"] == {"sort": True, "filter": True}
    assert not {"abandonRate", "callableTimeSet"} & changed.keys()


@pytest.mark.parametrize(
    ("mode", "changes"),
    [
        ("agentless", {"queue": None, "script": None, "outboundLineCount": 2}),
        ("preview", {"site": None, "callAnalysisResponseSet": None}),
        ("preview", {"agentOwnedColumn": "mail"}),
        ("power", {"abandonRate": 3}),
        ("predictive", {"abandonRate": 2.5}),
        ("external", {"queue": None, "script": None, "site": None}),
    ],
)
def test_dialing_modes_that_fit(make, campaign, mode, changes):
    """Each dialing mode needs fields of its own."""
    made = make(ID, campaign(dialingMode=mode, **changes))
    assert ("noAnswerTimeout" in made) == (mode != "preview")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"dialingMode": "telepathic"}, "invalid.value", "dialingMode"),
        *(
            ({name: None}, "bad.request", name)
            for name in ("name", "contactList", "dialingMode", "phoneColumns", "callerName")
        ),
        *(
            ({name: None}, "bad.request", name)
            for name in ("queue", "script", "callAnalysisResponseSet")
        ),
        ({"site": None}, "invalid.value", "site"),
        ({"dialingMode": "agentless"}, "bad.request", "outboundLineCount"),
        ({"dialingMode": "predictive"}, "bad.request", "abandonRate"),
        ({"agentOwnedColumn": "mail"}, "invalid.value", "agentOwnedColumn"),
        ({"phoneColumns": []}, "bad.request", "phoneColumns"),
        (
            {"phoneColumns": [{"columnName": "mail"}]},
            "invalid.value",
            "phoneColumns[0].columnName",
        ),
        (
            {"contactSorts": [{"fieldName": "score"}]},
            "contact.sorts.invalid.field.name",
            "contactSorts[0].fieldName",
        ),
        (
            {"contactSorts": [SORT, {**SORT, "direction": "ASC"}]},
            "contact.sorts.duplicate.field.names",
            "contactSorts[1].fieldName",
        ),
        (
            {"contactSorts": [{"fieldName": name} for name in LEADS["columnNames"][:5]]},
            "invalid.value",
            "contactSorts",
        ),
        ({"contactSort": {"fieldName": "zone"}}, "contact.sorts.conflict", "contactSort"),
        ({"contactSorts": [{"fieldName": "tier"}]}, "invalid.value", "contactSorts"),
        ({"skillColumns": ["tier", "mail", "zone"]}, "invalid.value", "skillColumns"),
        ({"skillColumns": ["skill"]}, "invalid.value", "skillColumns"),
        ({"priority": 6}, "invalid.value", "priority"),
        ({"maxCallsPerAgentDecimal": 0.5}, "invalid.value", "maxCallsPerAgentDecimal"),
        ({"campaignStatus": "on"}, "invalid.value", "campaignStatus"),
        ({"ruleSets": [{"id": "nobody"}]}, "invalid.value", "ruleSets[0].id"),
        ({"edgeGroup": {"id": "nobody"}}, "invalid.value", "edgeGroup.id"),
    ],
)
def test_what_does_not_fit_is_refused(outbound, campaign, changes, code, field):
    """What a mode lacks, what the list does not have, what does not exist: each a 400."""
    said = outbound("POST", ID, campaign(**changes))
    assert (said.status, said.code) == (400, code)
    assert said.body["details"][0]["fieldName"] == field


def test_one_filter_of_the_same_list(make, outbound, campaign):
    """A campaign has at most one filter, and that is about its list."""
    other = make("contactlists", {**LEADS, "name": "Other"})["id"]
    foreign = make("contactlistfilters", {**FILTER, "name": "X", "contactList": {"id": other}})
    said = outbound("POST", ID, campaign(contactListFilters=[{"id": foreign["id"]}]))
    assert said.code == "invalid.value"
    two = campaign()["contactListFilters"] * 2
    said = outbound("POST", ID, campaign(contactListFilters=two))
    assert said.code == "more.than.one.contact.list.filter"


def test_the_older_sort(make, campaign):
    """The older single sort becomes the first of the sorts, with their defaults."""
    made = make(ID, campaign(contactSorts=None, contactSort={"fieldName": "ml_score"}))
    assert made["contactSorts"] == [{"fieldName": "ml_score", "direction": "ASC", "numeric": False}]
    assert "contactSort" not in made


def test_dynamic_queueing_is_fixed(make, put, campaign):
    """How contacts are queued is fixed when a campaign is made."""
    made = make(ID, campaign())
    said = put(made["id"], dynamicContactQueueingSettings={"sort": True, "filter": False})
    assert (said.status, said.code) == (400, "invalid.value")


@pytest.mark.parametrize(
    ("switch", "sort", "refused"),
    [
        ("sort", "ml_score", False),
        ("sort", "tier", True),
        ("sort_and_filter", "ml_score", True),
        ("nothing", "tier", False),
    ],
)
def test_declared_columns(platform, outbound, campaign, switch, sort, refused):
    """A switch says whether sort and filter columns have to be declared; the filter's are not."""
    platform.organisation.switches.dynamic_columns_declared = switch
    said = outbound("POST", ID, campaign(contactSorts=[{"fieldName": sort}]))
    assert said.status == (400 if refused else 200)


def test_a_filter_on_declared_columns(platform, make, parts, campaign):
    """Where filter columns have to be declared, a filter on such a column is fine."""
    platform.organisation.switches.dynamic_columns_declared = "sort_and_filter"
    best = {"column": "ml_score", "operator": "GREATER_THAN", "value": "70"}
    body = {"name": "Best", "clauses": [{"predicates": [best]}]}
    stored = make("contactlistfilters", {**body, "contactList": {"id": parts["contactList"]}})
    make(ID, campaign(contactListFilters=[{"id": stored["id"]}]))


def test_columns_of_a_fixed_queue(make, campaign):
    """Without dynamic queueing any column sorts and filters."""
    fixed = {"sort": False, "filter": False}
    sorts = [{"fieldName": "tier"}]
    make(ID, campaign(contactSorts=sorts, dynamicContactQueueingSettings=fixed))


@pytest.mark.parametrize(
    ("mode", "settings"),
    [("progressive", None), ("power", {"reportLowMaxCallsPerAgentAlert": True})],
)
def test_diagnostics_settings(make, put, campaign, mode, settings):
    """Diagnostics settings are there for power and predictive dialing alone."""
    made = make(ID, campaign(dialingMode=mode, abandonRate=3))
    assert made.get("diagnosticsSettings") == settings
    off = {"reportLowMaxCallsPerAgentAlert": False}
    said = put(made["id"], diagnosticsSettings=off).body
    assert said.get("diagnosticsSettings") == (settings and off)


@pytest.mark.parametrize(
    ("query", "sent", "answered"),
    [
        ("?useMaxCallsPerAgentDecimal=true", {"maxCallsPerAgentDecimal": 2.5}, (2, 2.5)),
        (
            "?useMaxCallsPerAgentDecimal=true",
            {"maxCallsPerAgentDecimal": 2.5, "maxCallsPerAgent": 4},
            (2, 2.5),
        ),
        ("?useMaxCallsPerAgentDecimal=true", {"maxCallsPerAgent": 4}, (4, 4.0)),
        ("", {"maxCallsPerAgentDecimal": 2.5, "maxCallsPerAgent": 4}, (4, 4.0)),
        ("", {"maxCallsPerAgentDecimal": 2.5}, (2, 2.5)),
        ("", {}, (None, None)),
    ],
)
def test_calls_per_agent_in_two_fields(make, campaign, query, sent, answered):
    """The query says which of the two fields for calls per agent counts."""
    made = make(ID + query, campaign(**sent))
    assert (made.get("maxCallsPerAgent"), made.get("maxCallsPerAgentDecimal")) == answered


@pytest.mark.parametrize(
    ("field", "path", "code"),
    [
        ("contactList", "contactlists", "contact.list.in.use"),
        ("contactListFilters", "contactlistfilters", "referential.integrity.error"),
        ("callableTimeSet", "callabletimesets", "referential.integrity.error"),
        ("callAnalysisResponseSet", "callanalysisresponsesets", "referential.integrity.error"),
        ("dncLists", "dnclists", "referential.integrity.error"),
        ("ruleSets", "rulesets", "referential.integrity.error"),
    ],
)
def test_what_a_campaign_uses_stays(make, outbound, parts, campaign, field, path, code):
    """Nothing that a campaign refers to is deleted, whatever its status."""
    if field == "contactList":
        campaign_id = make(ID, campaign(contactListFilters=None))["id"]
        assert outbound("DELETE", f"contactlistfilters/{parts['contactListFilters']}").status == 204
    else:
        campaign_id = make(ID, campaign())["id"]
    said = outbound("DELETE", f"{path}/{parts[field]}")
    assert (said.status, said.code) == (400, code)
    assert "campaign Senior" in said.body["message"]
    assert outbound("DELETE", f"{ID}/{campaign_id}").status == 200
    assert outbound("DELETE", f"{path}/{parts[field]}").status == 204


def test_a_campaign_of_a_sequence_stays(make, outbound, campaign):
    """A deleted campaign is shown once more; one of a sequence is not deleted."""
    made = make(ID, campaign())
    sequence = make("sequences", {"name": "Both", "campaigns": [{"id": made["id"]}]})
    said = outbound("DELETE", f"{ID}/{made['id']}")
    assert (said.status, said.code) == (400, "referential.integrity.error")
    outbound("DELETE", f"sequences/{sequence['id']}")
    assert outbound("DELETE", f"{ID}/{made['id']}").body == made
    assert outbound("GET", f"{ID}/{made['id']}").status == 404


def test_listing(make, outbound, parts, campaign):
    """Campaigns are found by what they use."""
    make(ID, campaign())
    make(
        ID,
        campaign(name="General", dncLists=None, callAnalysisResponseSet=None, site=None)
        | {"dialingMode": "preview"},
    )

    def names(query):
        return [one["name"] for one in outbound("GET", f"{ID}?{query}").body["entities"]]

    assert names(f"contactListId={parts['contactList']}") == ["Senior", "General"]
    assert names(f"distributionQueueId={parts['queue']}&name=gen") == ["General"]
    assert names("contactListId=nobody") == []
    assert names("edgeGroupId=nobody") == []
    assert names(f"dncListIds={parts['dncLists']}") == ["Senior"]
    responses = parts["callAnalysisResponseSet"]
    assert names(f"callAnalysisResponseSetId={responses}") == ["Senior"]
