# SPDX-License-Identifier: Apache-2.0
"""The way of a call: order of refusals, wire details of official clients, hostile input."""

from __future__ import annotations

import json

import pytest

from simulator.clock import VirtualClock
from simulator.http import Answer, Operation
from simulator.organisation import Organisation
from simulator.pipeline import Pipeline, Request
from simulator.routes import Routes
from simulator.virtual_time import run_virtual

LISTS = "/api/v2/outbound/contactlists"
DIVISIONS = "/api/v2/authorization/divisions"
JSON = {"content-type": "application/json"}


def bearer(platform):
    return {"authorization": f"Bearer {platform.token()}"}


def test_every_answer_names_its_call(platform):
    """Each answer has a correlation id of its own, and a refusal repeats it in its body."""
    first, second = platform.me(), platform.call("GET", f"{LISTS}/none")
    assert first.headers["ININ-Correlation-Id"] != second.headers["ININ-Correlation-Id"]
    assert second.body["contextId"] == second.headers["ININ-Correlation-Id"]


def test_correlation_ids_are_a_function_of_the_seed(make_platform):
    """Two runs with one seed name their calls alike; another seed names them otherwise."""
    one, two, other = make_platform(seed=1), make_platform(seed=1), make_platform(seed=2)
    ids = [p.me().headers["ININ-Correlation-Id"] for p in (one, two, other)]
    assert ids[0] == ids[1] != ids[2]


def test_answers_are_json_and_dated_by_the_servers_clock(platform):
    """Content type and date are those of the simulated server."""
    platform.control.skew(3600)
    said = platform.me()
    assert said.headers["Content-Type"] == "application/json"
    assert said.headers["Date"] == "Mon, 23 Nov 2026 10:00:00 GMT"


def test_a_refusal_has_the_official_shape(platform):
    """An ErrorBody carries message, template, parameters, code, status and empty lists."""
    body = platform.call("GET", f"{DIVISIONS}/none").body
    assert body == {
        "message": "the division none was not found.",
        "code": "not.found",
        "status": 404,
        "messageWithParams": "{what} was not found.",
        "messageParams": {"what": "the division none"},
        "contextId": body["contextId"],
        "details": [],
        "errors": [],
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v2/routing/languages", 501, "not.simulated"),
        ("GET", "/api/v2", 404, "not.found"),
        ("GET", "/api/v2/", 501, "not.simulated"),
        ("POST", "/oauth/authorize", 501, "not.simulated"),
        ("GET", "/", 404, "not.found"),
        ("GET", "/api/v3/tokens/me", 404, "not.found"),
        ("GET", "", 404, "not.found"),
        ("GET", "*", 404, "not.found"),
        ("PATCH", "/api/v2/tokens/me", 405, "method.not.allowed"),
        ("GET", "/oauth/token", 405, "method.not.allowed"),
    ],
)
def test_paths_that_are_not_served(platform, method, path, status, code):
    """What the platform may have is 501, what it cannot have 404, another method 405."""
    said = platform.send(method, path)
    assert (said.status, said.code) == (status, code)


def test_a_refused_method_tells_the_others(platform):
    """405 lists the methods that are simulated on the path."""
    assert platform.send("PUT", "/api/v2/tokens/me").headers["Allow"] == "DELETE, GET, HEAD"


def test_what_is_not_simulated_is_named(platform):
    """501 says which call it was."""
    said = platform.send("DELETE", "/api/v2/outbound/campaignrules/1")
    assert "DELETE /api/v2/outbound/campaignrules/1" in said.body["message"]


def test_a_missing_permission_is_named(platform):
    """403 names every permission that the client lacks and takes a place in the window."""
    platform.client("pusher", "outbound:contact:view")
    said = platform.call("GET", LISTS, client="pusher")
    assert (said.status, said.code) == (403, "missing.permissions")
    assert "outbound:contactList:view" in said.body["message"]
    assert said.body["messageParams"] == {"permissions": "outbound:contactList:view"}
    assert said.count == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"authorization": "Bearer wrong"}, 401)],
    ids=["no token", "wrong token"],
)
def test_a_call_that_is_not_authenticated_is_not_counted(platform, headers, status):
    """401 comes before the rate limit and shows nothing of it."""
    said = platform.send("GET", LISTS, headers=headers)
    assert said.status == status
    assert "inin-ratelimit-count" not in said.headers
    assert platform.me().count == 1


