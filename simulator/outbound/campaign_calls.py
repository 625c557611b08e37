# SPDX-License-Identifier: Apache-2.0
"""The calls of campaigns that are their own: start, stop, narrow changes, progress, recycling.

Nothing is dialled here. What the dialer has done so far stands in the campaign's ``more``:
``called`` and ``skipped`` count contacts, ``attempts`` and ``connects`` calls, ``recycled`` the
passes that were begun anew.

Source: OutboundApi of the official SDK 269; platform reference, section 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.entities import Entity
from simulator.entity_calls import entity_of
from simulator.fields import Integer, Number, Object, Text, read_list, read_object
from simulator.http import Answer, Call, Operation
from simulator.outbound.campaign_status import STATUS, status_of
from simulator.outbound.campaigns import BALANCING, CAMPAIGNS
from simulator.references import CAMPAIGN, QUEUE, RefersTo

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ONE = f"{CAMPAIGNS.root}/{{campaignId}}"
VIEW = "outbound:campaign:view"
RECYCLE = ("outbound:campaign:recycle", "outbound:campaign:edit")

_PATCH = {
    "outboundLineCount": Integer(minimum=0),
    "abandonRate": Number(minimum=0, maximum=100),
    "maxCallsPerAgent": Number(minimum=1),
    "dynamicLineBalancingSettings": Object(BALANCING),
    "queue": RefersTo(QUEUE),
}


def start(call: Call) -> Answer:
    """Turn a campaign on."""
    return _turn(call, "start", "on")


def stop(call: Call) -> Answer:
    """Turn a campaign off."""
    return _turn(call, "stop", "off")


def patch(call: Call) -> Answer:
    """Change those settings that may be changed at any time."""
    campaign = entity_of(call, CAMPAIGNS, "edit")
    sent = read_object(call.body, _PATCH)
    if "maxCallsPerAgent" in sent:
        sent["maxCallsPerAgentDecimal"] = sent.pop("maxCallsPerAgent")
    status = {STATUS: status_of(call.organisation, campaign)}
    definition = {**campaign.definition, **sent, **status}
    call.organisation.entities[CAMPAIGN].replace(campaign, definition)
    return Answer(status=204)


def recycle(call: Call) -> Answer:
    """Begin the list anew; how often that may be done is a limit of its own."""
    campaign = call.organisation.entities[CAMPAIGN].get(call.path["campaignId"])
    call.require_any(RECYCLE, campaign.division_id)
    campaign.more |= {
        "called": 0,
        "skipped": {},
        "recycled": campaign.more.get("recycled", 0) + 1,
    }
    state = call.organisation.contact_lists.get(campaign.definition["contactList"]["id"])
    for contact in state.contacts.values():
        contact.queued, contact.skipped = True, False
    return Answer(status=204)


def progress(call: Call) -> dict[str, Any]:
    """How far one campaign is."""
    return progress_of(call.organisation, entity_of(call, CAMPAIGNS, "view"))


def progress_of_many(call: Call) -> list[dict[str, Any]]:
    """How far several campaigns are; those the client may not view are left out."""
    wanted = read_list(call.body, Text())
    return [
        progress_of(call.organisation, campaign)
        for campaign in call.organisation.entities[CAMPAIGN]
        if campaign.id in wanted and call.grants(VIEW, campaign.division_id)
    ]


def progress_of(organisation: Organisation, campaign: Entity) -> dict[str, Any]:
    """The official CampaignProgress."""
    shown = organisation.references.shown(campaign.definition, CAMPAIGNS.readers)
    called, total = _called(campaign), _total(organisation, campaign)
    return {
        "campaign": {
            "id": campaign.id,
            "name": campaign.name,
            "selfUri": f"{CAMPAIGNS.root}/{campaign.id}",
        },
        "contactList": shown["contactList"],
        "numberOfContactsCalled": called,
        "numberOfContactsMessaged": 0,
        "totalNumberOfContacts": total,
        "percentage": 100 * called // total if total else 0,
        "numberOfContactsSkipped": campaign.more.get("skipped", {}),
    }


def stats(call: Call) -> dict[str, Any]:
    """What is under way."""
    campaign = entity_of(call, CAMPAIGNS, "view")
    figures = call.organisation.dialer.figures(campaign.id)
    attempts, connects = (int(campaign.more.get(name, 0)) for name in ("attempts", "connects"))
    ratio = connects / attempts if attempts else 0.0
    return {
        "contactRate": {"attempts": attempts, "connects": connects, "connectRatio": ratio},
        "idleAgents": figures.get("idle", 0),
        "outstandingCalls": figures.get("outstanding", 0),
        "scheduledCalls": figures.get("recall", 0),
        "timeZoneRescheduledCalls": figures.get("hours", 0),
        "filteredOutContactsCount": figures.get("filter", 0),
    }


def diagnostics(call: Call) -> dict[str, Any]:
    """What keeps contacts from being called, as far as the dialer has looked at them."""
    campaign = entity_of(call, CAMPAIGNS, "view")
    figures = call.organisation.dialer.figures(campaign.id)
    return {
        "outstandingInteractionsCount": figures.get("outstanding", 0),
        "scheduledInteractionsCount": figures.get("recall", 0),
        "timeZoneRescheduledCallsCount": figures.get("hours", 0),
        "filteredOutContactsCount": figures.get("filter", 0),
        "idleAgents": figures.get("idle", 0),
        "numberOfContactsCalled": _called(campaign),
        "totalNumberOfContacts": _total(call.organisation, campaign),
        "campaignErrors": [],
    }


def interactions(call: Call) -> dict[str, Any]:
    """Who is being called, and who talks to an agent."""
    campaign = entity_of(call, CAMPAIGNS, "view")
    shown = call.organisation.references.shown(campaign.definition, CAMPAIGNS.readers)
    me = {
        "id": campaign.id,
        "name": campaign.name,
        "selfUri": f"{CAMPAIGNS.root}/{campaign.id}",
    }
    ringing: list[dict[str, Any]] = []
    talking: list[dict[str, Any]] = []
    for one in call.organisation.dialer.under_way(campaign.id):
        interaction = {
            "id": f"{campaign.id}-{one.number}",
            "campaign": me,
            "contact": {"id": one.contact_id, "name": one.contact_id},
            "callPlacedTime": one.started,
            "dialingMode": campaign.definition["dialingMode"],
            **({"queue": shown["queue"]} if shown.get("queue") else {}),
        }
        (talking if one.answered else ringing).append(interaction)
    return {
        "campaign": me,
        "pendingInteractions": [],
        "proceedingInteractions": ringing,
        "previewingInteractions": [],
        "interactingInteractions": talking,
        "scheduledInteractions": [],
    }


def _turn(call: Call, action: str, wanted: str) -> Answer:
    campaign = entity_of(call, CAMPAIGNS, action)
    if status_of(call.organisation, campaign) != wanted:
        definition = {**campaign.definition, STATUS: wanted}
        call.organisation.entities[CAMPAIGN].replace(campaign, definition)
    return Answer(status=204)


def _called(campaign: Entity) -> int:
    return int(campaign.more.get("called", 0))


def _total(organisation: Organisation, campaign: Entity) -> int:
    list_id = campaign.definition["contactList"]["id"]
    return len(organisation.contact_lists.get(list_id).contacts)


OPERATIONS = (
    Operation(
        "POST", f"{ONE}/start", "post_outbound_campaign_start", start, ("outbound:campaign:start",)
    ),
    Operation(
        "POST", f"{ONE}/stop", "post_outbound_campaign_stop", stop, ("outbound:campaign:stop",)
    ),
    Operation("PATCH", ONE, "patch_outbound_campaign", patch, ("outbound:campaign:edit",)),
    Operation(
        "DELETE",
        f"{ONE}/progress",
        "delete_outbound_campaign_progress",
        recycle,
        any_permission=RECYCLE,
    ),
    Operation(
        "GET",
        f"{ONE}/progress",
        "get_outbound_campaign_progress",
        progress,
        (VIEW,),
        "CampaignProgress",
    ),
    Operation(
        "POST",
        f"{CAMPAIGNS.root}/progress",
        "post_outbound_campaigns_progress",
        progress_of_many,
        (VIEW,),
        "list[CampaignProgress]",
    ),
    Operation(
        "GET", f"{ONE}/stats", "get_outbound_campaign_stats", stats, (VIEW,), "CampaignStats"
    ),
    Operation(
        "GET",
        f"{ONE}/interactions",
        "get_outbound_campaign_interactions",
        interactions,
        (VIEW,),
        "CampaignInteractions",
    ),
    Operation(
        "GET",
        f"{ONE}/diagnostics",
        "get_outbound_campaign_diagnostics",
        diagnostics,
        (VIEW,),
        "CampaignDiagnostics",
    ),
)
