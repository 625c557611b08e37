# SPDX-License-Identifier: Apache-2.0
"""One call: what is sent, what comes of it, what is reported."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from integration.platform.answers import Answer
from integration.platform.call_log import CallRecord
from integration.platform.errors import (
    BadAnswer,
    Forbidden,
    RateLimited,
    Redirected,
    Refused,
    Unreachable,
)
from integration.platform.retry import RetryPolicy, RetryQuota

THINGS = "/api/v2/things"


def things(client, **options):
    return client.call("read", "GET", THINGS, **options)


# -- what is sent ------------------------------------------------------------------------


def test_a_call_is_sent_as_the_platform_expects(world, platform):
    """Method, address, query, compact JSON and a bearer token."""

    async def scenario(client):
        return await client.call(
            "write contacts",
            "POST",
            "/api/v2/outbound/contactlists/abc/contacts",
            query={"priority": False, "doNotQueue": True},
            body=[{"id": "lead-1", "data": {"name": "Zoë", "ml_score": "87"}}],
            expect=dict,
            once=True,
        )

    assert world.run(scenario) == Answer(200, {"served": 1}, "")
    (request,) = platform.api_requests
    assert request.method == "POST"
    assert str(request.url) == (
        "https://api.mypurecloud.de/api/v2/outbound/contactlists/abc/contacts"
        "?priority=false&doNotQueue=true"
    )
    assert request.content == b'[{"id":"lead-1","data":{"name":"Zo\\u00eb","ml_score":"87"}}]'
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert request.headers["authorization"] == "Bearer token-1"


def test_a_call_without_a_body_sends_none(world, platform):
    """A read has neither a body nor a content type."""
    world.read()
    assert platform.api_requests[0].content == b""
    assert "content-type" not in platform.api_requests[0].headers


def test_half_a_surrogate_pair_is_sent_back_as_it_was_read(world, platform):
    """Text that an import cut in two does not block the row it stands in."""
    world.run(lambda client: client.call("write", "POST", THINGS, body="\ud83d", once=True))
    assert platform.api_requests[0].content == b'"\\ud83d"'


@pytest.mark.parametrize(
    ("path", "body"),
    [("//evil.example.com/x", None), ("/a/../b", None), ("/a", float("nan"))],
    ids=["another host", "a step up", "no JSON"],
)
def test_what_cannot_be_sent_is_refused_before_it_costs_anything(world, platform, path, body):
    """A wrong path or body is the caller's error; no token and no budget is used."""
    with pytest.raises(ValueError, match=r"path of a call|JSON compliant"):
        world.run(lambda client: client.call("read", "GET", path, body=body))
    assert platform.token_requests == []
    assert world.budget.calls == 0


def test_a_gateway_with_a_path_is_kept(world, platform):
    """Calls and token requests go below the gateway's path."""
    gateway = "https://gateway.example.com/genesys"
    world.read(api_url=gateway, login_url=f"{gateway}/")
    assert str(platform.token_requests[0].url) == f"{gateway}/oauth/token"
    assert str(platform.api_requests[0].url) == f"{gateway}/api/v2/things"


def test_cookies_are_not_kept(world, platform):
    """The only state of a client is its token."""
    platform.api_script.append(httpx.Response(200, headers={"Set-Cookie": "a=b; Path=/"}))

    async def scenario(client):
        await things(client)
        await things(client)

    world.run(scenario)
    assert "cookie" not in platform.api_requests[1].headers


@pytest.mark.parametrize("url", ["http://api.mypurecloud.de", "api.mypurecloud.de"])
@pytest.mark.parametrize("which", ["api_url", "login_url"])
def test_a_client_is_not_made_for_an_unsafe_address(world, url, which):
    """Secrets and tokens do not go over plain http to other machines."""
    with pytest.raises(ValueError, match=r"address|plain http"):
        world.client(**{which: url})


