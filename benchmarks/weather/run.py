# SPDX-License-Identifier: Apache-2.0
"""Carries a plan out and writes down what an observer between product and platform sees."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import httpx
from pydantic import SecretStr

from benchmarks.weather.lists import Lists, Score
from benchmarks.weather.plan import (
    READ,
    WRITE,
    OtherWriter,
    Plan,
    PlannedPush,
    PlannedRow,
)
from integration.app import App
from integration.outbox import ArrivalRecord, LedgerRecord
from integration.scores import RawScore, format_instant
from integration.settings import Settings
from integration.sources import SourceRow
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.virtual_time import run_virtual

PUSHER: Final = "pusher"
PERMISSIONS: Final = (
    "outbound:contact:add",
    "outbound:contact:edit",
    "outbound:contact:view",
    "outbound:contactList:view",
)
MOST_REQUESTS: Final = 3_000
_HOST: Final = "https://api.example.test"
_CLEAR_AFTER_S: Final = 700.0
_LAST_TRIES: Final = 30


@dataclass(slots=True)
class Request:
    """One request of the product; times are virtual seconds, None where no answer came."""

    process: int
    kind: str
    sent: float
    tier: str = ""
    leads: tuple[str, ...] = ()
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    answered: float | None = None
    status: int | None = None
    retry_after: float | None = None
    readable: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A contact's score changed: who did it, and what it was before and after."""

    time: float
    lead_id: str
    ours: bool
    before: Score
    after: Score


@dataclass(slots=True)
class Observation:
    """Everything that the rules are checked against."""

    plan: Plan
    requests: list[Request] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    arrivals: list[tuple[int, ArrivalRecord]] = field(default_factory=list)
    ledger: dict[str, list[LedgerRecord]] = field(default_factory=dict)
    final: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Contacts by lead and tier."""
    twice: set[str] = field(default_factory=set)
    """Leads that were dialled from both lists at any time."""
    wrong: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What a reconciliation finds after another one has mended."""
    left: int = 0
    parked: dict[str, int] = field(default_factory=dict)
    schedule: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    refusal_episodes: int = 0
    """How often the platform's own limit, and no fault, began to refuse our calls."""
    seconds: float = 0.0


def carry_out(plan: Plan, folder: Path) -> Observation:
    """Run ``plan`` in virtual time; ``folder`` holds the outbox and must be empty."""
    clock = VirtualClock()
    return run_virtual(clock, _Stage(plan, folder, clock).play())


