# SPDX-License-Identifier: Apache-2.0
"""Users, their skills, and skill groups."""

from __future__ import annotations

import pytest

from tests.unit.simulator.routing.centre import DIVISIONS, ROUTING, USERS

GROUPS = f"{ROUTING}/skillgroups"


def test_a_user_is_shown_without_what_is_secret(centre):
    """A user comes back with what routing needs, and without the password."""
    north = centre.division("North")
    body = {
        "name": "Ada",
        "email": "ada@example.com",
        "password": "hunter2hunter2",
        "title": "Senior agent",
        "divisionId": north,
    }
    user = centre.make(USERS, body)
    assert user == {
        "id": user["id"],
        "name": "Ada",
        "email": "ada@example.com",
        "username": "ada@example.com",
        "title": "Senior agent",
        "state": "active",
        "acdAutoAnswer": False,
        "version": 1,
        "division": {"id": north, "name": "North", "selfUri": f"{DIVISIONS}/{north}"},
        "selfUri": f"{USERS}/{user['id']}",
    }
    assert "hunter2" not in str(centre.organisation.snapshot())


def test_two_users_may_have_one_name_but_not_one_address(centre):
    """Names may be alike, addresses not, in any case of letters; an address has an @."""
    centre.make(USERS, {"name": "Ada", "email": "ada@example.com"})
    assert centre.make(USERS, {"name": "Ada", "email": "other@example.com"})["name"] == "Ada"
    taken = {"name": "Bob", "email": "ADA@example.com"}
    assert centre.refused("POST", USERS, taken) == (400, "duplicate.name")
    no_address = {"name": "Bob", "email": "nowhere"}
    assert centre.refused("POST", USERS, no_address) == (400, "invalid.value")


def test_users_are_listed_by_state_and_id(centre):
    """A listing has the active users, by name; ``state`` asks for others."""
    for name, state in (("Zoe", "active"), ("Ada", "active"), ("Ida", "inactive")):
        body = {"name": name, "email": f"{name}@example.com", "state": state}
        user_id = centre.make(USERS, body)["id"]
    assert centre.names(USERS) == ["Ada", "Zoe"]
    assert centre.names(f"{USERS}?state=inactive") == ["Ida"]
    assert centre.names(f"{USERS}?state=any&id={user_id}") == ["Ida"]


def test_a_deleted_user_is_gone_from_its_queues(centre):
    """Deleting a user answers an empty object; the user is no member any more."""
    user_id, queue_id = centre.user("Ada"), centre.queue("Senior")
    members = f"{ROUTING}/queues/{queue_id}/members"
    assert centre.call("POST", members, [{"id": user_id}]).status == 204
    assert centre.names(members) == ["Ada"]
    gone = centre.call("DELETE", f"{USERS}/{user_id}")
    assert (gone.status, gone.body) == (200, {})
    assert centre.names(members) == []
    assert centre.refused("GET", f"{USERS}/{user_id}") == (404, "not.found")


def test_skills_are_given_and_taken(centre):
    """A user gets a skill with a proficiency, gets another proficiency, and loses the skill."""
    sales, spanish = centre.skill("Sales"), centre.skill("Spanish")
    user_id = centre.user("Ada", **{spanish: 1})
    path = f"{USERS}/{user_id}/routingskills"
    given = centre.make(path, {"id": sales, "proficiency": 4.5})
    assert given == {
        "id": sales,
        "name": "Sales",
        "proficiency": 4.5,
        "state": "active",
        "skillUri": f"{ROUTING}/skills/{sales}",
        "selfUri": f"{path}/{sales}",
    }
    assert centre.make(path, {"id": sales})["proficiency"] == 0.0
    assert centre.names(path) == ["Sales", "Spanish"]
    assert centre.names(f"{path}?sortOrder=DESC") == ["Spanish", "Sales"]
    expanded = centre.call("GET", f"{USERS}/{user_id}?expand=skills").body
    assert [one["name"] for one in expanded["skills"]] == ["Sales", "Spanish"]
    assert centre.call("DELETE", f"{path}/{sales}").status == 204
    assert centre.refused("DELETE", f"{path}/{sales}") == (404, "not.found")


def test_all_skills_of_a_user_are_replaced_at_once(centre):
    """A bulk PUT leaves exactly these skills, or, with an unknown one among them, all as it was."""
    sales, spanish = centre.skill("Sales"), centre.skill("Spanish")
    user_id = centre.user("Ada", **{spanish: 1})
    path = f"{USERS}/{user_id}/routingskills"
    bad = [{"id": sales, "proficiency": 3}, {"id": "unknown"}]
    assert centre.refused("PUT", f"{path}/bulk", bad) == (400, "invalid.value")
    assert centre.names(path) == ["Spanish"]
    assert centre.call("PUT", f"{path}/bulk", [{"id": sales, "proficiency": 3}]).status == 200
    assert centre.names(path) == ["Sales"]