# -- repetition --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(503),
        httpx.Response(500),
        httpx.Response(408),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text="<html>"),
    ],
    ids=["503", "500", "408", "no connection", "timeout", "page"],
)
def test_a_read_survives_passing_trouble(world, platform, trouble):
    """A read is repeated after a wait until it succeeds."""
    platform.api_script.extend([trouble, trouble, trouble])
    assert world.read().body == {"served": 4}
    assert 0 < world.clock.monotonic() < 10


def test_a_read_is_given_up_in_the_end(world, platform):
    """Attempts are bounded; the error says how many there were, and that it is final."""
    platform.api_script.extend([httpx.Response(503)] * 3)
    with pytest.raises(Unreachable, match="given up after 3 attempts") as failed:
        world.read(retry=RetryPolicy(attempts=3))
    assert failed.value.final
    assert len(platform.api_requests) == 3


def test_retry_after_of_a_503_is_obeyed(world, platform):
    """A 503 that names a time is not followed by a call before that time."""
    platform.api_script.append(httpx.Response(503, headers={"Retry-After": "33"}))
    world.read()
    assert world.clock.monotonic() >= 33


def test_an_outage_does_not_multiply_the_calls(world, platform):
    """The shared quota lets a hundred failing reads repeat a few times only."""
    platform.api_script.extend([httpx.Response(503)] * 1_000)

    async def scenario(client):
        return await asyncio.gather(*(things(client) for _ in range(100)), return_exceptions=True)

    results = world.run(scenario, quota=RetryQuota(capacity=50, cost=5))
    assert {type(each) for each in results} == {Unreachable}
    assert len(platform.api_requests) == 110


def test_a_success_gives_back_quota(world, platform):
    """What a repetition took is returned by the success that follows."""
    quota = RetryQuota(capacity=5, cost=5)
    platform.api_script.extend([httpx.Response(503), httpx.Response(200)] * 3)

    async def scenario(client):
        for _ in range(3):
            await things(client)

    world.run(scenario, quota=quota)
    assert quota.level == 5


@pytest.mark.parametrize(
    ("trouble", "kind", "ambiguous"),
    [
        (httpx.ConnectError("refused"), Unreachable, False),
        (httpx.ConnectTimeout("slow"), Unreachable, False),
        (httpx.PoolTimeout("busy"), Unreachable, False),
        (httpx.ProxyError("no"), Unreachable, False),
        (httpx.ReadTimeout("slow"), Unreachable, True),
        (httpx.ReadError("reset"), Unreachable, True),
        (httpx.WriteTimeout("slow"), Unreachable, True),
        (httpx.WriteError("reset"), Unreachable, True),
        (httpx.RemoteProtocolError("gone"), Unreachable, True),
        (ConnectionResetError("reset"), Unreachable, True),
        (httpx.Response(503), Unreachable, False),
        (httpx.Response(408), Unreachable, False),
        (httpx.Response(500), Unreachable, True),
        (httpx.Response(502), Unreachable, True),
        (httpx.Response(504), Unreachable, True),
        (httpx.Response(200, content=b'[{"id": "le'), BadAnswer, True),
    ],
    ids=lambda value: (
        type(value).__name__
        if isinstance(value, Exception)
        else str(getattr(value, "status_code", ""))
    ),
)
def test_a_write_is_sent_once(world, platform, trouble, kind, ambiguous):
    """A failed write is handed back at once, with what is known of its fate."""
    platform.api_script.append(trouble)
    with pytest.raises(Unreachable) as failed:
        world.write()
    assert type(failed.value) is kind
    assert failed.value.ambiguous is ambiguous
    assert not failed.value.final
    assert failed.value.attempts == 1
    assert len(platform.api_requests) == 1
    assert world.clock.monotonic() == 0


