# SPDX-License-Identifier: Apache-2.0
"""Pages of a listing, in the shape that most of the platform's listings have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, counted from 1."""

    number: int
    size: int

    def cut(self, items: Sequence[Any]) -> Sequence[Any]:
        """The items on this page; an empty sequence past the end."""
        start = (self.number - 1) * self.size
        return items[start : start + self.size]

    def listing(self, entities: Sequence[Any], self_uri: str) -> dict[str, Any]:
        """The official listing of this page of ``entities`` (all of them, in order)."""
        return self.of(list(self.cut(entities)), len(entities), self_uri)

    def of(self, entities: list[Any], total: int, self_uri: str) -> dict[str, Any]:
        """The official listing of ``entities`` that were cut already, of ``total`` in all."""
        count = -(-total // self.size)
        listing = {
            "entities": entities,
            "pageSize": self.size,
            "pageNumber": self.number,
            "total": total,
            "pageCount": count,
            "selfUri": _page_uri(self_uri, self.number, self.size),
            "firstUri": _page_uri(self_uri, 1, self.size),
            "lastUri": _page_uri(self_uri, max(count, 1), self.size),
        }
        if self.number < count:
            listing["nextUri"] = _page_uri(self_uri, self.number + 1, self.size)
        if self.number > 1:
            listing["previousUri"] = _page_uri(self_uri, self.number - 1, self.size)
        return listing


def _page_uri(uri: str, number: int, size: int) -> str:
    return f"{uri}?pageSize={size}&pageNumber={number}"
