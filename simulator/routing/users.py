# SPDX-License-Identifier: Apache-2.0
"""Users: the agents. Those parts of a user that routing needs, and no more.

Names may be alike, mail addresses may not.

Source: UsersApi of the official SDK 269.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import entity_of, usual_calls
from simulator.errors import bad_field
from simulator.fields import Text
from simulator.http import Call, Operation
from simulator.references import ROUTING_SKILL, USER
from simulator.routing.unknowns import NAME_LENGTH
from simulator.routing.user_skills import skill_bodies, skills_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.organisation import Organisation

ROOT = "/api/v2/users"


def _check(organisation: Organisation, definition: Definition, _: Entity | None) -> None:
    address = definition["email"]
    if "@" not in address:
        raise bad_field("invalid.value", "email", "is no mail address")
    for other in organisation.entities[USER]:
        if other.definition["email"].casefold() == address.casefold():
            raise bad_field("duplicate.name", "email", f"another user has {address}")


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:
    body |= {"username": body["email"], "acdAutoAnswer": False}
    if "skills" in call.listing("expand"):
        body["skills"] = skill_bodies(call.organisation, entity)


def _matches(call: Call, entity: Entity) -> bool:
    state = call.text("state", "active")
    return state == "any" or entity.definition["state"] == state


def _skills(entity: Entity) -> Iterator[tuple[str, str]]:
    return ((ROUTING_SKILL, skill_id) for skill_id in skills_of(entity))


USERS = Kind(
    noun=USER,
    root=ROOT,
    parameter="userId",
    permission="directory:user",
    model="User",
    fields={
        "email": Text(required=True, minimum=3, maximum=254),
        "department": Text(),
        "title": Text(),
        "state": Text(choices=("active", "inactive")),
    },
    defaults={"state": "active"},
    division="home",
    flat_division=True,
    update="",
    system=("version",),
    most=100_000,
    most_per_page=500,
    name_length=NAME_LENGTH,
    unique=lambda _: False,
    check=_check,
    show=_show,
    matches=_matches,
    used=_skills,
    sorted_by="name",
)


def delete(call: Call) -> dict[str, Any]:
    """Delete a user, who stands in no queue any more; the answer is an empty object."""
    call.organisation.entities[USER].remove(entity_of(call, USERS, "delete"))
    return {}


_BY_ID = {operation.operation_id: operation for operation in usual_calls(USERS)}

OPERATIONS = (
    *(_BY_ID[name] for name in ("get_users", "post_users", "get_user")),
    Operation(
        "DELETE", f"{ROOT}/{{userId}}", "delete_user", delete, ("directory:user:delete",), "object"
    ),
)
