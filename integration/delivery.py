# SPDX-License-Identifier: Apache-2.0
"""Delivers what the outbox holds: claim, read previous, compare, record the intent, write, settle.

Every step can be repeated. A batch that is interrupted anywhere is claimed again: what the
store holds then, and the intents on record, tell what is left to do. Between the read and the
write lie seconds at most; after a longer wait the rows are read again, because another writer
may have been there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import structlog
from structlog.contextvars import bound_contextvars

from integration.batch import Batch, BatchTools, UndeliveredError
from integration.drift import DriftAlerts
from integration.order import Verdict
from integration.outbox import Claim, ClaimLostError, Settlement
from integration.platform.errors import PlatformError
from integration.platform.permits import Reservation
from integration.scores import instant_of

STOP_GRACE_S: Final = 5.0
"""How long a batch under way may go on once the run is to end."""
_ON_THE_WIRE_MS: Final = 30_000
"""How long a write of a dead process may take to reach the platform: as long as it would have
waited for the answer."""
_PUT_OFF_MS: Final = 60_000
"""First wait of a score that could not be delivered; it doubles up to an hour."""
_PUT_OFF_MOST_MS: Final = 3_600_000

_log = structlog.get_logger("leadscore.delivery")


class _StoppedError(Exception):
    """A batch was broken off because the run is to end."""


@dataclass(slots=True)
class DeliveryReport:
    """What one delivery did: scores by verdict, and why it ended before the outbox was empty."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    unchanged: int = 0
    batches: int = 0
    stopped: PlatformError | None = None

    def add(self, more: DeliveryReport) -> None:
        """Count in what another delivery did after this one."""
        self.verdicts += more.verdicts
        self.unchanged += more.unchanged
        self.batches += more.batches
        self.stopped = self.stopped or more.stopped


class Pace(Protocol):
    """When the next batch is due, and whether one is worth waiting for."""

    def due(self) -> int:
        """How many scores the next batch would have now; 0 where it is not time for one."""
        ...

    async def more(self) -> bool:
        """Wait until that may have changed; False where the delivery is to end instead."""
        ...


class UntilEmpty:
    """Delivers at once, and ends when nothing is due any more.

    Args:
        tools: what a batch works with.
    """

    def __init__(self, tools: BatchTools) -> None:
        self._tools = tools

    def due(self) -> int:
        """What the next claim can take."""
        now, store = instant_of(self._tools.clock.now()), self._tools.store
        return self._tools.outbox.claims.due(store.destination, store.batch, now)

    async def more(self) -> bool:
        """Wait for nothing."""
        return False


