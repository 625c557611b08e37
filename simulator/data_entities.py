# SPDX-License-Identifier: Apache-2.0
"""Entities of the guide's data services: the calls on their definitions.

None of this exists on the real platform. Source: seed guide.
"""

from __future__ import annotations

from typing import Any

from simulator.data_entity import DataEntity, Definition, read_definition
from simulator.data_services import ONE, entity_of, entity_uri, service_of
from simulator.errors import bad_field, bad_request, conflict
from simulator.http import Answer, Call, Operation

ENTITIES = ONE + "/entities"
ENTITY = ENTITIES + "/{entityName}"
MOST_ENTITIES = 100

VIEW = "data:entity:view"
ADD = "data:entity:add"
EDIT = "data:entity:edit"
DELETE = "data:entity:delete"


def list_entities(call: Call) -> dict[str, Any]:
    """The entities of a service."""
    service = service_of(call, VIEW)
    entities = [_entity_body(call, entity) for entity in service.entities.values()]
    return call.page().listing(entities, f"{service.uri}/entities")


def create_entity(call: Call) -> dict[str, Any]:
    """Make an entity."""
    service = service_of(call, ADD)
    definition = read_definition(call.body)
    if definition.name in service.entities:
        raise conflict(
            "data.entity.exists", "The service has an entity {name}.", name=definition.name
        )
    if len(service.entities) >= MOST_ENTITIES:
        raise bad_request(
            "max.entity.count.reached",
            "The service has {maximum} entities, no more are allowed.",
            maximum=str(MOST_ENTITIES),
        )
    now = call.organisation.timestamp()
    entity = service.entities[definition.name] = DataEntity(definition, now, now)
    return _entity_body(call, entity)


def read_entity(call: Call) -> dict[str, Any]:
    """One entity's definition."""
    return _entity_body(call, entity_of(call, VIEW))


def update_entity(call: Call) -> dict[str, Any]:
    """Change an entity's definition; its name stays, and so do the types of its fields."""
    entity = entity_of(call, EDIT)
    wanted = read_definition(call.body, entity.definition)
    if wanted.name != entity.definition.name:
        raise bad_field("invalid.value", "name", "cannot be changed")
    _refuse_lost_fields(entity.definition, wanted)
    entity.definition = wanted
    entity.date_modified = call.organisation.timestamp()
    return _entity_body(call, entity)


def delete_entity(call: Call) -> Answer:
    """Delete an entity with its records."""
    entity = entity_of(call, DELETE)
    del service_of(call, DELETE).entities[entity.definition.name]
    return Answer(status=204)


def _refuse_lost_fields(now: Definition, wanted: Definition) -> None:
    if wanted.key_field != now.key_field:
        raise bad_field("invalid.value", "keyField", "cannot be changed")
    for name, given in now.fields.items():
        if wanted.fields.get(name, {}).get("type") != given["type"]:
            raise bad_field("invalid.value", "fields", f"{name} must stay, of type {given['type']}")


def _entity_body(call: Call, entity: DataEntity) -> dict[str, Any]:
    return {
        **entity.definition.as_json(),
        "recordCount": len(entity.records),
        "dateCreated": entity.date_created,
        "dateModified": entity.date_modified,
        "selfUri": entity_uri(call, entity.definition.name),
    }


OPERATIONS = tuple(
    Operation(method, path, operation_id, handler, (permission,), official=False)
    for method, path, operation_id, handler, permission in (
        ("GET", ENTITIES, "get_data_service_entities", list_entities, VIEW),
        ("POST", ENTITIES, "post_data_service_entities", create_entity, ADD),
        ("GET", ENTITY, "get_data_service_entity", read_entity, VIEW),
        ("PUT", ENTITY, "put_data_service_entity", update_entity, EDIT),
        ("DELETE", ENTITY, "delete_data_service_entity", delete_entity, DELETE),
    )
)
