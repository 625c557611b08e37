# SPDX-License-Identifier: Apache-2.0
"""What happens before a call and after it: rule sets."""

from __future__ import annotations

from simulator.provider.blocks import Block, Blocks
from simulator.provider.fields import Field
from simulator.provider.kinds import FLAG, NUMBER, REF, TEXT, Many, TextMap, choice
from simulator.provider.resource import Resource
from simulator.provider.resources.access import NAME


def _text(name: str) -> Field:
    return Field(name, TEXT, shown=True)


def _flag(name: str) -> Field:
    return Field(name, FLAG, always=True, shown=True)


_DATA_ACTION = (
    Field("dataActionId", REF, "dataAction", always=True, shown=True),
    Field(
        "contactColumnToDataActionFieldMappings",
        Blocks(
            (
                Field("contactColumnName", TEXT, required=True),
                Field("dataActionField", TEXT, required=True),
            ),
            unordered=True,
        ),
        always=True,
        shown=True,
    ),
    _text("contactIdField"),
    _text("callAnalysisResultField"),
    _text("agentWrapupField"),
)

_PREDICATE = (
    Field("outputField", TEXT, required=True),
    Field("outputOperator", TEXT, required=True),
    Field("comparisonValue", TEXT, required=True),
    Field("inverted", FLAG, required=True),
    Field("outputFieldMissingResolution", FLAG, required=True),
)

_RANGE = Block((Field("min", TEXT), Field("max", TEXT), Field("inSets", Many(), "inSet")))

_SUB_CONDITION = (
    Field("type", choice("timeOfDay", "dayOfWeek", "dayOfMonth", "specificDate"), required=True),
    Field("operator", TEXT, required=True),
    Field("inverted", FLAG, always=True, shown=True),
    Field("includeYear", FLAG, default=True),
    Field("thresholdValue", TEXT, shown=True),
    Field(
        "range", Block((Field("min", TEXT), Field("max", TEXT), Field("inSets", Many(), "inSet")))
    ),
)

_CONDITION = (
    _text("type"),
    _flag("inverted"),
    _text("attributeName"),
    _text("value"),
    _text("valueType"),
    _text("operator"),
    _text("property"),
    _text("propertyType"),
    _text("timeZoneId"),
    Field("codes", Many(), always=True, shown=True),
    _flag("dataNotFoundResolution"),
    _flag("matchAnyConditions"),
    Field("predicates", Blocks(_PREDICATE), always=True, shown=True),
    Field("subConditions", Blocks(_SUB_CONDITION), always=True, shown=True),
    *_DATA_ACTION,
)

_ACTION = (
    Field("type", TEXT, required=True),
    Field("actionTypeName", TEXT, required=True),
    _text("updateOption"),
    Field("properties", TextMap(), always=True, computed=True, shown=True),
    *_DATA_ACTION,
)

RULE_SET = Resource(
    "outboundRuleset",
    "rule set",
    "/api/v2/outbound/rulesets",
    (
        NAME,
        Field("contactListId", REF, "contactList", shown=True),
        Field("queueId", REF, "queue", shown=True),
        Field(
            "rules",
            Blocks(
                (
                    Field("name", TEXT, required=True),
                    Field("order", NUMBER, always=True, shown=True),
                    Field("category", choice("DIALER_PRECALL", "DIALER_WRAPUP"), required=True),
                    Field("conditions", Blocks(_CONDITION), required=True),
                    Field("actions", Blocks(_ACTION), required=True),
                )
            ),
            always=True,
        ),
    ),
    versioned=True,
)
