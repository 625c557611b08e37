# SPDX-License-Identifier: Apache-2.0
"""Scores as records of a data service, as the seed guide describes it.

The guide creates a data service ``LeadScoringIntegration`` with an entity ``LeadScore``, updates
a lead with ``{entity: {...}, overwriteExisting: true}``, reads what is stored before that, and
lets the administrator map the entity to the properties of a list. The real platform has no such
service: this store is for the simulator, and for gateways that speak the guide's dialect. On the
real platform scores live in the contact list itself.

Source: seed guide; docs/platform.md section 9 (there is no such endpoint).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, Final

from integration.clock import Clock
from integration.platform.client import GenesysClient
from integration.platform.errors import Refused
from integration.platform.paths import path
from integration.platform.permits import Reservation
from integration.policy import ScoringPolicy
from integration.stores.lead_records import BATCH, LeadRecordStore, RecordFields

_RECORD: Final = "/api/v2/data/services/{service}/entities/{entity}/records/{lead}"


class DataServiceStore(LeadRecordStore):
    """One entity of a data service, whose records have the lead id as their key.

    Args:
        client: the platform.
        service_id: the data service, by its id or its name.
        entity: the entity's name.
        policy: decides which score may steer dialling.
        clock: the time.
        batch: scores that are delivered together, at most :data:`BATCH`.
        concurrency: reads under way at the same time.
    """

    fields: ClassVar = RecordFields("lead_id", "priority_score", "last_calculated_at")

    def __init__(
        self,
        client: GenesysClient,
        service_id: str,
        entity: str,
        policy: ScoringPolicy,
        clock: Clock,
        *,
        batch: int = BATCH,
        concurrency: int = 10,
    ) -> None:
        super().__init__(client, policy, clock, batch=batch, concurrency=concurrency)
        self._service_id = service_id
        self._entity = entity

    @property
    def destination(self) -> str:
        """The name under which the outbox keeps scores for this entity."""
        return f"data_service:{self._service_id}/{self._entity}"

    async def check(self, leads: Callable[[], Collection[str]], calls: Reservation) -> None:
        """Nothing to look for: a data service takes all leads."""

    async def _read(self, lead_id: str, calls: Reservation) -> Mapping[str, Any] | None:
        """The stored entity; None for 404: the record is made by the first write."""
        try:
            answer = await self._client.call(
                "read score", "GET", self._path(lead_id), permit=calls, expect=dict
            )
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        entity = answer.body.get("entity")
        return entity if isinstance(entity, Mapping) else {}

    async def _write(
        self,
        lead_id: str,
        row: Mapping[str, Any],
        calls: Reservation,
        *,
        exists: bool,  # noqa: ARG002 - the same call makes and replaces
    ) -> None:
        """One write, which makes the record where there is none."""
        await self._client.call(
            "write score",
            "PUT",
            self._path(lead_id),
            body={"entity": row, "overwriteExisting": True},
            permit=calls,
            once=True,
        )

    def _path(self, lead_id: str) -> str:
        return path(_RECORD, service=self._service_id, entity=self._entity, lead=lead_id)
