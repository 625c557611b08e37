# SPDX-License-Identifier: Apache-2.0
"""Architect data tables: schemas, rows, limits, permissions, and the documented codes."""

from __future__ import annotations

import json

import pytest

TABLES = "/api/v2/flows/datatables"
SCHEMA = {
    "type": "object",
    "required": ["key"],
    "properties": {
        "key": {"type": "string", "title": "leadId"},
        "priorityScore": {"type": "integer", "displayOrder": 1},
        "lastCalculatedAt": {"type": "string"},
        "share": {"type": "number", "default": 0.5},
        "locked": {"type": "boolean"},
    },
    "additionalProperties": False,
}
ROW = {"key": "a", "priorityScore": 87}
WHOLE_ROW = {
    "key": "a",
    "priorityScore": 87,
    "lastCalculatedAt": "",
    "share": 0.5,
    "locked": False,
}


def changed(**properties):
    """The schema with other properties; None removes one."""
    merged = {**SCHEMA["properties"], **properties}
    kept = {name: given for name, given in merged.items() if given is not None}
    return {**SCHEMA, "properties": kept}


@pytest.fixture
def table(platform):
    """The path of a table."""
    made = platform.call("POST", TABLES, {"name": "LeadScore", "schema": SCHEMA})
    assert made.status == 200
    return made.body["selfUri"]


# -- tables ----------------------------------------------------------------------------------


def test_a_table_comes_back_with_its_schema_where_it_is_asked_for(platform, table):
    """The schema is shown with ``expand=schema``, complete and typed, and else left out."""
    plain = platform.call("GET", table).body
    assert plain.keys() == {"id", "name", "division", "description", "selfUri"}
    assert plain["division"]["id"] == platform.organisation.access.home.id
    schema = platform.call("GET", f"{table}?expand=schema").body["schema"]
    assert schema["title"] == "LeadScore"
    assert schema["additionalProperties"] is False
    assert schema["properties"]["key"] == {
        "$id": "/properties/key",
        "title": "leadId",
        "type": "string",
    }
    assert schema["properties"]["share"]["default"] == 0.5
    assert list(schema["properties"]) == list(SCHEMA["properties"])


@pytest.mark.usefixtures("table")
def test_tables_are_listed_by_a_name_with_wildcards(platform):
    """``*`` in the name stands for anything, and the case of letters does not matter."""
    platform.call("POST", TABLES, {"name": "Thresholds (1.0)", "schema": SCHEMA})

    def names(name):
        listing = platform.call("GET", f"{TABLES}?name={name}&sortBy=name").body
        return [one["name"] for one in listing["entities"]]

    assert names("") == ["LeadScore", "Thresholds (1.0)"]
    assert names("leads*") == ["LeadScore"]
    assert names("lead") == []
    assert names("*(1.0)") == ["Thresholds (1.0)"]
    assert names("*(1x0)") == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"schema": SCHEMA}, 400, "bad.request"),
        ({"name": "T"}, 400, "bad.request"),
        ({"name": " ", "schema": SCHEMA}, 400, "invalid.value"),
        ({"name": "leadscore", "schema": SCHEMA}, 409, "flows.datatables.not.unique"),
        ({"name": "T", "schema": SCHEMA, "division": {"id": "x"}}, 400, "invalid.value"),
        ({"name": "T", "schema": []}, 400, "bad.request"),
        ({"name": "T", "schema": {"properties": []}}, 400, "bad.request"),
        ({"name": "T", "schema": {"properties": {}}}, 400, "flows.datatables.schema.exception"),
        (
            {"name": "T", "schema": changed(**{" ": {"type": "string"}})},
            400,
            "flows.datatables.schema.exception",
        ),
        (
            {"name": "T", "schema": changed(key={"type": "integer"})},
            400,
            "flows.datatables.schema.exception",
        ),
        ({"name": "T", "schema": changed(x={"type": "object"})}, 400, "invalid.value"),
        ({"name": "T", "schema": changed(x={})}, 400, "bad.request"),
        (
            {"name": "T", "schema": changed(x={"type": "integer", "default": "1"})},
            400,
            "bad.request",
        ),
        (
            {"name": "T", "schema": {**SCHEMA, "additionalProperties": True}},
            400,
            "flows.datatables.schema.exception",
        ),
        (
            {"name": "T", "schema": {**SCHEMA, "required": ["key", "x"]}},
            400,
            "flows.datatables.schema.exception",
        ),
        (
            {"name": "T", "schema": changed(**{f"p{n}": {"type": "string"} for n in range(47)})},
            400,
            "flows.datatables.too.many.properties",
        ),
    ],
    ids=[
        "no name",
        "no schema",
        "blank name",
        "name taken in other letters",
        "unknown division",
        "schema is a list",
        "properties are a list",
        "no key",
        "property without a name",
        "key is no string",
        "unknown type",
        "no type",
        "default of another type",
        "open schema",
        "requires what is not there",
        "51 properties beside the key",
    ],
)
@pytest.mark.usefixtures("table")
def test_a_table_that_cannot_be_made_is_refused(platform, body, status, code):
    """Each fault of a definition has its status and code."""
    said = platform.call("POST", TABLES, body)
    assert (said.status, said.code) == (status, code)


