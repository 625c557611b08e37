# SPDX-License-Identifier: Apache-2.0
"""The stand-in provider sends what the official provider 1.82.0 sent for the same program.

Each resource of the recording goes through its recorded life on its own: the stand-in is given
the recorded inputs, a server gives the recorded answers, and requests and outputs are compared
with the recorded ones. Differences that are meant are listed in docs/stand-in-provider.md and
named here: sets have no order, times are sent back as they came, and nothing is read twice.
"""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict, deque

import httpx
import pytest
from pulumi.provider.experimental import provider as pulumi_api

from simulator.clock import VirtualClock
from simulator.provider.api import Api
from simulator.provider.configuration import Configuration
from simulator.provider.resources import RESOURCES
from simulator.provider.stand_in import StandIn
from simulator.provider.values import marked, plain
from simulator.virtual_time import run_virtual

from .recordings import in_order, read_exchanges, read_resources

RECORDED = read_resources()
SECRET = "S3cret"
SETS = {"actionSet", "timeSlots"}
BESIDE = {
    # calls of a resource's creation that do not name its id
    "authRole": ["/api/v2/authorization/permissions"] * 2,
    "oauthClient": ["/api/v2/tokens/me"],
}
READ_TWICE = {"routingSkillGroup": 2}  # the consistency check repeats the last two calls
SETTINGS = {
    "gateways": [{"host": "127.0.0.1", "port": "8089", "protocol": "http"}],
    "oauthclientId": "deploy",
    "oauthclientSecret": "hidden",
}

each_resource = pytest.mark.parametrize("recorded", RECORDED, ids=[r["name"] for r in RECORDED])
each_campaign = pytest.mark.parametrize(
    "recorded",
    [r for r in RECORDED if r["type"].endswith(":OutboundCampaign")],
    ids=["general", "senior"],
)


class Recording(httpx.AsyncBaseTransport):
    """Answers each call as it was answered then, and notes what was asked."""

    def __init__(self, operation):
        self.asked = []
        self._answers = defaultdict(deque)
        for exchange in read_exchanges(operation):
            key = (exchange.method, exchange.path, exchange.query, _name(exchange.request))
            self._answers[key].append((exchange.status, exchange.response))

    async def handle_async_request(self, request):
        content = await request.aread()
        is_json = content and "json" in request.headers.get("Content-Type", "")
        body = json.loads(content) if is_json else content.decode() or None
        call = (request.method, request.url.path, in_order(request.url.query.decode()))
        self.asked.append((*call, body))
        waiting = self._answers[*call, _name(body)]
        if not waiting:
            return httpx.Response(501, json={"code": "not.recorded", "message": "never asked"})
        status, answer = waiting[0] if len(waiting) == 1 else waiting.popleft()
        return httpx.Response(status, json=answer)


def _name(body):
    """Two objects of one kind are made by the same call; their names tell them apart."""
    return body.get("name") if isinstance(body, dict) else None


class Life:
    """The stand-in, connected to a recording, with one resource."""

    def __init__(self, operation, recorded=None):
        self.clock = VirtualClock()
        self.recording = Recording(operation)
        self.provider = StandIn(self._connected, {})
        self.recorded = recorded

    def _connected(self, configuration):
        return Api(configuration, self.clock, self.recording)

    def run(self, ask):
        """What ``ask`` answers once the provider is configured; its calls alone are kept."""

        async def configured():
            await self.provider.configure(
                pulumi_api.ConfigureRequest(
                    {}, marked(SETTINGS), accept_secrets=True, accept_resources=True
                )
            )
            self.recording.asked.clear()
            return await ask(self.provider)

        return run_virtual(self.clock, configured())

    @property
    def urn(self):
        return f"urn:pulumi:local::leads::{self.recorded['type']}::{self.recorded['name']}"


def calls_of(recorded, operation):
    """The recorded calls that belong to one resource, in their order."""
    made_by = RESOURCES[recorded["type"]].path
    found = []
    for call in read_exchanges(operation):
        own = recorded["id"] in call.path
        made = call.method == "POST" and call.path == made_by
        if own or (made and call.response["id"] == recorded["id"]):
            found.append((call.method, call.path, call.query, call.request))
    return found


