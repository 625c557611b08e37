# SPDX-License-Identifier: Apache-2.0
"""What an answer says about the rate limit, in either dialect; nonsense reads as not said.

Source: docs/platform.md section 2 (``inin-ratelimit-*``); seed guide (``X-Rate-Limit-Remaining``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_DIGITS: Final = 9
"""A longer number is no count of calls and no number of seconds that anybody means."""

Numbers = tuple[int | None, int | None, int | None, int | None]
"""Each None where it was not said: ``allowed``, the calls that a window may hold (never 0);
``count``, the calls in the window, the answered one included if it was served; ``reset``, the
seconds, rounded up, until the oldest call leaves or a fixed window ends; ``remaining``, the
calls that the window still has room for."""


def read(headers: Mapping[str, str]) -> Numbers:
    """What ``headers`` say; their names are in lower case, or case does not matter."""
    get = headers.get
    remaining = get("x-rate-limit-remaining")
    return (
        _number(get("inin-ratelimit-allowed")) or None,
        _number(get("inin-ratelimit-count")),
        _number(get("inin-ratelimit-reset")),
        None if remaining is None else _number(remaining),
    )


def _number(text: str | None) -> int | None:
    if text is None or len(text) > _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)
