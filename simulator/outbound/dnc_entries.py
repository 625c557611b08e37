# SPDX-License-Identifier: Apache-2.0
"""What stands in a do-not-call list: phone numbers, or values of a column, until they expire.

Source: OutboundApi of the official SDK 269 (each call is for lists of one kind of entry);
provider reference, section B.21 (the exported file).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from simulator.entities import Entity
from simulator.errors import bad_field, not_found
from simulator.fields import Instant, ListOf, Text, read_list, read_object
from simulator.http import Answer, Call, Operation
from simulator.instants import from_wire, to_wire
from simulator.references import DNC_LIST

ROOT = "/api/v2/outbound/dnclists/{dncListId}"
FILES = "/api/v2/downloads/dnclists/{exportId}"

ADD = "outbound:dnc:add"
DELETE = "outbound:dnc:delete"
VIEW = ("outbound:dnc:view", "outbound:dncList:view")

NUMBERS = ("rds", "phonenumbers", "phoneNumbers")
VALUES = ("rds_custom", "customexclusioncolumns", "customExclusionColumnEntries")
"""Which lists have them, the last word of their path, their field in a PATCH."""

CHANGES = "changes"
"""Counts in a list's ``more`` how often its entries were changed; its version does not."""

Kept = tuple[str, str, str]


def entries_of(dnc_list: Entity) -> dict[str, list[str]]:
    """What stands in the list: when each was added, and when it expires (empty for never)."""
    entries: dict[str, list[str]] = dnc_list.more.setdefault("entries", {})
    return entries


def blocked(dnc_list: Entity, entry: str, now: datetime) -> bool:
    """Whether ``entry`` stands in the list and has not expired by ``now``."""
    _, expires = entries_of(dnc_list).get(entry, ("", "never"))
    return expires != "never" and (not expires or from_wire(expires) > now)


def add(kept: Kept, call: Call) -> Answer:
    """Put the body's entries into the list, until the query's ``expirationDateTime``."""
    dnc_list = _list_of(call, kept, ADD)
    entries = read_list(call.body, Text(minimum=1))
    expires = call.text("expirationDateTime")
    _put(call, dnc_list, entries, expires)
    return Answer(status=204)


def patch(kept: Kept, call: Call) -> Answer:
    """Add entries, or take them out."""
    dnc_list = _list_of(call, kept, ADD)
    field = kept[2]
    sent = read_object(
        call.body,
        {
            "action": Text(required=True, choices=("Add", "Remove")),
            field: ListOf(Text(minimum=1), required=True),
            "expirationDateTime": Text(),
        },
    )
    if sent["action"] == "Add":
        _put(call, dnc_list, sent[field], sent.get("expirationDateTime", ""))
    else:
        for entry in sent[field]:
            entries_of(dnc_list).pop(entry, None)
        _changed(dnc_list)
    return Answer(status=204)


def clear(kept: Kept, call: Call) -> Answer:
    """Take all entries out, or with ``expiredOnly`` those that have expired."""
    dnc_list = _list_of(call, kept, DELETE)
    expired_only = call.flag("expiredOnly")
    dnc_list.more["entries"] = {
        entry: times
        for entry, times in entries_of(dnc_list).items()
        if expired_only and blocked(dnc_list, entry, call.now)
    }
    _changed(dnc_list)
    return Answer(status=204)


def export(call: Call) -> dict[str, Any]:
    """Write the list into a file, as it is now."""
    dnc_list = _viewed(call)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["entry", "dateAdded", "expirationDateTime"])
    writer.writerows([entry, *times] for entry, times in entries_of(dnc_list).items())
    dnc_list.more["export"] = {
        "id": call.organisation.ids.new(),
        "at": call.organisation.timestamp(),
        "text": text.getvalue(),
    }
    return {"id": dnc_list.id, "name": dnc_list.name, "selfUri": f"{_uri(dnc_list)}"}


def poll(call: Call) -> dict[str, Any]:
    """Where the list's newest file is."""
    dnc_list = _viewed(call)
    made = dnc_list.more.get("export")
    if made is None:
        raise not_found(f"An export of DNC list {dnc_list.id}", "no.available.list.export.uri")
    path = FILES.replace("{exportId}", made["id"])
    return {"uri": call.origin + path, "exportTimestamp": made["at"]}


def download(call: Call) -> Answer:
    """The file itself, to whoever knows its address: the official provider sends no token."""
    for dnc_list in call.organisation.entities[DNC_LIST]:
        made = dnc_list.more.get("export", {})
        if made.get("id") == call.path["exportId"]:
            headers = {"Content-Type": "text/csv; charset=utf-8"}
            return Answer(made["text"].encode(), headers=headers)
    raise not_found(f"Download {call.path['exportId']}")


def _put(call: Call, dnc_list: Entity, entries: Iterable[str], expires: str) -> None:
    until = to_wire(Instant().read(expires, "expirationDateTime")) if expires else ""
    now = call.organisation.timestamp()
    entries_of(dnc_list).update({entry: [now, until] for entry in entries})
    _changed(dnc_list)


def _changed(dnc_list: Entity) -> None:
    dnc_list.more[CHANGES] = dnc_list.more.get(CHANGES, 0) + 1


def _list_of(call: Call, kept: Kept, permission: str) -> Entity:
    dnc_list = call.organisation.entities[DNC_LIST].get(call.path["dncListId"])
    call.require(permission, dnc_list.division_id)
    source = dnc_list.definition["dncSourceType"]
    if source != kept[0]:
        raise bad_field("invalid.value", "dncSourceType", f"this is for {kept[0]}, not {source}")
    return dnc_list


def _viewed(call: Call) -> Entity:
    dnc_list = call.organisation.entities[DNC_LIST].get(call.path["dncListId"])
    for permission in VIEW:
        call.require(permission, dnc_list.division_id)
    return dnc_list


def _uri(dnc_list: Entity) -> str:
    return ROOT.replace("{dncListId}", dnc_list.id)


def _calls(kept: Kept) -> Iterable[Operation]:
    path, name = f"{ROOT}/{kept[1]}", f"outbound_dnclist_{kept[1]}"
    handlers: dict[str, tuple[Callable[[Kept, Call], Answer], str]] = {
        "PATCH": (patch, ADD),
        "DELETE": (clear, DELETE),
    }
    if kept is NUMBERS:
        handlers["POST"] = (add, ADD)
    for method, (handler, permission) in handlers.items():
        operation_id = f"{method.lower()}_{name}"
        yield Operation(method, path, operation_id, partial(handler, kept), (permission,))


OPERATIONS = (
    *_calls(NUMBERS),
    *_calls(VALUES),
    Operation(
        "POST", f"{ROOT}/export", "post_outbound_dnclist_export", export, VIEW, "DomainEntityRef"
    ),
    Operation("GET", f"{ROOT}/export", "get_outbound_dnclist_export", poll, VIEW, "ExportUri"),
    Operation(
        "GET",
        FILES,
        "get_dnclist_download",
        download,
        authenticated=False,
        counted=False,
        official=False,
    ),
)
