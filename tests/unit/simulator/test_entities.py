# SPDX-License-Identifier: Apache-2.0
"""Named, versioned objects: what all kinds have in common, tried with a kind of the test's own."""

from __future__ import annotations

import json

import pytest

from simulator.access import Access
from simulator.clients import OAuthClient
from simulator.clock import VirtualClock
from simulator.entities import Entities, Kind
from simulator.entity_calls import usual_calls
from simulator.errors import Refusal, bad_request
from simulator.fields import Flag, Integer, ListOf, Object, Text
from simulator.http import Answer, Call
from simulator.organisation import BOOTSTRAP_CLIENT, Organisation
from simulator.references import RefersTo, Use

ROOT = "/api/v2/garden/trees"


def refuse_dead(_, definition, entity):
    """The hooks of the test's kind: a dead tree is refused, a young one gets its height."""
    if definition.get("dead"):
        raise bad_request("tree.is.dead", "Plant a living one.")
    definition.setdefault("height", 1 if entity is None else 2)


def refuse_nest(_, entity):
    if entity.more.get("nest"):
        raise bad_request("bird.is.in", "Wait until it flies.")


def tree(**changes):
    """A kind whose objects may refer to each other."""
    settings = {
        "noun": "tree",
        "root": ROOT,
        "parameter": "treeId",
        "permission": "garden:tree",
        "model": "Tree",
        "fields": {
            "height": Integer(),
            "dead": Flag(),
            "neighbour": RefersTo("tree"),
            "grafts": ListOf(Object({"from": RefersTo("tree", named=False), "note": Text()})),
        },
        "defaults": {"grafts": []},
        "division": "home",
        "check": refuse_dead,
        "before_delete": refuse_nest,
        **changes,
    }
    return Kind(**settings)


class Garden:
    """An organisation with one kind more, and its calls."""

    def __init__(self, kind):
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock)
        self.kind = kind
        self.trees = Entities(self.organisation, kind)
        self.organisation.entities[kind.noun] = self.trees
        self.calls = {(one.method, one.path): one for one in usual_calls(kind)}
        self.caller = self.organisation.clients.by_id[BOOTSTRAP_CLIENT]

    def __call__(self, method, body=None, tree_id=None, **query):
        path = ROOT if tree_id is None else ROOT + "/{treeId}"
        operation = self.calls[method, path]
        answer = operation.handler(
            Call(
                self.organisation,
                operation,
                {"treeId": tree_id},
                {name: [value] for name, value in query.items()},
                {},
                "correlation",
                caller=self.caller,
                body=json.loads(json.dumps(body)),
            )
        )
        return answer.status if isinstance(answer, Answer) else json.loads(json.dumps(answer))

    def refused(self, *asked, **query):
        """Status and code of a call that must be refused."""
        with pytest.raises(Refusal) as refusal:
            self(*asked, **query)
        return refusal.value.status, refusal.value.code


@pytest.fixture
def garden():
    return Garden(tree())


def test_an_object_is_made_and_read(garden):
    """What was sent comes back with id, version, dates, division and what the platform adds."""
    made = garden("POST", {"name": "Oak", "dead": False, "unknown": 1})
    home = garden.organisation.access.home
    assert made == {
        "id": made["id"],
        "name": "Oak",
        "height": 1,
        "dead": False,
        "grafts": [],
        "version": 1,
        "dateCreated": "2026-11-23T09:00:00.000Z",
        "dateModified": "2026-11-23T09:00:00.000Z",
        "division": {
            "id": home.id,
            "name": "Home",
            "selfUri": f"/api/v2/authorization/divisions/{home.id}",
        },
        "selfUri": f"{ROOT}/{made['id']}",
    }
    assert garden("GET", None, made["id"]) == made


