# SPDX-License-Identifier: Apache-2.0
"""The recorded deployment once more, by the stand-in and onto the simulator.

The inputs are those that the official provider was given, with the simulator's ids in the place
of the recorded ones. What the provider reads back must be what was asked for: the official one
would wait for that, and report a difference for ever where it never comes.
"""

from __future__ import annotations

import copy
import json

import pytest
from pulumi.provider.experimental import provider as pulumi_api

from simulator.clock import VirtualClock
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.provider.api import Api
from simulator.provider.stand_in import StandIn
from simulator.provider.values import marked, plain
from simulator.virtual_time import run_virtual

from .recordings import read_resources

SETTINGS = {
    "gateways": [{"host": "127.0.0.1", "port": "8089", "protocol": "http"}],
    "oauthclientId": BOOTSTRAP_CLIENT,
    "oauthclientSecret": BOOTSTRAP_SECRET,
}
RECORDED_SITE = "8a1f1f4e-0000-4000-8000-000000000001"
CAMPAIGN, RULE_SET = ":OutboundCampaign", ":OutboundRuleset"


class Counting(SimulatorTransport):
    """Notes what the simulator refused."""

    def __init__(self, organisation):
        super().__init__(organisation)
        self.refused = []

    async def handle_async_request(self, request):
        answer = await super().handle_async_request(request)
        if answer.status_code >= 400:
            self.refused.append((request.method, answer.status_code))
        return answer


class Deployment:
    """The recorded resources on a simulator, with their state as the engine would keep it."""

    def __init__(self, provider):
        self.provider = provider
        self.resources = read_resources()
        self.ids = {}

    def _here(self, inputs):
        text = json.dumps(inputs)
        for recorded, simulated in self.ids.items():
            text = text.replace(recorded, simulated)
        return json.loads(text)

    async def up(self):
        """Make everything, in the recorded order."""
        site = await self._site()
        self.ids[RECORDED_SITE] = site
        for resource in self.resources:
            resource["inputs"] = self._here(resource["inputs"])
            request = pulumi_api.CreateRequest(
                _urn(resource), marked(resource["inputs"]), 0, preview=False
            )
            made = await self.provider.create(request)
            self.ids[resource["id"]] = resource["id"] = made.resource_id
            resource["outputs"] = made.properties

    async def change(self, kind, change):
        """Change the inputs of all resources of a kind; the paths that differed."""
        paths = []
        for resource in self._of(kind):
            inputs = copy.deepcopy(resource["inputs"])
            change(inputs)
            found = await self._diff(resource, inputs)
            request = pulumi_api.UpdateRequest(
                _urn(resource),
                resource["id"],
                resource["outputs"],
                marked(inputs),
                0,
                [],
                preview=False,
            )
            updated = await self.provider.update(request)
            resource.update(inputs=inputs, outputs=updated.properties)
            paths += found
        return paths

    async def refresh(self):
        """Names of the resources whose outputs or inputs were not as they are known."""
        drifted = []
        for resource in self.resources:
            request = pulumi_api.ReadRequest(
                _urn(resource), resource["id"], resource["outputs"], marked(resource["inputs"])
            )
            read = await self.provider.read(request)
            if (plain(read.properties), plain(read.inputs)) != (
                plain(resource["outputs"]),
                resource["inputs"],
            ):
                drifted.append(resource["name"])
        return drifted

    async def differences(self):
        """Where the program differs from the state."""
        return [
            f"{resource['name']}: {path}"
            for resource in self.resources
            for path in await self._diff(resource, resource["inputs"])
        ]

    async def destroy(self):
        """Remove everything, what depends on others first."""
        for resource in reversed(self.resources):
            request = pulumi_api.DeleteRequest(
                _urn(resource), resource["id"], resource["outputs"], 0
            )
            await self.provider.delete(request)

    def _of(self, kind):
        return [resource for resource in self.resources if resource["type"].endswith(kind)]

    def statuses(self):
        """The status of each campaign, as the state has it."""
        return [plain(resource["outputs"])["campaignStatus"] for resource in self._of(CAMPAIGN)]

    async def _diff(self, resource, inputs):
        request = pulumi_api.DiffRequest(
            _urn(resource), resource["id"], resource["outputs"], marked(inputs), []
        )
        return list((await self.provider.diff(request)).detailed_diff)

    async def _site(self):
        token = "genesyscloud:index/getTelephonyProvidersEdgesSite:getTelephonyProvidersEdgesSite"
        request = pulumi_api.InvokeRequest(token, marked({"name": "PureCloud Voice - AWS"}))
        return plain((await self.provider.invoke(request)).return_value)["id"]


def _urn(resource):
    return f"urn:pulumi:local::leads::{resource['type']}::{resource['name']}"


def _threshold(inputs):
    inputs["rules"][1]["conditions"][0]["value"] = "85"


@pytest.fixture
def simulator():
    """Runs a story on a fresh deployment; afterwards the refusals are those of removals."""
    clock = VirtualClock()
    transport = Counting(Organisation(clock=clock))
    provider = StandIn(lambda made: Api(made, clock, transport), {})

    async def told(story):
        await provider.configure(
            pulumi_api.ConfigureRequest(
                {}, marked(SETTINGS), accept_secrets=True, accept_resources=True
            )
        )
        deployment = Deployment(provider)
        await deployment.up()
        await story(deployment)
        assert transport.refused == []
        await deployment.destroy()
        # A removed object is looked for until it is gone; nothing else was refused.
        assert {status for _, status in transport.refused} == {404}
        assert len(transport.refused) == len(deployment.resources)

    return lambda story: run_virtual(clock, told(story))


def test_the_recorded_deployment_on_the_simulator(simulator):
    """Everything is made, unchanged afterwards, and removed; no call is refused."""

    async def story(deployment):
        assert await deployment.differences() == []
        assert await deployment.refresh() == []

    simulator(story)


def test_the_recorded_changes_on_the_simulator(simulator):
    """A changed threshold touches the rule sets alone; campaigns go on and off and on."""

    async def story(deployment):
        changed = await deployment.change(RULE_SET, _threshold)
        assert changed == ["rules[1].conditions[0].value"] * 2
        for status in ("on", "off", "on"):
            changed = await deployment.change(
                CAMPAIGN, lambda inputs, status=status: inputs.update(campaignStatus=status)
            )
            assert changed == ["campaignStatus"] * 2
            assert deployment.statuses() == [status] * 2
            assert await deployment.differences() == []
            assert await deployment.refresh() == []

    simulator(story)
