# SPDX-License-Identifier: Apache-2.0
"""Queues: what they are made of, who stands in them, which wrap-up codes they have."""

from __future__ import annotations

import pytest

from simulator.entities import Entities, Kind
from simulator.entity_calls import usual_calls
from simulator.references import QUEUE, RefersTo
from tests.unit.simulator.routing.centre import DIVISIONS, ROUTING, USERS

QUEUES = f"{ROUTING}/queues"
PLAIN = {
    "mediaSettings": {},
    "scoringMethod": "TimestampAndPriority",
    "acwSettings": {"wrapupPrompt": "MANDATORY_TIMEOUT"},
    "skillEvaluationMethod": "ALL",
    "memberGroups": [],
    "autoAnswerOnly": True,
    "enableTranscription": False,
    "enableAudioMonitoring": False,
    "enableManualAssignment": False,
    "suppressInQueueCallRecording": True,
    "callingPartyName": "",
    "callingPartyNumber": "",
    "memberCount": 0,
    "userMemberCount": 0,
    "joinedMemberCount": 0,
}


def test_a_queue_with_a_name_alone_has_the_platforms_settings(centre):
    """Everything that was not sent is filled in, but for media settings."""
    queue = centre.make(QUEUES, {"name": "Senior Agent Queue"})
    home = centre.organisation.access.home.id
    assert queue == {
        **PLAIN,
        "id": queue["id"],
        "name": "Senior Agent Queue",
        "division": {"id": home, "name": "Home", "selfUri": f"{DIVISIONS}/{home}"},
        "dateCreated": queue["dateCreated"],
        "dateModified": queue["dateModified"],
        "selfUri": f"{QUEUES}/{queue['id']}",
    }
    assert centre.call("GET", queue["selfUri"]).body == queue


def test_media_settings_come_back_complete(centre):
    """A medium that was sent has timeout and service level; one that was not sent is absent."""
    settings = {"call": {}, "email": {"alertingTimeoutSeconds": 60}}
    queue = centre.make(QUEUES, {"name": "Senior", "mediaSettings": settings, "acwSettings": {}})
    level = {"percentage": 0.8, "durationMs": 20000}
    assert queue["mediaSettings"] == {
        "call": {"alertingTimeoutSeconds": 8, "serviceLevel": level},
        "email": {"alertingTimeoutSeconds": 60, "serviceLevel": level},
    }
    assert queue["acwSettings"] == {"wrapupPrompt": "MANDATORY_TIMEOUT"}


def test_a_put_replaces_everything_but_division_members_and_codes(centre):
    """What a PUT leaves out is as in a new queue."""
    north = centre.division("North")
    queue = centre.make(
        QUEUES,
        {
            "name": "Senior",
            "division": {"id": north},
            "description": "d",
            "autoAnswerOnly": False,
            "acwSettings": {"wrapupPrompt": "OPTIONAL", "timeoutMs": 5000},
            "routingRules": [{"operator": "ANY", "waitSeconds": 2.5}],
            "peerId": "peer",
        },
    )
    path = queue["selfUri"]
    centre.call("POST", f"{path}/members", [{"id": centre.user("Ada")}])
    centre.make(f"{path}/wrapupcodes", [{"id": centre.code("Won")}])
    changed = centre.call("PUT", path, {"name": "Senior"}).body
    counts = dict.fromkeys(("memberCount", "userMemberCount", "joinedMemberCount"), 1)
    kept = {name: changed[name] for name in ("id", "dateCreated", "dateModified", "selfUri")}
    assert changed == {
        **PLAIN,
        **counts,
        **kept,
        "name": "Senior",
        "division": queue["division"],
    }
    assert queue["division"]["id"] == north
    assert queue["routingRules"] == [{"operator": "ANY", "waitSeconds": 2.5}]
    assert centre.names(f"{path}/wrapupcodes") == ["Won"]


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("acwSettings", {"wrapupPrompt": "SOON"}, 400),
        ("acwSettings", {"timeoutMs": "5000"}, 400),
        ("autoAnswerOnly", "true", 400),
        ("mediaSettings", {"call": {"alertingTimeoutSeconds": 6}}, 400),
        ("mediaSettings", {"call": {"serviceLevel": {"percentage": 80}}}, 400),
        ("memberGroups", [{"id": "unknown", "type": "SKILLGROUP"}], 400),
        ("memberGroups", [{"id": "unknown"}], 400),
        ("memberGroups", [{"id": "unknown", "type": "TEAM"}], 501),
        ("division", {"id": "nowhere"}, 400),
        ("bullseye", {"rings": []}, 501),
        ("bullseye", [], 400),
        ("queueFlow", {"id": "flow"}, 501),
    ],
    ids=str,
)
def test_what_a_queue_cannot_be_made_of(centre, field, value, status):
    """Wrong types and values are refused with 400, what is not simulated with 501."""
    body = {"name": "Senior", field: value}
    assert centre.refused("POST", QUEUES, body)[0] == status
    assert centre.names(QUEUES) == []


