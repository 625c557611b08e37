# SPDX-License-Identifier: Apache-2.0
"""The definition of a contact list: reading it from a body, and what may change in it later.

Columns of any kind, their types and the time zone mapping are fixed when the list is made; a
PUT that states other ones is refused with the code of the first difference.

Source: ContactList of the official SDK 269; platform reference, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.contact_body import WireInstant
from simulator.errors import Refusal, bad_field, bad_request
from simulator.fields import Flag, Integer, ListOf, Object, Reader, Reference, Text, read_object

NAME_LENGTH = 64
MOST_COLUMNS = 50
HEADER_LENGTH = 128
"""Source: Genesys help, create-new-contact-list; swagger 2018 for the name."""

_SPECIFICATION = {
    "columnName": Text(required=True, minimum=1),
    "columnDataType": Text(choices=("NUMERIC", "TEXT", "TIMESTAMP", "DATETIME")),
    "min": Integer(),
    "max": Integer(),
    "maxLength": Integer(minimum=0),
}


def _address_column(time_column: str) -> Reader:
    return ListOf(
        Object(
            {
                "columnName": Text(required=True, minimum=1),
                "type": Text(required=True, minimum=1),
                f"{time_column}Name": Text(),
                time_column: Text(),
            }
        )
    )


# Field of the body, name of its time zone column, code of the refusal that it is fixed.
_ADDRESSES = {
    "phoneColumns": ("callableTimeColumn", "cannot.update.phone.columns"),
    "emailColumns": ("contactableTimeColumn", "cannot.update.email.columns"),
    "whatsAppColumns": ("contactableTimeColumn", "cannot.update.whats.app.columns"),
}
_FIELDS: Mapping[str, Reader] = {
    "name": Text(required=True),
    "columnNames": ListOf(Text(minimum=1)),
    **{field: _address_column(time_column) for field, (time_column, _) in _ADDRESSES.items()},
    "previewModeColumnName": Text(),
    "previewModeAcceptedValues": ListOf(Text()),
    "attemptLimits": Reference(),
    "automaticTimeZoneMapping": Flag(),
    "zipCodeColumnName": Text(),
    "columnDataTypeSpecifications": ListOf(Object(_SPECIFICATION)),
    "trimWhitespace": Flag(),
    "retentionType": Text(choices=("Never", "Today", "RetentionDays")),
    "retentionDays": Integer(minimum=1),
    "dateExpiration": WireInstant(),
    "timeZone": Text(),
}
_DEFAULTS: Mapping[str, Any] = {
    "columnNames": [],
    **{field: [] for field in _ADDRESSES},
    "previewModeAcceptedValues": [],
    "automaticTimeZoneMapping": False,
    "columnDataTypeSpecifications": [],
    "trimWhitespace": True,
}


def read_definition(body: Any) -> dict[str, Any]:
    """The definition in ``body``, complete and consistent in itself.

    Returns:
        The official fields that a client may write, without division and version.

    Raises:
        Refusal: 400 with the platform's code where one is documented.
    """
    sent = {**_DEFAULTS, **read_object(body, _FIELDS)}
    definition = {name: sent[name] for name in _FIELDS if sent.get(name) not in (None, "")}
    if "attemptLimits" in definition:
        definition["attemptLimits"] = {"id": definition["attemptLimits"]}
    _check_name(definition.get("name", ""))
    columns = definition["columnNames"]
    _check_columns(columns)
    _check_addresses(definition, columns)
    _check_time_zones(definition, columns)
    _check_specifications(definition["columnDataTypeSpecifications"], columns)
    _check_known(definition.get("previewModeColumnName"), columns, "previewModeColumnName")
    if definition.get("retentionType") == "RetentionDays" and "retentionDays" not in definition:
        raise bad_field("invalid.value", "retentionDays", "is required by the retentionType")
    return definition


def refuse_fixed(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse the first difference in what is fixed when a list is made.

    Raises:
        Refusal: 400, its code says what was to be changed.
    """
    if now["columnNames"] != wanted["columnNames"]:
        raise _fixed("cannot.update.contact.column.names", "columnNames")
    for field, (time_column, code) in _ADDRESSES.items():
        if _addresses(now[field], time_column) != _addresses(wanted[field], time_column):
            raise _fixed(code, field)
    for field in ("automaticTimeZoneMapping", "zipCodeColumnName"):
        if now.get(field) != wanted.get(field):
            raise _fixed("cannot.edit.automatic.time.zone.mapping.settings", field)
    field = "columnDataTypeSpecifications"
    if _specifications(now[field]) != _specifications(wanted[field]):
        raise _fixed("cannot.update.column.data.type.specifications", field)


