# SPDX-License-Identifier: Apache-2.0
"""Starts and stops the campaigns, and says how they stand.

The stack declares campaigns and never turns them on or off: that is for the day's operation,
and an update of the stack must not end it.

Source: docs/platform.md section 5: ``start`` and ``stop`` need no more than their own permission,
and a campaign that is turned off is ``stopping`` until its calls have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from integration.platform.client import GenesysClient
from integration.platform.paths import path

Action = Literal["start", "stop", "status"]

_ONE: Final = "/api/v2/outbound/campaigns/{id}"
_RUNNING: Final = frozenset({"on"})
_ENDING: Final = frozenset({"stopping", "forced_stopping"})


@dataclass(frozen=True, slots=True)
class CampaignState:
    """One campaign as the platform has it.

    Attributes:
        campaign_id: its id.
        name: its name.
        status: ``on``, ``stopping``, ``off``, ``complete``, ``invalid`` or a newer word of
            the platform.
        contact_list: the name of its contact list, else its id.
        queue: the name of its queue, else its id; blank without one.
        called: contacts called since it was started or recycled.
        contacts: contacts in all.
        change: what was done, in a word: ``started``, ``stopped``, or blank for nothing.
    """

    campaign_id: str
    name: str
    status: str
    contact_list: str
    queue: str
    called: int
    contacts: int
    change: str = ""


class Campaigns:
    """The campaigns of one organisation.

    Args:
        client: makes the calls.
    """

    def __init__(self, client: GenesysClient) -> None:
        self._client = client

    async def state(self, campaign_id: str, *, change: str = "") -> CampaignState:
        """How a campaign stands now.

        Raises:
            PlatformError: it cannot be read.
        """
        campaign = await self._read(campaign_id)
        progress: dict[str, Any] = (
            await self._client.call(
                "read campaign progress",
                "GET",
                path(f"{_ONE}/progress", id=campaign_id),
                expect=dict,
            )
        ).body
        return CampaignState(
            campaign_id=campaign_id,
            name=str(campaign.get("name", "")),
            status=str(campaign.get("campaignStatus", "")),
            contact_list=_named(campaign.get("contactList")),
            queue=_named(campaign.get("queue")),
            called=_count(progress.get("numberOfContactsCalled")),
            contacts=_count(progress.get("totalNumberOfContacts")),
            change=change,
        )

    async def start(self, campaign_id: str) -> CampaignState:
        """Turn a campaign on, unless it is.

        Raises:
            PlatformError: it was refused, such as while another campaign runs on its list.
        """
        if await self._status(campaign_id) in _RUNNING:
            return await self.state(campaign_id)
        await self._turn(campaign_id, "start")
        return await self.state(campaign_id, change="started")

    async def stop(self, campaign_id: str) -> CampaignState:
        """Turn a campaign off if it is on; calls under way are finished.

        Raises:
            PlatformError: it was refused.
        """
        if await self._status(campaign_id) not in _RUNNING:
            return await self.state(campaign_id)
        await self._turn(campaign_id, "stop")
        return await self.state(campaign_id, change="stopped")

    async def _status(self, campaign_id: str) -> str:
        return str((await self._read(campaign_id)).get("campaignStatus", ""))

    async def _read(self, campaign_id: str) -> dict[str, Any]:
        where = path(_ONE, id=campaign_id)
        answer = await self._client.call("read campaign", "GET", where, expect=dict)
        found: dict[str, Any] = answer.body
        return found

    async def _turn(self, campaign_id: str, action: str) -> None:
        where = path(f"{_ONE}/{action}", id=campaign_id)
        await self._client.call(f"{action} campaign", "POST", where)


def is_wanted(state: CampaignState, action: Action) -> bool:
    """Whether a campaign stands as ``action`` wants it."""
    match action:
        case "start":
            return state.status in _RUNNING
        case "stop":
            return state.status not in _RUNNING | _ENDING
    return True


def _named(reference: object) -> str:
    if not isinstance(reference, dict):
        return ""
    return str(reference.get("name") or reference.get("id") or "")


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