class Delivery:
    """Empties the outbox of one store.

    Args:
        tools: outbox, store, policy, budget and the rest that a batch works with.
        alerts: told when writes finally fail.
        on_settled: told of every batch that was settled.
        workers: batches under way at the same time.
        pace: when batches are made, and when no other is waited for; at once unless given.
    """

    def __init__(
        self,
        tools: BatchTools,
        *,
        alerts: DriftAlerts,
        on_settled: Callable[[Sequence[Settlement]], None] = lambda _: None,
        workers: int = 2,
        pace: Pace | None = None,
    ) -> None:
        self._tools = tools
        self._pace = pace or UntilEmpty(tools)
        self._claims = tools.outbox.claims
        self._destination = tools.store.destination
        self._alerts = alerts
        self._on_settled = on_settled
        self._workers = workers
        self._sent: dict[str, tuple[int, int]] = {}

    async def run(self, stop: asyncio.Event) -> DeliveryReport:
        """Deliver until the pace has no more, ``stop`` is set, or the platform is lost.

        The caller holds the outbox's lock. Batches under way when ``stop`` is set get a short
        time to end; what of them still waits then goes back into the outbox.
        """
        report = DeliveryReport()
        self._sent = self._claims.recover(self._destination, self._now())
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work(report, stop))
        return report

    def _now(self) -> int:
        return instant_of(self._tools.clock.now())

    async def _work(self, report: DeliveryReport, stop: asyncio.Event) -> None:
        store = self._tools.store
        while not stop.is_set() and report.stopped is None:
            self._sent |= self._claims.take_over(self._destination, self._now())
            due = self._pace.due()
            if not due:
                if await self._pace.more():
                    continue
                return
            with await self._reserve(store.calls_for(due), stop) as calls:
                if stop.is_set() or report.stopped is not None:
                    return
                if self._pace.due() > due:
                    continue  # it is another lane's turn by now, or more has come: reserve for it
                fits = store.scores_within(calls.calls) or 1
                claim = self._claims.claim(self._destination, fits, self._now())
                if claim is None:
                    continue  # the other worker has taken the last ones
                calls.shrink(store.calls_for(len(claim.pending)))
                with bound_contextvars(batch=claim.id):  # the log names it with every call
                    await self._deliver(Batch(self._tools, claim, calls), claim, report, stop)

    async def _deliver(
        self, batch: Batch, claim: Claim, report: DeliveryReport, stop: asyncio.Event
    ) -> None:
        settled = False
        try:
            try:
                await self._within_grace(self._after_the_dead(batch), stop)
            except UndeliveredError as failure:
                if failure.stops_run:
                    report.stopped = report.stopped or failure.problem
                problem = str(failure.problem)
                self._alerts.undelivered(self._destination, batch.left, failure.reason, problem)
                batch.done += self._put_off(batch, failure)
            except ClaimLostError as lost:
                if not self._claims.shared:  # two would deliver from a file
                    raise
                _log.warning("claim_lost", scores=len(batch.left), problem=str(lost))
                return
            except _StoppedError:
                now = self._now()
                batch.done += [Settlement(one, None, due=now) for one in batch.left]
            self._claims.settle(claim, batch.done, self._now())
            settled = True
        finally:
            if not settled:  # cancelled, or a defect: the batch goes back as it was
                self._claims.give_back(claim, self._now())
        self._count(report, batch.done)

    async def _after_the_dead(self, batch: Batch) -> None:
        """Deliver ``batch``, but newer scores only once the older ones of the dead have landed.

        A process can be killed while the platform still works on its write, which would then
        replace what is written here.
        """
        landed = 0
        for one in batch.left:
            at, sent = self._sent.get(one.score.lead_id, (one.score.at, 0))
            if at < one.score.at:
                landed = max(landed, sent + _ON_THE_WIRE_MS)
        if landed > self._now():
            await self._tools.clock.sleep((landed - self._now()) / 1000)
        await batch.deliver()

    async def _within_grace(self, work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
        """Do ``work``; once stopped, only for as long as a call under way may take.

        Raises:
            _StoppedError: it was still waiting then, and has been broken off.
        """
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                grace = asyncio.ensure_future(self._tools.clock.sleep(STOP_GRACE_S))
                await asyncio.wait([working, grace], return_when=asyncio.FIRST_COMPLETED)
                grace.cancel()
            if working.done():
                return working.result()
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait([working])
        raise _StoppedError

    async def _reserve(self, calls: int, stop: asyncio.Event) -> Reservation:
        """Slots for ``calls`` calls as soon as the budget has them; none once stopped."""
        fewest = self._tools.store.calls_for(1)
        reserving = asyncio.ensure_future(self._tools.budget.reserve(calls, minimum=fewest))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([reserving, stopping], return_when=asyncio.FIRST_COMPLETED)
            if reserving.done():
                return reserving.result()
            return Reservation(self._tools.budget, 0)
        except BaseException:
            if reserving.done() and not reserving.cancelled():
                reserving.result().release()
            raise
        finally:
            stopping.cancel()
            reserving.cancel()

    def _count(self, report: DeliveryReport, settlements: Sequence[Settlement]) -> None:
        report.batches += 1
        refused: dict[str, list[Settlement]] = {}
        for one in settlements:
            report.verdicts[one.verdict or Verdict.WAITING] += 1
            if one.verdict is Verdict.DELIVERED:
                report.unchanged += one.previous.score == one.pending.score.score
            elif one.verdict is Verdict.REJECTED:
                refused.setdefault(one.reason, []).append(one)
        for reason, rows in refused.items():
            left = [one.pending for one in rows]
            self._alerts.undelivered(self._destination, left, reason, rows[0].message)
        self._on_settled(settlements)

    def _put_off(self, batch: Batch, failure: UndeliveredError) -> list[Settlement]:
        now = self._now()
        return [
            Settlement(
                pending,
                None,
                reason=failure.reason,
                message=str(failure.problem),
                due=now + min(_PUT_OFF_MS << min(pending.attempts, 10), _PUT_OFF_MOST_MS),
            )
            for pending in batch.left
        ]
