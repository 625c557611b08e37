# SPDX-License-Identifier: Apache-2.0
"""The check against the official SDK's models can fail, and fails for the right reasons."""

from __future__ import annotations

import json

import httpx
import pytest

from simulator import organization_info
from simulator.app import SimulatorApp
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.http import Operation
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.pipeline import Pipeline, Reply
from simulator.routes import Routes
from simulator.virtual_time import run_virtual

from .conformity import faults_in, faults_in_json
from .official import call, model
from .watch import faults_in_reply, watched

LIST = {
    "id": "l",
    "name": "Leads",
    "version": 1,
    "dateCreated": "2026-11-23T09:00:00.000Z",
    "division": {"id": "d", "name": "Home"},
    "columnNames": ["phone"],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
    "columnDataTypeSpecifications": [{"columnName": "phone", "columnDataType": "TEXT"}],
    "automaticTimeZoneMapping": False,
    "retentionType": "Never",
}
CONTACT = {
    "id": "c",
    "data": {"phone": "+44"},
    "callRecords": {"phone": {"lastAttempt": "2026-11-23T09:00:00Z", "lastResult": "x"}},
}
WRONG = {
    "wrong name": ("ContactList", LIST, {"nmae": "Leads"}, "nmae: a ContactList has no such"),
    "name in the SDK's own spelling": ("ContactList", LIST, {"date_created": ""}, "date_created"),
    "number as text": ("ContactList", LIST, {"version": "1"}, "version: an integer"),
    "integer with a fraction": ("ContactList", LIST, {"version": 1.0}, "version: an integer"),
    "flag as a number": ("ContactList", LIST, {"trimWhitespace": 1}, "trimWhitespace: true or"),
    "flag as an integer": ("ContactList", LIST, {"version": True}, "version: an integer"),
    "text as a number": ("ContactList", LIST, {"name": 5}, "name: a string"),
    "null enum": ("ContactList", LIST, {"retentionType": None}, "retentionType: an enum must be"),
    "unknown enum value": ("ContactList", LIST, {"retentionType": "Ever"}, "one of Never, Today"),
    "enum in another case": ("ContactList", LIST, {"retentionType": "never"}, "one of Never"),
    "missing Z": (
        "ContactList",
        LIST,
        {"dateCreated": "2026-11-23T09:00:00.000"},
        "dateCreated: an ISO 8601 instant that ends in Z",
    ),
    "offset in place of Z": (
        "ContactList",
        LIST,
        {"dateCreated": "2026-11-23T09:00:00.000+00:00"},
        "ends in Z",
    ),
    "no such day": ("ContactList", LIST, {"dateCreated": "2026-02-30T09:00:00Z"}, "ends in Z"),
    "instant as a number": ("ContactList", LIST, {"dateCreated": 1_795_424_400}, "ends in Z"),
    "object in place of a list": ("ContactList", LIST, {"columnNames": {}}, "columnNames: a list"),
    "list in place of an object": ("ContactList", LIST, {"division": []}, "division: a Domain"),
    "null in a list": ("ContactList", LIST, {"columnNames": [None]}, "columnNames[0]: a string"),
    "wrong name further down": (
        "ContactList",
        LIST,
        {"phoneColumns": [{"columnName": "phone", "type": "cell", "zone": "x"}]},
        "phoneColumns[0].zone: a ContactPhoneNumberColumn has no such field",
    ),
    "null enum further down": (
        "ContactList",
        LIST,
        {"columnDataTypeSpecifications": [{"columnName": "a", "columnDataType": None}]},
        "columnDataTypeSpecifications[0].columnDataType: an enum",
    ),
    "number in a map of texts": ("DialerContact", CONTACT, {"data": {"s": 87}}, "data.s: a string"),
    "wrong type in a map of models": (
        "DialerContact",
        CONTACT,
        {"callRecords": {"phone": {"lastAttempt": "yesterday"}}},
        "callRecords.phone.lastAttempt: an ISO 8601 instant",
    ),
}


@pytest.mark.parametrize(
    ("type_name", "right"), [("ContactList", LIST), ("DialerContact", CONTACT)]
)
def test_a_right_answer_has_no_faults(type_name, right):
    """What the SDK would send and read without loss passes, as one object and in a list."""
    assert faults_in(right, type_name) == []
    assert faults_in([right, right], f"list[{type_name}]") == []
    assert faults_in_json(json.dumps(right).encode(), type_name) == []