def creation_of(recorded):
    """The recorded calls of a creation, without those that were made twice."""
    token = recorded["type"].partition("/")[2].partition(":")[0]
    calls = calls_of(recorded, "1-create")
    calls = calls[: len(calls) - READ_TWICE.get(token, 0)]
    beside = [
        (call.method, call.path, call.query, call.request)
        for call in read_exchanges("1-create")
        if call.path in BESIDE.get(token, ())
    ]
    return beside + calls


def as_sent(calls):
    """Calls as text, in which 3 is not 3.0 and true is not 1."""
    return [json.dumps(comparable(call), sort_keys=True) for call in calls]


def comparable(value):
    """The value with its sets in order and its times to the millisecond."""
    if isinstance(value, dict):
        return {
            name: sorted(map(comparable, item), key=json.dumps)
            if name in SETS
            else comparable(item)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"(T\d\d:\d\d:\d\d\.\d{3})\d{3}Z$", r"\1Z", value)
    return value


def outputs_of(recorded):
    """The recorded outputs; the secret was taken out of the recording's list."""
    return json.loads(json.dumps(recorded["outputs"]).replace("[secret]", SECRET))


@each_resource
def test_creation_sends_the_recorded_calls(recorded):
    """A new resource is made by the recorded calls and has the recorded outputs."""
    life = Life("1-create", recorded)
    request = pulumi_api.CreateRequest(life.urn, marked(recorded["inputs"]), 0, preview=False)
    made = life.run(lambda provider: provider.create(request))
    assert as_sent(life.recording.asked) == as_sent(creation_of(recorded))
    assert made.resource_id == recorded["id"]
    assert plain(made.properties) == outputs_of(recorded)


@each_resource
def test_refresh_sends_the_recorded_calls(recorded):
    """A refresh reads by the recorded calls and finds neither outputs nor inputs changed."""
    life = Life("3-refresh", recorded)
    request = pulumi_api.ReadRequest(
        life.urn, recorded["id"], marked(outputs_of(recorded)), marked(recorded["inputs"])
    )
    read = life.run(lambda provider: provider.read(request))
    assert as_sent(life.recording.asked) == as_sent(calls_of(recorded, "3-refresh"))
    assert read.resource_id == recorded["id"]
    assert plain(read.properties) == outputs_of(recorded)
    assert plain(read.inputs) == recorded["inputs"]


@each_resource
def test_an_unchanged_program_is_no_change(recorded):
    """Inputs and outputs of the same deployment do not differ, whatever was filled in."""
    life = Life("2-preview-unchanged", recorded)
    request = pulumi_api.DiffRequest(
        life.urn, recorded["id"], marked(outputs_of(recorded)), marked(recorded["inputs"]), []
    )
    diff = life.run(lambda provider: provider.diff(request))
    assert (diff.changes, diff.detailed_diff) == (False, {})
    assert life.recording.asked == []


@each_resource
def test_removal_sends_the_recorded_calls(recorded):
    """A resource is removed, and found gone, by the recorded calls."""
    life = Life("7-destroy", recorded)
    request = pulumi_api.DeleteRequest(
        life.urn, recorded["id"], marked(outputs_of(recorded)), timeout=0
    )
    life.run(lambda provider: provider.delete(request))
    assert as_sent(life.recording.asked) == as_sent(calls_of(recorded, "7-destroy"))


def update(operation, recorded, before, after):
    """Run an update with recorded answers; the diff that led to it and the new outputs."""
    life = Life(operation, recorded)
    state, inputs = marked(before), marked(after)
    diff = pulumi_api.DiffRequest(life.urn, recorded["id"], state, inputs, [])
    request = pulumi_api.UpdateRequest(
        life.urn, recorded["id"], state, inputs, 0, [], preview=False
    )

    async def both(provider):
        return await provider.diff(diff), await provider.update(request)

    found, updated = life.run(both)
    assert as_sent(life.recording.asked) == as_sent(calls_of(recorded, operation))
    return found, plain(updated.properties)


