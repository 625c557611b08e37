# SPDX-License-Identifier: Apache-2.0
"""Rule sets: what is done with a contact before a call, or after it, and on which conditions.

A value of a wrong kind does not make a rule invalid here: the platform finds that out when it
evaluates the rule, and writes it into the event log.

Source: RuleSet of the official SDK 269; platform reference, section 7; provider reference,
sections B.13 and D.1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.errors import bad_field
from simulator.fields import Flag, Integer, ListOf, Object, Text, TextMap
from simulator.references import CONTACT_LIST, QUEUE, ROUTING_SKILL, RULE_SET, RefersTo

if TYPE_CHECKING:
    from simulator.organisation import Organisation

PRECALL = "DIALER_PRECALL"
WRAPUP = "DIALER_WRAPUP"

AFTER_THE_CALL = ("wrapupCondition", "systemDispositionCondition", "callAnalysisCondition")
"""Conditions on how a call ended."""

BEFORE_THE_CALL = ("DO_NOT_DIAL", "SWITCH_TO_PREVIEW", "SET_CALLER_ID", "SET_SKILLS")
"""Actions on a call that is yet to be made."""

AFTERWARDS = ("SCHEDULE_CALLBACK",)
"""Actions that follow from a call."""

_COMPARISONS = (
    *("EQUALS", "LESS_THAN", "LESS_THAN_EQUALS", "GREATER_THAN", "GREATER_THAN_EQUALS"),
    *("CONTAINS", "BEGINS_WITH", "ENDS_WITH", "BEFORE", "AFTER"),
)
_OPERATORS = (*_COMPARISONS, "IN", "BETWEEN")

_DATA_ACTION = {
    # The provider sends {"id": ""} where there is none. Source: provider reference, B.13.
    "dataAction": Object({"id": Text()}),
    "contactColumnToDataActionFieldMappings": ListOf(
        Object({"contactColumnName": Text(), "dataActionField": Text()})
    ),
    "contactIdField": Text(),
    "callAnalysisResultField": Text(),
    "agentWrapupField": Text(),
}
_PREDICATE = {
    "outputField": Text(required=True),
    "outputOperator": Text(required=True, choices=_COMPARISONS),
    "comparisonValue": Text(required=True),
    "inverted": Flag(),
    "outputFieldMissingResolution": Flag(),
}
_SUB_CONDITION = {
    "type": Text(required=True, choices=("timeOfDay", "dayOfWeek", "dayOfMonth", "specificDate")),
    "operator": Text(choices=_OPERATORS),
    "inverted": Flag(),
    "includeYear": Flag(),
    "thresholdValue": Text(),
    "range": Object({"min": Text(), "max": Text(), "inSet": ListOf(Text())}),
}
_CONDITION = {
    "type": Text(
        required=True,
        choices=(
            *AFTER_THE_CALL,
            "contactAttributeCondition",
            "phoneNumberCondition",
            "phoneNumberTypeCondition",
            "contactPropertyCondition",
            "dataActionCondition",
            "timeAndDateCondition",
        ),
    ),
    "inverted": Flag(),
    "attributeName": Text(),
    "value": Text(),
    "valueType": Text(choices=("STRING", "NUMERIC", "DATETIME", "PERIOD")),
    "operator": Text(choices=_OPERATORS),
    "codes": ListOf(Text()),
    "property": Text(),
    "propertyType": Text(
        choices=(
            *("LAST_ATTEMPT_BY_COLUMN", "LAST_ATTEMPT_OVERALL"),
            *("LAST_WRAPUP_BY_COLUMN", "LAST_WRAPUP_OVERALL"),
        )
    ),
    **_DATA_ACTION,
    "dataNotFoundResolution": Flag(),
    "predicates": ListOf(Object(_PREDICATE)),
    "subConditions": ListOf(Object(_SUB_CONDITION)),
    "matchAnyConditions": Flag(),
    "timeZoneId": Text(),
}
_ACTION = {
    "type": Text(required=True, choices=("Action", "modifyContactAttribute", "dataActionBehavior")),
    "actionTypeName": Text(
        required=True,
        choices=(
            *BEFORE_THE_CALL,
            "MODIFY_CONTACT_ATTRIBUTE",
            "APPEND_NUMBER_TO_DNC_LIST",
            "APPEND_CUSTOM_ENTRY_TO_DNC_LIST",
            *AFTERWARDS,
            "CONTACT_UNCALLABLE",
            "NUMBER_UNCALLABLE",
            "DATA_ACTION",
        ),
    ),
    "updateOption": Text(choices=("SET", "INCREMENT", "DECREMENT", "CURRENT_TIME")),
    "properties": TextMap(),
    **_DATA_ACTION,
}
_RULE = {
    "id": Text(),
    "name": Text(required=True, minimum=1),
    "order": Integer(minimum=0),
    "category": Text(required=True, choices=(PRECALL, WRAPUP)),
    "conditions": ListOf(Object(_CONDITION)),
    "actions": ListOf(Object(_ACTION)),
}


def _check(organisation: Organisation, definition: Definition, _: Entity | None) -> None:
    for place, rule in enumerate(definition["rules"]):
        where = f"rules[{place}]"
        _check_rule(organisation, rule, where)
        rule["id"] = rule.get("id") or organisation.ids.new()
        rule.setdefault("order", place)


def _check_rule(organisation: Organisation, rule: Mapping[str, Any], where: str) -> None:
    """Refuse a rule with something in it that has no meaning at its time.

    Raises:
        Refusal: 400 ``invalid.rule.condition.category`` or ``invalid.rule.action.category``.
    """
    category = rule["category"]
    for place, condition in enumerate(rule.get("conditions", ())):
        path = f"{where}.conditions[{place}]"
        if category == PRECALL and condition["type"] in AFTER_THE_CALL:
            raise bad_field(
                "invalid.rule.condition.category", f"{path}.type", f"is not for {category}"
            )
        if condition["type"] == "contactAttributeCondition" and not condition.get("attributeName"):
            raise bad_field("bad.request", f"{path}.attributeName", "is required")
    for place, action in enumerate(rule.get("actions", ())):
        path, name = f"{where}.actions[{place}]", action["actionTypeName"]
        wrong = AFTERWARDS if category == PRECALL else BEFORE_THE_CALL
        if name in wrong:
            raise bad_field(
                "invalid.rule.action.category", f"{path}.actionTypeName", f"is not for {category}"
            )
        if name == "SET_SKILLS":
            _check_skills(organisation, action, f"{path}.properties.skills")


def _check_skills(organisation: Organisation, action: Mapping[str, Any], where: str) -> None:
    text = action.get("properties", {}).get("skills")
    try:
        skills = skills_in(text or "")
    except (ValueError, RecursionError):
        raise bad_field("invalid.value", where, "must be a JSON array of skill ids") from None
    if organisation.switches.rule_skills_checked:
        for skill_id in skills:
            organisation.references.check_one(ROUTING_SKILL, skill_id, where)


def skills_in(text: str) -> list[str]:
    """The ids in the ``skills`` property of a SET_SKILLS action.

    Raises:
        ValueError: ``text`` is no JSON array of texts.
    """
    skills = json.loads(text)
    if not isinstance(skills, list) or not all(isinstance(each, str) for each in skills):
        raise ValueError("an array of ids is needed")
    return skills


RULES = Kind(
    noun=RULE_SET,
    root="/api/v2/outbound/rulesets",
    parameter="ruleSetId",
    permission="outbound:ruleSet",
    model="RuleSet",
    fields={
        "contactList": RefersTo(CONTACT_LIST),
        "queue": RefersTo(QUEUE),
        "rules": ListOf(Object(_RULE)),
    },
    defaults={"rules": []},
    check=_check,
)

OPERATIONS = usual_calls(RULES)
