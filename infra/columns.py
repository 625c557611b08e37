# SPDX-License-Identifier: Apache-2.0
"""The columns of the contact lists, and the committed record of them.

Columns are fixed when a list is created: another column, or another type, means another list,
and the contacts of the old one with their call history are gone. So the columns are on record
in ``infra/columns.json``, a change of them is a change of that file too, and the policy pack
refuses a stack whose lists differ from it.

``python -m infra.columns`` says where program and record differ; ``--write`` writes the record.

Source: platform reference, section 3 (columns are immutable).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from infra.lanes import lanes_of
from infra.project_copy import PREVIEW_STACK, TEMPLATE
from infra.settings import Settings, parse_settings
from infra.stack_files import PROJECT, read_config, stacks

RECORD: Final = Path(__file__).with_name("columns.json")
OTHERS: Final = "*"
"""The section of stacks that have none of their own."""

Columns = dict[str, Any]
"""``{"columns": [name], "types": {name: type}, "phones": {name: zone column}}``."""


def columns_of(settings: Settings) -> Columns:
    """The columns that each contact list of a stack gets.

    Only columns of a declared type can be sorted and filtered by while a campaign runs.
    """
    score = settings.columns
    return {
        "columns": list(settings.column_names),
        "types": {score.score: "NUMERIC", score.instant: "TIMESTAMP", score.tier: "TEXT"},
        "phones": {settings.phone_column: settings.zone_column},
    }


def columns_of_stack(settings: Settings) -> dict[str, Columns]:
    """The columns by list, for the lists of either strategy."""
    lanes = (*lanes_of("queues", settings.policy), *lanes_of("skills", settings.policy))
    return {lane.resource("leads"): columns_of(settings) for lane in lanes}


def columns_of_resource(properties: Mapping[str, Any]) -> Columns:
    """The columns of a contact list as it is about to be deployed, by its properties."""
    return {
        "columns": list(properties["columnNames"]),
        "types": {
            one["columnName"]: one.get("columnDataType", "")
            for one in properties.get("columnDataTypeSpecifications") or ()
        },
        "phones": {
            one["columnName"]: one.get("callableTimeColumnName", "")
            for one in properties.get("phoneColumns") or ()
        },
    }


def recorded(record: Mapping[str, Any], stack: str, name: str) -> Columns | None:
    """What ``record`` has for one list of a stack."""
    return _section(record, stack).get(name)


def recorded_types(record: Mapping[str, Any], stack: str, kind: str) -> frozenset[str]:
    """The columns of a type that the lists of a stack have on record: its scores, its times."""
    lists = _section(record, stack).values()
    return frozenset(column for one in lists for column, of in one["types"].items() if of == kind)


def _section(record: Mapping[str, Any], stack: str) -> Mapping[str, Columns]:
    name = TEMPLATE if PREVIEW_STACK.fullmatch(stack) else stack
    found: Mapping[str, Columns] = record.get(name, record.get(OTHERS, {}))
    return found


def read_record(path: Path = RECORD) -> dict[str, Any]:
    """The committed record: columns by stack and list."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def current(project: Path = PROJECT) -> dict[str, Any]:
    """The record as the stacks' configuration makes it.

    A stack has a section of its own only where it differs from the others.
    """
    by_stack = {}
    for stack in stacks(project):
        name, config = read_config(project, stack)
        by_stack[stack] = columns_of_stack(parse_settings(name, stack, config)[0])
    usual = max(by_stack.values(), key=list(by_stack.values()).count)
    return {OTHERS: usual, **{s: columns for s, columns in by_stack.items() if columns != usual}}


def main(arguments: Sequence[str]) -> int:
    """Compare, or write with ``--write``. Returns the exit code."""
    now = json.dumps(current(), indent=2) + "\n"
    if "--write" in arguments:
        RECORD.write_text(now, encoding="utf-8")
    elif RECORD.read_text(encoding="utf-8") != now:
        sys.stderr.write(
            f"{RECORD.name} differs from the stacks' configuration. Columns are fixed when a "
            "contact list is created: with these, it would be replaced and its contacts lost. If "
            "that is what you want, run: python -m infra.columns --write\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
