# SPDX-License-Identifier: Apache-2.0
"""The rows of a data table, one call for each: there is no bulk write but by import jobs.

Source: ArchitectApi of the official SDK 269 (either of two permissions is enough); platform
reference, section 9 (codes).
"""

from __future__ import annotations

from typing import Any

from simulator.data_table_schema import KEY, SCHEMA_EXCEPTION, read_row
from simulator.data_table_state import ROOT, DataTable
from simulator.errors import bad_field, bad_request, conflict, not_found
from simulator.http import Answer, Call, Operation


def list_rows(call: Call) -> dict[str, Any]:
    """The rows by their keys; only the keys unless ``showbrief=false``."""
    table = _table_of(call, "view")
    order = call.text("sortOrder", "ascending").lower()
    if order[:1] not in ("a", "d"):
        raise bad_field("invalid.value", "sortOrder", "must be ascending or descending")
    keys = sorted(table.rows, reverse=order.startswith("d"))
    page, brief = call.page(), call.flag("showbrief", default=True)
    shown = [_shown(table.rows[key], brief=brief) for key in page.cut(keys)]
    return page.of(shown, len(keys), f"{table.uri}/rows")


def create(call: Call) -> dict[str, Any]:
    """Make a row."""
    table = _table_of(call, "add")
    row = read_row(call.body, table.schema)
    if row[KEY] in table.rows:
        raise conflict(
            "flows.datatables.not.unique", "The table has a row {key} already.", key=row[KEY]
        )
    most = call.organisation.data_tables.most_rows
    if len(table.rows) >= most:
        raise bad_request(
            "flows.datatables.too.many.rows",
            "The table has {maximum} rows, no more are allowed.",
            maximum=str(most),
        )
    table.rows[row[KEY]] = row
    return row


def read(call: Call) -> dict[str, Any]:
    """One row; only its key unless ``showbrief=false``."""
    row = _row_of(call, _table_of(call, "view"))
    return _shown(row, brief=call.flag("showbrief", default=True))


def update(call: Call) -> dict[str, Any]:
    """Replace a row; what the body leaves out gets its default."""
    table = _table_of(call, "edit")
    before = _row_of(call, table)
    row = read_row(call.body, table.schema)
    if row[KEY] != before[KEY]:
        raise bad_field(SCHEMA_EXCEPTION, KEY, "is the key of another row than the path's")
    table.rows[row[KEY]] = row
    return row


def delete(call: Call) -> Answer:
    """Delete a row."""
    table = _table_of(call, "delete")
    del table.rows[_row_of(call, table)[KEY]]
    return Answer(status=204)


def _shown(row: dict[str, Any], *, brief: bool) -> dict[str, Any]:
    return {KEY: row[KEY]} if brief else row


def _table_of(call: Call, action: str) -> DataTable:
    table = call.organisation.data_tables.get(call.path["datatableId"])
    call.require_any(_either(action), table.division_id)
    return table


def _row_of(call: Call, table: DataTable) -> dict[str, Any]:
    row = table.rows.get(call.path["rowId"])
    if row is None:
        raise not_found(f"Row {call.path['rowId']}", "flows.datatables.row.not.found")
    return row


def _either(action: str) -> tuple[str, str]:
    return f"architect:datatable:{action}", f"architect:datatableRow:{action}"


_ROWS = ROOT + "/{datatableId}/rows"
_ONE = _ROWS + "/{rowId*}"
_MODEL = "dict(str, object)"

OPERATIONS = (
    Operation(
        "GET",
        _ROWS,
        "get_flows_datatable_rows",
        list_rows,
        any_permission=_either("view"),
        model="DataTableRowEntityListing",
    ),
    Operation(
        "POST",
        _ROWS,
        "post_flows_datatable_rows",
        create,
        any_permission=_either("add"),
        model=_MODEL,
    ),
    Operation(
        "GET",
        _ONE,
        "get_flows_datatable_row",
        read,
        any_permission=_either("view"),
        model=_MODEL,
    ),
    Operation(
        "PUT",
        _ONE,
        "put_flows_datatable_row",
        update,
        any_permission=_either("edit"),
        model=_MODEL,
    ),
    Operation(
        "DELETE",
        _ONE,
        "delete_flows_datatable_row",
        delete,
        any_permission=_either("delete"),
    ),
)
