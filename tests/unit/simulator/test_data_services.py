# SPDX-License-Identifier: Apache-2.0
"""The guide's data service: services, entities, records, and the mapping to a contact list."""

from __future__ import annotations

import json

import pytest

SERVICES = "/api/v2/data/services"
LISTS = "/api/v2/outbound/contactlists"
ENTITY = {
    "name": "LeadScore",
    "keyField": "lead_id",
    "fields": [
        {"name": "lead_id", "type": "string", "required": True},
        {"name": "priority_score", "type": "integer", "required": True, "maximum": 1000},
        {"name": "last_calculated_at", "type": "datetime"},
        {"name": "share", "type": "number", "minimum": 0},
        {"name": "locked", "type": "boolean"},
    ],
}
SCORE = {
    "lead_id": "a",
    "priority_score": 87,
    "last_calculated_at": "2026-11-23T08:30:00.000Z",
}
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


def put(score=SCORE, *, overwrite=True):
    """The body of a write."""
    return {"entity": score, "overwriteExisting": overwrite}


@pytest.fixture
def service(platform):
    """The path of a service."""
    made = platform.call("POST", SERVICES, {"name": "LeadScoringIntegration"})
    assert made.status == 200
    return made.body["selfUri"]


@pytest.fixture
def entity(platform, service):
    """The path of an entity."""
    made = platform.call("POST", f"{service}/entities", ENTITY)
    assert made.status == 200
    return made.body["selfUri"]


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


# -- services and entities -------------------------------------------------------------------


def test_a_service_is_found_by_its_id_and_by_its_name(platform, service):
    """The guide knows the service by its name, so the name stands for the id in a path."""
    by_name = platform.call("GET", f"{SERVICES}/LeadScoringIntegration")
    assert by_name.body == platform.call("GET", service).body
    assert platform.call("GET", SERVICES).body["total"] == 1
    assert platform.call("DELETE", service).status == 204
    said = platform.call("GET", service)
    assert (said.status, said.code) == (404, "data.service.not.found")


def test_an_entity_is_kept_as_it_was_defined(platform, service, entity):
    """A definition comes back as it was sent, with the number of records."""
    found = platform.call("GET", f"{SERVICES}/LeadScoringIntegration/entities/LeadScore").body
    assert {name: found[name] for name in ENTITY} == ENTITY
    assert found["recordCount"] == 0
    assert platform.call("GET", f"{service}/entities").body["total"] == 1
    assert platform.call("DELETE", entity).status == 204
    said = platform.call("GET", entity)
    assert (said.status, said.code) == (404, "data.entity.not.found")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": None}, 400, "bad.request"),
        ({"name": "a/b"}, 400, "invalid.value"),
        ({"name": "LeadScore"}, 409, "data.entity.exists"),
        ({"keyField": None}, 400, "bad.request"),
        ({"keyField": "priority_score"}, 400, "invalid.value"),
        ({"keyField": "nothing"}, 400, "invalid.value"),
        ({"fields": None}, 400, "bad.request"),
        ({"fields": [{"name": "lead_id"}]}, 400, "bad.request"),
        ({"fields": [{"name": "lead_id", "type": "text"}]}, 400, "invalid.value"),
        ({"fields": [{"name": "lead_id", "type": "string"}] * 2}, 400, "invalid.value"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_an_entity_that_cannot_be_made_is_refused(platform, service, entity, change, status, code):  # noqa: ARG001
    """Each fault of a definition is refused."""
    said = platform.call("POST", f"{service}/entities", {**ENTITY, "name": "Another", **change})
    assert (said.status, said.code) == (status, code)


def test_an_entity_grows_and_does_not_shrink(platform, entity):
    """Fields may be added; name, key and the fields that are there stay."""
    more = [*ENTITY["fields"], {"name": "tier", "type": "string"}]
    assert len(platform.call("PUT", entity, {"fields": more}).body["fields"]) == 6
    retyped = [{**more[0]}, {"name": "priority_score", "type": "number"}, *more[2:]]
    for change in ({"name": "B"}, {"keyField": "tier"}, {"fields": more[1:]}, {"fields": retyped}):
        said = platform.call("PUT", entity, change)
        assert (said.status, said.code) == (400, "invalid.value"), change


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"name": " "}, 400),
        ({"name": "a/b"}, 400),
        ({"name": "leadscoringINTEGRATION"}, 409),
    ],
    ids=["no name", "blank", "slash", "taken in other letters"],
)
def test_a_service_that_cannot_be_made_is_refused(platform, service, body, status):  # noqa: ARG001
    """A service needs a name of its own that can stand in a path."""
    assert platform.call("POST", SERVICES, body).status == status


