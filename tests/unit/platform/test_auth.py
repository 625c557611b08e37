# SPDX-License-Identifier: Apache-2.0
"""One token for all callers, however they come, go and are refused."""

from __future__ import annotations

import asyncio
import base64
import random

import httpx
import pytest

from integration.platform.answers import Reply
from integration.platform.auth import ClientCredentials
from integration.platform.errors import (
    Unauthorized,
)
from simulator.virtual_time import run_virtual


def things(client):
    return client.call("read", "GET", "/api/v2/things")


async def many(client, calls=20):
    return await asyncio.gather(*(things(client) for _ in range(calls)), return_exceptions=True)


def failures(results):
    return [each for each in results if isinstance(each, BaseException)]


# -- one request, however many callers -------------------------------------------------


def test_the_token_request_is_what_the_platform_expects(world, platform):
    """Basic credentials, one form field, the login host, and no scope."""
    world.read()
    (request,) = platform.token_requests
    assert request.method == "POST"
    assert str(request.url) == "https://login.mypurecloud.de/oauth/token"
    assert request.content == b"grant_type=client_credentials"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic "))
    assert pair.decode() == f"{world.client_id}:{world.secret}"


@pytest.mark.parametrize("latency", [0.0, 0.3], ids=["quick", "slow"])
def test_twenty_cold_callers_make_one_token_request(world, platform, latency):
    """However many callers find no token, one is asked for."""
    platform.latency = latency
    assert failures(world.run(many)) == []
    assert len(platform.token_requests) == 1
    assert len(platform.api_requests) == 20


@pytest.mark.parametrize("latency", [0.0, 0.3], ids=["quick", "slow"])
def test_twenty_revoked_callers_make_one_token_request(world, platform, latency):
    """After a revocation all callers share one new token, and every call succeeds."""

    async def scenario(client):
        await things(client)
        platform.latency = latency
        platform.revoke()
        return await many(client)

    assert failures(world.run(scenario)) == []
    assert len(platform.token_requests) == 2
    assert platform.bearers.count("token-1") == 21
    assert platform.bearers.count("token-2") == 20


def test_a_late_401_does_not_throw_away_a_newer_token(world, platform):
    """Only the refused token is dropped; who is late finds the new one."""

    async def slowly(_):
        platform.revoke()
        await world.clock.sleep(60)
        return httpx.Response(401)

    async def scenario(client):
        await things(client)
        platform.api_script.append(slowly)
        late = asyncio.create_task(things(client))
        await world.clock.sleep(1)
        await things(client)  # gets token-2 while the late one is under way
        await late

    world.run(scenario)
    assert len(platform.token_requests) == 2
    assert platform.bearers == ["token-1", "token-1", "token-1", "token-2", "token-2"]


def test_no_caller_waits_for_the_business_request_of_another(world, platform):
    """A slow call holds up nobody who has a token."""

    async def slowly(_):
        await world.clock.sleep(1_000)
        return httpx.Response(200, json={})

    async def scenario(client):
        await things(client)
        platform.api_script.append(slowly)
        slow = asyncio.create_task(things(client))
        await world.clock.sleep(0)
        await things(client)
        done = world.clock.monotonic()
        await slow
        return done

    assert world.run(scenario, deadline=2_000.0) == 0


# -- expiry ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("life", "quiet", "renewing"),
    [(86_400, 86_339, 86_341), (300, 269, 271), (10, 8.9, 9.1)],
    ids=["a day", "five minutes", "ten seconds"],
)
def test_a_token_is_renewed_ahead_of_expiry(world, platform, life, quiet, renewing):
    """A minute before its end, or a tenth of its life, a new one is fetched, and no call waits."""
    platform.token_life = life

    async def scenario(client):
        await things(client)
        await world.clock.sleep(quiet)
        await things(client)
        before = len(platform.token_requests)
        await world.clock.sleep(renewing - quiet)
        platform.latency = 0.1
        await asyncio.gather(things(client), things(client))
        await things(client)
        return before

    assert world.run(scenario) == 1
    assert len(platform.token_requests) == 2
    assert platform.bearers == ["token-1"] * 4 + ["token-2"]


