# SPDX-License-Identifier: Apache-2.0
"""Routing skills and wrap-up codes: divisions, names, versions, and what stands in the way."""

from __future__ import annotations

import pytest

from tests.unit.simulator.routing.centre import DIVISIONS, ROUTING, USERS

SKILLS, CODES = f"{ROUTING}/skills", f"{ROUTING}/wrapupcodes"


def test_a_skill_is_what_the_platform_says_it_is(centre):
    """A skill has a state, a version that is a text, and belongs to all divisions."""
    skill = centre.make(SKILLS, {"name": "High Value Sales"})
    assert skill == {
        "id": skill["id"],
        "name": "High Value Sales",
        "division": {"id": "*", "name": "", "selfUri": f"{DIVISIONS}/*"},
        "dateModified": skill["dateModified"],
        "state": "active",
        "version": "1",
        "selfUri": f"{SKILLS}/{skill['id']}",
    }
    assert centre.call("GET", skill["selfUri"]).body == skill
    assert centre.call("DELETE", skill["selfUri"]).status == 204
    assert centre.refused("GET", skill["selfUri"]) == (404, "not.found")
    assert centre.refused("DELETE", skill["selfUri"]) == (404, "not.found")


def test_a_skill_cannot_be_changed(centre):
    """There is no call that changes a skill."""
    skill_id = centre.skill("High Value Sales")
    for method in ("PUT", "PATCH"):
        refused = centre.refused(method, f"{SKILLS}/{skill_id}", {"name": "Other"})
        assert refused == (405, "method.not.allowed")


@pytest.mark.parametrize(
    "path",
    [SKILLS, CODES, f"{ROUTING}/queues", f"{ROUTING}/skillgroups"],
    ids=["skills", "wrap-up codes", "queues", "skill groups"],
)
def test_names_of_routing_objects_are_unique_by_a_switch(centre, path):
    """Two objects of a kind cannot have one name, in any case of letters, unless switched off."""
    first = centre.make(path, {"name": "Senior"})
    assert centre.refused("POST", path, {"name": "SENIOR"}) == (400, "duplicate.name")
    centre.organisation.switches.unique_routing_names = False
    assert centre.make(path, {"name": "SENIOR"})["id"] != first["id"]


@pytest.mark.parametrize(
    ("name", "code"),
    [(" ", "invalid.value"), ("x" * 257, "name.length.exceeded"), (None, "bad.request")],
    ids=["blank", "too long", "missing"],
)
def test_a_skill_needs_a_name(centre, name, code):
    """A blank, a long and a missing name are refused."""
    assert centre.refused("POST", SKILLS, {"name": name}) == (400, code)


def test_only_skills_of_a_division_need_a_permission_to_be_seen(centre):
    """A skill of all divisions is seen by every client, one of a division by who may see it."""
    north = centre.division("North")
    shared, local = centre.skill("Shared"), centre.skill("Local", divisionId=north)
    stranger = centre.platform.client("stranger")
    viewer = centre.platform.client("viewer", "routing:skill:view", division=north)
    assert centre.call("GET", f"{SKILLS}/{shared}", client=stranger).status == 200
    assert centre.refused("GET", f"{SKILLS}/{local}", client=stranger)[0] == 403
    assert centre.call("GET", f"{SKILLS}/{local}", client=viewer).status == 200
    seen = {
        client: [one["name"] for one in centre.call("GET", SKILLS, client=client).body["entities"]]
        for client in (stranger, viewer)
    }
    assert seen == {"stranger": ["Shared"], "viewer": ["Shared", "Local"]}


def test_a_skill_of_a_division_that_does_not_exist_is_refused(centre):
    """``divisionId`` has to name a division."""
    body = {"name": "Local", "divisionId": "nowhere"}
    assert centre.refused("POST", SKILLS, body) == (400, "invalid.value")


