# SPDX-License-Identifier: Apache-2.0
"""Reading filter criteria from a body, and refusing what could never be evaluated.

Contact list filters, searches and bulk jobs state their conditions in the same shape. It is
checked here, once, with the official field names and the documented 400 codes, so that
:mod:`simulator.predicates` can rely on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.cells import read_number, read_offset
from simulator.errors import bad_field
from simulator.fields import Flag, ListOf, Object, Text, read_object
from simulator.predicates import ORDERS, PARTS, TIMES

MOST_PREDICATES = 10
"""Most conditions in a contact list filter. Source: Genesys help, filter conditions."""

JOINS = ("AND", "OR")
WITH_RANGE = ("BETWEEN", "IN")
OPERATORS = (*ORDERS, *PARTS, *sorted(TIMES), *WITH_RANGE)

_RANGE = {
    "min": Text(),
    "max": Text(),
    "minInclusive": Flag(),
    "maxInclusive": Flag(),
    "inSet": ListOf(Text()),
}
_PREDICATE = {
    "column": Text(required=True, minimum=1),
    "columnType": Text(choices=("numeric", "alphabetic")),
    "operator": Text(required=True, choices=OPERATORS),
    "value": Text(),
    "range": Object(_RANGE),
    "inverted": Flag(),
}
_CLAUSE = {"filterType": Text(choices=JOINS), "predicates": ListOf(Object(_PREDICATE))}
CRITERIA = {"filterType": Text(choices=JOINS), "clauses": ListOf(Object(_CLAUSE))}
"""The fields of a body that carries criteria."""


def read_criteria(body: Any, columns: Mapping[str, str], where: str = "") -> dict[str, Any]:
    """The criteria in ``body``, with every default filled in.

    Args:
        body: an object with ``filterType`` and ``clauses``.
        columns: the columns of the contact list that the criteria are about, with their types.
        where: the field's path, for refusals.

    Returns:
        ``{"filterType", "clauses": [{"filterType", "predicates": [...]}]}``.

    Raises:
        Refusal: a wrong type, an unknown column, or a value that does not fit its operator.
    """
    criteria = read_object(body, CRITERIA, where)
    return checked(criteria, columns, where)


def checked(criteria: Mapping[str, Any], columns: Mapping[str, str], where: str) -> dict[str, Any]:
    """As :func:`read_criteria`, for fields that were read as ``CRITERIA`` already."""
    prefix = f"{where}." if where else ""
    clauses = []
    for place, clause in enumerate(criteria.get("clauses", ())):
        path = f"{prefix}clauses[{place}].predicates"
        predicates = [
            _checked_predicate(predicate, columns, f"{path}[{number}]")
            for number, predicate in enumerate(clause.get("predicates", ()))
        ]
        clauses.append({"filterType": clause.get("filterType", "AND"), "predicates": predicates})
    return {"filterType": criteria.get("filterType", "AND"), "clauses": clauses}


def check_size(criteria: Mapping[str, Any]) -> None:
    """Refuse more conditions than a stored filter may have.

    Raises:
        Refusal: 400 ``invalid.value``.
    """
    count = sum(len(clause["predicates"]) for clause in criteria["clauses"])
    if count > MOST_PREDICATES:
        raise bad_field(
            "invalid.value", "clauses", f"has {count} conditions, {MOST_PREDICATES} are allowed"
        )


def _checked_predicate(
    predicate: dict[str, Any], columns: Mapping[str, str], where: str
) -> dict[str, Any]:
    if predicate["column"] not in columns:
        raise bad_field(
            "column.does.not.match.contact.list",
            f"{where}.column",
            f"the contact list has no column {predicate['column']}",
        )
    textual = predicate["operator"] in PARTS or predicate["operator"] in TIMES
    numeric = columns[predicate["column"]] == "NUMERIC" and not textual
    kind = predicate.setdefault("columnType", "numeric" if numeric else "alphabetic")
    if kind == "numeric" and textual:
        raise bad_field(
            "value.did.not.match.column.type",
            f"{where}.operator",
            f"{predicate['operator']} does not compare numbers",
        )
    predicate.setdefault("inverted", False)
    if predicate["operator"] in WITH_RANGE:
        _check_range(predicate, where)
    elif predicate.get("value") is None:
        raise bad_field("bad.request", f"{where}.value", "is required")
    elif predicate["operator"] in TIMES:
        _check_offset(predicate["value"], f"{where}.value")
    elif kind == "numeric":
        _check_number(predicate["value"], f"{where}.value")
    return predicate


def _check_range(predicate: Mapping[str, Any], where: str) -> None:
    bounds = predicate.get("range", {})
    numeric = predicate["columnType"] == "numeric"
    names = ("inSet",) if predicate["operator"] == "IN" else ("min", "max")
    for name in names:
        if not bounds.get(name) and bounds.get(name) != "":
            raise bad_field(
                "range.required", f"{where}.range.{name}", f"{predicate['operator']} needs it"
            )
    if predicate["operator"] == "IN":
        for place, item in enumerate(bounds["inSet"] if numeric else ()):
            _check_number(item, f"{where}.range.inSet[{place}]")
        return
    if numeric:
        for name in names:
            _check_number(bounds[name], f"{where}.range.{name}")
    if _sortable(bounds["max"], numeric=numeric) < _sortable(bounds["min"], numeric=numeric):
        raise bad_field("max.less.than.min", f"{where}.range.max", "is less than the minimum")


def _sortable(bound: str, *, numeric: bool) -> tuple[int, Any]:
    """What a bound is ordered by; a relative time before any text, so that types never mix."""
    if numeric:
        return 0, read_number(bound)
    offset = read_offset(bound)
    return (1, bound) if offset is None else (0, offset)


def _check_number(text: str, where: str) -> None:
    if read_number(text) is None:
        raise bad_field("value.did.not.match.column.type", where, "must be a number")


def _check_offset(text: str, where: str) -> None:
    if read_offset(text) is None:
        raise bad_field("invalid.date.value", where, "must be a relative time such as P-01DT00H00M")
