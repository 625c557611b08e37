# SPDX-License-Identifier: Apache-2.0
"""Pre-call rules: who is not dialled, and which agent a lead asks for."""

from __future__ import annotations

import json

import pytest

from simulator.references import ROUTING_SKILL

FRESH = "2026-11-23T08:00:00.000Z"
STALE = "2026-11-22T08:00:00.000Z"
ROUND = 90
DO_NOT_DIAL = {"type": "Action", "actionTypeName": "DO_NOT_DIAL"}


def rule(name, column, operator, kind, value, action, **more):
    condition = {
        "type": "contactAttributeCondition",
        "attributeName": column,
        "operator": operator,
        "valueType": kind,
        "value": value,
        **more,
    }
    return {
        "name": name,
        "category": "DIALER_PRECALL",
        "conditions": [condition],
        "actions": [action],
    }


TOO_OLD = rule("Too old", "ml_score_at", "BEFORE", "PERIOD", "P-1DT-0H-0M", DO_NOT_DIAL)
NO_TIME = rule("No time", "ml_score_at", "ENDS_WITH", "STRING", "Z", DO_NOT_DIAL, inverted=True)


def rule_set(centre, list_id, *rules):
    body = {"name": "Rules", "contactList": {"id": list_id}, "rules": list(rules)}
    return [{"id": centre.make("rulesets", body)}]


def skilled(centre, threshold="80"):
    centre.control.add_skill(name="High Value Sales")
    (skill,) = centre.organisation.entities[ROUTING_SKILL]
    action = {
        "type": "Action",
        "actionTypeName": "SET_SKILLS",
        "properties": {"skills": json.dumps([skill.id])},
    }
    return rule("High value", "ml_score", "GREATER_THAN_EQUALS", "NUMERIC", threshold, action)


def test_a_stale_lead_is_skipped_until_it_is_queued_again(centre):
    """A rule's refusal stays when the score becomes fresh, and ends when the lead is queued."""
    rows = {"old": {"ml_score": 90, "ml_score_at": STALE}, "none": {"ml_score_at": ""}, "new": 50}
    leads = centre.leads(rows)
    centre.campaign(leads, ruleSets=rule_set(centre, leads, TOO_OLD, NO_TIME))
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    skips = {line["lead"]: line["rule"] for line in centre.lines("skip")}
    assert (centre.order(), skips) == (["new"], {"old": "Too old", "none": "No time"})
    centre.write(leads, {"old": {"ml_score": 91, "ml_score_at": FRESH}}, query="?doNotQueue=true")
    centre.run(10 * ROUND)
    assert centre.contact(leads, "old")["queue"]["skipped"]
    centre.write(leads, {"old": {"ml_score": 92, "ml_score_at": FRESH}})
    centre.run(10 * ROUND)
    assert centre.order() == ["new", "old"]


def test_recycling_brings_skipped_and_called_leads_back(centre):
    """A new pass begins with everybody; the list is in the order of that moment."""
    leads = centre.leads({"old": {"ml_score": 90, "ml_score_at": STALE}, "new": 50})
    campaign = centre.campaign(leads, ruleSets=rule_set(centre, leads, TOO_OLD))
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    centre.write(leads, {"old": {"ml_score": 91}}, query="?doNotQueue=true")
    progress = f"/api/v2/outbound/campaigns/{campaign}/progress"
    body = centre.platform.call("GET", progress).body
    assert body["numberOfContactsSkipped"] == {"rule": 1}
    assert body["numberOfContactsCalled"] == 1
    assert centre.platform.call("DELETE", progress).status == 204
    centre.run(10 * ROUND)
    assert centre.order() == ["new", "old", "new"]


