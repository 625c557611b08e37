# SPDX-License-Identifier: Apache-2.0
"""Reading what a server sends, friendly or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.platform.answers import (
    Answer,
    Reply,
    accepted,
    parse_json,
    printable,
    refusal,
    retry_after,
)
from integration.platform.errors import (
    BadAnswer,
    Detail,
    Forbidden,
    Limit,
    PlatformError,
    RateLimited,
    Redirected,
    Refused,
    Unauthorized,
    Unreachable,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def reply(status, body=b"", **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, httpx.Headers(names), content)


def error_of(status, body=b"", **headers):
    return refusal("call", reply(status, body, **headers), now=NOW, client="4f2c…")


@pytest.mark.parametrize(
    ("body", "expect", "value"),
    [
        (b'{"a": 1}', dict, {"a": 1}),
        (b"[1]", list, [1]),
        (b'\xef\xbb\xbf{"a": 1}', dict, {"a": 1}),
        (b"", None, None),
        (b" \r\n", None, None),
        (b"null", None, None),
    ],
    ids=["object", "list", "byte order mark", "empty", "blank", "null"],
)
def test_a_success_gives_its_json(body, expect, value):
    """The body of a 2xx is handed over as it was meant."""
    answer = accepted("call", reply(200, body, ININ_Correlation_Id="c1"), expect)
    assert answer == Answer(200, value, "c1")


@pytest.mark.parametrize(
    ("body", "expect", "problem"),
    [
        (b"<html>Log in</html>", None, "not JSON but text/html, 19 bytes"),
        (b'[{"id": "a"', list, "not JSON"),
        (b"\xff\xfe\x00", None, "not JSON"),
        (b"[" * 100_000, list, "not JSON"),
        (b'{"score": NaN}', dict, "not JSON"),
        (b"{}", list, "a dict where a list was due"),
        (b"", dict, "a NoneType where a dict was due"),
    ],
    ids=["page", "cut off", "not text", "nested deeply", "not a number", "other kind", "empty"],
)
def test_an_unreadable_success_is_ambiguous(body, expect, problem):
    """A 2xx that cannot be read was probably carried out; what it holds is not shown."""
    with pytest.raises(BadAnswer, match=problem) as bad:
        accepted("call", reply(200, body, Content_Type="text/html"), expect)
    assert bad.value.ambiguous
    assert bad.value.status == 200
    assert "Log in" not in str(bad.value)


def test_an_incomplete_success_is_ambiguous_even_if_it_reads_well():
    """A body that broke off is not used, although what came of it is JSON."""
    cut = Reply(200, {}, b"[1]", problem="the connection broke")
    with pytest.raises(BadAnswer, match="the connection broke"):
        accepted("call", cut, list)


@pytest.mark.parametrize(
    ("status", "kind", "ambiguous"),
    [
        (408, Unreachable, False),
        (500, Unreachable, True),
        (502, Unreachable, True),
        (503, Unreachable, False),
        (504, Unreachable, True),
        (529, Unreachable, True),
        (501, Refused, None),
        (505, Refused, None),
        (400, Refused, None),
        (404, Refused, None),
        (409, Refused, None),
        (413, Refused, None),
        (301, Redirected, None),
        (304, Redirected, None),
        (401, Unauthorized, None),
        (403, Forbidden, None),
        (429, RateLimited, None),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html/>", b"[]", b'{"code": 5, "message": []}'])
def test_a_status_alone_decides_the_kind_of_error(status, kind, ambiguous, body):
    """What an error means does not depend on a readable body."""
    error = error_of(status, body)
    assert type(error) is kind
    assert error.status == status
    assert getattr(error, "ambiguous", None) is ambiguous


def test_an_error_body_is_read_in_full():
    """Code, message, details, nested errors, limit and correlation id are kept."""
    error = error_of(
        400,
        {
            "message": "The rows\nwere refused",
            "code": "invalid.value",
            "contextId": "from-body",
            "details": [
                {"errorCode": "not.a.number", "fieldName": "ml_score", "entityId": "lead-1"},
                "no detail",
            ],
            "errors": [{"code": "nested", "entityId": "lead-2", "entityName": "L"}, None],
            "limit": {"key": "contacts", "namespace": "outbound", "value": 1000},
        },
    )
    assert isinstance(error, Refused)
    assert (error.code, error.message) == ("invalid.value", "The rows were refused")
    assert error.correlation_id == "from-body"
    assert error.details == (
        Detail("not.a.number", "ml_score", "lead-1"),
        Detail("nested", "", "lead-2", "L"),
    )
    assert error.limit == Limit("contacts", "outbound", "1000")


def test_the_header_names_the_correlation_id_first():
    """Support looks for the id of the header."""
    error = error_of(400, {"contextId": "body"}, ININ_Correlation_Id="header")
    assert error.correlation_id == "header"


def test_a_page_of_a_proxy_is_named_as_such():
    """An error page tells its type, so that nobody looks for the fault at the platform."""
    error = error_of(403, b"<html>Blocked by policy</html>", Content_Type="text/html")
    assert "the answer is not the platform's but text/html, 30 bytes" in str(error)
    assert "Blocked" not in str(error)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": "invalid_client", "error_description": "unknown"}, "invalid_client", "unknown"),
        ({"error": "invalid_client", "description": "unknown"}, "invalid_client", "unknown"),
    ],
    ids=["standard names", "the other name"],
)
def test_oauth_errors_are_read_too(body, code, message):
    """The token endpoint's own names for code and message are understood."""
    error = error_of(401, body)
    assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize(
    ("body", "permissions", "any_of"),
    [
        (
            {
                "code": "missing.permissions",
                "message": "You are missing the following permission(s): "
                "outbound:contact:add, outbound:contactList:view",
            },
            ("outbound:contact:add", "outbound:contactList:view"),
            False,
        ),
        (
            {
                "code": "missing.any.permissions",
                "message": "No permission at 09:15:00",
                "messageParams": {"permissions": "[outbound:contact:*]", "n": 3},
            },
            ("outbound:contact:*",),
            True,
        ),
        (
            {"message": "needs a:b:view", "messageParams": {"p": "a:b:view"}},
            ("a:b:view",),
            False,
        ),
        ({"message": "not.authorized", "messageParams": ["a:b:c"]}, (), False),
    ],
    ids=["in the message", "in the parameters", "in both", "nowhere"],
)
def test_missing_permissions_are_found(body, permissions, any_of):
    """The missing permissions are named, each once, wherever the body has them."""
    error = error_of(403, body)
    assert isinstance(error, Forbidden)
    assert error.permissions == permissions
    assert error.any_of is any_of
    assert error.client == "4f2c…"


