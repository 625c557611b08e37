# SPDX-License-Identifier: Apache-2.0
"""Campaigns: which list is called, by whom, in which order. The status is turned on and off.

Source: Campaign of the official SDK 269; platform reference, section 5; provider reference,
section C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.errors import bad_request
from simulator.fields import Flag, Integer, ListOf, Number, Object, Text
from simulator.http import Call
from simulator.outbound.campaign_checks import check_definition
from simulator.outbound.campaign_status import ACTIVE, STATUSES, check_status, status_of
from simulator.references import (
    CALLABLE_TIME_SET,
    CAMPAIGN,
    CONTACT_LIST,
    DNC_LIST,
    EDGE_GROUP,
    FILTER,
    QUEUE,
    RESPONSE_SET,
    RULE_SET,
    SCRIPT,
    SITE,
    RefersTo,
)

if TYPE_CHECKING:
    from simulator.organisation import Organisation

NO_ANSWER_SECONDS = 30
PRIORITY = 5
"""What the platform fills in. Source: Campaign of the SDK for the first; the second is a guess."""

DIAGNOSED = ("power", "predictive")
"""The dialing modes with diagnostics settings. Source: provider reference, section C.1."""

_SORT = {
    "fieldName": Text(required=True, minimum=1),
    "direction": Text(choices=("ASC", "DESC")),
    "numeric": Flag(),
}
BALANCING = {"enabled": Flag(), "relativeWeight": Integer(minimum=0, maximum=100)}


def _read(call: Call, sent: Definition) -> None:
    """Keep the one of the two fields for calls per agent that the query makes valid."""
    decimal, whole = sent.pop("maxCallsPerAgentDecimal", None), sent.pop("maxCallsPerAgent", None)
    if whole is not None and (decimal is None or not call.flag("useMaxCallsPerAgentDecimal")):
        decimal = float(whole)
    if decimal is not None:
        sent["maxCallsPerAgentDecimal"] = decimal


def _check(organisation: Organisation, definition: Definition, entity: Entity | None) -> None:
    mode = definition["dialingMode"]
    if mode != "preview":
        definition.setdefault("noAnswerTimeout", NO_ANSWER_SECONDS)
    if mode in DIAGNOSED:
        definition.setdefault("diagnosticsSettings", {"reportLowMaxCallsPerAgentAlert": True})
    else:
        definition.pop("diagnosticsSettings", None)
    check_definition(organisation, definition, entity)
    check_status(organisation, definition, entity)  # the last, as it notes when the off is due


def _refuse_running(organisation: Organisation, campaign: Entity) -> None:
    if status_of(organisation, campaign) in ACTIVE:
        raise bad_request(
            "bad.request", "Campaign {name} is running; turn it off first.", name=campaign.name
        )


def _matches(call: Call, campaign: Entity) -> bool:
    definition = campaign.definition
    asked = {
        "contactListId": "contactList",
        "distributionQueueId": "queue",
        "callAnalysisResponseSetId": "callAnalysisResponseSet",
        "edgeGroupId": "edgeGroup",
    }
    dnc_lists = {reference["id"] for reference in definition["dncLists"]}
    return all(
        call.text(name) in ("", definition.get(field, {}).get("id"))
        for name, field in asked.items()
    ) and dnc_lists.issuperset(call.listing("dncListIds"))


def _show(call: Call, campaign: Entity, body: dict[str, Any]) -> None:
    body["campaignStatus"] = status_of(call.organisation, campaign)
    if "maxCallsPerAgentDecimal" in body:
        body["maxCallsPerAgent"] = int(body["maxCallsPerAgentDecimal"])


CAMPAIGNS = Kind(
    noun=CAMPAIGN,
    root="/api/v2/outbound/campaigns",
    parameter="campaignId",
    permission="outbound:campaign",
    model="Campaign",
    division="home",
    shows_deleted=True,
    fields={
        "contactList": RefersTo(CONTACT_LIST, required=True),
        "queue": RefersTo(QUEUE),
        "dialingMode": Text(
            required=True,
            choices=("agentless", "preview", "power", "predictive", "progressive", "external"),
        ),
        "script": RefersTo(SCRIPT),
        "edgeGroup": RefersTo(EDGE_GROUP),
        "site": RefersTo(SITE),
        "campaignStatus": Text(choices=STATUSES),
        "phoneColumns": ListOf(
            Object({"columnName": Text(required=True), "type": Text()}), required=True
        ),
        "abandonRate": Number(minimum=0, maximum=100),
        "dncLists": ListOf(RefersTo(DNC_LIST)),
        "callableTimeSet": RefersTo(CALLABLE_TIME_SET),
        "callAnalysisResponseSet": RefersTo(RESPONSE_SET),
        "callerName": Text(required=True),
        "callerAddress": Text(required=True),
        "outboundLineCount": Integer(minimum=0),
        "ruleSets": ListOf(RefersTo(RULE_SET)),
        "skipPreviewDisabled": Flag(),
        "previewTimeOutSeconds": Integer(minimum=0),
        "alwaysRunning": Flag(),
        "contactSort": Object(_SORT),
        "contactSorts": ListOf(Object(_SORT)),
        "noAnswerTimeout": Integer(minimum=0),
        "callAnalysisLanguage": Text(),
        "priority": Integer(minimum=1, maximum=5),
        "contactListFilters": ListOf(RefersTo(FILTER)),
        "agentOwnedColumn": Text(),
        "dynamicContactQueueingSettings": Object({"sort": Flag(), "filter": Flag()}),
        "skillColumns": ListOf(Text()),
        "previewAutoEnd": Flag(),
        "maxCallsPerAgent": Integer(minimum=1),
        "maxCallsPerAgentDecimal": Number(minimum=1),
        "callbackAutoAnswer": Flag(),
        "dynamicLineBalancingSettings": Object(BALANCING),
        "diagnosticsSettings": Object({"reportLowMaxCallsPerAgentAlert": Flag()}),
        "preciseDialingEnabled": Flag(),
    },
    defaults={
        "dncLists": [],
        "ruleSets": [],
        "skipPreviewDisabled": False,
        "alwaysRunning": False,
        "contactSorts": [],
        "priority": PRIORITY,
        "contactListFilters": [],
        "skillColumns": [],
        "callbackAutoAnswer": False,
    },
    read=_read,
    check=_check,
    before_delete=_refuse_running,
    matches=_matches,
    show=_show,
)

OPERATIONS = usual_calls(CAMPAIGNS)
