# SPDX-License-Identifier: Apache-2.0
"""Typed columns: what a contact list lets into the cells of its contacts.

A list declares the type of a column in ``columnDataTypeSpecifications``. The declaration is
turned once into checks per column, because a bulk write checks thousands of cells. Blank cells
are always allowed: a type says what a value must look like, not that there must be one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from simulator.cells import is_integer, read_instant, read_number

CELL_LENGTH = 512
"""Most characters in a cell. Source: Genesys help, create-new-contact-list."""

# The REST codes for a bad cell are not documented. The event log's names of the same faults
# are, and where both forms are known (CONTACT_COLUMNS_LIMIT_EXCEEDED) one is the other with dots.
WRONG_TYPE = "contact.data.invalid.datatype"
OUT_OF_BOUNDS = "contact.data.not.within.min.max.range"
TOO_LONG = "contact.data.greater.than.max.length"
CELL_TOO_LONG = "contact.datum.length.limit.exceeded"
NO_ZIP_CODE = "invalid.zip.code.contact.value"

# The last second that fits; DATETIME was added for what lies outside.
_TIMESTAMPS = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 7, 999_999, tzinfo=UTC),
)
_DATETIMES = (
    datetime(1000, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
_ZIP = re.compile(r"\d{5}(?:-?\d{4})?", re.ASCII)

Fault = tuple[str, str]
"""What is wrong with a cell: the refusal's code, and words to put after the cell's name."""

Check = Callable[[str], Fault | None]
"""Looks at the text of a cell that is not blank."""


def checks_of(
    specifications: Sequence[Mapping[str, Any]], *, zip_column: str | None, decimals: bool
) -> dict[str, Check]:
    """The check of each column that has one.

    Args:
        specifications: the list's ``columnDataTypeSpecifications``.
        zip_column: the column that must hold zip codes, if any.
        decimals: whether a NUMERIC column takes ``87.5``.
    """
    checks = {spec["columnName"]: _check_of(spec, decimals=decimals) for spec in specifications}
    if zip_column:
        checks[zip_column] = _check_zip
    return checks


def fault_in(checks: Mapping[str, Check], column: str, text: str) -> Fault | None:
    """What is wrong with ``text`` in ``column``: too long, or not of the column's type."""
    if len(text) > CELL_LENGTH:
        return CELL_TOO_LONG, f"is longer than {CELL_LENGTH} characters"
    check = checks.get(column)
    return check(text) if check is not None and text else None


def _check_of(spec: Mapping[str, Any], *, decimals: bool) -> Check:
    kind = spec.get("columnDataType", "TEXT")
    if kind == "NUMERIC":
        return _number_check(spec.get("min"), spec.get("max"), decimals=decimals)
    if kind == "TEXT":
        return _text_check(spec.get("maxLength"))
    return _instant_check(kind, *(_TIMESTAMPS if kind == "TIMESTAMP" else _DATETIMES))


def _number_check(low: int | None, high: int | None, *, decimals: bool) -> Check:
    if not low and not high:  # the Terraform provider sends 0 and 0 for bounds that are not set
        low = high = None

    def check(text: str) -> Fault | None:
        number = read_number(text)
        if number is None or not (decimals or is_integer(text)):
            kind = "a number" if decimals else "a whole number"
            return WRONG_TYPE, f"must be {kind}, the column is NUMERIC"
        if (low is not None and number < low) or (high is not None and number > high):
            return _out_of_bounds(low, high)
        return None

    return check


def _text_check(longest: int | None) -> Check:
    def check(text: str) -> Fault | None:
        if longest and len(text) > longest:  # 0 is how the provider says "not set"
            return TOO_LONG, f"is longer than the column's {longest} characters"
        return None

    return check


def _instant_check(kind: str, first: datetime, last: datetime) -> Check:
    def check(text: str) -> Fault | None:
        instant = read_instant(text)
        if instant is None:
            return WRONG_TYPE, f"must be an ISO 8601 date, the column is {kind}"
        if not first <= instant <= last:
            return _out_of_bounds(first.isoformat(), last.isoformat())
        return None

    return check


def _check_zip(text: str) -> Fault | None:
    return None if _ZIP.fullmatch(text) else (NO_ZIP_CODE, "is no zip code")


def _out_of_bounds(low: object, high: object) -> Fault:
    bounds = f"{'any' if low is None else low} to {'any' if high is None else high}"
    return OUT_OF_BOUNDS, f"is outside the column's range, {bounds}"
