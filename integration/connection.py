# SPDX-License-Identifier: Apache-2.0
"""The connection to one organisation: client, budget, retries and the store for scores."""

from __future__ import annotations

import random

from integration.clock import Clock
from integration.platform.budget import CallBudget
from integration.platform.client import GenesysClient, Transport
from integration.platform.regions import locate
from integration.platform.retry import RetryPolicy, RetryQuota, RetrySession
from integration.settings import Settings
from integration.stores.contact_list import ContactListStore
from integration.stores.data_service import DataServiceStore
from integration.stores.data_table import DataTableStore
from integration.stores.port import ScoreStore
from integration.telemetry import Telemetry


class Connection:
    """What the settings name, ready to be called.

    Args:
        settings: validated settings.
        clock: the time.
        transport: stands in for the network.
        rng: jitter of repetitions.
        telemetry: told of every call.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        transport: Transport | None,
        rng: random.Random,
        telemetry: Telemetry,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._policy = RetryPolicy(attempts=settings.retry_attempts, total=settings.retry_total)
        self._quota = RetryQuota()
        hosts = locate(settings.region, settings.gateway)
        self.budget = CallBudget(clock, allowed=settings.calls_per_minute)
        self.client = GenesysClient(
            api_url=hosts.api_url,
            login_url=hosts.login_url,
            client_id=settings.client_id,
            secret=settings.read_secret,
            budget=self.budget,
            clock=clock,
            rng=rng,
            retry=self._policy,
            quota=self._quota,
            transport=transport,
            on_call=telemetry.called,
        )
        self.store = self._store(settings)

    def _store(self, settings: Settings) -> ScoreStore:
        """The place for scores that the settings name."""
        client, policy, clock = self.client, settings.policy(), self._clock
        batch, concurrency = settings.batch_size, settings.concurrency
        match settings.store:
            case "data_service":
                return DataServiceStore(
                    client,
                    settings.data_service,
                    settings.data_entity,
                    policy,
                    clock,
                    batch=batch,
                    concurrency=concurrency,
                )
            case "data_table":
                return DataTableStore(
                    client,
                    settings.data_table,
                    policy,
                    clock,
                    batch=batch,
                    concurrency=concurrency,
                )
        return ContactListStore(
            client,
            settings.contact_list,
            policy,
            clock,
            batch=batch,
            concurrency=concurrency,
        )

    def retries(self) -> RetrySession:
        """Bounds for the repetition of one batch of writes."""
        return RetrySession(self._policy, clock=self._clock, rng=self._rng, quota=self._quota)

    async def close(self) -> None:
        """Close the client's connections."""
        await self.client.aclose()
