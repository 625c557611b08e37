# SPDX-License-Identifier: Apache-2.0
"""The status of campaigns under the stand-in: what the official provider does, trap included."""

from __future__ import annotations

import pytest

from simulator.provider.stand_in import Failed

from .platform import Platform, World

INPUTS = {
    "name": "Leads",
    "contactListId": "list",
    "dialingMode": "progressive",
    "phoneColumns": [{"columnName": "phone"}],
}
PATH = "/api/v2/outbound/campaigns"


class Dialler(Platform):
    """A platform whose campaigns take ``stopping`` looks to stop."""

    def __init__(self, stopping=0):
        super().__init__()
        self.stopping = stopping

    def _object(self, method, path, sent):
        known = self.objects.get(path)
        if method == "PUT" and known["campaignStatus"] == "on" and sent["campaignStatus"] == "off":
            sent = {**sent, "campaignStatus": "stopping" if self.stopping else "off"}
        if method == "GET" and known and known["campaignStatus"] == "stopping":
            self.stopping -= 1
            if self.stopping < 0:
                known["campaignStatus"] = "off"
        return super()._object(method, path, sent)

    def statuses(self):
        """The status of each campaign."""
        return [known["campaignStatus"] for known in self.objects.values()]


@pytest.fixture
def world():
    return World(Dialler())


def started_outside(world, inputs):
    """A campaign that was made off and then started by somebody else."""
    made, state = world.create("outboundCampaign", inputs)
    world.platform.objects[f"{PATH}/{made}"]["campaignStatus"] = "on"
    return made, state


@pytest.mark.parametrize("inputs", [INPUTS, {**INPUTS, "campaignStatus": "off"}])
def test_a_new_campaign_is_off(world, inputs):
    """A campaign is made off, in one call."""
    _, state = world.create("outboundCampaign", inputs)
    assert state["campaignStatus"] == "off"
    assert [call for call in world.platform.calls if "PUT" in call] == []


def test_a_new_campaign_is_turned_on_afterwards(world):
    """The platform makes no campaign that is on, so a second write turns it on."""
    made, state = world.create("outboundCampaign", {**INPUTS, "campaignStatus": "on"})
    assert state["campaignStatus"] == "on"
    assert world.platform.calls[-4:] == [
        f"POST {PATH}",
        f"GET {PATH}/{made}",
        f"PUT {PATH}/{made}",
        f"GET {PATH}/{made}",
    ]


@pytest.mark.parametrize(
    "inputs", [INPUTS, {**INPUTS, "campaignStatus": "off"}], ids=["left open", "off"]
)
def test_the_trap(world, inputs):
    """A campaign that somebody started is stopped by an update of any other field."""
    made, state = started_outside(world, inputs)
    now = world.update("outboundCampaign", made, state, {**inputs, "priority": 4})
    assert now["campaignStatus"] == "off"
    assert world.platform.statuses() == ["off"]


def test_the_way_out_of_the_trap(world):
    """With the status left open and the state refreshed the campaign keeps running."""
    made, state = started_outside(world, INPUTS)
    _, state, inputs = world.read("outboundCampaign", made, state, INPUTS)
    assert inputs == INPUTS
    now = world.update("outboundCampaign", made, state, {**INPUTS, "priority": 4})
    assert (now["campaignStatus"], now["priority"]) == ("on", 4)


def test_off_in_the_program_stops_it_even_after_a_refresh(world):
    """A refresh does not help where the program says off."""
    inputs = {**INPUTS, "campaignStatus": "off"}
    made, state = started_outside(world, inputs)
    _, state, _ = world.read("outboundCampaign", made, state, inputs)
    assert world.diff("outboundCampaign", state, inputs).detailed_diff.keys() == {"campaignStatus"}
    assert world.update("outboundCampaign", made, state, inputs)["campaignStatus"] == "off"


def test_a_campaign_that_ended_is_left_alone(world):
    """A completed campaign keeps its status in an update: the platform refuses another."""
    made, state = started_outside(world, INPUTS)
    world.platform.objects[f"{PATH}/{made}"]["campaignStatus"] = "complete"
    now = world.update("outboundCampaign", made, state, {**INPUTS, "priority": 4})
    assert now["campaignStatus"] == "complete"


def test_a_stopping_campaign_is_waited_for():
    """A refresh waits until a campaign has stopped."""
    world = World(Dialler(stopping=3))
    made, state = started_outside(world, INPUTS)
    now = world.update("outboundCampaign", made, state, {**INPUTS, "priority": 4})
    assert now["campaignStatus"] == "off"
    assert world.clock.monotonic() > 0


def test_a_campaign_that_never_stops():
    """After five minutes the wait ends with an error."""
    world = World(Dialler(stopping=1000))
    made, state = started_outside(world, INPUTS)
    with pytest.raises(Failed, match=rf"campaign {made} did not stop within 300 s"):
        world.update("outboundCampaign", made, state, {**INPUTS, "priority": 4})


@pytest.mark.parametrize("stopping", [0, 2], ids=["at once", "after a while"])
def test_a_running_campaign_is_stopped_before_it_is_removed(stopping):
    """The campaign is turned off and has stopped before it is deleted."""
    world = World(Dialler(stopping))
    made, state = started_outside(world, INPUTS)
    world.platform.calls.clear()
    world.delete("outboundCampaign", made, state)
    assert world.platform.objects == {}
    calls = [call.split()[0] for call in world.platform.calls]
    assert calls[:4] == ["GET", "GET", "GET", "PUT"]
    assert calls[-2:] == ["DELETE", "GET"]


def test_a_campaign_that_is_gone(world):
    """An update says so; a removal is content."""
    with pytest.raises(Failed, match="campaign x is gone; refresh the stack"):
        world.update("outboundCampaign", "x", INPUTS, {**INPUTS, "priority": 4})
    world.delete("outboundCampaign", "x", INPUTS)


def test_a_campaign_that_is_removed_while_it_stops():
    """A campaign that somebody else removes meanwhile counts as stopped."""

    class Vanishing(Dialler):
        """Loses a campaign when it is turned off."""

        def _object(self, method, path, sent):
            answer = super()._object(method, path, sent)
            if method == "PUT":
                self.objects.clear()
            return answer

    world = World(Vanishing())
    made, state = started_outside(world, INPUTS)
    world.delete("outboundCampaign", made, state)
    assert world.platform.calls[-2:] == [f"GET {PATH}/{made}", f"DELETE {PATH}/{made}"]
