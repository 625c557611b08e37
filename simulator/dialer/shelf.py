# SPDX-License-Identifier: Apache-2.0
"""Contacts in the order of a key that may change: a heap with deferred deletion.

A full sort for each call would make a day of 100,000 contacts take hours. Here putting a
contact, moving it and taking the first cost a few comparisons each.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any


class Shelf:
    """Ids by key, the least key first; an id stands here once."""

    def __init__(self) -> None:
        self._heap: list[tuple[Any, str]] = []
        self._keys: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def put(self, item: str, key: Any) -> None:
        """Let ``item`` stand under ``key``, and nowhere else."""
        if self._keys.get(item) == key:
            return
        self._keys[item] = key
        heapq.heappush(self._heap, (key, item))
        if len(self._heap) > 2 * len(self._keys) + 64:
            self.fill(list(self._keys.items()))

    def fill(self, items: Iterable[tuple[str, Any]]) -> None:
        """Hold exactly ``items``, pairs of id and key."""
        self._keys = dict(items)
        self._heap = [(key, item) for item, key in self._keys.items()]
        heapq.heapify(self._heap)

    def discard(self, item: str) -> None:
        """Take ``item`` away, if it is here."""
        self._keys.pop(item, None)

    def first(self) -> tuple[Any, str] | None:
        """The least key and its id; None where nothing is left."""
        heap, keys = self._heap, self._keys
        while heap:
            key, item = heap[0]
            if item in keys and keys[item] == key:
                return heap[0]
            heapq.heappop(heap)
        return None

    def before(self, key: Any) -> Iterator[str]:
        """The ids with a lesser key than ``key``, in no order.

        Only the part of the heap that holds them is looked at.
        """
        self.first()  # what was taken stands at the front until somebody asks
        heap, keys = self._heap, self._keys
        places, seen = [0], set()
        while places:
            place = places.pop()
            if place >= len(heap) or not heap[place][0] < key:
                continue
            found, item = heap[place]
            if item not in seen and item in keys and keys[item] == found:
                seen.add(item)
                yield item
            places += (2 * place + 1, 2 * place + 2)