def test_a_put_replaces_everything(garden):
    """What a PUT leaves out is gone or back at its default; the version counts up."""
    made = garden("POST", {"name": "Oak", "dead": False, "grafts": [{"note": "a"}]})
    garden.clock.advance(60)
    changed = garden("PUT", {"name": "Elm", "version": 1}, made["id"])
    assert changed == {
        **{name: made[name] for name in ("id", "division", "dateCreated", "selfUri")},
        "name": "Elm",
        "height": 2,
        "grafts": [],
        "version": 2,
        "dateModified": "2026-11-23T09:01:00.000Z",
    }


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"name": "Elm", "version": 2}, (409, "invalid.update.wrong.version")),
        ({"name": "Elm"}, (400, "bad.request")),
        ({"version": 1}, (400, "bad.request")),
        ({"name": "oak", "version": 1}, (400, "duplicate.name")),
        ({"name": " ", "version": 1}, (400, "invalid.value")),
        ({"name": "x" * 65, "version": 1}, (400, "name.length.exceeded")),
        ({"name": "Elm", "dead": True, "version": 1}, (400, "tree.is.dead")),
        ({"name": "Elm", "neighbour": {"id": "nobody"}, "version": 1}, (400, "invalid.value")),
        ({"name": "Elm", "division": {"id": "nobody"}, "version": 1}, (400, "invalid.value")),
        ({"name": "Elm", "division": {"id": "*"}, "version": 1}, (400, "invalid.value")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
def test_a_refused_put_changes_nothing(garden, body, refusal):
    """A stale version, a bad name, a bad reference: refused with its code, and nothing is kept."""
    garden("POST", {"name": "Oak"})
    made = garden("POST", {"name": "Beech"})
    assert garden.refused("PUT", body, made["id"]) == refusal
    assert garden("GET", None, made["id"]) == made


def test_an_object_may_keep_its_name(garden):
    """A name is taken by another object only, and by one of its own kind only."""
    made = garden("POST", {"name": "Oak"})
    assert garden("PUT", {"name": "OAK", "version": 1}, made["id"])["name"] == "OAK"
    garden.organisation.entities["attempt limit"].add({"name": "Oak", "maxAttemptsPerContact": 1})


def test_a_patch_changes_what_it_names():
    """A kind with PATCH keeps what was not sent and asks for no version."""
    garden = Garden(tree(update="PATCH", system=("dateModified",)))
    made = garden("POST", {"name": "Oak", "dead": False})
    assert "version" not in made
    assert "dateCreated" not in made
    changed = garden("PATCH", {"height": 9}, made["id"])
    assert (changed["name"], changed["height"], changed["dead"]) == ("Oak", 9, False)


def test_a_kind_without_update():
    """A kind that cannot be changed has no call for it."""
    assert {method for method, _ in Garden(tree(update="")).calls} == {"GET", "POST", "DELETE"}


def test_a_put_without_a_version():
    """A kind whose official type has no version is replaced without one."""
    garden = Garden(tree(system=()))
    made = garden("POST", {"name": "Oak"})
    assert garden("PUT", {"name": "Elm"}, made["id"])["name"] == "Elm"


def test_a_reference_shows_name_and_address(garden):
    """An answer names what an object refers to, at any depth; where the type has no name, not."""
    oak = garden("POST", {"name": "Oak"})
    made = garden(
        "POST",
        {
            "name": "Elm",
            "neighbour": {"id": oak["id"], "name": "ignored", "selfUri": "ignored"},
            "grafts": [{"from": {"id": oak["id"]}, "note": "a"}],
        },
    )
    address = {"id": oak["id"], "selfUri": f"{ROOT}/{oak['id']}"}
    assert made["neighbour"] == {**address, "name": "Oak"}
    assert made["grafts"] == [{"from": address, "note": "a"}]


def test_what_is_referred_to_stays(garden):
    """An object that another one refers to, at any depth, is not deleted before that one."""
    oak = garden("POST", {"name": "Oak"})["id"]
    elm = garden("POST", {"name": "Elm", "grafts": [{"from": {"id": oak}}]})["id"]
    assert garden.refused("DELETE", None, oak) == (400, "referential.integrity.error")
    assert garden("DELETE", None, elm) == 204
    assert garden("DELETE", None, oak) == 204
    assert garden.refused("DELETE", None, oak) == (404, "not.found")


def test_a_kind_may_refuse_to_be_deleted(garden):
    """A kind's own reason against a deletion is asked first."""
    oak = garden("POST", {"name": "Oak"})["id"]
    garden.trees.get(oak).more["nest"] = True
    assert garden.refused("DELETE", None, oak) == (400, "bird.is.in")


def test_codes_of_a_kind():
    """A kind states the codes of its 404 and of its refusal to be deleted."""
    garden = Garden(tree(missing="tree.not.found", in_use="tree.in.use"))
    oak = garden("POST", {"name": "Oak"})["id"]
    garden.organisation.references.ask(lambda: [Use("bird", "Wren", "tree", oak)])
    assert garden.refused("DELETE", None, oak) == (400, "tree.in.use")
    assert garden.refused("GET", None, "nobody") == (404, "tree.not.found")


def test_a_division_with_objects_stays(garden):
    """A division is referred to by what belongs to it; an object moves by a PUT."""
    north = garden.organisation.access.divisions["north"] = type(garden.organisation.access.home)(
        "north", "North"
    )
    made = garden("POST", {"name": "Oak", "division": {"id": "north"}})
    assert made["division"]["name"] == north.name
    users = garden.organisation.references.users("division", "north")
    assert [str(user) for user in users] == ["tree Oak"]
    home = garden.organisation.access.home.id
    moved = garden("PUT", {"name": "Oak", "version": 1, "division": {"id": home}}, made["id"])
    assert moved["division"]["id"] == home
    assert garden.organisation.references.users("division", "north") == []


def test_a_kind_of_all_divisions():
    """A kind may belong to every division; one without a division shows none."""
    garden = Garden(tree(division="*"))
    assert garden("POST", {"name": "Oak"})["division"]["id"] == "*"
    assert garden("POST", {"name": "Elm", "division": {"id": "*"}})["division"]["id"] == "*"
    garden = Garden(tree(division=""))
    assert "division" not in garden("POST", {"name": "Oak", "division": {"id": "ignored"}})


def test_permissions_hold_in_the_object_s_division(garden):
    """What a client may not view in a division is neither listed, read, made nor changed there."""
    access: Access = garden.organisation.access
    access.divisions["north"] = type(access.home)("north", "North")
    oak = garden("POST", {"name": "Oak"})["id"]
    elm = garden("POST", {"name": "Elm", "division": {"id": "north"}})["id"]
    garden.caller = OAuthClient("gardener", "gardener", "secret")
    garden.organisation.grant(garden.caller, ["garden:tree:*"], "north")
    assert [one["name"] for one in garden("GET")["entities"]] == ["Elm"]
    refused = (403, "missing.permissions")
    assert garden.refused("GET", None, oak) == refused
    assert garden.refused("DELETE", None, oak) == refused
    assert garden.refused("POST", {"name": "Ash"}) == refused
    home = {"id": access.home.id}
    assert garden.refused("PUT", {"name": "E", "version": 1, "division": home}, elm) == refused
    assert garden("PUT", {"name": "Elm tree", "version": 1}, elm)["version"] == 2


def test_words_of_permissions():
    """A kind whose permissions have other last words says which."""
    kind = tree(actions={"add": "manage", "delete": "manage"})
    needed = {one.operation_id: one.permissions for one in usual_calls(kind)}
    assert needed == {
        "get_garden_trees": ("garden:tree:view",),
        "post_garden_trees": ("garden:tree:manage",),
        "get_garden_tree": ("garden:tree:view",),
        "delete_garden_tree": ("garden:tree:manage",),
        "put_garden_tree": ("garden:tree:edit",),
    }


def test_listing():
    """A listing is narrowed by name, id, division and the kind's own parameters, and paged."""
    garden = Garden(
        tree(
            matches=lambda call, entity: not call.flag("tall") or entity.definition["height"] > 5,
            most_per_page=2,
        )
    )
    ids = [
        garden("POST", {"name": name, "height": height})["id"]
        for name, height in (("Oak", 9), ("Elm", 1), ("Ash", 7))
    ]
    home = garden.organisation.access.home.id

    def names(**query):
        return [one["name"] for one in garden("GET", **query)["entities"]]

    assert names() == ["Oak", "Elm", "Ash"]
    assert names(name="o") == ["Oak"]
    assert names(id=f"{ids[1]},{ids[2]}") == ["Elm", "Ash"]
    assert names(divisionId=home) == ["Oak", "Elm", "Ash"]
    assert names(divisionId="nobody") == []
    assert names(tall="true", sortBy="name") == ["Ash", "Oak"]
    page = garden("GET", pageSize="100", pageNumber="2")
    assert ([one["name"] for one in page["entities"]], page["total"]) == (["Ash"], 3)


def test_too_many():
    """There is a most of every kind."""
    small = Garden(tree(most=1))
    small("POST", {"name": "Oak"})
    assert small.refused("POST", {"name": "Elm"}) == (400, "max.entity.count.reached")


def test_snapshot(garden):
    """A restored snapshot has the same objects, apart from those it was taken of."""
    made = garden("POST", {"name": "Oak", "grafts": [{"note": "a"}]})
    garden.trees.get(made["id"]).more["nest"] = ["egg"]
    snapshot = json.loads(json.dumps(garden.trees.snapshot()))
    garden("POST", {"name": "Elm"})
    garden.trees.restore(snapshot)
    assert len(garden.trees) == 1
    assert garden("GET", None, made["id"]) == made
    garden.trees.get(made["id"]).more["nest"].append("another")
    assert snapshot[0]["more"] == {"nest": ["egg"]}
    assert garden.organisation.references.find("tree", made["id"]).name == "Oak"
