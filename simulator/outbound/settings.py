# SPDX-License-Identifier: Apache-2.0
"""The organisation's outbound settings, and what its wrap-up codes mean to the dialer.

Of each there is exactly one.

Source: OutboundSettings, WrapUpCodeMapping of the official SDK 269; provider reference, sections
B.20 and B.29.
"""

from __future__ import annotations

from typing import Any

from simulator.entities import Entity, Kind
from simulator.entity_calls import entity_body
from simulator.fields import Flag, Integer, ListOf, MapOf, Number, Object, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.references import OUTBOUND_SETTINGS, WRAPUP_MAPPING

MOST_CALLS_PER_AGENT = 15
SETTINGS_ID = "settings"
MAPPING_ID = "mapping"

MEANINGS = (
    *("Contact_UnCallable", "Number_UnCallable", "Right_Party_Contact"),
    *("Business_Success", "Business_Failure", "Business_Neutral"),
)
"""Source: provider reference, section B.29."""

_WINDOW = {"earliestCallableTime": Text(), "latestCallableTime": Text()}
_UNMAPPED = {**_WINDOW, "timeZoneId": Text()}
_TIME_ZONES = {
    "callableWindows": ListOf(Object({"mapped": Object(_WINDOW), "unmapped": Object(_UNMAPPED)})),
    "supportedCountries": ListOf(Text()),
}

SETTINGS = Kind(
    noun=OUTBOUND_SETTINGS,
    root="/api/v2/outbound/settings",
    parameter="",
    permission="outbound:settings",
    model="OutboundSettings",
    fields={
        "maxCallsPerAgent": Integer(minimum=1, maximum=MOST_CALLS_PER_AGENT),
        "maxCallsPerAgentDecimal": Number(minimum=1, maximum=MOST_CALLS_PER_AGENT),
        "maxLineUtilization": Number(minimum=0, maximum=1),
        "abandonSeconds": Number(minimum=0),
        "complianceAbandonRateDenominator": Text(choices=("ALL_CALLS", "CALLS_THAT_REACHED_QUEUE")),
        "automaticTimeZoneMapping": Object(_TIME_ZONES),
        "rescheduleTimeZoneSkippedContacts": Flag(),
        "contactListDefaultRetentionType": Text(choices=("Never", "Today", "RetentionDays")),
        "contactListDefaultRetentionDays": Integer(minimum=1),
        "timeZone": Text(),
    },
    seeds={
        SETTINGS_ID: {
            "name": "Outbound settings",
            "maxCallsPerAgentDecimal": 5.0,
            "maxLineUtilization": 1.0,
            "abandonSeconds": 2.0,
            "complianceAbandonRateDenominator": "ALL_CALLS",
            "rescheduleTimeZoneSkippedContacts": False,
        }
    },
)
MAPPINGS = Kind(
    noun=WRAPUP_MAPPING,
    root="/api/v2/outbound/wrapupcodemappings",
    parameter="",
    permission="outbound:wrapUpCodeMapping",
    model="WrapUpCodeMapping",
    fields={
        "defaultSet": ListOf(Text(choices=MEANINGS)),
        "mapping": MapOf(ListOf(Text(choices=MEANINGS))),
    },
    seeds={MAPPING_ID: {"name": "Wrap-up codes", "defaultSet": [], "mapping": {}}},
)


def read_settings(call: Call) -> dict[str, Any]:
    """The settings."""
    body = entity_body(call, SETTINGS, _settings(call))
    body["maxCallsPerAgent"] = int(body["maxCallsPerAgentDecimal"])
    body["maxConfigurableCallsPerAgent"] = MOST_CALLS_PER_AGENT
    return body


def change_settings(call: Call) -> Answer:
    """Change those settings that were sent."""
    fields = {**SETTINGS.fields, "name": Text(minimum=1), "version": Integer()}
    sent = read_object(call.body, fields)
    version = sent.pop("version", None)
    whole, decimal = sent.pop("maxCallsPerAgent", None), sent.pop("maxCallsPerAgentDecimal", None)
    if not call.flag("useMaxCallsPerAgentDecimal"):
        decimal = None if whole is None else float(whole)
    if decimal is not None:
        sent["maxCallsPerAgentDecimal"] = decimal
    settings = _settings(call)
    call.organisation.entities[OUTBOUND_SETTINGS].replace(
        settings, {**settings.definition, **sent}, version=version
    )
    return Answer(status=204)


def read_mapping(call: Call) -> dict[str, Any]:
    """What each wrap-up code means, and what those mean that have no line of their own."""
    return entity_body(call, MAPPINGS, _mapping(call))


def replace_mapping(call: Call) -> dict[str, Any]:
    """Replace the whole mapping under its version."""
    sent = read_object(call.body, {**MAPPINGS.fields, "version": Integer(required=True)})
    version, mapping = sent.pop("version"), _mapping(call)
    definition = {"defaultSet": [], "mapping": {}, **sent, "name": mapping.name}
    call.organisation.entities[WRAPUP_MAPPING].replace(mapping, definition, version=version)
    return entity_body(call, MAPPINGS, mapping)


def _settings(call: Call) -> Entity:
    return call.organisation.entities[OUTBOUND_SETTINGS].get(SETTINGS_ID)


def _mapping(call: Call) -> Entity:
    return call.organisation.entities[WRAPUP_MAPPING].get(MAPPING_ID)


OPERATIONS = (
    Operation(
        "GET",
        SETTINGS.root,
        "get_outbound_settings",
        read_settings,
        (SETTINGS.permission_to("view"),),
        SETTINGS.model,
    ),
    Operation(
        "PATCH",
        SETTINGS.root,
        "patch_outbound_settings",
        change_settings,
        (SETTINGS.permission_to("edit"),),
    ),
    Operation(
        "GET",
        MAPPINGS.root,
        "get_outbound_wrapupcodemappings",
        read_mapping,
        (MAPPINGS.permission_to("view"),),
        MAPPINGS.model,
    ),
    Operation(
        "PUT",
        MAPPINGS.root,
        "put_outbound_wrapupcodemappings",
        replace_mapping,
        (MAPPINGS.permission_to("edit"),),
        MAPPINGS.model,
    ),
)
