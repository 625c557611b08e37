# SPDX-License-Identifier: Apache-2.0
"""What typed columns let in."""

from __future__ import annotations

import pytest

from simulator.columns import checks_of, fault_in

SPECIFICATIONS = [
    {"columnName": "score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
    {"columnName": "low", "columnDataType": "NUMERIC", "min": 10},
    {"columnName": "free", "columnDataType": "NUMERIC", "min": 0, "max": 0, "maxLength": 0},
    {"columnName": "tier", "columnDataType": "TEXT", "maxLength": 4, "min": 0, "max": 0},
    {"columnName": "any", "columnDataType": "TEXT", "maxLength": 0},
    {"columnName": "untyped"},
    {"columnName": "at", "columnDataType": "TIMESTAMP", "min": 0, "max": 0, "maxLength": 0},
    {"columnName": "when", "columnDataType": "DATETIME"},
]
TYPE = "contact.data.invalid.datatype"
RANGE = "contact.data.not.within.min.max.range"
LENGTH = "contact.data.greater.than.max.length"


def fault(column, text, *, decimals=True):
    checks = checks_of(SPECIFICATIONS, zip_column="zip", decimals=decimals)
    found = fault_in(checks, column, text)
    return found and found[0]


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("score", "0", None),
        ("score", "100", None),
        ("score", "87.5", None),
        ("score", "101", RANGE),
        ("score", "-1", RANGE),
        ("score", "100.01", RANGE),
        ("score", "n/a", TYPE),
        ("score", " 87", TYPE),
        ("score", "\uff18\uff17", TYPE),
        ("low", "9", RANGE),
        ("low", "1000000", None),
        ("free", "-12345.6", None),
        ("free", "x", TYPE),
        ("tier", "four", None),
        ("tier", "fives", LENGTH),
        ("any", "x" * 512, None),
        ("untyped", "x", None),
        ("at", "2026-11-23T09:00:00.000Z", None),
        ("at", "1970-01-01T00:00:00.000Z", None),
        ("at", "2038-01-19T03:14:07.999Z", None),
        ("at", "2038-01-19T03:14:07.999999Z", None),
        ("at", "2038-01-19T03:14:08.000Z", RANGE),
        ("at", "1969-12-31T23:59:59.999Z", RANGE),
        ("at", "1970-01-01T00:00:00+01:00", RANGE),
        ("at", "2026-11-23 09:00", TYPE),
        ("when", "1000-01-01T00:00:00Z", None),
        ("when", "9999-12-31T23:59:59Z", None),
        ("when", "0999-12-31T23:59:59Z", RANGE),
        ("when", "9999-12-31T23:59:59-05:00", RANGE),
        ("zip", "46278", None),
        ("zip", "46278-1234", None),
        ("zip", "4627", "invalid.zip.code.contact.value"),
        ("phone", "x" * 512, None),
        ("phone", "x" * 513, "contact.datum.length.limit.exceeded"),
        ("score", "1" * 513, "contact.datum.length.limit.exceeded"),
    ],
)
def test_cell(column, text, code):
    """A cell must fit its column's type, bounds and length; zero bounds are none."""
    assert fault(column, text) == code


@pytest.mark.parametrize(
    ("column", "text", "bounds"),
    [
        ("score", "101", "0 to 100"),
        ("low", "9", "10 to any"),
        ("at", "1969-01-01", "1970-01-01T00:00:00+00:00 to 2038-01-19T03:14:07.999999+00:00"),
    ],
)
def test_bounds_are_named(column, text, bounds):
    """The refusal of a value says what would have been allowed."""
    checks = checks_of(SPECIFICATIONS, zip_column=None, decimals=True)
    assert fault_in(checks, column, text)[1].endswith(bounds)


@pytest.mark.parametrize("column", [spec["columnName"] for spec in SPECIFICATIONS] + ["zip"])
def test_blank_fits_everywhere(column):
    """A blank cell is allowed in a column of any type."""
    assert fault(column, "") is None


@pytest.mark.parametrize(("decimals", "code"), [(True, None), (False, TYPE)])
def test_decimals_switch(decimals, code):
    """Whether a NUMERIC column takes decimals is a switch."""
    assert fault("score", "87.5", decimals=decimals) == code
    assert fault("score", "87", decimals=decimals) is None
