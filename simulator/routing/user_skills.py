# SPDX-License-Identifier: Apache-2.0
"""The skills of an agent, each with a proficiency from 0 to 5.

Source: RoutingApi of the official SDK 269.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import not_found
from simulator.fields import Number, Object, Text, read_list, read_object
from simulator.http import Answer, Call, Operation
from simulator.references import ROUTING_SKILL, USER

if TYPE_CHECKING:
    from simulator.entities import Entity
    from simulator.organisation import Organisation

ASSIGN = "routing:skill:assign"
ROOT = "/api/v2/users/{userId}/routingskills"

_FIELDS = {
    "id": Text(required=True, minimum=1),
    "proficiency": Number(minimum=0, maximum=5),
}


def skills_of(user: Entity) -> dict[str, float]:
    """A copy of the user's proficiencies, by the id of the skill."""
    return dict(user.more.get("skills", {}))


def proficiencies(organisation: Organisation, user: Entity) -> dict[str, float]:
    """The user's proficiencies, by the name of the skill."""
    found = {}
    for skill_id, proficiency in skills_of(user).items():
        skill = organisation.references.find(ROUTING_SKILL, skill_id)
        if skill is not None:
            found[skill.name] = proficiency
    return found


def give(organisation: Organisation, user: Entity, skills: dict[str, float]) -> None:
    """Let the user have these skills, and no others.

    Raises:
        Refusal: 400; one of them does not exist.
    """
    for skill_id in skills:
        organisation.references.check_one(ROUTING_SKILL, skill_id, "skill")
    user.more["skills"] = skills


def skill_bodies(organisation: Organisation, user: Entity) -> list[dict[str, Any]]:
    """The official UserRoutingSkills, by name."""
    bodies = []
    for skill_id, proficiency in skills_of(user).items():
        skill = organisation.references.find(ROUTING_SKILL, skill_id)
        if skill is not None:  # else it was deleted
            bodies.append(
                {
                    "id": skill_id,
                    "name": skill.name,
                    "proficiency": float(proficiency),
                    "state": "active",
                    "skillUri": f"/api/v2/routing/skills/{skill_id}",
                    "selfUri": f"/api/v2/users/{user.id}/routingskills/{skill_id}",
                }
            )
    return sorted(bodies, key=lambda body: str(body["name"]).casefold())


def list_skills(call: Call) -> dict[str, Any]:
    """The skills of a user."""
    return _listing(call, call.organisation.entities[USER].get(call.path["userId"]))


def add_skill(call: Call) -> dict[str, Any]:
    """Give a user a skill, or another proficiency in it."""
    user = _to_change(call)
    sent = read_object(call.body, _FIELDS)
    give(call.organisation, user, {**skills_of(user), sent["id"]: sent.get("proficiency", 0.0)})
    return next(body for body in skill_bodies(call.organisation, user) if body["id"] == sent["id"])


def replace_skills(call: Call) -> dict[str, Any]:
    """Give a user these skills in place of all others."""
    user = _to_change(call)
    sent = read_list(call.body, Object(_FIELDS))
    give(call.organisation, user, {one["id"]: one.get("proficiency", 0.0) for one in sent})
    return _listing(call, user)


def delete_skill(call: Call) -> Answer:
    """Take a skill from a user."""
    user = _to_change(call)
    skills, skill_id = skills_of(user), call.path["skillId"]
    if skills.pop(skill_id, None) is None:
        raise not_found(f"The skill {skill_id} of user {user.name}")
    user.more["skills"] = skills
    return Answer(status=204)


def _to_change(call: Call) -> Entity:
    user = call.organisation.entities[USER].get(call.path["userId"])
    call.require(ASSIGN, user.division_id)
    return user


def _listing(call: Call, user: Entity) -> dict[str, Any]:
    bodies = skill_bodies(call.organisation, user)
    if call.text("sortOrder").lower().startswith("d"):
        bodies.reverse()
    return call.page().listing(bodies, ROOT.replace("{userId}", user.id))


_SKILL = "UserRoutingSkill"
_SKILLS = "UserSkillEntityListing"

OPERATIONS = (
    Operation("GET", ROOT, "get_user_routingskills", list_skills, model=_SKILLS),
    Operation("POST", ROOT, "post_user_routingskills", add_skill, (ASSIGN,), _SKILL),
    Operation(
        "PUT", f"{ROOT}/bulk", "put_user_routingskills_bulk", replace_skills, (ASSIGN,), _SKILLS
    ),
    Operation("DELETE", f"{ROOT}/{{skillId}}", "delete_user_routingskill", delete_skill, (ASSIGN,)),
)
