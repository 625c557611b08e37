# SPDX-License-Identifier: Apache-2.0
"""Do-not-call lists themselves; for what is in them see :mod:`simulator.outbound.dnc_entries`.

Source: DncList of the official SDK 269; provider reference, section B.21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import usual_calls
from simulator.errors import bad_field
from simulator.fields import ListOf, Text
from simulator.http import Call
from simulator.outbound.dnc_entries import entries_of
from simulator.references import DNC_LIST

if TYPE_CHECKING:
    from simulator.organisation import Organisation

CUSTOM = "rds_custom"


def _check(_: Organisation, definition: Definition, entity: Entity | None) -> None:
    source = definition["dncSourceType"]
    if (source == CUSTOM) != ("customExclusionColumn" in definition):
        message = f"goes with the dncSourceType {CUSTOM}, and that with it"
        raise bad_field("invalid.value", "customExclusionColumn", message)
    if entity is not None and entity.definition["dncSourceType"] != source:
        raise bad_field("invalid.value", "dncSourceType", "is fixed when the list is made")


def _matches(call: Call, entity: Entity) -> bool:
    return call.text("dncSourceType") in ("", entity.definition["dncSourceType"])


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:
    if call.flag("includeSize"):
        body["size"] = len(entries_of(entity))


DNC = Kind(
    noun=DNC_LIST,
    root="/api/v2/outbound/dnclists",
    parameter="dncListId",
    permission="outbound:dncList",
    model="DncList",
    division="home",
    fields={
        "dncSourceType": Text(required=True, choices=("rds", CUSTOM, "dnc.com", "gryphon")),
        "contactMethod": Text(choices=("Email", "Phone", "Any", "WhatsApp")),
        "loginId": Text(),
        "campaignId": Text(),
        "dncCodes": ListOf(Text()),
        "licenseId": Text(),
        "customExclusionColumn": Text(minimum=1),
    },
    defaults={"dncCodes": []},
    check=_check,
    matches=_matches,
    show=_show,
)

OPERATIONS = usual_calls(DNC)
