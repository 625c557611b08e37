# SPDX-License-Identifier: Apache-2.0
"""Contacts: upsert, read, change, delete, and what each does to the dialling queue."""

from __future__ import annotations

import pytest

from .conftest import COLUMNS, LISTS


def contacts(list_id, *more):
    return "/".join([LISTS, list_id, "contacts", *more])


def row(list_id, **changes):
    return {"id": "x", "contactListId": list_id, "data": {"phone": "+9"}, **changes}


def test_upsert(desk, leads):
    """A bulk POST creates what it does not find and updates what it does, answering in order."""
    said = desk.add(leads, ("new", {"phone": "+4"}), ("a", {"ml_score": "12"}))
    assert said.status == 200
    assert [contact["id"] for contact in said.body] == ["new", "a"]
    new, old = said.body
    assert new["data"] == {**dict.fromkeys(COLUMNS, ""), "phone": "+4"}
    assert list(new["data"]) == COLUMNS
    assert (old["data"]["ml_score"], old["data"]["phone"]) == ("12", "+1")
    assert len(desk.state(leads).contacts) == 4


def test_body(desk, leads):
    """A contact has the official fields, and none of an enumeration is null."""
    body = desk("GET", contacts(leads, "a")).body
    assert body == {
        "id": "a",
        "contactListId": leads,
        "data": body["data"],
        "callRecords": {},
        "callable": True,
        "phoneNumberStatus": {"phone": {"callable": True}},
        "contactableStatus": {},
        "dateCreated": "2026-11-23T09:00:00.000Z",
        "selfUri": contacts(leads, "a"),
    }


def test_made_ids(desk, leads):
    """A contact without an id gets one of its own, every time."""
    body = {"contactListId": leads, "data": {"phone": "+9"}}
    said = desk.add(leads, body, body)
    ids = {contact["id"] for contact in said.body}
    assert len(ids) == 2
    assert ids <= set(desk.state(leads).contacts)


def test_same_id_twice_in_a_batch(desk, leads):
    """Rows work one after the other: the last one for an id wins."""
    desk.add(leads, ("x", {"phone": "+1", "zone": "UTC"}), ("x", {"phone": "+2"}))
    assert desk.contact(leads, "x").data["phone"] == "+2"
    assert desk.contact(leads, "x").data["zone"] == "UTC"


@pytest.mark.parametrize("contact_id", ["a", "Lead-1_2.3:4@crm", "0" * 255])
def test_custom_ids(desk, leads, contact_id):
    """A custom id may have letters, digits and - _ . : @."""
    assert desk.add(leads, (contact_id, {})).body[0]["id"] == contact_id
    assert desk("GET", contacts(leads, contact_id)).status == 200


@pytest.mark.parametrize("contact_id", ["bulk", "search"])
def test_ids_that_look_like_calls(desk, leads, contact_id):
    """A contact may be called like a call of the API and is still reached."""
    desk.add(leads, (contact_id, {"phone": "+9"}))
    path = contacts(leads, contact_id)
    assert desk("GET", path).body["id"] == contact_id
    assert desk("PUT", path, row(leads, id=contact_id)).status == 200
    assert desk("DELETE", path).status == 204


