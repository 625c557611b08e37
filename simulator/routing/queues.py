# SPDX-License-Identifier: Apache-2.0
"""Queues: where calls wait for an agent.

A queue has no version: the last writer wins. Agents stand in it by themselves or through a skill
group; see :mod:`simulator.routing.queue_members`.

Source: RoutingApi of the official SDK 269; provider reference, section B.9.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.http import Call
from simulator.references import QUEUE, WRAPUP_CODE
from simulator.routing.membership import members_of
from simulator.routing.queue_definition import DEFAULTS, FIELDS, ROOT, complete
from simulator.routing.unknowns import NAME_LENGTH, unique

if TYPE_CHECKING:
    from simulator.organisation import Organisation


def _check(_: Organisation, definition: Definition, __: Entity | None) -> None:
    complete(definition)


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:
    members = members_of(call.organisation, entity)
    body["memberCount"] = len(members)
    body["userMemberCount"] = sum(member.by == "user" for member in members)
    body["joinedMemberCount"] = sum(member.joined for member in members)


def _matches(call: Call, entity: Entity) -> bool:
    peer, peers = entity.definition.get("peerId", ""), call.listing("peerId")
    if call.text("hasPeer") and call.flag("hasPeer") != bool(peer):
        return False
    return not peers or peer in peers


def _codes(entity: Entity) -> Iterator[tuple[str, str]]:
    return ((WRAPUP_CODE, code_id) for code_id in entity.more.get("codes", ()))


def _force(call: Call) -> bool:
    return call.flag("forceDelete") and call.organisation.switches.force_deletes_used_queue


QUEUES = Kind(
    noun=QUEUE,
    root=ROOT,
    parameter="queueId",
    permission="routing:queue",
    model="Queue",
    fields=FIELDS,
    defaults=DEFAULTS,
    division="home",
    system=("dateCreated", "dateModified"),
    most=5_000,
    most_per_page=500,
    name_length=NAME_LENGTH,
    unique=unique,
    used=_codes,
    check=_check,
    show=_show,
    matches=_matches,
    wildcards=True,
    sorted_by="name",
    force=_force,
)

OPERATIONS = usual_calls(QUEUES)
