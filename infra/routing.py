# SPDX-License-Identifier: Apache-2.0
"""The agents' side: the high-value skill, the group of those who have it, queues, wrap-up codes.

Who has the skill, and who is in the general queue, is decided by people day by day; the program
leaves members alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_genesyscloud as genesyscloud

from infra.lanes import Queue

SENIOR_PROFICIENCY: Final = 3
"""Least proficiency, 0 to 5, in the high-value skill that makes a senior agent."""


@dataclass(frozen=True, slots=True)
class RoutingArgs:
    """Names, and the division.

    Args:
        queues: names of the queues; the first one gets the senior agents.
        wrap_up_codes: names by what stands for them in the program.
    """

    division_id: pulumi.Input[str]
    skill: str
    group: str
    queues: Mapping[Queue, str]
    wrap_up_codes: Mapping[str, str]


class Routing(pulumi.ComponentResource):
    """Skill, skill group, queues and wrap-up codes.

    Attributes:
        skill_id: the high-value skill.
        queue_ids: ids by queue.
    """

    skill_id: pulumi.Output[str]
    queue_ids: Mapping[Queue, pulumi.Output[str]]

    def __init__(
        self, name: str, args: RoutingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:Routing", name, None, opts)
        mine = pulumi.ResourceOptions(parent=self)
        skill = genesyscloud.RoutingSkill("high-value-skill", name=args.skill, opts=mine)
        group = genesyscloud.RoutingSkillGroup(
            "senior-agents",
            name=args.group,
            description="Agents who take the leads of highest value.",
            division_id=args.division_id,
            skill_conditions=skill.name.apply(_conditions),
            opts=mine,
        )
        codes = [
            genesyscloud.RoutingWrapupcode(
                f"wrap-up-{key}", name=title, division_id=args.division_id, opts=mine
            ).id
            for key, title in args.wrap_up_codes.items()
        ]
        self.skill_id = skill.id
        self.queue_ids = {
            key: self._queue(key, title, args.division_id, [group.id] if not place else [], codes)
            for place, (key, title) in enumerate(args.queues.items())
        }
        self.register_outputs({"skillId": self.skill_id, "queueIds": dict(self.queue_ids)})

    def _queue(
        self,
        key: str,
        title: str,
        division_id: pulumi.Input[str],
        groups: Sequence[pulumi.Output[str]],
        codes: Sequence[pulumi.Output[str]],
    ) -> pulumi.Output[str]:
        queue = genesyscloud.RoutingQueue(
            f"{key}-queue",
            name=title,
            description="Calls to scored leads.",
            division_id=division_id,
            skill_groups=list(groups) or None,
            wrapup_codes=list(codes),
            ignore_members=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return queue.id


def _conditions(skill: str) -> str:
    """The group's condition: the skill, by its name, and how well an agent must have it."""
    wanted = {
        "routingSkill": skill,
        "comparator": "GreaterThanOrEqualTo",
        "proficiency": SENIOR_PROFICIENCY,
        "childConditions": [],
    }
    clause = {
        "routingSkillConditions": [wanted],
        "languageSkillConditions": [],
        "operation": "And",
    }
    return json.dumps([clause], separators=(",", ":"))
