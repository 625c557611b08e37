# SPDX-License-Identifier: Apache-2.0
"""Hours of the week in a time zone: when people may be called, when agents are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of one day of the week, 1 for Monday; its end does not belong to it."""

    day: int
    start: timedelta
    stop: timedelta


@dataclass(frozen=True, slots=True)
class State:
    """Whether it is open, and until when that stays so; None for always."""

    is_open: bool
    until: datetime | None


class Hours:
    """The open hours of a week.

    Args:
        zone: an IANA time zone.
        slots: the open parts of the days.

    Raises:
        KeyError: there is no such zone.
        ValueError: the name cannot be that of a zone.
    """

    def __init__(self, zone: str, slots: Iterable[Slot]) -> None:
        self._zone = ZoneInfo(zone)
        self._slots = tuple(slots)
        self._last: tuple[datetime, State] | None = None

    def at(self, instant: datetime) -> State:
        """Whether it is open at ``instant``, and until when."""
        if self._last is not None:
            asked, state = self._last
            if asked <= instant and (state.until is None or instant < state.until):
                return state
        state = self._state(instant)
        self._last = (instant, state)
        return state

    def _state(self, instant: datetime) -> State:
        spans = self._spans(instant)
        for start, stop in spans:
            if start <= instant < stop:
                return State(is_open=True, until=_joined(stop, spans))
        later = [start for start, _ in spans if start > instant]
        return State(is_open=False, until=min(later, default=None))

    def _spans(self, instant: datetime) -> list[tuple[datetime, datetime]]:
        """The open hours from yesterday to a week ahead, by their start."""
        local = instant.astimezone(self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        spans = []
        for days in range(-1, 9):
            day = midnight + days * _DAY
            spans += [
                (self._utc(day + slot.start), self._utc(day + slot.stop))
                for slot in self._slots
                if slot.day == day.isoweekday()
            ]
        return sorted(spans)

    def _utc(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self._zone).astimezone(UTC)


def _joined(stop: datetime, spans: Iterable[tuple[datetime, datetime]]) -> datetime:
    """The end of what is open without a break: midnight is none."""
    for start, end in spans:
        if start <= stop < end:
            stop = end
    return stop


def time_of_day(text: str) -> timedelta:
    """``HH:MM`` or ``HH:MM:SS.sss`` as the distance from midnight."""
    hours, minutes, *seconds = text.split(":")
    second = float(seconds[0]) if seconds else 0.0
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=second)


def callable_hours(definition: Mapping[str, Any]) -> dict[str, Hours]:
    """The hours of a callable time set by the names of its zones; unknown zones are left out."""
    found: dict[str, list[Slot]] = {}
    for times in definition["callableTimes"]:
        found.setdefault(times["timeZoneId"], []).extend(
            Slot(each["day"], time_of_day(each["startTime"]), time_of_day(each["stopTime"]))
            for each in times["timeSlots"]
        )
    hours = {}
    for zone, slots in found.items():
        try:
            hours[zone] = Hours(zone, slots)
        except (KeyError, OSError, ValueError):
            continue
    return hours
