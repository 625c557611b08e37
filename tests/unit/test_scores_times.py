# SPDX-License-Identifier: Apache-2.0
"""How a time becomes an instant: RFC 3339, cut to milliseconds, within the platform's years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.scores import (
    LAST_INSTANT,
    NULL,
    NotText,
    Number,
    RawScore,
    Rejected,
    format_instant,
    instant_of,
    parse,
    read_instant,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATE = datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)
TEN = 1_795_428_000_000
"""2026-11-23T10:00:00.000Z"""


def instant(text, now=NOW):
    return parse(RawScore("L-1", "87", text), now).at


def rejected(text, now=NOW):
    with pytest.raises(Rejected) as caught:
        instant(text, now)
    assert caught.value.field == "last_calculated_at"
    return caught.value


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T10:00:00Z", TEN),
        ("2026-11-23t10:00:00z", TEN),
        ("  2026-11-23T10:00:00Z\t", TEN),
        ("2026-11-23T10:00:00+00:00", TEN),
        ("2026-11-23T10:00:00-00:00", TEN),
        ("2026-11-23T11:00:00+01:00", TEN),
        ("2026-11-23T15:30:00+05:30", TEN),
        ("2026-11-22T10:01:00-23:59", TEN),
        ("2026-11-24T09:59:00+23:59", TEN),
        ("2026-11-23T05:00:00.5-05:00", TEN + 500),
        ("2026-11-23T10:00:00.1Z", TEN + 100),
        ("2026-11-23T10:00:00.12z", TEN + 120),
        ("2026-11-23T10:00:00.123Z", TEN + 123),
        ("2026-11-23T10:00:00.1239999Z", TEN + 123),
        ("2026-11-23T10:00:00.0009Z", TEN),
        (f"2026-11-23T10:00:00.{'9' * 10_000}Z", TEN + 999),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:59:59.999+00:59", 59_999),
        ("1969-12-31T23:00:00-01:00", 0),
    ],
    ids=lambda value: value.strip()[:36] if isinstance(value, str) else "",
)
def test_forms_of_rfc_3339(text, at):
    """Offsets, fractions and letters of either case mean what RFC 3339 says, cut to ms."""
    assert instant(text) == at


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "now", "2026-11-23", "2026-11-23 10:00:00Z", "2026-11-23 10:00"),
        *("2026-11-23T10:00Z", "2026-11-23T10Z", "20261123T100000Z", "2026-W48-1T10:00:00Z"),
        *("2026-11-23T10:00:60Z", "2016-12-31T23:59:60Z", "2026-11-23T24:00:00Z"),
        *("2026-11-23T10:60:00Z", "2026-13-01T10:00:00Z", "2026-00-01T10:00:00Z"),
        *("2026-11-31T10:00:00Z", "2026-02-29T10:00:00Z", "0000-01-01T00:00:00Z"),
        *("2026-11-23T10:00:00+24:00", "2026-11-23T10:00:00+01:60", "2026-11-23T10:00:00+0100"),
        *("2026-11-23T10:00:00+01", "2026-11-23T10:00:00\u221201:00", "2026-11-23T10:00:00UTC"),
        *("2026-11-23T10:00:00.Z", "2026-11-23T10:00:00,5Z", "2026-11-23T10:00:00 Z"),
        *("+2026-11-23T10:00:00Z", "12026-11-23T10:00:00Z", "26-11-23T10:00:00Z"),
        *("2026-11-23T10:00:00Z\nZ", "2026-11-23T1\uff10:00:00Z", "\u0662026-11-23T10:00:00Z"),
        *("2026-13-01T10:00:00", "1795428000000", "1795428000", "x" * 10_000, "1" * 10_000),
        *(Number("1795428000000"), NULL, NotText("true"), NotText("2026-11-23T10:00:00Z")),
    ],
    ids=lambda text: f"{type(text).__name__} {ascii(text)[:36]}",
)
def test_what_is_no_time(text):
    """Everything else is invalid: dates alone, blanks for T, second 60, numbers, null."""
    assert rejected(text).reason == "time_invalid"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:00:00",
        "2026-11-23t09:00:00.5",
        "1969-01-01T00:00:00",
        f"2026-11-23T09:00:00.{'1' * 10_000}",
    ],
    ids=lambda text: text[:24],
)
def test_a_time_without_zone(text):
    """A time without Z or offset is refused, with the form that would be right."""
    problem = rejected(text)
    assert problem.reason == "time_without_zone"
    assert f"write {text[:19]}Z if" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "1969-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00+00:01",
        "0001-01-01T00:00:00+23:59",
        "2038-01-19T03:14:08Z",
        "2038-01-19T03:14:07-00:01",
        "9999-12-31T23:59:59.999-23:59",
    ],
)
def test_years_beyond_the_platform(text):
    """A time before 1970 or after the platform's last instant is invalid, not in the future."""
    assert rejected(text, LATE).reason == "time_invalid"


