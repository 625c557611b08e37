# SPDX-License-Identifier: Apache-2.0
"""The wrap-up codes of a queue: those that its agents may choose from.

Source: RoutingApi of the official SDK 269; provider reference, section B.9.
"""

from __future__ import annotations

from typing import Any

from simulator.entities import Entity
from simulator.entity_calls import entity_body, entity_of
from simulator.errors import not_found
from simulator.fields import ListOf, Reference
from simulator.http import Answer, Call, Operation
from simulator.references import WRAPUP_CODE
from simulator.routing.queues import QUEUES
from simulator.routing.wrapup_codes import WRAPUP_CODES

MOST = 100
"""Codes in one call."""

ROOT = "/api/v2/routing/queues/{queueId}/wrapupcodes"


def list_codes(call: Call) -> dict[str, Any]:
    """The codes of a queue, by name; an asterisk may end the query's ``name``."""
    queue = entity_of(call, QUEUES, "view")
    name = call.text("name").rstrip("*").casefold()
    bodies = [body for body in _bodies(call, _codes(queue)) if _starts(body, name)]
    bodies.sort(key=lambda body: str(body["name"]).casefold())
    return call.page().listing(bodies, f"{QUEUES.root}/{queue.id}/wrapupcodes")


def add_codes(call: Call) -> list[dict[str, Any]]:
    """Add codes to a queue; those that were sent are the answer."""
    queue = entity_of(call, QUEUES, "edit")
    sent = ListOf(Reference(), maximum=MOST).read(call.body, "body")
    for place, code_id in enumerate(sent):
        call.organisation.references.check_one(WRAPUP_CODE, code_id, f"body[{place}]")
    queue.more["codes"] = list(dict.fromkeys([*_codes(queue), *sent]))
    return _bodies(call, sent)


def delete_code(call: Call) -> Answer:
    """Take a code from a queue."""
    queue = entity_of(call, QUEUES, "edit")
    codes, code_id = _codes(queue), call.path["codeId"]
    if code_id not in codes:
        raise not_found(f"The wrap-up code {code_id} of queue {queue.name}")
    queue.more["codes"] = [one for one in codes if one != code_id]
    return Answer(status=204)


def _codes(queue: Entity) -> list[str]:
    return list(queue.more.get("codes", ()))


def _bodies(call: Call, ids: list[str]) -> list[dict[str, Any]]:
    """The codes that exist: one that was deleted is in no queue any more."""
    codes = {code.id: code for code in call.organisation.entities[WRAPUP_CODE]}
    return [entity_body(call, WRAPUP_CODES, codes[one]) for one in ids if one in codes]


def _starts(body: dict[str, Any], name: str) -> bool:
    return str(body["name"]).casefold().startswith(name)


OPERATIONS = (
    Operation(
        "GET",
        ROOT,
        "get_routing_queue_wrapupcodes",
        list_codes,
        ("routing:queue:view",),
        "WrapupCodeEntityListing",
    ),
    Operation(
        "POST",
        ROOT,
        "post_routing_queue_wrapupcodes",
        add_codes,
        ("routing:queue:edit",),
        "list[WrapupCode]",
    ),
    Operation(
        "DELETE",
        f"{ROOT}/{{codeId}}",
        "delete_routing_queue_wrapupcode",
        delete_code,
        ("routing:queue:edit",),
    ),
)
