# SPDX-License-Identifier: Apache-2.0
"""Agents by the control plane: made in one step, by the names of skills and queues."""

from __future__ import annotations

import pytest

from tests.unit.simulator.routing.centre import ROUTING, USERS


def test_an_agent_is_made_in_one_step(centre, sim):
    """An agent gets skills and queues by name, and is what the API shows."""
    centre.skill("Sales")
    centre.division("North")
    by_skill = centre.group("Sellers", ("Sales", "GreaterThan", 3))
    queue_id = centre.queue("General")
    made = sim("POST", "/sim/agents", {"name": "Ada B", "skills": {"Sales": 4}}).json()
    assert made["email"] == "ada.b@agents.invalid"
    body = {"name": "Bob", "email": "b@example.com", "division": "North", "queues": ["General"]}
    sim("POST", "/sim/agents", body)
    centre.queue("Senior", memberGroups=[{"id": by_skill, "type": "SKILLGROUP"}])
    assert [
        (one["name"], one["skills"], one["queues"]) for one in sim("GET", "/sim/agents").json()
    ] == [("Ada B", {"Sales": 4.0}, ["Senior"]), ("Bob", {}, ["General"])]
    assert centre.names(f"{USERS}/{made['id']}/routingskills") == ["Sales"]
    assert centre.names(f"{ROUTING}/queues/{queue_id}/members") == ["Bob"]
    north = centre.call("GET", USERS).body["entities"][1]["division"]
    assert north["name"] == "North"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Ada", "skills": {"Magic": 3}}, 404),
        ({"name": "Ada", "queues": ["nowhere"]}, 404),
        ({"name": "Ada", "division": "nowhere"}, 404),
        ({"name": "Ada", "skills": {"Sales": 6}}, 400),
        ({"name": ""}, 400),
        ({}, 400),
    ],
    ids=["no skill", "no queue", "no division", "too good", "no name", "nothing"],
)
def test_an_agent_that_cannot_be_is_not_made(centre, sim, body, status):
    """Names have to be there, proficiencies within 0 to 5; else nobody is made."""
    centre.skill("Sales")
    assert sim("POST", "/sim/agents", body).status_code == status
    assert sim("GET", "/sim/agents").json() == []