def test_an_empty_object_of_what_is_not_simulated_is_accepted(centre):
    """Official clients send empty objects for what they do not set."""
    body = {"name": "Senior", "outboundMessagingAddresses": {}, "bullseye": None}
    queue = centre.make(QUEUES, body)
    assert queue["outboundMessagingAddresses"] == {}
    assert "bullseye" not in queue


def test_queues_are_listed_by_name(centre):
    """The whole name with asterisks, the peer, the division and the id narrow the listing."""
    north = centre.division("North")
    senior = centre.queue("Senior Agent Queue")
    centre.queue("General Support Queue", peerId="peer", division={"id": north})
    everything = ["General Support Queue", "Senior Agent Queue"]
    assert centre.names(QUEUES) == everything
    assert centre.names(f"{QUEUES}?sortOrder=desc") == everything[::-1]
    assert centre.names(f"{QUEUES}?name=*queue") == everything
    assert centre.names(f"{QUEUES}?name=senior") == []
    assert centre.names(f"{QUEUES}?name=senior*") == ["Senior Agent Queue"]
    assert centre.names(f"{QUEUES}?hasPeer=true") == ["General Support Queue"]
    assert centre.names(f"{QUEUES}?hasPeer=false") == ["Senior Agent Queue"]
    assert centre.names(f"{QUEUES}?peerId=peer,other") == ["General Support Queue"]
    assert centre.names(f"{QUEUES}?divisionId={north}") == ["General Support Queue"]
    assert centre.names(f"{QUEUES}?id={senior}") == ["Senior Agent Queue"]
    assert centre.names(f"{QUEUES}?pageSize=1&pageNumber=3") == []


def test_a_queue_is_seen_and_changed_where_the_client_may(centre):
    """The permission counts in the queue's division."""
    north = centre.division("North")
    path = f"{QUEUES}/{centre.queue('Senior')}"
    client = centre.platform.client("north", "routing:queue:view", division=north)
    assert centre.refused("GET", path, client=client) == (403, "missing.permissions")
    assert centre.call("GET", QUEUES, client=client).body["entities"] == []
    editor = centre.platform.client("editor", "routing:queue:edit", division=north)
    assert centre.refused("PUT", path, {"name": "S"}, client=editor)[0] == 403


def campaigns(centre):
    """Let a kind of object refer to queues; makes one for the queue."""
    kind = Kind(
        noun="test campaign",
        root="/api/v2/outbound/testcampaigns",
        parameter="id",
        permission="outbound:campaign",
        model="Campaign",
        fields={"queue": RefersTo(QUEUE)},
    )
    assert usual_calls(kind)
    return Entities(centre.organisation, kind)


@pytest.mark.parametrize(
    ("forced", "switch", "status"),
    [(False, False, 400), (True, False, 400), (False, True, 400), (True, True, 204)],
)
def test_a_queue_in_use_is_deleted_by_force_if_the_switch_says_so(centre, forced, switch, status):
    """A campaign keeps its queue, unless it is forced away."""
    centre.organisation.switches.force_deletes_used_queue = switch
    queue_id = centre.queue("Senior")
    campaigns(centre).add({"name": "East", "queue": {"id": queue_id}})
    answer = centre.call("DELETE", f"{QUEUES}/{queue_id}?forceDelete={str(forced).lower()}")
    assert answer.status == status
    assert centre.call("GET", f"{QUEUES}/{queue_id}").status == (404 if status == 204 else 200)


# -- members ---------------------------------------------------------------------------------


