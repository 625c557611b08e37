# SPDX-License-Identifier: Apache-2.0
"""The simulated organisation of the demonstration: its bad weather, and who looks around in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from simulator.control import Control
from simulator.faults import FaultRule
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET


@dataclass(frozen=True, slots=True)
class Weather:
    """What goes wrong during the push.

    Args:
        limit: calls per minute that the platform allows.
        others: calls per minute of another program that uses the same OAuth client.
        greedy_s: seconds for which it takes every free call instead.
        unavailable: share of calls that are answered with 503.
        lost: share of writes whose answer gets lost after they have been carried out.
    """

    limit: int = 120
    others: int = 24
    greedy_s: float = 10.0
    unavailable: float = 0.05
    lost: float = 0.1


def let_it_rain(control: Control, client_id: str, weather: Weather, seed: int) -> None:
    """Begin the bad weather for the client ``client_id``."""
    control.set_limits(client_id=client_id, ceiling=weather.limit)
    control.traffic(client_id=client_id, seconds=3600, calls_per_second=weather.others / 60)
    control.traffic(client_id=client_id, seconds=weather.greedy_s, greedy=True, start_in=30)
    control.set_faults(
        seed=seed,
        rules=[
            FaultRule(
                operation="*contactlist*",
                kind="status",
                status=503,
                probability=weather.unavailable,
            ),
            FaultRule(
                operation="post_outbound_contactlist_contacts",
                kind="reset",
                after_commit=True,
                probability=weather.lost,
            ),
        ],
    )


class Administrator:
    """What a person with all rights does in the organisation, over its API.

    Args:
        url: base URL of the platform.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def log_in(self) -> None:
        """Get a token."""
        answer = await self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
        )
        token = answer.raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def campaign(self, campaign_id: str) -> dict[str, Any]:
        """A campaign as the platform has it."""
        return await self._get(f"/api/v2/outbound/campaigns/{campaign_id}")

    async def in_dial_order(self, campaign_id: str, count: int) -> list[dict[str, Any]]:
        """The first ``count`` contacts that a campaign may dial, in the campaign's own order."""
        campaign = await self.campaign(campaign_id)
        search = {"pageSize": min(count, 100), "contactSorts": campaign["contactSorts"]}
        if filters := campaign["contactListFilters"]:
            search["contactListFilterId"] = filters[0]["id"]
        contacts: list[dict[str, Any]] = (
            await self._search(campaign["contactList"]["id"], search)
        )["entities"]
        return contacts

    async def all_contacts(self, list_id: str) -> list[dict[str, Any]]:
        """Every contact of the list."""
        contacts: list[dict[str, Any]] = []
        number = 1
        while page := (await self._search(list_id, {"pageNumber": number, "pageSize": 100}))[
            "entities"
        ]:
            contacts += page
            number += 1
        return contacts

    async def _search(self, list_id: str, search: dict[str, Any]) -> dict[str, Any]:
        return await self._call(f"/api/v2/outbound/contactlists/{list_id}/contacts/search", search)

    async def _get(self, path: str) -> dict[str, Any]:
        document: dict[str, Any] = (await self._http.get(path)).raise_for_status().json()
        return document

    async def _call(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        document: dict[str, Any] = answer.raise_for_status().json()
        return document
