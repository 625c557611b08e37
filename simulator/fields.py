# SPDX-License-Identifier: Apache-2.0
"""Readers for JSON bodies: strict types, unknown fields ignored, the field named in a refusal.

A resource states its body as a table of readers and gets a dictionary of what was sent::

    FIELDS = {"name": Text(required=True, maximum=64), "version": Integer()}
    wanted = read_object(call.body, FIELDS)

A field that is absent or ``null`` is absent from the result too (official clients send ``null``
for what they do not set), unless it is required. Read-only fields are ignored by leaving them
out of the table. A wrong JSON type is 400 ``bad.request``, a value that is not allowed 400
``invalid.value``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from simulator.errors import bad_field
from simulator.instants import from_wire


class Reader(ABC):
    """One field: whether it must be there, and how it is read."""

    __slots__ = ()
    required: bool

    @abstractmethod
    def read(self, value: Any, where: str) -> Any:
        """The value as the simulator keeps it; ``where`` is the field's path for refusals."""


def read_object(value: Any, fields: Mapping[str, Reader], where: str = "") -> dict[str, Any]:
    """Those of ``fields`` that ``value`` carries, in the order of ``fields``.

    Raises:
        Refusal: ``value`` is no JSON object, a field has a wrong type or value, or is missing.
    """
    if not isinstance(value, dict):
        raise bad_field("bad.request", where or "body", f"an object is needed, not {_kind(value)}")
    found = {}
    for name, reader in fields.items():
        path = f"{where}.{name}" if where else name
        given = value.get(name)
        if given is not None:
            found[name] = reader.read(given, path)
        elif reader.required:
            raise bad_field("bad.request", path, "is required")
    return found


def read_list(value: Any, reader: Reader, where: str = "body") -> list[Any]:
    """Every item of the JSON array ``value``, read by ``reader``.

    Raises:
        Refusal: ``value`` is no JSON array, or an item has a wrong type or value.
    """
    return ListOf(reader).read(value, where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Reader):
    """A JSON string.

    Args:
        required: its absence is refused.
        minimum: fewest characters.
        maximum: most characters.
        choices: the values allowed, exactly as written; empty for any.
    """

    required: bool = False
    minimum: int = 0
    maximum: int | None = None
    choices: tuple[str, ...] = ()

    def read(self, value: Any, where: str) -> str:
        """The text as it was sent."""
        if not isinstance(value, str):
            raise bad_field("bad.request", where, f"a string is needed, not {_kind(value)}")
        if self.choices and value not in self.choices:
            raise bad_field("invalid.value", where, f"must be one of {', '.join(self.choices)}")
        if len(value) < self.minimum:
            raise bad_field("invalid.value", where, f"needs {self.minimum} character(s) or more")
        if self.maximum is not None and len(value) > self.maximum:
            raise bad_field("invalid.value", where, f"is longer than {self.maximum} characters")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Reader):
    """A JSON number without a fraction, within bounds that are themselves allowed."""

    required: bool = False
    minimum: int | None = None
    maximum: int | None = None

    def read(self, value: Any, where: str) -> int:
        """The number; ``1.0`` and ``"1"`` are no integers."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_field("bad.request", where, f"an integer is needed, not {_kind(value)}")
        _check_bounds(value, self.minimum, self.maximum, where)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Reader):
    """A JSON number, within bounds that are themselves allowed."""

    required: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def read(self, value: Any, where: str) -> float:
        """The number as it was sent, integral or not."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise bad_field("bad.request", where, f"a number is needed, not {_kind(value)}")
        if isinstance(value, float) and not isfinite(value):  # 1e999 is JSON
            raise bad_field("invalid.value", where, "is too large")
        _check_bounds(value, self.minimum, self.maximum, where)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Reader):
    """``true`` or ``false``."""

    required: bool = False

    def read(self, value: Any, where: str) -> bool:
        """The flag; ``"true"`` and ``1`` are none."""
        if not isinstance(value, bool):
            raise bad_field("bad.request", where, f"true or false is needed, not {_kind(value)}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant(Reader):
    """An ISO 8601 date or date-time as a string; without a zone it is UTC."""

    required: bool = False

    def read(self, value: Any, where: str) -> datetime:
        """The instant, in UTC."""
        if not isinstance(value, str):
            raise bad_field("bad.request", where, f"a date is needed, not {_kind(value)}")
        try:
            return from_wire(value)
        except ValueError:
            raise bad_field("invalid.date", where, "is no ISO 8601 date") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Reader):
    """A reference to another object, ``{"id": "..."}``; further fields are ignored."""

    required: bool = False

    def read(self, value: Any, where: str) -> str:
        """The id of the object."""
        found: str = read_object(value, {"id": Text(required=True, minimum=1)}, where)["id"]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMap(Reader):
    """An object whose values are all strings, such as the data of a contact."""

    required: bool = False

    def read(self, value: Any, where: str) -> dict[str, str]:
        """A copy of the map; ``null`` values are left out."""
        if not isinstance(value, dict):
            raise bad_field("bad.request", where, f"an object is needed, not {_kind(value)}")
        for key, item in value.items():
            if not isinstance(item, str | None):
                path = f"{where}.{key}"
                raise bad_field("bad.request", path, f"a string is needed, not {_kind(item)}")
        return {key: item for key, item in value.items() if item is not None}


@dataclass(frozen=True, slots=True)
class MapOf(Reader):
    """An object whose values are all what another reader reads."""

    item: Reader
    required: bool = False

    def read(self, value: Any, where: str) -> dict[str, Any]:
        """The values by their names; ``null`` values are left out."""
        if not isinstance(value, dict):
            raise bad_field("bad.request", where, f"an object is needed, not {_kind(value)}")
        return {
            name: self.item.read(item, f"{where}.{name}")
            for name, item in value.items()
            if item is not None
        }


@dataclass(frozen=True, slots=True)
class ListOf(Reader):
    """An array of what another reader reads."""

    item: Reader
    required: bool = False
    maximum: int | None = None

    def read(self, value: Any, where: str) -> list[Any]:
        """The items in their order; ``null`` items are refused by the item's reader."""
        if not isinstance(value, list):
            raise bad_field("bad.request", where, f"an array is needed, not {_kind(value)}")
        if self.maximum is not None and len(value) > self.maximum:
            raise bad_field("invalid.value", where, f"has more than {self.maximum} items")
        return [self.item.read(item, f"{where}[{place}]") for place, item in enumerate(value)]


@dataclass(frozen=True, slots=True)
class Object(Reader):
    """A nested object with a table of its own."""

    fields: Mapping[str, Reader]
    required: bool = False

    def read(self, value: Any, where: str) -> dict[str, Any]:
        """Those of the fields that were sent; see :func:`read_object`."""
        return read_object(value, self.fields, where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything(Reader):
    """Any JSON value, kept as it is."""

    required: bool = False

    def read(self, value: Any, where: str) -> Any:  # noqa: ARG002 - the readers' common shape
        """The value itself."""
        return value


def _kind(value: Any) -> str:
    """The JSON name of a value's type, for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def _check_bounds(value: float, low: float | None, high: float | None, where: str) -> None:
    if low is not None and value < low:
        raise bad_field("invalid.value", where, f"must be {low} or more")
    if high is not None and value > high:
        raise bad_field("invalid.value", where, f"must be {high} or less")