@pytest.mark.parametrize(
    "recorded",
    [r for r in RECORDED if r["type"].endswith(":OutboundRuleset")],
    ids=["general", "senior"],
)
def test_a_new_threshold_sends_the_recorded_calls(recorded):
    """A changed threshold is one value of one rule, and one write with the current version."""
    inputs, outputs = copy.deepcopy(recorded["inputs"]), outputs_of(recorded)
    for properties in (inputs, outputs):
        properties["rules"][1]["conditions"][0]["value"] = "85"
    found, now = update("4-update-threshold", recorded, outputs_of(recorded), inputs)
    assert list(found.detailed_diff) == ["rules[1].conditions[0].value"]
    assert (found.changes, found.replaces) == (True, [])
    assert now == outputs


@each_campaign
def test_turning_on_sends_the_recorded_calls(recorded):
    """A campaign is changed while it is off, and turned on by a write of its own."""
    inputs = {**recorded["inputs"], "campaignStatus": "on"}
    found, now = update("5-turn-on", recorded, outputs_of(recorded), inputs)
    assert list(found.detailed_diff) == ["campaignStatus"]
    assert now == {**outputs_of(recorded), "campaignStatus": "on"}


@each_campaign
def test_turning_off_sends_the_recorded_calls(recorded):
    """A campaign is changed while it is on, and turned off by a write of its own."""
    running = {**outputs_of(recorded), "campaignStatus": "on"}
    found, now = update("6-turn-off", recorded, running, recorded["inputs"])
    assert list(found.detailed_diff) == ["campaignStatus"]
    assert now == outputs_of(recorded)


def test_configuration_sends_the_recorded_calls():
    """The provider signs in and asks for the organisation and its products."""
    clock, recording = VirtualClock(), Recording("2-preview-unchanged")
    provider = StandIn(lambda made: Api(made, clock, recording), {})
    request = pulumi_api.ConfigureRequest(
        {}, marked(SETTINGS), accept_secrets=True, accept_resources=True
    )
    run_virtual(clock, provider.configure(request))
    start = read_exchanges("2-preview-unchanged")[: len(recording.asked)]
    assert recording.asked == [(x.method, x.path, x.query, x.request) for x in start]
    assert [call[1] for call in recording.asked] == [
        "/oauth/token",
        "/api/v2/organizations/me",
        "/api/v2/authorization/products",
    ]


def test_data_sources_send_the_recorded_calls():
    """Site, script and home division are looked up by the recorded calls."""
    life = Life("2-preview-unchanged")
    wanted = {
        "getTelephonyProvidersEdgesSite": {"name": "Main Site"},
        "getScript": {"name": "Default Outbound Script"},
        "getAuthDivisionHome": {},
    }

    async def look_up(provider):
        return [
            plain(
                (
                    await provider.invoke(
                        pulumi_api.InvokeRequest(f"genesyscloud:index/{name}:{name}", marked(args))
                    )
                ).return_value
            )
            for name, args in wanted.items()
        ]

    site, script, home = life.run(look_up)
    recorded = read_exchanges("2-preview-unchanged")[3:]
    assert life.recording.asked == [(x.method, x.path, x.query, x.request) for x in recorded]
    assert site == {"id": "8a1f1f4e-0000-4000-8000-000000000001", "name": "Main Site"}
    assert script["id"] == "476c2b71-7429-11e4-9a5b-3f91746bffa3"
    assert home["name"] == "Home"


def test_every_exchange_of_the_recording_belongs_to_a_resource():
    """No recorded call is left out of the comparison."""
    for operation in ("1-create", "3-refresh", "7-destroy"):
        of_resources = [call for recorded in RECORDED for call in calls_of(recorded, operation)]
        beside = {path for paths in BESIDE.values() for path in paths}
        for exchange in read_exchanges(operation)[3:]:
            call = (exchange.method, exchange.path, exchange.query, exchange.request)
            looked_up = exchange.path.endswith(("/sites", "/scripts", "/published", "/home"))
            assert call in of_resources or exchange.path in beside or looked_up


def test_the_configuration_hides_its_secret():
    """Neither the secret nor a token is in the configuration's text."""
    made = Configuration("http://127.0.0.1:1", "http://127.0.0.1:1", "id", SECRET, SECRET)
    assert SECRET not in repr(made)
