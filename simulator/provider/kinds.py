# SPDX-License-Identifier: Apache-2.0
"""What a property can hold, short of blocks: texts, numbers, flags, references, lists of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.provider.fields import UNKNOWN, Fault


@dataclass(frozen=True)
class Scalar:
    """A single value, sent as it is.

    Args:
        types: of Python that may stand in a program.
        zero: where nobody set it.
        noun: for messages.
        one_of: the only texts that are allowed; empty for any.
    """

    types: tuple[type, ...]
    zero: Any
    noun: str
    one_of: tuple[str, ...] = ()

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """Another type, or none of the allowed texts."""
        if value is UNKNOWN:
            return
        if type(value) not in self.types:
            yield Fault(where, f"must be {self.noun}, not {_noun_of(value)}")
        elif self.one_of and value not in self.one_of:
            yield Fault(where, f"must be one of {', '.join(self.one_of)}, not {value!r}")

    def sent(self, value: Any) -> Any:
        """The value itself."""
        return value

    def read(self, answer: Any) -> Any:
        """The value itself."""
        return answer

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Another value."""
        if wanted != actual:
            yield where


class Ref(Scalar):
    """The id of another object, sent as an object that has the id."""

    def sent(self, value: Any) -> Any:
        """The reference."""
        return {"id": value}

    def read(self, answer: Any) -> Any:
        """The id of the reference."""
        return answer.get("id")


class TimeOfDay(Scalar):
    """``HH:mm:ss``; the platform appends parts of a second."""

    def read(self, answer: Any) -> Any:
        """The time without its parts of a second."""
        return answer[:8]


class CampaignStatus(Scalar):
    """``on`` or ``off``; a campaign that ended by itself counts as off.

    Source: the provider suppresses the difference between ``off`` in the program and
    ``complete``, ``invalid`` or ``stopping`` on the platform.
    """

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Another status that an update could bring about."""
        if wanted == "off" and actual in {"complete", "invalid", "stopping"}:
            return
        yield from super().changed(wanted, actual, where)


class JsonText(Scalar):
    """A text of the program that holds JSON; it is compared by what it says."""

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """No text, or no JSON."""
        yield from super().faults(value, where)
        if isinstance(value, str):
            try:
                json.loads(value)
            except ValueError as error:
                yield Fault(where, f"is no JSON: {error}")

    def sent(self, value: Any) -> Any:
        """What the text says."""
        return json.loads(value)

    def read(self, answer: Any) -> Any:
        """The platform's object as compact text."""
        return json.dumps(answer, separators=(",", ":"))

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Texts that say different things."""
        known = wanted is not UNKNOWN and wanted and actual
        if not known or json.loads(wanted) != json.loads(actual):
            yield from super().changed(wanted, actual, where)


TEXT = Scalar((str,), "", "a text")
NUMBER = Scalar((int, float), 0, "a number")
FLAG = Scalar((bool,), False, "true or false")  # noqa: FBT003 - the zero of a flag
REF = Ref((str,), "", "an id")
TIME_OF_DAY = TimeOfDay((str,), "", "a time of day")
JSON_TEXT = JsonText((str,), "", "a text of JSON")


def choice(*texts: str) -> Scalar:
    """One of ``texts``."""
    return Scalar((str,), "", "a text", texts)


@dataclass(frozen=True)
class Many:
    """A list of single values.

    Args:
        item: what each of them is.
        unordered: the order means nothing; outputs are sorted.
    """

    item: Scalar = TEXT
    unordered: bool = False
    zero: list[Any] = field(default_factory=list)

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """No list, or what is wrong with its items."""
        if value is UNKNOWN:
            return
        if not isinstance(value, list):
            yield Fault(where, f"must be a list, not {_noun_of(value)}")
            return
        for number, item in enumerate(value):
            yield from self.item.faults(item, f"{where}[{number}]")

    def sent(self, value: Any) -> Any:
        """Each item as the platform takes it."""
        return [self.item.sent(item) for item in value]

    def read(self, answer: Any) -> Any:
        """Each item as the program knows it."""
        items = [self.item.read(item) for item in answer]
        return sorted(items) if self.unordered else items

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Other items, or another order where that means something."""
        if (
            wanted is UNKNOWN
            or UNKNOWN in wanted
            or (self.unordered and sorted(wanted) != sorted(actual))
        ):
            yield where
        elif not self.unordered:
            yield from changed_items(self.item, wanted, actual, where)


@dataclass(frozen=True)
class Members(Many):
    """Ids of groups of one type, which share a list with groups of other types.

    Args:
        of_type: that type.
    """

    of_type: str = ""

    def sent(self, value: Any) -> Any:
        """Each group with its type."""
        return [{"id": item, "type": self.of_type} for item in value]

    def read(self, answer: Any) -> Any:
        """The ids of the groups of this type."""
        return sorted(group["id"] for group in answer if group["type"] == self.of_type)


@dataclass(frozen=True)
class TextMap:
    """Texts by name."""

    zero: dict[str, Any] = field(default_factory=dict)

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """No map, or what is wrong with its texts."""
        if value is UNKNOWN:
            return
        if not isinstance(value, dict):
            yield Fault(where, f"must be a map of texts, not {_noun_of(value)}")
            return
        for name, text in value.items():
            yield from TEXT.faults(text, f'{where}["{name}"]')

    def sent(self, value: Any) -> Any:
        """The map itself."""
        return value

    def read(self, answer: Any) -> Any:
        """The map itself."""
        return answer

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Another map."""
        if wanted != actual:
            yield where


def changed_items(item: Any, wanted: Any, actual: Any, where: str) -> Iterator[str]:
    """Where two lists differ; lists of different lengths differ as a whole."""
    if len(wanted) != len(actual):
        yield where
        return
    for number, (one, other) in enumerate(zip(wanted, actual, strict=True)):
        yield from item.changed(one, other, f"{where}[{number}]")


def _noun_of(value: Any) -> str:
    nouns = {str: "a text", bool: "true or false", dict: "a map", list: "a list"}
    return nouns.get(type(value), "a number")
