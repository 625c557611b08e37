# SPDX-License-Identifier: Apache-2.0
"""Contact lists: what is kept, what is fixed, what is refused."""

from __future__ import annotations

import pytest

from simulator import contact_lists

from .conftest import COLUMNS, LISTS, definition


def test_what_was_sent_comes_back(desk):
    """A new list echoes its definition and adds id, version, dates and division."""
    said = desk("POST", LISTS, definition(retentionType="Never", timeZone="Europe/London"))
    assert said.status == 200
    assert said.body["version"] == 1
    assert said.body["dateCreated"] == said.body["dateModified"] == "2026-11-23T09:00:00.000Z"
    assert said.body["division"]["name"] == "Home"
    assert said.body["selfUri"] == f"{LISTS}/{said.body['id']}"
    for field, value in definition().items():
        assert said.body[field] == value
    assert said.body["trimWhitespace"] is True
    assert said.body["automaticTimeZoneMapping"] is False
    assert desk("GET", f"{LISTS}/{said.body['id']}").body == said.body


def test_nothing_is_null(desk):
    """What is not set is left out: a null in an enumeration kills the official Python SDK."""
    body = desk("POST", LISTS, definition(retentionType=None, previewModeColumnName="")).body
    assert None not in body.values()
    assert "retentionType" not in body
    assert "previewModeColumnName" not in body


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": None}, "bad.request"),
        ({"name": " "}, "invalid.value"),
        ({"name": 5}, "bad.request"),
        ({"name": "x" * 65}, "name.length.exceeded"),
        ({"name": "first LIST"}, "duplicate.name"),
        ({"columnNames": None}, "bad.request"),
        ({"columnNames": "phone"}, "bad.request"),
        ({"columnNames": ["phone", 5]}, "bad.request"),
        ({"columnNames": ["phone", ""]}, "invalid.value"),
        ({"columnNames": [*COLUMNS, "phone"]}, "not.unique.contact.columns"),
        ({"columnNames": [*COLUMNS, *map(str, range(45))]}, "contact.columns.limit.exceeded"),
        ({"columnNames": [*COLUMNS, "x" * 129]}, "contact.column.length.limit.exceeded"),
        ({"phoneColumns": []}, "no.phone.columns"),
        ({"phoneColumns": [{"columnName": "phone"}]}, "bad.request"),
        (
            {"phoneColumns": [{"columnName": "fax", "type": "work"}]},
            "contact.columns.do.not.contain.phone.number.column",
        ),
        (
            {
                "phoneColumns": [
                    {"columnName": "phone", "type": "cell", "callableTimeColumn": "nowhere"}
                ]
            },
            "invalid.value",
        ),
        ({"emailColumns": [{"columnName": "mail", "type": "work"}]}, "invalid.value"),
        (
            {"automaticTimeZoneMapping": True},
            "cannot.have.callable.time.column.with.automatic.time.zone.mapping",
        ),
        ({"zipCodeColumnName": "zone"}, "invalid.value"),
        ({"previewModeColumnName": "region"}, "invalid.value"),
        ({"columnDataTypeSpecifications": [{"columnName": "region"}]}, "invalid.value"),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone"}, {"columnName": "zone"}]},
            "invalid.value",
        ),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone", "columnDataType": "DATE"}]},
            "invalid.value",
        ),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone", "min": 5, "max": 4}]},
            "invalid.value",
        ),
        (
            {"columnDataTypeSpecifications": [{"columnName": "zone", "min": "5"}]},
            "bad.request",
        ),
        ({"retentionType": "Forever"}, "invalid.value"),
        ({"retentionType": "RetentionDays"}, "invalid.value"),
        ({"dateExpiration": "soon"}, "invalid.date"),
        ({"division": {"id": "nowhere"}}, "invalid.value"),
        ({"division": {}}, "bad.request"),
        ({"attemptLimits": {}}, "bad.request"),
    ],
)
def test_refused_definitions(desk, changes, code):
    """A definition that is wrong in itself, or whose name is taken, is a 400 with a code."""
    desk.new_list(name="First list")
    said = desk("POST", LISTS, definition(**changes))
    assert (said.status, said.code) == (400, code)
    assert len(desk.organisation.contact_lists) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 64},
        {"columnNames": [*COLUMNS, *map(str, range(44))]},
        {"columnNames": [*COLUMNS, "x" * 128]},
        {"phoneColumns": [], "emailColumns": [{"columnName": "zone", "type": "work"}]},
        {"phoneColumns": [], "whatsAppColumns": [{"columnName": "phone", "type": "cell"}]},
        {
            "phoneColumns": [{"columnName": "phone", "type": "cell"}],
            "automaticTimeZoneMapping": True,
            "zipCodeColumnName": "zone",
        },
        {"retentionType": "RetentionDays", "retentionDays": 5},
    ],
    ids=["name", "columns", "header", "email only", "whatsapp only", "zip", "retention"],
)
def test_borders_are_accepted(desk, changes):
    """A definition exactly at a limit is fine."""
    assert desk("POST", LISTS, definition(**changes)).status == 200


