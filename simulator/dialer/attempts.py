# SPDX-License-Identifier: Apache-2.0
"""How often somebody was called, how often that is allowed, and when the dialer calls again.

What is counted stands on the contact: per phone column the calls in the present period, when
that began, and how often each outcome led to a recall in it.

Source: AttemptLimits of the official SDK 269; provider reference, section B.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator.contact import Contact
from simulator.instants import from_wire, to_wire

RECALLS: Mapping[str, str] = {
    "machine": "answeringMachine",
    "busy": "busy",
    "fax": "fax",
    "no_answer": "noAnswer",
}
"""Outcomes after which a recall may follow, and where an attempt limit says so."""


NEVER = datetime.max.replace(tzinfo=UTC)
"""The end of a period that does not end."""


class AttemptLimit:
    """The limit of one contact list.

    Args:
        definition: the official fields; empty for no limit at all.
    """

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._per_contact: int | None = definition.get("maxAttemptsPerContact")
        self._per_number: int | None = definition.get("maxAttemptsPerNumber")
        self._recalls: Mapping[str, Any] = definition.get("recallEntries", {})
        self._period: str = definition.get("resetPeriod", "NEVER")
        try:
            self._zone = ZoneInfo(definition.get("timeZoneId") or "UTC")
        except (KeyError, OSError, ValueError):
            self._zone = ZoneInfo("UTC")

    def reached(self, contact: Contact, column: str, now: datetime) -> datetime | None:
        """When the contact's number may be called again; None where it may be now."""
        counts = {
            name: record for name, record in contact.attempts.items() if self._current(record, now)
        }
        if not counts:
            return None
        in_all = sum(record["count"] for record in counts.values())
        of_number = counts.get(column, {}).get("count", 0)
        if (self._per_contact is not None and in_all >= self._per_contact) or (
            self._per_number is not None and of_number >= self._per_number
        ):
            return min(self._resets(record["since"]) for record in counts.values())
        return None

    def count(self, contact: Contact, column: str, now: datetime) -> None:
        """Count a call that begins."""
        record = contact.attempts.get(column)
        if record is None or not self._current(record, now):
            record = {"count": 0, "since": to_wire(now), "recalls": {}}
        counted = {**record, "count": record["count"] + 1}
        contact.attempts = {**contact.attempts, column: counted}

    def recall(self, contact: Contact, column: str, outcome: str, now: datetime) -> datetime | None:
        """When to call again after ``outcome``; None where nothing says so. It is counted."""
        name = RECALLS.get(outcome, "")
        entry = self._recalls.get(name)
        record = contact.attempts.get(column)
        if entry is None or record is None:
            return None
        used = record["recalls"].get(name, 0)
        at = now + timedelta(minutes=entry["minutesBetweenAttempts"])
        if used >= entry["nbrAttempts"] or self.reached(contact, column, at) is not None:
            return None
        recalls = {**record["recalls"], name: used + 1}
        contact.attempts = {**contact.attempts, column: {**record, "recalls": recalls}}
        return at

    def _current(self, record: Mapping[str, Any], now: datetime) -> bool:
        return now < self._resets(record["since"])

    def _resets(self, since: str) -> datetime:
        """The end of the period that began at ``since``: a midnight in the limit's zone."""
        if self._period == "NEVER":
            return NEVER
        days = 1 if self._period == "TODAY" else int(self._period.removeprefix("DAYS_"))
        day = from_wire(since).astimezone(self._zone).replace(tzinfo=None)
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)
        return midnight.replace(tzinfo=self._zone).astimezone(UTC)
