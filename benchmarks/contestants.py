# SPDX-License-Identifier: Apache-2.0
"""The two that push the same scores: the official Python SDK, and this project.

Each does its work as well as it can be done with it. The SDK is given what the naive reading of
its documentation leaves out: bulk reads, bulk writes, and queue switches that are safe.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import os
import random
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import SecretStr

from benchmarks.leads import MOST, instant, lead_id, score_of, scores
from benchmarks.stage import PUSHER, SECRET
from integration.app import App
from integration.clock import SystemClock
from integration.connection import Connection
from integration.order import StoredScore
from integration.policy import ScoringPolicy
from integration.scores import LeadScore
from integration.settings import Settings
from integration.stores.contact_list import KEEP_QUEUE
from integration.stores.port import Held, Write, WriteGroup
from integration.telemetry import Telemetry

READ: Final = 50
_IN_FLIGHT: Final = 2
"""Writes under way at the same time, as in a push."""


class Work(StrEnum):
    """What is to be done with the scores."""

    WRITE = "writes only"
    """Score columns are written from memory, unseen: nothing is kept, nothing is compared."""
    PUSH = "writes only, against a whole push that is accepted durably and on record"
    """The same for the SDK; ours goes through outbox and ledger, and reads a sample back."""
    AUDIT = "audited"
    """Contacts are read before, their columns are sent along, an older score does not win."""


class Contestant(Protocol):
    """Somebody who pushes scores."""

    def push(self, leads: int, work: Work) -> float:
        """Push a new score for every lead; the seconds that it took."""
        ...


class OfficialSdk:
    """PureCloudPlatformClientV2, one call after the other, as it offers it.

    Args:
        url: the platform.
        list_id: the contact list.
        folder: a home for the SDK's settings file, so that the user's own is not read.
    """

    def __init__(self, url: str, list_id: str, folder: Path) -> None:
        os.environ["HOME"] = str(folder)
        self._sdk: Any = importlib.import_module("PureCloudPlatformClientV2")
        self._sdk.configuration.host = url
        client = self._sdk.api_client.ApiClient().get_client_credentials_token(PUSHER, SECRET)
        self._api = self._sdk.OutboundApi(client)
        self._list_id = list_id
        self._policy = ScoringPolicy()
        self._pushes = itertools.count(1)

    def push(self, leads: int, work: Work) -> float:
        """Push a new score for every lead; the seconds that it took."""
        push = next(self._pushes)
        now = datetime.now(UTC)
        started = time.perf_counter()
        for start in range(0, leads, MOST):
            numbers = range(start, min(start + MOST, leads))
            held = self._read(numbers) if work is Work.AUDIT else {}
            rows = []
            for number in numbers:
                score = _score(number, push, now)
                columns = self._policy.row(score, now)
                before = held.get(score.lead_id, {})
                if before.get("ml_score_at", "") < columns["ml_score_at"]:
                    rows.append(self._row(score.lead_id, {**before, **columns}))
            assert len(rows) == len(numbers)
            self._api.post_outbound_contactlist_contacts(
                self._list_id, rows, priority=False, clear_system_data=False, do_not_queue=True
            )
        return time.perf_counter() - started

    def _read(self, numbers: range) -> dict[str, dict[str, str]]:
        held = {}
        for start in range(numbers.start, numbers.stop, READ):
            ids = [lead_id(number) for number in range(start, min(start + READ, numbers.stop))]
            for contact in self._api.post_outbound_contactlist_contacts_bulk(self._list_id, ids):
                held[contact.id] = contact.data
        return held

    def _row(self, lead: str, data: dict[str, str]) -> Any:
        row = self._sdk.WritableDialerContact()
        row.id = lead
        row.contact_list_id = self._list_id
        row.data = data
        return row


class ThisProject:
    """Ours: the store's write alone, or a push with either kind of audit.

    Args:
        url: the platform.
        list_id: the contact list.
        folder: where the outbox lies.
    """

    def __init__(self, url: str, list_id: str, folder: Path) -> None:
        self._settings = Settings(
            gateway=url,
            client_id=PUSHER,
            client_secret=SecretStr(SECRET),
            contact_list=list_id,
            outbox=folder / "outbox.db",
        )
        self._pushes = itertools.count(1)

    def push(self, leads: int, work: Work) -> float:
        """Push a new score for every lead; the seconds that it took."""
        push = next(self._pushes)
        if work is Work.WRITE:
            return asyncio.run(self._written(leads, push))
        ledger = {"audit": "ledger", "columns_kept": True} if work is Work.PUSH else {}
        return asyncio.run(self._pushed(leads, push, self._settings.model_copy(update=ledger)))

    async def _pushed(self, leads: int, push: int, settings: Settings) -> float:
        async with App(settings) as app:
            rows = scores(leads, push, datetime.now(UTC))
            started = time.perf_counter()
            summary = await app.push(rows, name="benchmark")
            seconds = time.perf_counter() - started
        assert summary.delivered == leads, summary
        return seconds

    async def _written(self, leads: int, push: int) -> float:
        clock = SystemClock()
        connection = Connection(
            self._settings,
            clock=clock,
            transport=None,
            rng=random.Random(push),  # noqa: S311 - jitter
            telemetry=Telemetry(),
        )
        now = clock.now()
        starts = iter(range(0, leads, MOST))
        unseen = Held(StoredScore(), clock.monotonic())

        async def write() -> None:
            for start in starts:
                numbers = range(start, min(start + MOST, leads))
                writes = [Write(_score(number, push, now), unseen) for number in numbers]
                with await connection.budget.reserve(1) as calls:
                    await connection.store.write(WriteGroup(tuple(writes), KEEP_QUEUE), calls)

        started = time.perf_counter()
        await asyncio.gather(*(write() for _ in range(_IN_FLIGHT)))
        seconds = time.perf_counter() - started
        await connection.close()
        return seconds


def _score(number: int, push: int, now: datetime) -> LeadScore:
    at = instant(number, push, now)
    return LeadScore(lead_id(number), score_of(number, push), at, "m1")


CONTESTANTS: Final[dict[str, type[OfficialSdk | ThisProject]]] = {
    "official SDK": OfficialSdk,
    "this project": ThisProject,
}