@pytest.mark.parametrize("proficiency", [-0.5, 5.5, "3"])
def test_a_proficiency_is_a_number_from_0_to_5(centre, proficiency):
    """Other proficiencies are refused."""
    path = f"{USERS}/{centre.user('Ada')}/routingskills"
    body = {"id": centre.skill("Sales"), "proficiency": proficiency}
    assert centre.refused("POST", path, body)[0] == 400


def test_skills_are_assigned_by_who_may(centre):
    """Assigning a skill needs the permission in the user's division."""
    north, skill = centre.division("North"), {"id": centre.skill("Sales")}
    path = f"{USERS}/{centre.user('Ada')}/routingskills"
    elsewhere = centre.platform.client("elsewhere", "routing:skill:assign", division=north)
    assert centre.refused("POST", path, skill, client=elsewhere) == (403, "missing.permissions")
    anywhere = centre.platform.client("anywhere", "routing:skill:assign")
    assert centre.call("POST", path, skill, client=anywhere).status == 200


# -- skill groups ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparator", "members"),
    [
        ("EqualTo", ["three"]),
        ("NotEqualTo", ["four", "two"]),
        ("LessThan", ["two"]),
        ("GreaterThan", ["four"]),
        ("GreaterThanOrEqualTo", ["four", "three"]),
        ("LessThanOrEqualTo", ["three", "two"]),
    ],
)
def test_a_group_has_the_agents_whose_proficiency_compares(centre, comparator, members):
    """Each comparator picks its agents; one without the skill is in no group."""
    sales = centre.skill("Sales")
    for name, proficiency in (("two", 2), ("three", 3), ("four", 4)):
        centre.user(name, **{sales: proficiency})
    centre.user("without")
    group_id = centre.group("Sellers", ("Sales", comparator, 3))
    assert centre.names(f"{GROUPS}/{group_id}/members?expand=entities") == members
    assert centre.call("GET", f"{GROUPS}/{group_id}").body["memberCount"] == len(members)


@pytest.mark.parametrize(
    ("operation", "members"),
    [("And", ["both"]), ("Or", ["both", "sales", "spanish"]), ("Not", ["neither"])],
)
def test_conditions_are_combined(centre, operation, members):
    """``And`` needs both skills, ``Or`` one of them, ``Not`` neither."""
    sales, spanish = centre.skill("Sales"), centre.skill("Spanish")
    centre.user("both", **{sales: 3, spanish: 3})
    centre.user("sales", **{sales: 3})
    centre.user("spanish", **{spanish: 3})
    centre.user("neither")
    wanted = [(name, "GreaterThanOrEqualTo", 1) for name in ("Sales", "Spanish")]
    group_id = centre.group("Some", *wanted, operation=operation)
    assert centre.names(f"{GROUPS}/{group_id}/members?expand=entities") == members


def nested(depth):
    """Conditions within conditions, so many levels deep."""
    condition = {
        "routingSkill": "Sales",
        "comparator": "GreaterThan",
        "proficiency": 5 - min(depth, 4),
        "childConditions": nested(depth - 1) if depth > 1 else [],
    }
    return [{"routingSkillConditions": [condition], "operation": "And"}]


def test_conditions_stand_within_conditions(centre):
    """A child's condition has to hold too; beyond five levels they are refused."""
    sales = centre.skill("Sales")
    for name, proficiency in (("best", 5), ("good", 4)):
        centre.user(name, **{sales: proficiency})
    body = {"name": "Deep", "skillConditions": nested(4)}
    group_id = centre.make(GROUPS, body)["id"]
    assert centre.names(f"{GROUPS}/{group_id}/members?expand=entities") == ["best"]
    assert centre.call("GET", f"{GROUPS}/{group_id}").body["skillConditions"] == nested(4)
    for depth in (6, 200):
        too_deep = {"name": "Too deep", "skillConditions": nested(depth)}
        assert centre.refused("POST", GROUPS, too_deep) == (400, "invalid.value")


def test_languages_are_not_simulated(centre):
    """A condition on a language is refused as not simulated, an empty list of them is not."""
    condition = {"languageSkillConditions": [], "operation": "And"}
    assert centre.make(GROUPS, {"name": "Fine", "skillConditions": [condition]})
    condition["languageSkillConditions"] = [{"languageSkill": "English"}]
    body = {"name": "Not fine", "skillConditions": [condition]}
    assert centre.refused("POST", GROUPS, body) == (501, "not.simulated")


def test_a_group_without_conditions_has_nobody(centre):
    """No condition picks nobody; an inactive agent is never picked."""
    sales = centre.skill("Sales")
    user_id = centre.user("Ada", **{sales: 5})
    none, some = centre.group("None"), centre.group("Some", ("Sales", "GreaterThan", 0))
    assert centre.names(f"{GROUPS}/{none}/members?expand=entities") == []
    assert centre.names(f"{GROUPS}/{some}/members?expand=entities") == ["Ada"]
    centre.organisation.entities["user"].get(user_id).definition["state"] = "inactive"
    assert centre.names(f"{GROUPS}/{some}/members?expand=entities") == []


