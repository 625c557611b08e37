# SPDX-License-Identifier: Apache-2.0
"""Bulk jobs: one patch for many contacts, or their deletion, while time passes."""

from __future__ import annotations

import csv
import json

import pytest

from .conftest import FILTERS, LISTS

ABOVE_50 = {
    "column": "ml_score",
    "columnType": "numeric",
    "operator": "GREATER_THAN",
    "value": "50",
}
HIGH = {"clauses": [{"predicates": [ABOVE_50]}]}


def bulk(list_id, what):
    return f"{LISTS}/{list_id}/contacts/bulk/{what}"


def patched(**data):
    return {"contact": {"data": data}}


@pytest.fixture
def many(desk):
    """The id of a list with 3,000 leads of score 87."""
    list_id = desk.new_list()
    for start in range(0, 3000, 1000):
        desk.add(
            list_id,
            *((f"x{start + n}", {"phone": "+1", "ml_score": "87"}) for n in range(1000)),
        )
    return list_id


def test_update_while_time_passes(desk, many):
    """A job starts as in progress, works at its speed, and ends as complete."""
    made = desk("POST", bulk(many, "update"), {"criteria": HIGH, **patched(ml_score="0")})
    assert made.status == 200
    assert (made.body["state"], made.body["type"]) == ("InProgress", "BulkEdit")
    assert (made.body["totalRecords"], made.body["completedRecords"]) == (3000, 0)
    assert "downloadURI" not in made.body
    path = bulk(many, f"jobs/{made.body['id']}")
    assert made.body["selfUri"] == path
    assert desk.contact(many, "x0").data["ml_score"] == "87"
    desk.clock.advance(2.5)
    body = desk("GET", path).body
    assert (body["state"], body["completedRecords"], body["percentComplete"]) == (
        "InProgress",
        1500,
        50,
    )
    assert desk.contact(many, "x1499").data["ml_score"] == "0"
    assert desk.contact(many, "x1500").data["ml_score"] == "87"
    assert desk.contact(many, "x1499").data["phone"] == "+1"
    desk.clock.advance(1.5)
    body = desk("GET", path).body
    assert (body["state"], body["completedRecords"], body["percentComplete"]) == (
        "Complete",
        3000,
        100,
    )
    assert desk.contact(many, "x2999").data["ml_score"] == "0"
    assert not desk.state(many).pending


def test_a_search_finds_what_a_job_has_done(desk, many):
    """A job needs nobody to poll it: any look at the list sees its work."""
    desk("POST", bulk(many, "update"), {"criteria": HIGH, **patched(ml_score="0")})
    desk.clock.advance(60)
    said = desk("POST", f"{LISTS}/{many}/contacts/search", {"criteria": HIGH})
    assert said.body["contactsCount"] == 0


def test_a_job_overwrites_what_came_while_it_ran(desk, many):
    """Which contacts a job changes is settled when it starts."""
    desk("POST", bulk(many, "update"), {"criteria": HIGH, **patched(ml_score="0")})
    desk.add(many, ("x2999", {"ml_score": "40"}))
    desk.add(many, ("late", {"ml_score": "99"}))
    desk("DELETE", f"{LISTS}/{many}/contacts/x2998")
    desk.clock.advance(60)
    assert desk.contact(many, "x2999").data["ml_score"] == "0"
    assert desk.contact(many, "late").data["ml_score"] == "99"
    assert "x2998" not in desk.state(many).contacts


def test_update_by_ids(desk, leads):
    """A job may name its contacts; unknown and repeated ones do not count."""
    body = {"contactIds": ["a", "nobody", "b", "a"], **patched(route_tier="general")}
    assert desk("POST", bulk(leads, "update"), body).body["totalRecords"] == 2
    desk.clock.advance(5)
    tiers = [contact.data["route_tier"] for contact in desk.state(leads).contacts.values()]
    assert tiers == ["general", "general", ""]


