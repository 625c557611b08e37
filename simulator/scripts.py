# SPDX-License-Identifier: Apache-2.0
"""Agent scripts: what an agent sees during a call. They are only looked up here.

Every organisation has the platform's ``Default Outbound Script`` under the same id.

Source: ScriptsApi of the official SDK 269; provider reference, sections B.26 and F.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from simulator.entities import Entity, Kind
from simulator.entity_calls import list_all, read
from simulator.http import Call, Operation
from simulator.references import SCRIPT

DEFAULT_OUTBOUND = "476c2b71-7429-11e4-9a5b-3f91746bffa3"
LISTING = "ScriptEntityListing"


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:  # noqa: ARG001 - a hook
    made, changed = entity.date_created, entity.date_modified
    body |= {
        "versionId": entity.id,
        "createdDate": made,
        "modifiedDate": changed,
        "publishedDate": changed,
        "versionDate": changed,
    }


def _matches(call: Call, entity: Entity) -> bool:
    divisions = call.listing("divisionIds")
    return not divisions or entity.division_id in divisions


SCRIPTS = Kind(
    noun=SCRIPT,
    root="/api/v2/scripts",
    parameter="scriptId",
    permission="scripter:script",
    model="Script",
    fields={},
    division="home",
    update="",
    system=(),
    sorted_by="name",
    show=_show,
    matches=_matches,
    seeds={DEFAULT_OUTBOUND: {"name": "Default Outbound Script"}},
)

PUBLISHED = replace(
    SCRIPTS, root="/api/v2/scripts/published", permission="scripter:publishedScript"
)
"""The same scripts as agents see them: every script here is published."""

OPERATIONS = tuple(
    operation
    for kind, many, single in (
        (SCRIPTS, "get_scripts", "get_script"),
        (PUBLISHED, "get_scripts_published", "get_scripts_published_script_id"),
    )
    for operation in (
        Operation(
            "GET",
            kind.root,
            many,
            partial(list_all, kind),
            (kind.permission_to("view"),),
            LISTING,
        ),
        Operation(
            "GET",
            f"{kind.root}/{{scriptId}}",
            single,
            partial(read, kind),
            (kind.permission_to("view"),),
            "Script",
        ),
    )
)
