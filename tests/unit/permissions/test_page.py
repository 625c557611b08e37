# SPDX-License-Identifier: Apache-2.0
"""The page on permissions says what the code says, because this test writes its tables.

``UPDATE_DOCS=1`` rewrites the tables in ``docs/permissions.md``; without it a page that is out of
date fails.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from integration.permissions import LOCAL, VERBS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"
BLOCK = re.compile(
    r"(?P<start><!-- (?P<name>\w+): written by [\w./]+ -->\n).*?(?P<end><!-- end -->\n)",
    re.DOTALL,
)


def client_of(one):
    return "pusher, granted by hand" if one.by_hand else one.client


def permissions_of(one):
    where = "in the scratch division: " if one.scratch else ""
    names = ", ".join(f"`{name}`" for name in one.permissions)
    parts = [f"{where}{names}"] if names else []
    if one.partly:
        names = ", ".join(f"`{name}`" for name in one.partly)
        parts.append(f"each for its own part: {names}")
    if one.by_hand:
        parts.append(one.by_hand)
    return "; ".join(parts) or "none"


def verbs_table():
    rows = ["| verb | client | permissions |", "|---|---|---|"]
    return [
        *rows,
        *(f"| `{one.verb}` | {client_of(one)} | {permissions_of(one)} |" for one in VERBS),
    ]


def local_table():
    rows = ["| verb | |", "|---|---|"]
    return [*rows, *(f"| `{verb}` | {why} |" for verb, why in LOCAL.items())]


TABLES = {"verbs": verbs_table, "local": local_table}


def written(page):
    return BLOCK.sub(
        lambda block: "\n".join([block["start"], *TABLES[block["name"]](), "", block["end"]]), page
    )


def test_the_page_on_permissions_is_up_to_date():
    """The committed page names every verb with its permissions as they are in the code."""
    page = PAGE.read_text(encoding="utf-8")
    assert [block["name"] for block in BLOCK.finditer(page)] == list(TABLES)
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(written(page), encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "write it anew with UPDATE_DOCS=1"