class _Stage:
    def __init__(self, plan: Plan, folder: Path, clock: VirtualClock) -> None:
        self.plan = plan
        self.clock = clock
        self.organisation = Organisation(clock=clock, seed=plan.seed)
        self.control = Control(self.organisation)
        self.seen = Observation(plan)
        self.process = 0
        self._scores: dict[str, Score] = {}
        self._platform = SimulatorTransport(self.organisation)
        self.lists = Lists(plan, self.organisation, self.control)
        self._outbox = folder / "outbox.db"
        self._rng = random.Random(plan.seed)  # noqa: S311 - jitter
        self._settings: Settings | None = None

    async def play(self) -> Observation:
        await self._set_up()
        writers = [asyncio.create_task(self._write(one)) for one in self.plan.writers]
        changing = asyncio.create_task(self._change_limit())
        for push in self.plan.pushes:
            await self._push(push)
        await self._clear_up()
        for task in (*writers, changing):
            await task
        self._collect()
        return self.seen

    # -- the platform ---------------------------------------------------------------------

    async def _set_up(self) -> None:
        plan = self.plan
        async with httpx.AsyncClient(transport=self._platform, base_url=_HOST) as http:
            token = await http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=("local-deployer", "local-deployer-secret"),
            )
            http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            await self.lists.make(http)
        self._look(ours=False)
        self.seen.changes.clear()
        self.organisation.add_client(
            PUSHER,
            "pusher-secret",
            permissions=PERMISSIONS,
            rate_limit=plan.limit,
            token_life=plan.token_life,
        )
        self.control.set_limits(client_id=PUSHER, hidden=plan.hidden)
        if plan.others_per_minute:
            self.control.traffic(
                client_id=PUSHER, seconds=600, calls_per_second=plan.others_per_minute / 60
            )
        self.control.set_faults(seed=plan.seed, rules=list(plan.faults))
        if plan.skew:
            self.control.skew(plan.skew)

    async def _write(self, one: OtherWriter) -> None:
        await self.clock.sleep(one.when)
        self._look(ours=True)
        if self.lists.write(one.lead_id, one.score, one.at):
            self._look(ours=False)

    async def _change_limit(self) -> None:
        if self.plan.limit_later is not None:
            when, limit = self.plan.limit_later
            await self.clock.sleep(when)
            self.control.set_limits(client_id=PUSHER, ceiling=limit, hidden=self.plan.hidden)

    # -- the product ------------------------------------------------------------------------

    def _app(self) -> App:
        self.process += 1
        if self._settings is None:  # the same for every process, and not cheap to read
            self._settings = Settings(
                gateway=_HOST,
                client_id=PUSHER,
                client_secret=SecretStr("pusher-secret"),
                outbox=self._outbox,
                batch_size=self.plan.batch_size,
                **self.lists.settings(),
            )
        watch = Watch(self._platform, self)
        return App(self._settings, clock=self.clock, transport=watch, rng=self._rng)

    async def _push(self, push: PlannedPush) -> None:
        app = self._app()
        rows = [SourceRow(at, _raw(row), None) for at, row in enumerate(push.rows, 1)]
        running = asyncio.create_task(app.push(rows, name=f"push {self.process}"))
        try:
            if push.killed_at is not None:
                await asyncio.wait([running], timeout=push.killed_at)
                if not running.done():
                    await self._kill(app, running)
                    return
            elif push.interrupted_at is not None:
                await asyncio.wait([running], timeout=push.interrupted_at)
                app.interrupt()
            await self._finished(running)
        finally:
            await app.close()

    async def _kill(self, app: App, running: asyncio.Task[Any]) -> None:
        """End the product between two of its steps: nothing that it does afterwards counts."""
        app.outbox.close()
        self.seen.kills.append(self.clock.monotonic())
        running.cancel()
        with contextlib.suppress(BaseException):
            await running
        self._look(ours=True)

    async def _finished(self, running: Awaitable[Any]) -> None:
        try:
            await running
        except Exception as crash:  # noqa: BLE001 - that it never happens is what is checked
            self.seen.crashes.append(f"{type(crash).__name__}: {crash}")

    async def _clear_up(self) -> None:
        """Fair weather, until nothing waits any more."""
        wait = _CLEAR_AFTER_S - self.clock.monotonic()
        await self.clock.sleep(max(wait, 61.0))
        self.control.set_limits(client_id=PUSHER, ceiling=300)
        for _ in range(_LAST_TRIES):
            app = self._app()
            try:
                await self._finished(app.resume())
                status = app.status()
                self.seen.left = status.ready + status.put_off + status.claimed
                self.seen.parked = status.parked
            finally:
                await app.close()
            if not self.seen.left:
                break
            await self.clock.sleep(3_700)
        if len(self.plan.tiers) > 1:
            await self._reconcile()

    async def _reconcile(self) -> None:
        """Mend what the weather has left between the lists; after that nothing is wrong."""
        for mend in (True, False):
            app = self._app()
            try:
                self.seen.wrong = (await app.reconcile(mend=mend)).examples
            finally:
                await app.close()

    # -- what is seen -----------------------------------------------------------------------

    def look(self) -> None:
        """Note what our last request has changed."""
        self._look(ours=True)

    def _look(self, *, ours: bool) -> None:
        for lead, now, twice in self.lists.scores():
            if twice:
                self.seen.twice.add(lead)
            before = self._scores.get(lead)
            if now != before:
                self._scores[lead] = now
                self.seen.changes.append(
                    Change(self.clock.monotonic(), lead, ours, before or (None, None), now)
                )

    def _collect(self) -> None:
        app = self._app()
        try:
            for run in range(1, len(self.plan.pushes) + 1):
                self.seen.arrivals += [(run, one) for one in app.outbox.records.arrivals(run)]
            for lead in self.plan.leads:
                self.seen.ledger[lead.lead_id] = app.history(lead.lead_id)
                if lead.listed:
                    self.seen.final[lead.lead_id] = self.lists.contacts(lead.lead_id)
        finally:
            app.outbox.close()
        self.seen.schedule = [str(fault) for fault in self.control.faults()["history"]]
        clients = {one["client_id"]: one for one in self.control.limits()["clients"]}
        self.seen.refusal_episodes = clients[PUSHER]["episodes"]
        self.seen.seconds = self.clock.monotonic()


class Watch(httpx.AsyncBaseTransport):
    """Sits between product and platform and writes every request down."""

    def __init__(self, platform: SimulatorTransport, stage: _Stage) -> None:
        self._platform = platform
        self._stage = stage
        self._process = stage.process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on and note how it went."""
        noted = _noted(request, self._process, self._stage.clock.monotonic())
        noted.tier = self._stage.lists.tier_of(request.url.path)
        self._stage.seen.requests.append(noted)
        if len(self._stage.seen.requests) > MOST_REQUESTS:
            raise RuntimeError(f"more than {MOST_REQUESTS} requests: it would never end")
        try:
            answer = await self._platform.handle_async_request(request)
        finally:
            if noted.kind not in {READ, "token"}:  # those change nothing
                self._stage.look()
        noted.answered = self._stage.clock.monotonic()
        noted.status = answer.status_code
        retry_after = answer.headers.get("retry-after")
        noted.retry_after = float(retry_after) if retry_after else None
        with contextlib.suppress(ValueError):
            answer.json()
            noted.readable = True
        return answer


def _noted(request: httpx.Request, process: int, now: float) -> Request:
    path = request.url.path
    if path == "/oauth/token":
        return Request(process, "token", now)
    body: Any = json.loads(request.content) if request.content else None
    query = {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}
    if path.endswith("/contacts/bulk"):
        return Request(process, READ, now, leads=tuple(body), query=query, body=body)
    if path.endswith("/contacts"):
        leads = tuple(row["id"] for row in body)
        return Request(process, WRITE, now, leads=leads, query=query, body=body)
    return Request(process, "other", now, query=query, body=body)


def _raw(row: PlannedRow) -> RawScore:
    based_on = None if row.based_on is None else format_instant(row.based_on)
    return RawScore(row.lead_id, row.score, format_instant(row.at), row.model, based_on)
