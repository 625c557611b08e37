# SPDX-License-Identifier: Apache-2.0
"""The agents: who is there, who is free, who can take a call that asks for skills.

Of those who can, the one who has been free for the longest takes the call; with the queue's
method BEST the one who has the skills best, with NONE skills do not count.

Source: Queue.skillEvaluationMethod of the official SDK 269.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.dialer.hours import Hours, Slot, time_of_day
from simulator.dialer.settings import Shift
from simulator.entities import Entity
from simulator.routing.membership import members_of
from simulator.routing.user_skills import skills_of

if TYPE_CHECKING:
    from simulator.organisation import Organisation


@dataclass(slots=True)
class Agent:
    """One agent.

    Args:
        id: the user's id.
        name: the user's name.
        free_since: on the simulated monotonic clock.
        busy: on a call, kept for one, or at work after one.
        skills: proficiencies by the ids of the skills.
        queues: ids of the queues that the agent has joined.
    """

    id: str
    name: str
    free_since: float
    busy: bool = False
    skills: Mapping[str, float] = field(default_factory=dict)
    queues: frozenset[str] = frozenset()


class Roster:
    """Every agent who stands in a queue of a campaign that is on.

    Args:
        shifts: when they are there.
    """

    def __init__(self, shifts: Iterable[Shift] = ()) -> None:
        self._named: dict[str, list[Hours]] = {}
        self._others: list[Hours] = []
        self.agents: dict[str, Agent] = {}
        for shift in shifts:
            slots = [
                Slot(day, time_of_day(shift.start), time_of_day(shift.stop)) for day in shift.days
            ]
            hours = Hours(shift.zone, slots)
            if not shift.agents:
                self._others.append(hours)
            for name in shift.agents:
                self._named.setdefault(name, []).append(hours)

    def refresh(self, organisation: Organisation, queues: Iterable[Entity], t: float) -> None:
        """Take over who stands where with which skills; who is busy stays so."""
        joined: dict[str, set[str]] = {}
        users: dict[str, Entity] = {}
        for queue in queues:
            for member in members_of(organisation, queue):
                if member.joined:
                    joined.setdefault(member.user.id, set()).add(queue.id)
                    users[member.user.id] = member.user
        known, self.agents = self.agents, {}
        for user in users.values():
            agent = known.pop(user.id, None) or Agent(user.id, user.name, t)
            agent.name, agent.skills = user.name, skills_of(user)
            agent.queues = frozenset(joined[user.id])
            self.agents[user.id] = agent
        for agent in known.values():  # whoever left a queue ends the call first
            if agent.busy:
                agent.queues = frozenset()
                self.agents[agent.id] = agent

    def free(self, now: datetime) -> list[Agent]:
        """Those who are there and free, the longest free first."""
        found = [each for each in self.agents.values() if not each.busy and self._there(each, now)]
        return sorted(found, key=lambda each: (each.free_since, each.name, each.id))

    def next_shift(self, now: datetime) -> datetime | None:
        """When somebody comes or goes next."""
        every = [*self._others, *(each for hours in self._named.values() for each in hours)]
        turns = [hours.at(now).until for hours in every]
        return min((turn for turn in turns if turn is not None), default=None)

    def snapshot(self) -> list[dict[str, Any]]:
        """Who is busy, and since when the others are free, as JSON."""
        return [{**asdict(each), "queues": sorted(each.queues)} for each in self.agents.values()]

    def restore(self, data: Iterable[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        agents = [Agent(**{**each, "queues": frozenset(each["queues"])}) for each in data]
        self.agents = {each.id: each for each in agents}

    def _there(self, agent: Agent, now: datetime) -> bool:
        hours = self._named.get(agent.name, self._others)
        return not hours or any(each.at(now).is_open for each in hours)


def takes(agents: Iterable[Agent], skills: Iterable[str], queue: Entity | None) -> Agent | None:
    """Who of ``agents``, the longest free first, takes a call of ``queue``; None for nobody."""
    wanted = tuple(skills)
    method = queue.definition["skillEvaluationMethod"] if queue is not None else "NONE"
    mine = [each for each in agents if queue is None or queue.id in each.queues]
    if method == "NONE" or not wanted:
        return mine[0] if mine else None
    able = [each for each in mine if all(skill in each.skills for skill in wanted)]
    if method == "BEST":
        return max(able, key=lambda each: sum(each.skills[one] for one in wanted), default=None)
    return able[0] if able else None
