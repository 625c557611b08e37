# SPDX-License-Identifier: Apache-2.0
"""Contact list filters: what is kept, what is refused, what a preview shows."""

from __future__ import annotations

import pytest

from simulator.references import Use

from .conftest import FILTERS, LISTS

FRESH = {
    "column": "ml_score_at",
    "columnType": "alphabetic",
    "operator": "AFTER",
    "value": "P-01DT00H00M",
    "inverted": False,
}


def fresh(list_id, **changes):
    return {
        "name": "Fresh",
        "contactList": {"id": list_id},
        "sourceType": "ContactList",
        "filterType": "AND",
        "clauses": [{"filterType": "AND", "predicates": [FRESH]}],
        **changes,
    }


def test_what_was_sent_comes_back(desk, leads):
    """A new filter echoes its conditions and adds id, version and dates."""
    said = desk("POST", FILTERS, fresh(leads))
    assert said.status == 200
    assert said.body["version"] == 1
    assert said.body["contactList"] == {
        "id": leads,
        "name": "Leads",
        "selfUri": f"{LISTS}/{leads}",
    }
    sent = fresh(leads)
    for field in ("name", "sourceType", "filterType", "clauses"):
        assert said.body[field] == sent[field]
    assert desk("GET", f"{FILTERS}/{said.body['id']}").body == said.body


def test_the_longest_name(desk, leads):
    """A name of 64 characters is fine."""
    assert desk("POST", FILTERS, fresh(leads, name="x" * 64)).status == 200


def test_a_filter_moves_to_a_list_of_another_division(desk, leads):
    """To put a filter on another list takes the permission in that list's division too."""
    access = desk.organisation.access
    access.divisions["other"] = type(access.home)("other", "Other")
    there = desk.new_list(name="There", division={"id": "other"})
    made = desk("POST", FILTERS, fresh(leads)).body
    rights = ["outbound:contactListFilter:edit"]
    desk.organisation.add_client("bound", "s", permissions=rights, division=access.home.id)
    path, body = f"{FILTERS}/{made['id']}", {**made, "contactList": {"id": there}}
    assert desk("PUT", path, body, client="bound").code == "missing.permissions"
    assert desk("PUT", path, body).body["contactList"]["id"] == there


def test_source_type_is_always_there(desk, leads):
    """The Terraform provider reads sourceType without looking whether it is there."""
    assert desk("POST", FILTERS, fresh(leads, sourceType=None)).body["sourceType"] == "ContactList"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": None}, 400, "bad.request"),
        ({"name": ""}, 400, "invalid.value"),
        ({"name": "x" * 65}, 400, "name.length.exceeded"),
        ({"name": "first FILTER"}, 400, "duplicate.name"),
        ({"contactList": None}, 400, "bad.request"),
        ({"contactList": {"id": "nowhere"}}, 404, "contact.list.not.found"),
        ({"sourceType": "Elsewhere"}, 400, "invalid.value"),
        ({"sourceType": "ContactListTemplate"}, 501, "not.simulated"),
        ({"contactListTemplate": {"id": "x"}}, 501, "not.simulated"),
        (
            {"clauses": [{"predicates": [{**FRESH, "column": "region"}]}]},
            400,
            "column.does.not.match.contact.list",
        ),
        ({"clauses": [{"predicates": [{**FRESH, "value": "1d"}]}]}, 400, "invalid.date.value"),
        ({"clauses": [{"predicates": [FRESH] * 11}]}, 400, "invalid.value"),
    ],
)
def test_refused_filters(desk, leads, changes, status, code):
    """A filter that is wrong in itself, or whose name is taken, is refused with a code."""
    desk("POST", FILTERS, fresh(leads, name="First filter"))
    said = desk("POST", FILTERS, fresh(leads, **changes))
    assert (said.status, said.code) == (status, code)
    assert desk("GET", FILTERS).body["total"] == 1