REFUSED = [
    ([5], "bad.request", "[0]"),
    ([None], "bad.request", "[0]"),
    ({"id": 5}, "bad.request", "[0].id"),
    ({"id": ""}, "invalid.contact.id", "[0].id"),
    ({"id": "a b"}, "invalid.contact.id", "[0].id"),
    ({"id": "a/b"}, "invalid.contact.id", "[0].id"),
    ({"id": "lead#1"}, "invalid.contact.id", "[0].id"),
    ({"id": "l\u00e9a"}, "invalid.contact.id", "[0].id"),
    ({"id": "a\n"}, "invalid.contact.id", "[0].id"),
    ({"id": "x" * 256}, "contact.id.length.limit.exceeded", "[0].id"),
    ({"contactListId": None}, "bad.request", "[0].contactListId"),
    ({"contactListId": 5}, "bad.request", "[0].contactListId"),
    ({"contactListId": "other"}, "invalid.value", "[0].contactListId"),
    ({"data": None}, "bad.request", "[0].data"),
    ({"data": ["x"]}, "bad.request", "[0].data"),
    ({"data": {"ml_score": 87}}, "bad.request", "[0].data.ml_score"),
    ({"data": {"ml_score": True}}, "bad.request", "[0].data.ml_score"),
    ({"data": {"ml_score": ["87"]}}, "bad.request", "[0].data.ml_score"),
    ({"data": {"region": "x"}}, "invalid.contact.columns", "[0].data"),
    ({"data": {"ML_SCORE": "1"}}, "invalid.contact.columns", "[0].data"),
    ({"data": {"ml_score": "x"}}, "contact.data.invalid.datatype", "[0].data.ml_score"),
    (
        {"data": {"ml_score": "101"}},
        "contact.data.not.within.min.max.range",
        "[0].data.ml_score",
    ),
    (
        {"data": {"ml_score_at": "yesterday"}},
        "contact.data.invalid.datatype",
        "[0].data.ml_score_at",
    ),
    (
        {"data": {"route_tier": "x" * 11}},
        "contact.data.greater.than.max.length",
        "[0].data.route_tier",
    ),
    (
        {"data": {"zone": "x" * 513}},
        "contact.datum.length.limit.exceeded",
        "[0].data.zone",
    ),
    ({"callable": "true"}, "bad.request", "[0].callable"),
    (
        {"phoneNumberStatus": {"phone": {"callable": 1}}},
        "bad.request",
        "[0].phoneNumberStatus.phone.callable",
    ),
    ({"phoneNumberStatus": []}, "bad.request", "[0].phoneNumberStatus"),
    ({"retentionType": "Forever"}, "invalid.value", "[0].retentionType"),
    ({"retentionType": "RetentionDays"}, "invalid.value", "[0].retentionDays"),
    ({"retentionType": "DateExpiration"}, "invalid.value", "[0].dateExpiration"),
    ({"dateExpiration": "soon"}, "invalid.date", "[0].dateExpiration"),
    ({"dateExpiration": "9999-12-31T23:59:59-05:00"}, "invalid.date", "[0].dateExpiration"),
]


@pytest.mark.parametrize(("bad", "code", "field"), REFUSED)
def test_refused_rows(desk, leads, bad, code, field):
    """One bad row is a 400 with a code that names the field."""
    said = desk.add(leads, row(leads, **bad)) if isinstance(bad, dict) else None
    if said is None:
        said = desk("POST", contacts(leads), bad)
    assert (said.status, said.code) == (400, code)
    assert said.body["messageParams"]["field"] == field
    assert said.body["contextId"] == "a-call"


def test_unknown_columns_are_all_named(desk, leads):
    """The refusal names every column that the list does not have."""
    said = desk.add(leads, ("x", {"region": "1", "phone": "+1", "tier": "2"}))
    assert "region, tier" in said.body["message"]


@pytest.mark.parametrize(
    ("zip_code", "status"), [("46278", 200), ("46278-0001", 200), ("", 200), ("ABC", 400)]
)
def test_zip_codes(desk, zip_code, status):
    """With automatic time zone mapping the zip column takes zip codes only."""
    list_id = desk.new_list(
        phoneColumns=[{"columnName": "phone", "type": "cell"}],
        automaticTimeZoneMapping=True,
        zipCodeColumnName="zone",
    )
    said = desk.add(list_id, ("x", {"zone": zip_code}))
    assert said.status == status
    if status == 400:
        assert said.code == "invalid.zip.code.contact.value"


def test_null_cells_are_blank(desk, leads):
    """A null cell is a blank one."""
    assert desk.add(leads, ("a", {"ml_score": None})).body[0]["data"]["ml_score"] == ""


def test_body_must_be_an_array(desk, leads):
    """The bulk POST takes an array, nothing else."""
    assert desk("POST", contacts(leads), row(leads)).code == "bad.request"
    assert desk("POST", contacts(leads)).code == "bad.request"
    assert desk("POST", contacts(leads), []).body == []