@pytest.mark.parametrize(("reaction", "called"), [("not_met", ["a"]), ("not_dialled", [])])
def test_a_value_of_a_wrong_kind_gets_into_the_event_log(centre, reaction, called):
    """What becomes of the lead is a switch; the log names rule, contact and code."""
    centre.organisation.switches.unfit_rule = reaction
    leads = centre.leads({"a": "n/a"})
    low = rule("Low", "ml_score", "LESS_THAN", "NUMERIC", "10", DO_NOT_DIAL)
    centre.campaign(leads, ruleSets=rule_set(centre, leads, low))
    centre.agents("Ann")
    centre.dial(ROUND)
    assert centre.order() == called
    (event,) = centre.platform.call("GET", "/api/v2/outbound/events").body["entities"]
    assert event["category"] == "CALL_RULE"
    assert event["eventMessage"]["code"] == "CALL_RULE_MISMATCH_TYPE"
    assert "Low" in event["eventMessage"]["message"]


def test_a_rule_that_cannot_be_evaluated_keeps_the_lead_from_being_called(centre):
    """Conditions on data actions are not simulated, so nobody is dialled on them."""
    leads = centre.leads({"a": 50})
    unknown = {**TOO_OLD, "conditions": [{"type": "dataActionCondition"}]}
    centre.campaign(leads, ruleSets=rule_set(centre, leads, unknown))
    centre.agents("Ann")
    centre.dial(ROUND)
    assert centre.order() == []


def test_a_lead_of_high_value_is_talked_to_by_who_has_the_skill(centre):
    """The best lead waits for a free senior agent, the others go to whoever is free."""
    high = skilled(centre)
    leads = centre.leads({"a": 95, "b": 90, "c": 80, "d": 79, "e": 10})
    centre.campaign(leads, ruleSets=rule_set(centre, leads, high))
    centre.agents("Gil", "Gus")
    centre.agents("Sue", **{"High Value Sales": 4})
    lines = centre.dial(10 * ROUND)
    by = {line["lead"]: line["agent"] for line in lines}
    assert by["a"] == by["b"] == by["c"] == "Sue"
    assert {by["d"], by["e"]} == {"Gil", "Gus"}
    assert [line["skills"] for line in lines if line["lead"] in "ad"] == [["High Value Sales"], []]
    assert [line["better"] for line in lines] == [0] * 5


def test_a_score_that_falls_frees_a_lead_that_waited_for_a_skill(centre):
    """Who waits for a senior agent and becomes an ordinary lead is called by anybody."""
    high = skilled(centre)
    leads = centre.leads({"a": 95})
    centre.campaign(leads, ruleSets=rule_set(centre, leads, high))
    centre.agents("Gil")
    assert centre.dial(10 * ROUND) == []
    centre.write(leads, {"a": 60}, query="?doNotQueue=true")
    assert [line["agent"] for line in centre.run(ROUND)] == ["Gil"]


def test_without_reservation_who_answers_waits_for_the_right_agent(centre):
    """With the switch off a call is made by whoever is free, and given up where nobody fits."""
    centre.organisation.switches.reserve_for_skills = False
    high = skilled(centre)
    leads = centre.leads({"a": 95})
    centre.campaign(leads, ruleSets=rule_set(centre, leads, high))
    centre.agents("Gil")
    (line,) = centre.dial(ROUND)
    assert (line["outcome"], line["agent"]) == ("abandoned", "")
    assert centre.contact(leads, "a")["callRecords"]["phone"]["lastResult"].endswith("ABANDON")


def test_a_lead_that_a_rule_would_refuse_is_no_better_candidate(centre):
    """Only who could have been called counts among the better ones."""
    leads = centre.leads({"a": 9, "b": {"ml_score": 87, "ml_score_at": STALE}, "c": 85})
    text = {"fieldName": "ml_score", "direction": "DESC", "numeric": False}
    rules = rule_set(centre, leads, TOO_OLD)
    centre.campaign(leads, contactSorts=[text], ruleSets=rules)
    centre.agents("Ann")
    lines = centre.dial(10 * ROUND)
    assert [(line["lead"], line["better"]) for line in lines] == [("a", 1), ("c", 0)]
