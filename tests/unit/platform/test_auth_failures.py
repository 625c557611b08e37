# SPDX-License-Identifier: Apache-2.0
"""What callers see when there is no token, or theirs is refused, and what stays hidden."""

from __future__ import annotations

import asyncio
import base64
import traceback

import httpx
import pytest
from pydantic import SecretStr

from integration.platform.errors import (
    BadAnswer,
    Redirected,
    Refused,
    Unauthorized,
    Unreachable,
)


def things(client):
    return client.call("read", "GET", "/api/v2/things")


async def many(client, calls=20):
    return await asyncio.gather(*(things(client) for _ in range(calls)), return_exceptions=True)


def failures(results):
    return [each for each in results if isinstance(each, BaseException)]


# -- failures ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        lambda _: httpx.Response(503),
        lambda _: httpx.Response(500, text="<html>"),
        lambda _: httpx.Response(429, headers={"Retry-After": "3"}),
        lambda _: httpx.ConnectError("refused"),
        lambda _: httpx.ReadTimeout("slow"),
        lambda _: httpx.Response(200, text="<html>Log in first</html>"),
        lambda _: httpx.Response(200, json=["token"]),
        lambda _: httpx.Response(200, json={}),
        lambda _: httpx.Response(200, json={"access_token": None}),
        lambda _: httpx.Response(200, json={"access_token": ""}),
        lambda _: httpx.Response(200, json={"access_token": "two words"}),
        lambda _: httpx.Response(200, json={"access_token": "line\r\nX-Evil: 1"}),
        lambda _: httpx.Response(200, json={"access_token": "tökén"}),
    ],
    ids=[
        "503",
        "500 page",
        "429",
        "no connection",
        "timeout",
        "page",
        "list",
        "no token",
        "null token",
        "empty token",
        "token of two words",
        "token with a header in it",
        "token beyond ASCII",
    ],
)
def test_a_failed_token_request_is_repeated_for_all(world, platform, trouble):
    """Passing trouble at the token endpoint delays all callers and fails none."""
    platform.token_script.extend([trouble, trouble])
    assert failures(world.run(many)) == []
    assert len(platform.token_requests) == 3
    assert len(platform.api_requests) == 20


def test_retry_after_of_the_token_endpoint_is_obeyed(world, platform):
    """The next token request comes no earlier than the endpoint asked."""
    platform.token_script.append(httpx.Response(429, headers={"Retry-After": "17"}))
    world.read()
    assert world.clock.monotonic() >= 17


def test_all_waiters_share_the_outcome_of_an_outage(world, platform):
    """A token endpoint that stays down fails all callers together, after one bounded series."""
    platform.token_script.extend([httpx.ConnectError("refused")] * 6)
    results = world.run(many)
    assert len(platform.token_requests) == 6
    assert platform.api_requests == []
    assert {type(each) for each in results} == {Unreachable}
    assert len({id(each) for each in results}) == 20
    assert str(results[0]) == (
        "Genesys Cloud did not answer token: no connection (refused); given up after 6 attempts"
    )
    assert not results[0].ambiguous
    assert world.clock.monotonic() <= 60
    assert world.budget.calls == 0


def test_after_an_outage_the_next_caller_starts_afresh(world, platform):
    """A failure is not remembered: the next call asks again."""
    platform.token_script.extend([httpx.Response(503)] * 6)

    async def scenario(client):
        with pytest.raises(Unreachable):
            await things(client)
        return await things(client)

    assert world.run(scenario).status == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_a_refused_client_fails_all_waiters_at_once(world, platform, status):
    """Wrong credentials are not tried again: every caller learns of it after one request."""
    body = {"error": "invalid_client", "error_description": "authentication failed"}
    platform.token_script.append(httpx.Response(status, json=body))
    results = world.run(many)
    assert len(platform.token_requests) == 1
    assert {type(each) for each in results} == {Unauthorized}
    assert results[0].stops_run
    assert "client 4f2c… no token" in str(results[0])
    assert f"{status} invalid_client" in str(results[0])
    assert world.clock.monotonic() == 0


def test_a_redirected_token_request_is_not_followed(world, platform):
    """The secret does not travel to where a redirect points."""
    platform.token_script.append(
        httpx.Response(307, headers={"Location": "https://evil.example.com/oauth/token"})
    )
    with pytest.raises(Redirected, match=r"to https://evil\.example\.com"):
        world.read()
    assert len(platform.token_requests) == 1


def test_an_unreadable_token_answer_is_explained(world, platform):
    """The error names what came instead of a token, and shows nothing of it."""
    page = httpx.Response(200, text="<html>secret page</html>", headers={"Content-Type": "text/x"})
    platform.token_script.extend([page] * 6)
    with pytest.raises(BadAnswer, match="not JSON but text/x, 24 bytes; given up after 6") as bad:
        world.read()
    assert "secret page" not in str(bad.value)
    assert bad.value.operation == "token"


