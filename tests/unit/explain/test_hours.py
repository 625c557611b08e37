# SPDX-License-Identifier: Apache-2.0
"""Calling hours in the lead's own zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integration.explaining.hours import hours_of, zone_of

BERLIN = "Europe/Berlin"


def slot(day, start="09:00:00.000", stop="18:00:00.000"):
    return {"day": day, "startTime": start, "stopTime": stop}


def times(*slots, zone=BERLIN):
    return {"name": "Hours", "callableTimes": [{"timeZoneId": zone, "timeSlots": list(slots)}]}


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_open", "note"),
    [
        (at(24, 8, 0), True, "until 18:00"),
        (at(24, 7, 59), False, "from Tuesday 09:00"),
        (at(24, 17, 0), False, "from Wednesday 09:00"),
        (at(27, 20), False, "from Monday 09:00"),
    ],
    ids=["as they begin", "a minute before", "as they end", "on Friday evening"],
)
def test_the_week(now, is_open, note):
    """The slots are local times of the lead; who is too early or late is told when it goes on."""
    found = hours_of(times(*(slot(day) for day in range(1, 6))), BERLIN, now)
    assert (found.open, found.note) == (is_open, note)


def test_a_single_slot_in_the_week():
    """After the only slot of the week the next one is a week ahead."""
    found = hours_of(times(slot(2)), BERLIN, at(24, 20))
    assert (found.open, found.note, found.local_time) == (
        False,
        "from Tuesday 09:00",
        "Tuesday 21:00",
    )


def test_a_slot_that_never_comes():
    """A set whose slots have no day that exists never opens."""
    assert hours_of(times(slot(9)), BERLIN, at(24, 12)).note == "never"


@pytest.mark.parametrize(
    ("zone", "note"),
    [
        ("", "has no time zone"),
        ("Mars/Olympus", "time zone is none"),
        ("../etc/passwd", "time zone is none"),
        ("Asia/Tokyo", "do not name this zone"),
    ],
)
def test_what_cannot_be_known(zone, note):
    """Without a usable zone, or in one that the set does not name, nobody knows."""
    found = hours_of(times(slot(2)), zone, at(24, 12))
    assert found.open is None
    assert note in found.note


PHONE = {"columnName": "phone"}
MAPPED = {"phone": {"timeZone": "Europe/Rome"}}


@pytest.mark.parametrize(
    ("contacts", "contact", "zone"),
    [
        ({"phoneColumns": [PHONE | {"callableTimeColumnName": "z"}]}, {}, "Asia/Tokyo"),
        ({"phoneColumns": [PHONE | {"callableTimeColumn": "z"}]}, {}, "Asia/Tokyo"),
        ({"phoneColumns": [PHONE]}, {"contactColumnTimeZones": MAPPED}, "Europe/Rome"),
        ({"phoneColumns": [{"columnName": "home", "callableTimeColumn": "z"}]}, {}, ""),
        ({}, {}, ""),
    ],
    ids=["a column", "its older name", "a mapping", "that of another phone", "none"],
)
def test_the_zone_of_a_lead(contacts, contact, zone):
    """It is that of the phone that the campaign dials."""
    contact = {"data": {"z": "Asia/Tokyo"}, **contact}
    assert zone_of({"phoneColumns": [PHONE]}, contacts, contact) == zone
