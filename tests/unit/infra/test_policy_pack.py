# SPDX-License-Identifier: Apache-2.0
"""The rules reach the engine: asked with what it knows in a first preview, unknowns and all."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from infra.columns import read_record
from infra.policy import pack
from infra.stack_files import PROJECT
from tests.unit.infra.mocked import UNKNOWN, Resource, Run, run_stack

RECORD = read_record()


def as_the_engine_says(value: Any) -> Any:
    """Unknown values as the engine puts them."""
    if isinstance(value, UNKNOWN):
        return UNKNOWN_STRING_VALUE
    if isinstance(value, dict):
        return {key: as_the_engine_says(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_the_engine_says(inner) for inner in value]
    return value


def options(one: Resource) -> PolicyResourceOptions:
    times = PolicyCustomTimeouts(0, 0, 0)
    return PolicyResourceOptions(one.options.protect, [], None, [], times, [], one.parent)


def properties(one: Resource) -> Any:
    """Properties that refuse to be read where they are unknown, as the library wraps them."""
    return unknown_checking_proxy(as_the_engine_says(dict(one.inputs)))


def stack(run: Run, *, broken: bool = False) -> list[PolicyResource]:
    """The resources of a first preview; broken ones are made from nothing."""
    found = {
        one.urn: PolicyResource(
            one.type, properties(one), one.urn, one.name, options(one), None, None, [], {}
        )
        for one in run.resources
    }
    for one in () if broken else run.resources:
        found[one.urn].property_dependencies = {
            key: [found[urn] for urn in dependencies.urns]
            for key, dependencies in one.options.propertyDependencies.items()
        }
    return list(found.values())


@pytest.mark.parametrize("checked", pack.RESOURCE_RULES, ids=lambda checked: checked.name)
def test_a_first_preview_passes_resource_rules(checked: pack.Checked):
    """No rule about one resource reads what a first preview does not know."""
    policy = pack.resource_policy(checked, RECORD)
    assert isinstance(policy, ResourceValidationPolicy)
    said: list[str] = []
    for one in run_stack("prod", preview=True).resources:
        args = ResourceValidationArgs(
            one.type, properties(one), one.urn, one.name, options(one), None
        )
        policy.validate(args, lambda message, _urn: said.append(message))
    assert said == []


@pytest.mark.parametrize("checked", pack.STACK_RULES, ids=lambda checked: checked.name)
def test_a_first_preview_passes_stack_rules(checked: pack.Checked):
    """No rule about references reads an id that a first preview does not know."""
    policy = pack.stack_policy(checked, RECORD)
    assert isinstance(policy, StackValidationPolicy)
    said: list[str] = []
    resources = stack(run_stack("prod", preview=True))
    policy.validate(StackValidationArgs(resources), lambda message, _urn: said.append(message))
    assert said == []


@pytest.mark.parametrize("checked", pack.STACK_RULES, ids=lambda checked: checked.name)
def test_references_are_missed(checked: pack.Checked):
    """Where campaigns refer to nothing, each rule about references says so, at the campaign."""
    policy = pack.stack_policy(checked, RECORD)
    assert isinstance(policy, StackValidationPolicy)
    said: list[tuple[str, str | None]] = []
    resources = stack(run_stack("prod", preview=True), broken=True)
    policy.validate(StackValidationArgs(resources), lambda *told: said.append(told))
    assert {str(urn).rpartition("::")[2] for _, urn in said} == {
        "campaign-senior",
        "campaign-general",
    }


def test_a_resource_rule_speaks():
    """What a rule says reaches the engine with the resource's name in front."""
    one = run_stack("prod").kind("OutboundCampaign")["campaign-senior"]
    (checked,) = (rule for rule in pack.RESOURCE_RULES if rule.name == "follows-the-scores")
    policy = pack.resource_policy(checked, RECORD)
    assert isinstance(policy, ResourceValidationPolicy)
    said: list[tuple[str, str | None]] = []
    args = ResourceValidationArgs(one.type, {}, one.urn, one.name, options(one), None)
    policy.validate(args, lambda *told: said.append(told))
    assert [urn for _, urn in said] == [one.urn, one.urn]
    assert said[0][0].startswith("campaign-senior (OutboundCampaign) does not sort dynamically")


def test_the_pack(monkeypatch: pytest.MonkeyPatch):
    """What the engine starts offers every rule once, and each of them stops an update."""
    offered: list[dict[str, Any]] = []
    monkeypatch.setattr(pack, "PolicyPack", lambda **given: offered.append(given))
    runpy.run_path(str(PROJECT / "infra" / "policy"), run_name="__main__")
    (given,) = offered
    assert given["enforcement_level"] is EnforcementLevel.MANDATORY
    names = [policy.name for policy in given["policies"]]
    assert sorted(names) == sorted({one.name for one in (*pack.RESOURCE_RULES, *pack.STACK_RULES)})
    assert all(policy.description.endswith(".") for policy in given["policies"])
