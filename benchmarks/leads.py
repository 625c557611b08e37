# SPDX-License-Identifier: Apache-2.0
"""The leads of all measurements: their contacts and scores, made up and the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from integration.scores import RawScore, format_instant, instant_of
from integration.sources import SourceRow

LISTS: Final = "/api/v2/outbound/contactlists"
LIST: Final[dict[str, Any]] = {
    "name": "Leads",
    "columnNames": [
        "lead_id",
        "phone",
        "zone",
        "ml_score",
        "ml_score_at",
        "route_tier",
        "model_version",
    ],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
    "columnDataTypeSpecifications": [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
    ],
}
MOST: Final = 1000
"""Contacts in one write."""
_AGE_MS: Final = 3_600_000


def lead_id(number: int) -> str:
    """The id of the lead with this number, from 0."""
    return f"L-{number:07d}"


def score_of(number: int, push: int) -> int:
    """The lead's score in a push, 1-100; no two pushes in a row bring the same."""
    return (number + push) % 100 + 1


def instant(number: int, push: int, now: datetime) -> int:
    """When the lead's score of a push was calculated (ms since 1970): later in every push."""
    return instant_of(now) - _AGE_MS + push * 1000 + number % 1000


def blank_contacts(list_id: str, leads: int) -> Iterator[list[dict[str, Any]]]:
    """Contacts without a score, as many as one call takes at a time."""
    for start in range(0, leads, MOST):
        yield [
            {
                "id": lead_id(number),
                "contactListId": list_id,
                "data": {
                    "lead_id": lead_id(number),
                    "phone": f"+4930{number:08d}",
                    "zone": "Europe/Berlin",
                },
            }
            for number in range(start, min(start + MOST, leads))
        ]


def scores(leads: int, push: int, now: datetime) -> Iterator[SourceRow]:
    """The rows of a push: every lead's score, calculated about an hour before ``now``."""
    for number in range(leads):
        at = format_instant(instant(number, push, now))
        raw = RawScore(lead_id(number), str(score_of(number, push)), at, "m1")
        yield SourceRow(number + 1, raw, None)