@pytest.mark.parametrize(("type_name", "right", "change", "fault"), WRONG.values(), ids=list(WRONG))
def test_each_kind_of_wrong_answer_is_told(type_name, right, change, fault):
    """One thing wrong anywhere in an answer is found, and named with its place."""
    found = faults_in({**right, **change}, type_name)
    assert len(found) == 1
    assert fault in found[0]
    (in_a_list,) = faults_in([right, {**right, **change}], f"list[{type_name}]")
    assert in_a_list.startswith("[1].")


@pytest.mark.parametrize(
    "raw",
    [b"{", b'{"id": NaN}', b'{"id": "a", "id": "b"}', b"\xff", b""],
    ids=["cut off", "NaN", "a name twice", "not UTF-8", "nothing"],
)
def test_what_is_no_strict_json_is_told(raw):
    """JSON that only some parsers would take is a fault."""
    (fault,) = faults_in_json(raw, "ContactList")
    assert fault.startswith("no strict JSON")


def test_null_is_harmless_where_it_is_no_enum():
    """The SDK reads null as "not set" in every field but an enum."""
    assert faults_in({**LIST, "name": None, "size": None, "division": None}, "ContactList") == []


@pytest.mark.parametrize(
    ("type_name", "right", "wrong"),
    [
        ("float", 1, "1"),
        ("float", 1.5, True),
        ("date", "2026-11-23", "2026-11-23T09:00:00Z"),
        ("object", {"a": [1]}, None),
        ("dict(str, list[str])", {"a": ["b"]}, {"a": "b"}),
        ("list[list[str]]", [["a"]], ["a"]),
    ],
)
def test_every_form_of_type_is_understood(type_name, right, wrong):
    """Each form in which the SDK writes a type takes what fits it and refuses what does not."""
    assert faults_in(right, type_name) == []
    assert len(faults_in(wrong, type_name)) == 1


def test_what_the_sdk_does_not_have_is_an_error():
    """A model or a call that the SDK does not have cannot be checked against, and says so."""
    with pytest.raises(LookupError, match="no model ContactLits"):
        faults_in({}, "ContactLits")
    with pytest.raises(LookupError, match="no call get_contactlists"):
        call("get_contactlists")


def test_fields_are_read_from_the_source_of_the_sdk():
    """Names on the wire, types and enum values of a model are those of its source."""
    fields = model("ContactSort")
    assert {name: field.type for name, field in fields.items()} == {
        "fieldName": "str",
        "direction": "str",
        "numeric": "bool",
    }
    assert fields["direction"].choices == ("ASC", "DESC")
    contacts = call("post_outbound_contactlist_contacts")
    assert (contacts.body, contacts.answer) == (
        "list[WritableDialerContact]",
        "list[DialerContact]",
    )
    assert contacts.query == {"priority", "clearSystemData", "doNotQueue"}


ME = next(item for item in organization_info.OPERATIONS if item.model == "Organization")
CORRELATION = "00000000-0000-4000-8000-000000000000"
HEADERS = {
    "ININ-Correlation-Id": CORRELATION,
    "Content-Type": "application/json",
    "inin-ratelimit-count": "1",
    "inin-ratelimit-allowed": "300",
    "inin-ratelimit-reset": "60",
}
REFUSAL = {
    "message": "Too many calls. Retry the request in [3] seconds",
    "code": "too.many.requests",
    "status": 429,
    "contextId": CORRELATION,
}


