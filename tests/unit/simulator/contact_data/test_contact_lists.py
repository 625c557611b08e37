# SPDX-License-Identifier: Apache-2.0
"""Contact lists: what is kept, what is fixed, what is refused."""

from __future__ import annotations

import json

import pytest

from simulator import contact_list_filters, contact_lists

from .conftest import COLUMNS, FILTERS, LISTS, definition


def test_what_was_sent_comes_back(desk):
    """A new list echoes its definition and adds id, version, dates and division."""
    said = desk("POST", LISTS, definition(retentionType="Never", timeZone="Europe/London"))
    assert said.status == 200
    assert said.body["version"] == 1
    assert said.body["dateCreated"] == said.body["dateModified"] == "2026-11-23T09:00:00.000Z"
    assert said.body["division"]["name"] == "Home"
    assert said.body["selfUri"] == f"{LISTS}/{said.body['id']}"
    for field, value in definition().items():
        assert said.body[field] == value
    assert said.body["trimWhitespace"] is True
    assert said.body["automaticTimeZoneMapping"] is False
    assert desk("GET", f"{LISTS}/{said.body['id']}").body == said.body


def test_nothing_is_null(desk):
    """What is not set is left out: a null in an enumeration kills the official Python SDK."""
    body = desk("POST", LISTS, definition(retentionType=None, previewModeColumnName="")).body
    assert None not in body.values()
    assert "retentionType" not in body
    assert "previewModeColumnName" not in body


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": None}, "bad.request"),
        ({"name": " "}, "invalid.value"),
        ({"name": 5}, "bad.request"),
        ({"name": "x" * 65}, "name.length.exceeded"),
        ({"name": "first LIST"}, "duplicate.name"),
        ({"columnNames": None}, "bad.request"),
        ({"columnNames": "phone"}, "bad.request"),
        ({"columnNames": ["phone", 5]}, "bad.request"),
        ({"columnNames": ["phone", ""]}, "invalid.value"),
        ({"columnNames": [*COLUMNS, "phone"]}, "not.unique.contact.columns"),
        ({"columnNames": [*COLUMNS, *map(str, range(45))]}, "contact.columns.limit.exceeded"),
        ({"columnNames": [*COLUMNS, "x" * 129]}, "contact.column.length.limit.exceeded"),
        ({"phoneColumns": []}, "no.phone.columns"),
        ({"phoneColumns": [{"columnName": "phone"}]}, "bad.request"),
        (
            {"phoneColumns": [{"columnName": "fax", "type": "work"}]},
            "contact.columns.do.not.contain.phone.number.column",
        ),
        (
            {
                "phoneColumns": [
                    {"columnName": "phone", "type": "cell", "callableTimeColumn": "nowhere"}
                ]
            },
            "invalid.value",
        ),
        ({"emailColumns": [{"columnName": "mail", "type": "work"}]}, "invalid.value"),
        (
            {"automaticTimeZoneMapping": True},
            "cannot.have.callable.time.column.with.automatic.time.zone.mapping",
        ),
        ({"zipCodeColumnName": "zone"}, "invalid.value"),
        ({"previewModeColumnName": "region"}, "invalid.value"),
        ({"columnDataTypeSpecifications": [{"columnName": "region"}]}, "invalid.value"),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone"}, {"columnName": "zone"}]},
            "invalid.value",
        ),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone", "columnDataType": "DATE"}]},
            "invalid.value",
        ),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone", "min": 5, "max": 4}]},
            "invalid.value",
        ),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone", "min": "5"}]},
            "bad.request",
        ),
        ({"retentionType": "Forever"}, "invalid.value"),
        ({"retentionType": "RetentionDays"}, "invalid.value"),
        ({"dateExpiration": "soon"}, "invalid.date"),
        ({"division": {"id": "nowhere"}}, "invalid.value"),
        ({"division": {}}, "bad.request"),
        ({"attemptLimits": {}}, "bad.request"),
    ],
)
def test_refused_definitions(desk, changes, code):
    """A definition that is wrong in itself, or whose name is taken, is a 400 with a code."""
    desk.new_list(name="First list")
    said = desk("POST", LISTS, definition(**changes))
    assert (said.status, said.code) == (400, code)
    assert len(desk.organisation.contact_lists) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 64},
        {"columnNames": [*COLUMNS, *map(str, range(44))]},
        {"columnNames": [*COLUMNS, "x" * 128]},
        {"phoneColumns": [], "emailColumns": [{"columnName": "zone", "type": "work"}]},
        {"phoneColumns": [], "whatsAppColumns": [{"columnName": "phone", "type": "cell"}]},
        {
            "phoneColumns": [{"columnName": "phone", "type": "cell"}],
            "automaticTimeZoneMapping": True,
            "zipCodeColumnName": "zone",
        },
        {"retentionType": "RetentionDays", "retentionDays": 5},
        {"attemptLimits": {"id": "limit", "name": "ignored"}},
    ],
    ids=["name", "columns", "header", "email only", "whatsapp only", "zip", "retention", "limits"],
)
def test_borders_are_accepted(desk, changes):
    """A definition exactly at a limit is fine."""
    assert desk("POST", LISTS, definition(**changes)).status == 200


