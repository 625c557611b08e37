# SPDX-License-Identifier: Apache-2.0
"""Moving objects to another division.

Source: AuthorizationApi of the official SDK 269 (which names no permission for it: here one to
edit such objects is needed in both divisions); provider reference, sections B.9 and B.26.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from simulator.errors import not_found
from simulator.fields import Text, read_list
from simulator.http import Answer, Call, Operation
from simulator.references import (
    CAMPAIGN,
    CONTACT_LIST,
    DIVISION,
    DNC_LIST,
    QUEUE,
    SCRIPT,
    SKILL_GROUP,
    USER,
)

PATH = "/api/v2/authorization/divisions/{divisionId}/objects/{objectType}"

TYPES: Mapping[str, tuple[str, str]] = {
    "CAMPAIGN": (CAMPAIGN, "outbound:campaign:edit"),
    "CONTACTLIST": (CONTACT_LIST, "outbound:contactList:edit"),
    "DNCLIST": (DNC_LIST, "outbound:dncList:edit"),
    "QUEUE": (QUEUE, "routing:queue:edit"),
    "SCRIPT": (SCRIPT, "scripter:script:edit"),
    "SKILLGROUP": (SKILL_GROUP, "routing:skillGroup:edit"),
    "USER": (USER, "directory:user:edit"),
}
"""The types of objects that can be moved: what they are called here, and who may move them."""


class _Movable(Protocol):
    division_id: str


def move(call: Call) -> Answer:
    """Let objects of one type belong to the division; all of them, or none."""
    references = call.organisation.references
    division_id = call.path["divisionId"]
    if references.find(DIVISION, division_id) is None:
        raise not_found(f"The division {division_id}")
    kind = TYPES.get(call.path["objectType"].upper())
    if kind is None:
        raise not_found(f"The object type {call.path['objectType']}")
    noun, permission = kind
    found = []
    for object_id in read_list(call.body, Text(minimum=1)):
        target = references.find(noun, object_id)
        if target is None:
            raise not_found(f"The {noun} {object_id}")
        movable = cast(_Movable, target)
        call.require(permission, movable.division_id)
        call.require(permission, division_id)
        found.append(movable)
    for movable in found:
        movable.division_id = division_id
    return Answer(status=204)


OPERATIONS = (Operation("POST", PATH, "post_authorization_division_object", move),)
