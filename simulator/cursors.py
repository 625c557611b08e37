# SPDX-License-Identifier: Apache-2.0
"""Listings that go on from a cursor, ``after`` or ``before`` an item, instead of page numbers.

The platform's cursors are opaque; here they are ids of items.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.http import Call


def cursor_listing(call: Call, items: Sequence[dict[str, Any]], uri: str) -> dict[str, Any]:
    """The part of ``items`` (each with an ``id``) that the query asks for.

    Args:
        call: whose query has ``pageSize`` and one of ``after`` and ``before``.
        items: all of them, in order.
        uri: the address of the listing.
    """
    size = call.page().size
    ids = [item["id"] for item in items]
    start, end = 0, size
    after, before = call.text("after"), call.text("before")
    if after:
        start = ids.index(after) + 1 if after in ids else len(ids)
        end = start + size
    elif before:
        end = ids.index(before) if before in ids else 0
        start = max(end - size, 0)
    shown = list(items[start:end])
    listing: dict[str, Any] = {"entities": shown, "selfUri": f"{uri}?pageSize={size}"}
    if shown and end < len(items):
        listing["nextUri"] = f"{uri}?pageSize={size}&after={shown[-1]['id']}"
    if shown and start > 0:
        listing["previousUri"] = f"{uri}?pageSize={size}&before={shown[0]['id']}"
    return listing
