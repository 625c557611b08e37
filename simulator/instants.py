# SPDX-License-Identifier: Apache-2.0
"""Instants as the platform writes them: ISO 8601 in UTC, milliseconds, ``Z``."""

from __future__ import annotations

from datetime import UTC, datetime


def to_wire(instant: datetime) -> str:
    """``instant`` (with time zone) as ``2026-11-23T09:00:00.000Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """The instant that ``text`` states, in UTC; a text without zone is read as UTC.

    Raises:
        ValueError: ``text`` is no ISO 8601 date or date-time, or lies outside of the years
            1 to 9999 in UTC.
    """
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        return parsed.replace(tzinfo=UTC)
    try:
        return parsed.astimezone(UTC)
    except OverflowError as problem:
        raise ValueError(str(problem)) from None
