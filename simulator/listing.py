# SPDX-License-Identifier: Apache-2.0
"""The query parameters that most listings share: a filter on the name, and an order."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from simulator.errors import bad_field
from simulator.http import Call


class Named(Protocol):
    """An object that a listing can show in an order."""

    id: str
    date_created: str
    date_modified: str

    @property
    def name(self) -> str:
        """What people call it."""
        ...


T = TypeVar("T", bound=Named)

_MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "beginswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
    "equals": operator.eq,
}
_KEYS: Mapping[str, Callable[[Named], str]] = {
    "id": lambda item: item.id,
    "name": lambda item: item.name.casefold(),
    "datecreated": lambda item: item.date_created,
    "datemodified": lambda item: item.date_modified,
}


def named(call: Call, name: str) -> bool:
    """Whether ``name`` passes the query's ``name`` and ``filterType``, in any case of letters.

    Raises:
        Refusal: 400 ``invalid.value``; the filter type is not simulated.
    """
    wanted = call.text("name")
    match = _MATCHES.get(call.text("filterType", "Prefix").lower())
    if match is None:
        raise bad_field("invalid.value", "filterType", f"must be one of {', '.join(_MATCHES)}")
    return not wanted or match(name.casefold(), wanted.casefold())


def wildcarded(call: Call, name: str) -> bool:
    """Whether ``name`` is the query's ``name``, in which ``*`` stands for anything."""
    wanted = call.text("name")
    parts = (re.escape(part) for part in wanted.split("*"))
    return not wanted or bool(re.fullmatch(".*".join(parts), name, re.IGNORECASE | re.DOTALL))


def ordered(call: Call, items: Iterable[T], usual: str = "") -> list[T]:
    """``items`` in the query's ``sortBy`` and ``sortOrder``.

    Args:
        call: whose query says so.
        items: what is to be ordered.
        usual: the ``sortBy`` of a query that has none; as they are unless given.

    Raises:
        Refusal: 400 ``invalid.value``; no such order.
    """
    by, order = call.text("sortBy", usual).lower(), call.text("sortOrder", "ascending").lower()
    if not by and not call.text("sortOrder"):
        return list(items)
    key = _KEYS.get(by or "name")
    if key is None:
        raise bad_field("invalid.value", "sortBy", f"must be one of {', '.join(_KEYS)}")
    if order[:1] not in ("a", "d"):
        raise bad_field("invalid.value", "sortOrder", "must be ascending or descending")
    return sorted(items, key=key, reverse=order.startswith("d"))
