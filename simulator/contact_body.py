# SPDX-License-Identifier: Apache-2.0
"""Reading one contact from a body: ids, cells and system fields, and the refusals for each.

A bulk write carries up to 1,000 contacts, so what nearly every contact has (``id``,
``contactListId``, ``data``) is read by hand; the rare system fields go through the readers that
all bodies use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.columns import CELL_LENGTH, Check, fault_in
from simulator.contact import EVALUATIONS
from simulator.contact_list_state import ContactListState
from simulator.errors import bad_field, bad_request
from simulator.fields import Flag, Instant, Integer, Object, Reader, Text, read_object
from simulator.instants import to_wire

ID_LENGTH = 255
"""Most characters in a custom id. The real limit is not documented, only that there is one."""

_ID = re.compile(r"[A-Za-z0-9._:@-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class MapOf(Reader):
    """An object with free names, each value read by the same reader."""

    item: Reader
    required: bool = False

    def read(self, value: Any, where: str) -> dict[str, Any]:
        """What ``item`` reads, under the names that were sent; ``null`` values are left out."""
        if not isinstance(value, dict):
            raise bad_field("bad.request", where, "an object is needed")
        return {
            name: self.item.read(item, f"{where}.{name}")
            for name, item in value.items()
            if item is not None
        }


@dataclass(frozen=True, slots=True)
class WireInstant(Reader):
    """An ISO 8601 date, kept as the platform writes it."""

    required: bool = False

    def read(self, value: Any, where: str) -> str:
        """The instant in UTC with milliseconds."""
        instant: datetime = Instant().read(value, where)
        return to_wire(instant)


_CONTACTABLE = {
    "contactable": Flag(),
    "columnStatus": MapOf(Object({"contactable": Flag()})),
}
_EVALUATION = {
    "contactColumn": Text(),
    "contactAddress": Text(),
    "messageType": Text(choices=("Sms", "Email", "WhatsApp")),
    "wrapupCodeId": Text(),
    "timestamp": WireInstant(),
}
_SYSTEM: Mapping[str, Reader] = {
    "callable": Flag(),
    "phoneNumberStatus": MapOf(Object({"callable": Flag()})),
    "contactableStatus": MapOf(Object(_CONTACTABLE)),
    **{name: MapOf(Object(_EVALUATION)) for name in EVALUATIONS},
    "retentionType": Text(choices=("Never", "Today", "RetentionDays", "DateExpiration")),
    "retentionDays": Integer(minimum=1),
    "dateExpiration": WireInstant(),
    "configurationOverrides": Object({"priority": Flag()}),
}
_ORDINARY = frozenset({"id", "contactListId", "data"})
_NO_SYSTEM_DATA: Mapping[str, Any] = {}


@dataclass(slots=True)
class ContactBody:
    """What a write states about one contact; ``id`` is empty where none was sent."""

    id: str
    data: dict[str, str]
    system: Mapping[str, Any]

    @property
    def priority(self) -> bool | None:
        """``configurationOverrides.priority``: front or end of the queue; None if not stated."""
        value = self.system.get("configurationOverrides", {}).get("priority")
        return value if isinstance(value, bool) else None


def read_contact(
    body: Any,
    state: ContactListState,
    checks: Mapping[str, Check],
    where: str = "",
    *,
    patch: bool = False,
) -> ContactBody:
    """One contact as a client sent it; read-only and unknown fields are ignored.

    Args:
        body: the JSON value.
        state: the list that it is written to.
        checks: the list's column checks.
        where: the field's path, for refusals.
        patch: nothing is required.

    Raises:
        Refusal: 400 that names the field, with the platform's code where one is documented.
    """
    if not isinstance(body, dict):
        raise bad_field("bad.request", where or "body", "an object is needed")
    prefix = f"{where}." if where else ""
    _check_list_id(body.get("contactListId"), state, prefix, patch=patch)
    data = body.get("data")
    if data is None and not patch:
        raise bad_field("bad.request", f"{prefix}data", "is required")
    cells = {} if data is None else _read_cells(data, state, checks, f"{prefix}data")
    contact_id = body.get("id")
    if contact_id is not None:
        _check_id(contact_id, f"{prefix}id")
    system = _NO_SYSTEM_DATA
    if not _ORDINARY.issuperset(body):
        system = read_object(body, _SYSTEM, where)
        _check_retention(system, prefix)
    return ContactBody(contact_id or "", cells, system)


def _check_list_id(given: Any, state: ContactListState, prefix: str, *, patch: bool) -> None:
    if given == state.id or (given is None and patch):
        return
    if given is None:
        raise bad_field("bad.request", f"{prefix}contactListId", "is required")
    if not isinstance(given, str):
        raise bad_field("bad.request", f"{prefix}contactListId", "a string is needed")
    raise bad_field(
        "invalid.value", f"{prefix}contactListId", "is another contact list than the path's"
    )


def _check_id(given: Any, where: str) -> None:
    if not isinstance(given, str):
        raise bad_field("bad.request", where, "a string is needed")
    if not _ID.fullmatch(given):
        raise bad_field(
            "invalid.contact.id",
            where,
            "a custom id has one or more ASCII letters, digits or any of - _ . : @",
        )
    if len(given) > ID_LENGTH:
        raise bad_field(
            "contact.id.length.limit.exceeded", where, f"is longer than {ID_LENGTH} characters"
        )


def _read_cells(
    data: Any, state: ContactListState, checks: Mapping[str, Check], where: str
) -> dict[str, str]:
    """The cells that were sent; ``null`` is a blank cell."""
    if not isinstance(data, dict):
        raise bad_field("bad.request", where, "an object of strings is needed")
    columns = state.columns
    cells: dict[str, str] = data
    for column, text in data.items():
        if column not in columns:
            unknown = [name for name in data if name not in columns]
            raise bad_request(
                "invalid.contact.columns",
                "{field}: the contact list has no column {columns}",
                field=where,
                columns=", ".join(unknown),
            )
        if text is None:
            cells = {**cells, column: ""}
            continue
        if type(text) is not str:
            raise bad_field(
                "bad.request", f"{where}.{column}", "a string is needed, every cell is text"
            )
        # Most cells are short and untyped: not even a function call for them.
        if (column in checks or len(text) > CELL_LENGTH) and (
            fault := fault_in(checks, column, text)
        ):
            raise bad_field(fault[0], f"{where}.{column}", fault[1])
    return cells


def _check_retention(system: Mapping[str, Any], prefix: str) -> None:
    needed = {"RetentionDays": "retentionDays", "DateExpiration": "dateExpiration"}
    field = needed.get(system.get("retentionType", ""))
    if field is not None and field not in system:
        raise bad_field("invalid.value", f"{prefix}{field}", "is required by the retentionType")
