# SPDX-License-Identifier: Apache-2.0
"""What the text in a contact's cell means: a number, an instant, or neither.

Every cell of a contact is a string. Typed columns, filters, sorts and rules all have to read
numbers and dates out of these strings, and they have to read them alike; so they all do it
here. Reading is cached because the same few thousand texts are compared over and over.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_OFFSET = re.compile(r"P([+-]?\d{1,5})DT([+-]?\d{1,5})H([+-]?\d{1,5})M", re.ASCII)


def is_integer(text: str) -> bool:
    """Whether ``text`` is a whole number in ASCII digits, with or without a sign."""
    return _INTEGER.fullmatch(text) is not None


@lru_cache(maxsize=65_536)
def read_number(text: str) -> float | None:
    """The number in ``text``; None where there is none (blank, words, NaN, full-width digits)."""
    return float(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=65_536)
def read_instant(text: str) -> datetime | None:
    """The instant in ``text``, with a time zone; None where there is none.

    Read are ``yyyy-MM-dd`` up to ``yyyy-MM-ddTHH:mm:ss.SSS`` with ``Z`` or an offset. A text
    without a zone has no documented reading and is taken as UTC.

    Source: Genesys help, date and time formats of call rules; platform reference, section 7.
    """
    if not _INSTANT.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:  # a 13th month, a 25th hour
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@lru_cache(maxsize=1_024)
def read_offset(text: str) -> timedelta | None:
    """The distance from now in ``PxxDTyyHzzM`` form; None where ``text`` has another form.

    Each of the three numbers has its own sign, and any padding is read: ``P-01DT00H00M`` and
    ``P-1DT-0H-0M`` are both a day ago, ``P01DT00H-30M`` is 23 hours and 30 minutes ahead.

    Source: ContactListFilterPredicate of the official SDK 269; platform reference, section 6.
    """
    found = _OFFSET.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes = (int(number) for number in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)
