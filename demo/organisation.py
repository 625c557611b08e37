# SPDX-License-Identifier: Apache-2.0
"""The simulated organisation of the demonstration: a contact list, a client, bad weather."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx

from integration.policy import ScoringPolicy
from simulator.clock import SimClock
from simulator.control import Control
from simulator.faults import FaultRule
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation

PUSHER: Final = "demo-pusher"
PUSHER_SECRET: Final = "demo-pusher-secret"  # noqa: S105 - of a simulated client
LOADER: Final = "demo-loader"
LOADER_SECRET: Final = "demo-loader-secret"  # noqa: S105 - of a simulated client
PERMISSIONS: Final = (
    "outbound:contact:add",
    "outbound:contact:edit",
    "outbound:contact:view",
    "outbound:contactList:view",
)


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


def make_organisation(clock: SimClock, seed: int) -> Organisation:
    """An organisation with the clients of pusher and loader, with the rights that they need."""
    organisation = Organisation(clock=clock, seed=seed)
    organisation.add_client(PUSHER, PUSHER_SECRET, permissions=PERMISSIONS)
    organisation.add_client(LOADER, LOADER_SECRET, permissions=PERMISSIONS, rate_limit=3_000)
    return organisation


def let_it_rain(control: Control, weather: Weather, seed: int) -> None:
    """Begin the bad weather."""
    control.set_limits(client_id=PUSHER, ceiling=weather.limit)
    control.traffic(client_id=PUSHER, seconds=3600, calls_per_second=weather.others / 60)
    control.traffic(client_id=PUSHER, seconds=weather.greedy_s, greedy=True, start_in=30)
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

    async def create_list(self, name: str, policy: ScoringPolicy) -> str:
        """A contact list with the columns of a score; its id."""
        columns = policy.columns
        return str(
            (
                await self._call(
                    "/api/v2/outbound/contactlists",
                    {
                        "name": name,
                        "columnNames": [
                            columns.lead,
                            "phone",
                            "zone",
                            columns.score,
                            columns.instant,
                            columns.tier,
                            columns.model,
                        ],
                        "phoneColumns": [
                            {
                                "columnName": "phone",
                                "type": "cell",
                                "callableTimeColumnName": "zone",
                            }
                        ],
                        "columnDataTypeSpecifications": [
                            {
                                "columnName": columns.score,
                                "columnDataType": "NUMERIC",
                                "min": 0,
                                "max": 100,
                            },
                            {"columnName": columns.instant, "columnDataType": "TIMESTAMP"},
                        ],
                    },
                )
            )["id"]
        )

    async def in_dial_order(
        self, list_id: str, policy: ScoringPolicy, count: int
    ) -> list[dict[str, Any]]:
        """The first ``count`` contacts in the campaign's order: highest score first."""
        page = await self._search(list_id, policy, 1, min(count, 100))
        contacts: list[dict[str, Any]] = page["entities"]
        return contacts

    async def all_contacts(self, list_id: str, policy: ScoringPolicy) -> list[dict[str, Any]]:
        """Every contact of the list."""
        contacts: list[dict[str, Any]] = []
        number = 1
        while page := (await self._search(list_id, policy, number, 100))["entities"]:
            contacts += page
            number += 1
        return contacts

    async def _search(
        self, list_id: str, policy: ScoringPolicy, number: int, size: int
    ) -> dict[str, Any]:
        return await self._call(
            f"/api/v2/outbound/contactlists/{list_id}/contacts/search",
            {
                "pageNumber": number,
                "pageSize": size,
                "contactSorts": [
                    {"fieldName": policy.columns.score, "direction": "DESC", "numeric": True}
                ],
            },
        )

    async def _call(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        document: dict[str, Any] = answer.raise_for_status().json()
        return document