@pytest.mark.parametrize(
    ("code", "one_resource"),
    [("too.many.requests", False), ("", False), ("too.many.recycles", True)],
    ids=["the client's", "unknown", "a resource's"],
)
def test_a_429_says_whom_it_means(code, one_resource):
    """Only a code of its own means that a single resource was limited."""
    error = error_of(429, {"code": code, "limit": {"key": "k", "value": "30"}})
    assert isinstance(error, RateLimited)
    assert error.one_resource is one_resource
    assert error.limit == Limit("k", "", "30")


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ({"Retry_After": "12"}, "", 12),
        ({"Retry_After": "12"}, "Retry the request in [40] seconds", 12),
        ({"Retry_After": "0"}, "Retry the request in [40] seconds", 0),
        ({}, "Retry the request in [40] seconds", 40),
        ({"Retry_After": "soon"}, "Retry the request in [40] seconds", 40),
        ({}, "Rate limit exceeded the maximum. [300] requests within [60] seconds", 60),
        ({}, "", None),
    ],
    ids=["header", "header first", "zero", "message", "garbage", "older message", "neither"],
)
def test_a_429_says_how_long_to_wait(headers, message, wait):
    """The header counts; without a usable one, the seconds in the message do."""
    error = error_of(429, {"message": message}, **headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:30 GMT"}, 30),
        ({"retry-after": "Monday, 23-Nov-26 09:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:30 -0000"}, 30),
        (
            {
                "retry-after": "Mon, 23 Nov 2026 11:00:30 GMT",
                "date": "Mon, 23 Nov 2026 11:00:00 GMT",
            },
            30,
        ),
        ({"retry-after": "Mon, 23 Nov 2026 08:59:59 GMT"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "NaN"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "99999999999"}, None),
        ({"retry-after": "9" * 5_000}, None),
        ({"retry-after": "३०"}, None),
        ({"retry-after": "Mon, 99 Nov 2026 99:00:30 GMT"}, None),
        ({}, None),
    ],
    ids=[
        "seconds",
        "fraction",
        "date",
        "old date form",
        "date without zone",
        "date by a clock two hours ahead",
        "past date",
        "negative",
        "blank",
        "not a number",
        "exponent",
        "three thousand years",
        "endless digits",
        "other digits",
        "impossible date",
        "missing",
    ],
)
def test_retry_after_is_understood_or_ignored(headers, wait):
    """Seconds and dates are understood; anything else counts as not sent."""
    assert retry_after(httpx.Headers(headers, encoding="utf-8"), NOW) == wait


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://sso.example.com/login?token=abc", "https://sso.example.com"),
        ("/elsewhere", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
    ids=["other host", "same host", "broken", "none"],
)
def test_a_redirect_shows_no_more_than_the_host(location, shown):
    """Path and query of a redirect may hold secrets."""
    error = error_of(302, b"", Location=location)
    assert isinstance(error, Redirected)
    assert error.location == shown
    assert "abc" not in str(error)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\r\nlines\x1b[31m", "two lines [31m"),
        ("Authorization: Bearer abc.def ok", "Authorization: Bearer … ok"),
        ("x" * 400, "x" * 299 + "…"),
        (None, ""),
        (7, ""),
    ],
    ids=["control characters", "a token", "too long", "nothing", "no text"],
)
def test_foreign_text_is_made_printable(value, text):
    """What a server says fits on a line and controls no terminal."""
    assert printable(value) == text


@given(
    st.integers(300, 599),
    st.binary(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "code",
                        "message",
                        "details",
                        "errors",
                        "limit",
                        "messageParams",
                        "error",
                        "contextId",
                        "key",
                        "value",
                        "errorCode",
                        "fieldName",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=12,
    ),
    st.dictionaries(
        st.sampled_from(["retry-after", "date", "location", "content-type"]),
        st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40),
    ),
)
def test_no_answer_breaks_the_reader(status, body, headers):
    """Whatever a server sends with an error status, it is an error in one printable line."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = Reply(status, httpx.Headers(headers, encoding="latin-1"), content)
    error = refusal("call", sent, now=NOW, client="4f2c…")
    assert isinstance(error, PlatformError)
    assert str(error).isprintable()
    assert len(str(error)) < 3_000
    wait = getattr(error, "retry_after", None)
    assert wait is None or 0 <= wait <= 999_999


def test_json_is_parsed_or_a_value_error():
    """Numbers too long for the parser are no crash."""
    with pytest.raises(ValueError, match="digits"):
        parse_json(b"[" + b"1" * 10_000 + b"]")
