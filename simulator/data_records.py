# SPDX-License-Identifier: Apache-2.0
"""Records of the guide's data service, and the mapping that carries them to a contact list.

A record is written with ``{entity: {...}, overwriteExisting: true}``; without the flag a record
that exists is refused. A mapped record fills the columns of the contact whose id is its key, and
touches nothing else of it: not its call records, not its place in the dialling queue. Where
there is no such contact the record is kept, and no contact is made.

None of this exists on the real platform. Source: seed guide.
"""

from __future__ import annotations

from typing import Any

from simulator.contact_list_state import ContactListState
from simulator.data_entities import ENTITY
from simulator.data_entity import KEY_LENGTH, DataEntity, ListMapping, Record
from simulator.data_services import entity_of, entity_uri
from simulator.errors import Refusal, bad_field, conflict, not_found
from simulator.fields import Anything, Flag, Text, TextMap, read_object
from simulator.http import Answer, Call, Operation

VIEW = "data:record:view"
EDIT = "data:record:edit"
DELETE = "data:record:delete"
VIEW_ENTITY = "data:entity:view"
EDIT_ENTITY = "data:entity:edit"
VIEW_LIST = "outbound:contactList:view"

_WRITE = {"entity": Anything(required=True), "overwriteExisting": Flag()}
_MAPPING = {
    "contactListId": Text(required=True, minimum=1),
    "columns": TextMap(required=True),
}


def list_records(call: Call) -> dict[str, Any]:
    """The records in the order in which they were made."""
    entity = entity_of(call, VIEW)
    page, keys = call.page(), list(entity.records)
    shown = [_record_body(call, entity, key) for key in page.cut(keys)]
    return page.of(shown, len(keys), f"{entity_uri(call, entity.definition.name)}/records")


def read(call: Call) -> dict[str, Any]:
    """One record."""
    entity = entity_of(call, VIEW)
    return _record_body(call, entity, _known_key(call, entity))


def write(call: Call) -> dict[str, Any]:
    """Make a record, or put another one in its place where ``overwriteExisting`` says so."""
    entity, key = entity_of(call, EDIT), call.path["key"]
    if not key.strip() or len(key) > KEY_LENGTH:
        raise bad_field("invalid.value", "key", f"needs 1 to {KEY_LENGTH} characters")
    sent = read_object(call.body, _WRITE)
    values = entity.read(sent["entity"], key)
    before = entity.records.get(key)
    if before is not None and not sent.get("overwriteExisting", False):
        raise conflict("data.record.exists", "There is a record {key} already.", key=key)
    _carry_over(call, entity, {key: values})
    now = call.organisation.timestamp()
    entity.records[key] = Record(values, before.date_created if before else now, now)
    return _record_body(call, entity, key)


def delete(call: Call) -> Answer:
    """Delete a record; the contact keeps what it was given."""
    entity = entity_of(call, DELETE)
    del entity.records[_known_key(call, entity)]
    return Answer(status=204)


def read_mapping(call: Call) -> dict[str, Any]:
    """Which columns of which contact list the fields fill."""
    return _mapping_body(call, entity_of(call, VIEW_ENTITY))


def write_mapping(call: Call) -> dict[str, Any]:
    """Map fields to columns; the records that are there already fill them at once."""
    entity = entity_of(call, EDIT_ENTITY)
    sent = read_object(call.body, _MAPPING)
    state = call.organisation.contact_lists.get(sent["contactListId"])
    call.require(VIEW_LIST, state.division_id)
    columns: dict[str, str] = sent["columns"]
    for name, column in columns.items():
        if name not in entity.definition.fields:
            raise bad_field("invalid.value", f"columns.{name}", "is no field of the entity")
        if column not in state.columns:
            raise bad_field("invalid.value", f"columns.{name}", f"the list has no column {column}")
    if len(set(columns.values())) < len(columns):
        raise bad_field("invalid.value", "columns", "two fields fill the same column")
    before, entity.mapping = entity.mapping, ListMapping(state.id, columns)
    try:
        _carry_over(call, entity, {key: one.entity for key, one in entity.records.items()})
    except Refusal:
        entity.mapping = before
        raise
    return _mapping_body(call, entity)


def delete_mapping(call: Call) -> Answer:
    """Carry nothing over any more; contacts keep what they were given."""
    entity = entity_of(call, EDIT_ENTITY)
    _mapping_body(call, entity)
    entity.mapping = None
    return Answer(status=204)


def _carry_over(call: Call, entity: DataEntity, records: dict[str, dict[str, Any]]) -> None:
    """Fill the columns of the contacts of ``records``, all or none.

    Raises:
        Refusal: 400; a column does not take its value.
    """
    state = _mapped_list(call, entity)
    if state is None or entity.mapping is None:
        return
    checks = state.checks(decimals=call.organisation.switches.decimals_in_numeric)
    filled = {key: entity.mapping.cells(values, checks) for key, values in records.items()}
    for key, cells in filled.items():
        contact = state.contacts.get(key)
        if contact is not None:
            contact.data = {**contact.data, **cells}
    state.changed(filled)


def _mapped_list(call: Call, entity: DataEntity) -> ContactListState | None:
    """The contact list of the mapping; None where it is gone, or there is no mapping."""
    if entity.mapping is None:
        return None
    try:
        return call.organisation.contact_lists.get(entity.mapping.contact_list_id)
    except Refusal:
        entity.mapping = None
        return None


def _known_key(call: Call, entity: DataEntity) -> str:
    key = call.path["key"]
    if key not in entity.records:
        raise not_found(f"Record {key} of entity {entity.definition.name}", "data.record.not.found")
    return key


def _record_body(call: Call, entity: DataEntity, key: str) -> dict[str, Any]:
    record = entity.records[key]
    return {
        "id": key,
        "entity": record.entity,
        "dateCreated": record.date_created,
        "dateModified": record.date_modified,
        "selfUri": f"{entity_uri(call, entity.definition.name)}/records/{key}",
    }


def _mapping_body(call: Call, entity: DataEntity) -> dict[str, Any]:
    state = _mapped_list(call, entity)
    if state is None or entity.mapping is None:
        raise not_found(f"A mapping of entity {entity.definition.name}", "data.mapping.not.found")
    return {
        "contactListId": state.id,
        "columns": entity.mapping.columns,
        "selfUri": f"{entity_uri(call, entity.definition.name)}/mapping",
    }


MAPPING = ENTITY + "/mapping"
RECORDS = ENTITY + "/records"
RECORD = RECORDS + "/{key*}"

OPERATIONS = tuple(
    Operation(method, path, operation_id, handler, (permission,), official=False)
    for method, path, operation_id, handler, permission in (
        ("GET", MAPPING, "get_data_service_entity_mapping", read_mapping, VIEW_ENTITY),
        ("PUT", MAPPING, "put_data_service_entity_mapping", write_mapping, EDIT_ENTITY),
        ("DELETE", MAPPING, "delete_data_service_entity_mapping", delete_mapping, EDIT_ENTITY),
        ("GET", RECORDS, "get_data_service_entity_records", list_records, VIEW),
        ("GET", RECORD, "get_data_service_entity_record", read, VIEW),
        ("PUT", RECORD, "put_data_service_entity_record", write, EDIT),
        ("POST", RECORD, "post_data_service_entity_record", write, EDIT),
        ("DELETE", RECORD, "delete_data_service_entity_record", delete, DELETE),
    )
)
