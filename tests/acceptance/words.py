# SPDX-License-Identifier: Apache-2.0
"""How numbers, times and reasons are written in the features, and what they stand for.

Features are read by people: they say "08:30 yesterday" and "1,000 leads". It is Monday,
23 November 2026, 09:00 in UTC when a scenario begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from parse import with_pattern
from pytest_bdd import parsers

TODAY = datetime(2026, 11, 23, tzinfo=UTC)
COLUMNS = {
    "lead": "lead_id",
    "score": "ml_score",
    "calculated at": "ml_score_at",
    "tier": "route_tier",
    "model": "model_version",
}
"""The columns of the contact list by the words that the features have for them."""

_DAYS = {"": 0, " tomorrow": 1, " yesterday": -1, " two days ago": -2}
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TIME_OF_DAY = r"\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: yesterday| two days ago| tomorrow)?"
_INSTANT = r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)"
_ONE_SPAN = r"[\d.,]+ (?:second|minute|hour|day)s?"


@with_pattern(r"\d[\d,]*|no|one|two|three|four|five|six|seven|eight|nine|ten")
def count(text: str) -> int:
    """``1,000`` or ``three``."""
    return _SMALL.index(text) if text in _SMALL else int(text.replace(",", ""))


@with_pattern(rf"{_ONE_SPAN}(?: {_ONE_SPAN})*")
def span(text: str) -> float:
    """Seconds of ``2 hours 30 minutes``."""
    parts = re.findall(r"([\d.,]+) (second|minute|hour|day)", text)
    return sum(float(number.replace(",", "")) * _UNITS[unit] for number, unit in parts)


@with_pattern(rf"{_INSTANT}|{_TIME_OF_DAY}")
def moment(text: str) -> datetime:
    """The time of day ``08:30``, also ``08:30:00.5 yesterday``, or a full time with its zone."""
    if re.fullmatch(_INSTANT, text):
        return datetime.fromisoformat(text)
    match = re.fullmatch(r"(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?( .+)?", text)
    assert match is not None, f"{text} is no time"
    day = TODAY + timedelta(days=_DAYS[match[4] or ""])
    return day + timedelta(hours=int(match[1]), minutes=int(match[2]), seconds=float(match[3] or 0))


@with_pattern(r"[A-Za-z0-9._:@-]+")
def lead(text: str) -> str:
    """A lead by its name."""
    return text


@with_pattern(r"[A-Za-z0-9._:@-]+(?:, [A-Za-z0-9._:@-]+)*")
def leads(text: str) -> list[str]:
    """Leads in their order: ``Miller, Smith``."""
    return text.split(", ")


_TYPES = {"Count": count, "Span": span, "Moment": moment, "Lead": lead, "Leads": leads}


def phrase(text: str) -> parsers.StepParser:
    """A step's words, with places such as ``{span:Span}``."""
    return parsers.parse(text, extra_types=_TYPES)


def in_ms(when: datetime) -> int:
    """``when`` in milliseconds since 1970."""
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def stored(when: datetime) -> str:
    """``when`` as it stands on a contact."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written(text: str) -> str:
    """A time of a table, as a scorer writes it; what is no time is left as it is."""
    if re.fullmatch(_TIME_OF_DAY, text):
        return f"{moment(text):%Y-%m-%dT%H:%M:%S.%fZ}"
    return text


def code(words: str) -> str:
    """``score out of range`` as ``score_out_of_range``; ``none`` and nothing are blank."""
    return "" if words == "none" else words.replace(" ", "_")


def records(table: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """The rows of a table by the words of its first row."""
    header, *rows = table
    return [dict(zip(header, row, strict=True)) for row in rows]


def column_values(record: Mapping[str, str]) -> dict[str, str]:
    """A table's row by the columns of the contact list; times as they stand there."""
    return {
        COLUMNS.get(word, word): stored(moment(text)) if word == "calculated at" else text
        for word, text in record.items()
    }
