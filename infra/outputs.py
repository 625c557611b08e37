# SPDX-License-Identifier: Apache-2.0
"""What the stack tells the rest of the project: no secret in ``integration``, all in the others.

The keys of ``integration`` are the names of the ``leadscore`` command's own settings wherever it
has one, so that the two halves of the project cannot disagree. What it has no setting for (ids
of queues, campaigns, filters, rule sets) is beside them, by lane.

The secrets are exported apart: one secret inside a dictionary makes all of it secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pulumi
import pulumi_genesyscloud as genesyscloud

from infra.access import Access
from infra.campaign import LeadCampaign
from infra.compliance import Compliance
from infra.dispatch import PriorityDispatch
from infra.lanes import Lane
from infra.lead_list import LeadList
from infra.organisation import Organisation
from infra.route import RouteByPriority
from infra.routing import Routing
from infra.score_entity import ScoreEntity
from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class DeployedLane:
    """The parts of one lane."""

    lane: Lane
    queue_id: pulumi.Output[str]
    leads: LeadList
    route: RouteByPriority
    dispatch: PriorityDispatch
    campaign: LeadCampaign


@dataclass(frozen=True, slots=True)
class Deployed:
    """The parts of a deployment."""

    access: Access
    entity: ScoreEntity
    compliance: Compliance
    routing: Routing
    lanes: Sequence[DeployedLane]


def export(settings: Settings, organisation: Organisation, parts: Deployed) -> None:
    """Export ``integration``, ``pusher`` and ``operator``."""
    pulumi.export("integration", _integration(settings, organisation, parts))
    pulumi.export("pusher", _credentials(parts.access.pusher))
    pulumi.export("operator", _credentials(parts.access.operator))


def _integration(settings: Settings, organisation: Organisation, parts: Deployed) -> dict[str, Any]:
    policy = settings.policy
    keyed = {one.lane.tier or "leads": one for one in parts.lanes}
    lists = {
        f"{one.lane.key}_list" if one.lane.key else "contact_list": one.leads.list_id
        for one in parts.lanes
    }
    campaigns = {
        f"{one.lane.key}_campaign" if one.lane.key else "campaign": one.campaign.campaign_id
        for one in parts.lanes
    }
    return {
        **asdict(organisation),
        "strategy": settings.strategy,
        **lists,
        **campaigns,
        "data_table": parts.entity.table_id,
        **{f"column_{which}": name for which, name in asdict(policy.columns).items()},
        "senior_above": policy.senior_above,
        "high_value_from": policy.high_value_from,
        "senior_tier": policy.senior_tier,
        "general_tier": policy.general_tier,
        "high_value_skill": policy.high_value_skill,
        "max_age_minutes": settings.max_age_minutes,
        "column_phone": settings.phone_column,
        "column_zone": settings.zone_column,
        "high_value_skill_id": parts.routing.skill_id,
        "attempt_limit": parts.compliance.attempt_limit_id,
        "do_not_call_list": parts.compliance.do_not_call_id,
        "division": parts.access.division_id,
        "scratch_division": parts.access.scratch_division_id,
        "lists": {key: one.leads.list_id for key, one in keyed.items()},
        "queues": {key: one.queue_id for key, one in keyed.items()},
        "filters": {key: one.route.filter_id for key, one in keyed.items()},
        "rule_sets": {key: one.dispatch.rule_set_id for key, one in keyed.items()},
        "campaigns": {key: one.campaign.campaign_id for key, one in keyed.items()},
    }


def _credentials(client: genesyscloud.OauthClient) -> pulumi.Output[dict[str, str]]:
    """The id and the secret of a client, as one secret output."""
    both = pulumi.Output.all(client_id=client.id, client_secret=client.client_secret)
    return pulumi.Output.secret(both.apply(dict))
