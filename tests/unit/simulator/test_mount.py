# SPDX-License-Identifier: Apache-2.0
"""The simulated platform inside a process: a transport for httpx, routes for respx."""

from __future__ import annotations

import httpx
import pytest
import respx

from simulator.app import build_app
from simulator.mount import SimulatorTransport, mount

ME = "/api/v2/organizations/me"
CREDENTIALS = ("local-deployer", "local-deployer-secret")
GRANT = {"grant_type": "client_credentials"}


def exchange(platform, *requests, target=None):
    """Send requests one after the other over the transport; the answers."""

    async def talk():
        transport = SimulatorTransport(target or platform.organisation)
        async with httpx.AsyncClient(transport=transport) as client:
            return [await client.request(*args, **settings) for args, settings in requests]

    return platform.run(talk())


def get(url, **settings):
    return ("GET", url), settings


@pytest.mark.parametrize(
    "host", ["api.mypurecloud.com", "login.mypurecloud.de", "api.usw2.pure.cloud", "127.0.0.1:8089"]
)
def test_every_host_leads_to_the_one_organisation(platform, host):
    """Login and API answer on any host, over http and https."""
    (said,) = exchange(
        platform, (("POST", f"https://{host}/oauth/token"), {"auth": CREDENTIALS, "data": GRANT})
    )
    token = said.json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    (said,) = exchange(platform, get(f"http://{host}{ME}", headers=headers))
    assert said.json()["id"] == platform.organisation.id
    assert said.headers["ININ-Correlation-Id"]
    assert said.headers["content-length"] == str(len(said.content))


def test_an_application_can_be_shared(platform):
    """A transport may carry to an application that is served elsewhere too."""
    app = build_app(platform.organisation)
    (said,) = exchange(platform, get("http://x/sim/clock"), target=app)
    assert said.json()["mode"] == "virtual"


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("timeout", httpx.ReadTimeout),
        ("reset", httpx.ReadError),
        ("connect_timeout", httpx.ConnectTimeout),
        ("connect_error", httpx.ConnectError),
    ],
)
def test_transport_faults_are_httpx_exceptions(platform, kind, failure):
    """A lost call looks exactly as it would over a socket, and takes no time."""
    platform.control.set_faults(rules=[{"kind": kind}])
    with pytest.raises(failure) as raised:
        exchange(platform, get(f"https://api.mypurecloud.com{ME}"))
    assert raised.value.request.url.path == ME
    assert platform.clock.monotonic() == 0


def test_percent_encoding_survives(platform):
    """A path parameter reaches its handler decoded once."""
    headers = {"Authorization": f"Bearer {platform.token()}"}
    url = "http://x/api/v2/authorization/roles/a%2Fb%2520c?x=1"
    (said,) = exchange(platform, get(url, headers=headers))
    assert said.json()["message"] == "the role a/b%20c was not found."
    assert platform.control.calls()["calls"][0]["query"] == "x=1"


def test_a_head_answer_has_no_body(platform):
    """HEAD is answered with headers alone."""
    headers = {"Authorization": f"Bearer {platform.token()}"}
    (said,) = exchange(platform, (("HEAD", "http://x/api/v2/tokens/me"), {"headers": headers}))
    assert (said.status_code, said.content) == (200, b"")
    (said,) = exchange(platform, (("HEAD", "http://x/api/v2/none"), {}))
    assert (said.status_code, said.content) == (501, b"")


def test_a_body_may_come_in_pieces(platform):
    """A streamed body is read to its end."""

    async def pieces():
        for piece in (b'{"na', b'me": "Sa', b'les"}'):
            yield piece

    headers = {
        "Authorization": f"Bearer {platform.token()}",
        "Content-Type": "application/json",
    }
    (said,) = exchange(
        platform,
        (
            ("POST", "http://x/api/v2/authorization/divisions"),
            {"content": pieces(), "headers": headers},
        ),
    )
    assert said.json()["name"] == "Sales"


def test_an_oversized_body_is_not_kept(platform, monkeypatch):
    """Of a body that is far too large little is kept, and it is refused."""
    monkeypatch.setattr("simulator.app.MOST_BODY_BYTES", 10)
    monkeypatch.setattr("simulator.pipeline.MOST_BODY_BYTES", 10)

    async def pieces():
        for _ in range(100):
            yield b" " * 8

    headers = {
        "Authorization": f"Bearer {platform.token()}",
        "Content-Type": "application/json",
    }
    (said,) = exchange(
        platform,
        (
            ("POST", "http://x/api/v2/authorization/divisions"),
            {"content": pieces(), "headers": headers},
        ),
    )
    assert said.status_code == 413


def test_a_call_whose_client_leaves_early_has_no_effect(platform):
    """A request that breaks off in its body is not answered and not logged."""
    app = build_app(platform.organisation)
    messages = iter(
        [
            {"type": "http.request", "body": b'{"name":', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": "/api/v2/authorization/divisions", "method": "POST"}
    platform.run(app(scope, receive, send))
    assert sent == []
    assert platform.control.calls()["total"] == 0


def test_the_application_lives_and_dies_when_told(platform):
    """The ASGI lifespan is answered."""
    app = build_app(platform.organisation)
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message["type"])

    platform.run(app({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_respx_routes_the_platform_and_nothing_else(platform):
    """Mounted under respx, the platform's hosts are served and other hosts stay the test's."""

    async def talk():
        with respx.mock(assert_all_called=False) as router:
            mount(platform.organisation, router)
            router.get("https://hooks.example/alert").respond(202)
            async with httpx.AsyncClient() as client:
                login = await client.post(
                    "https://login.mypurecloud.ie/oauth/token", auth=CREDENTIALS, data=GRANT
                )
                headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
                answers = [
                    await client.get(f"https://api.mypurecloud.ie{ME}", headers=headers),
                    await client.get("https://api.mypurecloud.ie/elsewhere", headers=headers),
                    await client.get("http://127.0.0.1:8089/sim/clock"),
                    await client.get("https://hooks.example/alert"),
                ]
        return [answer.status_code for answer in answers]

    assert platform.run(talk()) == [200, 404, 200, 202]


def test_transport_faults_pass_through_respx(platform):
    """A lost call is an httpx exception under respx too."""
    platform.control.set_faults(rules=[{"kind": "timeout"}])

    async def talk():
        with respx.mock() as router:
            mount(platform.organisation, router)
            async with httpx.AsyncClient() as client:
                await client.get(f"https://api.mypurecloud.ie{ME}")

    with pytest.raises(httpx.ReadTimeout):
        platform.run(talk())
