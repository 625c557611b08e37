# SPDX-License-Identifier: Apache-2.0
"""A small contact centre on the simulated platform: one contact list, one campaign, its agents.

It is made over the platform's API, as an administrator would, with just what a campaign needs;
what a company should deploy is in ``infra/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from integration.policy import ScoreColumns
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation

GATEWAY: Final = "https://api.example.test"
PHONE: Final = "phone"
ROW: Final = "row"
DRAW: Final = "draw"
_PHONE: Final = {"columnName": PHONE, "type": "cell"}
_QUEUE: Final = "Sales"
_COLUMNS: Final = ScoreColumns()


@dataclass(frozen=True, slots=True)
class CallOrder:
    """The order in which a campaign calls: by a numeric column, up or down."""

    column: str
    direction: str


BY_SCORE: Final = CallOrder(_COLUMNS.score, "DESC")
BY_FILE: Final = CallOrder(ROW, "ASC")
BY_DRAW: Final = CallOrder(DRAW, "ASC")


@dataclass(frozen=True, slots=True)
class Centre:
    """The ids of what was made."""

    contact_list: str
    campaign: str


async def open_centre(organisation: Organisation, order: CallOrder, agents: int) -> Centre:
    """Make a contact list, and a campaign that is on and calls it in ``order``."""
    control = Control(organisation)
    control.add_queue(name=_QUEUE)
    for number in range(1, agents + 1):
        control.add_agent(name=f"Agent {number:02}", queues=[_QUEUE])
    async with httpx.AsyncClient(
        transport=SimulatorTransport(organisation), base_url=GATEWAY
    ) as http:
        administrator = await _Administrator.signed_in(http)
        contacts = await administrator.make("/outbound/contactlists", _contact_list())
        campaign = await administrator.make(
            "/outbound/campaigns",
            {
                "name": "Caravan insurance",
                "contactList": {"id": contacts},
                "contactSorts": [
                    {"fieldName": order.column, "direction": order.direction, "numeric": True}
                ],
                "dynamicContactQueueingSettings": {"sort": True},
                "queue": await administrator.first("/routing/queues", _QUEUE),
                "script": await administrator.first("/scripts"),
                "site": await administrator.first("/telephony/providers/edges/sites"),
                "callAnalysisResponseSet": {
                    "id": await administrator.make(
                        "/outbound/callanalysisresponsesets", {"name": "Answers", "responses": {}}
                    )
                },
                "dialingMode": "progressive",
                "callerName": "Insurer",
                "callerAddress": "+441632960000",
                "phoneColumns": [_PHONE],
            },
        )
        await administrator.call("POST", f"/outbound/campaigns/{campaign}/start")
    return Centre(contacts, campaign)


def _contact_list() -> dict[str, Any]:
    scores = [_COLUMNS.score, _COLUMNS.instant, _COLUMNS.tier, _COLUMNS.model]
    kinds = {_COLUMNS.score: "NUMERIC", _COLUMNS.instant: "TIMESTAMP"}
    kinds |= {ROW: "NUMERIC", DRAW: "NUMERIC"}
    return {
        "name": "Prospects",
        "columnNames": [_COLUMNS.lead, PHONE, ROW, DRAW, *scores],
        "phoneColumns": [_PHONE],
        "columnDataTypeSpecifications": [
            {"columnName": name, "columnDataType": kind} for name, kind in kinds.items()
        ],
    }


class _Administrator:
    """Who may do everything."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    async def signed_in(cls, http: httpx.AsyncClient) -> _Administrator:
        answer = await http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
        )
        token = answer.raise_for_status().json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        return cls(http)

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = await self._http.request(method, f"/api/v2{path}", json=body)
        return answer.raise_for_status().json() if answer.content else None

    async def make(self, path: str, body: Mapping[str, Any]) -> str:
        made = await self.call("POST", path, body)
        return str(made["id"])

    async def first(self, path: str, name: str = "") -> dict[str, str]:
        """The reference of the first object there that has ``name``, or any."""
        found = (await self.call("GET", path))["entities"]
        return {"id": next(one["id"] for one in found if name in ("", one["name"]))}