def division_names(centre, group_id):
    return centre.names(f"{GROUPS}/{group_id}/members/divisions")


def test_member_divisions_are_added_and_removed(centre):
    """Its own division is always a member division; others are added, removed, or all."""
    north, south = centre.division("North"), centre.division("South")
    sales = centre.skill("Sales")
    body = {"name": "Ada", "email": "ada@example.com", "divisionId": north}
    ada = centre.make(USERS, body)["id"]
    centre.make(f"{USERS}/{ada}/routingskills", {"id": sales, "proficiency": 3})
    group_id = centre.group("Sellers", ("Sales", "GreaterThan", 0))
    path = f"{GROUPS}/{group_id}/members"
    assert division_names(centre, group_id) == ["Home"]
    assert centre.names(f"{path}?expand=entities") == []

    def change(**body):
        return centre.call("POST", f"{path}/divisions", body).status

    assert change(addDivisionIds=[north, south]) == 204
    assert division_names(centre, group_id) == ["Home", "North", "South"]
    assert centre.names(f"{path}?expand=entities") == ["Ada"]
    assert change(removeDivisionIds=[north]) == 204
    assert division_names(centre, group_id) == ["Home", "South"]
    assert change(addDivisionIds=["*"]) == 204
    assert division_names(centre, group_id) == ["Home", "North", "South"]
    assert change(removeDivisionIds=[south]) == 204
    assert division_names(centre, group_id) == ["Home", "North"]
    home = centre.organisation.access.home.id
    assert change(removeDivisionIds=[home]) == 400
    assert change(addDivisionIds=["nowhere"]) == 400
    assert centre.call("POST", f"{path}/divisions").status == 204
    assert division_names(centre, group_id) == ["Home", "North"]


def test_a_member_division_cannot_be_deleted(centre):
    """A division that a skill group looks into is in use."""
    north = centre.division("North")
    body = {"name": "Sellers", "memberDivisions": [north]}
    made = centre.make(GROUPS, body)
    assert made["memberDivisions"] == [centre.organisation.access.home.id, north]
    assert centre.refused("DELETE", f"{DIVISIONS}/{north}")[0] == 400
    assert centre.call("DELETE", made["selfUri"]).status == 204
    assert centre.call("DELETE", f"{DIVISIONS}/{north}").status == 204


def test_a_group_is_patched_field_by_field(centre):
    """A PATCH changes what it names and leaves the rest."""
    path = f"{GROUPS}/{centre.group('Sellers', ('Sales', 'GreaterThan', 0), description='d')}"
    before = centre.call("GET", path).body
    centre.platform.clock.advance(60)
    after = centre.call("PATCH", path, {"name": "Best sellers"}).body
    changed = {"name": "Best sellers", "dateModified": after["dateModified"]}
    assert after == {**before, **changed}
    assert after["dateModified"] > before["dateModified"]


def test_groups_are_listed_from_a_cursor(centre):
    """A listing goes on after a group, back before one, and ends."""
    ids = [centre.group(f"Group {number}") for number in range(5)]
    first = centre.call("GET", f"{GROUPS}?pageSize=2").body
    assert [one["id"] for one in first["entities"]] == ids[:2]
    assert "previousUri" not in first
    second = centre.call("GET", first["nextUri"]).body
    assert [one["id"] for one in second["entities"]] == ids[2:4]
    last = centre.call("GET", second["nextUri"]).body
    assert [one["id"] for one in last["entities"]] == ids[4:]
    assert "nextUri" not in last
    back = centre.call("GET", last["previousUri"]).body
    assert [one["id"] for one in back["entities"]] == ids[2:4]
    assert centre.names(f"{GROUPS}?after=unknown") == []
    assert centre.names(f"{GROUPS}?before=unknown") == []
    assert centre.names(f"{GROUPS}?name=group 4") == ["Group 4"]


@pytest.mark.parametrize("what", ["refused", "deleted"])
def test_a_group_of_a_queue_is_deleted_by_a_switch(centre, what):
    """The switch says whether a skill group in use is kept."""
    centre.organisation.switches.used_routing_objects = what
    sales = centre.skill("Sales")
    centre.user("Ada", **{sales: 3})
    group_id = centre.group("Sellers", ("Sales", "GreaterThan", 0))
    queue_id = centre.queue("Senior", memberGroups=[{"id": group_id, "type": "SKILLGROUP"}])
    members = f"{ROUTING}/queues/{queue_id}/members"
    assert centre.names(members) == ["Ada"]
    answer = centre.call("DELETE", f"{GROUPS}/{group_id}")
    if what == "refused":
        assert (answer.status, answer.code) == (400, "referential.integrity.error")
        assert centre.names(members) == ["Ada"]
    else:
        assert answer.status == 204
        assert centre.names(members) == []
