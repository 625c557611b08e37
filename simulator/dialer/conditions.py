# SPDX-License-Identifier: Apache-2.0
"""Whether a condition of a pre-call rule holds for a contact.

A value of a wrong kind is found here, when the rule is evaluated, and not when it is written.

Source: Condition of the official SDK 269; platform reference, section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.cells import read_instant, read_number, read_offset
from simulator.contact import Contact
from simulator.predicates import ORDERS, PARTS, TIMES, Moment, cell_test

MISMATCH = "CALL_RULE_MISMATCH_TYPE"
OPERATOR = "CALL_RULE_INVALID_OPERATOR"
COLUMN = "CALL_RULE_INVALID_CONTACT_COLUMN"

_KINDS: Mapping[str, frozenset[str]] = {
    "STRING": frozenset({*ORDERS, *PARTS}),
    "NUMERIC": frozenset(ORDERS),
    "PERIOD": TIMES,
    "DATETIME": TIMES,
}
"""Which operators compare values of a kind."""


class Unfit(Exception):
    """The condition cannot be compared with this contact.

    Args:
        code: the event log's code.
        message: what does not fit, in words.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NotEvaluated(Exception):
    """A condition of a type that is not simulated; such a call is not placed.

    Source: Genesys help, pre-call rules (a rule that cannot be evaluated).
    """


@dataclass(frozen=True, slots=True)
class Subject:
    """What is about to be dialled: the contact by one of its phone columns."""

    contact: Contact
    column: str


def holds(condition: Mapping[str, Any], subject: Subject, moment: Moment) -> bool:
    """Whether the condition holds, ``inverted`` included.

    Raises:
        Unfit: the two values cannot be compared.
        NotEvaluated: the type of the condition is not simulated.
    """
    kind = condition["type"]
    if kind == "contactAttributeCondition":
        name = condition["attributeName"]
        if name not in subject.contact.data:
            raise Unfit(COLUMN, f"there is no column {name}")
        text = subject.contact.data[name]
    elif kind == "contactPropertyCondition":
        text = _property(condition, subject)
    elif kind == "phoneNumberCondition":
        text = subject.contact.data[subject.column]
    else:
        raise NotEvaluated(f"conditions of the type {kind} are not simulated")
    return _compared(condition, text, moment)


def _property(condition: Mapping[str, Any], subject: Subject) -> str:
    """When the contact, or its number, was called last; blank for never."""
    of_type = condition.get("propertyType", "")
    records: Mapping[str, Any] = subject.contact.call_records
    if of_type == "LAST_ATTEMPT_BY_COLUMN":
        column = condition.get("property") or subject.column
        records = {column: records.get(column, {})}
    elif of_type != "LAST_ATTEMPT_OVERALL":
        raise NotEvaluated(f"the property {of_type or 'without a type'} is not simulated")
    return max((record.get("lastAttempt", "") for record in records.values()), default="")


def _compared(condition: Mapping[str, Any], text: str, moment: Moment) -> bool:
    kind, operator = condition.get("valueType", "STRING"), condition.get("operator", "EQUALS")
    value, inverted = condition.get("value", ""), bool(condition.get("inverted"))
    if operator not in _KINDS[kind]:
        raise Unfit(OPERATOR, f"{operator} does not compare values of the kind {kind}")
    if kind == "NUMERIC" and (read_number(text) is None or read_number(value) is None):
        raise Unfit(MISMATCH, f"{text!r} cannot be compared with {value!r} as numbers")
    if kind in ("PERIOD", "DATETIME") and text and read_instant(text) is None:
        raise Unfit(MISMATCH, f"{text!r} is no date")
    if kind == "DATETIME":
        return _dated(operator, text, value) is not inverted
    if kind == "PERIOD" and read_offset(value) is None:
        raise Unfit(MISMATCH, f"{value!r} is no relative time")
    predicate = {
        "operator": operator,
        "value": value,
        "columnType": "numeric" if kind == "NUMERIC" else "alphabetic",
        "inverted": inverted,
    }
    return cell_test(predicate, moment)(text)


def _dated(operator: str, text: str, value: str) -> bool:
    instant, border = read_instant(text), read_instant(value)
    if border is None:
        raise Unfit(MISMATCH, f"{value!r} is no date")
    if instant is None:  # blank
        return False
    return instant < border if operator == "BEFORE" else instant > border
