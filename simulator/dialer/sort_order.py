# SPDX-License-Identifier: Apache-2.0
"""The order in which a campaign takes its contacts, as a key: the least comes first.

Up to four columns, each as number or as text, up or down. Text goes character by character, so
that "9" comes before "87" where the sort is descending and not numeric. What is no number stands
below every number, as in the platform's search (:func:`simulator.contact_search.in_order`).

Source: platform reference, section 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.cells import read_number

Key = tuple[Any, ...]


class Down:
    """A text that comes the earlier, the later it is in the alphabet."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: Down) -> bool:
        return other.text < self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Down) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


Part = Callable[[str], Any]


def key_of(sorts: Sequence[Mapping[str, Any]]) -> Callable[[Mapping[str, str]], Key]:
    """The function that makes a key of a contact's data."""
    parts = [(sort["fieldName"], _part(sort)) for sort in sorts]
    return lambda data: tuple([part(data.get(column, "")) for column, part in parts])


def _part(sort: Mapping[str, Any]) -> Part:
    down = sort.get("direction") == "DESC"
    if sort.get("numeric"):
        return _number_down if down else _number_up
    return Down if down else str


def _number_up(text: str) -> float:
    number = read_number(text)
    return -math.inf if number is None else number


def _number_down(text: str) -> float:
    number = read_number(text)
    return math.inf if number is None else -number


def value_of(column: str, *, ascending: bool) -> Callable[[Mapping[str, str]], float]:
    """How good a contact is, whatever the sort makes of it: the less, the better.

    The number in ``column`` decides, so that a text sort's mistakes can be counted.
    """
    part = _number_up if ascending else _number_down
    blank = math.inf

    def value(data: Mapping[str, str]) -> float:
        text = data.get(column, "")
        return part(text) if read_number(text) is not None else blank

    return value