def test_most_lists(desk, monkeypatch):
    """An organisation has a highest number of lists."""
    monkeypatch.setattr(contact_lists, "MOST_LISTS", 1)
    desk.new_list()
    assert desk("POST", LISTS, definition(name="One more")).code == "max.entity.count.reached"


def test_what_the_terraform_provider_sends(desk):
    """Zeros for unset bounds, the older time zone column and empty lists come back unchanged."""
    sent = definition(
        phoneColumns=[{"columnName": "phone", "type": "cell", "callableTimeColumn": "zone"}],
        emailColumns=[],
        columnDataTypeSpecifications=[
            {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP", "min": 0, "max": 0},
        ],
        trimWhitespace=False,
    )
    body = desk("POST", LISTS, sent).body
    assert {field: body[field] for field in sent} == sent


def put(desk, list_id, **changes):
    """GET, change, PUT: read-only fields go back with the rest."""
    body = desk("GET", f"{LISTS}/{list_id}", includeSize="true").body
    body.update(changes)
    return desk("PUT", f"{LISTS}/{list_id}", body)


def test_update(desk):
    """A PUT replaces: version and date move on, what is left out is cleared."""
    list_id = desk.new_list(attemptLimits={"id": "limit"}, timeZone="Europe/London")
    desk.clock.advance(60)
    said = put(desk, list_id, name="Renamed", attemptLimits=None)
    assert said.status == 200
    assert said.body["name"] == "Renamed"
    assert said.body["version"] == 2
    assert said.body["dateCreated"] == "2026-11-23T09:00:00.000Z"
    assert said.body["dateModified"] == "2026-11-23T09:01:00.000Z"
    assert "attemptLimits" not in said.body
    assert said.body["timeZone"] == "Europe/London"
    assert "size" not in said.body
    assert desk("GET", f"{LISTS}/{list_id}").body == said.body


def test_a_division_cannot_be_cleared(desk):
    """A PUT without a division leaves the list where it is."""
    list_id = desk.new_list()
    home = desk.organisation.access.home.id
    assert put(desk, list_id, division=None).body["division"]["id"] == home


def test_every_change_shows(desk, leads):
    """Whoever keeps something of a list can see that the list is no longer the same."""
    state = desk.state(leads)
    changes = [
        lambda: put(desk, leads, name="Renamed"),
        lambda: desk.add(leads, ("a", {})),
        lambda: desk("DELETE", f"{LISTS}/{leads}/contacts/a"),
        lambda: desk("POST", f"{LISTS}/{leads}/clear"),
    ]
    for change in changes:
        before = state.revision
        change()
        assert state.revision > before


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"version": 0}, 409, "invalid.update.wrong.version"),
        ({"version": 2}, 409, "invalid.update.wrong.version"),
        ({"version": None}, 400, "bad.request"),
        ({"version": "1"}, 400, "bad.request"),
        ({"name": "other"}, 400, "duplicate.name"),
        ({"columnNames": [*COLUMNS, "region"]}, 400, "cannot.update.contact.column.names"),
        ({"columnNames": COLUMNS[::-1]}, 400, "cannot.update.contact.column.names"),
        (
            {"phoneColumns": [{"columnName": "phone", "type": "home"}]},
            400,
            "cannot.update.phone.columns",
        ),
        (
            {"emailColumns": [{"columnName": "zone", "type": "work"}]},
            400,
            "cannot.update.email.columns",
        ),
        (
            {"whatsAppColumns": [{"columnName": "phone", "type": "cell"}]},
            400,
            "cannot.update.whats.app.columns",
        ),
        (
            {"columnDataTypeSpecifications": []},
            400,
            "cannot.update.column.data.type.specifications",
        ),
    ],
)
def test_refused_updates(desk, changes, status, code):
    """A stale version is a conflict; columns and their types are fixed; nothing is changed."""
    desk.new_list(name="Other")
    list_id = desk.new_list()
    before = desk("GET", f"{LISTS}/{list_id}").body
    said = put(desk, list_id, **changes)
    assert (said.status, said.code) == (status, code)
    assert desk("GET", f"{LISTS}/{list_id}").body == before


