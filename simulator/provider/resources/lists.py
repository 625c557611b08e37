# SPDX-License-Identifier: Apache-2.0
"""Whom to call: contact lists, their filters, and the data table of the integration."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.provider.api import Api
from simulator.provider.blocks import Block, Blocks, Columns
from simulator.provider.fields import Field
from simulator.provider.kinds import FLAG, NUMBER, REF, TEXT, Many, choice
from simulator.provider.resource import Resource, Values
from simulator.provider.resources.access import DESCRIPTION, NAME
from simulator.provider.resources.routing import DIVISION_ID


@dataclass(frozen=True)
class ContactList(Resource):
    """A contact list; its columns are fixed when it is made."""

    async def read(self, api: Api, object_id: str, values: Values) -> Values | None:
        """The list with the number of its contacts."""
        found = await super().read(api, object_id, values)
        if found is None:
            return None
        searched = await api.call("POST", self.at(object_id, "/contacts/search"), {})
        # A list that others made may name its time zone column the newer way; the provider sends
        # the older one.
        phones = [
            {**one, "callableTimeColumn": one["callableTimeColumnName"]}
            if one.get("callableTimeColumnName")
            else one
            for one in found.get("phoneColumns") or ()
        ]
        return {**found, "phoneColumns": phones, "contactsRecordCount": searched["contactsCount"]}


def _column(*more: Field) -> tuple[Field, ...]:
    return (Field("columnName", TEXT, required=True), Field("type", TEXT, required=True), *more)


CONTACT_LIST = ContactList(
    "outboundContactList",
    "contact list",
    "/api/v2/outbound/contactlists",
    (
        NAME,
        DIVISION_ID,
        Field("columnNames", Many(), required=True, replaces=True),
        Field(
            "phoneColumns",
            Blocks(
                _column(
                    Field("callableTimeColumnName", TEXT, "callableTimeColumn", computed=True),
                    Field("callableTimeColumn", TEXT, None, output_only=True, shown=True),
                )
            ),
            always=True,
            replaces=True,
        ),
        Field(
            "emailColumns",
            Blocks(
                _column(
                    Field("contactableTimeColumnName", TEXT, "contactableTimeColumn", computed=True)
                ),
                unordered=True,
            ),
            always=True,
            shown=True,
            replaces=True,
        ),
        Field(
            "whatsAppColumns",
            Blocks(_column(), unordered=True),
            always=True,
            shown=True,
            replaces=True,
        ),
        Field("previewModeColumnName", TEXT),
        Field("previewModeAcceptedValues", Many(), always=True),
        Field("attemptLimitId", REF, "attemptLimits"),
        Field("automaticTimeZoneMapping", FLAG, always=True, shown=True, replaces=True),
        Field("zipCodeColumnName", TEXT, replaces=True),
        Field(
            "columnDataTypeSpecifications",
            Blocks(
                (
                    Field("columnName", TEXT, required=True),
                    Field("columnDataType", choice("TEXT", "NUMERIC", "TIMESTAMP"), computed=True),
                    Field("min", NUMBER, always=True, shown=True),
                    Field("max", NUMBER, always=True, shown=True),
                    Field("maxLength", NUMBER, always=True, shown=True),
                )
            ),
            always=True,
            replaces=True,
        ),
        Field("trimWhitespace", FLAG, always=True, shown=True),
        Field("contactsRecordCount", NUMBER, output_only=True, shown=True),
    ),
    read_query="?includeImportStatus=false&includeSize=false",
    versioned=True,
)

_OPERATORS = choice(
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
    "BETWEEN",
    "IN",
)
_RANGE = Block(
    (
        Field("min", TEXT),
        Field("max", TEXT),
        Field("minInclusive", FLAG, always=True),
        Field("maxInclusive", FLAG, always=True),
        Field("inSets", Many(), "inSet"),
    )
)

FILTER = Resource(
    "outboundContactlistfilter",
    "contact list filter",
    "/api/v2/outbound/contactlistfilters",
    (
        NAME,
        # Templates of contact lists are not simulated, so a filter is always of a list.
        Field("contactListId", REF, "contactList", required=True),
        Field("filterType", choice("AND", "OR"), computed=True),
        Field(
            "clauses",
            Blocks(
                (
                    Field("filterType", choice("AND", "OR"), computed=True),
                    Field(
                        "predicates",
                        Blocks(
                            (
                                Field("column", TEXT),
                                Field("columnType", choice("numeric", "alphabetic")),
                                Field("operator", _OPERATORS, required=True),
                                Field("value", TEXT),
                                Field("varRange", _RANGE, "range"),
                                Field("inverted", FLAG, always=True, computed=True, shown=True),
                            )
                        ),
                    ),
                )
            ),
        ),
    ),
    constant={"sourceType": "ContactList"},
    versioned=True,
)

DATA_TABLE = Resource(
    "architectDatatable",
    "data table",
    "/api/v2/flows/datatables",
    (NAME, DESCRIPTION, DIVISION_ID, Field("properties", Columns(), "schema", required=True)),
    read_query="?expand=schema",
    update_query="?expand=schema",
    delete_query="?force=true",
    gone_query="?expand=",
)
