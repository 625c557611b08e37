# SPDX-License-Identifier: Apache-2.0
"""A simulated platform under virtual time, called as the pipeline is called."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import httpx
import pytest

from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, Organisation
from simulator.pipeline import Pipeline, Request
from simulator.resources import OPERATIONS
from simulator.routes import Routes
from simulator.virtual_time import run_virtual

ROUTES = Routes(OPERATIONS)
ME = "/api/v2/organizations/me"
LISTS = "/api/v2/outbound/contactlists"
DEFINITION = {
    "name": "Leads",
    "columnNames": ["phone", "ml_score"],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
}


@dataclass
class Said:
    """One answer, as a client would read it."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.body["code"]

    @property
    def count(self):
        return int(self.headers["inin-ratelimit-count"])


class Platform:
    """An organisation, its control plane, and a way to call it."""

    def __init__(self, **settings):
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock, **settings)
        self.control = Control(self.organisation)
        self.pipeline = Pipeline(self.organisation, ROUTES)
        self._tokens = {}

    def run(self, coroutine):
        return run_virtual(self.clock, coroutine)

    def token(self, client_id=BOOTSTRAP_CLIENT):
        """A token of that client; the same one each time."""
        if client_id not in self._tokens:
            client = self.organisation.clients.by_id[client_id]
            self._tokens[client_id] = self.organisation.clients.issue(client)
        return self._tokens[client_id]

    def forget_tokens(self):
        """After a reset, whose organisation knows none of them."""
        self._tokens.clear()

    def send(self, method, path, body=b"", headers=None):
        """Send exactly this."""
        path, _, query = path.partition("?")
        reply = self.run(self.pipeline.answer(Request(method, path, query, headers or {}, body)))
        return Said(reply.status, dict(reply.headers), reply.body.decode())

    def call(self, method, path, body=None, *, client=BOOTSTRAP_CLIENT, token=None):
        """Call with a valid token and a JSON body."""
        headers = {"authorization": f"Bearer {token or self.token(client)}"}
        raw = b""
        if body is not None:
            headers["content-type"] = "application/json"
            raw = json.dumps(body).encode()
        return self.send(method, path, raw, headers)

    def me(self, client=BOOTSTRAP_CLIENT):
        """The cheapest counted call."""
        return self.call("GET", ME, client=client)

    def login(self, client_id, secret, form=b"grant_type=client_credentials"):
        """Ask for a token with a Basic header."""
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers = {
            "authorization": f"Basic {basic}",
            "content-type": "application/x-www-form-urlencoded",
        }
        return self.send("POST", "/oauth/token", form, headers)

    def client(self, client_id="pusher", *permissions, **settings):
        """Make a client; its id."""
        self.organisation.add_client(
            client_id, f"{client_id}-secret", permissions=permissions, **settings
        )
        return client_id


@pytest.fixture
def platform():
    return Platform()


@pytest.fixture
def make_platform():
    return Platform


@pytest.fixture
def sim(platform):
    """Send JSON to the control plane over HTTP."""

    def send(method, path, body=None, **query):
        async def call():
            transport = SimulatorTransport(platform.organisation)
            async with httpx.AsyncClient(transport=transport, base_url="http://sim") as client:
                return await client.request(method, path, json=body, params=query)

        return platform.run(call())

    return send


@pytest.fixture
def lead(platform):
    """The ids of a contact list and of its one contact."""
    list_id = platform.call("POST", LISTS, DEFINITION).body["id"]
    contact = {"id": "L1", "contactListId": list_id, "data": {"phone": "+1", "ml_score": "87"}}
    platform.call("POST", f"{LISTS}/{list_id}/contacts", [contact])
    return list_id, "L1"
