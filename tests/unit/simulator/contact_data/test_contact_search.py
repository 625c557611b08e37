# SPDX-License-Identifier: Apache-2.0
"""Contact search: which contacts, in which order, on which page."""

from __future__ import annotations

import pytest

from .conftest import FILTERS, LISTS

ABOVE_50 = {
    "column": "ml_score",
    "columnType": "numeric",
    "operator": "GREATER_THAN",
    "value": "50",
}
FRESH = {"column": "ml_score_at", "operator": "AFTER", "value": "P-01DT00H00M"}


def one(predicate):
    return {"clauses": [{"predicates": [predicate]}]}


def search(desk, list_id, **body):
    return desk("POST", f"{LISTS}/{list_id}/contacts/search", body)


def ids(said):
    return [contact["id"] for contact in said.body["entities"]]


def test_empty_search(desk):
    """A search with an empty body finds everything and says how many: the provider's first call."""
    list_id = desk.new_list()
    body = search(desk, list_id).body
    assert body["contactsCount"] == body["total"] == body["pageCount"] == 0
    assert body["entities"] == []
    assert (body["pageSize"], body["pageNumber"]) == (25, 1)
    assert desk("POST", f"{LISTS}/{list_id}/contacts/search").status == 200


def sort(column, direction="ASC", *, numeric=False):
    return {"fieldName": column, "direction": direction, "numeric": numeric}


@pytest.mark.parametrize(
    ("sorts", "order"),
    [
        ([], ["a", "b", "c", "d", "e"]),
        ([sort("ml_score", "DESC", numeric=True)], ["a", "d", "b", "c", "e"]),
        ([sort("ml_score", "ASC", numeric=True)], ["c", "e", "b", "a", "d"]),
        ([sort("ml_score", "DESC")], ["b", "a", "d", "c", "e"]),
        ([sort("ml_score")], ["c", "e", "a", "d", "b"]),
        ([{"fieldName": "ml_score"}], ["c", "e", "a", "d", "b"]),
        (
            [sort("ml_score", "DESC", numeric=True), sort("phone", "DESC")],
            ["d", "a", "b", "e", "c"],
        ),
        ([sort("zone"), sort("ml_score", "DESC", numeric=True)], ["a", "b", "c", "e", "d"]),
    ],
)
def test_order(desk, leads, sorts, order):
    """Numbers sort as numbers or as text; those alike stay in the order of insertion."""
    desk.add(leads, ("d", {"ml_score": "87", "phone": "+9", "zone": "UTC"}), ("e", {"phone": "+5"}))
    assert ids(search(desk, leads, contactSorts=sorts)) == order


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (one(ABOVE_50), ["a"]),
        (one({**ABOVE_50, "inverted": True}), ["b", "c"]),
        (one(FRESH), ["a"]),
        (one({**FRESH, "operator": "BEFORE", "inverted": True}), ["a", "c"]),
        ({"filterType": "OR", **one(FRESH)}, ["a"]),
        (
            {
                "clauses": [
                    {"filterType": "OR", "predicates": [ABOVE_50, {**ABOVE_50, "value": "5"}]}
                ]
            },
            ["a", "b"],
        ),
        ({}, ["a", "b", "c"]),
    ],
)
def test_criteria(desk, leads, criteria, found):
    """A search finds the contacts that match now."""
    said = search(desk, leads, criteria=criteria)
    assert ids(said) == found
    assert said.body["contactsCount"] == len(found)


def test_stored_filter(desk, leads):
    """A search may state its criteria by the id of a filter."""
    made = desk("POST", FILTERS, {"name": "High", "contactList": {"id": leads}, **one(ABOVE_50)})
    assert ids(search(desk, leads, contactListFilterId=made.body["id"])) == ["a"]


