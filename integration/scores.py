# SPDX-License-Identifier: Apache-2.0
"""What a lead score is, how it is read, and which of two scores wins.

A score says how promising a lead is (1-100) and when that was calculated. Its time is its
version: the newest calculation wins, whichever way scores arrive. Times are kept as whole
milliseconds since 1970 in UTC, the precision in which the platform stores them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

MALFORMED_ROW: Final = "malformed_row"
FUTURE_TOLERANCE: Final = timedelta(minutes=5)
LAST_INSTANT: Final = 2_147_483_647_999
"""2038-01-19T03:14:07.999Z, the end of the platform's TIMESTAMP columns."""

_LEAD_ID = re.compile(r"[A-Za-z0-9._:@-]{1,128}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INSTANT = re.compile(
    r"(?P<local>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?P<hour>[0-9]{2}):[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]+))?"
    r"(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2}))?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_UNZONED = _EPOCH.replace(tzinfo=None)  # is written without "+00:00"
_MILLISECOND = timedelta(milliseconds=1)
_TOLERANCE_MS = FUTURE_TOLERANCE // _MILLISECOND
_MODEL_VERSION_LENGTH = 128
_SHOWN = 60


class Number(str):
    """A JSON number, as its digits stand in the document."""

    __slots__ = ()


class NotText(str):
    """A JSON value that is neither text nor number (``true``, ``null``, ``[1]``), as JSON."""

    __slots__ = ()


NULL: Final = NotText("null")


@dataclass(slots=True)
class RawScore:
    """The fields of one row as they were found; None where an optional one is absent."""

    lead_id: str
    priority_score: str
    last_calculated_at: str
    model_version: str | None = None
    based_on: str | None = None


@dataclass(frozen=True, slots=True)
class LeadScore:
    """A validated score: ``score`` 1-100, ``at`` in milliseconds since 1970 UTC.

    ``based_on`` makes it compare-and-set: one of these instants has to be stored when it is
    written; None among them stands for "no score yet", None instead of them for "whatever".
    """

    lead_id: str
    score: int
    at: int
    model_version: str = ""
    based_on: frozenset[int | None] | None = None


class Rejected(ValueError):
    """A row that is no score, with the reason code, the field and what to do about it."""

    def __init__(self, reason: str, message: str, *, field: str = "", lead_id: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field
        self.lead_id = lead_id


def parse(raw: RawScore, now: datetime) -> LeadScore:
    """The score that ``raw`` holds, judged at ``now`` (which needs a time zone).

    Raises:
        Rejected: the first problem in the order lead id, score, times.
    """
    try:
        return LeadScore(
            lead_id=read_lead_id(raw.lead_id),
            score=_score(raw.priority_score),
            at=_instant(raw.last_calculated_at, now, "last_calculated_at"),
            model_version=_model_version(raw.model_version),
            based_on=_based_on(raw.based_on, now),
        )
    except Rejected as rejected:
        rejected.lead_id = _printable(raw.lead_id.strip()[:128])
        raise


def read_lead_id(text: str) -> str:
    """The lead id that ``text`` holds, without white space around it.

    Raises:
        Rejected: it is none.
    """
    trimmed = text.strip()
    if isinstance(text, Number | NotText) or _LEAD_ID.fullmatch(trimmed) is None:
        raise Rejected(
            "invalid_lead_id",
            f'lead_id "{_shown(trimmed)}" is no lead id; use text of 1 to 128 ASCII letters, '
            "digits and - _ . : @",
            field="lead_id",
            lead_id=_printable(trimmed[:128]),
        )
    return trimmed


def format_instant(at: int) -> str:
    """``at`` (milliseconds since 1970 UTC) as it is stored: ``YYYY-MM-DDTHH:MM:SS.mmmZ``."""
    return (_EPOCH_UNZONED + at * _MILLISECOND).isoformat(timespec="milliseconds") + "Z"


def instant_of(when: datetime) -> int:
    """``when`` in whole milliseconds since 1970 UTC, cut and not rounded."""
    return (when - _EPOCH) // _MILLISECOND


def read_instant(text: str) -> int | None:
    """The instant that a stored text stands for, or None where it is blank or no instant.

    Stored values may have been written by others: every RFC 3339 form is understood. What lies
    outside the years that a score can have is nonsense and must not stand in a score's way.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None or not (match["utc"] or match["sign"]):
        return None
    try:
        seconds, fraction = _seconds(match)
    except ValueError:
        return None
    at = seconds * 1000 + int((fraction + "000")[:3])
    return at if 0 <= at <= LAST_INSTANT else None


def _shown(text: str) -> str:
    if len(text) <= _SHOWN:
        return _printable(text)
    return f"{_printable(text[:_SHOWN])}… ({len(text):,} characters)"


def _printable(text: str) -> str:
    """``text`` with escapes for what a terminal would obey, or could not show."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _score(text: str) -> int:
    trimmed = text.strip()
    if len(trimmed) <= 3 and trimmed.isascii() and trimmed.isdigit():
        whole = int(trimmed)  # the common case, without the decimal detour
        if 1 <= whole <= 100 and not isinstance(text, NotText):
            return whole
    shown = _shown(trimmed)
    if isinstance(text, NotText) or _NUMBER.fullmatch(trimmed) is None:
        raise Rejected(
            "score_not_a_number",
            f'priority_score "{shown}" is not a decimal number; write an integer from 1 to 100',
            field="priority_score",
        )
    try:
        value = Decimal(trimmed)
    except InvalidOperation:  # an exponent beyond any machine's: nowhere near 1-100
        value = Decimal(0)
    if not 1 <= value <= 100:
        raise Rejected(
            "score_out_of_range",
            f"priority_score {shown} is outside 1 to 100",
            field="priority_score",
        )
    whole = int(value)
    if whole != value:
        raise Rejected(
            "score_not_integer",
            f"priority_score {shown} is not a whole number; round it before it is sent",
            field="priority_score",
        )
    return whole


def _model_version(text: str | None) -> str:
    trimmed = "" if text is None or text is NULL else text.strip()
    if isinstance(text, NotText) and text is not NULL:
        raise Rejected(MALFORMED_ROW, "model_version is not text", field="model_version")
    if not trimmed.isascii() and any("\ud800" <= char <= "\udfff" for char in trimmed):
        raise Rejected(
            MALFORMED_ROW,
            f'model_version "{_shown(trimmed)}" holds half a character',
            field="model_version",
        )
    if len(trimmed) > _MODEL_VERSION_LENGTH:
        raise Rejected(
            MALFORMED_ROW,
            f"model_version has {len(trimmed):,} characters; {_MODEL_VERSION_LENGTH} are the most",
            field="model_version",
        )
    return trimmed


def _based_on(text: str | None, now: datetime) -> frozenset[int | None] | None:
    if text is None:
        return None
    trimmed = text.strip()
    if text is NULL or trimmed == "null":
        return frozenset((None,))
    if not trimmed and not isinstance(text, Number | NotText):
        return None
    return frozenset((_instant(text, now, "based_on"),))


def _seconds(match: re.Match[str]) -> tuple[int, str]:
    """Whole seconds since 1970 UTC and the digits of the fraction.

    Raises:
        ValueError: no such date, time or offset.
    """
    if match["hour"] == "24":  # the next midnight, for some versions of Python
        raise ValueError("no such hour")
    since = datetime.fromisoformat(match["local"]) - _EPOCH_UNZONED
    seconds = since.days * 86_400 + since.seconds
    if match["sign"]:
        hours, minutes = int(match["hours"]), int(match["minutes"])
        if hours > 23 or minutes > 59:
            raise ValueError("no such offset")
        offset = (hours * 60 + minutes) * 60
        seconds += -offset if match["sign"] == "+" else offset
    return seconds, match["fraction"] or ""


def _instant(text: str, now: datetime, field: str) -> int:
    trimmed = text.strip()
    match = None if isinstance(text, NotText | Number) else _INSTANT.fullmatch(trimmed)
    try:
        if match is None:
            raise ValueError("not of the form")
        seconds, fraction = _seconds(match)
    except ValueError:
        raise Rejected(
            "time_invalid",
            f'{field} "{_shown(trimmed)}" is no RFC 3339 time; write it like 2026-11-23T10:00:00Z',
            field=field,
        ) from None
    at = seconds * 1000 + int((fraction + "000")[:3])
    in_range, zoned = 0 <= at <= LAST_INSTANT, match["utc"] or match["sign"]
    if in_range and zoned and at < instant_of(now) + _TOLERANCE_MS:
        return at  # the common case
    shown = f'{field} "{_shown(trimmed)}"'
    if not zoned:
        raise Rejected(
            "time_without_zone",
            f"{shown} has no time zone; write {trimmed[:19]}Z if it is UTC",
            field=field,
        )
    if not in_range:
        raise Rejected(
            "time_invalid",
            f"{shown} is outside 1970-01-01 to 2038-01-19, the range of the platform",
            field=field,
        )
    if _later(seconds, fraction, now + FUTURE_TOLERANCE):
        raise Rejected(
            "time_in_future",
            f"{shown} is more than 5 minutes ahead of this machine's clock "
            f"({now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}); check the clock of the scorer",
            field=field,
        )
    return at


def _later(seconds: int, fraction: str, limit: datetime) -> bool:
    """Whether the instant is after ``limit``, to the last digit of its fraction."""
    border = instant_of(limit) // 1000
    if seconds != border:
        return seconds > border
    digits = f"{limit.microsecond:06d}"
    width = max(len(digits), len(fraction))
    return fraction.ljust(width, "0") > digits.ljust(width, "0")
