# SPDX-License-Identifier: Apache-2.0
"""The schema of a data table: a JSON schema document, and what it lets into a row.

Every table has the string property ``key``, under which a row is found. The other properties
are strings, booleans, integers or numbers. What a row leaves out gets the property's default.

Source: DataTable and JsonSchemaDocument of the official SDK 269; provider reference, section
B.4; the provider's own list of defaults (false, blank, 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.errors import Refusal, bad_field, bad_request
from simulator.fields import Anything, Flag, Integer, ListOf, Number, Reader, Text, read_object

KEY = "key"
MOST_PROPERTIES = 50
KEY_LENGTH = 256
"""Properties beside the key, characters of a key. Source: Genesys help, work-with-data-tables."""
SCHEMA_EXCEPTION = "flows.datatables.schema.exception"

_DRAFT = "http://json-schema.org/draft-04/schema#"
_READERS: Mapping[str, Reader] = {
    "string": Text(),
    "boolean": Flag(),
    "integer": Integer(),
    "number": Number(),
}
_BLANKS: Mapping[str, Any] = {"string": "", "boolean": False, "integer": 0, "number": 0}
_DOCUMENT: Mapping[str, Reader] = {
    "id": Text(),
    "$schema": Text(),
    "description": Text(),
    "type": Text(choices=("object",)),
    "required": ListOf(Text()),
    "properties": Anything(required=True),
    "additionalProperties": Anything(),
}
_PROPERTY: Mapping[str, Reader] = {
    "$id": Text(),
    "type": Text(required=True, choices=tuple(_READERS)),
    "title": Text(),
    "displayOrder": Integer(),
}


def read_schema(document: Any, name: str) -> dict[str, Any]:
    """The schema of a table that is called ``name``, as the platform keeps it.

    Raises:
        Refusal: 400; it is no such document, has no key, or has too many properties.
    """
    sent = read_object(document, _DOCUMENT, "schema")
    if sent.get("additionalProperties") not in (None, False):
        raise _wrong("schema.additionalProperties", "must be false, a table has fixed columns")
    if not isinstance(sent["properties"], dict):
        raise bad_field("bad.request", "schema.properties", "an object is needed")
    properties = {
        column: _read_property(column, given) for column, given in sent["properties"].items()
    }
    if properties.get(KEY, {}).get("type") != "string":
        raise _wrong("schema.properties.key", "is required, and is a string")
    if len(properties) - 1 > MOST_PROPERTIES:
        raise bad_request(
            "flows.datatables.too.many.properties",
            "The schema has {count} properties beside the key, {maximum} are allowed.",
            count=str(len(properties) - 1),
            maximum=str(MOST_PROPERTIES),
        )
    required = sent.get("required", [KEY])
    if missing := [column for column in required if column not in properties]:
        raise _wrong("schema.required", f"names no property: {', '.join(missing)}")
    return {
        "$schema": _DRAFT,
        "type": "object",
        **sent,
        "title": name,
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def refuse_lost_columns(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse a schema that drops a property or changes its type.

    Raises:
        Refusal: 400 ``flows.datatables.schema.exception``.

    Source: official SDK 269 (an update may only add fields).
    """
    for column, before in now["properties"].items():
        after = wanted["properties"].get(column)
        where = f"schema.properties.{column}"
        if after is None:
            raise _wrong(where, "is missing; a property cannot be removed")
        if after["type"] != before["type"]:
            raise _wrong(where, f"is of type {before['type']}, which cannot be changed")


def read_row(body: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row in the order of the schema; what the body leaves out gets its default.

    Raises:
        Refusal: 400 ``flows.datatables.schema.exception``; the row does not fit the schema.
    """
    properties = schema["properties"]
    if not isinstance(body, dict):
        raise bad_field("bad.request", "body", "an object is needed")
    if unknown := [column for column in body if column not in properties]:
        raise _wrong(unknown[0], "is no property of the table")
    for column in schema["required"]:
        if body.get(column) is None:
            raise _wrong(column, "is required")
    row = {column: _cell(column, given, body.get(column)) for column, given in properties.items()}
    check_key(row[KEY])
    return row


def filled(row: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """``row`` with the defaults of the properties that it does not have yet."""
    return {
        column: row.get(column, _default(given)) for column, given in schema["properties"].items()
    }


def check_key(key: str) -> None:
    """Refuse a blank key and one that is too long.

    Raises:
        Refusal: 400 ``flows.datatables.schema.exception``.
    """
    if not key:
        raise _wrong(KEY, "must not be blank")
    if len(key) > KEY_LENGTH:
        raise _wrong(KEY, f"is longer than {KEY_LENGTH} characters")


def _read_property(column: str, given: Any) -> dict[str, Any]:
    where = f"schema.properties.{column}"
    if not column.strip():
        raise _wrong("schema.properties", "has a property without a name")
    wanted = read_object(given, _PROPERTY, where)
    found = {"$id": f"/properties/{column}", "title": column, **wanted}
    if given.get("default") is not None:
        found["default"] = _READERS[found["type"]].read(given["default"], f"{where}.default")
    return found


def _cell(column: str, given: Mapping[str, Any], value: Any) -> Any:
    if value is None:
        return _default(given)
    try:
        return _READERS[given["type"]].read(value, column)
    except Refusal as refusal:
        raise _wrong(column, refusal.template.removeprefix("{field}: ")) from None


def _default(given: Mapping[str, Any]) -> Any:
    return given.get("default", _BLANKS[given["type"]])


def _wrong(where: str, problem: str) -> Refusal:
    return bad_field(SCHEMA_EXCEPTION, where, problem)