@pytest.mark.parametrize(("what", "left"), [("update", ["a", "b", "c"]), ("remove", ["b", "c"])])
def test_choice_by_filter(desk, leads, what, left):
    """A job may choose its contacts by a stored filter."""
    body = {"name": "High", "contactList": {"id": leads}, **HIGH}
    choice = {"contactListFilterId": desk("POST", FILTERS, body).body["id"]}
    if what == "update":
        choice.update(patched(zone="UTC"))
    assert desk("POST", bulk(leads, what), choice).body["totalRecords"] == 1
    desk.clock.advance(5)
    assert list(desk.state(leads).contacts) == left
    zones = [contact.data["zone"] for contact in desk.state(leads).contacts.values()]
    assert zones == (["UTC", "", ""] if what == "update" else ["", ""])


def test_patch_of_system_data(desk, leads):
    """A patch may change callable states; what it does not state stays."""
    body = {"contactIds": ["a"], "contact": {"callable": False}}
    desk("POST", bulk(leads, "update"), body)
    desk.clock.advance(5)
    assert desk.contact(leads, "a").callable is False
    assert desk.contact(leads, "a").data["ml_score"] == "87"


@pytest.mark.parametrize(
    ("override", "switch", "queued", "first"),
    [(None, False, False, "a"), (None, True, True, "b"), (True, False, True, "a")],
    ids=["left alone", "switch", "front"],
)
def test_queue_of_a_job(desk, leads, *, override, switch, queued, first):
    """Whether a job queues its contacts again is a switch, unless the patch says so itself."""
    desk.switches.bulk_update_requeues = switch
    contact = desk.contact(leads, "a")
    contact.queued = False
    body = {"contactIds": ["a"], **patched(zone="UTC")}
    if override is not None:
        body["contact"]["configurationOverrides"] = {"priority": override}
    desk("POST", bulk(leads, "update"), body)
    desk.clock.advance(5)
    assert desk.contact(leads, "a").queued is queued
    assert min(desk.state(leads).contacts.values(), key=lambda each: each.queue_seq).id == first


def test_remove(desk, leads):
    """A removal deletes what matched when it started, but not what is being dialled."""
    desk.add(leads, ("d", {"ml_score": "99"}))
    desk.state(leads).busy.add("a")
    made = desk("POST", bulk(leads, "remove"), {"criteria": HIGH}).body
    assert (made["type"], made["totalRecords"]) == ("BulkDelete", 2)
    assert len(desk.state(leads).contacts) == 4
    desk.clock.advance(5)
    assert list(desk.state(leads).contacts) == ["a", "b", "c"]
    assert desk("GET", bulk(leads, f"jobs/{made['id']}")).body["state"] == "Complete"


def test_nothing_to_do(desk, leads):
    """A job without contacts is complete once it has started."""
    body = {"contactIds": [], **patched(zone="UTC")}
    made = desk("POST", bulk(leads, "update"), body).body
    assert (made["state"], made["percentComplete"]) == ("InProgress", 0)
    desk.clock.advance(1)
    done = desk("GET", bulk(leads, f"jobs/{made['id']}")).body
    assert (done["state"], done["percentComplete"]) == ("Complete", 100)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [({}, True), ({"generateDownloadURI": True}, True), ({"generateDownloadURI": False}, False)],
)
def test_backup(desk, leads, wanted, there):
    """The contacts as they were can be downloaded after the job, unless it was told not to."""
    body = {"criteria": HIGH, **patched(ml_score="0"), **wanted}
    made = desk("POST", bulk(leads, "update"), body).body
    desk.clock.advance(5)
    done = desk("GET", bulk(leads, f"jobs/{made['id']}")).body
    assert ("downloadURI" in done) is there
    if there:
        rows = list(csv.DictReader(desk("GET", done["downloadURI"]).body.splitlines()))
        assert [(row["inin-outbound-id"], row["ml_score"]) for row in rows] == [("a", "87")]
    assert desk("GET", f"{LISTS}/{leads}/export").code == "no.available.list.export.uri"


