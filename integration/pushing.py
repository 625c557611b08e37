# SPDX-License-Identifier: Apache-2.0
"""One push: accept every row durably, then deliver, or follow the process that delivers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from integration.batch import BatchTools
from integration.clock import Clock
from integration.connection import Connection
from integration.delivery import Delivery, DeliveryReport
from integration.distribution import Distribution, GuardLimits, looks_broken
from integration.drift import DriftAlerts, Notifier
from integration.outbox import UNJUDGED, InputRow, Outbox, Settlement
from integration.reports import Held, Progress
from integration.scores import LeadScore, Rejected, instant_of, parse
from integration.settings import Settings
from integration.sources import SourceRow
from integration.telemetry import Telemetry

ACCEPT_SIZE: Final = 20_000
"""Rows that are accepted in one durable transaction: each touches pages all over the outbox."""
_POLL_S: Final = 0.5
_SILENT_S: Final = 600.0
"""After so long without a settled score a deliverer may hang; it may also wait for an outage."""

T = TypeVar("T")
ProgressSink = Callable[[Progress], None]


class TooManyLeadsError(Exception):
    """A source has more leads than the store can hold; none of them was accepted."""


@dataclass(frozen=True, slots=True)
class PushTools:
    """What a push works with."""

    outbox: Outbox
    connection: Connection
    tools: BatchTools
    alerts: DriftAlerts
    telemetry: Telemetry
    clock: Clock
    guard: GuardLimits | None = None
    """From where on the scores of a run look broken; None: they are not judged."""
    workers: int = 2


def push_tools(
    settings: Settings,
    connection: Connection,
    outbox: Outbox,
    *,
    clock: Clock,
    telemetry: Telemetry,
    notifiers: Sequence[Notifier],
    correlate: Callable[[], str],
    quiet: float,
) -> PushTools:
    """What a push works with, as the settings say.

    Args:
        settings: validated settings.
        connection: the platform.
        outbox: where scores wait.
        clock: the time.
        telemetry: metrics.
        notifiers: who is told of alerts.
        correlate: names batches of writes.
        quiet: seconds for which an alert is not repeated.
    """
    return PushTools(
        outbox=outbox,
        connection=connection,
        tools=BatchTools(
            outbox=outbox,
            store=connection.store,
            policy=settings.policy(),
            budget=connection.budget,
            retries=connection.retries,
            clock=clock,
            correlate=correlate,
            skip_unchanged=settings.skip_unchanged,
            trust_ledger=settings.audit == "ledger",
        ),
        alerts=DriftAlerts(clock, notifiers, telemetry.drifted, quiet=quiet),
        guard=settings.guard_limits(),
        telemetry=telemetry,
        clock=clock,
    )


class Push:
    """One run of the outbox; ``stop`` ends it early, with the rest kept.

    Args:
        tools: the pieces.
        stop: set when the user wants to end.
        progress: told how it stands.
    """

    def __init__(
        self, tools: PushTools, stop: asyncio.Event, progress: ProgressSink | None
    ) -> None:
        self._tools = tools
        self._stop = stop
        self._sink = progress or (lambda _: None)
        self._progress = Progress()

    async def accept(self, run: int, rows: Iterable[SourceRow], name: str) -> None:
        """Take in ``rows``, each with its reject reason or as a score, batch by batch.

        A stop does not end the acceptance: what the caller holds is kept first.

        Raises:
            TooManyLeadsError: the store cannot hold them; none was accepted.
        """
        store = self._tools.connection.store
        if store.capacity is not None:
            rows = self._fitting(rows, name)
        # All rows of a run are due alike: so they are delivered in the order of their leads, in
        # which they lie on disk, and not in the file's, which would touch every page each time.
        clock = self._tools.clock
        due = instant_of(clock.now())
        parked = UNJUDGED if self._tools.guard else None
        # Read one by one, so that overlong texts of bad rows do not pile up.
        read = (read_row(row, clock.now(), store.lane) for row in rows)
        for part in parts_of(read, ACCEPT_SIZE):
            self._tools.outbox.intake.enqueue(run, store.destination, part, due, parked=parked)
            self._show(accepted=self._progress.accepted + len(part))
            await asyncio.sleep(0)

    async def judge(self, run: int | None = None, *, trusted: bool = False) -> Held:
        """Let scores go on that no deliverer takes yet, or hold them because they look broken.

        Those of earlier runs as well, whose process has died before it came to that.

        Args:
            run: says what is held of it; None: of all that were judged.
            trusted: whether that run goes on whatever it looks like.
        """
        guard, tools = self._tools.guard, self._tools

        def looks(judged: int, new: Distribution, accepted: Distribution) -> str:
            if guard is None or (trusted and judged == run):
                return ""
            return looks_broken(new, accepted, guard)

        destination = tools.connection.store.destination
        now = instant_of(tools.clock.now())
        held = [one for one in tools.outbox.judging.judge(destination, looks, now) if one.reason]
        for one in held:
            await tools.alerts.held(destination, one.reason, scores=one.scores, run=one.run)
        mine = [one for one in held if run in {None, one.run}]
        return Held(sum(one.scores for one in mine), "; ".join(one.reason for one in mine))

    def _fitting(self, rows: Iterable[SourceRow], name: str) -> list[SourceRow]:
        """All rows, read to the end before the first of them is accepted."""
        store, now = self._tools.connection.store, self._tools.clock.now()
        leads = self._tools.outbox.records.waiting(store.destination)
        kept = []
        for row in rows:
            kept.append(row)
            score = read_row(row, now).score
            if score is not None:
                leads.add(score.lead_id)
            if store.capacity is not None and len(leads) > store.capacity:
                raise TooManyLeadsError(
                    f"{name} holds more leads than fit: with those that wait they are over "
                    f"{store.capacity:,}, the most that {store.destination} can hold; nothing was "
                    "accepted; keep the scores in a contact list, or push fewer leads"
                )
        return kept

    async def deliver(self, run: int | None) -> DeliveryReport:
        """Deliver what is due; while another process does, wait for the rows of ``run``."""
        lock, clock = self._tools.outbox.lock, self._tools.clock
        last, since = -1, clock.monotonic()
        report = DeliveryReport()
        while not self._stop.is_set():
            if lock.acquire():
                report.add(await self._deliver(run))
                if lock.alone or report.stopped is not None:
                    break  # else a part of the rows may be in the hands of other replicas
            left = self._on_their_way(run)
            if not left:
                break
            if left != last:
                last, since = left, clock.monotonic()
            silent = clock.monotonic() - since >= _SILENT_S
            self._show(waiting_reason=_delivered_by(lock.holder(), silent=silent and lock.alone))
            await clock.sleep(_POLL_S)
        return report

    async def _deliver(self, run: int | None) -> DeliveryReport:
        now = instant_of(self._tools.clock.now())
        self._tools.outbox.records.close_runs(now, but=run)
        left = self._tools.outbox.records.on_their_way(None, now)
        self._show(total=self._progress.done + left)
        delivery = Delivery(
            self._tools.tools,
            alerts=self._tools.alerts,
            on_settled=self._settled,
            workers=self._tools.workers,
        )
        ticking = asyncio.ensure_future(self._tick())
        try:
            return await delivery.run(self._stop)
        finally:
            ticking.cancel()
            await self._tools.alerts.tell()

    def _on_their_way(self, run: int | None) -> int:
        now = instant_of(self._tools.clock.now())
        return self._tools.outbox.records.on_their_way(run, now)

    def _settled(self, settlements: Sequence[Settlement]) -> None:
        self._tools.telemetry.batch(settlements, instant_of(self._tools.clock.now()))
        self._show(done=self._progress.done + len(settlements))

    async def _tick(self) -> None:
        """Show a wait while it lasts."""
        while True:
            await self._tools.clock.sleep(_POLL_S)
            self._show()

    def _show(self, **changed: Any) -> None:
        budget = self._tools.connection.budget.status()
        self._tools.telemetry.budget(budget)
        stands: dict[str, Any] = {
            "waiting_reason": budget.reason,
            "budget_used": budget.used,
            "budget_allowed": budget.allowed,
        }
        self._progress = replace(self._progress, **stands | changed)
        self._sink(self._progress)


async def alone(tools: PushTools, progress: ProgressSink | None) -> None:
    """Wait until no other process delivers from this outbox; from then on this one may."""
    lock = tools.outbox.lock
    while not lock.acquire(alone=True):
        if progress is not None:
            reason = f"process {lock.holder()} delivers from this outbox"
            progress(Progress(waiting_reason=reason))
        await tools.clock.sleep(_POLL_S)


def _delivered_by(process: str, *, silent: bool) -> str:
    reason = f"process {process} delivers from this outbox"
    if silent:
        reason += f", but has settled nothing for long; if it hangs: kill -9 {process}"
    return reason


def read_row(
    row: SourceRow, now: datetime, lane: Callable[[LeadScore], str] = lambda _: ""
) -> InputRow:
    """The score of ``row`` and its lane, or why it is no score, judged at ``now``."""
    if row.raw is None:
        return InputRow(row.row, rejected=row.problem)
    try:
        score = parse(row.raw, now)
        return InputRow(row.row, score, lane=lane(score))
    except Rejected as rejected:
        rejected.__context__ = None  # it and the traceback hold on to the row's texts
        return InputRow(row.row, rejected=rejected.with_traceback(None))


def parts_of(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """``rows`` in lists of up to ``size``; those before a failure come before the failure."""
    part: list[T] = []
    try:
        for row in rows:
            part.append(row)
            if len(part) == size:
                yield part
                part = []
    except Exception:
        if part:
            yield part
        raise
    if part:
        yield part