def test_most_lists(desk, monkeypatch):
    """An organisation has a highest number of lists."""
    monkeypatch.setattr(contact_lists, "MOST_LISTS", 1)
    desk.new_list()
    assert desk("POST", LISTS, definition(name="One more")).code == "max.entity.count.reached"


def test_what_the_terraform_provider_sends(desk):
    """Zeros for unset bounds, the older time zone column and empty lists come back unchanged."""
    sent = definition(
        phoneColumns=[{"columnName": "phone", "type": "cell", "callableTimeColumn": "zone"}],
        emailColumns=[],
        columnDataTypeSpecifications=[
            {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP", "min": 0, "max": 0},
        ],
        trimWhitespace=False,
    )
    body = desk("POST", LISTS, sent).body
    assert {field: body[field] for field in sent} == sent


def put(desk, list_id, **changes):
    """GET, change, PUT: read-only fields go back with the rest."""
    body = desk("GET", f"{LISTS}/{list_id}", includeSize="true").body
    body.update(changes)
    return desk("PUT", f"{LISTS}/{list_id}", body)


def test_update(desk):
    """A PUT replaces: version and date move on, what is left out is cleared."""
    limits = desk.organisation.entities["attempt limit"]
    limit = limits.add({"name": "Three times", "maxAttemptsPerContact": 3})
    named = {"id": limit.id, "name": "ignored"}
    list_id = desk.new_list(attemptLimits=named, timeZone="Europe/London")
    assert desk("GET", f"{LISTS}/{list_id}").body["attemptLimits"] == {"id": limit.id}
    desk.clock.advance(60)
    said = put(desk, list_id, name="Renamed", attemptLimits=None)
    assert said.status == 200
    assert said.body["name"] == "Renamed"
    assert said.body["version"] == 2
    assert said.body["dateCreated"] == "2026-11-23T09:00:00.000Z"
    assert said.body["dateModified"] == "2026-11-23T09:01:00.000Z"
    assert "attemptLimits" not in said.body
    assert said.body["timeZone"] == "Europe/London"
    assert "size" not in said.body
    assert desk("GET", f"{LISTS}/{list_id}").body == said.body


def test_a_division_cannot_be_cleared(desk):
    """A PUT without a division leaves the list where it is."""
    list_id = desk.new_list()
    home = desk.organisation.access.home.id
    assert put(desk, list_id, division=None).body["division"]["id"] == home


def test_every_change_shows(desk, leads):
    """Whoever keeps something of a list can see that the list is no longer the same."""
    state = desk.state(leads)
    changes = [
        lambda: put(desk, leads, name="Renamed"),
        lambda: desk.add(leads, ("a", {})),
        lambda: desk("DELETE", f"{LISTS}/{leads}/contacts/a"),
        lambda: desk("POST", f"{LISTS}/{leads}/clear"),
    ]
    for change in changes:
        before = state.revision
        change()
        assert state.revision > before


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"version": 0}, 409, "invalid.update.wrong.version"),
        ({"version": 2}, 409, "invalid.update.wrong.version"),
        ({"version": None}, 400, "bad.request"),
        ({"version": "1"}, 400, "bad.request"),
        ({"name": "other"}, 400, "duplicate.name"),
        ({"columnNames": [*COLUMNS, "region"]}, 400, "cannot.update.contact.column.names"),
        ({"columnNames": COLUMNS[::-1]}, 400, "cannot.update.contact.column.names"),
        (
            {"phoneColumns": [{"columnName": "phone", "type": "home"}]},
            400,
            "cannot.update.phone.columns",
        ),
        (
            {"emailColumns": [{"columnName": "zone", "type": "work"}]},
            400,
            "cannot.update.email.columns",
        ),
        (
            {"whatsAppColumns": [{"columnName": "phone", "type": "cell"}]},
            400,
            "cannot.update.whats.app.columns",
        ),
        (
            {"columnDataTypeSpecifications": []},
            400,
            "cannot.update.column.data.type.specifications",
        ),
    ],
)
def test_refused_updates(desk, changes, status, code):
    """A stale version is a conflict; columns and their types are fixed; nothing is changed."""
    desk.new_list(name="Other")
    list_id = desk.new_list()
    before = desk("GET", f"{LISTS}/{list_id}").body
    said = put(desk, list_id, **changes)
    assert (said.status, said.code) == (status, code)
    assert desk("GET", f"{LISTS}/{list_id}").body == before


def test_time_zone_mapping_is_fixed(desk):
    """Automatic time zone mapping cannot be turned on or off later."""
    list_id = desk.new_list(phoneColumns=[{"columnName": "phone", "type": "cell"}])
    said = put(desk, list_id, automaticTimeZoneMapping=True)
    assert said.code == "cannot.edit.automatic.time.zone.mapping.settings"


def test_a_renamed_column_form_is_no_change(desk):
    """The newer and the older name of the time zone column, and 0 for no bound, mean the same."""
    list_id = desk.new_list()
    specs = [
        {**spec, "min": spec.get("min", 0), "max": spec.get("max", 0)}
        for spec in definition()["columnDataTypeSpecifications"]
    ]
    phones = [{"columnName": "phone", "type": "cell", "callableTimeColumn": "zone"}]
    said = put(desk, list_id, phoneColumns=phones, columnDataTypeSpecifications=specs)
    assert said.status == 200
