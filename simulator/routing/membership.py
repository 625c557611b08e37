# SPDX-License-Identifier: Apache-2.0
"""Who stands in a queue: agents that were added to it, and those of its skill groups.

The dialer asks here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.references import SKILL_GROUP, USER
from simulator.routing import skill_groups

if TYPE_CHECKING:
    from simulator.entities import Entity
    from simulator.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Member:
    """One agent in one queue.

    Args:
        user: the agent.
        by: whether the agent was added, or is in a group of the queue.
        ring: the number of the bullseye ring, from 1.
        joined: whether the agent takes calls of the queue at present.
    """

    user: Entity
    by: Literal["user", "group"]
    ring: int = 1
    joined: bool = True


def add_members(queue: Entity, user_ids: Iterable[str]) -> None:
    """Let users stand in the queue; those who do already stay as they are."""
    members = queue.more.setdefault("members", {})
    for user_id in user_ids:
        members.setdefault(user_id, {"ring": 1, "joined": True})


def members_of(organisation: Organisation, queue: Entity) -> list[Member]:
    """The agents in the queue, each once, by name."""
    users = {user.id: user for user in organisation.entities[USER]}
    settings = queue.more.get("members", {})
    found = {
        user_id: Member(users[user_id], "user", setting["ring"], setting["joined"])
        for user_id, setting in settings.items()
        if user_id in users  # else the user was deleted
    }
    groups = {group.id: group for group in organisation.entities[SKILL_GROUP]}
    for reference in queue.definition["memberGroups"]:
        group = groups.get(reference["id"])
        for user in skill_groups.members_of(organisation, group) if group else ():
            found.setdefault(user.id, Member(user, "group"))
    return sorted(found.values(), key=lambda member: member.user.name.casefold())
