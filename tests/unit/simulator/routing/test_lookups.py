# SPDX-License-Identifier: Apache-2.0
"""What a campaign looks up and nobody makes: sites, edge groups, scripts; and moving objects."""

from __future__ import annotations

import pytest

from simulator.division_objects import TYPES
from simulator.scripts import DEFAULT_OUTBOUND
from simulator.telephony.edge_groups import CLOUD_GROUP
from simulator.telephony.sites import CLOUD_SITE, MAIN_SITE
from tests.unit.simulator.routing.centre import DIVISIONS, ROUTING

EDGES = "/api/v2/telephony/providers/edges"
SCRIPTS = "/api/v2/scripts"


@pytest.mark.parametrize(
    ("path", "object_id", "name", "managed"),
    [
        (f"{EDGES}/sites", MAIN_SITE, "Main Site", False),
        (f"{EDGES}/sites", CLOUD_SITE, "PureCloud Voice - AWS", True),
        (f"{EDGES}/edgegroups", CLOUD_GROUP, "PureCloud Voice - AWS", True),
    ],
    ids=["site", "managed site", "edge group"],
)
def test_every_organisation_has_something_to_call_through(centre, path, object_id, name, managed):
    """It is active, found by its whole name or by whether it is managed, also after a reset."""
    wanted = str(managed).lower()
    for _ in range(2):
        listing = centre.call("GET", f"{path}?managed={wanted}&pageSize=100&pageNumber=1").body
        assert [one["id"] for one in listing["entities"]] == [object_id]
        assert (listing["total"], listing["pageCount"]) == (1, 1)
        assert object_id in [one["id"] for one in centre.call("GET", path).body["entities"]]
        assert centre.names(f"{path}?name={name.replace(' ', '+')}") == [name]
        assert centre.names(f"{path}?name={name[:4]}") == []
        found = centre.call("GET", f"{path}/{object_id}").body
        assert (found["name"], found["state"], found["managed"]) == (name, "active", managed)
        centre.platform.control.reset()
        centre.platform.forget_tokens()


def test_telephony_is_seen_with_the_permission_for_it(centre):
    """Sites need ``telephony:plugin:all``."""
    stranger = centre.platform.client("stranger", "routing:queue:view")
    assert centre.refused("GET", f"{EDGES}/sites", client=stranger)[0] == 403
    plugin = centre.platform.client("plugin", "telephony:plugin:all")
    assert centre.call("GET", f"{EDGES}/sites/{MAIN_SITE}", client=plugin).status == 200
    assert centre.refused("GET", f"{EDGES}/sites/unknown")[0] == 404


@pytest.mark.parametrize("path", [SCRIPTS, f"{SCRIPTS}/published"], ids=["all", "published"])
def test_the_default_script_is_there_under_its_known_id(centre, path):
    """It is found by name, once; the page after is empty."""
    name = "name=Default+Outbound+Script&pageSize=100"
    found = centre.call("GET", f"{path}?{name}&pageNumber=1").body["entities"]
    assert [one["id"] for one in found] == ["476c2b71-7429-11e4-9a5b-3f91746bffa3"]
    assert centre.names(f"{path}?{name}&pageNumber=2") == []
    assert centre.names(f"{path}?divisionIds=nowhere") == []
    script = centre.call("GET", f"{path}/{DEFAULT_OUTBOUND}").body
    assert script["name"] == "Default Outbound Script"
    assert script["publishedDate"] == script["createdDate"]
    assert script["division"]["name"] == "Home"
    assert centre.refused("GET", f"{path}/unknown")[0] == 404


def test_a_script_cannot_be_uploaded(centre):
    """Making scripts is not simulated, and says so."""
    assert centre.refused("POST", SCRIPTS, {"name": "New"})[0] == 405


def test_objects_move_to_another_division(centre):
    """Queues, groups, users and lists change their division, all that were named or none."""
    north = centre.division("North")
    queues = [centre.queue("Senior"), centre.queue("General")]
    path = f"{DIVISIONS}/{north}/objects"
    assert centre.refused("POST", f"{path}/QUEUE", [*queues, "unknown"]) == (404, "not.found")
    assert centre.names(f"{ROUTING}/queues?divisionId={north}") == []
    assert centre.call("POST", f"{path}/queue", queues).status == 204
    assert centre.names(f"{ROUTING}/queues?divisionId={north}") == ["General", "Senior"]
    assert centre.call("POST", f"{path}/SCRIPT", [DEFAULT_OUTBOUND]).status == 204
    dnc = centre.make("/api/v2/outbound/dnclists", {"name": "Never", "dncSourceType": "rds"})
    assert centre.call("POST", f"{path}/DNCLIST", [dnc["id"]]).status == 204
    assert centre.call("GET", dnc["selfUri"]).body["division"]["name"] == "North"
    assert centre.call("POST", f"{path}/USER", [centre.user("Ada")]).status == 204
    assert centre.call("POST", f"{path}/SKILLGROUP", [centre.group("Sellers")]).status == 204
    assert centre.refused("DELETE", f"{DIVISIONS}/{north}?force=false")[0] == 400


@pytest.mark.parametrize("object_type", TYPES)
def test_every_type_of_objects_is_looked_for(centre, object_type):
    """Of each type that can be moved, an unknown object is not found; of none, none is moved."""
    path = f"{DIVISIONS}/{centre.division('North')}/objects/{object_type}"
    assert centre.refused("POST", path, ["unknown"]) == (404, "not.found")
    assert centre.call("POST", path, []).status == 204


def test_moving_needs_a_division_a_type_and_permissions_in_both(centre):
    """An unknown division or type is not found; editing must be allowed here and there."""
    north, queue_id = centre.division("North"), centre.queue("Senior")
    path = f"{DIVISIONS}/{north}/objects/QUEUE"
    assert centre.refused("POST", f"{DIVISIONS}/nowhere/objects/QUEUE", [queue_id])[0] == 404
    assert centre.refused("POST", f"{DIVISIONS}/{north}/objects/TREE", [queue_id])[0] == 404
    for name, division in (("there", north), ("here", centre.organisation.access.home.id)):
        client = centre.platform.client(name, "routing:queue:edit", division=division)
        assert centre.refused("POST", path, [queue_id], client=client)[0] == 403
    editor = centre.platform.client("editor", "routing:queue:edit")
    assert centre.call("POST", path, [queue_id], client=editor).status == 204
