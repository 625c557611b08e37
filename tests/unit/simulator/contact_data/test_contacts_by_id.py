# SPDX-License-Identifier: Apache-2.0
"""Contacts by their ids: read, change, delete, and who may."""

from __future__ import annotations

import pytest

from .conftest import LISTS


def contacts(list_id, *more):
    return "/".join([LISTS, list_id, "contacts", *more])


def row(list_id, **changes):
    return {"id": "x", "contactListId": list_id, "data": {"phone": "+9"}, **changes}


def dialled(desk, list_id, contact_id):
    """Leave a contact as the dialer leaves it: called once, out of the queue."""
    contact = desk.contact(list_id, contact_id)
    contact.queued = False
    contact.skipped = True
    contact.callable = False
    contact.call_records = {"phone": {"lastAttempt": "2026-11-23T08:00:00.000Z"}}
    return contact


def test_bulk_read(desk, leads):
    """Contacts are read in the order asked for; those that do not exist are left out."""
    said = desk("POST", contacts(leads, "bulk"), ["c", "nobody", "a"])
    assert [contact["id"] for contact in said.body] == ["c", "a"]
    assert desk("POST", contacts(leads, "bulk"), []).body == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (["a"] * 51, "too.many.contacts.requested"),
        ({"ids": ["a"]}, "bad.request"),
        ([5], "bad.request"),
        (None, "bad.request"),
    ],
)
def test_refused_bulk_reads(desk, leads, body, code):
    """More than 50 ids, or no array of strings, is a 400."""
    assert desk("POST", contacts(leads, "bulk"), body).code == code
    assert len(desk("POST", contacts(leads, "bulk"), ["a"] * 50).body) == 50


def test_put(desk, leads):
    """A PUT writes one contact and leaves its place in the queue."""
    contact = dialled(desk, leads, "a")
    got = desk("GET", contacts(leads, "a")).body
    got["data"]["ml_score"] = "12"
    said = desk("PUT", contacts(leads, "a"), got)
    assert said.status == 200
    assert said.body["data"]["ml_score"] == "12"
    assert not contact.queued


@pytest.mark.parametrize(
    ("override", "switch", "order", "queued"),
    [
        (None, False, ["a", "b", "c"], False),
        (None, True, ["a", "c", "b"], True),
        (True, False, ["b", "a", "c"], True),
        (False, False, ["a", "c", "b"], True),
    ],
    ids=["kept", "switch", "front", "end"],
)
def test_queue_of_a_put(desk, leads, *, override, switch, order, queued):
    """A PUT queues again where its override says so; without one a switch decides."""
    contact = dialled(desk, leads, "b")
    desk.switches.put_requeues = switch
    body = row(leads, id="b")
    if override is not None:
        body["configurationOverrides"] = {"priority": override}
    desk("PUT", contacts(leads, "b"), body)
    found = sorted(desk.state(leads).contacts.values(), key=lambda each: each.queue_seq)
    assert [each.id for each in found] == order
    assert contact.queued is queued
    assert contact.requeued_count == int(queued)
    assert contact.skipped is not queued


@pytest.mark.parametrize(
    ("contact_id", "changes", "status", "code"),
    [
        ("nobody", {"id": "nobody"}, 400, "contact.does.not.exist"),
        ("a", {"id": "b"}, 400, "invalid.value"),
        ("a", {"contactListId": "other"}, 400, "invalid.value"),
        ("a", {"data": {"region": "x"}}, 400, "invalid.contact.columns"),
        ("a", {"data": {"ml_score": 5}}, 400, "bad.request"),
        ("a", {"configurationOverrides": {"priority": "x"}}, 400, "bad.request"),
    ],
)
def test_refused_puts(desk, leads, *, contact_id, changes, status, code):
    """A PUT creates nothing and is checked like a POST."""
    said = desk("PUT", contacts(leads, contact_id), row(leads, **{"id": "a", **changes}))
    assert (said.status, said.code) == (status, code)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_contact(desk, leads, method):
    """A contact that does not exist is a 404."""
    said = desk(method, contacts(leads, "nobody"))
    assert (said.status, said.code) == (404, "resource.not.found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "contacts"),
        ("DELETE", "contacts"),
        ("POST", "contacts/bulk"),
        ("POST", "contacts/search"),
        ("GET", "contacts/a"),
        ("PUT", "contacts/a"),
        ("DELETE", "contacts/a"),
        ("POST", "clear"),
        ("POST", "contacts/bulk/update"),
        ("POST", "contacts/bulk/remove"),
        ("GET", "contacts/bulk/jobs"),
        ("POST", "export"),
        ("GET", "export"),
        ("GET", "importstatus"),
    ],
)
def test_unknown_list(desk, method, path):
    """Every call on a list that does not exist is a 404 that says so."""
    said = desk(method, f"{LISTS}/nowhere/{path}", [])
    assert (said.status, said.code) == (404, "contact.list.not.found")