def test_fifty_properties_beside_the_key_fit(platform):
    """The limit itself is allowed."""
    schema = changed(**{f"p{n}": {"type": "string"} for n in range(46)})
    assert len(schema["properties"]) == 51
    assert platform.call("POST", TABLES, {"name": "T", "schema": schema}).status == 200


@pytest.mark.usefixtures("table")
def test_tables_are_limited(platform):
    """One table more than the organisation may have is refused."""
    platform.organisation.data_tables.most_tables = 1
    said = platform.call("POST", TABLES, {"name": "T", "schema": SCHEMA})
    assert (said.status, said.code) == (400, "flows.datatables.too.many.schemas")


def test_a_schema_grows_and_rows_get_the_default(platform, table):
    """A new property is in every row from then on, with its default."""
    platform.call("POST", f"{table}/rows", ROW)
    grown = changed(tier={"type": "string", "default": "general"})
    body = {"name": "Scores", "schema": grown, "description": "d"}
    said = platform.call("PUT", f"{table}?expand=schema", body).body
    assert (said["name"], said["description"]) == ("Scores", "d")
    assert said["schema"]["title"] == "Scores"
    row = platform.call("GET", f"{table}/rows/a?showbrief=false").body
    assert row == {**WHOLE_ROW, "tier": "general"}


@pytest.mark.parametrize(
    "schema",
    [changed(locked=None), changed(locked={"type": "string"})],
    ids=["a property is gone", "a property has another type"],
)
def test_a_schema_does_not_shrink(platform, table, schema):
    """A property stays, of the type that it has."""
    said = platform.call("PUT", table, {"name": "LeadScore", "schema": schema})
    assert (said.status, said.code) == (400, "flows.datatables.schema.exception")


def test_what_an_update_leaves_out_stays(platform, table):
    """A body with a description alone changes nothing else."""
    platform.call("PUT", table, {"description": "d"})
    said = platform.call("GET", f"{table}?expand=schema").body
    assert (said["name"], said["description"]) == ("LeadScore", "d")
    assert list(said["schema"]["properties"]) == list(SCHEMA["properties"])


def test_a_deleted_table_is_gone_with_its_rows(platform, table):
    """After the deletion the table and its rows are not found."""
    platform.call("POST", f"{table}/rows", ROW)
    assert platform.call("DELETE", f"{table}?force=true").status == 204
    for path in (table, f"{table}?expand=", f"{table}/rows", f"{table}/rows/a"):
        said = platform.call("GET", path)
        assert (said.status, said.code) == (404, "not.found")


# -- rows ------------------------------------------------------------------------------------


def test_a_row_is_made_changed_and_deleted(platform, table):
    """A row is whole after each write: what was left out has its default."""
    rows = f"{table}/rows"
    assert platform.call("POST", rows, ROW).body == WHOLE_ROW
    assert platform.call("GET", f"{rows}/a?showbrief=false").body == WHOLE_ROW
    changed_row = {"key": "a", "priorityScore": 88, "locked": True}
    assert platform.call("PUT", f"{rows}/a", changed_row).body == {**WHOLE_ROW, **changed_row}
    assert platform.call("DELETE", f"{rows}/a").status == 204
    for method, body in (("GET", None), ("PUT", ROW), ("DELETE", None)):
        said = platform.call(method, f"{rows}/a", body)
        assert (said.status, said.code) == (404, "flows.datatables.row.not.found")


