# SPDX-License-Identifier: Apache-2.0
"""Data sources: objects that a program looks up by name and does not own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from simulator.provider.api import Api

_OUTBOUND = "/api/v2/outbound"


class NotFound(Exception):
    """No object, or several, have the name that a program looks for."""


@dataclass(frozen=True)
class Lookup:
    """How one kind of object is found.

    Args:
        label: what people call it.
        paths: of the lists to search, one after another.
        by_name: the platform is asked for the name, not for all.
        to_the_end: pages are asked for until one is empty.
    """

    label: str
    paths: tuple[str, ...]
    by_name: bool = False
    to_the_end: bool = False

    async def find(self, api: Api, name: str) -> dict[str, Any]:
        """The id and the name of the one object that has the name.

        Raises:
            NotFound: there is none, or more than one.
        """
        ids = set()
        for path in self.paths:
            for found in await self._listed(api, path, name):
                if found.get("name") == name and found.get("state") != "deleted":
                    ids.add(found["id"])
        if not ids:
            raise NotFound(f"there is no {self.label} named {name!r}")
        if len(ids) > 1:
            raise NotFound(f"{len(ids)} objects are a {self.label} named {name!r}, not one")
        return {"id": ids.pop(), "name": name}

    async def _listed(self, api: Api, path: str, name: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = []
        page = 1
        while True:
            query = f"{'&' if '?' in path else '?'}pageSize=100&pageNumber={page}"
            query += f"&name={quote_plus(name)}" if self.by_name else ""
            answer = await api.call("GET", path + query)
            listed += answer["entities"]
            last = page >= (answer.get("pageCount") or 1)
            if not answer["entities"] or (last and not self.to_the_end):
                return listed
            page += 1


LOOKUPS = {
    "Script": Lookup("script", ("/api/v2/scripts", "/api/v2/scripts/published"), True, True),  # noqa: FBT003 - a table
    "TelephonyProvidersEdgesSite": Lookup(
        "site",
        tuple(f"/api/v2/telephony/providers/edges/sites?managed={m}" for m in ("true", "false")),
    ),
    "AuthDivision": Lookup("division", ("/api/v2/authorization/divisions",)),
    "AuthRole": Lookup("role", ("/api/v2/authorization/roles",), by_name=True),
    "OauthClient": Lookup("OAuth client", ("/api/v2/oauth/clients",)),
    "RoutingSkill": Lookup("skill", ("/api/v2/routing/skills",)),
    "RoutingSkillGroup": Lookup("skill group", ("/api/v2/routing/skillgroups",)),
    "RoutingWrapupcode": Lookup("wrap-up code", ("/api/v2/routing/wrapupcodes",)),
    "RoutingQueue": Lookup(
        "queue", tuple(f"/api/v2/routing/queues?hasPeer={peer}" for peer in ("false", "true"))
    ),
    "ArchitectDatatable": Lookup("data table", ("/api/v2/flows/datatables",)),
    "OutboundAttemptLimit": Lookup("attempt limit", (f"{_OUTBOUND}/attemptlimits",)),
    "OutboundCallabletimeset": Lookup("callable time set", (f"{_OUTBOUND}/callabletimesets",)),
    "OutboundCallanalysisresponseset": Lookup(
        "call analysis response set", (f"{_OUTBOUND}/callanalysisresponsesets",)
    ),
    "OutboundCampaign": Lookup("campaign", (f"{_OUTBOUND}/campaigns",)),
    "OutboundContactList": Lookup("contact list", (f"{_OUTBOUND}/contactlists",)),
    "OutboundContactlistfilter": Lookup(
        "contact list filter", (f"{_OUTBOUND}/contactlistfilters",)
    ),
    "OutboundDnclist": Lookup("do-not-call list", (f"{_OUTBOUND}/dnclists",)),
    "OutboundRuleset": Lookup("rule set", (f"{_OUTBOUND}/rulesets",)),
}
"""By the object that they find."""


async def look_up(api: Api, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of the data source ``token``.

    Raises:
        NotFound: no object has the name, or the data source is not known.
    """
    kind = token.rpartition(":get")[2]
    if kind == "AuthDivisionHome":
        home = await api.home_division()
        return {"id": home["id"], "name": home["name"], "description": home.get("description", "")}
    if kind not in LOOKUPS:
        raise NotFound(f"the stand-in provider has no data source {token}")
    return await LOOKUPS[kind].find(api, str(arguments["name"]))