def reply(status, body, headers):
    changed = {**HEADERS, **headers}
    kept = {name: value for name, value in changed.items() if value is not None}
    return Reply(status, kept, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "body", "headers", "fault"),
    [
        (200, {"id": "o"}, {}, None),
        (429, REFUSAL, {"Retry-After": "3"}, None),
        (200, {"id": 1}, {}, "id: a string"),
        (206, {"id": "o"}, {}, "no success"),
        (200, {"id": "o"}, {"Content-Type": "text/plain"}, "content type"),
        (200, {"id": "o"}, {"ININ-Correlation-Id": None}, "no correlation id"),
        (200, {"id": "o"}, {"inin-ratelimit-reset": None}, "inin-ratelimit-reset"),
        (200, {"id": "o"}, {"inin-ratelimit-count": "1.5"}, "inin-ratelimit-count"),
        (429, {**REFUSAL, "error": "x"}, {"Retry-After": "3"}, "error: a ErrorBody"),
        (429, {**REFUSAL, "code": ""}, {"Retry-After": "3"}, "code is missing"),
        (429, {**REFUSAL, "status": 400}, {"Retry-After": "3"}, "says status 400"),
        (429, {**REFUSAL, "contextId": "other"}, {"Retry-After": "3"}, "contextId"),
        (429, REFUSAL, {"Retry-After": "0"}, "Retry-After is '0'"),
        (429, REFUSAL, {"Retry-After": "4"}, "does not end with the wait"),
        (500, b"Internal Server Error", {"Content-Type": "text/plain"}, "content type"),
    ],
)
def test_status_and_headers_are_looked_at(status, body, headers, fault):
    """An answer is judged by its status and headers too, a refusal as an ErrorBody."""
    found = faults_in_reply(ME, reply(status, body, headers))
    if fault is None:
        assert found == []
    else:
        assert fault in found[0]


@pytest.mark.parametrize(
    ("operation", "status", "body", "fault"),
    [
        ("post_oauth_token", 200, {"access_token": "t", "token_type": "b", "expires_in": 1}, None),
        ("post_oauth_token", 200, {"access_token": "t", "expires_in": "1"}, "the login answered"),
        (
            "post_oauth_token",
            200,
            {"access_token": "t", "token_type": "b", "expires_in": 0},
            "life",
        ),
        ("post_oauth_token", 401, {"error": "e", "error_description": "d"}, None),
        ("post_oauth_token", 401, {"error": "e", "code": "bad.credentials"}, "error"),
        ("delete_tokens_me", 200, b"", None),
        ("delete_tokens_me", 200, {}, "expects none"),
    ],
)
def test_answers_without_a_model_are_looked_at(operation, status, body, fault):
    """The login answers in the OAuth style, and what has no model has no body."""
    asked = Operation("POST", "/", operation, lambda _: None)
    found = faults_in_reply(asked, reply(status, body, {}))
    assert [fault in item for item in found] == ([] if fault is None else [True])


def test_the_watch_sees_a_wrong_answer_whoever_asked():
    """A handler with a misspelt field is caught by the watch, and is not after the block."""
    wrong = Operation(
        "GET", ME.path, "get_organizations_me", lambda _: {"nmae": "x"}, model="Organization",
        authenticated=False,
    )  # fmt: skip
    clock = VirtualClock()
    organisation = Organisation(clock=clock)
    app = SimulatorApp(organisation, Pipeline(organisation, Routes([wrong])))

    async def ask():
        async with httpx.AsyncClient(transport=SimulatorTransport(app)) as client:
            assert (await client.get(f"https://api.mypurecloud.de{ME.path}")).status_code == 200

    with watched() as watch:
        run_virtual(clock, ask())
    fault = f"GET {ME.path} 200: nmae: a Organization has no such field"
    assert watch.faults == [fault]
    assert watch.answered == {"get_organizations_me": [200]}
    run_virtual(clock, ask())
    assert watch.faults == [fault]


def test_answers_garbled_on_purpose_are_let_pass():
    """An answer that an injected fault cut off is no fault of the simulator."""
    clock = VirtualClock()
    organisation = Organisation(clock=clock)
    Control(organisation).set_faults(rules=[{"kind": "malformed", "times": 1}])

    async def ask():
        async with httpx.AsyncClient(transport=SimulatorTransport(organisation)) as client:
            login = "https://login.mypurecloud.de/oauth/token"
            form = {"grant_type": "client_credentials"}
            auth = ("local-deployer", "local-deployer-secret")
            answer = await client.post(login, data=form, auth=auth)
            with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
                answer.json()
            (await client.post(login, data=form, auth=auth)).json()

    with watched() as watch:
        run_virtual(clock, ask())
    assert watch.faults == []
    assert watch.answered == {"post_oauth_token": [200]}