def test_time_zone_mapping_is_fixed(desk):
    """Automatic time zone mapping cannot be turned on or off later."""
    list_id = desk.new_list(phoneColumns=[{"columnName": "phone", "type": "cell"}])
    said = put(desk, list_id, automaticTimeZoneMapping=True)
    assert said.code == "cannot.edit.automatic.time.zone.mapping.settings"


def test_a_renamed_column_form_is_no_change(desk):
    """The newer and the older name of the time zone column, and 0 for no bound, mean the same."""
    list_id = desk.new_list()
    specs = [
        {**spec, "min": spec.get("min", 0), "max": spec.get("max", 0)}
        for spec in definition()["columnDataTypeSpecifications"]
    ]
    phones = [{"columnName": "phone", "type": "cell", "callableTimeColumn": "zone"}]
    said = put(desk, list_id, phoneColumns=phones, columnDataTypeSpecifications=specs)
    assert said.status == 200


def test_size(desk, leads):
    """The number of contacts is there only where it is asked for."""
    assert desk("GET", f"{LISTS}/{leads}", includeSize="true").body["size"] == 3
    assert "size" not in desk("GET", f"{LISTS}/{leads}", includeSize="false").body
    assert desk("GET", LISTS, includeSize="true").body["entities"][0]["size"] == 3
    status = desk("GET", f"{LISTS}/{leads}", includeImportStatus="true").body
    assert "importStatus" not in status


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_list(desk, method):
    """A list that does not exist is a 404."""
    said = desk(method, f"{LISTS}/nowhere", definition())
    assert (said.status, said.code) == (404, "contact.list.not.found")


def test_delete(desk, leads):
    """A deleted list is gone, and its name is free."""
    assert desk("DELETE", f"{LISTS}/{leads}").status == 204
    assert desk("GET", f"{LISTS}/{leads}").status == 404
    assert desk("DELETE", f"{LISTS}/{leads}").status == 404
    desk.new_list()


def test_delete_in_use(desk, leads):
    """A list that a filter refers to, or that a campaign uses, stays."""
    made = desk("POST", FILTERS, {"name": "Fresh", "contactList": {"id": leads}}).body
    assert desk("DELETE", f"{LISTS}/{leads}").code == "referential.integrity.error"
    assert desk("DELETE", f"{FILTERS}/{made['id']}").status == 204
    desk.organisation.contact_lists.users.append(lambda _: "campaign Senior")
    said = desk("DELETE", f"{LISTS}/{leads}")
    assert (said.status, said.code) == (400, "contact.list.in.use")
    assert "campaign Senior" in said.body["message"]
    assert desk("GET", f"{LISTS}/{leads}").status == 200


def test_delete_many(desk):
    """Several lists are deleted in one call, or none of them."""
    ids = [desk.new_list(name=name) for name in ("one", "two", "three")]
    assert desk("DELETE", LISTS, id=f"{ids[0]},nowhere").status == 404
    assert len(desk.organisation.contact_lists) == 3
    assert desk("DELETE", LISTS, id=f"{ids[0]},{ids[2]},{ids[0]}").status == 204
    assert [state.name for state in desk.organisation.contact_lists] == ["two"]
    assert desk("DELETE", LISTS).code == "bad.request"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["b", "a1", "A2"]),
        ({"name": "a"}, ["a1", "A2"]),
        ({"name": "2", "filterType": "Contains"}, ["A2"]),
        ({"name": "a2", "filterType": "Equals"}, ["A2"]),
        ({"name": "1", "filterType": "EndsWith"}, ["a1"]),
        ({"sortBy": "name"}, ["a1", "A2", "b"]),
        ({"sortBy": "name", "sortOrder": "descending"}, ["b", "A2", "a1"]),
        ({"sortOrder": "d"}, ["b", "A2", "a1"]),
        ({"sortBy": "dateCreated", "sortOrder": "DESC"}, ["A2", "a1", "b"]),
        ({"pageSize": 2}, ["b", "a1"]),
        ({"pageSize": 2, "pageNumber": 2}, ["A2"]),
        ({"pageSize": 2, "pageNumber": 3}, []),
        ({"timeZone": "Europe/London"}, ["b"]),
        ({"divisionId": "nowhere"}, []),
    ],
)
def test_listing(desk, query, names):
    """Lists are listed in pages, filtered by name and more, in a stated order."""
    for name in ("b", "a1", "A2"):
        desk.new_list(name=name, timeZone="Europe/London" if name == "b" else "UTC")
        desk.clock.advance(1)
    said = desk("GET", LISTS, **query)
    assert [entity["name"] for entity in said.body["entities"]] == names
    assert said.body["pageNumber"] == query.get("pageNumber", 1)


