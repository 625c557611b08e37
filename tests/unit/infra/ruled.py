# SPDX-License-Identifier: Apache-2.0
"""Resources as the rules of the policy pack see them, and what the rules say about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from infra.columns import read_record
from infra.policy.declared import Declared
from infra.policy.pack import RESOURCE_RULES, STACK_RULES
from tests.unit.infra.mocked import Resource, Run, run_stack

RECORD = read_record()
RULES = {one.name: one for one in (*RESOURCE_RULES, *STACK_RULES)}


def declared(run: Run, one: Resource, depth: int = 2) -> Declared:
    """A resource of a run as the rules see it."""
    by_name = {(other.kind, other.name): other for other in run.deployed}
    depends = {
        key: [
            declared(run, by_name[urn.rpartition("::")[0].rpartition(":")[2], name], depth - 1)
            for urn in sorted(found.urns)
            if (name := urn.rpartition("::")[2])
        ]
        for key, found in one.options.propertyDependencies.items()
        if depth
    }
    return Declared(
        urn=one.urn,
        kind=one.kind,
        name=one.name,
        properties=one.inputs,
        protect=one.options.protect,
        depends=depends,
    )


def pick(kind: str, name: str, stack: str = "prod") -> Declared:
    """A resource of a stack that keeps all rules."""
    run = run_stack(stack, preview=True)
    return declared(run, run.kind(kind)[name])


def told(rule: str, one: Declared) -> list[str]:
    """What a rule says about a resource."""
    return list(RULES[rule].violations(one, RECORD))


def changed(one: Declared, **properties: Any) -> Declared:
    """A resource with other properties; None takes one away."""
    both = {**one.properties, **properties}
    return replace(one, properties={key: value for key, value in both.items() if value is not None})


def without(one: Declared, key: str) -> Declared:
    """A resource of which one property was made from nothing."""
    return replace(one, depends={**one.depends, key: []})