def test_who_may_manage_skills_in_one_division_makes_them_there(centre):
    """A client that manages the skills of a division makes none that all divisions share."""
    north = centre.division("North")
    client = centre.platform.client("manager", "routing:skill:manage", division=north)
    assert centre.refused("POST", SKILLS, {"name": "Shared"}, client=client)[0] == 403
    body = {"name": "Local", "divisionId": north}
    assert centre.call("POST", SKILLS, body, client=client).status == 200


def test_skills_are_listed_by_the_beginning_of_their_names(centre):
    """A listing has pages and a filter on the name."""
    for name in ("High Value Sales", "Spanish", "High seas"):
        centre.skill(name)
    assert centre.names(f"{SKILLS}?name=high") == ["High Value Sales", "High seas"]
    page = centre.call("GET", f"{SKILLS}?pageSize=2&pageNumber=2").body
    assert [one["name"] for one in page["entities"]] == ["High seas"]
    assert (page["pageCount"], page["total"]) == (2, 3)
    assert centre.names(f"{SKILLS}?pageSize=2&pageNumber=3") == []


@pytest.mark.parametrize("what", ["refused", "deleted"])
def test_a_skill_that_an_agent_has_is_deleted_by_a_switch(centre, what):
    """The switch says whether a skill in use is kept, or taken from its agents."""
    centre.organisation.switches.used_routing_objects = what
    skill_id = centre.skill("High Value Sales")
    user_id = centre.user("Ada", **{skill_id: 4})
    skills = f"{USERS}/{user_id}/routingskills"
    if what == "refused":
        refused = centre.refused("DELETE", f"{SKILLS}/{skill_id}")
        assert refused == (400, "referential.integrity.error")
        assert centre.names(skills) == ["High Value Sales"]
        assert centre.call("DELETE", f"{skills}/{skill_id}").status == 204
    assert centre.call("DELETE", f"{SKILLS}/{skill_id}").status == 204
    assert centre.names(skills) == []


def test_a_code_without_a_division_belongs_to_all(centre):
    """A wrap-up code that names no division says ``*``; a PUT leaves its division alone."""
    code = centre.make(CODES, {"name": "Won", "description": ""})
    assert code["division"]["id"] == "*"
    assert code["description"] == ""
    changed = centre.call("PUT", code["selfUri"], {"name": "Sold"}).body
    assert (changed["name"], changed["division"]["id"]) == ("Sold", "*")
    assert "description" not in changed
    assert "version" not in changed


def test_a_code_may_move_to_a_division(centre):
    """A PUT that names a division moves the code there; one that does not exist is refused."""
    north, path = centre.division("North"), f"{CODES}/{centre.code('Won')}"
    moved = centre.call("PUT", path, {"name": "Won", "division": {"id": north}}).body
    assert moved["division"] == {
        "id": north,
        "name": "North",
        "selfUri": f"{DIVISIONS}/{north}",
    }
    body = {"name": "Won", "division": {"id": "nowhere"}}
    assert centre.refused("PUT", path, body) == (400, "invalid.value")
    assert centre.refused("DELETE", f"{DIVISIONS}/{north}")[0] == 400


@pytest.mark.parametrize("what", ["refused", "deleted"])
def test_a_code_of_a_queue_is_deleted_by_a_switch(centre, what):
    """The switch says whether a wrap-up code in use is kept, or taken from its queues."""
    centre.organisation.switches.used_routing_objects = what
    queue = f"{ROUTING}/queues/{centre.queue('Senior')}/wrapupcodes"
    code_id = centre.code("Won")
    centre.make(queue, [{"id": code_id}])
    if what == "refused":
        refused = centre.refused("DELETE", f"{CODES}/{code_id}")
        assert refused == (400, "referential.integrity.error")
        assert centre.call("DELETE", f"{queue}/{code_id}").status == 204
    assert centre.call("DELETE", f"{CODES}/{code_id}").status == 204
    assert centre.names(queue) == []
