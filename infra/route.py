# SPDX-License-Identifier: Apache-2.0
"""``RouteByPriority``: which leads of a list its campaign dials.

Fresh leads of the lane's tier, that is, and for the senior agents only as long as the score is
theirs: a lead that waits for a recall stays on their list while its score falls. The filter
follows the clock and the scores because the campaign filters dynamically.

A blank time has no documented answer to BEFORE, so a predicate of its own asks for a time that
ends in ``Z``, as every time does that the project writes. (Comparing with a blank text would be
plainer, but the provider drops blank values from what it sends.)

Source: platform reference, section 6; provider reference, section B.12.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_genesyscloud as genesyscloud

from infra.replacing import with_its_list
from integration.policy import ScoringPolicy, relative_time

UTC_MARK = "Z"
"""What the time of each score ends in."""


@dataclass(frozen=True, slots=True)
class RouteArgs:
    """The filter's name and list, what fresh means, and the tier; None for every tier."""

    name: str
    list_id: pulumi.Input[str]
    policy: ScoringPolicy
    tier: str | None


class RouteByPriority(pulumi.ComponentResource):
    """A contact list filter.

    Attributes:
        filter_id: its id.
    """

    filter_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: RouteArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("leadscoring:infra:RouteByPriority", name, None, opts)
        columns = args.policy.columns
        predicates = [
            _predicate(columns.instant, "BEFORE", relative_time(args.policy.max_age), but_not=True),
            _predicate(columns.instant, "ENDS_WITH", UTC_MARK),
        ]
        if args.tier is not None:
            predicates.append(_predicate(columns.tier, "EQUALS", args.tier))
        if args.tier == args.policy.senior_tier:
            above = str(args.policy.senior_above)
            predicates.append(_predicate(columns.score, "GREATER_THAN", above, kind="numeric"))
        fresh = genesyscloud.OutboundContactlistfilter(
            name,
            name=args.name,
            contact_list_id=args.list_id,
            filter_type="AND",
            clauses=[
                genesyscloud.OutboundContactlistfilterClauseArgs(
                    filter_type="AND", predicates=predicates
                )
            ],
            opts=with_its_list(self),
        )
        self.filter_id = fresh.id
        self.register_outputs({"filterId": self.filter_id})


def _predicate(
    column: str,
    operator: str,
    value: str,
    *,
    but_not: bool = False,
    kind: Literal["alphabetic", "numeric"] = "alphabetic",
) -> genesyscloud.OutboundContactlistfilterClausePredicateArgs:
    return genesyscloud.OutboundContactlistfilterClausePredicateArgs(
        column=column,
        column_type=kind,  # relative times too are alphabetic: the platform knows no other
        operator=operator,
        value=value,
        inverted=but_not,
    )