@pytest.mark.parametrize("body", [{"name": ""}, None, []], ids=["bad value", "no body", "an array"])
def test_a_call_refused_by_its_handler_is_counted(platform, body):
    """A 400 carries the rate limit headers like a success."""
    said = platform.call("POST", DIVISIONS, body)
    assert said.status == 400
    assert said.count == 1


@pytest.mark.parametrize("body", [b"", b"null"], ids=["JavaScript SDK", "Python SDK"])
def test_no_body_may_be_empty_or_null(platform, body):
    """Both ways of the official SDKs to send no body are taken as none."""
    client = platform.call(
        "POST", "/api/v2/oauth/clients", {"name": "x", "authorizedGrantType": "CLIENT-CREDENTIALS"}
    ).body["id"]
    path = f"/api/v2/oauth/clients/{client}/secret"
    assert platform.send("POST", path, body, {**bearer(platform), **JSON}).status == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD"])
def test_a_content_type_without_a_body_is_fine(platform, method):
    """The official SDKs declare JSON on calls that have no body."""
    headers = {**bearer(platform), **JSON}
    assert platform.send(method, "/api/v2/tokens/me", headers=headers).status == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_a_body_has_to_be_declared_as_json(platform, content_type, status):
    """Any other media type is 415."""
    headers = {**bearer(platform), "content-type": content_type}
    assert platform.send("POST", DIVISIONS, b'{"name": "Sales"}', headers).status == status


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"name": "x",}',
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b"[" * 100_000,
        b'{"n": ' + b"1" * 5000 + b"}",
        b'{"name": "Sales"} trailing',
    ],
    ids=["cut off", "comma", "not UTF-8", "NaN", "Infinity", "deep", "huge number", "more"],
)
def test_a_body_that_is_no_json_is_refused(platform, body):
    """Broken JSON is 400 bad.request, never a failure of the server."""
    said = platform.send("POST", DIVISIONS, body, {**bearer(platform), **JSON})
    assert (said.status, said.code) == (400, "bad.request")


def test_a_byte_order_mark_is_no_error(platform):
    """JSON with a byte order mark is read."""
    headers = {**bearer(platform), **JSON}
    body = b"\xef\xbb\xbf" + b'{"name": "Sales"}'
    assert platform.send("POST", DIVISIONS, body, headers).status == 200


def test_texts_that_are_no_unicode_come_back_as_they_were(platform):
    """A lone surrogate in a text breaks no answer."""
    body = rb'{"name": "\ud800"}'
    said = platform.send("POST", DIVISIONS, body, {**bearer(platform), **JSON})
    assert said.status == 200
    assert said.body["name"] == "\ud800"


def test_a_body_that_is_too_large_is_413(platform, monkeypatch):
    """A body over the limit is refused without being read."""
    monkeypatch.setattr("simulator.pipeline.MOST_BODY_BYTES", 10)
    said = platform.call("POST", DIVISIONS, {"name": "Sales"})
    assert (said.status, said.code) == (413, "request.entity.too.large")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("pageSize=1", 200),
        ("pageSize=", 200),
        ("pageSize=x", 400),
        ("pageSize=0", 400),
        ("pageSize=-1", 400),
        ("pageSize=%EF%BC%91", 400),
        ("pageNumber=99999999999999999999", 400),
        ("pageSize=1000", 200),
    ],
)
def test_numbers_of_the_query_are_checked(platform, query, status):
    """A page size that is no positive number is 400; one too large is cut."""
    said = platform.call("GET", f"{DIVISIONS}?{query}")
    assert said.status == status
    if status == 200:
        assert said.body["pageSize"] <= 100


