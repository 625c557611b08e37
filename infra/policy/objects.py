# SPDX-License-Identifier: Apache-2.0
"""Rules for all other objects: columns, protection, names, access.

Each rule yields one sentence for each thing that is wrong with a resource, and says what would
happen to whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from infra.columns import Columns, columns_of_resource, recorded
from infra.policy.declared import Declared
from infra.project_copy import PREVIEW_STACK
from infra.settings import LONGEST_NAME

LIST: Final = "OutboundContactList"
ROLE: Final = "AuthRole"
CLIENT: Final = "OauthClient"
KEPT: Final[Mapping[str, str]] = {
    LIST: "its contacts and whom they were called by",
    "ArchitectDatatable": "the scores in it",
    "OutboundDnclist": "the numbers of people who asked not to be called",
    CLIENT: "its secret, and every running push with it",
}
"""What is lost with an object that is deleted, by kind."""

PRODUCTION: Final = "prod"
_FOR_TRYING: Final = frozenset({"dev", "local"})
_MADE_UP: Final = re.compile(r"-[0-9a-f]{7}")

# Beyond looking, a role may do this and no more. Stated here once more, and not taken from
# infra.access, so that a wider role takes two changes.
_WRITES: Final = frozenset({("outbound:contact", "add"), ("outbound:contact", "edit")})
_RUNS: Final = frozenset(("outbound:campaign", what) for what in ("start", "stop"))
_SCRATCH_ROLE: Final = "scratch-role"
_SCRATCH: Final = _WRITES | {("outbound:contactList", what) for what in ("add", "delete")}


def columns_on_record(contacts: Declared, record: Mapping[str, Any]) -> Iterator[str]:
    """The columns are those on record in infra/columns.json."""
    now = columns_of_resource(contacts.properties)
    before = recorded(record, contacts.stack, contacts.name)
    if before is None:
        yield (
            "is not in infra/columns.json, so nobody would notice when a change of its columns "
            "costs its contacts; run: python -m infra.columns --write"
        )
    elif now != before:
        yield (
            f"differs from the record: {'; '.join(_differences(before, now))}. Columns are fixed "
            "at creation: the list would be replaced, and all its contacts with their call history "
            "would be lost. If that is what you want, run: python -m infra.columns --write"
        )


def protected(one: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """What cannot be made again is protected, but where people only try things out."""
    trying = one.stack in _FOR_TRYING or PREVIEW_STACK.fullmatch(one.stack)
    if not one.protect and not trying:
        yield (
            f"is not protected: whatever replaces it would take {KEPT[one.kind]} with it; set "
            "protect to true"
        )


def own_names(one: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """Names are given, fit the platform, and are the environment's own."""
    name = str(one.properties.get("name", ""))
    if not name or _MADE_UP.fullmatch(name.removeprefix(one.name)):
        yield f"has the made-up name {name!r}: nobody would find it on the platform"
        return
    if len(name) > LONGEST_NAME:
        yield f"has a name of {len(name)} characters; the platform takes {LONGEST_NAME}"
    if one.stack != PRODUCTION and not name.endswith(f" {one.stack}"):
        yield (
            f"is called {name!r}, without {one.stack!r} behind it: an operator could take it for "
            "another environment's, and call real customers in a test"
        )


def narrow_roles(role: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """Roles may look, and either write scores or run campaigns."""
    allowed = _SCRATCH if role.name == _SCRATCH_ROLE else _WRITES | _RUNS
    granted = {
        (f"{policy['domain']}:{policy['entityName']}", action)
        for policy in role.properties.get("permissionPolicies") or ()
        for action in policy["actionSets"]
    }
    beyond = {
        (entity, action)
        for entity, action in granted
        if "*" in entity or (action != "view" and (entity, action) not in allowed)
    }
    for entity, action in sorted(beyond):
        yield (
            f"may {action} {entity}: whoever gets hold of the client's secret could do so too, "
            "and nothing in this project needs it"
        )
    if granted & _WRITES and granted & _RUNS:
        yield (
            "may both write scores and run campaigns: one stolen secret would be enough to put "
            "people on a list and have them called"
        )
    if role.properties.get("permissions"):
        yield "has permissions without an entity: what they allow cannot be told"


def machines_only(client: Declared, _: Mapping[str, Any]) -> Iterator[str]:
    """Clients act for themselves, never for a person."""
    grant = client.properties.get("authorizedGrantType")
    if grant != "CLIENT-CREDENTIALS":
        yield f"has the grant {grant}: it would act with all the rights of whoever signs in"


def _differences(before: Columns, now: Columns) -> Iterator[str]:
    old, new = before["columns"], now["columns"]
    yield from (f"column {column} is new" for column in new if column not in old)
    yield from (f"column {column} is gone" for column in old if column not in new)
    if old != new and _same(old, new):
        yield "the columns stand in another order"
    for column in sorted(before["types"].keys() | now["types"].keys()):
        types = before["types"].get(column, "no type"), now["types"].get(column, "no type")
        if types[0] != types[1]:
            yield f"column {column} was of {types[0]} and is of {types[1]}"
    if before["phones"] != now["phones"]:
        yield f"the phone columns were {before['phones']} and are {now['phones']}"


def _same(old: Sequence[str], new: Sequence[str]) -> bool:
    return sorted(old) == sorted(new)
