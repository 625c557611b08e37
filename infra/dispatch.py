# SPDX-License-Identifier: Apache-2.0
"""``Priority Lead Dispatch``: what happens to a lead in the moment before its call.

A lead whose score is too old, or has no time, is not dialled, whatever the filter let through:
between the filter and the call it waits in the dialer's working set. For the same reason a lead is
not dialled that belongs to another tier by now (it would be called from both lists), nor one by
the senior agents whose score has fallen below theirs. A lead of high value asks for the skill that
senior agents have.

Source: platform reference, section 7.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pulumi
import pulumi_genesyscloud as genesyscloud

from infra.replacing import with_its_list
from infra.route import UTC_MARK
from integration.policy import ScoringPolicy

_DO_NOT_DIAL = genesyscloud.OutboundRulesetRuleActionArgs(
    type="Action", action_type_name="DO_NOT_DIAL"
)


def period(age: timedelta) -> str:
    """``age`` before now, in the form that rules take: ``P-1DT-0H-0M``."""
    hours, minutes = divmod(age // timedelta(minutes=1), 60)
    days, hours = divmod(hours, 24)
    return f"P-{days}DT-{hours}H-{minutes}M"


@dataclass(frozen=True, slots=True)
class DispatchArgs:
    """The rule set's name, its list and queue, the policy, the high-value skill's id, the tier.

    ``tier`` is that of the leads that the campaign dials; None for all of them.
    """

    name: str
    list_id: pulumi.Input[str]
    queue_id: pulumi.Input[str]
    policy: ScoringPolicy
    skill_id: pulumi.Output[str]
    tier: str | None


class PriorityDispatch(pulumi.ComponentResource):
    """A rule set.

    Attributes:
        rule_set_id: its id.
    """

    rule_set_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: DispatchArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:PriorityDispatch", name, None, opts)
        columns, policy = args.policy.columns, args.policy
        rules = [
            _rule(
                ("Score too old", 0),
                (columns.instant, "BEFORE", "PERIOD", period(policy.max_age)),
                _DO_NOT_DIAL,
            ),
            _rule(
                # Blank, or not the project's; see infra.route for why not compared with "".
                ("Score without a time", 1),
                (columns.instant, "ENDS_WITH", "STRING", UTC_MARK),
                _DO_NOT_DIAL,
                inverted=True,
            ),
            _rule(
                ("High value", 2),
                (columns.score, "GREATER_THAN_EQUALS", "NUMERIC", str(policy.high_value_from)),
                genesyscloud.OutboundRulesetRuleActionArgs(
                    type="Action",
                    action_type_name="SET_SKILLS",
                    properties={"skills": args.skill_id.apply(lambda skill: json.dumps([skill]))},
                ),
            ),
        ]
        rules += _own_leads(policy, args.tier, len(rules))
        rule_set = genesyscloud.OutboundRuleset(
            name,
            name=args.name,
            contact_list_id=args.list_id,
            queue_id=args.queue_id,
            rules=rules,
            opts=with_its_list(self),
        )
        self.rule_set_id = rule_set.id
        self.register_outputs({"ruleSetId": self.rule_set_id})


def _own_leads(
    policy: ScoringPolicy, tier: str | None, order: int
) -> list[genesyscloud.OutboundRulesetRuleArgs]:
    """Rules that keep a campaign to the leads of its tier."""
    columns = policy.columns
    rules = []
    if tier is not None:
        belongs = (columns.tier, "EQUALS", "STRING", tier)
        rules.append(_rule(("Lead of another tier", order), belongs, _DO_NOT_DIAL, inverted=True))
    if tier == policy.senior_tier:
        low = (columns.score, "LESS_THAN_EQUALS", "NUMERIC", str(policy.senior_above))
        rules.append(_rule(("Score too low", order + 1), low, _DO_NOT_DIAL))
    return rules


def _rule(
    what: tuple[str, int],
    condition: tuple[str, str, str, str],
    action: genesyscloud.OutboundRulesetRuleActionArgs,
    *,
    inverted: bool = False,
) -> genesyscloud.OutboundRulesetRuleArgs:
    title, order = what
    column, operator, kind, value = condition
    return genesyscloud.OutboundRulesetRuleArgs(
        name=title,
        order=order,
        category="DIALER_PRECALL",
        conditions=[
            genesyscloud.OutboundRulesetRuleConditionArgs(
                type="contactAttributeCondition",
                attribute_name=column,
                operator=operator,
                value_type=kind,
                value=value,
                inverted=inverted,
            )
        ],
        actions=[action],
    )
