# SPDX-License-Identifier: Apache-2.0
"""What filters and pre-call rules say about a contact, condition by condition.

Source: docs/platform.md sections 6 and 7.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from integration.explaining.comparing import condition, joined, predicate
from integration.explaining.explanation import Condition, FilterVerdict, RuleVerdict

PRECALL: Final = "DIALER_PRECALL"
KEEPS_OUT: Final = frozenset({"DO_NOT_DIAL", "CONTACT_UNCALLABLE", "NUMBER_UNCALLABLE"})
_ACTIONS: Final[Mapping[str, str]] = {
    "DO_NOT_DIAL": "do not dial",
    "CONTACT_UNCALLABLE": "never call this contact again",
    "NUMBER_UNCALLABLE": "never call this number again",
    "SWITCH_TO_PREVIEW": "let the agent look first",
    "SET_CALLER_ID": "show another caller number",
    "MODIFY_CONTACT_ATTRIBUTE": "change the contact",
    "DATA_ACTION": "ask another system",
    "APPEND_NUMBER_TO_DNC_LIST": "put the number on a do-not-call list",
    "APPEND_CUSTOM_ENTRY_TO_DNC_LIST": "put the contact on a do-not-call list",
}
_OTHER: Final[Mapping[str, str]] = {
    "phoneNumberCondition": "a condition on the phone number",
    "phoneNumberTypeCondition": "a condition on the kind of phone",
    "contactPropertyCondition": "a condition on earlier attempts",
    "dataActionCondition": "an answer of another system",
    "timeAndDateCondition": "a condition on time and date",
}


def filter_verdict(found: Mapping[str, Any], data: Mapping[str, str], now: int) -> FilterVerdict:
    """What a contact list filter says about a contact of these columns at ``now`` (ms)."""
    told: list[Condition] = []
    clauses: list[bool | None] = []
    for clause in found.get("clauses") or ():
        comparisons = [predicate(one) for one in clause.get("predicates") or ()]
        values = [data.get(one.column, "") for one in comparisons]
        verdicts = [one.holds(value, now) for one, value in zip(comparisons, values, strict=True)]
        told += [
            Condition(one.words(), value, holds)
            for one, value, holds in zip(comparisons, values, verdicts, strict=True)
        ]
        clauses.append(joined(str(clause.get("filterType") or "AND"), verdicts))
    passes = joined(str(found.get("filterType") or "AND"), clauses)
    return FilterVerdict(str(found.get("name") or ""), passes, tuple(told))


def rule_verdicts(
    rule_sets: Sequence[Mapping[str, Any]],
    data: Mapping[str, str],
    now: int,
    skills: Mapping[str, str],
) -> Iterator[RuleVerdict]:
    """What the pre-call rules say about a contact, in the order in which they are looked at.

    Args:
        rule_sets: of the campaign, in its order.
        data: the contact's columns.
        now: ms since 1970.
        skills: names of skills by id.
    """
    for rule_set in rule_sets:
        for rule in precall(rule_set):
            told = tuple(_told(one, data, now) for one in rule.get("conditions") or ())
            yield RuleVerdict(
                str(rule_set.get("name") or ""),
                str(rule.get("name") or ""),
                joined("AND", (one.holds for one in told)),
                told,
                tuple(_action(one, skills) for one in rule.get("actions") or ()),
                tuple(skills.get(one, one) for one in skills_of(rule)),
                any(one.get("actionTypeName") in KEEPS_OUT for one in rule.get("actions") or ()),
            )


def precall(rule_set: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rules that are looked at before a call, in their order."""
    rules = [one for one in rule_set.get("rules") or () if one.get("category") == PRECALL]
    return sorted(rules, key=lambda one: one.get("order") or 0)


def skills_of(rule: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the skills that a rule sets."""
    for action in rule.get("actions") or ():
        if action.get("actionTypeName") == "SET_SKILLS":
            yield from _ids(action)


def _ids(action: Mapping[str, Any]) -> list[str]:
    try:
        found = json.loads((action.get("properties") or {}).get("skills") or "[]")
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _told(one: Mapping[str, Any], data: Mapping[str, str], now: int) -> Condition:
    comparison = condition(one)
    if comparison is None:
        kind = str(one.get("type") or "")
        return Condition(_OTHER.get(kind, kind), "", None)
    value = data.get(comparison.column, "")
    return Condition(comparison.words(), value, comparison.holds(value, now))


def _action(one: Mapping[str, Any], skills: Mapping[str, str]) -> str:
    name = str(one.get("actionTypeName") or "")
    if name == "SET_SKILLS":
        named = ", ".join(skills.get(skill, skill) for skill in _ids(one))
        return f"ask for an agent with {named}"
    return _ACTIONS.get(name, name)
