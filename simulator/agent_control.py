# SPDX-License-Identifier: Apache-2.0
"""The controls of what a deployment does not make: agents, and the sites that it looks up.

A deployment makes skills and queues, but nobody who has the ones and stands in the others;
whoever wants to see calls answered adds agents here, after the deployment, in one step each.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, validate_call

from simulator.entities import Entity
from simulator.errors import not_found
from simulator.organisation import Organisation
from simulator.references import QUEUE, ROUTING_SKILL, SITE, USER
from simulator.routing.membership import add_members, members_of
from simulator.routing.user_skills import give, proficiencies

Name = Annotated[str, Field(min_length=1)]
Proficiency = Annotated[float, Field(ge=0, le=5)]


class AgentControl:
    """Part of :class:`simulator.control.Control`.

    Args:
        organisation: what is controlled.
    """

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation

    @validate_call
    def add_site(self, *, name: Name, managed: bool = False) -> None:
        """Make a site, for a deployment that looks it up by its name."""
        self.organisation.entities[SITE].add({"name": name, "managed": managed})

    def agents(self) -> list[dict[str, Any]]:
        """The agents: name, address, skills with proficiencies, queues that they have joined."""
        return [self._agent(user) for user in self.organisation.entities[USER]]

    @validate_call
    def add_skill(self, *, name: Name) -> None:
        """Make a routing skill."""
        self.organisation.entities[ROUTING_SKILL].add({"name": name})

    @validate_call
    def add_queue(self, *, name: Name) -> None:
        """Make a queue with the platform's settings."""
        self.organisation.entities[QUEUE].add({"name": name})

    @validate_call
    def add_agent(
        self,
        *,
        name: Name,
        email: str = "",
        division: str = "",
        skills: dict[str, Proficiency] | None = None,
        queues: list[str] | None = None,
    ) -> dict[str, Any]:
        """Make an agent with skills, who stands in queues; all of it is there by its name.

        Args:
            name: what people call the agent.
            email: the agent's address; made from the name unless given.
            division: the name of the agent's division; home unless given.
            skills: proficiencies from 0 to 5 by the names of the skills.
            queues: names of queues, beside those that have the agent by a skill group.
        """
        access, entities = self.organisation.access, self.organisation.entities
        divisions = {one.name: one.id for one in access.divisions.values()}
        if division and division not in divisions:
            raise not_found(f"the division {division}")
        levels = {
            self._named(ROUTING_SKILL, skill).id: level for skill, level in (skills or {}).items()
        }
        joined = [self._named(QUEUE, queue) for queue in queues or ()]
        address = email or f"{'.'.join(name.lower().split())}@agents.invalid"
        user = entities[USER].add({"name": name, "email": address}, divisions.get(division, ""))
        give(self.organisation, user, levels)
        for queue in joined:
            add_members(queue, [user.id])
        return self._agent(user)

    def _named(self, noun: str, name: str) -> Entity:
        for entity in self.organisation.entities[noun]:
            if entity.name == name:
                return entity
        raise not_found(f"the {noun} {name}")

    def _agent(self, user: Entity) -> dict[str, Any]:
        organisation = self.organisation
        return {
            "id": user.id,
            "name": user.name,
            "email": user.definition["email"],
            "skills": proficiencies(organisation, user),
            "queues": [
                queue.name
                for queue in organisation.entities[QUEUE]
                if any(
                    member.user is user and member.joined
                    for member in members_of(organisation, queue)
                )
            ],
        }
