# SPDX-License-Identifier: Apache-2.0
"""A platform of few words for tests of the stand-in: keeps what it is sent, fails when told to."""

from __future__ import annotations

import json

import httpx
from pulumi.provider.experimental import provider as pulumi_api

from simulator.clock import VirtualClock
from simulator.provider.api import Api
from simulator.provider.resources import RESOURCES
from simulator.provider.stand_in import StandIn
from simulator.provider.values import marked, plain
from simulator.virtual_time import run_virtual

SETTINGS = {
    "gateways": [{"host": "127.0.0.1", "port": "8089", "protocol": "http"}],
    "oauthclientId": "deploy",
    "oauthclientSecret": "hidden",
}
ALWAYS = {
    "/oauth/token": {"access_token": "t"},
    "/api/v2/organizations/me": {"id": "o", "defaultCountryCode": "US"},
    "/api/v2/authorization/products": {"total": 0, "entities": []},
    "/api/v2/authorization/divisions/home": {"id": "home", "name": "Home"},
    "/api/v2/tokens/me": {"OAuthClient": {"id": "deploy"}},
}

CLIENT = {"name": "writer", "authorizedGrantType": "CLIENT-CREDENTIALS"}
LIST = {"name": "Leads", "columnNames": ["lead_id", "phone"]}


def refusal(status=400):
    """An answer of the platform that refuses a call."""
    said = {"code": "bad.request", "message": "not like this", "contextId": "c-9"}
    return httpx.Response(status, json=said)


class Platform(httpx.AsyncBaseTransport):
    """Objects by their path; ``refusals`` are answered first, in their order."""

    def __init__(self):
        self.objects = {}
        self.calls = []
        self.refusals = []  # (method, end of path, answer)
        self.codes = {}

    async def handle_async_request(self, request):
        content = await request.aread()
        path = request.url.path
        self.calls.append(f"{request.method} {path}")
        for refusal in self.refusals:
            method, end, answer = refusal
            if request.method == method and path.endswith(end):
                self.refusals.remove(refusal)
                if isinstance(answer, Exception):
                    raise answer
                return answer
        if path in ALWAYS:
            return httpx.Response(200, json=ALWAYS[path])
        if "/queues/" in path and "/wrapupcodes" in path:
            return self._wrapup_codes(request.method, path, content)
        if path.endswith(("/members/divisions", "/permissions")):
            return httpx.Response(200, json={"entities": [], "pageCount": 1})
        if path.endswith("/contacts/search"):
            return httpx.Response(200, json={"contactsCount": 0})
        return self._object(request.method, path, json.loads(content) if content else None)

    def _object(self, method, path, sent):
        if method == "POST":
            object_id = f"id-{len(self.calls)}"
            made = {"division": {"id": "home"}, **sent, "id": object_id, "version": 1}
            self.objects[f"{path}/{object_id}"] = made
            return httpx.Response(200, json={**made, "secret": "S3cret"})
        if path not in self.objects:
            said = {"code": "not.found", "message": "no such object", "contextId": "c-1"}
            return httpx.Response(404, json=said)
        known = self.objects[path]
        if method == "DELETE":
            del self.objects[path]
            return httpx.Response(204)
        if method != "GET" and sent.get("version", known["version"]) != known["version"]:
            return httpx.Response(409, json={"code": "conflict", "message": "another version"})
        if method != "GET":
            kept = {name: known[name] for name in ("id", "division")}
            known = {**kept, **sent, "version": known["version"] + 1}
            self.objects[path] = known
        return httpx.Response(200, json=known)

    def _wrapup_codes(self, method, path, content):
        owner, _, code = path.partition("/wrapupcodes")
        codes = self.codes.setdefault(owner, [])
        if method == "POST":
            codes += [item["id"] for item in json.loads(content)]
        elif method == "DELETE":
            codes.remove(code.strip("/"))
        return httpx.Response(200, json={"entities": [{"id": item} for item in codes]})


class World:
    """The stand-in, a platform, and what the engine would ask and keep."""

    def __init__(self, platform=None):
        self.platform = platform or Platform()
        self.clock = VirtualClock()
        self.provider = StandIn(lambda made: Api(made, self.clock, self.platform), {})
        self.run(self.configure())

    def run(self, what):
        """Let ``what`` finish in virtual time."""
        return run_virtual(self.clock, what)

    async def configure(self, settings=None):
        """Configure the provider."""
        return await self.provider.configure(
            pulumi_api.ConfigureRequest(
                {}, marked(settings or SETTINGS), accept_secrets=True, accept_resources=True
            )
        )

    def create(self, token, inputs, *, preview=False, secret=()):
        """Id and outputs of a new resource."""
        request = pulumi_api.CreateRequest(urn(token), marked(inputs, secret), 0, preview=preview)
        made = self.run(self.provider.create(request))
        return made.resource_id, made.properties if secret else plain(made.properties)

    def update(self, token, object_id, state, inputs, *, preview=False, secret=()):
        """The outputs after an update."""
        request = pulumi_api.UpdateRequest(
            urn(token), object_id, marked(state), marked(inputs, secret), 0, [], preview=preview
        )
        updated = self.run(self.provider.update(request)).properties
        return updated if secret else plain(updated)

    def read(self, token, object_id, state=(), inputs=()):
        """Id, outputs and inputs after a refresh or an import."""
        request = pulumi_api.ReadRequest(
            urn(token), object_id, marked(dict(state)), marked(dict(inputs))
        )
        answer = self.run(self.provider.read(request))
        return answer.resource_id, plain(answer.properties), plain(answer.inputs)

    def delete(self, token, object_id, state):
        """Remove a resource."""
        request = pulumi_api.DeleteRequest(urn(token), object_id, marked(state), 0)
        self.run(self.provider.delete(request))

    def diff(self, token, state, inputs):
        """The engine's answer to what has changed."""
        request = pulumi_api.DiffRequest(urn(token), "id", marked(state), marked(inputs), [])
        return self.run(self.provider.diff(request))

    def check(self, token, inputs, old=()):
        """Inputs and failures."""
        request = pulumi_api.CheckRequest(urn(token), marked(dict(old)), marked(inputs), b"seed")
        answer = self.run(self.provider.check(request))
        return plain(answer.inputs), {f.property: f.reason for f in answer.failures}


def urn(token):
    """A URN of a resource of the type ``token`` with the logical name ``one``."""
    type_ = next((type_ for type_, known in RESOURCES.items() if known.token == token), token)
    return f"urn:pulumi:local::leads::{type_}::one"