def _check_name(name: str) -> None:
    if not name.strip():
        raise bad_field("invalid.value", "name", "must not be blank")
    if len(name) > NAME_LENGTH:
        raise bad_field("name.length.exceeded", "name", f"is longer than {NAME_LENGTH} characters")


def _check_columns(columns: list[str]) -> None:
    if not columns:
        raise bad_field("bad.request", "columnNames", "is required")
    if len(columns) > MOST_COLUMNS:
        raise bad_field(
            "contact.columns.limit.exceeded",
            "columnNames",
            f"has {len(columns)} columns, {MOST_COLUMNS} are allowed",
        )
    for place, column in enumerate(columns):
        where = f"columnNames[{place}]"
        if len(column) > HEADER_LENGTH:
            message = f"is longer than {HEADER_LENGTH} characters"
            raise bad_field("contact.column.length.limit.exceeded", where, message)
        if column in columns[:place]:
            raise bad_field("not.unique.contact.columns", where, f"{column} is there already")


def _check_addresses(definition: Mapping[str, Any], columns: Iterable[str]) -> None:
    if not any(definition[field] for field in _ADDRESSES):
        raise bad_request(
            "no.phone.columns", "A contact list needs a phone, email or WhatsApp column."
        )
    for field, (time_column, _) in _ADDRESSES.items():
        for place, address in enumerate(definition[field]):
            where = f"{field}[{place}]"
            if address["columnName"] not in columns:
                raise bad_field(
                    "contact.columns.do.not.contain.phone.number.column"
                    if field == "phoneColumns"
                    else "invalid.value",
                    f"{where}.columnName",
                    f"{address['columnName']} is not among the columnNames",
                )
            for name in (time_column, f"{time_column}Name"):
                _check_known(address.get(name), columns, f"{where}.{name}")


def _check_time_zones(definition: Mapping[str, Any], columns: Iterable[str]) -> None:
    automatic = definition["automaticTimeZoneMapping"]
    zip_column = definition.get("zipCodeColumnName")
    _check_known(zip_column, columns, "zipCodeColumnName")
    if zip_column and not automatic:
        raise bad_field(
            "invalid.value", "zipCodeColumnName", "goes with automaticTimeZoneMapping only"
        )
    zoned = [column for column in definition["phoneColumns"] if _time_column(column)]
    if automatic and zoned:
        raise bad_request(
            "cannot.have.callable.time.column.with.automatic.time.zone.mapping",
            "Phone column {column} has a time zone column, but zones are mapped automatically.",
            column=zoned[0]["columnName"],
        )


def _check_specifications(specifications: list[dict[str, Any]], columns: Iterable[str]) -> None:
    seen = set()
    for place, spec in enumerate(specifications):
        where = f"columnDataTypeSpecifications[{place}]"
        _check_known(spec["columnName"], columns, f"{where}.columnName")
        if spec["columnName"] in seen:
            raise bad_field("invalid.value", where, f"{spec['columnName']} has a type already")
        seen.add(spec["columnName"])
        low, high = spec.get("min"), spec.get("max")
        if low is not None and high is not None and low > high:
            raise bad_field("invalid.value", f"{where}.max", "is less than the minimum")


def _check_known(column: str | None, columns: Iterable[str], where: str) -> None:
    if column and column not in columns:
        raise bad_field("invalid.value", where, f"{column} is not among the columnNames")


def _time_column(address: Mapping[str, Any], name: str = "callableTimeColumn") -> str:
    """The time zone column under its newer or its older name."""
    return str(address.get(f"{name}Name") or address.get(name) or "")


def _addresses(columns: Iterable[Mapping[str, Any]], time_column: str) -> set[tuple[str, ...]]:
    return {
        (column["columnName"], column["type"], _time_column(column, time_column))
        for column in columns
    }


def _specifications(columns: Iterable[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    """The types per column; 0 and absent are the same, as the Terraform provider sends 0."""
    return {
        (
            spec["columnName"],
            spec.get("columnDataType", "TEXT"),
            *(spec.get(bound) or 0 for bound in ("min", "max", "maxLength")),
        )
        for spec in columns
    }


def _fixed(code: str, field: str) -> Refusal:
    return bad_field(code, field, "is fixed when the list is made and cannot be changed")