# -- records ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_record_is_made_and_read(platform, entity, method):
    """A record that does not exist is made, with the flag or without it."""
    for key, flag in (("a", True), ("b", False)):
        score = {**SCORE, "lead_id": key}
        written = platform.call(method, f"{entity}/records/{key}", put(score, overwrite=flag))
        assert (written.status, written.body["entity"]) == (200, score)
        assert platform.call("GET", f"{entity}/records/{key}").body == written.body
    listing = platform.call("GET", f"{entity}/records?pageSize=1&pageNumber=2").body
    assert ([one["id"] for one in listing["entities"]], listing["total"]) == (["b"], 2)


def test_a_record_is_overwritten_only_on_demand(platform, entity):
    """Without ``overwriteExisting`` a record that exists is refused with 409 and stays."""
    record = f"{entity}/records/a"
    platform.call("PUT", record, put())
    for body in (put(overwrite=False), {"entity": SCORE}):
        said = platform.call("PUT", record, {**body, "entity": {**SCORE, "priority_score": 1}})
        assert (said.status, said.code) == (409, "data.record.exists")
    assert platform.call("GET", record).body["entity"] == SCORE
    platform.clock.advance(60)
    bare = {"lead_id": "a", "priority_score": 12}
    written = platform.call("PUT", record, put(bare)).body
    assert written["entity"] == bare
    assert written["dateCreated"] < written["dateModified"]


def test_the_key_may_be_left_to_the_path(platform, entity):
    """An entity without its key gets the path's; another one is refused."""
    written = platform.call("PUT", f"{entity}/records/a/b", put({"priority_score": 1})).body
    assert written["entity"] == {"lead_id": "a/b", "priority_score": 1}
    said = platform.call("PUT", f"{entity}/records/b", put())
    assert (said.status, said.code) == (400, "invalid.value")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (None, "bad.request"),
        ([], "bad.request"),
        ({}, "bad.request"),
        ({"entity": []}, "bad.request"),
        ({"entity": {"lead_id": "a"}}, "bad.request"),
        (put({**SCORE, "priority_score": "87"}), "bad.request"),
        (put({**SCORE, "priority_score": 87.0}), "bad.request"),
        (put({**SCORE, "priority_score": True}), "bad.request"),
        (put({**SCORE, "priority_score": 1001}), "invalid.value"),
        (put({**SCORE, "last_calculated_at": "yesterday"}), "invalid.date"),
        (put({**SCORE, "share": -0.5}), "invalid.value"),
        (put({**SCORE, "locked": 1}), "bad.request"),
        (put({**SCORE, "colour": "red"}), "invalid.value"),
        ({"entity": SCORE, "overwriteExisting": "true"}, "bad.request"),
    ],
    ids=lambda value: json.dumps(value)[:70],
)
def test_a_record_that_does_not_fit_is_refused(platform, entity, body, code):
    """Wrong types, unknown fields and values out of bounds are refused, and nothing is kept."""
    said = platform.call("PUT", f"{entity}/records/a", body)
    assert (said.status, said.code) == (400, code)
    assert platform.call("GET", f"{entity}/records").body["total"] == 0


def test_a_number_beyond_all_numbers_is_refused(platform, entity):
    """``1e999`` is JSON and no number that could be sent back."""
    raw = b'{"entity": {"priority_score": 1, "share": 1e999}}'
    headers = {
        "authorization": f"Bearer {platform.token()}",
        "content-type": "application/json",
    }
    assert platform.send("PUT", f"{entity}/records/a", raw, headers).code == "invalid.value"


@pytest.mark.parametrize("key", ["%20", "k" * 257], ids=["blank", "257 characters"])
def test_a_key_that_is_none_is_refused(platform, entity, key):
    """A key is 1 to 256 characters."""
    said = platform.call("PUT", f"{entity}/records/{key}", put({"priority_score": 1}))
    assert (said.status, said.code) == (400, "invalid.value")