def test_close_to_expiry_callers_wait_for_the_new_token(world, platform):
    """Half-way into the margin the old token is no longer used, so that none expires under way."""

    async def scenario(client):
        await things(client)
        await world.clock.sleep(86_371)
        await many(client)

    world.run(scenario)
    assert len(platform.token_requests) == 2
    assert platform.bearers[1:] == ["token-2"] * 20


def test_an_outage_of_the_login_within_the_margin_is_not_felt(world, platform):
    """While the old token serves, a failed renewal fails nobody and is not repeated per call."""
    platform.token_life = 600

    async def scenario(client):
        await things(client)
        await world.clock.sleep(540)
        platform.token_script.extend([httpx.Response(400)] * 2)
        for _ in range(29):
            await world.clock.sleep(1)
            await things(client)
        assert len(platform.token_requests) == 2
        await world.clock.sleep(1)
        with pytest.raises(Unauthorized):
            await things(client)

    world.run(scenario)
    assert set(platform.bearers) == {"token-1"}


def test_life_counts_from_before_the_request_was_sent(world, platform):
    """A slow token answer does not make the token seem younger than it is."""
    platform.token_life = 100

    async def scenario(client):
        platform.latency = 50
        await things(client)
        platform.latency = 0
        await world.clock.sleep(10)  # 110 s after the request, 60 s after the answer
        await things(client)

    world.run(scenario)
    assert platform.bearers[-1] == "token-2"


def test_a_corrected_wall_clock_changes_no_expiry(world, platform, monkeypatch):
    """Expiry follows the monotonic clock."""

    async def scenario(client):
        await things(client)
        monkeypatch.setattr(world.clock, "now", lambda: None)
        await world.clock.sleep(80_000)
        await things(client)

    world.run(scenario)
    assert len(platform.token_requests) == 1


@pytest.mark.parametrize(
    ("expires_in", "life"),
    [
        ("3600", 3_600),
        ('"3600"', 3_600),
        ("3600.5", 3_600.5),
        ("null", 300),
        ('"soon"', 300),
        ("0", 300),
        ("-5", 300),
        ("true", 300),
        ("[60]", 300),
        ("1e999", 300),
        ('"nan"', 300),
        ("1" + "0" * 400, 300),
    ],
    ids=lambda value: str(value)[:10],
)
def test_any_expires_in_gives_a_life(world, platform, expires_in, life):
    """Text is read as a number; where there is no usable life, the shortest is assumed."""
    body = f'{{"access_token": "abc", "expires_in": {expires_in}}}'
    platform.token_script.append(httpx.Response(200, text=body))

    async def scenario(client):
        await client._credentials.token()
        return client._credentials._held.usable_until

    assert world.run(scenario) == life - min(60, life / 10) / 2


def test_a_missing_expires_in_is_tolerated(world, platform):
    """An answer with nothing but the token will do."""
    platform.token_script.append(httpx.Response(200, json={"access_token": "abc"}))
    world.run(lambda client: client._credentials.token())


# -- cancelled callers -------------------------------------------------------------------


@pytest.mark.parametrize("cancelled", [0, 1, 19], ids=["the first", "another", "the last"])
def test_a_cancelled_waiter_takes_nobody_along(world, platform, cancelled):
    """Whoever gives up waiting for the token, the others get it, by the same request."""
    platform.latency = 5

    async def scenario(client):
        calls = [asyncio.create_task(things(client)) for _ in range(20)]
        await world.clock.sleep(1)
        calls[cancelled].cancel()
        return await asyncio.gather(*calls, return_exceptions=True)

    results = world.run(scenario)
    assert [type(each) for each in failures(results)] == [asyncio.CancelledError]
    assert len(platform.token_requests) == 1
    assert len(platform.api_requests) == 19


