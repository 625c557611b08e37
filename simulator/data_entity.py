# SPDX-License-Identifier: Apache-2.0
"""One entity of the guide's data service: its fields, its records, its mapping to a contact list.

The real platform has no data service. The seed guide describes one, so the simulator speaks its
dialect beside the platform's API: an entity has typed fields, one of which is the key; the
administrator maps fields to columns of a contact list, and what is written to a record then
stands in the columns of the contact of the same id, where the dialer sorts by it.

Source: seed guide (data service, mapping to list properties).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.columns import Check, fault_in
from simulator.errors import bad_field
from simulator.fields import Flag, Instant, Integer, ListOf, Number, Object, Reader, Text
from simulator.fields import read_object as read_fields

KEY_LENGTH = 256
NAME_LENGTH = 64
MOST_FIELDS = 50

READERS: Mapping[str, Reader] = {
    "string": Text(maximum=512),
    "integer": Integer(),
    "number": Number(),
    "boolean": Flag(),
    "datetime": Instant(),
}
_FIELD = {
    "name": Text(required=True, minimum=1, maximum=NAME_LENGTH),
    "type": Text(required=True, choices=tuple(READERS)),
    "required": Flag(),
    "minimum": Number(),
    "maximum": Number(),
}
_DEFINITION = {
    "name": Text(minimum=1, maximum=NAME_LENGTH),
    "description": Text(),
    "keyField": Text(minimum=1),
    "fields": ListOf(Object(_FIELD), maximum=MOST_FIELDS),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What an entity looks like.

    Args:
        name: unique in its service.
        key_field: the field whose value is the record's key.
        fields: ``type``, ``required``, ``minimum`` and ``maximum`` of each field, by its name.
        description: free text.
    """

    name: str
    key_field: str
    fields: Mapping[str, Mapping[str, Any]]
    description: str = ""

    def as_json(self) -> dict[str, Any]:
        """The definition as clients send it."""
        return {
            "name": self.name,
            "description": self.description,
            "keyField": self.key_field,
            "fields": [{"name": name, **given} for name, given in self.fields.items()],
        }


def read_definition(body: Any, before: Definition | None = None) -> Definition:
    """The definition in a body; what it leaves out stays as in ``before``.

    Raises:
        Refusal: 400 that names the field at fault.
    """
    sent = read_fields(body, _DEFINITION)
    if before is not None:
        sent = {**before.as_json(), **sent}
    for name in ("name", "keyField", "fields"):
        if name not in sent:
            raise bad_field("bad.request", name, "is required")
    if not sent["name"].strip() or "/" in sent["name"]:
        raise bad_field("invalid.value", "name", "must not be blank or contain a slash")
    found: dict[str, Mapping[str, Any]] = {}
    for place, one in enumerate(sent["fields"]):
        if one["name"] in found:
            raise bad_field("invalid.value", f"fields[{place}].name", "stands there twice")
        found[one["name"]] = {name: value for name, value in one.items() if name != "name"}
    if found.get(sent["keyField"], {}).get("type") != "string":
        raise bad_field("invalid.value", "keyField", "must name a field of type string")
    return Definition(sent["name"], sent["keyField"], found, sent.get("description", ""))


@dataclass(slots=True)
class ListMapping:
    """Which columns of which contact list the fields of an entity fill."""

    contact_list_id: str
    columns: dict[str, str]

    def cells(self, entity: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, str]:
        """The columns that a record of these values fills; ``checks`` are the list's own.

        Raises:
            Refusal: 400; a column of the list does not take the value.
        """
        cells: dict[str, str] = {}
        for name, column in self.columns.items():
            if name not in entity:
                continue
            text = _as_text(entity[name])
            if fault := fault_in(checks, column, text):
                raise bad_field(fault[0], f"entity.{name}", f"as column {column} {fault[1]}")
            cells[column] = text
        return cells


@dataclass(slots=True)
class Record:
    """The values of one key, and when they were first and last written."""

    entity: dict[str, Any]
    date_created: str
    date_modified: str


@dataclass(slots=True)
class DataEntity:
    """One entity with its records by key."""

    definition: Definition
    date_created: str
    date_modified: str
    records: dict[str, Record] = field(default_factory=dict)
    mapping: ListMapping | None = None

    def read(self, values: Any, key: str) -> dict[str, Any]:
        """The values of a record, in the order of the fields.

        Raises:
            Refusal: 400; a field is unknown, missing, of a wrong type or out of its bounds, or
                the key is another one than the path's.
        """
        if not isinstance(values, dict):
            raise bad_field("bad.request", "entity", "an object is needed")
        definition = self.definition
        if unknown := [name for name in values if name not in definition.fields]:
            raise bad_field("invalid.value", f"entity.{unknown[0]}", "is no field of the entity")
        if values.get(definition.key_field) is None:
            values = {**values, definition.key_field: key}
        if values[definition.key_field] != key:
            where = f"entity.{definition.key_field}"
            raise bad_field("invalid.value", where, "is another key than the path's")
        found = {}
        for name, given in definition.fields.items():
            value = values.get(name)
            if value is not None:
                _check(value, given, f"entity.{name}")
                found[name] = value
            elif given.get("required"):
                raise bad_field("bad.request", f"entity.{name}", "is required")
        return found

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON."""
        mapping = self.mapping
        return {
            "definition": self.definition.as_json(),
            "created": self.date_created,
            "modified": self.date_modified,
            "mapping": mapping and [mapping.contact_list_id, mapping.columns],
            "records": {
                key: [record.entity, record.date_created, record.date_modified]
                for key, record in self.records.items()
            },
        }

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> DataEntity:
        """The entity that :meth:`snapshot` was taken of."""
        return cls(
            read_definition(data["definition"]),
            data["created"],
            data["modified"],
            {key: Record(*values) for key, values in data["records"].items()},
            ListMapping(*data["mapping"]) if data["mapping"] else None,
        )


def _check(value: Any, given: Mapping[str, Any], where: str) -> None:
    READERS[given["type"]].read(value, where)
    if isinstance(value, int | float) and not isinstance(value, bool):
        Number(minimum=given.get("minimum"), maximum=given.get("maximum")).read(value, where)


def _as_text(value: Any) -> str:
    """A value as a cell: cells are texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
