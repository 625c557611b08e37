# SPDX-License-Identifier: Apache-2.0
"""The guide's data service: how records reach the contacts of a mapped list."""

from __future__ import annotations

import json

import pytest

from tests.unit.simulator.data_service.guide import ENTITY, SCORE, put

LISTS = "/api/v2/outbound/contactlists"
COLUMNS = {"priority_score": "ml_score", "last_calculated_at": "ml_score_at"}
LIST = {
    "name": "Leads",
    "columnNames": ["phone", "note", "ml_score", "ml_score_at", "locked"],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
    "columnDataTypeSpecifications": [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
    ],
}


@pytest.fixture
def contacts(platform):
    """The id of a contact list with one contact, and how to look at it."""
    list_id = platform.call("POST", LISTS, LIST).body["id"]
    row = {"id": "a", "contactListId": list_id, "data": {"phone": "+441", "note": "old"}}
    platform.call("POST", f"{LISTS}/{list_id}/contacts", [row])
    return list_id


def contact(platform, list_id, lead="a"):
    """A contact with its place in the queue."""
    return platform.control.contact(list_id, lead)


def map_to(platform, entity, list_id, columns=COLUMNS):
    """Map the entity to a list."""
    body = {"contactListId": list_id, "columns": columns}
    return platform.call("PUT", f"{entity}/mapping", body)


# -- the mapping -----------------------------------------------------------------------------


def test_a_mapped_record_fills_the_columns_of_its_contact(platform, entity, contacts):
    """The columns of the contact with that id carry the values; its other columns stay."""
    assert map_to(platform, entity, contacts).status == 200
    platform.call("PUT", f"{entity}/records/a", put())
    assert contact(platform, contacts)["data"] == {
        "phone": "+441",
        "note": "old",
        "ml_score": "87",
        "ml_score_at": SCORE["last_calculated_at"],
        "locked": "",
    }


def test_a_record_does_not_touch_the_dialling_queue(platform, entity, contacts):
    """Whatever the dialer knows of a contact stays as it was."""
    map_to(platform, entity, contacts)
    called = {"phone": {"lastAttempt": "2026-11-23T08:00:00.000Z", "lastResult": "BUSY"}}
    platform.control.change_contact(
        contacts,
        "a",
        {"callable": False, "callRecords": called, "queued": False, "skipped": True},
    )
    before = contact(platform, contacts)
    platform.call("PUT", f"{entity}/records/a", put())
    after = contact(platform, contacts)
    assert {**after, "data": None} == {**before, "data": None}
    assert after["data"] != before["data"]


def test_a_record_without_a_contact_is_kept(platform, entity, contacts):
    """No contact is made; one that comes later is filled by the next write."""
    map_to(platform, entity, contacts)
    score = {**SCORE, "lead_id": "later"}
    assert platform.call("PUT", f"{entity}/records/later", put(score)).status == 200
    listing = platform.call("GET", f"{LISTS}/{contacts}?includeSize=true").body
    assert listing["size"] == 1
    row = {"id": "later", "contactListId": contacts, "data": {"phone": "+442"}}
    platform.call("POST", f"{LISTS}/{contacts}/contacts", [row])
    assert contact(platform, contacts, "later")["data"]["ml_score"] == ""
    platform.call("PUT", f"{entity}/records/later", put(score))
    assert contact(platform, contacts, "later")["data"]["ml_score"] == "87"


def test_fields_that_a_record_lacks_leave_their_columns(platform, entity, contacts):
    """A column is filled by a value, never blanked by its absence; flags are words."""
    map_to(platform, entity, contacts, {**COLUMNS, "locked": "locked"})
    platform.call("PUT", f"{entity}/records/a", put({**SCORE, "locked": True}))
    platform.call("PUT", f"{entity}/records/a", put({"priority_score": 12}))
    data = contact(platform, contacts)["data"]
    assert (data["ml_score"], data["ml_score_at"]) == ("12", SCORE["last_calculated_at"])
    assert data["locked"] == "true"


def test_a_value_that_the_column_does_not_take_is_refused(platform, entity, contacts):
    """The list's own checks hold, and a refused record is kept nowhere."""
    map_to(platform, entity, contacts)
    said = platform.call("PUT", f"{entity}/records/a", put({**SCORE, "priority_score": 101}))
    assert (said.status, said.code) == (400, "contact.data.not.within.min.max.range")
    assert "entity.priority_score" in said.body["message"]
    assert platform.call("GET", f"{entity}/records/a").status == 404
    assert contact(platform, contacts)["data"]["ml_score"] == ""


