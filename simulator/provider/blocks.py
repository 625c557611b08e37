# SPDX-License-Identifier: Apache-2.0
"""Properties made of properties: one block, a list of blocks, and the columns of a data table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.provider.fields import UNKNOWN, Fault, Field, body, changed, faults, outputs
from simulator.provider.kinds import TEXT, changed_items, choice


@dataclass(frozen=True)
class Block:
    """An object that is there or not.

    Args:
        fields: its properties.
    """

    fields: tuple[Field, ...]
    zero: None = None

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """No map, or what is wrong with its properties."""
        if value is UNKNOWN:
            return
        if isinstance(value, dict):
            yield from faults(self.fields, value, where)
        else:
            yield Fault(where, "must be a map")

    def sent(self, value: Any) -> Any:
        """Its properties as the platform takes them."""
        return body(self.fields, value)

    def read(self, answer: Any) -> Any:
        """Its properties as the program knows them."""
        return outputs(self.fields, answer, {})

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Where its properties differ; a block that comes or goes differs as a whole."""
        if wanted is UNKNOWN or (wanted is None) != (actual is None):
            yield where
        elif wanted is not None:
            yield from changed(self.fields, wanted, actual, where)


@dataclass(frozen=True)
class Blocks:
    """A list of blocks.

    Args:
        fields: the properties of each.
        unordered: the order means nothing; outputs are sorted.
    """

    fields: tuple[Field, ...]
    unordered: bool = False
    zero: list[Any] = field(default_factory=list)

    def faults(self, value: Any, where: str) -> Iterator[Fault]:
        """No list, or what is wrong with its blocks."""
        if value is UNKNOWN:
            return
        if not isinstance(value, list):
            yield Fault(where, "must be a list")
            return
        for number, block in enumerate(value):
            yield from Block(self.fields).faults(block, f"{where}[{number}]")

    def sent(self, value: Any) -> Any:
        """Each block as the platform takes it."""
        return [body(self.fields, block) for block in value]

    def read(self, answer: Any) -> Any:
        """Each block as the program knows it."""
        blocks = [outputs(self.fields, block, {}) for block in answer]
        return sorted(blocks, key=_in_order) if self.unordered else blocks

    def changed(self, wanted: Any, actual: Any, where: str) -> Iterator[str]:
        """Where the blocks differ; blocks without order differ as a whole."""
        block = Block(self.fields)
        if wanted is UNKNOWN:
            yield where
        elif not self.unordered:
            yield from changed_items(block, wanted, actual, where)
        elif len(wanted) != len(actual) or not _pair_off(block, wanted, list(actual)):
            yield where


COLUMN = (
    Field("name", TEXT, required=True),
    Field("type", choice("boolean", "string", "integer", "number"), required=True),
    Field("title", TEXT, shown=True),
    Field("default", TEXT, shown=True),
)


class Columns(Blocks):
    """The columns of a data table: a list in the program, a JSON schema on the platform."""

    def __init__(self) -> None:
        super().__init__(COLUMN)

    def sent(self, value: Any) -> Any:
        """The JSON schema."""
        return {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "type": "object",
            "required": ["key"],
            "properties": {
                column["name"]: _column(place, column) for place, column in enumerate(value)
            },
            "additionalProperties": False,
        }

    def read(self, answer: Any) -> Any:
        """The columns in the order in which people see them."""
        columns = sorted(
            answer["properties"].items(), key=lambda column: column[1].get("displayOrder", 0)
        )
        return [
            {
                "name": name,
                "type": column["type"],
                "title": column.get("title", ""),
                "default": _text(column.get("default", "")),
            }
            for name, column in columns
        ]


def _column(place: int, column: dict[str, Any]) -> dict[str, Any]:
    sent = {"$id": f"/properties/{column['name']}", "type": column["type"], "displayOrder": place}
    if column.get("title"):
        sent["title"] = column["title"]
    if default := column.get("default"):
        plain = column["type"] == "string"
        sent["default"] = default if plain else json.loads(default)
    return sent


def _text(default: Any) -> str:
    return default if isinstance(default, str) else json.dumps(default)


def _pair_off(block: Block, wanted: list[Any], left: list[Any]) -> bool:
    for one in wanted:
        same = next((other for other in left if not any(block.changed(one, other, "-"))), None)
        if same is None:
            return False
        left.remove(same)
    return True


def _in_order(block: dict[str, Any]) -> str:
    return json.dumps(block, sort_keys=True)