def test_pages(desk):
    """Pages are cut to 100, counted from 1, and empty past the end."""
    list_id = desk.new_list()
    desk.add(list_id, *((f"x{number:03}", {}) for number in range(250)))
    first = search(desk, list_id, pageSize=1000).body
    assert (len(first["entities"]), first["pageSize"], first["pageCount"]) == (100, 100, 3)
    last = search(desk, list_id, pageSize=100, pageNumber=3)
    assert ids(last)[0] == "x200"
    assert len(ids(last)) == 50
    assert ids(search(desk, list_id, pageSize=100, pageNumber=4)) == []
    paged = [
        contact_id
        for number in (1, 2, 3)
        for contact_id in ids(
            search(
                desk, list_id, pageSize=100, pageNumber=number, contactSorts=[sort("phone", "DESC")]
            )
        )
    ]
    assert paged == [f"x{number:03}" for number in range(250)]


def test_a_write_shows_at_once(desk, leads):
    """A search after a write sees the write, however it was done."""
    sorts = {"contactSorts": [sort("ml_score", "DESC", numeric=True)], "criteria": one(ABOVE_50)}
    assert ids(search(desk, leads, **sorts)) == ["a"]
    desk.add(leads, ("b", {"ml_score": "99"}))
    assert ids(search(desk, leads, **sorts)) == ["b", "a"]
    desk("DELETE", f"{LISTS}/{leads}/contacts/b")
    assert ids(search(desk, leads, **sorts)) == ["a"]
    body = {"contactListId": leads, "data": {"ml_score": "1"}}
    desk("PUT", f"{LISTS}/{leads}/contacts/a", body)
    assert ids(search(desk, leads, **sorts)) == []


def test_time_passes_between_searches(desk, leads):
    """A relative time is relative to each search; a switch works at once."""
    assert ids(search(desk, leads, criteria=one(FRESH))) == ["a"]
    desk.clock.advance(23 * 3600)
    assert ids(search(desk, leads, criteria=one(FRESH))) == ["a"]
    desk.switches.border_is_stale = True
    assert ids(search(desk, leads, criteria=one(FRESH))) == []
    desk.switches.border_is_stale = False
    desk.clock.advance(1)
    assert ids(search(desk, leads, criteria=one(FRESH))) == []


def test_many_searches_are_not_kept(desk, leads):
    """Only the last few results are kept, so that memory stays bounded."""
    for value in range(20):
        search(desk, leads, criteria=one({**ABOVE_50, "value": str(value)}))
    assert len(desk.state(leads).searches) <= 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"pageNumber": 0}, "invalid.value"),
        ({"pageSize": 0}, "invalid.value"),
        ({"pageSize": "100"}, "bad.request"),
        ({"contactSorts": [sort("region")]}, "contact.sorts.invalid.field.name"),
        ({"contactSorts": [sort("zone"), sort("zone")]}, "contact.sorts.duplicate.field.names"),
        ({"contactSorts": [sort("zone", "UP")]}, "invalid.value"),
        ({"contactSorts": [sort("zone", numeric="yes")]}, "bad.request"),
        ({"contactSorts": [{}]}, "bad.request"),
        (
            {
                "contactSorts": [
                    sort(column) for column in ("lead_id", "phone", "zone", "ml_score")
                ]
                + [sort("route_tier")]
            },
            "invalid.value",
        ),
        ({"criteria": one({**ABOVE_50, "column": "x"})}, "column.does.not.match.contact.list"),
        ({"criteria": []}, "bad.request"),
        ({"criteria": {}, "contactListFilterId": "x"}, "invalid.value"),
    ],
)
def test_refused_searches(desk, leads, body, code):
    """A search that cannot be done is a 400 with a code."""
    said = search(desk, leads, **body)
    assert (said.status, said.code) == (400, code)


def test_four_sorts(desk, leads):
    """Four columns may decide the order, as in a campaign."""
    sorts = [sort(column) for column in ("zone", "route_tier", "lead_id", "phone")]
    assert ids(search(desk, leads, contactSorts=sorts)) == ["a", "b", "c"]


def test_filters_of_others(desk, leads):
    """The filter of a search must exist and belong to the list."""
    said = search(desk, leads, contactListFilterId="nowhere")
    assert (said.status, said.code) == (404, "contact.list.filter.not.found")
    other = desk.new_list(name="Other")
    made = desk("POST", FILTERS, {"name": "Fresh", "contactList": {"id": other}, **one(FRESH)})
    assert search(desk, leads, contactListFilterId=made.body["id"]).code == "invalid.value"
