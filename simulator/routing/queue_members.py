# SPDX-License-Identifier: Apache-2.0
"""The agents of a queue over the API: added and removed in bulk, joined, moved between rings.

A listing of them has neither total nor number of pages: official clients read page after page
until one is empty.

Source: RoutingApi of the official SDK 269; provider reference, section B.9.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from simulator.entities import Entity
from simulator.entity_calls import entity_body
from simulator.errors import bad_field, not_found
from simulator.fields import Flag, Integer, ListOf, Object, Reference, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.references import QUEUE, USER
from simulator.routing.membership import Member, add_members, members_of
from simulator.routing.queues import QUEUES
from simulator.routing.user_skills import proficiencies

MOST = 100
"""Members in one call."""

ROOT = "/api/v2/routing/queues/{queueId}/members"
ONE = f"{ROOT}/{{memberId}}"
_SEE = ("routing:queue:view", "routing:queue:edit", "routing:queueMember:manage")
_CHANGE = ("routing:queue:edit", "routing:queueMember:manage")
_SEE_OWN = ("routing:queue:view", "routing:queue:join", "routing:queueMember:manage")
_CHANGES = {"joined": Flag(), "ringNumber": Integer(minimum=1, maximum=6)}


def member_body(queue: Entity, member: Member) -> dict[str, Any]:
    """The official QueueMember."""
    user = member.user
    return {
        "id": user.id,
        "name": user.name,
        "user": {
            "id": user.id,
            "name": user.name,
            "email": user.definition["email"],
            "selfUri": f"/api/v2/users/{user.id}",
        },
        "ringNumber": member.ring,
        "joined": member.joined,
        "memberBy": member.by,
        "selfUri": f"/api/v2/routing/queues/{queue.id}/members/{user.id}",
    }


def list_members(call: Call) -> dict[str, Any]:
    """The members, by name; ``memberBy``, ``joined``, ``name`` and ``skills`` narrow them."""
    queue = _queue(call, _SEE)
    skills = {skill.casefold() for skill in call.listing("skills")}
    by, name = call.text("memberBy").lower(), call.text("name").casefold()
    joined = call.flag("joined") if call.text("joined") else None
    found = [
        member
        for member in members_of(call.organisation, queue)
        if by in ("", member.by)
        and name in member.user.name.casefold()
        and joined in (None, member.joined)
        and (not skills or _has_one(call, member, skills))
    ]
    if call.text("sortOrder").lower().startswith("d"):
        found.reverse()
    return _listing(call, queue, found)


def _has_one(call: Call, member: Member, skills: Collection[str]) -> bool:
    """Whether an agent has a skill whose name contains one of ``skills``, in any case."""
    names = [name.casefold() for name in proficiencies(call.organisation, member.user)]
    return any(wanted in name for wanted in skills for name in names)


def change_members(call: Call) -> Answer:
    """Add users to a queue, or with ``delete`` take them out of it."""
    queue = _queue(call, _CHANGE)
    ids: list[str] = ListOf(Reference(), maximum=MOST).read(call.body, "body")
    if call.flag("delete"):
        kept = _settings(queue)
        for user_id in ids:
            kept.pop(user_id, None)
        queue.more["members"] = kept
    else:
        for place, user_id in enumerate(ids):
            call.organisation.references.check_one(USER, user_id, f"body[{place}]")
        add_members(queue, ids)
    return Answer(status=204)


def patch_members(call: Call) -> dict[str, Any]:
    """Join several members, or move them between rings."""
    queue = _queue(call, _CHANGE)
    fields = {"id": Text(required=True, minimum=1), **_CHANGES}
    sent = ListOf(Object(fields), maximum=MOST).read(call.body, "body")
    members = _settings(queue)
    for place, change in enumerate(sent):
        if change["id"] not in members:
            raise bad_field("invalid.value", f"body[{place}].id", "is not in the queue")
        members[change["id"]] |= _changed(change)
    queue.more["members"] = members
    ids = {change["id"] for change in sent}
    found = [one for one in members_of(call.organisation, queue) if one.user.id in ids]
    return _listing(call, queue, found)


def patch_member(call: Call) -> Answer:
    """Join a member, or move it to another ring."""
    queue, member_id, members = _member(call)
    members[member_id] |= _changed(read_object(call.body, _CHANGES))
    queue.more["members"] = members
    return Answer(status=204)


def delete_member(call: Call) -> Answer:
    """Take a member out of a queue."""
    queue, member_id, members = _member(call)
    del members[member_id]
    queue.more["members"] = members
    return Answer(status=204)


def list_queues_of_user(call: Call) -> dict[str, Any]:
    """The queues that a user stands in, by name."""
    user = call.organisation.entities[USER].get(call.path["userId"])
    joined = call.flag("joined", default=True) if call.text("joined") else None
    divisions, bodies = call.listing("divisionId"), []
    for queue in sorted(call.organisation.entities[QUEUE], key=lambda one: one.name.casefold()):
        members = members_of(call.organisation, queue)
        member = next((one for one in members if one.user.id == user.id), None)
        if (
            member is not None
            and joined in (None, member.joined)
            and (not divisions or queue.division_id in divisions)
            and any(call.grants(one, queue.division_id) for one in _SEE_OWN)
        ):
            body = {**entity_body(call, QUEUES, queue), "joined": member.joined}
            del body["autoAnswerOnly"]  # a UserQueue has all fields of a Queue but this
            bodies.append(body)
    return call.page().listing(bodies, f"/api/v2/users/{user.id}/queues")


def _queue(call: Call, permissions: Sequence[str]) -> Entity:
    queue = call.organisation.entities[QUEUE].get(call.path["queueId"])
    call.require_any(permissions, queue.division_id)
    return queue


def _settings(queue: Entity) -> dict[str, dict[str, Any]]:
    """A copy of what is kept of the members that were added."""
    return {user_id: dict(one) for user_id, one in queue.more.get("members", {}).items()}


def _member(call: Call) -> tuple[Entity, str, dict[str, dict[str, Any]]]:
    queue, member_id = _queue(call, _CHANGE), call.path["memberId"]
    members = _settings(queue)
    if member_id not in members:
        raise not_found(f"The member {member_id} of queue {queue.name}")
    return queue, member_id, members


def _changed(sent: dict[str, Any]) -> dict[str, Any]:
    names = {"joined": "joined", "ringNumber": "ring"}
    return {names[name]: value for name, value in sent.items() if name in names}


def _listing(call: Call, queue: Entity, members: Sequence[Member]) -> dict[str, Any]:
    page = call.page()
    uri = f"/api/v2/routing/queues/{queue.id}/members"
    listing = page.listing([member_body(queue, member) for member in members], uri)
    return {
        name: value
        for name, value in listing.items()
        if name not in ("total", "pageCount", "lastUri")
    }


_LISTING = "QueueMemberEntityListing"

OPERATIONS = (
    Operation(
        "GET",
        ROOT,
        "get_routing_queue_members",
        list_members,
        any_permission=_SEE,
        model=_LISTING,
    ),
    Operation("POST", ROOT, "post_routing_queue_members", change_members, any_permission=_CHANGE),
    Operation(
        "PATCH",
        ROOT,
        "patch_routing_queue_members",
        patch_members,
        any_permission=_CHANGE,
        model=_LISTING,
    ),
    Operation("PATCH", ONE, "patch_routing_queue_member", patch_member, any_permission=_CHANGE),
    Operation("DELETE", ONE, "delete_routing_queue_member", delete_member, any_permission=_CHANGE),
    Operation(
        "GET",
        "/api/v2/users/{userId}/queues",
        "get_user_queues",
        list_queues_of_user,
        any_permission=_SEE_OWN,
        model="UserQueueEntityListing",
    ),
)
