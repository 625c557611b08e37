# SPDX-License-Identifier: Apache-2.0
"""The conditions of a skill group: which agents are in it, by their skills.

A condition speaks of skills by name, as the platform's do. No source says how conditions
combine; here all conditions of a group must hold, ``And`` needs every part of a condition,
``Or`` one, ``Not`` none, and an agent without the skill meets no comparison.

Source: SkillGroupCondition of the official SDK 269; provider reference, section B.7.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.errors import not_simulated
from simulator.fields import Integer, ListOf, Object, Reader, Text

DEEPEST = 5
"""Levels of conditions within conditions; the platform's number is not documented."""

_COMPARES: Mapping[str, Callable[[float, float], bool]] = {
    "EqualTo": operator.eq,
    "NotEqualTo": operator.ne,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThanOrEqualTo": operator.le,
}
_COMBINES: Mapping[str, Callable[[Sequence[bool]], bool]] = {
    "And": all,
    "Or": any,
    "Not": lambda parts: not any(parts),
}


class Languages(ListOf):
    """Conditions on languages, which no simulated agent has: only none of them can be read."""

    def __init__(self) -> None:
        super().__init__(Object({}))

    def read(self, value: Any, where: str) -> list[Any]:
        """An empty list.

        Raises:
            Refusal: 501; there is a condition in it.
        """
        if found := super().read(value, where):
            raise not_simulated("POST", "/api/v2/routing/skillgroups", "language skills")
        return found


def conditions(deepest: int = DEEPEST) -> Reader:
    """The reader of a list of conditions, so many levels deep."""
    within = conditions(deepest - 1) if deepest > 1 else ListOf(Object({}), maximum=0)
    skill = {
        "routingSkill": Text(required=True, minimum=1),
        "comparator": Text(required=True, choices=tuple(_COMPARES)),
        "proficiency": Integer(required=True, minimum=0, maximum=5),
        "childConditions": within,
    }
    condition = {
        "routingSkillConditions": ListOf(Object(skill)),
        "languageSkillConditions": Languages(),
        "operation": Text(required=True, choices=tuple(_COMBINES)),
    }
    return ListOf(Object(condition))


def meets(proficiencies: Mapping[str, float], wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an agent with these proficiencies, by skill name, meets all the conditions."""
    return all(_meets_one(proficiencies, condition) for condition in wanted)


def _meets_one(proficiencies: Mapping[str, float], condition: Mapping[str, Any]) -> bool:
    parts = []
    for skill in condition.get("routingSkillConditions", ()):
        has = proficiencies.get(skill["routingSkill"])
        compare = _COMPARES[skill["comparator"]]
        parts.append(
            has is not None
            and compare(has, skill["proficiency"])
            and meets(proficiencies, skill.get("childConditions", ()))
        )
    return _COMBINES[condition["operation"]](parts)