def test_most_contacts_in_a_call(desk, leads):
    """A thousand contacts fit into one call, one more does not."""
    rows = [(f"x{number}", {"phone": "+1"}) for number in range(1001)]
    said = desk.add(leads, *rows)
    assert (said.status, said.code) == (400, "too.many.contacts.added")
    assert len(desk.add(leads, *rows[:1000]).body) == 1000


def test_most_contacts_in_a_list(desk, leads):
    """A list, and an organisation, have a highest number of contacts; updates go on."""
    lists = desk.organisation.contact_lists
    lists.most_contacts = 4
    assert desk.add(leads, ("d", {}), ("e", {})).code == "exceeded.contact.limit"
    assert desk.add(leads, ("d", {})).status == 200
    lists.most_contacts, lists.most_contacts_in_all = 100, 4
    assert desk.add(leads, ("e", {})).code == "exceeded.contact.limit"
    assert desk.add(leads, ("d", {"zone": "UTC"})).status == 200


@pytest.mark.parametrize(("atomic", "written"), [(True, []), (False, ["x", "y"])])
def test_atomic_batches_switch(desk, leads, atomic, written):
    """A bad row keeps the whole batch out, or only itself and what follows, by a switch."""
    desk.switches.atomic_batches = atomic
    said = desk.add(leads, ("x", {}), ("y", {}), ("z", {"ml_score": "?"}), ("w", {}))
    assert (said.status, said.code) == (400, "contact.data.invalid.datatype")
    assert said.body["messageParams"]["field"] == "[2].data.ml_score"
    assert list(desk.state(leads).contacts)[3:] == written


@pytest.mark.parametrize(("decimals", "status"), [(True, 200), (False, 400)])
def test_decimals_switch(desk, leads, decimals, status):
    """Whether a NUMERIC column takes decimals can be changed while the list is in use."""
    desk.add(leads, ("a", {"ml_score": "1"}))
    desk.switches.decimals_in_numeric = decimals
    assert desk.add(leads, ("a", {"ml_score": "87.5"})).status == status


@pytest.mark.parametrize(("keep", "phone"), [(True, "+1"), (False, "")])
@pytest.mark.parametrize("way", ["POST", "PUT"])
def test_absent_columns_switch(desk, leads, keep, phone, way):
    """Columns that a write leaves out are kept or blanked, by a switch."""
    desk.switches.keep_absent_columns = keep
    if way == "POST":
        desk.add(leads, ("a", {"ml_score": "12"}))
    else:
        desk("PUT", contacts(leads, "a"), row(leads, id="a", data={"ml_score": "12"}))
    data = desk.contact(leads, "a").data
    assert (data["ml_score"], data["phone"]) == ("12", phone)
    assert list(data) == COLUMNS


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("way", ["POST", "PUT"])
def test_absent_callable_switch(desk, leads, keep, way):
    """A write without `callable` keeps a contact uncallable or makes it callable, by a switch."""
    off = {"callable": False, "phoneNumberStatus": {"phone": {"callable": False}}}
    desk.add(leads, row(leads, id="a", **off))
    desk.switches.keep_absent_callable = keep
    if way == "POST":
        desk.add(leads, ("a", {"ml_score": "12"}))
    else:
        desk("PUT", contacts(leads, "a"), row(leads, id="a"))
    body = desk("GET", contacts(leads, "a")).body
    assert body["callable"] is not keep
    assert body["phoneNumberStatus"]["phone"]["callable"] is not keep
    desk.add(leads, row(leads, id="a", callable=False))
    assert desk.contact(leads, "a").callable is False


