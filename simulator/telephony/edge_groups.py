# SPDX-License-Identifier: Apache-2.0
"""Edge groups: the other thing that a campaign may call through. One is there already.

Source: TelephonyProvidersEdgeApi of the official SDK 269; provider reference, sections B.28, F.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from simulator.entities import Entity, Kind
from simulator.entity_calls import list_all, read
from simulator.fields import Flag, Text
from simulator.http import Call, Operation
from simulator.references import EDGE_GROUP
from simulator.telephony.sites import CLOUD_VOICE, PERMISSION, kind_asked_for

CLOUD_GROUP = "8a1f1f4e-0000-4000-8000-000000000003"


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:  # noqa: ARG001 - a hook
    body |= {"state": "active", "hybrid": False}


EDGE_GROUPS = Kind(
    noun=EDGE_GROUP,
    root="/api/v2/telephony/providers/edges/edgegroups",
    parameter="edgeGroupId",
    permission=PERMISSION,
    model="EdgeGroup",
    fields={"description": Text(), "managed": Flag()},
    defaults={"managed": False},
    update="",
    sorted_by="name",
    wildcards=True,
    show=_show,
    matches=kind_asked_for,
    seeds={CLOUD_GROUP: {"name": CLOUD_VOICE, "managed": True}},
)

OPERATIONS = (
    Operation(
        "GET",
        EDGE_GROUPS.root,
        "get_telephony_providers_edges_edgegroups",
        partial(list_all, EDGE_GROUPS),
        (PERMISSION,),
        "EdgeGroupEntityListing",
    ),
    Operation(
        "GET",
        f"{EDGE_GROUPS.root}/{{edgeGroupId}}",
        "get_telephony_providers_edges_edgegroup",
        partial(read, EDGE_GROUPS),
        (PERMISSION,),
        "EdgeGroup",
    ),
)
