# SPDX-License-Identifier: Apache-2.0
"""What the provider takes: names and types from its schema, values from what is known of it.

Pulumi's mocks check none of this; a wrong name would only show on a live organisation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.stack_files import PROJECT
from tests.unit.infra.mocked import UNKNOWN

SCHEMA = json.loads(
    (PROJECT / "toolchain/schema/genesyscloud-1.82.0.json").read_text(encoding="utf-8")
)
_PLAIN: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "number": (int, float),
    "integer": int,
}

_COMPARISONS = {
    "EQUALS",
    "LESS_THAN",
    "LESS_THAN_EQUALS",
    "GREATER_THAN",
    "GREATER_THAN_EQUALS",
    "CONTAINS",
    "BEGINS_WITH",
    "ENDS_WITH",
    "BEFORE",
    "AFTER",
    "IN",
}
_REACTIONS = {"hangup", "transfer", "transfer_flow", "play_file"}
_ALLOWED: Mapping[str, set[Any]] = {
    "OauthClient.authorizedGrantType": {"CLIENT-CREDENTIALS", "CODE", "TOKEN", "PASSWORD"},
    "OauthClient.state": {"active", "inactive"},
    "ArchitectDatatable.properties.type": {"boolean", "string", "integer", "number"},
    "OutboundAttemptLimit.resetPeriod": {"NEVER", "TODAY"},
    "OutboundCallabletimeset.callableTimes.timeSlots.day": set(range(1, 8)),
    "OutboundContactList.columnDataTypeSpecifications.columnDataType": {
        "TEXT",
        "NUMERIC",
        "TIMESTAMP",
    },
    "OutboundContactlistfilter.filterType": {"AND", "OR"},
    "OutboundContactlistfilter.clauses.filterType": {"AND", "OR"},
    "OutboundContactlistfilter.clauses.predicates.columnType": {"numeric", "alphabetic"},
    "OutboundContactlistfilter.clauses.predicates.operator": _COMPARISONS | {"BETWEEN"},
    "OutboundRuleset.rules.category": {"DIALER_PRECALL", "DIALER_WRAPUP"},
    "OutboundRuleset.rules.conditions.type": {"contactAttributeCondition", "phoneNumberCondition"},
    "OutboundRuleset.rules.conditions.valueType": {"STRING", "NUMERIC", "DATETIME", "PERIOD"},
    "OutboundRuleset.rules.conditions.operator": _COMPARISONS,
    "OutboundRuleset.rules.actions.type": {
        "Action",
        "modifyContactAttribute",
        "dataActionBehavior",
    },
    "OutboundRuleset.rules.actions.actionTypeName": {"DO_NOT_DIAL", "SET_SKILLS"},
    "OutboundCampaign.dialingMode": {
        "agentless",
        "preview",
        "power",
        "predictive",
        "progressive",
        "external",
    },
    "OutboundCampaign.contactSorts.direction": {"ASC", "DESC"},
    "OutboundCampaign.priority": {1, 2, 3, 4, 5},
    "OutboundDnclist.dncSourceType": {"rds", "rds_custom", "dnc.com", "gryphon"},
    "OutboundDnclist.contactMethod": {"Phone", "Email"},
    **{
        f"OutboundCallanalysisresponseset.responses.{answer}.reactionType": _REACTIONS
        for answer in (
            "callablePerson",
            "callableLineconnected",
            "callableBusy",
            "callableNoanswer",
            "callableFax",
            "callableDisconnect",
            "callableMachine",
            "callableSit",
            "uncallableSit",
            "uncallableNotfound",
        )
    },
}
"""Values by path. Source: provider reference, sections B, C.1 and D."""

_RULES: Mapping[str, Callable[[Any], bool]] = {
    "OutboundAttemptLimit.recallEntries.busy.minutesBetweenAttempts": lambda n: n >= 5,
    "OutboundAttemptLimit.recallEntries.noAnswer.minutesBetweenAttempts": lambda n: n >= 5,
    "OutboundCallabletimeset.callableTimes.timeSlots.startTime": lambda text: len(text) == 8,
    "OutboundCallabletimeset.callableTimes.timeSlots.stopTime": lambda text: len(text) == 8,
}
_LENGTHS: Mapping[str, range] = {
    "OutboundCampaign.contactSorts": range(1, 5),
    "OutboundCampaign.contactListFilterIds": range(2),
    "OutboundContactList.columnNames": range(1, 51),
}


def problems(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """Everything in a resource's inputs that the provider would refuse or not understand."""
    resource = SCHEMA["resources"].get(token)
    if resource is None:
        return [f"{token} is not in the schema"]
    kind = token.rpartition(":")[2]
    required = resource.get("requiredInputs") or ()
    return list(_object(kind, inputs, resource["inputProperties"], required))


def _object(path: str, value: Any, properties: Mapping[str, Any], required: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path} is no object"
        return
    yield from (f"{path}.{name} is missing" for name in required if value.get(name) is None)
    for name, inner in value.items():
        if name not in properties:
            yield f"{path}.{name} is unknown"
        else:
            yield from _value(f"{path}.{name}", inner, properties[name])


def _value(path: str, value: Any, spec: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, UNKNOWN):
        return
    if "$ref" in spec:
        of = SCHEMA["types"][spec["$ref"].removeprefix("#/types/")]
        yield from _object(path, value, of["properties"], of.get("required") or ())
    elif spec["type"] == "array":
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        if len(value) not in _LENGTHS.get(path, range(1000)):
            yield f"{path} has {len(value)} items"
        for item in value:
            yield from _value(path, item, spec["items"])
    elif spec["type"] == "object":
        for item in value.values():
            yield from _value(path, item, spec["additionalProperties"])
    else:
        yield from _plain(path, value, spec["type"])


def _plain(path: str, value: Any, kind: str) -> Iterator[str]:
    if not isinstance(value, _PLAIN[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path} is {value!r}, not a {kind}"
    elif value == "":
        # The provider leaves blank texts out of what it sends.
        yield f"{path} is blank"
    elif value not in _ALLOWED.get(path, (value,)) or not _RULES.get(path, _anything)(value):
        yield f"{path} is {value!r}, which is refused"


def _anything(_: Any) -> bool:
    return True
