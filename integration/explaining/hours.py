# SPDX-License-Identifier: Apache-2.0
"""Whether a lead may be called now, by its campaign's callable times and the lead's own zone.

Source: CallableTimeSet of the official SDK 269 (days from 1, Monday; local times).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK: Final = 8
"""Days to look ahead: to the same day of the next week."""


@dataclass(frozen=True, slots=True)
class CallingHours:
    """When a lead may be called.

    Attributes:
        name: the set of callable times; blank where the campaign has none.
        zone: the lead's time zone.
        local_time: what time it is there, ``Tuesday 09:30``.
        open: whether it may be called now; None where that is not known.
        note: why it is not known, or when it may be called next.
    """

    name: str = ""
    zone: str = ""
    local_time: str = ""
    open: bool | None = True
    note: str = ""


def hours_of(times: Mapping[str, Any], zone: str, now: datetime) -> CallingHours:
    """What the callable times say of a lead in ``zone``."""
    name = str(times.get("name") or "")
    if not zone:
        return CallingHours(name, open=None, note="the contact has no time zone")
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return CallingHours(name, zone, open=None, note="the contact's time zone is none")
    shown = f"{_DAYS[local.weekday()]} {local:%H:%M}"
    slots = [
        slot
        for one in times.get("callableTimes") or ()
        if one.get("timeZoneId") == zone
        for slot in one.get("timeSlots") or ()
    ]
    if not slots:
        note = "the campaign's calling hours do not name this zone; what then is not documented"
        return CallingHours(name, zone, shown, None, note)
    clock = f"{local:%H:%M:%S}.{local.microsecond // 1000:03}"  # as the platform writes them
    for slot in slots:
        if slot.get("day") == local.isoweekday() and _start(slot) <= clock < _stop(slot):
            return CallingHours(name, zone, shown, open=True, note=f"until {_stop(slot)[:5]}")
    return CallingHours(name, zone, shown, open=False, note=_next(slots, local, clock))


def zone_of(
    campaign: Mapping[str, Any], contacts: Mapping[str, Any], contact: Mapping[str, Any]
) -> str:
    """The lead's time zone: that of the phone that is dialled, by its column or by mapping."""
    dialled = [one.get("columnName") for one in campaign.get("phoneColumns") or ()]
    for phone in contacts.get("phoneColumns") or ():
        column = phone.get("callableTimeColumnName") or phone.get("callableTimeColumn")
        if phone.get("columnName") in dialled and column:
            return str(contact["data"].get(column) or "")
    mapped = contact.get("contactColumnTimeZones") or {}
    zones = [str(mapped[one].get("timeZone") or "") for one in dialled if mapped.get(one)]
    return zones[0] if zones else ""


def _next(slots: Sequence[Mapping[str, Any]], local: datetime, clock: str) -> str:
    for ahead in range(_WEEK):
        day = (local + timedelta(days=ahead)).isoweekday()
        starts = [_start(slot) for slot in slots if slot.get("day") == day]
        starts = [start for start in starts if ahead or start > clock]
        if starts:
            return f"from {_DAYS[day - 1]} {min(starts)[:5]}"
    return "never"


def _start(slot: Mapping[str, Any]) -> str:
    return str(slot.get("startTime") or "")


def _stop(slot: Mapping[str, Any]) -> str:
    return str(slot.get("stopTime") or "")