def test_rows_are_brief_unless_asked(platform, table):
    """Rows show their keys alone unless ``showbrief=false``, listed or one by one."""
    platform.call("POST", f"{table}/rows", ROW)
    assert platform.call("GET", f"{table}/rows/a").body == {"key": "a"}
    assert platform.call("GET", f"{table}/rows").body["entities"] == [{"key": "a"}]
    listing = platform.call("GET", f"{table}/rows?showbrief=false").body
    assert listing["entities"] == [WHOLE_ROW]


def test_rows_are_listed_by_key_page_by_page(platform, table):
    """Pages follow the order of the keys, which can be turned round."""
    for key in "cab":
        platform.call("POST", f"{table}/rows", {"key": key})
    first = platform.call("GET", f"{table}/rows?pageSize=2").body
    assert [row["key"] for row in first["entities"]] == ["a", "b"]
    assert (first["total"], first["pageCount"]) == (3, 2)
    second = platform.call("GET", f"{table}/rows?pageSize=2&pageNumber=2").body
    assert [row["key"] for row in second["entities"]] == ["c"]
    down = platform.call("GET", f"{table}/rows?sortOrder=descending").body
    assert [row["key"] for row in down["entities"]] == ["c", "b", "a"]
    assert platform.call("GET", f"{table}/rows?sortOrder=sideways").code == "invalid.value"


def test_a_key_may_contain_anything(platform, table):
    """A key with a slash, a space and a letter beyond ASCII is found again."""
    key = "a/b ü"
    platform.call("POST", f"{table}/rows", {"key": key})
    assert platform.call("GET", f"{table}/rows/a/b%20%C3%BC").body == {"key": key}
    assert platform.call("GET", f"{table}/rows/a%2Fb%20%C3%BC").body == {"key": key}


