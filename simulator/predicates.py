# SPDX-License-Identifier: Apache-2.0
"""Whether a contact matches: the predicates that filters, searches, jobs and rules share.

A criteria object (``filterType`` and ``clauses``, as :mod:`simulator.criteria` has checked it)
becomes one function of a contact's data. It is built per question, with the time of the
question in it, so that one search sees one "now" however many contacts it looks at.

A cell that cannot be compared (no number for a numeric predicate, no date for a relative time)
does not match; an inverted predicate is always the plain opposite of its predicate. So a blank
date *does* match an inverted BEFORE, and a filter that means "fresh" has to say "not blank" too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.cells import read_instant, read_number, read_offset
from simulator.switches import Switches

Test = Callable[[str], bool]
"""Whether the text of one cell matches one predicate."""

Match = Callable[[Mapping[str, str]], bool]
"""Whether the data of one contact matches; columns that are absent count as blank."""

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQUALS": operator.eq,
    "LESS_THAN": operator.lt,
    "LESS_THAN_EQUALS": operator.le,
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_EQUALS": operator.ge,
}
TIMES = frozenset({"BEFORE", "AFTER"})
PARTS: Mapping[str, Callable[[str, str], bool]] = {
    "CONTAINS": operator.contains,
    "BEGINS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What the outcome of a comparison depends on besides the two values.

    Args:
        now: what relative times are relative to.
        switches: the undocumented readings (border, blank dates, case of letters).
    """

    now: datetime
    switches: Switches


def matcher(criteria: Mapping[str, Any], moment: Moment) -> Match:
    """The function that says whether a contact's data matches ``criteria`` at ``moment``."""
    return _joined(
        criteria["filterType"],
        [
            _joined(
                clause["filterType"],
                [_on_column(predicate, moment) for predicate in clause["predicates"]],
            )
            for clause in criteria["clauses"]
        ],
    )


def depends_on_time(criteria: Mapping[str, Any]) -> bool:
    """Whether the same data may match at one time and not at another."""
    return any(
        predicate["operator"] in TIMES or bool(_time_range(predicate))
        for clause in criteria["clauses"]
        for predicate in clause["predicates"]
    )


def cell_test(predicate: Mapping[str, Any], moment: Moment) -> Test:
    """The function that says whether a cell matches one predicate, ``inverted`` included."""
    test = _plain_test(predicate, moment)
    return (lambda text: not test(text)) if predicate.get("inverted") else test


def _joined(how: str, parts: list[Match]) -> Match:
    """All of ``parts`` or any of them; no part at all is no condition."""
    if not parts:
        return lambda _: True
    if len(parts) == 1:
        return parts[0]
    if how == "OR":
        return lambda data: any(part(data) for part in parts)
    return lambda data: all(part(data) for part in parts)


def _on_column(predicate: Mapping[str, Any], moment: Moment) -> Match:
    column, test = predicate["column"], cell_test(predicate, moment)
    return lambda data: test(data.get(column, ""))


def _plain_test(predicate: Mapping[str, Any], moment: Moment) -> Test:
    name = predicate["operator"]
    if name in TIMES:
        return _time_test(name, predicate["value"], moment)
    if predicate["columnType"] == "numeric":
        return _numeric_test(predicate)
    if bounds := _time_range(predicate):
        low, high = (_shifted(moment.now, bound) for bound in bounds)
        return _between(read_instant, low, high, predicate)
    return _text_test(predicate, ignore_case=moment.switches.filters_ignore_case)


def _time_test(name: str, value: str, moment: Moment) -> Test:
    """BEFORE or AFTER; the instant exactly at the border belongs to one of them, by a switch."""
    border = _shifted(moment.now, value)
    blank = moment.switches.blank_satisfies_before and name == "BEFORE"
    earlier = operator.le if moment.switches.border_is_stale else operator.lt
    wanted = name == "BEFORE"

    def test(text: str) -> bool:
        instant = read_instant(text)
        return blank and not text if instant is None else earlier(instant, border) is wanted

    return test


def _numeric_test(predicate: Mapping[str, Any]) -> Test:
    name = predicate["operator"]
    if name == "BETWEEN":
        bounds = predicate["range"]
        return _between(read_number, float(bounds["min"]), float(bounds["max"]), predicate)
    if name == "IN":
        numbers = {read_number(item) for item in predicate["range"]["inSet"]}
        return lambda text: (number := read_number(text)) is not None and number in numbers
    compare, wanted = ORDERS[name], read_number(predicate["value"])
    return lambda text: (number := read_number(text)) is not None and compare(number, wanted)


def _text_test(predicate: Mapping[str, Any], *, ignore_case: bool) -> Test:
    fold: Callable[[str], str] = str.casefold if ignore_case else str
    name = predicate["operator"]
    if name == "BETWEEN":
        bounds = predicate["range"]
        return _between(fold, fold(bounds["min"]), fold(bounds["max"]), predicate)
    if name == "IN":
        texts = {fold(item) for item in predicate["range"]["inSet"]}
        return lambda text: fold(text) in texts
    compare, wanted = {**ORDERS, **PARTS}[name], fold(predicate["value"])
    return lambda text: compare(fold(text), wanted)


def _between(read: Callable[[str], Any], low: Any, high: Any, predicate: Mapping[str, Any]) -> Test:
    """Whether what ``read`` makes of a cell lies in the range; a bound is in it only if said."""
    bounds = predicate["range"]
    above = operator.le if bounds.get("minInclusive") else operator.lt
    below = operator.le if bounds.get("maxInclusive") else operator.lt

    def test(text: str) -> bool:
        value = read(text)
        return value is not None and above(low, value) and below(value, high)

    return test


def _time_range(predicate: Mapping[str, Any]) -> tuple[str, ...]:
    """The two relative times of a BETWEEN on dates; nothing for any other predicate."""
    if predicate["operator"] != "BETWEEN" or predicate["columnType"] == "numeric":
        return ()
    bounds = (predicate["range"]["min"], predicate["range"]["max"])
    return bounds if all(read_offset(bound) is not None for bound in bounds) else ()


def _shifted(now: datetime, offset: str) -> datetime:
    distance = read_offset(offset)
    assert distance is not None  # checked when the criteria were read
    return now + distance
