# SPDX-License-Identifier: Apache-2.0
"""Architect data tables: the calls on the tables themselves.

A table has no version: the last writer wins. Its schema may grow and never shrink.

Source: ArchitectApi of the official SDK 269; platform reference, section 9; provider reference,
sections B.4 and B.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.data_table_schema import filled, read_schema, refuse_lost_columns
from simulator.data_table_state import ROOT, DataTable
from simulator.errors import bad_field
from simulator.fields import Anything, Reference, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.listing import ordered, wildcarded

VIEWS = ROOT + "/divisionviews"
NAME_LENGTH = 256

ADD = "architect:datatable:add"
EDIT = "architect:datatable:edit"
VIEW = "architect:datatable:view"
DELETE = "architect:datatable:delete"
SEARCH = "architect:datatable:search"

_FIELDS = {
    "name": Text(maximum=NAME_LENGTH),
    "description": Text(),
    "division": Reference(),
    "schema": Anything(),
}


def table_body(call: Call, table: DataTable, *, schema: bool) -> dict[str, Any]:
    """The official DataTable, with its schema or without."""
    division = call.organisation.access.divisions.get(table.division_id)
    body = {
        "id": table.id,
        "name": table.name,
        "division": {
            "id": table.division_id,
            "name": division.name if division else "",
            "selfUri": f"/api/v2/authorization/divisions/{table.division_id}",
        },
        "description": table.description,
        "selfUri": table.uri,
    }
    if schema:
        body["schema"] = table.schema
    return body


def list_all(call: Call) -> dict[str, Any]:
    """The tables in those divisions where the client may view tables."""
    return _listing(call, VIEW, ROOT)


def list_views(call: Call) -> dict[str, Any]:
    """The tables in those divisions where the client may look tables up."""
    return _listing(call, SEARCH, VIEWS)


def create(call: Call) -> dict[str, Any]:
    """Make a table."""
    sent = read_object(call.body, _FIELDS)
    for name in ("name", "schema"):
        if name not in sent:
            raise bad_field("bad.request", name, "is required")
    division_id = _division(call, sent) or call.organisation.access.home.id
    call.require(ADD, division_id)
    schema = read_schema(sent["schema"], sent["name"])
    description = sent.get("description", "")
    table = call.organisation.data_tables.add(sent["name"], division_id, schema, description)
    return table_body(call, table, schema=True)


def read(call: Call) -> dict[str, Any]:
    """One table."""
    return table_body(call, _table_of(call, VIEW), schema=_expands(call))


def read_view(call: Call) -> dict[str, Any]:
    """One table, for those who may only look it up."""
    return table_body(call, _table_of(call, SEARCH), schema=_expands(call))


def update(call: Call) -> dict[str, Any]:
    """Change a table; what the body leaves out stays."""
    table = _table_of(call, EDIT)
    sent = read_object(call.body, _FIELDS)
    name = sent.get("name", table.name)
    call.organisation.data_tables.check_name(name, but=table)
    division_id = _division(call, sent) or table.division_id
    call.require(EDIT, division_id)
    schema = read_schema(sent["schema"], name) if "schema" in sent else table.schema
    refuse_lost_columns(table.schema, schema)
    table.name, table.division_id, table.schema = name, division_id, {**schema, "title": name}
    table.description = sent.get("description", table.description)
    table.rows = {key: filled(row, schema) for key, row in table.rows.items()}
    table.date_modified = call.organisation.timestamp()
    return table_body(call, table, schema=_expands(call))


def delete(call: Call) -> Answer:
    """Delete a table; nothing here holds on to one, with ``force`` or without."""
    call.flag("force")
    call.organisation.data_tables.remove(_table_of(call, DELETE))
    return Answer(status=204)


def _listing(call: Call, permission: str, uri: str) -> dict[str, Any]:
    divisions = call.listing("divisionId")
    found = [
        table
        for table in call.organisation.data_tables
        if call.grants(permission, table.division_id)
        and (not divisions or table.division_id in divisions)
        and wildcarded(call, table.name)
    ]
    page = call.page()
    shown = page.cut(ordered(call, found))
    return page.of(
        [table_body(call, table, schema=_expands(call)) for table in shown], len(found), uri
    )


def _expands(call: Call) -> bool:
    return "schema" in call.listing("expand")


def _division(call: Call, sent: Mapping[str, Any]) -> str:
    """The division that the body names; empty where it names none."""
    division_id = str(sent.get("division", ""))
    if division_id and division_id not in call.organisation.access.divisions:
        raise bad_field("invalid.value", "division.id", f"there is no division {division_id}")
    return division_id


def _table_of(call: Call, permission: str) -> DataTable:
    table = call.organisation.data_tables.get(call.path["datatableId"])
    call.require(permission, table.division_id)
    return table


_ONE = ROOT + "/{datatableId}"
_MODEL = "DataTable"
_LISTING = "DataTablesDomainEntityListing"

OPERATIONS = (
    Operation("GET", ROOT, "get_flows_datatables", list_all, (VIEW,), _LISTING),
    Operation("POST", ROOT, "post_flows_datatables", create, (ADD,), _MODEL),
    Operation("GET", VIEWS, "get_flows_datatables_divisionviews", list_views, (SEARCH,), _LISTING),
    Operation(
        "GET",
        VIEWS + "/{datatableId}",
        "get_flows_datatables_divisionview",
        read_view,
        (SEARCH,),
        _MODEL,
    ),
    Operation("GET", _ONE, "get_flows_datatable", read, (VIEW,), _MODEL),
    Operation("PUT", _ONE, "put_flows_datatable", update, (EDIT,), _MODEL),
    Operation("DELETE", _ONE, "delete_flows_datatable", delete, (DELETE,)),
)