def test_members_are_added_joined_and_removed(centre):
    """Users are added in bulk, changed together or alone, and removed in bulk or alone."""
    ada, bob, cy = (centre.user(name) for name in ("Ada", "Bob", "Cy"))
    path = f"{QUEUES}/{centre.queue('Senior')}/members"
    assert centre.call("POST", path, [{"id": ada}, {"id": bob}, {"id": cy}]).status == 204
    assert centre.call("POST", f"{path}?delete=true", [{"id": cy}, {"id": "x"}]).status == 204
    member = centre.call("GET", path).body["entities"][0]
    assert member == {
        "id": ada,
        "name": "Ada",
        "user": {
            "id": ada,
            "name": "Ada",
            "email": "ada@example.com",
            "selfUri": f"{USERS}/{ada}",
        },
        "ringNumber": 1,
        "joined": True,
        "memberBy": "user",
        "selfUri": f"{path}/{ada}",
    }
    changes = [{"id": ada, "ringNumber": 2, "joined": False}]
    changed = centre.call("PATCH", path, changes).body["entities"]
    assert [(one["id"], one["ringNumber"], one["joined"]) for one in changed] == [(ada, 2, False)]
    assert centre.names(f"{path}?joined=true") == ["Bob"]
    assert centre.names(f"{path}?joined=false") == ["Ada"]
    assert centre.call("PATCH", f"{path}/{ada}", {"joined": True}).status == 204
    assert centre.names(f"{path}?joined=true&sortOrder=desc") == ["Bob", "Ada"]
    assert centre.names(f"{path}?name=B") == ["Bob"]
    assert centre.call("DELETE", f"{path}/{ada}").status == 204
    assert centre.refused("DELETE", f"{path}/{ada}") == (404, "not.found")
    assert centre.names(path) == ["Bob"]


def test_a_member_that_is_added_again_keeps_its_ring(centre):
    """Adding a member twice changes nothing."""
    ada = centre.user("Ada")
    path = f"{QUEUES}/{centre.queue('Senior')}/members"
    centre.call("POST", path, [{"id": ada}])
    centre.call("PATCH", f"{path}/{ada}", {"ringNumber": 3})
    centre.call("POST", path, [{"id": ada}])
    assert centre.call("GET", path).body["entities"][0]["ringNumber"] == 3


def test_members_are_read_page_by_page_until_one_is_empty(centre):
    """A listing of members says neither how many there are nor how many pages."""
    path = f"{QUEUES}/{centre.queue('Senior')}/members"
    centre.call("POST", path, [{"id": centre.user(name)} for name in "abc"])
    pages = [centre.call("GET", f"{path}?pageSize=2&pageNumber={page}").body for page in (1, 2, 3)]
    assert [len(page["entities"]) for page in pages] == [2, 1, 0]
    for page in pages:
        assert not {"total", "pageCount", "lastUri"} & page.keys()


def test_bulk_calls_on_members_do_all_or_nothing(centre):
    """One unknown user, one that is no member, or too many: nothing is changed."""
    ada, bob = centre.user("Ada"), centre.user("Bob")
    path = f"{QUEUES}/{centre.queue('Senior')}/members"
    assert centre.refused("POST", path, [{"id": ada}, {"id": "x"}]) == (400, "invalid.value")
    assert centre.names(path) == []
    centre.call("POST", path, [{"id": ada}])
    changes = [{"id": ada, "ringNumber": 2}, {"id": bob, "ringNumber": 2}]
    assert centre.refused("PATCH", path, changes) == (400, "invalid.value")
    assert centre.call("GET", path).body["entities"][0]["ringNumber"] == 1
    assert centre.refused("POST", path, [{"id": ada}] * 101) == (400, "invalid.value")


def test_agents_of_a_skill_group_stand_in_the_queue(centre):
    """A queue has the agents of its groups beside those that were added, each once."""
    sales = centre.skill("Sales")
    ada, bob = centre.user("Ada", **{sales: 4}), centre.user("Bob", **{sales: 4})
    group_id = centre.group("Sellers", ("Sales", "GreaterThanOrEqualTo", 3))
    queue_id = centre.queue("Senior", memberGroups=[{"id": group_id, "type": "SKILLGROUP"}])
    path = f"{QUEUES}/{queue_id}"
    centre.call("POST", f"{path}/members", [{"id": ada}])
    members = centre.call("GET", f"{path}/members").body["entities"]
    assert [(one["id"], one["memberBy"]) for one in members] == [(ada, "user"), (bob, "group")]
    assert centre.names(f"{path}/members?memberBy=user") == ["Ada"]
    queue = centre.call("GET", path).body
    assert (queue["memberCount"], queue["userMemberCount"]) == (2, 1)
    assert queue["memberGroups"] == [
        {
            "id": group_id,
            "type": "SKILLGROUP",
            "name": "Sellers",
            "selfUri": f"{ROUTING}/skillgroups/{group_id}",
        }
    ]
    assert centre.refused("PATCH", f"{path}/members/{bob}", {"joined": False})[0] == 404
    assert centre.names(f"{USERS}/{bob}/queues") == ["Senior"]