def test_a_fetch_outlives_all_its_waiters(world, platform):
    """A token that nobody waits for any longer serves the next caller."""
    platform.latency = 5

    async def scenario(client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await things(client)
        return await things(client)

    assert world.run(scenario).status == 200
    assert len(platform.token_requests) == 1


def test_a_cancelled_fetch_is_started_again(world, platform):
    """When the fetch itself is cancelled, its waiters start another instead of failing."""
    platform.latency = 5

    async def scenario(client):
        calls = [asyncio.create_task(things(client)) for _ in range(20)]
        await world.clock.sleep(1)
        client._credentials._fetch.cancel()
        return await asyncio.gather(*calls, return_exceptions=True)

    assert failures(world.run(scenario)) == []
    assert len(platform.token_requests) == 2


def test_a_caller_that_is_cancelled_with_the_fetch_ends(world, platform):
    """When everything is cancelled at once, nobody starts another fetch."""
    platform.latency = 5

    async def scenario(client):
        call = asyncio.create_task(things(client))
        await world.clock.sleep(1)
        client._credentials._fetch.cancel()
        call.cancel()
        return await asyncio.gather(call, return_exceptions=True)

    assert [type(each) for each in world.run(scenario)] == [asyncio.CancelledError]
    assert len(platform.token_requests) == 1


def test_closing_ends_a_fetch_under_way(world, platform):
    """A client that is closed leaves no task behind, and its waiters end."""
    platform.latency = 5

    async def scenario(client):
        call = asyncio.create_task(things(client))
        await world.clock.sleep(1)
        fetch = client._credentials._fetch
        await client.aclose()
        assert fetch.cancelled()
        with pytest.raises(RuntimeError, match="is closed"):
            await call
        with pytest.raises(RuntimeError, match="client 4f2c…> is closed"):
            await things(client)
        return len(asyncio.all_tasks())

    assert world.run(scenario) == 1
    assert platform.closed


# -- as an httpx.Auth --------------------------------------------------------------------


def test_it_authenticates_any_httpx_client(world):
    """Used with a plain httpx client, it adds the token and repeats once after a 401."""
    issued = iter(["old", "new"])

    async def exchange(operation, _):
        assert operation == "token"
        return Reply(200, {}, b'{"access_token": "%s"}' % next(issued).encode())

    def serve(request):
        good = request.headers["authorization"] == "Bearer new"
        return httpx.Response(200 if good else 401)

    async def scenario():
        auth = ClientCredentials(
            world.client_id,
            world.secret,
            token_url="https://login.mypurecloud.de/oauth/token",
            exchange=exchange,
            clock=world.clock,
            rng=random.Random(1),
        )
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve), auth=auth) as plain:
            answer = await plain.get("https://api.mypurecloud.de/api/v2/things")
        await auth.aclose()
        return answer.status_code

    assert run_virtual(world.clock, scenario()) == 200


def test_it_refuses_a_blocking_client(world):
    """A blocking client would send its requests without a token, so it gets an error."""

    async def unused(*_):
        raise AssertionError

    auth = ClientCredentials(
        world.client_id,
        world.secret,
        token_url="https://login.mypurecloud.de/oauth/token",
        exchange=unused,
        clock=world.clock,
        rng=random.Random(1),
    )
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with (
        httpx.Client(transport=transport, auth=auth) as blocking,
        pytest.raises(RuntimeError, match="asynchronous client only; GET /x was not sent"),
    ):
        blocking.get("https://api.mypurecloud.de/x")


def test_a_programming_error_is_not_swallowed(world, platform):
    """What is no failure of the platform reaches the caller as it is."""
    platform.token_script.append(KeyError("a bug"))
    with pytest.raises(KeyError, match="a bug"):
        world.read()