def test_a_new_mapping_carries_over_what_is_there(platform, entity, contacts):
    """Records from before the mapping reach the contacts at once."""
    platform.call("PUT", f"{entity}/records/a", put())
    mapped = map_to(platform, entity, contacts).body
    assert (mapped["contactListId"], mapped["columns"]) == (contacts, COLUMNS)
    assert platform.call("GET", f"{entity}/mapping").body == mapped
    assert contact(platform, contacts)["data"]["ml_score"] == "87"


def test_a_mapping_that_does_not_fit_changes_nothing(platform, entity, contacts):
    """A refused mapping leaves the one before, and the contacts, as they were."""
    platform.call("PUT", f"{entity}/records/a", put({**SCORE, "priority_score": 500}))
    said = map_to(platform, entity, contacts)
    assert (said.status, said.code) == (400, "contact.data.not.within.min.max.range")
    assert platform.call("GET", f"{entity}/mapping").code == "data.mapping.not.found"
    assert contact(platform, contacts)["data"]["ml_score_at"] == ""


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"contactListId": "x"}, 404, "contact.list.not.found"),
        ({"contactListId": None}, 400, "bad.request"),
        ({"columns": {"colour": "note"}}, 400, "invalid.value"),
        ({"columns": {"share": "colour"}}, 400, "invalid.value"),
        ({"columns": {"share": "note", "locked": "note"}}, 400, "invalid.value"),
        ({"columns": None}, 400, "bad.request"),
    ],
    ids=["no such list", "no list", "no such field", "no such column", "one column twice", "none"],
)
def test_a_mapping_names_fields_and_columns(platform, entity, contacts, change, status, code):
    """What a mapping names has to be there."""
    body = {"contactListId": contacts, "columns": COLUMNS, **change}
    said = platform.call("PUT", f"{entity}/mapping", body)
    assert (said.status, said.code) == (status, code)


def test_a_mapping_ends(platform, entity, contacts):
    """After its deletion records stay in the service; contacts keep what they have."""
    map_to(platform, entity, contacts)
    platform.call("PUT", f"{entity}/records/a", put())
    assert platform.call("DELETE", f"{entity}/mapping").status == 204
    platform.call("PUT", f"{entity}/records/a", put({**SCORE, "priority_score": 12}))
    assert contact(platform, contacts)["data"]["ml_score"] == "87"
    assert platform.call("DELETE", f"{entity}/mapping").code == "data.mapping.not.found"


def test_a_mapping_ends_with_its_list(platform, entity, contacts):
    """Records are kept when the list is gone."""
    map_to(platform, entity, contacts)
    platform.call("DELETE", f"{LISTS}/{contacts}")
    assert platform.call("PUT", f"{entity}/records/a", put()).status == 200
    assert platform.call("GET", f"{entity}/mapping").code == "data.mapping.not.found"


def test_the_campaign_sorts_by_what_was_mapped(platform, entity, contacts):
    """A search in dial order sees a new score at once."""
    row = {"id": "b", "contactListId": contacts, "data": {"phone": "+442", "ml_score": "50"}}
    platform.call("POST", f"{LISTS}/{contacts}/contacts", [row])
    map_to(platform, entity, contacts)
    search = {"contactSorts": [{"fieldName": "ml_score", "direction": "DESC", "numeric": True}]}

    def order():
        found = platform.call("POST", f"{LISTS}/{contacts}/contacts/search", search).body
        return [one["id"] for one in found["entities"]]

    assert order() == ["b", "a"]
    platform.call("PUT", f"{entity}/records/a", put())
    assert order() == ["a", "b"]


def test_a_list_is_mapped_by_those_who_may_see_it(platform, entity, contacts):
    """Whoever may not view the contact list cannot map to it."""
    client = platform.client("mapper", "data:entity:edit")
    body = {"contactListId": contacts, "columns": COLUMNS}
    said = platform.call("PUT", f"{entity}/mapping", body, client=client)
    assert (said.status, said.code) == (403, "missing.permissions")


def test_a_snapshot_keeps_records_and_mapping(platform, entity, contacts):
    """What was written after a snapshot is undone by restoring it, as often as one likes."""
    map_to(platform, entity, contacts)
    platform.call("PUT", f"{entity}/records/a", put())
    before = json.loads(json.dumps(platform.control.snapshot()))
    for _ in range(2):
        platform.call("PUT", f"{entity}/records/a", put({**SCORE, "priority_score": 12}))
        platform.call("DELETE", f"{entity}/mapping")
        platform.control.restore(before)
        assert platform.call("GET", f"{entity}/records/a").body["entity"] == SCORE
        assert platform.call("GET", f"{entity}/mapping").body["columns"] == COLUMNS
        assert platform.call("GET", entity).body["fields"] == ENTITY["fields"]