def test_listing_counts(desk):
    """A page says how many there are in all, and how many pages; its size is cut to 100."""
    ids = [desk.new_list(name=str(number)) for number in range(5)]
    body = desk("GET", LISTS, pageSize=2).body
    assert (body["total"], body["pageCount"], body["pageSize"]) == (5, 3, 2)
    assert desk("GET", LISTS, pageSize=1000).body["pageSize"] == 100
    body = desk("GET", LISTS, id=f"{ids[3]},{ids[0]}").body
    assert [entity["id"] for entity in body["entities"]] == [ids[0], ids[3]]


@pytest.mark.parametrize(
    "query",
    [
        {"filterType": "RegEx"},
        {"sortBy": "colour"},
        {"sortBy": "name", "sortOrder": "up"},
        {"pageNumber": 0},
        {"pageSize": "x"},
        {"includeSize": "maybe"},
    ],
)
def test_refused_listings(desk, leads, query):
    """A listing parameter that means nothing is a 400, not silently ignored."""
    assert desk("GET", LISTS, **query).code == "invalid.value"
    assert leads


def test_divisions(desk):
    """A client sees and changes only the lists of divisions where it has the permission."""
    access = desk.organisation.access
    home = access.home.id
    other = type(access.home)("other", "Other")
    access.divisions["other"] = other
    rights = [f"outbound:contactList:{action}" for action in ("view", "add", "edit", "delete")]
    desk.organisation.add_client("bound", "s", permissions=rights, division=home)
    here = desk.new_list(name="Here")
    there = desk.new_list(name="There", division={"id": "other"})
    seen = desk("GET", LISTS, client="bound").body
    assert [entity["name"] for entity in seen["entities"]] == ["Here"]
    assert desk("GET", f"{LISTS}/{here}", client="bound").status == 200
    calls = [
        ("GET", f"{LISTS}/{there}", None),
        ("PUT", f"{LISTS}/{there}", definition(version=1)),
        ("DELETE", f"{LISTS}/{there}", None),
        ("POST", LISTS, definition(division={"id": "other"})),
        ("PUT", f"{LISTS}/{here}", definition(version=1, division={"id": "other"})),
    ]
    for method, path, body in calls:
        said = desk(method, path, body, client="bound")
        assert (said.status, said.code) == (403, "missing.permissions"), method
    assert desk("DELETE", LISTS, client="bound", id=f"{here},{there}").status == 403
    moved = desk("PUT", f"{LISTS}/{here}", definition(version=1, division={"id": "other"}))
    assert moved.body["division"] == {
        "id": "other",
        "name": "Other",
        "selfUri": "/api/v2/authorization/divisions/other",
    }


def test_division_views(desk, leads):
    """Who may only look lists up sees names, columns and size of those in reach."""
    access = desk.organisation.access
    access.divisions["other"] = type(access.home)("other", "Other")
    there = desk.new_list(name="There", division={"id": "other"})
    rights = ["outbound:contactList:search"]
    desk.organisation.add_client("bound", "s", permissions=rights, division=access.home.id)
    views = f"{LISTS}/divisionviews"
    body = desk("GET", views, client="bound", includeSize="true").body
    assert (body["total"], body["entities"][0]["name"]) == (1, "Leads")
    assert body["entities"][0]["size"] == 3
    one = desk("GET", f"{views}/{leads}", client="bound").body
    assert one["columnNames"] == COLUMNS
    assert one["division"] == {"id": access.home.id, "name": "Home"}
    assert not {"version", "size", "columnDataTypeSpecifications"} & set(one)
    assert desk("GET", f"{views}/{there}", client="bound").code == "missing.permissions"
    assert desk("GET", views, name="t").body["total"] == 1
    assert desk("GET", views, id=there).body["entities"][0]["id"] == there


def test_snapshot(desk, leads):
    """A snapshot is JSON and brings back lists, contacts and filters as they were."""
    desk("POST", FILTERS, {"name": "Fresh", "contactList": {"id": leads}})
    desk.contact(leads, "a").skipped = True
    lists, filters = desk.organisation.contact_lists, desk.organisation.contact_list_filters
    saved = json.loads(json.dumps([lists.snapshot(), filters.snapshot()]))
    seen = desk("POST", f"{LISTS}/{leads}/contacts/search", {}).body
    desk.add(leads, ("d", {}))
    lists.restore([])
    assert len(lists) == 0
    lists.restore(saved[0])
    filters.restore(saved[1])
    assert desk("POST", f"{LISTS}/{leads}/contacts/search", {}).body == seen
    assert desk("GET", FILTERS).body["total"] == 1
    assert desk.contact(leads, "a").skipped
    desk.add(leads, ("d", {}))
    assert desk.contact(leads, "d").queue_seq > desk.contact(leads, "c").queue_seq
    assert contact_list_filters.MOST_FILTERS == 1_000
