# SPDX-License-Identifier: Apache-2.0
"""Errors that a person can act on."""

from __future__ import annotations

import copy

import pytest

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
    shortened,
)

SENTENCES = {
    "connection refused": (
        Unreachable(operation="read contacts", message="no connection"),
        "Genesys Cloud did not answer read contacts: no connection",
    ),
    "no answer to a write": (
        Unreachable(operation="write contacts", message="no answer", ambiguous=True),
        (
            "Genesys Cloud did not answer write contacts: no answer; "
            "whether the call was carried out is not known"
        ),
    ),
    "a 503 after many attempts": (
        Unreachable(
            operation="read contacts",
            status=503,
            code="service.unavailable",
            correlation_id="c0ffee",
            attempts=8,
        ),
        (
            "Genesys Cloud could not serve read contacts (503 service.unavailable, "
            "correlation id c0ffee); given up after 8 attempts"
        ),
    ),
    "an unreadable answer": (
        BadAnswer(operation="write contacts", status=200, message="not JSON", ambiguous=True),
        (
            "Genesys Cloud sent an unreadable answer to write contacts (200): not JSON; "
            "whether the call was carried out is not known"
        ),
    ),
    "an unreadable answer to a read": (
        BadAnswer(operation="read contacts", status=200, message="not JSON"),
        "Genesys Cloud sent an unreadable answer to read contacts (200): not JSON",
    ),
    "too many calls": (
        RateLimited(
            operation="read contacts",
            status=429,
            code="too.many.requests",
            retry_after=12.0,
            limit=Limit("client.credentials.token.rate.per.minute", "platform.api", "300"),
        ),
        (
            "Genesys Cloud limits read contacts (429 too.many.requests); limit "
            "platform.api.client.credentials.token.rate.per.minute of 300; it asked to wait 12 s"
        ),
    ),
    "too many calls without a reason": (
        RateLimited(operation="read contacts", status=429, limit=Limit("calls")),
        "Genesys Cloud limits read contacts (429); limit calls",
    ),
    "too many calls, nothing else known": (
        RateLimited(operation="read contacts", status=429),
        "Genesys Cloud limits read contacts (429)",
    ),
    "the token refused twice": (
        Unauthorized(operation="read contacts", status=401, code="bad.credentials", client="4f2c…"),
        (
            "Genesys Cloud refused the token (401 bad.credentials) twice; "
            "client 4f2c… may be disabled or its secret rotated"
        ),
    ),
    "no token to be had": (
        Unauthorized(
            operation="token",
            status=401,
            code="invalid_client",
            message="client not found",
            client="4f2c…",
        ),
        (
            "Genesys Cloud gives client 4f2c… no token (401 invalid_client): client not found; "
            "check the client id, its secret and the region"
        ),
    ),
    "one permission missing": (
        Forbidden(
            operation="write contacts",
            status=403,
            code="missing.permissions",
            client="4f2c…",
            permissions=("outbound:contact:add",),
        ),
        (
            "Genesys Cloud forbids write contacts (403 missing.permissions): client 4f2c… lacks "
            "outbound:contact:add; grant it in a role of the client, in the division of the object"
        ),
    ),
    "one of several permissions missing": (
        Forbidden(
            operation="poll",
            status=403,
            client="4f2c…",
            permissions=("a:b:view", "a:b:edit"),
            any_of=True,
        ),
        (
            "Genesys Cloud forbids poll (403): client 4f2c… lacks one of a:b:view, a:b:edit; "
            "grant it in a role of the client, in the division of the object"
        ),
    ),
    "forbidden without a word": (
        Forbidden(operation="poll", status=403, message="no", client="4f2c…"),
        "Genesys Cloud forbids poll (403): no; check the roles and divisions of client 4f2c…",
    ),
    "a refused row": (
        Refused(
            operation="write contacts",
            status=400,
            code="invalid.value",
            message="bad row",
            details=(
                Detail("not.a.number", "ml_score"),
                Detail("x", entity_id="lead-7"),
                Detail(field="zip"),
                Detail("y"),
            ),
        ),
        (
            "Genesys Cloud refused write contacts (400 invalid.value): bad row "
            "[ml_score: not.a.number, lead-7: x, zip and 1 more]"
        ),
    ),
    "a limit reached": (
        Refused(operation="add list", status=400, limit=Limit("lists", value="1000")),
        "Genesys Cloud refused add list (400); limit lists of 1000",
    ),
    "few details": (
        Refused(operation="add list", status=400, details=(Detail("y"),)),
        "Genesys Cloud refused add list (400) [y]",
    ),
    "a redirect": (
        Redirected(operation="read contacts", status=302, location="https://proxy.example.com"),
        (
            "read contacts was redirected to https://proxy.example.com (302) and not followed; "
            "check the region or gateway address, and any proxy in between"
        ),
    ),
    "a redirect to nowhere": (
        Redirected(operation="read contacts", status=304),
        (
            "read contacts was redirected (304) and not followed; "
            "check the region or gateway address, and any proxy in between"
        ),
    ),
    "anything": (
        PlatformError(operation="read contacts"),
        "Genesys Cloud failed at read contacts",
    ),
}


@pytest.mark.parametrize(("error", "sentence"), SENTENCES.values(), ids=SENTENCES.keys())
def test_an_error_says_what_happened_and_what_to_do(error, sentence):
    """What happened, to which call, what the platform said, what to do now."""
    assert str(error) == sentence
    assert repr(error) == f"<{type(error).__name__}: {sentence}>"


def test_errors_can_be_copied():
    """A copy, as every caller that waits for a token gets it, says the same."""
    error, sentence = SENTENCES["a refused row"]
    again = copy.copy(error)
    assert type(again) is Refused
    assert str(again) == sentence
    assert again.details == error.details


@pytest.mark.parametrize(
    ("kind", "stops"),
    [
        (Unreachable, False),
        (BadAnswer, False),
        (RateLimited, False),
        (Refused, False),
        (Unauthorized, True),
        (Forbidden, True),
        (Redirected, True),
    ],
)
def test_errors_say_whether_the_run_can_go_on(kind, stops):
    """Only credentials, permissions and a wrong address make every further call pointless."""
    assert kind().stops_run is stops
    assert isinstance(kind(), PlatformError)


@pytest.mark.parametrize(
    ("client_id", "shown"),
    [("4f2c81aa-1111", "4f2c…"), ("abc", "a…"), ("", "…")],
    ids=["long", "short", "none"],
)
def test_client_ids_are_shortened(client_id, shown):
    """Never more than half of a client id is shown."""
    assert shortened(client_id) == shown
