# SPDX-License-Identifier: Apache-2.0
"""The stand-in's calls: retries within bounds, refusals that explain, an end when asked."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from simulator.clock import VirtualClock
from simulator.provider.api import MOST_TRIES, Api, Cancelled, Refused, Unreachable
from simulator.provider.configuration import Configuration
from simulator.virtual_time import run_virtual

HERE = Configuration("http://127.0.0.1:1", "http://127.0.0.1:1", "deploy", "hidden")


class Answers(httpx.AsyncBaseTransport):
    """Gives the answers one after another, the last one for ever."""

    def __init__(self, *answers):
        self.requests = []
        self._answers = list(answers)

    async def handle_async_request(self, request):
        await request.aread()
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def call(transport, method="GET", path="/api/v2/x", body=None):
    """One call's answer, and the seconds that it took."""
    clock = VirtualClock()
    answer = run_virtual(clock, Api(HERE, clock, transport).call(method, path, body))
    return answer, clock.monotonic()


def test_a_client_signs_in_once():
    """The login's token goes with every call; the secret goes with the login alone."""
    transport = Answers(httpx.Response(200, json={"access_token": "abc"}))
    clock = VirtualClock()
    run_virtual(clock, Api(HERE, clock, transport).connect())
    login, organisation, products = transport.requests
    assert login.headers["Authorization"].startswith("Basic ")
    assert login.content == b"grant_type=client_credentials"
    assert organisation.headers["Authorization"] == "Bearer abc"
    assert products.headers["Authorization"] == "Bearer abc"


def test_a_token_makes_the_login_needless():
    """With a token of its own the provider does not sign in."""
    transport = Answers(httpx.Response(200, json={}))
    clock = VirtualClock()
    with_token = Configuration(HERE.api, HERE.login, access_token="abc")
    run_virtual(clock, Api(with_token, clock, transport).connect())
    assert [request.url.path for request in transport.requests] == [
        "/api/v2/organizations/me",
        "/api/v2/authorization/products",
    ]


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), 14.0),
        (httpx.Response(429), 3.0),
        (httpx.Response(503), 3.0),
        (httpx.Response(503, headers={"Retry-After": "9999"}), 360.0),
    ],
    ids=["too many calls, with a time", "too many calls", "unavailable", "an absurd time"],
)
def test_calls_are_repeated(refusal, seconds):
    """A busy platform is asked again, after the time that it names or a growing one."""
    transport = Answers(refusal, refusal, httpx.Response(200, json={"id": "x"}))
    assert call(transport) == ({"id": "x"}, seconds)


def test_calls_are_not_repeated_for_ever():
    """After the last try the refusal counts."""
    transport = Answers(httpx.Response(503, json={"code": "busy", "message": "later"}))
    with pytest.raises(Refused, match="503 busy: later"):
        call(transport)
    assert len(transport.requests) == MOST_TRIES


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            httpx.Response(
                400, json={"code": "bad.request", "message": "no name", "contextId": "c-1"}
            ),
            r"POST /api/v2/x was refused: 400 bad.request: no name \(correlation id c-1\)",
        ),
        (
            httpx.Response(401, json={"error": "invalid_client", "description": "unknown"}),
            "401 invalid_client: unknown",
        ),
        (httpx.Response(501, text="not simulated"), "501 no code: not simulated"),
        (
            httpx.Response(400, json=["?"], headers={"ININ-Correlation-Id": "c-2"}),
            r"400 no code: \[\"\?\"\] \(correlation id c-2\)",
        ),
    ],
    ids=["the platform's error", "the login's error", "no JSON", "no object"],
)
def test_refusals_explain(answer, message):
    """A refusal names the call, the status, the code and the correlation id."""
    with pytest.raises(Refused, match=message):
        call(Answers(answer), "POST", body={"a": 1})


def test_no_proxy_comes_between(monkeypatch):
    """Calls to this machine go there, whatever proxy the environment names."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:2")
    assert Api(HERE, VirtualClock())._http._mounts == {}


def test_an_empty_answer():
    """A call without content in its answer has none."""
    assert call(Answers(httpx.Response(204)), "DELETE")[0] is None


def test_nobody_answers():
    """Where nobody listens the message asks for the simulator, at once."""
    transport = Answers(httpx.ConnectError("refused"))
    with pytest.raises(Unreachable, match="is the simulator running"):
        call(transport)
    assert len(transport.requests) == 1


def test_objects_that_are_gone():
    """404, 408 and 410 all mean that an object is not there; other refusals are errors."""
    clock = VirtualClock()
    for status in (404, 408, 410):
        api = Api(HERE, clock, Answers(httpx.Response(status, json={})))
        assert run_virtual(clock, api.find("/api/v2/x")) is None
    with pytest.raises(Refused, match="403"):
        run_virtual(clock, Api(HERE, clock, Answers(httpx.Response(403))).find("/api/v2/x"))


def test_waiting_has_an_end():
    """What does not come true in time is an error that says what was waited for."""
    clock = VirtualClock()
    asked = []

    async def never():
        asked.append(clock.monotonic())
        return False

    api = Api(HERE, clock, Answers(httpx.Response(200)))
    with pytest.raises(TimeoutError, match="the list was not gone within 30 s"):
        run_virtual(clock, api.until(never, 30, "the list was not gone"))
    assert asked == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5]


def test_cancelling_ends_every_wait():
    """After a cancellation pauses end at once and no call is made any more."""
    clock = VirtualClock()
    transport = Answers(httpx.Response(503))

    async def cancelled():
        api = Api(HERE, clock, transport)
        calls = [asyncio.ensure_future(api.call("GET", "/api/v2/x")) for _ in range(3)]
        await clock.sleep(0.25)
        api.cancel()
        return await asyncio.gather(*calls, api.call("GET", "/y"), return_exceptions=True)

    outcomes = run_virtual(clock, cancelled())
    assert [type(outcome) for outcome in outcomes] == [Cancelled] * 4
    assert len(transport.requests) == 3
    assert clock.monotonic() == 0.25
