# SPDX-License-Identifier: Apache-2.0
"""Contacts that wait to be called: in the campaign's order, and by how good they are.

The two differ where the order is not that of the score: a text sort, a static one, recalls first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.dialer.shelf import Shelf
from simulator.dialer.sort_order import Key


class Waiting:
    """Ids by the campaign's key and by value, the least of each first."""

    def __init__(self) -> None:
        self._by_key = Shelf()
        self._by_value = Shelf()

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def put(self, item: str, key: Key, value: float) -> None:
        """Let ``item`` wait at this place."""
        self._by_key.put(item, key)
        self._by_value.put(item, value)

    def discard(self, item: str) -> None:
        """Take ``item`` away, if it is here."""
        self._by_key.discard(item)
        self._by_value.discard(item)

    def first(self) -> tuple[Any, str] | None:
        """The least key and its id; None where nobody waits."""
        return self._by_key.first()

    def better(self, value: float) -> Iterator[str]:
        """Those with a lesser value than ``value``, in no order."""
        return self._by_value.before(value)
