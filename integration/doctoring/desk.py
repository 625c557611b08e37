# SPDX-License-Identifier: Apache-2.0
"""What the checks share: settings, clients, and objects of the platform, each read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.clock import Clock
from integration.connection import Connection
from integration.platform.errors import PlatformError
from integration.platform.paths import path
from integration.policy import ScoringPolicy
from integration.settings import Settings

_OUTBOUND: Final = "/api/v2/outbound"


@dataclass(frozen=True, slots=True)
class Lane:
    """A contact list with its campaign; the tier is "" where there is one for all leads.

    An id is blank where the settings name none.
    """

    tier: str
    list_id: str
    campaign_id: str


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client: ``pusher`` or ``operator`` where a stack says so, else blank."""

    role: str
    client_id: str
    connection: Connection


class Desk:
    """What the checks look at.

    Args:
        settings: what counts.
        clients: the first one makes the calls; all of them are looked at.
        clock: the time.
        stack: what the stack says, by setting; empty without one.
    """

    def __init__(
        self,
        settings: Settings,
        clients: Sequence[Client],
        clock: Clock,
        stack: Mapping[str, Any],
    ) -> None:
        self.settings = settings
        self.clients = clients
        self.clock = clock
        self.stack = stack
        self.locked_out: set[str] = set()
        """Ids of clients that did not get in."""
        self.told: set[tuple[str, str]] = set()
        """What is not said of a tier a second time."""
        self._read: dict[str, Any] = {}

    @property
    def policy(self) -> ScoringPolicy:
        """Thresholds and names."""
        return self.settings.policy()

    @property
    def connection(self) -> Connection:
        """Of the client that looks."""
        return self.clients[0].connection

    def lanes(self) -> list[Lane]:
        """The contact lists with their campaigns; none where scores are kept elsewhere."""
        if self.settings.store != "contact_list":
            return []
        pairs = zip(self.settings.lists().items(), self.settings.campaigns(), strict=True)
        return [Lane(tier, list_id, campaign) for (tier, list_id), campaign in pairs]

    async def contact_list(self, lane: Lane) -> Mapping[str, Any]:
        """The lane's contact list, with its size.

        Raises:
            PlatformError: it cannot be read.
        """
        return await self.get("contact list", f"{_OUTBOUND}/contactlists/{{id}}", lane.list_id)

    async def campaign(self, lane: Lane) -> Mapping[str, Any]:
        """The lane's campaign.

        Raises:
            PlatformError: it cannot be read.
        """
        return await self.get("campaign", f"{_OUTBOUND}/campaigns/{{id}}", lane.campaign_id)

    async def filter(self, lane: Lane) -> Mapping[str, Any] | None:
        """The campaign's contact list filter; None without one.

        Raises:
            PlatformError: it cannot be read.
        """
        found = (await self.campaign(lane)).get("contactListFilters") or []
        if not found:
            return None
        where = f"{_OUTBOUND}/contactlistfilters/{{id}}"
        return await self.get("filter", where, str(found[0].get("id")))

    async def rule_sets(self, lane: Lane) -> list[Mapping[str, Any]]:
        """The campaign's rule sets.

        Raises:
            PlatformError: one cannot be read.
        """
        found = (await self.campaign(lane)).get("ruleSets") or []
        where = f"{_OUTBOUND}/rulesets/{{id}}"
        return [await self.get("rule set", where, str(one.get("id"))) for one in found]

    async def get(self, what: str, where: str, object_id: str) -> Mapping[str, Any]:
        """One object, read at most once.

        Raises:
            PlatformError: it cannot be read.
        """
        place = path(where, id=object_id)
        if place not in self._read:
            try:
                answer = await self.connection.client.call(
                    f"read {what}", "GET", place, expect=dict
                )
                self._read[place] = answer.body
            except PlatformError as problem:
                self._read[place] = problem
        found = self._read[place]
        if isinstance(found, PlatformError):
            raise found
        return dict(found)

    async def count(self, lane: Lane, criteria: Mapping[str, Any]) -> int:
        """How many contacts of the lane's list match.

        Raises:
            PlatformError: the platform does not search.
        """
        return await self.connection.bulk_edit(lane.list_id).count(criteria)
