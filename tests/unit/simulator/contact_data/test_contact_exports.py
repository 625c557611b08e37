# SPDX-License-Identifier: Apache-2.0
"""Exports of contacts, and the imports that are not simulated."""

from __future__ import annotations

import csv

import pytest

from simulator import contact_exports

from .conftest import COLUMNS, LISTS


def export(list_id):
    return f"{LISTS}/{list_id}/export"


def rows(desk, uri):
    return list(csv.DictReader(desk("GET", uri).body.splitlines()))


def test_export(desk, leads):
    """An export is ready after a while and shows the contacts as they were asked for."""
    desk.contact(leads, "a").call_records = {
        "phone": {"lastAttempt": "2026-11-23T08:00:00.000Z", "lastResult": "busy"}
    }
    said = desk("POST", export(leads))
    assert said.body == {"id": leads, "name": "Leads", "selfUri": f"{LISTS}/{leads}"}
    waiting = desk("GET", export(leads))
    assert (waiting.status, waiting.code) == (404, "no.available.list.export.uri")
    desk.add(leads, ("a", {"ml_score": "1"}))
    desk.clock.advance(2)
    ready = desk("GET", export(leads)).body
    assert ready["exportTimestamp"] == "2026-11-23T09:00:00.000Z"
    found = rows(desk, ready["uri"])
    assert list(found[0]) == [
        "inin-outbound-id",
        *COLUMNS,
        "ContactCallable",
        "CallRecordLastAttempt-phone",
        "CallRecordLastResult-phone",
    ]
    assert [row["ml_score"] for row in found] == ["87", "9", ""]
    assert found[0]["CallRecordLastResult-phone"] == "busy"
    assert found[0]["ContactCallable"] == "1"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (None, ["a", "b", "c"]),
        ({}, ["a", "b", "c"]),
        ({"contactIds": ["c", "nobody", "a"]}, ["c", "a"]),
        (
            {
                "criteria": {
                    "clauses": [
                        {"predicates": [{"column": "ml_score", "operator": "EQUALS", "value": "9"}]}
                    ]
                }
            },
            ["b"],
        ),
    ],
)
def test_choice(desk, leads, body, found):
    """An export may choose its contacts by id or by criteria."""
    desk("POST", export(leads), body)
    desk.clock.advance(2)
    uri = desk("GET", export(leads)).body["uri"]
    assert [row["inin-outbound-id"] for row in rows(desk, uri)] == found


def test_newest_export(desk, leads):
    """A poll shows the newest export that is ready; a download that is not ready is a 404."""
    desk("POST", export(leads), {"contactIds": ["a"]})
    desk.clock.advance(2)
    first = desk("GET", export(leads)).body["uri"]
    desk("POST", export(leads), {"contactIds": ["b"]})
    assert desk("GET", export(leads)).body["uri"] == first
    desk.clock.advance(2)
    assert desk("GET", export(leads)).body["uri"] != first
    said = desk("GET", f"{contact_exports.DOWNLOADS}/nowhere")
    assert (said.status, said.code) == (404, "not.found")


def test_memory_is_bounded(desk, leads, monkeypatch):
    """Beyond a number of exports the oldest is forgotten."""
    monkeypatch.setattr(contact_exports, "KEPT", 2)
    for _ in range(5):
        desk("POST", export(leads))
    assert len(desk.organisation.contact_exports.snapshot()) == 2


def test_download_needs_the_permission(desk, leads):
    """Who may not see the list's contacts may not download them either."""
    desk("POST", export(leads))
    desk.clock.advance(2)
    uri = desk("GET", export(leads)).body["uri"]
    desk.organisation.add_client("nobody", "s", permissions=["outbound:contactList:view"])
    assert desk("GET", uri, client="nobody").code == "missing.permissions"


def test_an_address_that_needs_no_token(desk, leads):
    """Asked not to redirect, the platform names a signed address: whoever knows it has the file."""
    desk("POST", export(leads))
    desk.clock.advance(2)
    uri = desk("GET", export(leads)).body["uri"]
    address = desk("GET", uri, issueRedirect="false").body["url"]
    assert desk("GET", address).body == desk("GET", uri).body != ""
    (operation,) = [one for one in contact_exports.OPERATIONS if one.path.endswith("/file")]
    assert not operation.authenticated


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("right", ["outbound:contact:view", "outbound:contactList:view"])
def test_export_needs_both_permissions(desk, leads, method, right):
    """An export takes the right to see the contacts and the right to see the list."""
    desk.organisation.add_client("half", "s", permissions=[right])
    assert desk(method, export(leads), client="half").code == "missing.permissions"


def test_imports_are_not_simulated(desk, leads):
    """Uploads say so plainly; the import status shows that there never was one."""
    said = desk("POST", f"{LISTS}/uploads", {})
    assert (said.status, said.code) == (501, "not.simulated")
    assert desk("GET", f"{LISTS}/{leads}/importstatus").body == {
        "totalRecords": 0,
        "completedRecords": 0,
        "percentComplete": 0,
    }
