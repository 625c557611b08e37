# SPDX-License-Identifier: Apache-2.0
"""The guide's data service: services, entities and records."""

from __future__ import annotations

import json

import pytest

from tests.unit.simulator.data_service.guide import ENTITY, SCORE, SERVICES, put

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
@pytest.mark.usefixtures("entity")
def test_an_entity_that_cannot_be_made_is_refused(platform, service, change, status, code):
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
@pytest.mark.usefixtures("service")
def test_a_service_that_cannot_be_made_is_refused(platform, body, status):
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


def test_services_and_entities_are_limited(platform, service, monkeypatch):
    """There are bounds to how many there can be."""
    monkeypatch.setattr("simulator.data_services.MOST_SERVICES", 1)
    monkeypatch.setattr("simulator.data_entities.MOST_ENTITIES", 0)
    for path, body in ((SERVICES, {"name": "S"}), (f"{service}/entities", ENTITY)):
        said = platform.call("POST", path, body)
        assert (said.status, said.code) == (400, "max.entity.count.reached")
