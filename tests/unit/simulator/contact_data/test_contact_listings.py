# SPDX-License-Identifier: Apache-2.0
"""Contact lists as a whole: sizes, listings, divisions, deletion."""

from __future__ import annotations

import json

import pytest

from simulator.references import Use

from .conftest import COLUMNS, FILTERS, LISTS, definition


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
    desk.organisation.references.ask(lambda: [Use("campaign", "Senior", "contact list", leads)])
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
    lists = desk.organisation.contact_lists
    filters = desk.organisation.entities["contact list filter"]
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
