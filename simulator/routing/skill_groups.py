# SPDX-License-Identifier: Apache-2.0
"""Skill groups: the agents of some divisions whose skills meet conditions.

A group's own division is always among its member divisions.

Source: RoutingApi of the official SDK 269; provider reference, section B.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.cursors import cursor_listing
from simulator.entities import Entity, Kind
from simulator.entity_calls import create, entity_body, entity_of, usual_calls
from simulator.errors import bad_field
from simulator.fields import ListOf, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.references import DIVISION, SKILL_GROUP, USER
from simulator.routing.skill_conditions import conditions, meets
from simulator.routing.unknowns import NAME_LENGTH, force, unique
from simulator.routing.user_skills import proficiencies

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/routing/skillgroups"
ALL = "*"


def members_of(organisation: Organisation, group: Entity) -> list[Entity]:
    """The agents in the group, by name."""
    divisions = set(division_ids(organisation, group))
    wanted = group.definition["skillConditions"]
    found = [
        user
        for user in organisation.entities[USER]
        if user.division_id in divisions
        and user.definition["state"] == "active"
        and wanted
        and meets(proficiencies(organisation, user), wanted)
    ]
    return sorted(found, key=lambda user: user.name.casefold())


def division_ids(organisation: Organisation, group: Entity) -> list[str]:
    """The member divisions, the group's own first."""
    others = group.more.get("divisions", ())
    if ALL in others:
        others = organisation.access.divisions
    return [group.division_id, *(one for one in others if one != group.division_id)]


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:
    body["memberCount"] = len(members_of(call.organisation, entity))
    body["status"] = "Complete"


def _divisions(entity: Entity) -> Iterator[tuple[str, str]]:
    return ((DIVISION, one) for one in entity.more.get("divisions", ()) if one != ALL)


SKILL_GROUPS = Kind(
    noun=SKILL_GROUP,
    root=ROOT,
    parameter="skillGroupId",
    permission="routing:skillGroup",
    model="SkillGroup",
    fields={"description": Text(), "skillConditions": conditions()},
    defaults={"skillConditions": []},
    division="home",
    update="PATCH",
    system=("dateCreated", "dateModified"),
    name_length=NAME_LENGTH,
    unique=unique,
    force=force,
    used=_divisions,
    show=_show,
)


def list_groups(call: Call) -> dict[str, Any]:
    """The groups in those divisions where the client may view them, by name."""
    name = call.text("name").casefold()
    found = [
        {
            field: value
            for field, value in entity_body(call, SKILL_GROUPS, group).items()
            if field not in ("status", "skillConditions")
        }
        for group in call.organisation.entities[SKILL_GROUP]
        if call.grants(VIEW, group.division_id) and group.name.casefold().startswith(name)
    ]
    found.sort(key=lambda body: str(body["name"]).casefold())
    return cursor_listing(call, found, ROOT)


def create_group(call: Call) -> dict[str, Any]:
    """Make a group, with member divisions beside its own."""
    sent = read_object(call.body, {"memberDivisions": ListOf(Text(minimum=1))})
    divisions = sent.get("memberDivisions", [])
    _check_divisions(call, divisions, "memberDivisions")
    body = create(SKILL_GROUPS, call)
    group = call.organisation.entities[SKILL_GROUP].get(body["id"])
    group.more["divisions"] = divisions
    shown = entity_body(call, SKILL_GROUPS, group)
    return {**shown, "memberDivisions": division_ids(call.organisation, group)}


def list_members(call: Call) -> dict[str, Any]:
    """The agents in a group."""
    group = entity_of(call, SKILL_GROUPS, "view")
    expand = "entities" in call.listing("expand")
    bodies = [
        {
            "id": user.id,
            **({"name": user.name} if expand else {}),
            "selfUri": f"/api/v2/users/{user.id}",
        }
        for user in members_of(call.organisation, group)
    ]
    return cursor_listing(call, bodies, f"{ROOT}/{group.id}/members")


def list_divisions(call: Call) -> dict[str, Any]:
    """The member divisions of a group."""
    group = entity_of(call, SKILL_GROUPS, "view")
    references = call.organisation.references
    bodies = []
    for division_id in division_ids(call.organisation, group):
        division = references.find(DIVISION, division_id)
        bodies.append(
            {
                "id": division_id,
                "name": division.name if division else "",
                "selfUri": f"/api/v2/authorization/divisions/{division_id}",
            }
        )
    return {"entities": bodies}


def change_divisions(call: Call) -> Answer:
    """Add member divisions to a group and take some from it.

    ``*`` among those to add stands for all; an empty list of those to remove for none.
    """
    group = entity_of(call, SKILL_GROUPS, "add")
    names = ("addDivisionIds", "removeDivisionIds")
    ids = ListOf(Text(minimum=1))
    sent = read_object(call.body, dict.fromkeys(names, ids)) if call.body is not None else {}
    added, removed = (sent.get(name, []) for name in names)
    _check_divisions(call, added, names[0])
    if group.division_id in removed:
        raise bad_field("invalid.value", names[1], "the group's own division has to stay")
    before = division_ids(call.organisation, group) if removed else group.more.get("divisions", [])
    kept = [one for one in (*before, *added) if one not in removed and one != group.division_id]
    group.more["divisions"] = list(dict.fromkeys(kept))
    return Answer(status=204)


def _check_divisions(call: Call, ids: list[str], where: str) -> None:
    for place, division_id in enumerate(ids):
        if division_id != ALL:
            references = call.organisation.references
            references.check_one(DIVISION, division_id, f"{where}[{place}]")


VIEW = SKILL_GROUPS.permission_to("view")
ADD = SKILL_GROUPS.permission_to("add")
_MEMBERS = f"{ROOT}/{{skillGroupId}}/members"
_DIVISIONS = f"{_MEMBERS}/divisions"
_USUAL = {operation.operation_id: operation for operation in usual_calls(SKILL_GROUPS)}

OPERATIONS = (
    *(_USUAL[f"{method}_routing_skillgroup"] for method in ("get", "patch", "delete")),
    Operation(
        "GET", ROOT, "get_routing_skillgroups", list_groups, (VIEW,), "SkillGroupEntityListing"
    ),
    Operation(
        "POST",
        ROOT,
        "post_routing_skillgroups",
        create_group,
        (ADD,),
        "SkillGroupWithMemberDivisions",
    ),
    Operation(
        "GET",
        _MEMBERS,
        "get_routing_skillgroup_members",
        list_members,
        (VIEW,),
        "SkillGroupMemberEntityListing",
    ),
    Operation(
        "GET",
        _DIVISIONS,
        "get_routing_skillgroup_members_divisions",
        list_divisions,
        (VIEW,),
        "SkillGroupMemberDivisionList",
    ),
    Operation(
        "POST",
        _DIVISIONS,
        "post_routing_skillgroup_members_divisions",
        change_divisions,
        (ADD,),
    ),
)