def test_the_queues_of_a_user(centre):
    """A user's queues are listed by name, with whether the user has joined."""
    ada = centre.user("Ada")
    for name in ("Senior", "General", "Other"):
        queue_id = centre.queue(name)
        if name != "Other":
            centre.call("POST", f"{QUEUES}/{queue_id}/members", [{"id": ada}])
    queues = f"{USERS}/{ada}/queues"
    assert centre.names(queues) == ["General", "Senior"]
    general = centre.call("GET", queues).body["entities"][0]
    assert general["joined"] is True
    centre.call("PATCH", f"{QUEUES}/{general['id']}/members/{ada}", {"joined": False})
    assert centre.names(f"{queues}?joined=true") == ["Senior"]
    assert centre.names(f"{queues}?joined=false") == ["General"]
    assert centre.names(f"{queues}?divisionId=nowhere") == []


def test_members_are_managed_by_who_may(centre):
    """Either of two permissions is enough, in the queue's division."""
    north, ada = centre.division("North"), centre.user("Ada")
    path = f"{QUEUES}/{centre.queue('Senior')}/members"
    manager = centre.platform.client("manager", "routing:queueMember:manage")
    stranger = centre.platform.client("stranger", "routing:queueMember:manage", division=north)
    body = [{"id": ada}]
    refused = centre.refused("POST", path, body, client=stranger)
    assert refused == (403, "missing.any.permissions")
    assert centre.call("POST", path, body, client=manager).status == 204
    assert centre.call("GET", f"{USERS}/{ada}/queues", client=stranger).body["entities"] == []


# -- wrap-up codes ---------------------------------------------------------------------------


def test_codes_are_added_and_taken_away(centre):
    """Adding answers an array of what was added; a code stands in a queue once."""
    won, lost = centre.code("Won"), centre.code("Lost")
    path = f"{QUEUES}/{centre.queue('Senior')}/wrapupcodes"
    assert [one["name"] for one in centre.make(path, [{"id": won}])] == ["Won"]
    assert [one["name"] for one in centre.make(path, [{"id": lost}, {"id": won}])] == [
        "Lost",
        "Won",
    ]
    listing = centre.call("GET", f"{path}?pageSize=1&pageNumber=2").body
    assert (listing["pageCount"], listing["total"]) == (2, 2)
    assert [one["name"] for one in listing["entities"]] == ["Won"]
    assert centre.names(f"{path}?name=l*") == ["Lost"]
    assert centre.call("DELETE", f"{path}/{won}").status == 204
    assert centre.refused("DELETE", f"{path}/{won}") == (404, "not.found")
    assert centre.names(path) == ["Lost"]


def test_codes_have_to_exist(centre):
    """One unknown code, or more than 100, and none is added."""
    won = centre.code("Won")
    path = f"{QUEUES}/{centre.queue('Senior')}/wrapupcodes"
    assert centre.refused("POST", path, [{"id": won}, {"id": "x"}]) == (400, "invalid.value")
    assert centre.refused("POST", path, [{"id": won}] * 101) == (400, "invalid.value")
    assert centre.refused("POST", path, {"id": won}) == (400, "bad.request")
    assert centre.names(path) == []


# -- all of it -------------------------------------------------------------------------------


def test_a_snapshot_keeps_skills_members_and_codes(centre):
    """Members, codes and skills are back after a restore."""
    sales = centre.skill("Sales")
    ada = centre.user("Ada", **{sales: 4})
    path = f"{QUEUES}/{centre.queue('Senior')}"
    centre.call("POST", f"{path}/members", [{"id": ada}])
    centre.make(f"{path}/wrapupcodes", [{"id": centre.code("Won")}])
    snapshot = centre.organisation.snapshot()
    centre.call("DELETE", f"{path}/members/{ada}")
    centre.call("DELETE", f"{USERS}/{ada}/routingskills/{sales}")
    centre.call("DELETE", path)
    assert centre.names(QUEUES) == []
    centre.organisation.restore(snapshot)
    assert centre.names(f"{path}/members") == ["Ada"]
    assert centre.names(f"{path}/wrapupcodes") == ["Won"]
    assert centre.names(f"{USERS}/{ada}/routingskills") == ["Sales"]
    states = centre.organisation.snapshot()["states"]
    for kind in ("queue", "user", "routing skill", "wrap-up code", "site", "script"):
        assert states[kind] == snapshot["states"][kind]
