# SPDX-License-Identifier: Apache-2.0
"""Times in the logs that a report reads: RFC 3339 with a zone, or the line is refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from integration.scores import read_instant


def _moment(found: Any) -> int:
    at = read_instant(found) if isinstance(found, str) else None
    if at is None:
        raise ValueError("it is no RFC 3339 time with a zone, such as 2026-11-23T09:30:00Z")
    return at


Moment = Annotated[int, BeforeValidator(_moment)]
"""A field that holds a time, as ms since 1970."""
