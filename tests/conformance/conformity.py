# SPDX-License-Identifier: Apache-2.0
"""The one check of JSON against a type of the official SDK, all the way down.

It looks at the raw JSON, because the SDK itself hides errors: it turns ``"3"`` into 3,
``"false"`` into True, a number in a contact's data into text, and drops names it does not know.
The types are written as the SDK writes them: ``str``, ``int``, ``float``, ``bool``,
``datetime``, ``date``, ``object``, ``list[...]``, ``dict(str, ...)`` or the name of a model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

from .official import Field, model

Place = tuple[Any, ...]  # the place above, and the name or number below it; () is the top
Check = Callable[[Any, Place, list[str]], None]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def faults_in_json(raw: bytes, type_name: str) -> list[str]:
    """What is wrong with a raw answer as a ``type_name``; empty for nothing."""
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except ValueError as error:
        return [f"no strict JSON: {error}"]
    return faults_in(value, type_name)


def faults_in(value: Any, type_name: str) -> list[str]:
    """What is wrong with a JSON value as a ``type_name``, each with its place.

    Raises:
        LookupError: the SDK has no such model.
    """
    found: list[str] = []
    check_of(type_name)(value, (), found)
    return found


@cache
def check_of(type_name: str) -> Check:
    """The check for a type, made once."""
    if type_name in _PLAIN:
        return _PLAIN[type_name]
    if type_name.startswith("list["):
        return _list_of(type_name.removeprefix("list[").removesuffix("]"))
    if type_name.startswith("dict(str, "):
        return _map_of(type_name.removeprefix("dict(str, ").removesuffix(")"))
    return _model(type_name)


def _list_of(item: str) -> Check:
    def check(value: Any, place: Place, found: list[str]) -> None:
        if not isinstance(value, list):
            _wrong("a list", value, place, found)
            return
        each = check_of(item)
        for number, one in enumerate(value):
            each(one, (place, number), found)

    return check


def _map_of(item: str) -> Check:
    def check(value: Any, place: Place, found: list[str]) -> None:
        if not isinstance(value, dict):
            _wrong("an object", value, place, found)
            return
        each = check_of(item)
        for name, one in value.items():
            each(one, (place, name), found)

    return check


def _model(name: str) -> Check:
    fields = {wire: (field, _field(field)) for wire, field in model(name).items()}

    def check(value: Any, place: Place, found: list[str]) -> None:
        if not isinstance(value, dict):
            _wrong(f"a {name}", value, place, found)
            return
        for wire, one in value.items():
            known = fields.get(wire)
            if known is None:
                found.append(f"{_path((place, wire))}: a {name} has no such field")
            elif one is not None:
                known[1](one, (place, wire), found)
            elif known[0].choices:
                # The SDK calls .lower() on it and dies; null in any other field is harmless.
                found.append(f"{_path((place, wire))}: an enum must be left out, not null")

    return check


def _field(field: Field) -> Check:
    """The check of a field; made when first needed, as models contain each other."""
    if field.choices and field.type == "str":
        allowed = frozenset(field.choices)

        def one_of(value: Any, place: Place, found: list[str]) -> None:
            if not isinstance(value, str) or value not in allowed:
                _wrong(f"one of {', '.join(field.choices)}", value, place, found)

        return one_of

    def check(value: Any, place: Place, found: list[str]) -> None:
        check_of(field.type)(value, place, found)

    return check


def _plain(what: str, fits: Callable[[Any], bool]) -> Check:
    def check(value: Any, place: Place, found: list[str]) -> None:
        if not fits(value):
            _wrong(what, value, place, found)

    return check


def _reads_as(pattern: re.Pattern[str], read: Callable[[str], Any]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            return False
        try:
            read(value)
        except ValueError:  # a 13th month, a 25th hour
            return False
        return True

    return fits


# type() and not isinstance(): a bool is an int to Python, but not in JSON.
_PLAIN: dict[str, Check] = {
    "str": _plain("a string", lambda value: type(value) is str),
    "int": _plain("an integer", lambda value: type(value) is int),
    "float": _plain("a number", lambda value: type(value) in (int, float)),
    "bool": _plain("true or false", lambda value: type(value) is bool),
    "object": _plain("a value", lambda value: value is not None),
    "datetime": _plain(
        "an ISO 8601 instant that ends in Z", _reads_as(_INSTANT, datetime.fromisoformat)
    ),
    "date": _plain("an ISO 8601 date", _reads_as(_DATE, date.fromisoformat)),
}


def _wrong(needed: str, value: Any, place: Place, found: list[str]) -> None:
    text = json.dumps(value)
    found.append(f"{_path(place)}: {needed} is needed, not {text[:80]}")


def _path(place: Place) -> str:
    parts: list[str] = []
    while place:
        place, name = place
        parts.append(f"[{name}]" if isinstance(name, int) else f".{name}")
    return "".join(reversed(parts)).lstrip(".") or "the answer"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError(f"a name stands twice in {[name for name, _ in pairs]}")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
