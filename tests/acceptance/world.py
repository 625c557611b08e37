# SPDX-License-Identifier: Apache-2.0
"""What one scenario shares between its steps: the platform, the product, time, and the runs.

Everything happens in virtual time: a run of hours takes milliseconds, and in the same order each
time. What is to happen during a run (somebody writes, the power fails) is planned before it and
takes place at its instant; a scenario whose run is over before that proves nothing and fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from integration.app import App
from integration.clock import Clock
from integration.reports import LoadSummary, Plan
from integration.sources import SourceError, SourceRow
from simulator.clock import VirtualClock
from simulator.faults import FaultRule
from simulator.virtual_time import run_virtual
from tests.acceptance.live import Live, LivePlatform, live_clock
from tests.acceptance.product import Product, Run, row
from tests.acceptance.serving import TOKEN as SERVICE_TOKEN
from tests.acceptance.serving import Sent, Service
from tests.acceptance.simulated import SimulatedPlatform, names
from tests.acceptance.words import in_ms, moment, stored

T = TypeVar("T")
Act = Callable[[], None]
FIRST_CALCULATION = moment("08:30")
BETWEEN_CALCULATIONS = timedelta(minutes=20)


@dataclass(frozen=True)
class Expected:
    """The score that a lead is to carry."""

    score: int
    at: str


@dataclass(frozen=True)
class Event:
    """What happens so many seconds into the next run."""

    seconds: float
    act: Act
    words: str


class World:
    """One scenario.

    Args:
        folder: for everything that is kept on disk.
        live: the organisation that it takes place in; the simulated one unless given.
    """

    def __init__(self, folder: Path, live: Live | None = None) -> None:
        self._live = live
        # A live one is never moved: what moves it is for the simulator only.
        self.clock: VirtualClock = live_clock() if live else VirtualClock()  # type: ignore[assignment] # see above
        self.machine_clock: Clock | None = self.clock
        self._folder = folder
        self.rules: list[FaultRule] = []
        self.seed = 0
        self.events: list[Event] = []
        self.runs: list[Run] = []
        self.expected: dict[str, Expected] = {}
        self.waiting: list[SourceRow] = []
        self.breaks_off_after: int | None = None
        self.load: LoadSummary | None = None
        self.plan: Plan | None = None
        self.problem: Exception | None = None
        self.power_cuts = 0
        self.answers: list[int] = []
        self._clock_moved = False
        self._calculations = 0
        self._now_running: list[asyncio.Task[None]] = []

    @cached_property
    def platform(self) -> SimulatedPlatform:
        """The organisation, made when it is needed first."""
        return LivePlatform(self._live) if self._live else SimulatedPlatform(self.clock)

    @cached_property
    def product(self) -> Product:
        """The machine on which the command runs."""
        return Product(self.platform, self.machine_clock, self._folder)

    @property
    def run(self) -> Run:
        """The last run."""
        assert self.runs, "nothing was pushed"
        return self.runs[-1]

    def together(self, main: Coroutine[Any, Any, T]) -> T:
        """The result of ``main``: in virtual time, but on a live organisation in real time."""
        return asyncio.run(main) if self._live else run_virtual(self.clock, main)

    # -- leads and scores ------------------------------------------------------------------

    def add_lead(self, lead: str, columns: dict[str, str] | None = None) -> None:
        """Put a lead on the list, or change its columns where it is there already."""
        if lead not in self.platform.leads:
            self.platform.add({lead: columns or {}})
        elif columns:
            self.platform.change(lead, data=columns)

    def add_leads(self, count: int, columns: dict[str, str] | None = None) -> None:
        """Put ``count`` leads on the list that are called by numbers."""
        self.platform.add({lead: dict(columns or {}) for lead in names(range(1, count + 1))})

    def calculate(self, leads: Sequence[str]) -> None:
        """Let a new score wait for each lead: another one than before, and newer."""
        at = FIRST_CALCULATION + self._calculations * BETWEEN_CALCULATIONS
        self._calculations += 1
        shift = 29 * self._calculations
        scores = {lead: (37 * place + shift) % 100 + 1 for place, lead in enumerate(leads)}
        self.waiting = [
            row(number, lead, str(score), at.isoformat())
            for number, (lead, score) in enumerate(scores.items(), 1)
        ]
        self.expected |= {lead: Expected(score, stored(at)) for lead, score in scores.items()}

    def carried(self, leads: Iterable[str]) -> dict[str, Expected]:
        """The scores that leads carry on the platform; leads without one are left out."""
        found = {}
        for lead in leads:
            columns = self.platform.columns(lead)
            if columns["ml_score"]:
                found[lead] = Expected(int(columns["ml_score"]), columns["ml_score_at"])
        return found

    def delivered(self) -> list[str]:
        """The leads that carry the score that was to be delivered."""
        carried = self.carried(self.expected)
        return [lead for lead, expected in self.expected.items() if carried.get(lead) == expected]

    # -- what goes wrong, and when ---------------------------------------------------------

    def fault(self, **rule: object) -> None:
        """Let the next run, and those after it, meet a fault."""
        self.rules.append(FaultRule.model_validate(rule))

    def at(self, seconds: float, act: Act, words: str) -> None:
        """Let something happen ``seconds`` into the next run."""
        self.events.append(Event(seconds, act, words))

    def after_first_write(self, act: Act) -> None:
        """Let something happen right after the next write, whatever became of it."""
        self.platform.after_write.append(act)

    def lose_power(self) -> None:
        """End the run as if the machine had been switched off."""
        self.power_cuts += 1
        self.product.lose_power()
        for task in self._now_running:
            task.cancel()

    def use_machine_clock(self) -> None:
        """Let the product go by the clock of the machine."""
        self.machine_clock = None
        self._clock_moved = True

    def pass_time(self, seconds: float) -> None:
        """Let time go by while nothing runs."""
        self._clock_moved = True
        self.clock.advance(seconds)

    # -- runs ------------------------------------------------------------------------------

    def push(self, rows: Iterable[SourceRow]) -> Run:
        """Push ``rows`` in a run of its own."""
        return self._one_run(lambda app, run: self.product.push(app, rows, run))

    def push_waiting(self) -> Run:
        """Push the scores that wait; the file may break off."""
        return self.push(self._file())

    def push_trusted(self) -> Run:
        """Push the scores that wait, whatever they look like."""
        rows = self.waiting
        return self._one_run(lambda app, run: self.product.push(app, rows, run, trusted=True))

    def resume(self) -> Run:
        """Deliver what earlier runs left."""
        return self._one_run(self.product.resume)

    def push_twice(
        self, first: Iterable[SourceRow], later: float, second: Iterable[SourceRow]
    ) -> None:
        """Push ``first``, and ``second`` from another process that starts ``later`` seconds on."""
        self._begin()
        runs = [self._new_run(), self._new_run()]

        async def both() -> None:
            await asyncio.gather(
                self._in_process(lambda app: self.product.push(app, first, runs[0]), runs[0]),
                self._after(
                    later,
                    lambda: self._in_process(
                        lambda app: self.product.push(app, second, runs[1]), runs[1]
                    ),
                ),
            )

        self.together(self._with_events(both()))

    def serve(self, sent: Sequence[Sent]) -> None:
        """Let a service take in what is sent, until nothing is on its way any more."""
        self._begin()
        self.together(self._with_events(self._served(sent, self._new_run())))

    def serve_beside_push(
        self, sent: Sequence[Sent], later: float, rows: Iterable[SourceRow]
    ) -> None:
        """The same, and ``later`` seconds on a process pushes ``rows`` beside it."""
        self._begin()
        service, beside = self._new_run(), self._new_run()

        def push() -> Awaitable[None]:
            return self._in_process(lambda app: self.product.push(app, rows, beside), beside)

        more = [*sent, Sent(later, act=push)]
        self.together(self._with_events(self._served(more, service)))

    async def _served(self, sent: Sequence[Sent], run: Run) -> None:
        self._clock_moved = True
        app = self.product.app(webhook_token=SERVICE_TOKEN)
        try:
            service = Service(app, self.clock)
            await service.serve(sent)
            self.answers += service.answers
            run.rows = list(app.verdicts(service.run))
        finally:
            run.ended = self.clock.monotonic()
            run.last_call = self.platform.calls_so_far
            await app.close()

    def push_again_later(self, later: float, make_rows: Callable[[], list[SourceRow]]) -> None:
        """Push what waits and, ``later`` seconds on, other rows from the same process."""
        self._begin()
        runs = [self._new_run(), self._new_run()]

        async def both(app: App) -> None:
            await self.product.push(app, self._file(), runs[0])
            self._clock_moved = True
            await self.clock.sleep(later)
            runs[1].started = self.clock.monotonic()
            await self.product.push(app, make_rows(), runs[1])

        self.together(self._with_events(self._in_process(both, runs[1])))

    def virtually(self, main: Awaitable[T]) -> T:
        """The result of ``main``, in virtual time and amid the faults of the scenario."""
        self._begin()

        async def awaited() -> T:
            return await main

        return self.together(awaited())

    def check(self, *, simulator_only: bool) -> None:
        """Fail where something was to happen and did not: the scenario would prove nothing.

        Args:
            simulator_only: whether the scenario says that it needs more than any organisation.
        """
        idle = [rule.model_dump(exclude_unset=True) for rule in self.platform.idle_rules()]
        assert not idle, f"no call met these faults: {idle}"
        assert not self.events, f"never happened: {[event.words for event in self.events]}"
        assert not self.platform.after_write, "nothing was written after all"
        needed = self._clock_moved or self.platform.interfered
        assert simulator_only == needed, "the tag simulator-only is wrong"

    def _one_run(self, work: Callable[[App, Run], Awaitable[None]]) -> Run:
        self._begin()
        run = self._new_run()
        main = self._in_process(lambda app: work(app, run), run)
        self.together(self._with_events(main))
        return run

    def _begin(self) -> None:
        """Let the faults that were planned begin."""
        if self.rules:
            self.platform.break_down(self.rules, self.seed)
            self.rules = []

    def _new_run(self) -> Run:
        run = Run(self.platform.calls_so_far, self.clock.monotonic())
        self.runs.append(run)
        return run

    async def _in_process(self, work: Callable[[App], Awaitable[None]], run: Run) -> None:
        """``work`` in a process of its own, whose end is noted in ``run``."""
        app = self.product.app()
        self._app = app
        try:
            await work(app)
        except Exception as failure:  # noqa: BLE001 - a step looks at it
            run.failure = failure
        finally:
            run.ended = self.clock.monotonic()
            run.last_call = self.platform.calls_so_far
            await app.close()

    async def _after(self, seconds: float, start: Callable[[], Awaitable[None]]) -> None:
        self._clock_moved = True
        await self.clock.sleep(seconds)
        self.runs[-1].started = self.clock.monotonic()
        await start()

    async def _with_events(self, main: Awaitable[None]) -> None:
        """``main`` amid the events that were planned for it."""
        events, self.events = self.events, []
        task = asyncio.ensure_future(main)
        self._now_running = [task]
        happening = [asyncio.ensure_future(self._happen(event)) for event in events]
        before = self.power_cuts
        try:
            await task
        except asyncio.CancelledError:
            if self.power_cuts == before:
                raise
        for event, one in zip(events, happening, strict=True):
            if not one.done():
                one.cancel()
                self.events.append(event)
            else:
                one.result()

    async def _happen(self, event: Event) -> None:
        await self.clock.sleep(event.seconds)
        event.act()

    def stop(self) -> None:
        """Let the operator press Ctrl-C."""
        self._app.interrupt()

    def _file(self) -> Iterable[SourceRow]:
        for one in self.waiting:
            if self.breaks_off_after is not None and one.row > self.breaks_off_after:
                raise SourceError("scores.csv", "breaks off", "export it again")
            yield one

    @property
    def now_ms(self) -> int:
        """The time in milliseconds since 1970."""
        return in_ms(self.clock.now())

    def time_in(self, seconds: float) -> datetime:
        """The time so many seconds from now, or before now."""
        return self.clock.now() + timedelta(seconds=seconds)