def test_system_data(desk, leads):
    """System fields that were sent come back; what a later write leaves out stays."""
    sent = {
        "callable": False,
        "contactableStatus": {
            "Voice": {"contactable": False, "columnStatus": {"phone": {"contactable": False}}}
        },
        "latestSmsEvaluations": {
            "phone": {"messageType": "Sms", "timestamp": "2026-11-23T08:00:00+00:00"}
        },
        "retentionType": "DateExpiration",
        "dateExpiration": "2026-12-23T09:00:00+01:00",
    }
    desk.add(leads, row(leads, id="a", **sent))
    desk.add(leads, ("a", {"zone": "UTC"}))
    body = desk("GET", contacts(leads, "a")).body
    assert body["callable"] is False
    assert body["contactableStatus"] == sent["contactableStatus"]
    assert body["latestSmsEvaluations"]["phone"]["timestamp"] == "2026-11-23T08:00:00.000Z"
    assert body["retentionType"] == "DateExpiration"
    assert body["dateExpiration"] == "2026-12-23T08:00:00.000Z"


def test_read_only_fields_are_ignored(desk, leads):
    """Call records, dates and unknown fields of a write change nothing."""
    more = {"callRecords": {"phone": {"lastResult": "x"}}, "dateCreated": "x", "colour": "red"}
    desk.add(leads, row(leads, id="a", **more))
    body = desk("GET", contacts(leads, "a")).body
    assert body["callRecords"] == {}
    assert body["dateCreated"] == "2026-11-23T09:00:00.000Z"
    assert "colour" not in body


def dialled(desk, list_id, contact_id):
    """Leave a contact as the dialer leaves it: called once, out of the queue."""
    contact = desk.contact(list_id, contact_id)
    contact.queued = False
    contact.skipped = True
    contact.callable = False
    contact.call_records = {"phone": {"lastAttempt": "2026-11-23T08:00:00.000Z"}}
    return contact


@pytest.mark.parametrize(
    ("query", "queued", "order"),
    [
        ({}, True, ["b", "c", "a"]),
        ({"priority": "true"}, True, ["a", "b", "c"]),
        ({"priority": "TRUE", "doNotQueue": "false"}, True, ["a", "b", "c"]),
        ({"doNotQueue": "true"}, False, ["a", "b", "c"]),
        ({"doNotQueue": "true", "priority": "true"}, False, ["a", "b", "c"]),
    ],
)
def test_queue_of_updates(desk, leads, query, queued, order):
    """An update queues a dialled contact again, at the end or the front, unless doNotQueue."""
    contact = dialled(desk, leads, "a")
    desk.add(leads, ("a", {"ml_score": "99"}), **query)
    assert contact.queued is queued
    assert contact.skipped is not queued
    assert contact.requeued_count == int(queued)
    found = sorted(desk.state(leads).contacts.values(), key=lambda each: each.queue_seq)
    assert [each.id for each in found] == order


@pytest.mark.parametrize("do_not_queue", ["true", "false"])
@pytest.mark.parametrize(
    ("priority", "order"),
    [("true", ["x", "y", "a", "b", "c"]), ("false", ["a", "b", "c", "x", "y"])],
)
def test_queue_of_new_contacts(desk, leads, priority, do_not_queue, order):
    """New contacts always enter the queue: in front or at the end, in the order of the batch."""
    desk.add(leads, ("x", {}), ("y", {}), priority=priority, doNotQueue=do_not_queue)
    found = sorted(desk.state(leads).contacts.values(), key=lambda each: each.queue_seq)
    assert [each.id for each in found] == order
    assert all(each.queued and not each.skipped for each in found)
    assert not any(each.requeued_count for each in found)


@pytest.mark.parametrize(
    ("clear", "callable_", "records"),
    [("true", True, {}), ("false", False, {"phone": {"lastAttempt": "2026-11-23T08:00:00.000Z"}})],
)
def test_clear_system_data(desk, leads, clear, callable_, records):
    """A clearing of system data wipes attempts and callable states of an existing contact."""
    dialled(desk, leads, "a")
    said = desk.add(leads, ("a", {}), clearSystemData=clear, doNotQueue="true")
    assert said.body[0]["callable"] is callable_
    assert said.body[0]["callRecords"] == records


def test_query_flags_are_checked(desk, leads):
    """A flag that is neither true nor false is a 400, and nothing is written."""
    assert desk.add(leads, ("x", {}), priority="yes").code == "invalid.value"
    assert "x" not in desk.state(leads).contacts
