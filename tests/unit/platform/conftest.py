# SPDX-License-Identifier: Apache-2.0
"""A platform whose every answer a test writes itself, and a client that talks to it."""

from __future__ import annotations

import base64
import inspect
import random
from collections import deque

import httpx
import pytest

from integration.platform.budget import CallBudget
from integration.platform.client import GenesysClient
from integration.platform.retry import RetryPolicy
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

API = "https://api.mypurecloud.de"
LOGIN = "https://login.mypurecloud.de"
CLIENT_ID = "4f2c81aa-1111-2222-3333-444455556666"
SECRET = "s3cret-of-the-pusher"


class ScriptedPlatform(httpx.AsyncBaseTransport):
    """Answers from two scripts (token endpoint, API); a script that ran out means success.

    An entry is a response, an exception to raise, or a function of the request.
    """

    def __init__(self, clock):
        self.clock = clock
        self.token_script = deque()
        self.api_script = deque()
        self.token_requests = []
        self.api_requests = []
        self.bearers = []  # the tokens that calls came with, in order
        self.latency = 0.0
        self.token_life = 86_400
        self.valid = set()
        self.secret = SECRET
        self.closed = False

    async def handle_async_request(self, request):
        await request.aread()
        token = request.url.path.endswith("/oauth/token")
        (self.token_requests if token else self.api_requests).append(request)
        if not token:
            self.bearers.append(request.headers["authorization"].removeprefix("Bearer "))
        await self.clock.sleep(self.latency)
        script = self.token_script if token else self.api_script
        answer = script.popleft() if script else (self._token if token else self._api)
        if callable(answer):
            answer = answer(request)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def aclose(self):
        self.closed = True

    def revoke(self):
        """Every token given so far is refused from now on."""
        self.valid.clear()

    def _token(self, request):
        scheme, pair = request.headers["authorization"].split(" ")
        assert scheme == "Basic"
        if base64.b64decode(pair).decode() != f"{CLIENT_ID}:{self.secret}":
            return httpx.Response(401, json={"error": "invalid_client"})
        token = f"token-{len(self.token_requests)}"
        self.valid.add(token)
        body = {"access_token": token, "token_type": "bearer", "expires_in": self.token_life}
        return httpx.Response(200, json=body)

    def _api(self, request):
        if request.headers["authorization"].removeprefix("Bearer ") not in self.valid:
            body = {"code": "bad.credentials", "message": "Invalid login credentials."}
            return httpx.Response(401, json=body, headers={"ININ-Correlation-Id": "corr-401"})
        return httpx.Response(200, json={"served": len(self.api_requests)})


class World:
    """Clock, budget and scripted platform of one test, and clients for them."""

    client_id = CLIENT_ID
    secret = SECRET

    def __init__(self):
        self.clock = VirtualClock()
        self.platform = ScriptedPlatform(self.clock)
        self.budget = CallBudget(self.clock, allowed=300)
        self.records = []

    def client(self, **options):
        """A client of this world; ``options`` overrule its arguments."""
        arguments = {
            "api_url": API,
            "login_url": LOGIN,
            "client_id": CLIENT_ID,
            "secret": SECRET,
            "budget": self.budget,
            "clock": self.clock,
            "rng": random.Random(7),
            "retry": RetryPolicy(),
            "transport": self.platform,
            "on_call": self.records.append,
        }
        return GenesysClient(**{**arguments, **options})

    def run(self, scenario, **options):
        """Run ``scenario(client)`` in virtual time and close the client."""

        async def main():
            async with self.client(**options) as client:
                return await scenario(client)

        return run_virtual(self.clock, main())

    def read(self, **options):
        """The answer of one read."""
        return self.run(lambda client: client.call("read", "GET", "/api/v2/things"), **options)

    def write(self, **options):
        """The answer of one write."""
        return self.run(
            lambda client: client.call("write", "POST", "/api/v2/things", body=[1], once=True),
            **options,
        )


@pytest.fixture
def world():
    return World()


@pytest.fixture
def platform(world):
    return world.platform