def test_delete_one(desk, leads):
    """A deleted contact is gone; one that is being dialled stays."""
    assert desk("DELETE", contacts(leads, "a")).status == 204
    assert desk("GET", contacts(leads, "a")).status == 404
    desk.state(leads).busy.add("b")
    assert desk("DELETE", contacts(leads, "b")).code == "resources.in.use"
    assert desk("GET", contacts(leads, "b")).status == 200


def test_delete_many(desk, leads):
    """Several contacts go in one call; unknown ones and those being dialled are passed over."""
    desk.state(leads).busy.add("b")
    assert desk("DELETE", contacts(leads), contactIds="a,b,nobody").status == 204
    assert list(desk.state(leads).contacts) == ["b", "c"]


@pytest.mark.parametrize(
    ("ids", "code"),
    [("", "bad.request"), (",".join(["a"] * 251), "too.many.contacts.deleted")],
    ids=["none", "251"],
)
def test_refused_deletes(desk, leads, ids, code):
    """A deletion names 1 to 250 contacts."""
    assert desk("DELETE", contacts(leads), contactIds=ids).code == code
    assert len(desk.state(leads).contacts) == 3
    assert desk("DELETE", contacts(leads), contactIds=",".join(["a"] * 250)).status == 204


def test_clear(desk, leads):
    """Clearing a list deletes every contact, in hand or not."""
    desk.state(leads).busy.add("b")
    assert desk("POST", f"{LISTS}/{leads}/clear").status == 204
    assert desk("POST", contacts(leads, "search"), {}).body["contactsCount"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "permission"),
    [
        ("POST", "contacts", [], "outbound:contact:add"),
        ("POST", "contacts/bulk", ["a"], "outbound:contact:view"),
        ("POST", "contacts/search", {}, "outbound:contact:view"),
        ("GET", "contacts/a", None, "outbound:contact:view"),
        ("PUT", "contacts/a", {}, "outbound:contact:edit"),
        ("DELETE", "contacts/a", None, "outbound:contact:delete"),
        ("DELETE", "contacts", None, "outbound:contact:delete"),
        ("POST", "clear", None, "outbound:contact:delete"),
        ("POST", "contacts/bulk/update", {}, "outbound:contact:edit"),
        ("POST", "contacts/bulk/remove", {}, "outbound:contact:delete"),
        ("GET", "contacts/bulk/jobs", None, "outbound:contactList:view"),
        ("GET", "contacts/bulk/jobs/x", None, "outbound:contactList:view"),
        ("GET", "importstatus", None, "outbound:contactList:view"),
        ("GET", "export", None, "outbound:contact:view"),
        ("POST", "export", None, "outbound:contact:view"),
    ],
)
def test_permissions(desk, leads, *, method, path, body, permission):
    """Each call needs its permission in the list's division; everything else is not enough."""
    organisation = desk.organisation
    everything = {
        f"outbound:{entity}:{action}"
        for entity in ("contact", "contactList", "contactListFilter")
        for action in ("add", "edit", "view", "delete")
    }
    organisation.add_client("almost", "s", permissions=everything - {permission})
    organisation.add_client("elsewhere", "s", permissions=everything, division="other")
    organisation.add_client("enough", "s", permissions=everything)
    for client in ("almost", "elsewhere"):
        said = desk(method, f"{LISTS}/{leads}/{path}", body, client=client)
        assert (said.status, said.code) == (403, "missing.permissions")
        assert permission in said.body["message"]
    assert desk(method, f"{LISTS}/{leads}/{path}", body, client="enough").status != 403