def test_a_write_that_meets_a_429_is_handed_back(world, platform):
    """The delivery decides what follows a 429 of a write; the budget is told."""
    platform.api_script.append(httpx.Response(429, headers={"Retry-After": "9"}))
    with pytest.raises(RateLimited) as limited:
        world.write()
    assert limited.value.retry_after == 9
    assert 9 <= world.budget.status().closed_for <= 9.1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400, json={"code": "bad.request"}), Refused),
        (httpx.Response(404), Refused),
        (httpx.Response(501), Refused),
        (httpx.Response(403, json={"message": "needs a:b:view"}), Forbidden),
        (httpx.Response(302, headers={"Location": "https://evil.example.com/x"}), Redirected),
        (httpx.Response(308, headers={"Location": "//evil.example.com/x"}), Redirected),
    ],
    ids=["400", "404", "501", "403", "302", "308"],
)
def test_refusals_are_not_repeated(world, platform, answer, kind):
    """What the platform refuses for good is reported after one call, redirects included."""
    platform.api_script.append(answer)
    with pytest.raises(kind):
        world.read()
    assert len(platform.api_requests) == 1


def test_an_answer_of_the_wrong_kind_is_an_error(world):
    """Where a list is due, an object is not passed on."""
    with pytest.raises(BadAnswer, match="a dict where a list was due"):
        world.run(lambda client: things(client, expect=list, once=True))


# -- what is reported --------------------------------------------------------------------


def test_every_request_is_counted_and_reported(world, platform):
    """Records and counts tell operations, statuses, times and failures, token requests apart."""
    platform.latency = 0.5
    platform.api_script.extend(
        [
            httpx.Response(503, headers={"ININ-Correlation-Id": "corr-1"}),
            httpx.ReadTimeout("slow"),
        ]
    )

    async def scenario(client):
        await things(client)
        return client.calls

    calls = world.run(scenario)
    assert calls.counts == {
        ("token", 200): 1,
        ("read", 503): 1,
        ("read", None): 1,
        ("read", 200): 1,
    }
    assert (calls.made, calls.tokens) == (3, 1)
    assert world.records[:3] == [
        CallRecord("token", "POST", 200, 0.5, "", ""),
        CallRecord("read", "GET", 503, 0.5, "corr-1", ""),
        CallRecord("read", "GET", None, 0.5, "", "no answer within the time limit (slow)"),
    ]


def test_an_observer_is_not_needed(world):
    """Counting works without anybody being told."""
    assert world.read(on_call=None).status == 200


def test_the_correlation_id_is_kept(world, platform):
    """Answers and errors carry what Genesys support asks for."""
    headers = {"ININ-Correlation-Id": "corr-9"}
    platform.api_script.extend(
        [httpx.Response(200, json={}, headers=headers), httpx.Response(400, headers=headers)]
    )

    async def scenario(client):
        answer = await things(client)
        with pytest.raises(Refused, match="correlation id corr-9"):
            await things(client)
        return answer.correlation_id

    assert world.run(scenario) == "corr-9"


# -- the environment ---------------------------------------------------------------------


def test_this_machine_is_not_reached_through_a_proxy(world, monkeypatch):
    """Proxy settings of the environment hold for the platform, never for the simulator."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")

    def proxied(**options):
        client = world.client(transport=None, **options)
        return any(client._http._mounts.values())

    local = "http://127.0.0.1:8089"
    assert proxied()
    assert not proxied(api_url=local, login_url=local)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "gopher://me:hunter2@proxy.example.com"),
        ("HTTPS_PROXY", "socks5://me:hunter2@proxy.example.com"),
        ("SSL_CERT_FILE", "/does/not/exist/hunter2.pem"),
    ],
    ids=["unknown proxy", "proxy without its library", "missing certificates"],
)
def test_unusable_settings_of_the_environment_are_explained(world, monkeypatch, name, value):
    """The error names the variables to look at, and not the proxy's password."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name) as refused:
        world.client(transport=None)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__context__ is None


def test_closing_twice_does_no_harm(world, platform):
    """The transport is closed with the client, once and for all."""

    async def scenario(client):
        await client.aclose()

    world.run(scenario)
    assert platform.closed
