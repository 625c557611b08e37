# SPDX-License-Identifier: Apache-2.0
"""Reads the body of a webhook: one update of a lead's score, or an array of them.

A body that is no JSON is refused as a whole. Of an array each item stands for itself: it becomes
a score, or a rejection that names all that is wrong with it. Numbers keep the digits of the
document, so that no size of a number costs more than its length.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Never

from integration.scores import (
    MALFORMED_ROW,
    NULL,
    LeadScore,
    NotText,
    Number,
    RawScore,
    Rejected,
    parse,
)

EVENT: Final = "LEAD_SCORE_UPDATE"
MOST_ITEMS: Final = 1_000
_NAMES: Final[Mapping[str, str]] = {
    "lead_id": "leadId",
    "priority_score": "new_score",
    "last_calculated_at": "timestamp",
    "model_version": "model_version",
    "based_on": "based_on",
}
"""Each field of a score, and the name that the seed guide's webhook has for it."""
_REQUIRED: Final = ("event", "leadId", "timestamp", "new_score")
_KEYS: Final = (*_REQUIRED, "model_version", "based_on")
_SHOWN: Final = 40


class BadBody(Exception):
    """A body of which nothing can be read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an item: the field (blank: all of it), why, and what to do."""

    field: str
    reason: str
    message: str


class RejectedItem(Rejected):
    """An item that is no score; ``problems`` are all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem], lead_id: str = "") -> None:
        first = problems[0]
        message = "; ".join(one.message for one in problems)
        super().__init__(first.reason, message, field=first.field, lead_id=lead_id)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class _Twice:
    """An object with a key that stands there twice."""

    key: str


def read(text: str, now: datetime) -> list[LeadScore | RejectedItem]:
    """The items of a body, judged at ``now``.

    Raises:
        BadBody: it is no JSON object and no array of 1 to 1,000.
    """
    try:
        found = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        raise BadBody(f"it is broken JSON: {error.msg} at {where}") from None
    except RecursionError:
        raise BadBody("it is nested too deeply") from None
    if not isinstance(found, list):
        if not isinstance(found, dict | _Twice):
            raise BadBody("it is neither a JSON object nor an array of them")
        return [_item(found, now)]
    if not 1 <= len(found) <= MOST_ITEMS:
        raise BadBody(f"it has {len(found):,} items; send 1 to {MOST_ITEMS:,}")
    return [_item(one, now) for one in found]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Twice:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(key for key, _ in pairs)
    return _Twice(next(key for key, count in counts.items() if count > 1))


def _no_number(_: str) -> Never:
    raise BadBody("it is broken JSON: NaN and Infinity are no numbers there")


_DECODER: Final = json.JSONDecoder(
    parse_int=Number, parse_float=Number, parse_constant=_no_number, object_pairs_hook=_unique
)


def _item(found: Any, now: datetime) -> LeadScore | RejectedItem:
    if not isinstance(found, dict):
        return RejectedItem([Problem("", MALFORMED_ROW, _no_object(found))])
    values = {key: _as_text(found[key]) for key in _KEYS if key in found}
    problems = list(_shape(values))
    raw = RawScore(
        values.get("leadId", ""),
        values.get("new_score", ""),
        values.get("timestamp", ""),
        values.get("model_version"),
        values.get("based_on"),
    )
    try:
        score = parse(raw, now)
    except Rejected as rejected:
        named = {one.field for one in problems}
        problems += (one for one in _all_problems(raw, now) if one.field not in named)
        return RejectedItem(problems, rejected.lead_id)
    return RejectedItem(problems, score.lead_id) if problems else score


def _no_object(found: Any) -> str:
    if isinstance(found, _Twice):
        return f"it has the key {found.key[:_SHOWN]!a} twice"
    return "it is no JSON object"


def _shape(values: Mapping[str, str]) -> Iterator[Problem]:
    """What is missing, and what is no update of a score."""
    for key in _REQUIRED:
        if key not in values:
            yield Problem(key, MALFORMED_ROW, f"{key} is missing")
    event = values.get("event", EVENT)
    if event != EVENT or isinstance(event, Number | NotText):
        yield Problem("event", MALFORMED_ROW, f"event is not {EVENT}")


def _all_problems(raw: RawScore, now: datetime) -> Iterator[Problem]:
    """What is wrong with each field, were all others in order."""
    good = RawScore("L", "1", "2020-01-01T00:00:00Z")
    for field, name in _NAMES.items():
        try:
            parse(replace(good, **{field: getattr(raw, field)}), now)
        except Rejected as rejected:
            message = rejected.message.replace(rejected.field, name, 1)
            yield Problem(name, rejected.reason, message)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return NULL
    if isinstance(value, bool):
        return NotText("true" if value else "false")
    return NotText("[…]" if isinstance(value, list) else "{…}")