def test_a_deleted_record_is_not_found(platform, entity):
    """After its deletion a record is not found, as one that never was."""
    record = f"{entity}/records/a"
    platform.call("PUT", record, put())
    assert platform.call("DELETE", record).status == 204
    for method in ("GET", "DELETE"):
        said = platform.call(method, record)
        assert (said.status, said.code) == (404, "data.record.not.found")


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


# -- the limit -------------------------------------------------------------------------------


def test_answers_count_down_what_is_left_of_the_window(platform, entity):
    """``X-Rate-Limit-Remaining`` counts the same window as the platform's own headers."""
    client = platform.client("pusher", "data:record:view", rate_limit=3)
    platform.me(client)
    said = [platform.call("GET", f"{entity}/records/a", client=client) for _ in range(3)]
    assert [one.status for one in said] == [404, 404, 429]
    assert [one.headers["X-Rate-Limit-Remaining"] for one in said] == ["1", "0", "0"]
    assert [one.count for one in said] == [2, 3, 3]
    assert int(said[-1].headers["Retry-After"]) == 60
    assert "X-Rate-Limit-Remaining" not in platform.me().headers


def test_a_switch_leaves_the_guides_header_alone(platform, entity):
    """Without the platform's headers the guide's own is all there is."""
    platform.control.set_switches(data_service_headers=False)
    headers = platform.call("GET", f"{entity}/records").headers
    assert [name for name in headers if "limit" in name.lower()] == ["X-Rate-Limit-Remaining"]
    assert "inin-ratelimit-count" in platform.me().headers


# -- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", "", "data:entity:view"),
        ("PUT", "", "data:entity:edit"),
        ("GET", "/mapping", "data:entity:view"),
        ("PUT", "/mapping", "data:entity:edit"),
        ("GET", "/records/a", "data:record:view"),
        ("PUT", "/records/a", "data:record:edit"),
        ("DELETE", "/records/a", "data:record:delete"),
    ],
)
def test_permissions_hold_in_the_division_of_the_service(
    platform, entity, method, path, permission
):
    """A grant elsewhere does not open a service of this division."""
    north = platform.call("POST", "/api/v2/authorization/divisions", {"name": "North"}).body["id"]
    client = platform.client("north", permission, division=north)
    body = put() if method == "PUT" else None
    said = platform.call(method, entity + path, body, client=client)
    assert (said.status, said.code) == (403, "missing.permissions")
    allowed = platform.client("here", permission)
    assert platform.call(method, entity + path, body, client=allowed).status != 403


def test_a_list_is_mapped_by_those_who_may_see_it(platform, entity, contacts):
    """Whoever may not view the contact list cannot map to it."""
    client = platform.client("mapper", "data:entity:edit")
    body = {"contactListId": contacts, "columns": COLUMNS}
    said = platform.call("PUT", f"{entity}/mapping", body, client=client)
    assert (said.status, said.code) == (403, "missing.permissions")


def test_a_division_with_a_service_stays(platform):
    """A division is not deleted while a data service belongs to it; others list it not."""
    north = platform.call("POST", "/api/v2/authorization/divisions", {"name": "North"}).body["id"]
    made = platform.call("POST", SERVICES, {"name": "S", "division": {"id": north}}).body
    refused = platform.call("DELETE", f"/api/v2/authorization/divisions/{north}")
    assert (refused.status, "data service S" in refused.body["message"]) == (400, True)
    home = platform.organisation.access.home.id
    client = platform.client("home", "data:service:view", division=home)
    assert platform.call("GET", SERVICES, client=client).body["total"] == 0
    platform.call("DELETE", made["selfUri"])
    assert platform.call("DELETE", f"/api/v2/authorization/divisions/{north}").status == 204
    said = platform.call("POST", SERVICES, {"name": "S", "division": {"id": north}})
    assert (said.status, said.code) == (400, "invalid.value")


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


def test_services_and_entities_are_limited(platform, service, monkeypatch):
    """There are bounds to how many there can be."""
    monkeypatch.setattr("simulator.data_services.MOST_SERVICES", 1)
    monkeypatch.setattr("simulator.data_entities.MOST_ENTITIES", 0)
    for path, body in ((SERVICES, {"name": "S"}), (f"{service}/entities", ENTITY)):
        said = platform.call("POST", path, body)
        assert (said.status, said.code) == (400, "max.entity.count.reached")
