# SPDX-License-Identifier: Apache-2.0
"""The five calls that every kind of object has: list, create, read, change, delete.

A resource module joins them with the calls that are its own::

    OPERATIONS = (*usual_calls(RULE_SET), Operation("POST", ...))
"""

from __future__ import annotations

from functools import partial
from typing import Any

from simulator.access import EVERYWHERE
from simulator.entities import Entity, Kind
from simulator.fields import Integer, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.listing import named, ordered, wildcarded
from simulator.references import DIVISION, RefersTo


def entity_body(call: Call, kind: Kind, entity: Entity) -> dict[str, Any]:
    """The official object: what was sent, what the platform added, where it belongs."""
    references = call.organisation.references
    body = {
        "id": entity.id,
        **references.shown(entity.definition, kind.readers),
        "selfUri": f"{kind.root}/{entity.id}",
    }
    system = {
        "dateCreated": entity.date_created,
        "dateModified": entity.date_modified,
        "version": entity.version,
    }
    body |= {name: value for name, value in system.items() if name in kind.system}
    if kind.division:
        division = references.find(DIVISION, entity.division_id)
        body["division"] = {
            "id": entity.division_id,
            "name": division.name if division else "",
            "selfUri": f"/api/v2/authorization/divisions/{entity.division_id}",
        }
    if kind.show is not None:
        kind.show(call, entity, body)
    return body


def entity_of(call: Call, kind: Kind, action: str) -> Entity:
    """The object that the path names, where the client has the permission.

    Args:
        call: the call.
        kind: what kind the path names.
        action: what is done with it: ``view``, ``edit``, ``delete``, ...

    Raises:
        Refusal: 404, there is none; 403, not in its division.
    """
    entity = call.organisation.entities[kind.noun].get(call.path[kind.parameter])
    division_id = division_of(call, kind, entity)
    shared = action == "view" and division_id == EVERYWHERE  # all may see what all have
    if division_id and not shared:
        call.require(kind.permission_to(action), division_id)
    return entity


def division_of(call: Call, kind: Kind, entity: Entity) -> str:
    """The division that decides who may use the object; empty where none does."""
    if kind.division_of is not None:
        return kind.division_of(call.organisation, entity)
    return entity.division_id


def sent_division(call: Call, kind: Kind, action: str) -> str:
    """The division that the body names, where the client has the permission; empty for none.

    Raises:
        Refusal: 400, there is no such division; 403, the client may not do that there.
    """
    if not kind.division:
        return ""
    if kind.flat_division:
        sent = read_object(call.body, {"divisionId": Text(minimum=1)})
        division_id = str(sent.get("divisionId", ""))
    else:
        sent = read_object(call.body, {DIVISION: RefersTo(DIVISION)})
        division_id = sent[DIVISION]["id"] if sent else ""
    if not division_id:
        return ""
    if not division_id == kind.division == EVERYWHERE:
        call.organisation.references.check_one(DIVISION, division_id, DIVISION)
    call.require(kind.permission_to(action), division_id)
    return division_id


def list_all(kind: Kind, call: Call) -> dict[str, Any]:
    """The objects in those divisions where the client may view them."""
    permission = kind.permission_to("view")
    ids, divisions = call.listing("id"), call.listing("divisionId")
    found = [
        entity
        for entity in call.organisation.entities[kind.noun]
        if _may_see(call, permission, division_of(call, kind, entity))
        and (not ids or entity.id in ids)
        and (not divisions or entity.division_id in divisions)
        and (kind.matches is None or kind.matches(call, entity))
        and (wildcarded if kind.wildcards else named)(call, entity.name)
    ]
    page = call.page(maximum=kind.most_per_page)
    in_order = ordered(call, found, kind.sorted_by)
    entities = [entity_body(call, kind, entity) for entity in page.cut(in_order)]
    return page.of(entities, len(found), kind.root)


def create(kind: Kind, call: Call) -> dict[str, Any]:
    """Make an object."""
    sent = read_definition(call, kind)
    objects = call.organisation.entities[kind.noun]
    division_id = sent_division(call, kind, "add")
    if kind.division and not division_id:
        call.require(kind.permission_to("add"), objects.default_division)
    return entity_body(call, kind, objects.add(sent, division_id))


def read(kind: Kind, call: Call) -> dict[str, Any]:
    """One object."""
    return entity_body(call, kind, entity_of(call, kind, "view"))


def update(kind: Kind, call: Call) -> dict[str, Any]:
    """Change an object: a PUT replaces it under its version, a PATCH changes what was sent."""
    entity = entity_of(call, kind, "edit")
    version = None
    if kind.update == "PATCH":
        sent = read_object(call.body, {**kind.readers, "name": Text()})
        definition = {**entity.definition, **sent}
    else:
        definition = read_definition(call, kind)
        if "version" in kind.system:
            version = read_object(call.body, {"version": Integer(required=True)})["version"]
    call.organisation.entities[kind.noun].replace(
        entity, definition, version=version, division_id=sent_division(call, kind, "edit")
    )
    return entity_body(call, kind, entity)


def read_definition(call: Call, kind: Kind) -> dict[str, Any]:
    """All that the body states of an object.

    Raises:
        Refusal: 400; the body is not of the official shape.
    """
    sent = read_object(call.body, kind.readers)
    if kind.read is not None:
        kind.read(call, sent)
    return sent


def delete(kind: Kind, call: Call) -> Answer:
    """Delete an object that nothing refers to."""
    entity = entity_of(call, kind, "delete")
    gone = entity_body(call, kind, entity) if kind.shows_deleted else None
    force = kind.force is not None and kind.force(call)
    call.organisation.entities[kind.noun].remove(entity, force=force)
    return Answer(gone) if gone else Answer(status=204)


def _may_see(call: Call, permission: str, division_id: str) -> bool:
    """Whether the client may view objects there; what belongs to all divisions, from any."""
    return division_id in ("", EVERYWHERE) or call.grants(permission, division_id)


def usual_calls(kind: Kind) -> tuple[Operation, ...]:
    """The operations on objects of a kind that need nothing of their own."""
    one = f"{kind.root}/{{{kind.parameter}}}"
    many = kind.root.removeprefix("/api/v2/").replace("/", "_").lower()
    single = many.removesuffix("s")
    listing = kind.listing or f"{kind.model}EntityListing"

    def may(action: str) -> tuple[str, ...]:
        return (kind.permission_to(action),)

    calls = [
        Operation("GET", kind.root, f"get_{many}", partial(list_all, kind), may("view"), listing),
        Operation("POST", kind.root, f"post_{many}", partial(create, kind), may("add"), kind.model),
        Operation("GET", one, f"get_{single}", partial(read, kind), may("view"), kind.model),
        Operation(
            "DELETE",
            one,
            f"delete_{single}",
            partial(delete, kind),
            may("delete"),
            kind.model if kind.shows_deleted else None,
        ),
    ]
    if kind.update:
        name = f"{kind.update.lower()}_{single}"
        calls.append(
            Operation(kind.update, one, name, partial(update, kind), may("edit"), kind.model)
        )
    return tuple(calls)
