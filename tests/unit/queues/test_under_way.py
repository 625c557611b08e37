# SPDX-License-Identifier: Apache-2.0
"""Nobody changes queues in the middle of a call, as far as the pusher may see the calls."""

from __future__ import annotations

import pytest

from integration.app import App
from integration.scores import RawScore
from integration.sources import SourceRow
from simulator.faults import FaultRule
from tests.unit.centre import GENERAL, SENIOR, Centre

OPERATION = "get_outbound_campaign_interactions"
LONG = {
    "ring": {"least": 10, "most": 10},
    "talk": {"least": 600, "most": 600},
    "wrap_up": {"least": 60, "most": 60},
    "outcomes": {"person": 1},
}


def push(centre, score):
    """Push a score for the lead "a"."""
    row = SourceRow(1, RawScore("a", str(score), "2026-11-24T09:59:00Z"), None)

    async def pushed():
        async with App(centre.settings, clock=centre.clock, transport=centre.transport) as app:
            return await app.push([row], name="scores")

    return centre.run(pushed())


def looks(centre):
    """How often a push has asked a campaign for its calls."""
    calls = centre.organisation.calls.find()
    return sum(call.operation_id == OPERATION for call in calls if call.client_id == "pusher")


@pytest.fixture
def centre(tmp_path):
    """Two campaigns, and a general agent who calls the lead "a"."""
    one = Centre((SENIOR, GENERAL), tmp_path)
    one.settings = one.settings.model_copy(update={"client_id": "pusher"})
    one.lead("a", 60, tier=GENERAL)
    for tier in (SENIOR, GENERAL):
        skills = {"High Value Sales": 5.0}
        one.control.add_agent(name=tier, queues=[f"{tier} queue"], skills=skills)
    one.control.configure_dialer(**LONG)
    return one


def calls_of(centre, seconds):
    """Who had calls after so many seconds more."""
    centre.control.run_dialer(seconds=seconds)
    return [line.agent for line in centre.organisation.dialer.log]


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [(5, "proceedingInteractions"), (300, "interactingInteractions")],
    ids=["it rings", "they talk"],
)
def test_who_is_on_the_line_stays(centre, seconds, kind):
    """A lead that rises during its call is called once, and its score is kept where it is."""
    assert calls_of(centre, seconds) == [GENERAL]
    path = f"/outbound/campaigns/{centre.campaigns[GENERAL]}/interactions"
    (shown,) = centre.call("GET", path)[kind]
    assert (shown["contact"]["id"], shown["queue"]["name"]) == ("a", "general queue")
    summary = push(centre, 90)
    assert (summary.delivered, summary.tier_moves, summary.recalls_waited_for) == (1, 0, 1)
    data = centre.control.contact(centre.lists[GENERAL], "a")["data"]
    assert (data["ml_score"], data["route_tier"]) == ("90", GENERAL)
    assert calls_of(centre, 3600) == [GENERAL]


def test_whose_call_is_over_moves_and_is_not_called_again(centre):
    """While the agent writes up the call, the lead moves like any other that was called."""
    calls_of(centre, 620)
    path = f"/outbound/campaigns/{centre.campaigns[GENERAL]}/interactions"
    assert centre.call("GET", path)["interactingInteractions"] == []
    assert push(centre, 90).tier_moves == 1
    assert calls_of(centre, 3600) == [GENERAL]


def test_who_does_not_move_costs_no_look(centre):
    """A push that moves nobody asks no campaign."""
    calls_of(centre, 60)
    assert push(centre, 61).delivered == 1
    assert looks(centre) == 0


def test_without_the_permission_the_push_goes_on(centre):
    """A pusher that may not view campaigns moves the lead as before, and looks once only."""
    calls_of(centre, 60)
    centre.control.set_faults(rules=[FaultRule(operation=OPERATION, kind="status", status=403)])
    assert push(centre, 90).tier_moves == 1
    assert looks(centre) == 1
