# SPDX-License-Identifier: Apache-2.0
"""The rules, put where the engine asks them.

A rule about one resource is asked before that resource is touched. A rule about what a campaign
refers to is asked of the whole stack, by the dependencies of its properties: these are known in
a first preview, where ids are not, and reading an unknown id would make the engine let it pass.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from infra.columns import read_record
from infra.policy import campaigns, objects
from infra.policy.declared import PROVIDER, Declared

PACK: Final = "lead-scoring"
Rule = Callable[[Declared, Mapping[str, Any]], Iterator[str]]
"""Yields what is wrong with a resource, given the record of columns."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule, what it is called, and the kinds of resources it is asked about.

    Args:
        kinds: none stands for every kind.
    """

    rule: Rule
    name: str
    kinds: Collection[str]

    def violations(self, one: Declared, record: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with a resource, with its name in front."""
        if not self.kinds or one.kind in self.kinds:
            for said in self.rule(one, record):
                yield f"{one.name} ({one.kind}) {said}"


RESOURCE_RULES: Final = (
    Checked(campaigns.best_score_first, "best-score-first", {campaigns.CAMPAIGN}),
    Checked(campaigns.follows_the_scores, "follows-the-scores", {campaigns.CAMPAIGN}),
    Checked(campaigns.status_is_operations, "status-is-operations", {campaigns.CAMPAIGN}),
    Checked(campaigns.calls_as_nobody, "calls-as-nobody", {campaigns.CAMPAIGN}),
    Checked(objects.columns_on_record, "columns-on-record", {objects.LIST}),
    Checked(objects.protected, "protected", objects.KEPT.keys()),
    Checked(objects.own_names, "own-names", ()),
    Checked(objects.narrow_roles, "narrow-roles", {objects.ROLE}),
    Checked(objects.machines_only, "machines-only", {objects.CLIENT}),
)
STACK_RULES: Final = (
    Checked(campaigns.only_fresh_leads, "only-fresh-leads", {campaigns.CAMPAIGN}),
    Checked(campaigns.checked_before_the_call, "checked-before-the-call", {campaigns.CAMPAIGN}),
    Checked(campaigns.lawful, "lawful", {campaigns.CAMPAIGN}),
)


def open_pack() -> PolicyPack:
    """Offer the rules to the engine that started this process."""
    record = read_record()
    return PolicyPack(
        name=PACK,
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[
            *(resource_policy(checked, record) for checked in RESOURCE_RULES),
            *(stack_policy(checked, record) for checked in STACK_RULES),
        ],
    )


def resource_policy(checked: Checked, record: Mapping[str, Any]) -> Policy:
    """A rule that is asked before each resource is touched."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type.startswith(PROVIDER):
            for said in checked.violations(_declared(args), record):
                report(said, args.urn)

    return ResourceValidationPolicy(
        name=checked.name, description=_summary(checked), validate=validate
    )


def stack_policy(checked: Checked, record: Mapping[str, Any]) -> Policy:
    """A rule that is asked of the whole stack."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for resource in args.resources:
            if resource.resource_type.startswith(PROVIDER):
                for said in checked.violations(_linked(resource), record):
                    report(said, resource.urn)

    return StackValidationPolicy(
        name=checked.name, description=_summary(checked), validate=validate
    )


def _declared(args: ResourceValidationArgs | PolicyResource) -> Declared:
    return Declared(
        urn=args.urn,
        kind=args.resource_type.rpartition(":")[2],
        name=args.name,
        properties=args.props,
        protect=bool(args.opts.protect),
    )


def _linked(resource: PolicyResource, depth: int = 2) -> Declared:
    """A resource with those it was made from, and those that these were made from."""
    alone = _declared(resource)
    if not depth:
        return alone
    depends = {
        key: [_linked(one, depth - 1) for one in found]
        for key, found in resource.property_dependencies.items()
    }
    return Declared(alone.urn, alone.kind, alone.name, alone.properties, alone.protect, depends)


def _summary(checked: Checked) -> str:
    return str(checked.rule.__doc__).partition("\n")[0]
