# SPDX-License-Identifier: Apache-2.0
"""Which filter criteria are refused, and how."""

from __future__ import annotations

import pytest

from simulator.criteria import check_size, read_criteria
from simulator.errors import Refusal

COLUMNS = {"ml_score": "TEXT", "ml_score_at": "TIMESTAMP"}


def criteria(**predicate):
    return {
        "clauses": [{"predicates": [{"column": "ml_score", "operator": "EQUALS", **predicate}]}]
    }


def test_defaults_are_filled_in():
    """What a client leaves out is AND, alphabetic and not inverted."""
    read = read_criteria(criteria(value="1", unknown=1), COLUMNS)
    assert read == {
        "filterType": "AND",
        "clauses": [
            {
                "filterType": "AND",
                "predicates": [
                    {
                        "column": "ml_score",
                        "operator": "EQUALS",
                        "value": "1",
                        "columnType": "alphabetic",
                        "inverted": False,
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("operator", "value", "kind"),
    [
        ("GREATER_THAN", "80", "numeric"),
        ("BEGINS_WITH", "8", "alphabetic"),
        ("BEFORE", "P0DT0H0M", "alphabetic"),
    ],
)
def test_column_type_of_a_number_column(operator, value, kind):
    """Without columnType a NUMERIC column is compared as numbers, where the operator can."""
    read = read_criteria(criteria(operator=operator, value=value), {"ml_score": "NUMERIC"})
    assert read["clauses"][0]["predicates"][0]["columnType"] == kind


BETWEEN = {"operator": "BETWEEN", "columnType": "numeric"}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ([], "bad.request", "body"),
        ({"filterType": "XOR"}, "invalid.value", "filterType"),
        ({"clauses": {}}, "bad.request", "clauses"),
        (criteria(column="region", value="x"), "column.does.not.match.contact.list", "column"),
        (criteria(column=None, value="x"), "bad.request", "column"),
        (criteria(operator="IN_THE_LAST", value="x"), "invalid.value", "operator"),
        (criteria(operator=None, value="x"), "bad.request", "operator"),
        (criteria(columnType="date", value="x"), "invalid.value", "columnType"),
        (criteria(value=80), "bad.request", "value"),
        (criteria(), "bad.request", "value"),
        (criteria(inverted="true", value="x"), "bad.request", "inverted"),
        (
            criteria(columnType="numeric", value="high"),
            "value.did.not.match.column.type",
            "value",
        ),
        (
            criteria(columnType="numeric", operator="CONTAINS", value="8"),
            "value.did.not.match.column.type",
            "operator",
        ),
        (
            criteria(columnType="numeric", operator="BEFORE", value="P-1DT0H0M"),
            "value.did.not.match.column.type",
            "operator",
        ),
        (criteria(operator="BEFORE", value="2026-11-23"), "invalid.date.value", "value"),
        (criteria(operator="AFTER", value="P-1D"), "invalid.date.value", "value"),
        (criteria(**BETWEEN), "range.required", "range.min"),
        (criteria(**BETWEEN, range={"min": "1"}), "range.required", "range.max"),
        (criteria(operator="IN", range={}), "range.required", "range.inSet"),
        (criteria(operator="IN", range={"inSet": []}), "range.required", "range.inSet"),
        (
            criteria(**BETWEEN, range={"min": "1", "max": "x"}),
            "value.did.not.match.column.type",
            "range.max",
        ),
        (
            criteria(operator="IN", columnType="numeric", range={"inSet": ["1", "x"]}),
            "value.did.not.match.column.type",
            "range.inSet[1]",
        ),
        (criteria(**BETWEEN, range={"min": "9", "max": "8"}), "max.less.than.min", "range.max"),
        (
            criteria(operator="BETWEEN", range={"min": "b", "max": "a"}),
            "max.less.than.min",
            "range.max",
        ),
        (
            criteria(operator="BETWEEN", range={"min": "P0DT0H0M", "max": "P-1DT0H0M"}),
            "max.less.than.min",
            "range.max",
        ),
    ],
)
def test_refusals(body, code, field):
    """What could never be evaluated is refused with a code, and the field is named."""
    with pytest.raises(Refusal) as refused:
        read_criteria(body, COLUMNS)
    assert refused.value.status == 400
    assert refused.value.code == code
    assert refused.value.params["field"].endswith(field)


@pytest.mark.parametrize(
    "body",
    [
        criteria(columnType="numeric", operator="BETWEEN", range={"min": "1", "max": "1"}),
        criteria(operator="BETWEEN", range={"min": "", "max": "z"}),
        criteria(operator="BETWEEN", range={"min": "P-2DT0H0M", "max": "P-1DT0H0M"}),
        criteria(operator="IN", range={"inSet": ["", "a"]}),
        criteria(value=""),
    ],
)
def test_borders_are_accepted(body):
    """A range of one point, an open text range and a blank are fine."""
    assert read_criteria(body, COLUMNS)["clauses"]


def test_size():
    """Ten conditions fit in a stored filter, eleven do not."""
    one = criteria(value="1")["clauses"][0]["predicates"]
    check_size(read_criteria({"clauses": [{"predicates": one * 5}] * 2}, COLUMNS))
    with pytest.raises(Refusal, match="11 conditions"):
        check_size(read_criteria({"clauses": [{"predicates": one * 11}]}, COLUMNS))
