# SPDX-License-Identifier: Apache-2.0
"""Sites: where calls leave the platform. They are only looked up here; two are there already.

A managed site is Genesys' own, in its cloud, the other kind stands at the customer's.

Source: TelephonyProvidersEdgeApi of the official SDK 269; provider reference, sections B.28, F.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from simulator.entities import Entity, Kind
from simulator.entity_calls import list_all, read
from simulator.fields import Flag, Text
from simulator.http import Call, Operation
from simulator.references import SITE

MAIN_SITE = "8a1f1f4e-0000-4000-8000-000000000001"
CLOUD_SITE = "8a1f1f4e-0000-4000-8000-000000000002"
CLOUD_VOICE = "PureCloud Voice - AWS"
PERMISSION = "telephony:plugin:all"


def _show(call: Call, entity: Entity, body: dict[str, Any]) -> None:  # noqa: ARG001 - a hook
    model = "Cloud" if entity.definition["managed"] else "Premises"
    body |= {"state": "active", "mediaModel": model, "coreSite": False}


def kind_asked_for(call: Call, entity: Entity) -> bool:
    """Whether a site or an edge group is managed, or is not, as the call asks."""
    return not call.text("managed") or call.flag("managed") == entity.definition["managed"]


SITES = Kind(
    noun=SITE,
    root="/api/v2/telephony/providers/edges/sites",
    parameter="siteId",
    permission=PERMISSION,
    model="Site",
    fields={"description": Text(), "managed": Flag()},
    defaults={"managed": False},
    update="",
    sorted_by="name",
    wildcards=True,
    show=_show,
    matches=kind_asked_for,
    seeds={MAIN_SITE: {"name": "Main Site"}, CLOUD_SITE: {"name": CLOUD_VOICE, "managed": True}},
)

OPERATIONS = (
    Operation(
        "GET",
        SITES.root,
        "get_telephony_providers_edges_sites",
        partial(list_all, SITES),
        (PERMISSION,),
        "SiteEntityListing",
    ),
    Operation(
        "GET",
        f"{SITES.root}/{{siteId}}",
        "get_telephony_providers_edges_site",
        partial(read, SITES),
        (PERMISSION,),
        "Site",
    ),
)
