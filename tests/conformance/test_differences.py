# SPDX-License-Identifier: Apache-2.0
"""The page on differences says what the simulator has, because this test writes its tables.

``UPDATE_DOCS=1`` rewrites the tables in ``docs/differences.md``; without it a page that is out
of date fails.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import get_args

import pytest

from simulator.http import Operation
from simulator.resources import OPERATIONS
from simulator.switches import Switches

from .walk import WALK
from .watch import DOWNLOAD, LOGIN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "differences.md"
BLOCK = re.compile(
    r"(?P<start><!-- (?P<name>\w+): written by tests/conformance/test_differences\.py -->\n)"
    r".*?(?P<end><!-- end -->\n)",
    re.DOTALL,
)


def operations_table(operations=OPERATIONS):
    """One row for each operation: the call, the SDK's name of it, what it answers and needs."""
    rows = [
        "| Call | Operation of the official SDK | Answer | Permissions |",
        "|---|---|---|---|",
    ]
    ordered = sorted(operations, key=lambda item: (item.path.casefold(), item.method))
    rows += [
        f"| {item.method} `{item.path}` | {official_name(item)} | {answer(item)} "
        f"| {permissions(item)} |"
        for item in ordered
    ]
    return [f"{len(ordered)} operations:", "", *rows]


def official_name(operation: Operation):
    """The SDK's name of an operation; a plain word for what the platform does not have."""
    name = f"`{operation.operation_id}`"
    return name if operation.official else f"none; here {name}"


def permissions(operation: Operation):
    """What a client needs: all of some permissions, or one of several."""
    needed = ", ".join(f"`{name}`" for name in operation.permissions)
    return needed or " or ".join(f"`{name}`" for name in operation.any_permission) or "none"


def answer(operation: Operation):
    """What an operation answers, as the walk knows it."""
    if WALK[operation.operation_id][0].status == 501:
        return "501, not simulated"
    without_model = {LOGIN: "an access token", DOWNLOAD: "a file"}
    if not operation.official and not operation.authenticated:
        return "a file"
    if not operation.official:
        return "empty" if operation.method == "DELETE" else "an object of its own"
    if operation.model is None:
        return without_model.get(operation.operation_id, "empty")
    return f"`{operation.model}`"


def switches_table(switches=Switches):
    """One row for each switch: its values, the default first, and what is not known."""
    rows = ["| Switch | Values, the default first | What is not known |", "|---|---|---|"]
    rows += [
        f"| `{name}` | {', '.join(values(field))} | {field.description} |"
        for name, field in switches.model_fields.items()
    ]
    return rows


def values(field):
    """The values of a switch."""
    if field.annotation is bool:
        return [f"`{json}`" for json in (("true", "false") if field.default else ("false", "true"))]
    others = [value for value in get_args(field.annotation) if value != field.default]
    if not others:
        return [f"`{field.default}`", f"any {field.annotation.__name__}"]
    return [f"`{value}`" for value in (field.default, *others)]


TABLES = {"operations": operations_table, "switches": switches_table}


def written(page):
    """The page with its tables as they should be."""
    return BLOCK.sub(
        lambda block: "\n".join([block["start"], *TABLES[block["name"]](), "", block["end"]]),
        page,
    )


def test_the_page_on_differences_is_up_to_date():
    """The committed page names every operation and every switch as they are in the code."""
    page = PAGE.read_text(encoding="utf-8")
    assert [block["name"] for block in BLOCK.finditer(page)] == list(TABLES)
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(written(page), encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "write it anew with UPDATE_DOCS=1"


def test_an_operation_or_a_switch_more_is_missed():
    """A table changes with each operation and each switch, so that a page without it fails."""
    fewer = operations_table(OPERATIONS[1:])
    assert len(operations_table()) == len(fewer) + 1
    assert operations_table()[0] != fewer[0]

    class More(Switches):
        unheard_of: bool = False

    assert len(switches_table(More)) == len(switches_table()) + 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("keep_absent_columns", ["`true`", "`false`"]),
        ("put_requeues", ["`false`", "`true`"]),
        ("rate_window", ["`sliding`", "`fixed`"]),
        ("working_set", ["`20`", "any int"]),
    ],
)
def test_values_of_a_switch_begin_with_its_default(name, expected):
    """The page shows a switch's values as JSON, the default before the others."""
    assert values(Switches.model_fields[name]) == expected


def test_every_switch_says_what_is_not_known():
    """No switch is without the sentence that the page shows."""
    silent = [
        name
        for name, field in Switches.model_fields.items()
        if not (field.description or "").strip()
    ]
    assert silent == []
