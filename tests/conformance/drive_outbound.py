# SPDX-License-Identifier: Apache-2.0
"""A campaign made, run and deleted with the official SDK: a part of :mod:`drive_sdk`."""

from __future__ import annotations

from functools import partial
from typing import Any

from sdk_session import Session, definition, made, refusal, sdk

PERSON = "disposition.classification.callable.person"


def campaigns(session: Session) -> Any:
    """Everything that a campaign refers to; the campaign turned on, edited, off and deleted."""
    outbound = session.outbound
    contacts = outbound.post_outbound_contactlists(definition("Campaign leads"))
    queue = sdk.RoutingApi(session.client).post_routing_queues(
        made(sdk.CreateQueueRequest(), name="Campaign queue")
    )
    edges = sdk.TelephonyProvidersEdgeApi(session.client)
    (site,) = edges.get_telephony_providers_edges_sites(managed=False).entities
    (script,) = sdk.ScriptsApi(session.client).get_scripts_published().entities
    times = outbound.post_outbound_callabletimesets(office_hours())
    answers = outbound.post_outbound_callanalysisresponsesets(
        made(
            sdk.ResponseSet(),
            name="Answers",
            responses={PERSON: made(sdk.Reaction(), reaction_type="transfer")},
        )
    )
    never = outbound.post_outbound_dnclists(
        made(sdk.DncListCreate(), name="Never", dnc_source_type="rds", contact_method="Phone")
    )
    outbound.post_outbound_dnclist_phonenumbers(never.id, ["+441"])
    rules = outbound.post_outbound_rulesets(made(sdk.RuleSet(), name="Rules", rules=[stale()]))
    parts = (
        (outbound.delete_outbound_callabletimeset, times),
        (outbound.delete_outbound_callanalysisresponseset, answers),
        (outbound.delete_outbound_dnclist, never),
        (outbound.delete_outbound_ruleset, rules),
        (outbound.delete_outbound_contactlist, contacts),
    )
    campaign = outbound.post_outbound_campaigns(
        made(
            sdk.Campaign(),
            name="Senior",
            dialing_mode="predictive",
            abandon_rate=2.5,
            max_calls_per_agent_decimal=1.5,
            caller_name="Acme",
            caller_address="+13175550100",
            phone_columns=[made(sdk.PhoneColumn(), column_name="phone")],
            contact_list=ref(contacts),
            queue=ref(queue),
            site=ref(site),
            script=ref(script),
            callable_time_set=ref(times),
            call_analysis_response_set=ref(answers),
            dnc_lists=[ref(never)],
            rule_sets=[ref(rules)],
            contact_sorts=[
                made(sdk.ContactSort(), field_name="ml_score", direction="DESC", numeric=True)
            ],
        ),
        use_max_calls_per_agent_decimal=True,
    )
    outbound.post_outbound_campaign_start(campaign.id)
    running = outbound.get_outbound_campaign(campaign.id)
    running.priority = 2
    edited = outbound.put_outbound_campaign(campaign.id, running)
    edited.dialing_mode = "power"
    happened = {
        "made": [campaign.campaign_status, campaign.version, campaign.contact_list.name],
        "filled in": [campaign.no_answer_timeout, campaign.phone_columns[0].type],
        "per agent": [campaign.max_calls_per_agent, campaign.max_calls_per_agent_decimal],
        "edited": [edited.campaign_status, edited.version, edited.priority],
        "mode while on": refusal(lambda: outbound.put_outbound_campaign(campaign.id, edited)),
        "deleted while on": refusal(lambda: outbound.delete_outbound_campaign(campaign.id)),
        "progress": outbound.get_outbound_campaign_progress(campaign.id).total_number_of_contacts,
        "listed size": outbound.get_outbound_dnclist(never.id, include_size=True).size,
        "opens at": times.callable_times[0].time_slots[0].start_time,
        "in use": [refusal(partial(delete, part.id))[1] for delete, part in parts],
    }
    outbound.post_outbound_campaign_stop(campaign.id)
    gone = outbound.delete_outbound_campaign(campaign.id)
    for delete, part in parts:
        delete(part.id)
    sdk.RoutingApi(session.client).delete_routing_queue(queue.id)
    return {**happened, "gone": [gone.name, gone.campaign_status]}


def ref(target: Any) -> Any:
    """A reference to an object."""
    return made(sdk.DomainEntityRef(), id=target.id)


def office_hours() -> Any:
    """Callable times on a Monday."""
    slot = made(sdk.CampaignTimeSlot(), start_time="09:00:00", stop_time="18:00:00", day=1)
    monday = made(sdk.CallableTime(), time_zone_id="Europe/London", time_slots=[slot])
    return made(sdk.CallableTimeSet(), name="Office hours", callable_times=[monday])


def stale() -> Any:
    """A rule against old scores."""
    condition = made(
        sdk.Condition(),
        type="contactAttributeCondition",
        attribute_name="ml_score_at",
        operator="BEFORE",
        value_type="PERIOD",
        value="P-1DT-0H-0M",
    )
    action = made(sdk.DialerAction(), type="Action", action_type_name="DO_NOT_DIAL", properties={})
    return made(
        sdk.DialerRule(),
        name="Stale",
        order=0,
        category="DIALER_PRECALL",
        conditions=[condition],
        actions=[action],
    )
