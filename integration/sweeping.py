# SPDX-License-Identifier: Apache-2.0
"""A sweep: makes the score of every lead 0 whose score has gone stale where it lies.

Filter and pre-call rule keep stale leads from being dialled; a sweep also puts them at the end
of the order, and out of everything else that reads the column. One bulk update job of the
platform does it for a whole list, in a few calls; the platform's backup of it is kept as audit.

The job chooses its contacts as it starts and works while pushes go on. A score that arrives
meanwhile may be made 0 like the stale one that it replaced. So whatever was delivered from this
outbox while the job ran is delivered once more afterwards, from the ledger: what lies there as it
should is left alone, and a newer score wins.

Source: docs/platform.md section 4 (bulk update), docs/operations.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import structlog

from integration.order import Verdict
from integration.outbox import InputRow, OutboxError
from integration.platform.errors import PlatformError
from integration.policy import ScoringPolicy, relative_time
from integration.pushing import ACCEPT_SIZE, ProgressSink, Push, PushTools, alone, parts_of
from integration.reports import Progress, SweepSummary
from integration.scores import format_instant, instant_of
from integration.stores.bulk_edit import BulkEdit, Job
from integration.waiting import pause

SOURCE: Final = "sweep"
UNVERIFIED: Final = (
    "sweep --mark is for organisations in which somebody has verified what a bulk update job does: "
    "that it leaves other columns and the dialing queue alone is not documented; verify it with a "
    "list of your own, then set sweep_verified"
)
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 30.0
_PRIVATE: Final = 0o600
_FINE: Final = frozenset({Verdict.DELIVERED, Verdict.DUPLICATE, Verdict.SUPERSEDED})

Turn = Callable[[], AbstractAsyncContextManager[None]]
_log = structlog.get_logger("leadscore.sweep")


class Sweep:
    """Sweeps contact lists.

    Args:
        tools: what a push works with; its store looks thoroughly.
        policy: thresholds and names.
        lists: bulk jobs on the lists.
        backups: folder for the platform's backups.
        stop: set when the user wants to end.
        progress: told how it stands.
        turn: inside of it nobody else delivers; other processes are waited for unless given.
    """

    def __init__(
        self,
        tools: PushTools,
        policy: ScoringPolicy,
        lists: Sequence[BulkEdit],
        backups: Path,
        stop: asyncio.Event,
        progress: ProgressSink | None,
        turn: Turn | None = None,
    ) -> None:
        self._tools = tools
        self._policy = policy
        self._lists = lists
        self._backups = backups
        self._stop = stop
        self._progress = progress
        self._turn = turn or self._alone
        self._found = 0
        self._marked = 0
        self._kept: list[str] = []
        self._problems: list[str] = []
        self._again: dict[str, int] = {}
        self._goes_on = False

    async def run(self, *, mark: bool) -> SweepSummary:
        """Count the stale leads; with ``mark`` make their scores 0."""
        began, started = self._tools.clock.monotonic(), self._now()
        stopped: PlatformError | None = None
        try:
            for one in self._lists:
                if not self._stop.is_set():
                    await self._sweep(one, mark=mark)
        except PlatformError as problem:
            stopped = problem
        if self._marked and not self._goes_on and not self._stop.is_set():
            stopped = await self._deliver_again(started) or stopped
        return SweepSummary(
            mark=mark,
            found=self._found,
            marked=self._marked,
            delivered_again=self._again.get(Verdict.DELIVERED, 0),
            left=sum(n for verdict, n in self._again.items() if verdict not in _FINE),
            backups=tuple(self._kept),
            problems=tuple(self._problems),
            calls=self._tools.connection.client.calls.made,
            seconds=self._tools.clock.monotonic() - began,
            interrupted=mark and self._stop.is_set(),
            stopped=stopped,
        )

    def _now(self) -> int:
        return instant_of(self._tools.clock.now())

    def stale(self) -> dict[str, Any]:
        """Contacts whose score is too old and not 0 yet, in the platform's terms."""
        columns = self._policy.columns
        old = {
            "column": columns.instant,
            "columnType": "alphabetic",
            "operator": "BEFORE",
            "value": relative_time(self._policy.max_age),
        }
        counts = {
            "column": columns.score,
            "columnType": "numeric",
            "operator": "GREATER_THAN",
            "value": "0",
        }
        clause = {"filterType": "AND", "predicates": [old, counts]}
        return {"filterType": "AND", "clauses": [clause]}

    async def _sweep(self, one: BulkEdit, *, mark: bool) -> None:
        found = await one.count(self.stale())
        self._found += found
        if not mark or not found:
            return
        job = await one.start(self.stale(), {self._policy.columns.score: "0"})
        self._marked += job.total
        try:
            job = await self._over(one, job)
        finally:
            if job.running:
                self._goes_on = True
                self._problems.append(
                    f"job {job.job_id} on contact list {one.list_id} goes on; once it is over, run "
                    "leadscore reconcile --mend for the scores that have arrived meanwhile"
                )
        if job.running:
            return
        if job.failed:
            self._marked += job.completed - job.total
            self._problems.append(
                f"job {job.job_id} on contact list {one.list_id} ended as {job.state} after "
                f"{job.completed:,} of {job.total:,} contacts: {job.failure or 'no reason given'}"
            )
        await self._keep_backup(one, job)

    async def _over(self, one: BulkEdit, job: Job) -> Job:
        """The job once it has ended, or as it stands when the user wants to end."""
        wait = _FIRST_WAIT_S
        while job.running and not self._stop.is_set():
            if self._progress is not None:
                self._progress(Progress(done=job.completed, total=job.total))
            await pause(self._tools.clock, wait, self._stop)
            wait = min(2 * wait, _LONGEST_WAIT_S)
            job = await one.progress(job)
        return job

    async def _keep_backup(self, one: BulkEdit, job: Job) -> None:
        if not job.backup:
            self._problems.append(f"the platform made no backup for job {job.job_id}")
            return
        day = format_instant(self._now())[:10]
        kept = self._backups / f"{day}-{one.list_id}-{job.job_id}.csv"
        try:
            self._backups.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=_PRIVATE)  # it holds people's phone numbers
            with kept.open("wb") as file:
                await one.save_backup(job, file)
        except (OSError, PlatformError) as problem:
            with suppress(OSError):
                kept.unlink()
            self._problems.append(f"the backup of job {job.job_id} was not kept: {problem}")
        else:
            self._kept.append(str(kept))

    async def _deliver_again(self, since: int) -> PlatformError | None:
        """Deliver once more what was delivered while jobs ran; what stopped that."""
        # Another deliverer would not look thoroughly: it would take a 0 for a stale score.
        async with self._turn():
            return await self._deliver_from(since)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        await alone(self._tools, self._progress)
        yield

    async def _deliver_from(self, since: int) -> PlatformError | None:
        records, destination = self._tools.outbox.records, self._tools.tools.store.destination
        numbers, lane = count(1), self._tools.tools.store.lane
        scores = records.delivered_since(destination, since)
        rows = (InputRow(next(numbers), one, lane=lane(one)) for one in scores)
        parts = list(parts_of(rows, ACCEPT_SIZE))
        if not parts:
            return None
        run = records.start_run(SOURCE, destination, self._now())
        try:
            for part in parts:
                self._tools.outbox.intake.enqueue(run, destination, part, self._now())
            report = await Push(self._tools, self._stop, self._progress).deliver(run)
        finally:
            records.finish_run(run, self._now())
        self._again = records.counts(run).verdicts
        return report.stopped


async def sweep_beside(make: Callable[[Turn], Sweep], turn: Turn) -> None:
    """One sweep of a service, which delivers meanwhile; what came of it is logged."""
    try:
        summary = await make(turn).run(mark=True)
    except OutboxError as problem:
        _log.error("sweep_failed", problem=str(problem))
        return
    log = _log.error if summary.problems or summary.stopped else _log.info
    log(
        "swept",
        found=summary.found,
        marked=summary.marked,
        delivered_again=summary.delivered_again,
        problems=summary.problems,
        stopped=None if summary.stopped is None else str(summary.stopped),
    )
