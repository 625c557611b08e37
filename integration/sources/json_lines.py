# SPDX-License-Identifier: Apache-2.0
"""Scores and contacts from JSON Lines: one object per line.

A JSON string is read like a field of CSV. Numbers keep the digits of the document, so that
``87.0`` and ``1e2`` are judged as they were written and not as a float came out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from integration.scores import NULL, NotText, Number, RawScore, Rejected
from integration.sources.errors import SourceError
from integration.sources.rows import (
    LEAD,
    REQUIRED,
    SPELLINGS,
    ContactRow,
    SourceRow,
    camel,
    contact_row,
    malformed,
)
from integration.sources.text import MAX_LINE, OVERLONG

_IGNORED_NAMES: Final = 20
_MOST_KEYS: Final = 1_000


class _Malformed(Exception):
    """One line that is no object with the keys that are needed."""

    def __init__(self, message: str, lead_id: Any = "") -> None:
        super().__init__(message)
        self.lead_id = lead_id if isinstance(lead_id, str) else ""


def scores(lines: Iterator[str], ignored: dict[str, None]) -> Iterator[SourceRow]:
    """The rows of scores; names of keys that mean nothing are added to ``ignored``."""
    for row, line, found in _objects(lines):
        if isinstance(found, Rejected):
            yield SourceRow(row, None, found)
            continue
        try:
            raw = _score(found, ignored)
        except _Malformed as problem:
            yield SourceRow(row, None, malformed(f"line {line} {problem}", problem.lead_id))
        else:
            yield SourceRow(row, raw, None)


def contacts(lines: Iterator[str], lead_column: str) -> Iterator[ContactRow]:
    """The contacts: the lead id and the texts of all other keys; a null is an absent key."""
    for row, line, found in _objects(lines):
        if isinstance(found, Rejected):
            yield ContactRow(row, "", {}, found)
            continue
        try:
            lead_id, data = _contact(found, lead_column)
        except _Malformed as problem:
            rejected = malformed(f"line {line} {problem}", problem.lead_id)
            yield ContactRow(row, rejected.lead_id, {}, rejected)
        else:
            yield contact_row(row, lead_id, data)


def contact_keys(lines: Iterator[str], lead_column: str, name: str) -> tuple[str, ...]:
    """All keys but the lead's of the objects on ``lines``, in the order of their appearance.

    Raises:
        SourceError: there are more than any contact list could have columns.
    """
    keys: dict[str, None] = {}
    for _, line, found in _objects(lines):
        if not isinstance(found, Rejected):
            keys |= dict.fromkeys(key.strip() for key in found)
        if len(keys) > _MOST_KEYS:
            raise SourceError(
                name,
                f"has more than {_MOST_KEYS:,} different keys by line {line}",
                "a contact list has 50 columns at the most",
            )
    return tuple(key for key in keys if key and key not in {lead_column, LEAD, camel(LEAD)})


def refuse_array(first_line: str, name: str) -> None:
    """Refuse a document that is one array of objects, a common mistake.

    Raises:
        SourceError: the first line begins such an array.
    """
    start = "".join(first_line.split())[:2]
    if start in {"[", "[{"}:
        raise SourceError(
            name,
            "is one JSON array, not JSON Lines",
            "write one object per line (jq -c '.[]' does that)",
        )


def _objects(lines: Iterator[str]) -> Iterator[tuple[int, int, dict[str, Any] | Rejected]]:
    """Row, line, and the object on it or why there is none."""
    decode = json.JSONDecoder(
        parse_int=Number, parse_float=Number, parse_constant=NotText, object_pairs_hook=_unique
    ).decode
    row = 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        row += 1
        try:
            if line is OVERLONG:
                raise _Malformed(f"is longer than {MAX_LINE:,} bytes")
            found = decode(text)
            if not isinstance(found, dict):
                raise _Malformed("is no JSON object; write one object per line")
            if "\\u" in line:
                _refuse_half_characters(found)
        except json.JSONDecodeError as error:
            broken = f"line {number} is broken JSON: {error.msg} at character {error.colno}"
            yield row, number, malformed(broken)
        except RecursionError:
            yield row, number, malformed(f"line {number} is nested too deeply")
        except _Malformed as problem:
            yield row, number, malformed(f"line {number} {problem}")
        else:
            yield row, number, found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise _Malformed(f'has the key "{twice[:40]}" twice')
    return found


def _refuse_half_characters(found: Mapping[str, Any]) -> None:
    """Escapes can spell half a surrogate pair, which no text may hold."""
    try:
        for name, value in found.items():
            name.encode()
            if isinstance(value, str):
                value.encode()
    except UnicodeEncodeError:
        raise _Malformed(
            "has an escape that is half a character; write both halves or the character itself"
        ) from None


def _score(found: Mapping[str, Any], ignored: dict[str, None]) -> RawScore:
    values: dict[str, Any] = {}
    for name, value in found.items():
        field = SPELLINGS.get(name) or SPELLINGS.get(name.strip())
        if field is None:
            if len(ignored) < _IGNORED_NAMES:
                ignored[name[:40]] = None
        elif field in values:
            raise _Malformed(f"has both {field} and {camel(field)}", values.get(LEAD))
        else:
            values[field] = value if isinstance(value, str) else _not_text(value)
    if missing := [field for field in REQUIRED if field not in values]:
        raise _Malformed(f"lacks {', '.join(missing)}", values.get(LEAD))
    return RawScore(
        values["lead_id"],
        values["priority_score"],
        values["last_calculated_at"],
        values.get("model_version"),
        values.get("based_on"),
    )


def _contact(found: Mapping[str, Any], lead_column: str) -> tuple[str, dict[str, str]]:
    lead_names = {lead_column, LEAD, camel(LEAD)}
    lead_id = ""
    leads = 0
    data: dict[str, str] = {}
    for given, value in found.items():
        name = given.strip()
        if isinstance(value, dict | list):
            raise _Malformed(
                f"has an object or a list in {name[:40]}; write text or a number", lead_id
            )
        if name in lead_names:
            leads += 1
            lead_id = value if isinstance(value, str) else _not_text(value)
        elif not name or name in data:
            raise _Malformed(f"has {name[:40]} twice" if name else "has an empty key", lead_id)
        elif value is not None:
            data[name] = value.strip() if isinstance(value, str) else str(_not_text(value))
    if leads != 1:
        raise _Malformed(f"lacks {lead_column}" if not leads else "has two lead ids")
    return lead_id, data


def _not_text(value: Any) -> NotText:
    """A value that is neither text nor number, as JSON; the inside of nested ones is left out."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return NotText("true" if value else "false")
    return NotText("{…}" if isinstance(value, dict) else "[…]")