def test_a_token_with_other_types_inside_is_explained(world, platform):
    """An answer without a usable token says so, without showing the rest of it."""
    platform.token_script.extend([httpx.Response(200, json={"accessToken": "abcdef"})] * 6)
    with pytest.raises(BadAnswer, match="no access_token in it") as bad:
        world.read()
    assert "abcdef" not in str(bad.value)


# -- 401 ---------------------------------------------------------------------------------


def test_a_second_401_ends_the_run(world, platform):
    """A new token that is refused as well means the client, so nothing is tried a third time."""
    refused = httpx.Response(401, json={"code": "bad.credentials"})
    platform.api_script.extend([refused, refused])
    with pytest.raises(Unauthorized, match=r"\(401 bad\.credentials\) twice.*client 4f2c…"):
        world.read()
    assert platform.bearers == ["token-1", "token-2"]


def test_a_storm_of_401_stays_small(world, platform):
    """Twenty callers whose every token is refused send two calls each and few token requests."""
    platform.valid = frozenset()

    class Nothing(set):
        def add(self, token):
            """Accept no token."""

    platform.valid = Nothing()
    platform.latency = 0.2
    results = world.run(many)
    assert {type(each) for each in results} == {Unauthorized}
    assert len(platform.api_requests) == 40
    assert len(platform.token_requests) == 2


def test_a_write_is_repeated_after_a_401_only(world, platform):
    """A refused token means that nothing was written, so the write may go out again."""
    platform.api_script.append(httpx.Response(401))
    assert world.write().status == 200
    assert [request.content for request in platform.api_requests] == [b"[1]", b"[1]"]


def test_no_token_after_a_401_is_reported_as_such(world, platform):
    """A client that was disabled meanwhile is told from a refused call."""

    async def scenario(client):
        await things(client)
        platform.revoke()
        platform.secret = "another"
        await things(client)

    with pytest.raises(Unauthorized, match="gives client 4f2c… no token"):
        world.run(scenario)


# -- the secret --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [str, SecretStr, lambda text: lambda: text, lambda text: lambda: SecretStr(f"{text}\n")],
    ids=["text", "SecretStr", "callable", "callable with a line end"],
)
def test_secrets_come_in_several_forms(world, wrap):
    """Text, SecretStr, or a callable that gives either; white space around it is dropped."""
    assert world.read(secret=wrap(world.secret)).status == 200


def test_a_rotated_secret_is_picked_up(world, platform):
    """The secret is read afresh for every token, so that a rotated file needs no restart."""
    current = [world.secret]

    async def scenario(client):
        await things(client)
        platform.secret = current[0] = "rotated"
        platform.revoke()
        return await things(client)

    assert world.run(scenario, secret=lambda: current[0]).status == 200


def unreadable():
    raise FileNotFoundError(2, "No such file or directory", "/run/secrets/genesys")


def undecodable():
    return b"hunter2\xff".decode()


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        (unreadable, "cannot be read .*No such file"),
        (undecodable, "cannot be read .it is not text"),
        ("", "its secret is empty"),
        (lambda: " \n", "its secret is empty"),
    ],
    ids=["no file", "no text", "empty", "blank"],
)
def test_a_secret_that_cannot_be_had_is_explained(world, platform, secret, problem):
    """The error names the client and the trouble; no request is sent."""
    with pytest.raises(Unauthorized, match=f"client 4f2c… no token: .*{problem}") as refused:
        world.read(secret=secret)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))
    assert platform.token_requests == []


def test_nothing_shows_a_token(world, platform):
    """No repr, record, error or traceback has the token, even where the platform echoes it."""

    def echo(request):
        sent = request.headers["authorization"]
        return httpx.Response(400, json={"code": sent.split()[1], "message": f"You sent {sent}."})

    async def scenario(client):
        platform.api_script.append(echo)
        with pytest.raises(Refused, match="You sent Bearer …") as refused:
            await things(client)
        assert refused.value.__context__ is None
        return repr(client._credentials) + repr(client._credentials._held), refused.value

    shown, error = world.run(scenario)
    text = shown + str(error) + repr(vars(error)) + repr(world.records)
    assert "token-1" not in text


def test_nothing_shows_a_secret(world, platform):
    """No error or traceback has the secret, even where the token endpoint echoes it."""

    def echo(request):
        sent = request.headers["authorization"]
        decoded = base64.b64decode(sent.split()[1]).decode()
        return httpx.Response(400, json={"error": decoded, "error_description": sent})

    platform.token_script.append(echo)
    with pytest.raises(Unauthorized, match="400") as refused:
        world.read()
    pair = base64.b64encode(f"{world.client_id}:{world.secret}".encode()).decode()
    text = "".join(traceback.format_exception(refused.value)) + repr(vars(refused.value))
    assert world.secret not in text
    assert pair not in text
