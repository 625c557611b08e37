# SPDX-License-Identifier: Apache-2.0
"""Routing skills: what an agent is good at, by name. A skill cannot be changed, only deleted.

A skill without a division belongs to all of them.

Source: RoutingApi of the official SDK 269; provider reference, section B.6.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulator.entities import Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.http import Call
from simulator.references import ROUTING_SKILL
from simulator.routing.unknowns import NAME_LENGTH, force, unique


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:  # noqa: ARG001 - a hook
    body["state"] = "active"
    body["version"] = str(entity.version)  # a text here, unlike anywhere else


SKILLS = Kind(
    noun=ROUTING_SKILL,
    root="/api/v2/routing/skills",
    parameter="skillId",
    permission="routing:skill",
    actions={"add": "manage", "delete": "manage"},
    model="RoutingSkill",
    listing="SkillEntityListing",
    fields={},
    division="*",
    flat_division=True,
    update="",
    system=("dateModified",),
    name_length=NAME_LENGTH,
    unique=unique,
    force=force,
    show=_show,
)

# Without a permission to view: that one is asked for in a skill's division, if it has one.
OPERATIONS = tuple(
    replace(operation, permissions=()) if operation.method == "GET" else operation
    for operation in usual_calls(SKILLS)
)
