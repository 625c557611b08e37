# SPDX-License-Identifier: Apache-2.0
"""The connection to one organisation: client, budget, retries and the store for scores."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import cached_property, partial

from integration.clock import Clock
from integration.loading import ContactLoader, Loader, TierLoader
from integration.platform.budget import CallBudget
from integration.platform.client import GenesysClient, Transport
from integration.platform.outgoing import fetch
from integration.platform.regions import locate
from integration.platform.retry import RetryPolicy, RetryQuota, RetrySession
from integration.platform.sharing import Pool
from integration.settings import Settings
from integration.stores.bulk_edit import BulkEdit
from integration.stores.contact_list import ContactListStore
from integration.stores.data_service import DataServiceStore
from integration.stores.data_table import DataTableStore
from integration.stores.exports import ContactExport
from integration.stores.port import ScoreStore
from integration.stores.queues import QueuesStore
from integration.stores.tier_moves import Moves
from integration.stores.under_way import CallsUnderWay
from integration.telemetry import Telemetry


class Connection:
    """What the settings name, ready to be called.

    Args:
        settings: validated settings.
        clock: the time.
        transport: stands in for the network.
        rng: jitter of repetitions.
        telemetry: told of every call.
        pool: where processes that share the outbox agree on their shares of the call budget.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        transport: Transport | None,
        rng: random.Random,
        telemetry: Telemetry,
        pool: Pool | None = None,
    ) -> None:
        self.clock = clock
        self._rng = rng
        self._policy = RetryPolicy(attempts=settings.retry_attempts, total=settings.retry_total)
        self._quota = RetryQuota()
        hosts = locate(settings.region, settings.gateway)
        self.budget = CallBudget(clock, allowed=settings.calls_per_minute, pool=pool)
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
        self._settings = settings
        self._transport = transport
        self.moves = Moves()

    @cached_property
    def store(self) -> ScoreStore:
        """The place for scores that the settings name; who only operates campaigns needs none."""
        return self.make_store()

    def make_store(self, *, thorough: bool = False) -> ScoreStore:
        """The place for scores that the settings name.

        Args:
            thorough: it also mends what lies in the wrong place.
        """
        settings, client, clock = self._settings, self.client, self.clock
        policy, batch = settings.policy(), settings.batch_size
        match settings.store:
            case "data_service":
                return DataServiceStore(
                    client,
                    settings.data_service,
                    settings.data_entity,
                    policy,
                    clock,
                    batch=batch,
                    concurrency=settings.concurrency,
                )
            case "data_table":
                return DataTableStore(
                    client,
                    settings.data_table,
                    policy,
                    clock,
                    batch=batch,
                    concurrency=settings.concurrency,
                )
        if settings.strategy == "skills":
            return self.contact_list(settings.contact_list, thorough=thorough)
        return QueuesStore(
            self.contact_list(settings.senior_list),
            self.contact_list(settings.general_list),
            policy,
            clock,
            recall_within=timedelta(minutes=settings.recall_minutes),
            under_way={
                tier: CallsUnderWay(client, campaign)
                for tier, campaign in zip(settings.lists(), settings.campaigns(), strict=True)
                if campaign
            },
            thorough=thorough,
            moves=self.moves,
        )

    def contact_list(self, list_id: str, *, thorough: bool = False) -> ContactListStore:
        """Scores in one contact list."""
        return ContactListStore(
            self.client,
            list_id,
            self._settings.policy(),
            self.clock,
            batch=self._settings.batch_size,
            concurrency=self._settings.concurrency,
            thorough=thorough,
        )

    def export(self, list_id: str) -> ContactExport:
        """The next export of a contact list."""
        return ContactExport(
            self.client, list_id, partial(fetch, transport=self._transport), self.clock
        )

    def bulk_edit(self, list_id: str) -> BulkEdit:
        """Bulk update jobs on a contact list."""
        return BulkEdit(self.client, list_id, partial(self.export, list_id))

    def loaders(self) -> Loader:
        """What puts contacts on the list, or on the lists of both tiers."""
        loaders = [self.loader(list_id) for list_id in self._settings.lists().values()]
        if len(loaders) == 1:
            return loaders[0]
        seniors, generals = loaders
        return TierLoader(seniors, generals, self._settings.policy())

    def loader(self, list_id: str) -> ContactLoader:
        """Puts contacts on a contact list."""
        return ContactLoader(
            self.client, self.budget, list_id, self._settings.policy(), self.retries, self.clock
        )

    def retries(self) -> RetrySession:
        """Bounds for the repetition of one batch of writes."""
        return RetrySession(self._policy, clock=self.clock, rng=self._rng, quota=self._quota)

    async def close(self) -> None:
        """Close the client's connections."""
        self.budget.close()
        await self.client.aclose()
