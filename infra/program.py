# SPDX-License-Identifier: Apache-2.0
"""The whole deployment, read from top to bottom.

``build`` keeps nothing between two calls and needs no working directory, so that a process may
deploy as many stacks as it likes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.access import Access, AccessArgs
from infra.campaign import CampaignArgs, LeadCampaign
from infra.columns import columns_of
from infra.compliance import Compliance, ComplianceArgs
from infra.dispatch import DispatchArgs, PriorityDispatch
from infra.existing import Existing, look_up
from infra.lanes import Lane
from infra.lead_list import LeadList, LeadListArgs
from infra.outputs import Deployed, DeployedLane, export
from infra.route import RouteArgs, RouteByPriority
from infra.routing import Routing, RoutingArgs
from infra.score_entity import ScoreEntity, ScoreEntityArgs
from infra.settings import Settings, read_settings


def build() -> None:
    """Declare everything the stack's configuration asks for, and export what the pusher needs.

    Raises:
        SettingsError: the configuration cannot be used; nothing has been declared then.
    """
    settings, organisation = read_settings()
    access = _access(settings)
    entity = ScoreEntity(
        "lead-score",
        ScoreEntityArgs(
            name=settings.title(settings.names.data_table),
            division_id=access.division_id,
            protect=settings.protect,
        ),
    )
    compliance = _compliance(settings, access)
    routing = _routing(settings, access)
    shared = _Shared(access, compliance, routing, existing=look_up(settings.site, settings.script))
    lanes = [_lane(settings, lane, shared) for lane in settings.lanes]
    export(settings, organisation, Deployed(access, entity, compliance, routing, lanes))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What every lane needs."""

    access: Access
    compliance: Compliance
    routing: Routing
    existing: Existing


def _access(settings: Settings) -> Access:
    names = settings.names
    return Access(
        "access",
        AccessArgs(
            division=settings.title(names.division),
            scratch_division=settings.title(names.scratch_division),
            pusher=settings.title(names.pusher),
            operator=settings.title(names.operator),
            scratch_role=settings.title(names.scratch_role),
            protect=settings.protect,
        ),
    )


def _compliance(settings: Settings, access: Access) -> Compliance:
    names = settings.names
    return Compliance(
        "compliance",
        ComplianceArgs(
            attempt_limit=settings.title(names.attempt_limit),
            calling_hours=settings.title(names.calling_hours),
            call_answers=settings.title(names.call_answers),
            do_not_call=settings.title(names.do_not_call),
            division_id=access.division_id,
            attempts=settings.attempts_per_contact,
            minutes_between=settings.minutes_between_attempts,
            zones=settings.time_zones,
            days=settings.calling_days,
            hours=(settings.calling_from, settings.calling_until),
            phone_column=settings.phone_column,
            protect=settings.protect,
        ),
    )


def _routing(settings: Settings, access: Access) -> Routing:
    names = settings.names
    queues = {"senior": names.senior_queue, "general": names.general_queue}
    return Routing(
        "routing",
        RoutingArgs(
            division_id=access.division_id,
            skill=settings.policy.high_value_skill,
            group=settings.title(names.senior_group),
            queues={lane.queue: settings.title(queues[lane.queue]) for lane in settings.lanes},
            wrap_up_codes={
                re.sub(r"\W+", "-", code).lower(): settings.title(code)
                for code in settings.wrap_up_codes
            },
        ),
    )


def _lane(settings: Settings, lane: Lane, shared: _Shared) -> DeployedLane:
    names, policy = settings.names, settings.policy
    division_id, queue_id = shared.access.division_id, shared.routing.queue_ids[lane.queue]
    leads = LeadList(
        lane.resource("leads"),
        LeadListArgs(
            name=settings.title(names.contact_list, lane),
            division_id=division_id,
            columns=columns_of(settings),
            attempt_limit_id=shared.compliance.attempt_limit_id,
            protect=settings.protect,
            adopt=settings.adopt.get(lane.resource("leads"), ""),
        ),
    )
    route = RouteByPriority(
        lane.resource("route"),
        RouteArgs(settings.title(names.route, lane), leads.list_id, policy, lane.tier),
    )
    dispatch = PriorityDispatch(
        lane.resource("dispatch"),
        DispatchArgs(
            name=settings.title(names.dispatch, lane),
            list_id=leads.list_id,
            queue_id=queue_id,
            policy=policy,
            skill_id=shared.routing.skill_id,
            tier=lane.tier,
        ),
    )
    campaign = LeadCampaign(
        lane.resource("campaign"),
        CampaignArgs(
            name=settings.title(names.campaign, lane),
            division_id=division_id,
            list_id=leads.list_id,
            filter_id=route.filter_id,
            rule_set_id=dispatch.rule_set_id,
            queue_id=queue_id,
            compliance=shared.compliance,
            score_column=settings.columns.score,
            phone_column=settings.phone_column,
            priority=lane.priority,
            site_id=shared.existing.site_id,
            script_id=shared.existing.script_id,
            caller_name=settings.caller_name,
            caller_address=settings.caller_address,
        ),
    )
    return DeployedLane(lane, queue_id, leads, route, dispatch, campaign)