def test_update(desk, leads):
    """A PUT replaces the whole filter under its version."""
    made = desk("POST", FILTERS, fresh(leads)).body
    path = f"{FILTERS}/{made['id']}"
    desk.clock.advance(60)
    said = desk("PUT", path, {**made, "name": "Renamed", "clauses": None})
    assert said.status == 200
    assert (said.body["version"], said.body["name"], said.body["clauses"]) == (2, "Renamed", [])
    assert said.body["dateCreated"] == made["dateCreated"]
    assert said.body["dateModified"] == "2026-11-23T09:01:00.000Z"
    stale = desk("PUT", path, made)
    assert (stale.status, stale.code) == (409, "invalid.update.wrong.version")
    assert desk("PUT", path, fresh(leads)).code == "bad.request"
    desk("POST", FILTERS, fresh(leads, name="Taken"))
    assert desk("PUT", path, {**said.body, "name": "taken"}).code == "duplicate.name"
    assert desk("GET", path).body == said.body


def test_delete(desk, leads):
    """A deleted filter is gone; one in use stays."""
    made = desk("POST", FILTERS, fresh(leads)).body
    path = f"{FILTERS}/{made['id']}"
    uses = [Use("campaign", "Senior", "contact list filter", made["id"])]
    desk.organisation.references.ask(lambda: uses)
    said = desk("DELETE", path)
    assert (said.status, said.code) == (400, "referential.integrity.error")
    uses.clear()
    assert desk("DELETE", path).status == 204
    for method in ("GET", "DELETE"):
        said = desk(method, path)
        assert (said.status, said.code) == (404, "contact.list.filter.not.found")


def test_listing(desk, leads):
    """Filters are listed in pages, by name or by contact list; several are read by id."""
    other = desk.new_list(name="Other")
    made = [
        desk("POST", FILTERS, fresh(list_id, name=name)).body["id"]
        for name, list_id in (("b", leads), ("a", other), ("c", leads))
    ]
    assert desk("GET", FILTERS).body["total"] == 3
    body = desk("GET", FILTERS, sortBy="name", pageSize=2).body
    assert [entity["name"] for entity in body["entities"]] == ["a", "b"]
    assert body["pageCount"] == 2
    assert desk("GET", FILTERS, contactListId=other).body["total"] == 1
    assert desk("GET", FILTERS, name="c").body["total"] == 1
    found = desk("POST", f"{FILTERS}/bulk/retrieve", {"ids": [made[2], "nowhere", made[0]]}).body
    assert [entity["id"] for entity in found["entities"]] == [made[0], made[2]]
    assert desk("POST", f"{FILTERS}/bulk/retrieve", {}).code == "bad.request"


def test_preview(desk, leads):
    """A preview counts and shows the contacts that would pass, without storing anything."""
    said = desk("POST", f"{FILTERS}/preview", fresh(leads, name=None))
    assert said.body["filteredContacts"] == 1
    assert said.body["totalContacts"] == 3
    assert [contact["id"] for contact in said.body["preview"]] == ["a"]
    assert desk("GET", FILTERS).body["total"] == 0
    desk.add(leads, *((f"x{number}", {}) for number in range(50)))
    everyone = desk("POST", f"{FILTERS}/preview", fresh(leads, clauses=[])).body
    assert everyone["filteredContacts"] == 53
    assert len(everyone["preview"]) == 10


@pytest.mark.parametrize(
    ("method", "more", "permission"),
    [
        ("GET", "/{id}", "outbound:contactListFilter:view"),
        ("PUT", "/{id}", "outbound:contactListFilter:edit"),
        ("DELETE", "/{id}", "outbound:contactListFilter:delete"),
        ("POST", "", "outbound:contactListFilter:add"),
        ("POST", "/preview", "outbound:contact:view"),
    ],
)
def test_permissions(desk, leads, method, more, permission):
    """Each call needs its permission in the division of the filter's contact list."""
    made = desk("POST", FILTERS, fresh(leads)).body
    home = desk.organisation.access.home.id
    desk.organisation.add_client("enough", "s", permissions=[permission], division=home)
    desk.organisation.add_client("elsewhere", "s", permissions=[permission], division="other")
    path = FILTERS + more.format(id=made["id"])
    body = {**made, "name": "Another"}
    refused = desk(method, path, body, client="elsewhere")
    assert (refused.status, refused.code) == (403, "missing.permissions")
    assert desk(method, path, body, client="enough").status in (200, 204)
    assert desk("GET", FILTERS, client="elsewhere").body["total"] == 0
