# SPDX-License-Identifier: Apache-2.0
"""Rule sets: what is kept, what has no meaning at its time, which skills may be named."""

from __future__ import annotations

import json

import pytest

from simulator.outbound.rule_sets import skills_in

NOTHING = {"dataAction": {"id": ""}, "contactColumnToDataActionFieldMappings": []}
STALE = {
    "type": "contactAttributeCondition",
    "inverted": False,
    "attributeName": "ml_score_at",
    "value": "P-1DT-0H-0M",
    "valueType": "PERIOD",
    "operator": "BEFORE",
    "codes": [],
    "dataNotFoundResolution": False,
    "predicates": [],
    "subConditions": [],
    "matchAnyConditions": False,
    **NOTHING,
}
SKIP = {"type": "Action", "actionTypeName": "DO_NOT_DIAL", "properties": {}, **NOTHING}


def rule(category="DIALER_PRECALL", condition=STALE, action=SKIP, **changes):
    return {
        "name": "Stale",
        "order": 0,
        "category": category,
        "conditions": [condition],
        "actions": [action],
        **changes,
    }


def rule_set(*rules):
    return {"name": "Priority Lead Dispatch", "rules": list(rules)}


def skills(text):
    return {**SKIP, "actionTypeName": "SET_SKILLS", "properties": {"skills": text}}


def test_what_was_sent_comes_back(make, outbound):
    """Rules come back as they were sent, with ids; empty references to data actions too."""
    made = make("rulesets", rule_set(rule(), rule(name="No order", order=None)))
    first, second = made["rules"]
    assert {**first, "id": None} == {**rule(), "id": None}
    assert second["order"] == 1
    assert first["id"] != second["id"]
    changed = outbound("PUT", f"rulesets/{made['id']}", {**made, "rules": [first]}).body
    assert changed["rules"] == [first]
    assert changed["version"] == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "DIALER_PREVIEW"}, "invalid.value"),
        ({"name": None}, "bad.request"),
        ({"condition": {**STALE, "type": "wrapupCondition"}}, "invalid.rule.condition.category"),
        ({"condition": {**STALE, "operator": "OLDER"}}, "invalid.value"),
        ({"condition": {**STALE, "attributeName": ""}}, "bad.request"),
        (
            {"action": {**SKIP, "actionTypeName": "SCHEDULE_CALLBACK"}},
            "invalid.rule.action.category",
        ),
        ({"category": "DIALER_WRAPUP"}, "invalid.rule.action.category"),
        ({"action": {**SKIP, "actionTypeName": "PRAY"}}, "invalid.value"),
        ({"action": {**SKIP, "properties": {"skills": 1}}}, "bad.request"),
        *(
            ({"action": skills(text)}, "invalid.value")
            for text in ("", "High Value Sales", "{}", "[1]", "[" * 100_000)
        ),
        ({"action": {**SKIP, "actionTypeName": "SET_SKILLS"}}, "invalid.value"),
    ],
)
def test_what_has_no_meaning_is_refused(outbound, changes, code):
    """A condition or an action at the wrong time, an unknown word, skills that are no list."""
    said = outbound("POST", "rulesets", rule_set(rule(**changes)))
    assert (said.status, said.code) == (400, code)
    assert said.body["details"][0]["fieldName"].startswith("rules[0]")


def test_rules_after_the_call(make):
    """A rule after the call may look at how it ended, and schedule another one."""
    ended = {**STALE, "type": "wrapupCondition", "codes": ["w"]}
    again = {**SKIP, "actionTypeName": "SCHEDULE_CALLBACK", "properties": {"callbackOffset": "5"}}
    made = make("rulesets", rule_set(rule("DIALER_WRAPUP", ended, again)))
    assert made["rules"][0]["conditions"][0]["codes"] == ["w"]


def test_skills_are_ids_in_a_text(platform, make, outbound):
    """SET_SKILLS names skills by a text of JSON; whether they must exist is a switch."""
    text = json.dumps(["nobody"])
    assert skills_in(text) == ["nobody"]
    body = rule_set(rule(action=skills(text)))
    made = make("rulesets", body)
    assert made["rules"][0]["actions"][0]["properties"] == {"skills": text}
    platform.organisation.switches.rule_skills_checked = True
    assert outbound("POST", "rulesets", {**body, "name": "Other"}).code == "invalid.value"
    skill = make("/api/v2/routing/skills", {"name": "High Value Sales"})["id"]
    known = rule_set(rule(action=skills(json.dumps([skill]))))
    make("rulesets", {**known, "name": "Other"})


def test_references(make, outbound, parts):
    """A rule set may name list and queue, which then stay."""
    body = {**rule_set(), **{name: {"id": parts[name]} for name in ("contactList", "queue")}}
    made = make("rulesets", {**body, "name": "With list"})
    assert made["contactList"]["name"] == "Leads"
    unknown = {**body, "name": "Unknown", "contactList": {"id": "nobody"}}
    assert outbound("POST", "rulesets", unknown).code == "invalid.value"
    filter_id = parts["contactListFilters"]
    assert outbound("DELETE", f"contactlistfilters/{filter_id}").status == 204
    said = outbound("DELETE", f"contactlists/{parts['contactList']}")
    assert said.code == "referential.integrity.error"
    assert "rule set With list" in said.body["message"]