def test_a_query_with_too_many_fields_is_refused(platform):
    """A query of thousands of fields is 400."""
    query = "&".join(f"a{n}=1" for n in range(1001))
    assert platform.call("GET", f"{DIVISIONS}?{query}").status == 400


@pytest.mark.parametrize(
    "query",
    ["id={A},{B}", "id={A}%2C{B}", "id={A}&id={B}"],
    ids=["raw comma", "encoded comma", "repeated"],
)
def test_lists_of_the_query_come_in_three_forms(platform, query):
    """A list may be joined by raw commas, encoded commas, or repeated."""
    ids = {
        name: platform.call("POST", DIVISIONS, {"name": name}).body["id"]
        for name in ("A", "B", "C")
    }
    said = platform.call("GET", f"{DIVISIONS}?{query.format(**ids)}")
    assert [item["name"] for item in said.body["entities"]] == ["A", "B"]


def test_handlers_may_be_coroutines_and_answer_in_every_form():
    """A handler answers a dictionary, an Answer, bytes or nothing, at once or later."""

    async def later(_):
        return {"later": True}

    handlers = {
        "dict": lambda _: {"a": 1},
        "answer": lambda _: Answer([1], 202, {"X-More": "1"}),
        "bytes": lambda _: Answer(b"a,b", headers={"Content-Type": "text/csv"}),
        "none": lambda _: None,
        "gone": lambda _: Answer(status=204),
        "later": later,
    }
    operations = [
        Operation("GET", f"/api/v2/{name}", name, handler, authenticated=False)
        for name, handler in handlers.items()
    ]
    clock = VirtualClock()
    pipeline = Pipeline(Organisation(clock=clock), Routes(operations))
    replies = {
        name: run_virtual(clock, pipeline.answer(Request("GET", f"/api/v2/{name}")))
        for name in handlers
    }
    assert {name: (reply.status, reply.body) for name, reply in replies.items()} == {
        "dict": (200, b'{"a":1}'),
        "answer": (202, b"[1]"),
        "bytes": (200, b"a,b"),
        "none": (200, b""),
        "gone": (204, b""),
        "later": (200, b'{"later":true}'),
    }
    assert replies["answer"].headers["X-More"] == "1"
    assert replies["bytes"].headers["Content-Type"] == "text/csv"
    assert "Content-Type" not in replies["gone"].headers


def test_a_failure_of_a_handler_is_logged_and_not_hidden():
    """An exception of the simulator itself reaches the caller; the call is in the log."""

    def broken(_):
        raise ZeroDivisionError

    clock = VirtualClock()
    organisation = Organisation(clock=clock)
    operation = Operation("GET", "/api/v2/x", "x", broken, authenticated=False)
    pipeline = Pipeline(organisation, Routes([operation]))
    with pytest.raises(ZeroDivisionError):
        run_virtual(clock, pipeline.answer(Request("GET", "/api/v2/x")))
    assert [call.status for call in organisation.calls] == [0]


def test_the_log_knows_every_call(platform):
    """Each call is logged with who, what, when, how it ended, and its body."""
    platform.clock.advance(1.5)
    platform.call("POST", DIVISIONS, {"name": ""})
    platform.send("GET", "/api/v2/none?a=b")
    first, second = platform.control.calls()["calls"]
    assert first == {
        "n": 1,
        "time": "2026-11-23T09:00:01.500Z",
        "at": 1.5,
        "client_id": "local-deployer",
        "operation_id": "post_authorization_divisions",
        "method": "POST",
        "path": DIVISIONS,
        "query": "",
        "status": 400,
        "code": "invalid.value",
        "correlation_id": first["correlation_id"],
        "fault": "",
        "retry_after": None,
        "body": {"name": ""},
    }
    assert (second["operation_id"], second["client_id"]) == ("", "")
    assert (second["query"], second["code"]) == ("a=b", "not.simulated")


def test_json_answers_are_plain(platform):
    """The body of an answer is compact JSON in ASCII."""
    said = platform.call("POST", DIVISIONS, {"name": "Zürich"})
    assert said.text.isascii()
    assert json.loads(said.text)["name"] == "Zürich"
