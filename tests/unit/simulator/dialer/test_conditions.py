# SPDX-License-Identifier: Apache-2.0
"""What a condition of a pre-call rule makes of one contact, and what an uncallable rule does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulator.contact import Contact
from simulator.dialer.conditions import NotEvaluated, Subject, Unfit, holds
from simulator.predicates import Moment
from simulator.switches import Switches

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALLED = {"phone": {"lastAttempt": "2026-11-23T08:30:00.000Z"}}
DATA = {
    "phone": "+49301",
    "score": "80",
    "at": "2026-11-22T08:00:00.000Z",
    "blank": "",
    "word": "x",
}
COLUMN = {"type": "contactAttributeCondition"}
LAST = {"type": "contactPropertyCondition", "valueType": "PERIOD", "value": "P0DT-1H0M"}


def judged(condition):
    contact = Contact("a", DATA, "", call_records=CALLED)
    return holds(condition, Subject(contact, "phone"), Moment(NOW, Switches()))


def on(name, operator, kind, value, **more):
    return {
        **COLUMN,
        "attributeName": name,
        "operator": operator,
        "valueType": kind,
        "value": value,
        **more,
    }


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (on("score", "GREATER_THAN_EQUALS", "NUMERIC", "80"), True),
        (on("score", "GREATER_THAN_EQUALS", "NUMERIC", "81"), False),
        (on("score", "LESS_THAN", "STRING", "9"), True),
        (on("word", "EQUALS", "STRING", "x", inverted=True), False),
        (on("at", "BEFORE", "PERIOD", "P-1DT-0H-0M"), True),
        (on("at", "BEFORE", "PERIOD", "P-1DT-2H-0M"), False),
        (on("at", "AFTER", "PERIOD", "P-1DT-2H-0M"), True),
        (on("blank", "BEFORE", "PERIOD", "P-1DT-0H-0M"), False),
        (on("blank", "BEFORE", "PERIOD", "P-1DT-0H-0M", inverted=True), True),
        (on("at", "BEFORE", "DATETIME", "2026-11-22T09:00:00Z"), True),
        (on("at", "AFTER", "DATETIME", "2026-11-22T09:00:00Z"), False),
        (on("blank", "BEFORE", "DATETIME", "2026-11-22T09:00:00Z"), False),
        ({"type": "phoneNumberCondition", "operator": "BEGINS_WITH", "value": "+49"}, True),
        ({**LAST, "propertyType": "LAST_ATTEMPT_OVERALL", "operator": "BEFORE"}, False),
        ({**LAST, "propertyType": "LAST_ATTEMPT_BY_COLUMN", "operator": "AFTER"}, True),
        (
            {
                **LAST,
                "propertyType": "LAST_ATTEMPT_BY_COLUMN",
                "property": "mobile",
                "operator": "AFTER",
            },
            False,
        ),
    ],
)
def test_a_condition_compares_what_its_kind_says(condition, expected):
    """Numbers as numbers, texts as texts, times with now or with an instant."""
    assert judged(condition) is expected


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (on("word", "LESS_THAN", "NUMERIC", "9"), "CALL_RULE_MISMATCH_TYPE"),
        (on("blank", "LESS_THAN", "NUMERIC", "9"), "CALL_RULE_MISMATCH_TYPE"),
        (on("score", "LESS_THAN", "NUMERIC", "many"), "CALL_RULE_MISMATCH_TYPE"),
        (on("word", "BEFORE", "PERIOD", "P-1DT-0H-0M"), "CALL_RULE_MISMATCH_TYPE"),
        (on("at", "BEFORE", "PERIOD", "yesterday"), "CALL_RULE_MISMATCH_TYPE"),
        (on("at", "BEFORE", "DATETIME", "yesterday"), "CALL_RULE_MISMATCH_TYPE"),
        (on("at", "LESS_THAN", "PERIOD", "P-1DT-0H-0M"), "CALL_RULE_INVALID_OPERATOR"),
        (on("gone", "EQUALS", "STRING", "x"), "CALL_RULE_INVALID_CONTACT_COLUMN"),
    ],
)
def test_what_cannot_be_compared_has_a_code(condition, code):
    """The event log says what is wrong with the rule or the contact."""
    with pytest.raises(Unfit) as refused:
        judged(condition)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "condition",
    [{"type": "timeAndDateCondition"}, {**LAST, "propertyType": "LAST_WRAPUP_OVERALL"}, LAST],
)
def test_other_conditions_are_not_evaluated(condition):
    """Nothing is guessed about what is not simulated."""
    with pytest.raises(NotEvaluated):
        judged(condition)


@pytest.mark.parametrize(
    ("action", "contact", "number"),
    [("CONTACT_UNCALLABLE", False, True), ("NUMBER_UNCALLABLE", True, False)],
)
def test_a_rule_can_make_somebody_uncallable(centre, action, contact, number):
    """The contact, or its number alone, is not called and not callable from then on."""
    leads = centre.leads({"a": 9})
    name = {"type": "Action", "actionTypeName": action}
    low = {
        "name": "Low",
        "category": "DIALER_PRECALL",
        "conditions": [on("ml_score", "LESS_THAN", "NUMERIC", "10")],
        "actions": [name],
    }
    rules = centre.make("rulesets", {"name": "Rules", "rules": [low]})
    centre.campaign(leads, ruleSets=[{"id": rules}])
    centre.agents("Ann")
    assert centre.dial(90) == []
    body = centre.contact(leads, "a")
    assert (body["callable"], body["phoneNumberStatus"]["phone"]["callable"]) == (contact, number)


def test_a_deleted_contact_leaves_the_campaign(centre):
    """Neither who waits nor who was fetched is called once the list is cleared."""
    centre.organisation.switches.working_set = 1
    leads = centre.leads({"a": 9, "b": 8})
    centre.campaign(leads)
    centre.dial(1)
    path = f"/api/v2/outbound/contactlists/{leads}/clear"
    assert centre.platform.call("POST", path).status == 204
    centre.agents("Ann")
    assert centre.run(90) == []


def test_the_best_agent_takes_the_call_where_the_queue_says_so(centre):
    """With the method BEST proficiency decides, else who has been free for longer."""
    centre.control.add_skill(name="Sales")
    queue = centre.make("/api/v2/routing/queues", {"name": "Best", "skillEvaluationMethod": "BEST"})
    leads = centre.leads({"a": 9})
    (skill,) = centre.organisation.entities["routing skill"]
    action = {
        "type": "Action",
        "actionTypeName": "SET_SKILLS",
        "properties": {"skills": f'["{skill.id}"]'},
    }
    rule = {"name": "All", "category": "DIALER_PRECALL", "conditions": [], "actions": [action]}
    rules = centre.make("rulesets", {"name": "Rules", "rules": [rule]})
    centre.campaign(leads, queue=queue, ruleSets=[{"id": rules}])
    centre.agents("Ann", queues=["Best"], Sales=2)
    centre.agents("Bob", queues=["Best"], Sales=5)
    assert [line["agent"] for line in centre.dial(90)] == ["Bob"]