def test_listing(desk, leads):
    """The jobs of a list are listed, the oldest first; those of other lists are not."""
    other = desk.new_list(name="Other")
    body = {"contactIds": ["a"], **patched(zone="UTC")}
    made = [desk("POST", bulk(leads, "update"), body).body["id"] for _ in range(2)]
    listing = desk("GET", bulk(leads, "jobs")).body
    assert [job["id"] for job in listing["entities"]] == made
    assert listing["total"] == 2
    assert desk("GET", bulk(leads, f"jobs/{made[1]}")).body["id"] == made[1]
    assert desk("GET", bulk(other, "jobs")).body["entities"] == []
    said = desk("GET", bulk(other, f"jobs/{made[0]}"))
    assert (said.status, said.code) == (404, "resource.not.found")


PATCH = patched(zone="UTC")


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("update", {"criteria": HIGH}, "bad.request"),
        ("update", PATCH, "bad.request"),
        ("update", {"criteria": HIGH, "contactIds": [], **PATCH}, "bad.request"),
        ("update", {"criteria": HIGH, "contactListFilterId": "x", **PATCH}, "bad.request"),
        ("update", {"contactIds": [], "contactListFilterId": "x", **PATCH}, "bad.request"),
        ("update", {"criteria": {}, **PATCH}, "invalid.value"),
        ("update", {"criteria": HIGH, **patched(region="x")}, "invalid.contact.columns"),
        ("update", {"criteria": HIGH, **patched(ml_score=0)}, "bad.request"),
        ("update", {"criteria": HIGH, **patched(ml_score="x")}, "contact.data.invalid.datatype"),
        ("update", {"contactIds": [5], **PATCH}, "bad.request"),
        ("update", {"criteria": HIGH, "contact": []}, "bad.request"),
        (
            "update",
            {"criteria": HIGH, "contact": {"contactListId": "other"}},
            "invalid.value",
        ),
        ("update", {"criteria": HIGH, "generateDownloadURI": "no", **PATCH}, "bad.request"),
        ("update", None, "bad.request"),
        ("remove", {}, "bad.request"),
        ("remove", {"criteria": {}}, "invalid.value"),
        ("remove", {"criteria": {"clauses": [{"predicates": []}]}}, "invalid.value"),
        ("remove", {"criteria": HIGH, "contactListFilterId": "x"}, "bad.request"),
    ],
)
def test_refused_jobs(desk, leads, what, body, code):
    """A job must say which contacts and what; one that would touch all by accident is refused."""
    said = desk("POST", bulk(leads, what), body)
    assert (said.status, said.code) == (400, code)
    assert desk("GET", bulk(leads, "jobs")).body["total"] == 0


def test_snapshot(desk, many):
    """A restored job goes on where it was, after its list was restored."""
    organisation = desk.organisation
    made = desk("POST", bulk(many, "update"), {"criteria": HIGH, **patched(ml_score="0")}).body
    gone = desk.new_list(name="Gone")
    desk("POST", bulk(gone, "update"), {"contactIds": [], **patched(zone="UTC")})
    desk("DELETE", f"{LISTS}/{gone}")
    desk.clock.advance(2)
    assert desk.contact(many, "x999").data["ml_score"] == "0"
    parts = ("contact_lists", "contact_exports", "bulk_jobs")
    saved = json.loads(json.dumps({part: getattr(organisation, part).snapshot() for part in parts}))
    desk.clock.advance(3600)
    assert desk.contact(many, "x2999").data["ml_score"] == "0"
    for part in parts:
        getattr(organisation, part).restore(saved[part])
    assert desk.contact(many, "x999").data["ml_score"] == "0"
    assert desk.contact(many, "x1000").data["ml_score"] == "87"
    desk.clock.advance(1)
    assert desk("GET", bulk(many, f"jobs/{made['id']}")).body["completedRecords"] == 2000
    desk.clock.advance(1)
    done = desk("GET", bulk(many, f"jobs/{made['id']}")).body
    assert done["state"] == "Complete"
    assert len(desk("GET", done["downloadURI"]).body.splitlines()) == 3001