@pytest.mark.parametrize(
    ("row", "status", "code"),
    [
        ([], 400, "bad.request"),
        ({"priorityScore": 1}, 400, "flows.datatables.schema.exception"),
        ({"key": None}, 400, "flows.datatables.schema.exception"),
        ({"key": ""}, 400, "flows.datatables.schema.exception"),
        ({"key": 7}, 400, "flows.datatables.schema.exception"),
        ({"key": "k" * 257}, 400, "flows.datatables.schema.exception"),
        ({"key": "b", "x": 1}, 400, "flows.datatables.schema.exception"),
        ({"key": "b", "priorityScore": "87"}, 400, "flows.datatables.schema.exception"),
        ({"key": "b", "priorityScore": 87.0}, 400, "flows.datatables.schema.exception"),
        ({"key": "b", "priorityScore": True}, 400, "flows.datatables.schema.exception"),
        ({"key": "b", "lastCalculatedAt": 1}, 400, "flows.datatables.schema.exception"),
        ({"key": "b", "locked": "false"}, 400, "flows.datatables.schema.exception"),
        ({"key": "a"}, 409, "flows.datatables.not.unique"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_a_row_that_does_not_fit_is_refused(platform, table, row, status, code):
    """Each fault of a row has its status and code, and names the field."""
    platform.call("POST", f"{table}/rows", ROW)
    said = platform.call("POST", f"{table}/rows", row)
    assert (said.status, said.code) == (status, code)
    assert platform.call("GET", f"{table}/rows").body["total"] == 1


def test_a_key_of_256_characters_fits(platform, table):
    """The longest key is allowed."""
    assert platform.call("POST", f"{table}/rows", {"key": "k" * 256}).status == 200


def test_an_update_cannot_change_the_key(platform, table):
    """A body with another key than the path's is refused."""
    platform.call("POST", f"{table}/rows", ROW)
    said = platform.call("PUT", f"{table}/rows/a", {"key": "b"})
    assert (said.status, said.code) == (400, "flows.datatables.schema.exception")


def test_rows_are_limited_to_5000(platform, table):
    """The 5,001st row is refused; one that exists may still be changed."""
    (state,) = platform.organisation.data_tables
    state.rows = {f"r{number}": {**WHOLE_ROW, "key": f"r{number}"} for number in range(4_999)}
    assert platform.call("POST", f"{table}/rows", {"key": "last"}).status == 200
    said = platform.call("POST", f"{table}/rows", {"key": "one more"})
    assert (said.status, said.code) == (400, "flows.datatables.too.many.rows")
    assert platform.call("PUT", f"{table}/rows/last", {"key": "last"}).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/import/jobs"),
        ("POST", "/import/csv/jobs"),
        ("GET", "/import/jobs"),
        ("POST", "/export/jobs"),
        ("GET", "/export/jobs/x"),
    ],
)
def test_jobs_are_not_simulated(platform, table, method, path):
    """Import and export jobs answer 501, never as if the table were missing."""
    body = {} if method == "POST" else None
    assert platform.call(method, table + path, body).status == 501


# -- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ["datatable", "datatableRow"])
def test_either_permission_opens_the_rows(platform, table, entity):
    """Rows may be written with the permission on rows or with the one on tables."""
    client = platform.client("writer", f"architect:{entity}:add")
    assert platform.call("POST", f"{table}/rows", ROW, client=client).status == 200
    said = platform.call("GET", f"{table}/rows/a", client=client)
    assert (said.status, said.code) == (403, "missing.any.permissions")
    assert "architect:datatableRow:view" in said.body["message"]


def test_permissions_hold_in_their_division(platform, table):
    """A grant in another division opens neither the table nor its rows, nor is it listed."""
    north = platform.call("POST", "/api/v2/authorization/divisions", {"name": "North"}).body["id"]
    permissions = ("architect:datatable:view", "architect:datatable:search")
    client = platform.client("north", *permissions, division=north)
    views = f"{TABLES}/divisionviews"
    for path in (table, f"{table}/rows", f"{views}/{table.rpartition('/')[2]}"):
        assert platform.call("GET", path, client=client).status == 403
    for path in (TABLES, views):
        assert platform.call("GET", path, client=client).body["total"] == 0
    platform.call("PUT", table, {"division": {"id": north}})
    for path in (table, f"{table}/rows", f"{views}/{table.rpartition('/')[2]}"):
        assert platform.call("GET", path, client=client).status == 200
    for path in (TABLES, views):
        assert platform.call("GET", path, client=client).body["total"] == 1


def test_a_table_moves_where_the_client_may_put_it(platform, table):
    """Another division takes the right to edit tables there; a listing may be limited to one."""
    north = platform.call("POST", "/api/v2/authorization/divisions", {"name": "North"}).body["id"]
    home = platform.organisation.access.home.id
    client = platform.client("here", "architect:datatable:edit", division=home)
    move = {"division": {"id": north}}
    assert platform.call("PUT", table, move, client=client).status == 403
    assert platform.call("GET", f"{TABLES}?divisionId={north}").body["total"] == 0
    assert platform.call("PUT", table, move).status == 200
    assert platform.call("GET", f"{TABLES}?divisionId={north}").body["total"] == 1


def test_a_division_with_a_table_stays(platform):
    """A division is not deleted while a table belongs to it."""
    north = platform.call("POST", "/api/v2/authorization/divisions", {"name": "North"}).body["id"]
    body = {"name": "T", "schema": SCHEMA, "division": {"id": north}}
    table = platform.call("POST", TABLES, body).body["selfUri"]
    division = f"/api/v2/authorization/divisions/{north}"
    refused = platform.call("DELETE", division)
    assert refused.status == 400
    assert "data table T" in refused.body["message"]
    platform.call("DELETE", table)
    assert platform.call("DELETE", division).status == 204


def test_a_snapshot_keeps_tables_and_rows(platform, table):
    """What was written after a snapshot is undone by restoring it, as often as one likes."""
    platform.call("POST", f"{table}/rows", ROW)
    before = platform.control.snapshot()
    for _ in range(2):
        platform.call("PUT", f"{table}/rows/a", {"key": "a", "priorityScore": 1})
        platform.call("POST", f"{table}/rows", {"key": "b"})
        platform.control.restore(before)
        listing = platform.call("GET", f"{table}/rows?showbrief=false").body
        assert listing["entities"] == [WHOLE_ROW]
