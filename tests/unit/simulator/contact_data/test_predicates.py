# SPDX-License-Identifier: Apache-2.0
"""Whether a contact matches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulator.predicates import Moment, cell_test, depends_on_time, matcher
from simulator.switches import Switches

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY_AGO = "P-01DT00H00M"


def predicate(operator, value=None, *, kind="alphabetic", inverted=False, **bounds):
    return {
        "column": "x",
        "columnType": kind,
        "operator": operator,
        "value": value,
        "range": bounds,
        "inverted": inverted,
    }


def holds(wanted, cell, **switches):
    return cell_test(wanted, Moment(NOW, Switches(**switches)))(cell)


@pytest.mark.parametrize(
    ("operator", "value", "cell", "match"),
    [
        ("EQUALS", "80", "80", True),
        ("EQUALS", "80", "80.0", True),
        ("EQUALS", "80", "8", False),
        ("LESS_THAN", "80", "9", True),
        ("LESS_THAN", "80", "80", False),
        ("LESS_THAN_EQUALS", "80", "80", True),
        ("GREATER_THAN", "9", "87", True),
        ("GREATER_THAN", "80", "80", False),
        ("GREATER_THAN_EQUALS", "80", "80", True),
        ("GREATER_THAN_EQUALS", "0", "", False),
        ("LESS_THAN", "80", "", False),
        ("LESS_THAN", "80", "n/a", False),
        ("EQUALS", "0", "", False),
    ],
)
def test_numbers(operator, value, cell, match):
    """Numbers are compared as numbers; a cell without one matches nothing."""
    assert holds(predicate(operator, value, kind="numeric"), cell) is match


@pytest.mark.parametrize(
    ("operator", "value", "cell", "match"),
    [
        ("EQUALS", "senior", "senior", True),
        ("EQUALS", "senior", "Senior", False),
        ("EQUALS", "", "", True),
        ("EQUALS", "", "x", False),
        ("LESS_THAN", "87", "9", False),
        ("GREATER_THAN", "87", "9", True),
        ("CONTAINS", "nio", "senior", True),
        ("CONTAINS", "x", "senior", False),
        ("BEGINS_WITH", "sen", "senior", True),
        ("BEGINS_WITH", "ior", "senior", False),
        ("ENDS_WITH", "ior", "senior", True),
        ("ENDS_WITH", "sen", "senior", False),
    ],
)
def test_text(operator, value, cell, match):
    """Text is compared character by character, capitals and small letters apart."""
    assert holds(predicate(operator, value), cell) is match


@pytest.mark.parametrize(
    ("operator", "cell", "match"),
    [
        ("BEFORE", "2026-11-22T08:59:59.999Z", True),
        ("BEFORE", "2026-11-22T09:00:00.000Z", False),
        ("BEFORE", "2026-11-22T09:00:00.001Z", False),
        ("AFTER", "2026-11-22T08:59:59.999Z", False),
        ("AFTER", "2026-11-22T09:00:00.000Z", True),
        ("AFTER", "2026-11-22T09:00:00.001Z", True),
        ("BEFORE", "2026-11-22T10:00:00+02:00", True),
        ("BEFORE", "", False),
        ("AFTER", "", False),
        ("BEFORE", "soon", False),
        ("AFTER", "soon", False),
    ],
)
def test_relative_times(operator, cell, match):
    """A date is before or after a moment relative to now; what is no date is neither."""
    assert holds(predicate(operator, DAY_AGO), cell) is match


@pytest.mark.parametrize("value", ["P-01DT00H00M", "P-1DT-0H-0M", "P00DT-24H00M", "P0DT0H-1440M"])
def test_paddings(value):
    """Every way to write "a day ago" is a day ago."""
    assert holds(predicate("BEFORE", value), "2026-11-22T08:59:00Z")
    assert not holds(predicate("BEFORE", value), "2026-11-22T09:01:00Z")


@pytest.mark.parametrize(("stale", "before", "after"), [(False, False, True), (True, True, False)])
def test_border_switch(stale, before, after):
    """The instant exactly at the border belongs to BEFORE or to AFTER, by a switch."""
    border = "2026-11-22T09:00:00.000Z"
    assert holds(predicate("BEFORE", DAY_AGO), border, border_is_stale=stale) is before
    assert holds(predicate("AFTER", DAY_AGO), border, border_is_stale=stale) is after


@pytest.mark.parametrize(
    ("operator", "cell", "match"),
    [("BEFORE", "", True), ("AFTER", "", False), ("BEFORE", "?", False)],
)
def test_blank_date_switch(operator, cell, match):
    """A blank date satisfies BEFORE where the switch says so; AFTER never."""
    assert holds(predicate(operator, DAY_AGO), cell, blank_satisfies_before=True) is match


@pytest.mark.parametrize(
    ("wanted", "cell"),
    [
        (predicate("EQUALS", "Senior"), "senior"),
        (predicate("CONTAINS", "NIO"), "senior"),
        (predicate("IN", inSet=["SENIOR"]), "senior"),
        (predicate("BETWEEN", min="A", max="C"), "b"),
    ],
    ids=["equals", "contains", "in", "between"],
)
def test_case_switch(wanted, cell):
    """Filters compare text without regard to case where the switch says so."""
    assert not holds(wanted, cell)
    assert holds(wanted, cell, filters_ignore_case=True)


@pytest.mark.parametrize(
    ("wanted", "cell", "match"),
    [
        (predicate("BETWEEN", kind="numeric", min="9", max="80"), "9", False),
        (predicate("BETWEEN", kind="numeric", min="9", max="80", minInclusive=True), "9", True),
        (predicate("BETWEEN", kind="numeric", min="9", max="80"), "80", False),
        (predicate("BETWEEN", kind="numeric", min="9", max="80", maxInclusive=True), "80", True),
        (predicate("BETWEEN", kind="numeric", min="9", max="80"), "50", True),
        (predicate("BETWEEN", kind="numeric", min="9", max="80"), "", False),
        (predicate("BETWEEN", min="b", max="d"), "c", True),
        (predicate("BETWEEN", min="b", max="d"), "d", False),
        (predicate("BETWEEN", min=DAY_AGO, max="P0DT0H0M"), "2026-11-23T08:00:00Z", True),
        (predicate("BETWEEN", min=DAY_AGO, max="P0DT0H0M"), "2026-11-21T08:00:00Z", False),
        (predicate("BETWEEN", min=DAY_AGO, max="P0DT0H0M"), "", False),
        (predicate("IN", kind="numeric", inSet=["1", "87"]), "87.0", True),
        (predicate("IN", kind="numeric", inSet=["1", "87"]), "8", False),
        (predicate("IN", kind="numeric", inSet=["1", "87"]), "", False),
        (predicate("IN", inSet=["a", "b"]), "b", True),
        (predicate("IN", inSet=["a", "b"]), "c", False),
    ],
)
def test_ranges(wanted, cell, match):
    """A bound belongs to a range only where it is said to; two relative times bound dates."""
    assert holds(wanted, cell) is match


@pytest.mark.parametrize("cell", ["", "9", "87", "n/a"])
@pytest.mark.parametrize(
    "wanted",
    [
        predicate("GREATER_THAN", "50", kind="numeric"),
        predicate("BEFORE", DAY_AGO),
        predicate("EQUALS", ""),
    ],
    ids=["number", "date", "blank"],
)
def test_inverted(wanted, cell):
    """Inverted is the plain opposite, for blanks too."""
    assert holds({**wanted, "inverted": True}, cell) is not holds(wanted, cell)


def clause(how, *cells):
    parts = [{**predicate("EQUALS", cell), "column": column} for column, cell in cells]
    return {"filterType": how, "predicates": parts}


@pytest.mark.parametrize(
    ("criteria", "match"),
    [
        ({"filterType": "AND", "clauses": []}, True),
        ({"filterType": "OR", "clauses": [clause("OR")]}, True),
        ({"filterType": "AND", "clauses": [clause("AND", ("x", "1"), ("y", "2"))]}, True),
        ({"filterType": "AND", "clauses": [clause("AND", ("x", "1"), ("y", "?"))]}, False),
        ({"filterType": "AND", "clauses": [clause("OR", ("x", "?"), ("y", "2"))]}, True),
        (
            {
                "filterType": "AND",
                "clauses": [clause("AND", ("x", "1")), clause("AND", ("y", "?"))],
            },
            False,
        ),
        (
            {"filterType": "OR", "clauses": [clause("AND", ("x", "?")), clause("AND", ("y", "2"))]},
            True,
        ),
        ({"filterType": "AND", "clauses": [clause("AND", ("absent", ""))]}, True),
    ],
)
def test_joined(criteria, match):
    """Predicates make a clause, clauses make a filter, each by AND or OR; none is no condition."""
    assert matcher(criteria, Moment(NOW, Switches()))({"x": "1", "y": "2"}) is match


@pytest.mark.parametrize(
    ("wanted", "depends"),
    [
        (predicate("BEFORE", DAY_AGO), True),
        (predicate("AFTER", DAY_AGO), True),
        (predicate("BETWEEN", min=DAY_AGO, max="P0DT0H0M"), True),
        (predicate("BETWEEN", min="a", max="b"), False),
        (predicate("EQUALS", DAY_AGO), False),
    ],
)
def test_dependence_on_time(wanted, depends):
    """Only relative times make an answer depend on the moment of the question."""
    criteria = {"filterType": "AND", "clauses": [{"filterType": "AND", "predicates": [wanted]}]}
    assert depends_on_time(criteria) is depends
