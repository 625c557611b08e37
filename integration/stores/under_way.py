# SPDX-License-Identifier: Apache-2.0
"""Who is on the line in a campaign at this moment.

A contact may show its call only when that has ended. Until then nothing on the contact tells that
somebody is being called, and a lead that a push moves to the other queue in the middle of its
call would be called once more from there. The campaign itself knows.

Source: ``get_outbound_campaign_interactions`` of the official SDK 269 (CampaignInteractions);
its permission, ``outbound:campaign:view``, is that of the campaign's other figures. A client that
does not have it goes on without knowing, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog

from integration.platform.client import GenesysClient
from integration.platform.errors import Forbidden
from integration.platform.paths import path
from integration.platform.permits import Reservation

_KINDS: Final = ("pending", "previewing", "proceeding", "interacting", "scheduled")
"""From about to be called to called back later: none of them is to be called elsewhere."""
_log = structlog.get_logger("leadscore.queues")


class CallsUnderWay:
    """The calls of one campaign.

    Args:
        client: makes the calls.
        campaign_id: the campaign.
    """

    def __init__(self, client: GenesysClient, campaign_id: str) -> None:
        self._client = client
        self._allowed = True
        self._campaign_id = campaign_id
        self._path = path("/api/v2/outbound/campaigns/{id}/interactions", id=campaign_id)

    async def leads(self, calls: Reservation) -> frozenset[str]:
        """The ids of the contacts in them; one call. Nobody where the client may not look.

        Raises:
            PlatformError: they cannot be read.
        """
        if not self._allowed:
            return frozenset()
        try:
            answer = await self._client.call(
                "read calls under way", "GET", self._path, permit=calls, expect=dict
            )
        except Forbidden as problem:
            self._allowed = False
            _log.warning("calls_under_way_unknown", campaign=self._campaign_id, said=str(problem))
            return frozenset()
        return frozenset(_contacts(answer.body))


def _contacts(body: Mapping[str, Any]) -> list[str]:
    each = [one for kind in _KINDS for one in body.get(f"{kind}Interactions") or ()]
    return [str((one.get("contact") or {}).get("id", "")) for one in each]