@pytest.mark.parametrize(
    "text",
    ["2038-01-19T03:14:07.999Z", "2038-01-19T03:14:07.999999Z", "2038-01-19T04:14:07.9999+01:00"],
)
def test_the_last_instant_of_the_platform(text):
    """What is the platform's last millisecond once it is cut is accepted."""
    assert instant(text, LATE) == LAST_INSTANT


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (NOW, "2026-11-23T10:05:00Z"),
        (NOW, "2026-11-23T10:05:00.000000000Z"),
        (NOW, "2026-11-23T11:05:00+01:00"),
        (NOW.replace(microsecond=123_456), "2026-11-23T10:05:00.123456Z"),
        (NOW.replace(microsecond=123_456), "2026-11-23T10:05:00.1234560000Z"),
        (NOW.replace(microsecond=1), "2026-11-23T10:05:00.0000009Z"),
        (NOW.astimezone(timezone(timedelta(hours=9))), "2026-11-23T10:05:00Z"),
    ],
)
def test_five_minutes_ahead_are_tolerated(now, text):
    """A scorer's clock may run ahead by exactly five minutes."""
    assert instant(text, now) // 1000 == TEN // 1000 + 300


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (NOW, "2026-11-23T10:05:00.000000001Z"),
        (NOW, "2026-11-23T10:05:01Z"),
        (NOW, "2026-11-23T10:05:00.0-00:01"),
        (NOW, "2038-01-19T03:14:07.999Z"),
        (NOW.replace(microsecond=123_456), "2026-11-23T10:05:00.123457Z"),
        (NOW.replace(microsecond=123_456), "2026-11-23T10:05:00.1234561Z"),
        (NOW.replace(microsecond=999_999), f"2026-11-23T10:05:00.{'9' * 10_000}Z"),
        (NOW.astimezone(timezone(timedelta(hours=9))), "2026-11-23T10:05:00.001Z"),
    ],
    ids=lambda value: value[:36] if isinstance(value, str) else f"{value:%H:%M:%S.%f}",
)
def test_more_than_five_minutes_ahead_is_the_future(now, text):
    """The tolerance is judged to the last digit, before the cut; the message's clock is UTC."""
    problem = rejected(text, now)
    assert problem.reason == "time_in_future"
    assert "(2026-11-23T10:00:00Z)" in problem.message
    assert len(problem.message) < 250


@given(
    st.datetimes(datetime(1970, 1, 3), datetime(2038, 1, 17)),  # noqa: DTZ001 - given a zone below
    st.integers(-1439, 1439),
)
def test_any_offset_means_the_same_instant(naive, minutes):
    """A time is the same instant in whichever zone it is written, cut to milliseconds."""
    when = naive.replace(tzinfo=UTC)
    local = when.astimezone(timezone(timedelta(minutes=minutes)))
    assert instant(local.isoformat(), when) == instant_of(local) == instant_of(when)


@given(st.integers(0, LAST_INSTANT))
def test_the_stored_form_is_read_back_unchanged(at):
    """The form in which instants are stored loses nothing and sorts like the instants."""
    text = format_instant(at)
    assert len(text) == len("YYYY-MM-DDTHH:MM:SS.mmmZ")
    assert read_instant(text) == at
    assert instant(text, LATE) == at
    assert (format_instant(max(at - 1, 0)) < text) or at == 0


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (TEN + 7, "2026-11-23T10:00:00.007Z"),
        (LAST_INSTANT, "2038-01-19T03:14:07.999Z"),
    ],
)
def test_the_stored_form(at, text):
    """Instants are stored in UTC with three digits and a Z."""
    assert format_instant(at) == text


@pytest.mark.parametrize(
    ("when", "at"),
    [
        (datetime(1970, 1, 1, 0, 0, 0, 999, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC), 1),
        (datetime(2026, 11, 23, 10, 0, 0, 999_999, tzinfo=UTC), TEN + 999),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
        (datetime(2026, 11, 23, 19, 0, tzinfo=timezone(timedelta(hours=9))), TEN),
    ],
)
def test_a_clock_reading_is_cut_to_milliseconds(when, at):
    """Instants of a clock are cut and never rounded up, before 1970 too."""
    assert instant_of(when) == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T10:00:00.000Z", TEN),
        ("2026-11-23t11:00:00+01:00", TEN),
        (" 2026-11-23T10:00:00.0059Z ", TEN + 5),
        ("2038-01-19T03:14:07.999Z", LAST_INSTANT),
        ("", None),
        ("2026-11-23", None),
        ("2026-11-23T10:00:00", None),
        ("2026-02-30T10:00:00Z", None),
        ("2026-11-23T10:00:60Z", None),
        ("1969-12-31T23:59:59.999Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("2038-01-19T03:14:08Z", None),
        ("9999-12-31T23:59:59-23:59", None),
    ],
)
def test_what_a_store_holds_as_an_instant(text, at):
    """A stored text is understood in every form; nonsense of others counts as no instant."""
    assert read_instant(text) == at
    assert at is None or read_instant(format_instant(at)) == at
