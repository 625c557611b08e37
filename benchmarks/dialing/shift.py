# SPDX-License-Identifier: Apache-2.0
"""A day of calls on what the engine deployed, in virtual time.

Leads are loaded, campaigns started and scores pushed through the product's own :class:`App`,
with the credentials that the stack exports; the simulated dialer calls meanwhile.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from benchmarks.dialing.plan import BEGINS, NIGHT, Change, Plan, written
from integration.app import App
from integration.reports import ExitCode
from integration.scores import RawScore
from integration.settings import Settings
from integration.sources import ContactRow, SourceRow
from integration.stack import Client, client_of, settings_of
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.virtual_time import run_virtual

STACK: Final = "local"
_COLUMNS: Final = ("phone", "zone")


class ShiftError(Exception):
    """Something that the day needs went wrong; the message says what."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A batch of changes and when it had been written."""

    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What came of a day.

    Args:
        plan: what was to be.
        log: the dial log, as lines of JSON.
        pushed: the changes.
        set_up: processor seconds until the agents came.
        cpu: processor seconds from then on.
        wall: seconds from then on.
    """

    plan: Plan
    log: str
    pushed: tuple[Pushed, ...]
    set_up: float
    cpu: float
    wall: float


class Shift:
    """One day on a deployed stack.

    Args:
        snapshot: of the simulated organisation right after the deployment.
        outputs: what the stack exports, secrets included.
        folder: for the outbox.
        plan: the day.
    """

    def __init__(
        self, snapshot: Mapping[str, Any], outputs: Mapping[str, Any], folder: Path, plan: Plan
    ) -> None:
        self._plan = plan
        self._outputs = outputs
        self._outbox = folder / "outbox.db"
        self.organisation = Organisation(clock=VirtualClock(start=NIGHT))
        self.organisation.restore(snapshot)
        self.organisation.switches.update({"working_set": plan.working_set})
        self.control = Control(self.organisation)
        self._transport = SimulatorTransport(self.organisation)

    def work(self) -> Worked:
        """Work the day.

        Raises:
            ShiftError: leads or scores did not arrive.
        """
        return run_virtual(self._clock, self._work())

    @property
    def _clock(self) -> VirtualClock:
        clock = self.organisation.clock
        assert isinstance(clock, VirtualClock)
        return clock

    async def _work(self) -> Worked:
        started = time.process_time()
        await self._load()
        async with self._app("pusher") as app:
            await self._push(app, self._plan.scores())
            async with self._app("operator") as operator:
                await operator.campaigns("start")
            self._hire()
            await self._until(BEGINS)
            self.control.configure_dialer(**{"seed": self._plan.seed, **(self._plan.dialer or {})})
            ready, wall = time.process_time(), time.perf_counter()
            pushed = [one async for one in self._day(app)]
        log = self.control.dial_log()
        assert isinstance(log, str)
        return Worked(
            plan=self._plan,
            log=log,
            pushed=tuple(pushed),
            set_up=ready - started,
            cpu=time.process_time() - ready,
            wall=time.perf_counter() - wall,
        )

    async def _day(self, app: App) -> AsyncIterator[Pushed]:
        for at, changes in self._plan.batches():
            await self._until(at)
            await self._push(app, changes)
            yield Pushed(self._clock.now(), tuple(changes))
        await self._until(self._plan.ends)

    async def _load(self) -> None:
        zones = itertools.cycle(self._plan.zones)
        rows = (
            ContactRow(
                number,
                score.lead,
                {"phone": f"+49301{number:06}", "zone": next(zones)},
                None,
            )
            for number, score in enumerate(self._plan.scores(), 1)
        )
        async with self._app(None) as app:
            loaded = await app.load(rows, _COLUMNS)
        if loaded.exit_code is not ExitCode.FINE:
            raise ShiftError(f"leads were not loaded: {loaded}")

    async def _push(self, app: App, changes: Iterable[Change]) -> None:
        summary = await app.push(_rows(changes), name="scores")
        if summary.exit_code is not ExitCode.FINE:
            raise ShiftError(f"scores were not delivered: {summary}")

    def _hire(self) -> None:
        queues = {queue.id: queue.name for queue in self.organisation.entities["queue"]}
        stack = self._outputs["integration"]
        skill = {stack["high_value_skill"]: 5.0}
        for tier, count, skills in (
            (stack["senior_tier"], self._plan.seniors, skill),
            (stack["general_tier"], self._plan.generals, None),
        ):
            queue = queues[stack["queues"][tier]]
            for number in range(1, count + 1):
                self.control.add_agent(name=f"{tier} {number}", queues=[queue], skills=skills)

    async def _until(self, when: datetime) -> None:
        await self._clock.sleep(max((when - self._clock.now()) / timedelta(seconds=1), 0.0))

    def _app(self, client: Client | None) -> App:
        """The product as ``--stack local`` sets it up; without a client, an administrator's."""
        stated: dict[str, Any] = settings_of(STACK, self._outputs, list(Settings.model_fields))
        stated |= (
            client_of(STACK, self._outputs, client)
            if client
            else {"client_id": BOOTSTRAP_CLIENT, "client_secret": SecretStr(BOOTSTRAP_SECRET)}
        )
        count = itertools.count(1)
        return App(
            Settings(**stated, outbox=self._outbox),
            clock=self._clock,
            transport=self._transport,
            rng=random.Random(self._plan.seed),  # noqa: S311 - jitter
            correlate=lambda: f"batch {next(count)}",
        )


def _rows(changes: Iterable[Change]) -> Iterator[SourceRow]:
    for number, one in enumerate(changes, 1):
        yield SourceRow(number, RawScore(one.lead, str(one.score), written(one.at)), None)
