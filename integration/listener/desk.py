# SPDX-License-Identifier: Apache-2.0
"""The desk where scores are handed in: many requests share one durable transaction.

To wait for the disk is the slowest part of an acceptance. While one transaction waits, what
arrives gathers for the next one; so the wait is shared by as many as there are, and a lone
request waits for no other. The outbox is worked in a thread of its own, with a connection of
its own, and the event loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

import structlog

from integration.clock import Clock
from integration.listener.guard import StreamGuard
from integration.outbox import (
    STREAM,
    InputRow,
    Outbox,
    OutboxError,
    Receipt,
    Repetition,
    WebhookMessage,
)
from integration.outbox.tier_changes import lanes
from integration.scores import LeadScore, Rejected, instant_of
from integration.waiting import pause

RUN_NAME: Final = STREAM
_DAY_MS: Final = 24 * 3600 * 1000
_RUN_MS: Final = 3600 * 1000
"""A run of accepted scores ends after an hour, so that old ones can be dropped run by run."""
_UPKEEP_S: Final = 30.0
_LOOK_AGAIN_S: Final = 1.0
_QUEUE_ROWS: Final = 20_000
"""Scores that may wait for a transaction; more come in faster than they can be stored."""

_LOG: Final = structlog.get_logger("leadscore.listener")

T = TypeVar("T")


class Refused(Exception):
    """Nothing can be accepted now; the sender should come again in ``after`` seconds."""

    def __init__(self, message: str, after: int) -> None:
        super().__init__(message)
        self.after = after


class TooMuch(Refused):
    """More arrives than is delivered."""


class Closed(Refused):
    """The service ends, or cannot write its outbox."""


@dataclass(frozen=True, slots=True)
class DeskRules:
    """What the desk goes by.

    ``most`` scores may wait for delivery before new ones are refused; ids of messages are kept
    for ``keep_ids`` days, all other records for ``keep_days``.
    """

    most: int = 1_000_000
    keep_ids: int = 7
    keep_days: int = 90


@dataclass(frozen=True, slots=True)
class _HandedIn:
    """One message that waits for its transaction."""

    id: str
    digest: bytes
    scores: Sequence[LeadScore | Rejected]
    receipt: asyncio.Future[Receipt]


class Desk:
    """Accepts messages into the outbox; to be used as an asynchronous context.

    Leaving the context accepts what has been handed in, and closes the outbox.

    Args:
        open_outbox: opens the outbox, in the thread that will use it.
        destination: the store that the scores are for.
        lane: the store's word for scores that are delivered together.
        clock: the time.
        rules: limits and retention.
        guard: decides whether scores are held; None: they never are.
        on_held: told why scores are held from now on, and the run that it began with.
        on_accepted: told of every message on disk: the run that it is in,
            its id, and its receipt.
    """

    def __init__(
        self,
        open_outbox: Callable[[], Outbox],
        *,
        destination: str,
        clock: Clock,
        lane: Callable[[LeadScore], str] = lambda _: "",
        rules: DeskRules | None = None,
        guard: StreamGuard | None = None,
        on_held: Callable[[int, str], None] = lambda *_: None,
        on_accepted: Callable[[int, str, Receipt], None] = lambda *_: None,
    ) -> None:
        self._open_outbox = open_outbox
        self._destination = destination
        self._lane = lane
        self._clock = clock
        self._rules = rules or DeskRules()
        self._guard = guard
        self._on_held = on_held
        self._on_accepted = on_accepted
        self._thread = ThreadPoolExecutor(1, "outbox")
        self._handed_in: list[_HandedIn] = []
        self._rows = 0
        self._wake = asyncio.Event()
        self._in_trouble = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._run = 0
        self._row = 0
        self._run_started = 0
        self._closing = False
        self.arrived = asyncio.Event()
        """Set when scores have been accepted that wait for delivery; who delivers clears it."""
        self.announce: Callable[[], object] = self.arrived.set
        """Sets it; to be replaced where the delivery goes on in another event loop."""
        self.depth = 0
        """Scores that wait for delivery, counted now and then; in between never too low."""
        self.failure: OutboxError | None = None
        """Why the last transaction failed, if it did."""

    async def __aenter__(self) -> Self:
        self._outbox = await self._in_thread(self._open_outbox)
        await self._look_after()
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._upkeep())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.drain()
        await self._in_thread(self._close)
        self._thread.shutdown()

    @property
    def run(self) -> int:
        """The run that scores are accepted into."""
        return self._run

    @property
    def full(self) -> bool:
        """Whether more waits for delivery than may."""
        return self.depth >= self._rules.most

    @property
    def closing(self) -> bool:
        """Whether the desk accepts nothing any more."""
        return self._closing

    @property
    def why_held(self) -> str:
        """Why scores are held because they look broken; blank where they are not."""
        return "" if self._guard is None else self._guard.reason

    def stop(self) -> None:
        """Accept nothing new from now on."""
        self._closing = True
        self._wake.set()

    async def drain(self) -> None:
        """Accept nothing new; return once all that was handed in has its receipt."""
        self.stop()
        worker, *others = self._tasks
        for task in others:
            task.cancel()
        await asyncio.wait([worker, *others])
        worker.result()

    async def accept(
        self, scores: Sequence[LeadScore | Rejected], *, message: str = "", digest: bytes = b""
    ) -> Receipt:
        """Accept ``scores``, good and bad, durably; what became of each of them.

        Args:
            scores: each is a row; a rejected one is put on record.
            message: the message's id; blank where it has none.
            digest: of its body, to know a repetition from another message of the same id.

        Raises:
            TooMuch: too much waits for delivery, or for acceptance.
            Closed: the service ends.
            OutboxError: the outbox cannot be written; nothing was accepted.
        """
        if self._closing:
            raise Closed("the service is being stopped", after=5)
        if self.full:
            self._in_trouble.set()
            raise TooMuch(f"{self.depth:,} scores wait for delivery", after=30)
        if self._rows + len(scores) > _QUEUE_ROWS:
            raise TooMuch("scores arrive faster than they can be stored", after=1)
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._handed_in.append(_HandedIn(message, digest, scores, receipt))
        self._rows += len(scores)
        self._wake.set()
        return await receipt

    async def _work(self) -> None:
        while not self._closing or self._handed_in:
            await self._wake.wait()
            self._wake.clear()
            together, self._handed_in = self._handed_in, []
            if not together:
                continue
            rows, self._rows = self._rows, 0
            try:
                run, receipts, held = await self._in_thread(self._store, together)
            except Exception as problem:  # noqa: BLE001 - each sender is told of it
                self.failure = problem if isinstance(problem, OutboxError) else None
                self._in_trouble.set()
                _LOG.error("not_accepted", messages=len(together), problem=str(problem))
                for one in together:
                    if not one.receipt.done():
                        one.receipt.set_exception(problem)
                continue
            self.failure = None
            self.depth += rows
            for one, receipt in zip(together, receipts, strict=True):
                if not one.receipt.done():
                    one.receipt.set_result(receipt)
            self.announce()
            self._tell(run, together, receipts, held)

    def _tell(
        self, run: int, together: Sequence[_HandedIn], receipts: Sequence[Receipt], held: str
    ) -> None:
        """Tell those who watch; whatever they make of it, the desk goes on."""
        try:
            for one, receipt in zip(together, receipts, strict=True):
                self._on_accepted(run, one.id, receipt)
            if held:
                self._on_held(run, held)
        except Exception:  # noqa: BLE001 - scores are to be accepted all the same
            _LOG.exception("not_told", messages=len(together))

    def _store(self, together: Sequence[_HandedIn]) -> tuple[int, list[Receipt], str]:
        """Accept messages in one transaction (in the thread).

        Returns the run that they are in, what became of them, and why scores are held from now
        on; blank where they are not, or were before.
        """
        scores = [one for each in together for one in each.scores if isinstance(one, LeadScore)]
        found = lanes(self._outbox.records, self._destination, self._lane, scores)
        messages = [
            WebhookMessage(one.id, one.digest, tuple(self._rows_of(one, found))) for one in together
        ]
        now = instant_of(self._clock.now())
        run = self._run
        guard = self._guard
        receipts = self._outbox.webhooks.accept(
            run, self._destination, messages, now, guarded=guard is not None
        )
        if guard is None:
            return run, receipts, ""
        new = [
            row
            for message, receipt in zip(messages, receipts, strict=True)
            if not isinstance(receipt, Repetition)
            for row in message.rows
        ]
        broke = guard.passed(self._outbox.judging, run, new)
        return run, receipts, guard.reason if broke else ""

    def _rows_of(self, one: _HandedIn, found: Mapping[LeadScore, str]) -> Iterator[InputRow]:
        for score in one.scores:
            self._row += 1
            if isinstance(score, LeadScore):
                yield InputRow(self._row, score, lane=found[score])
            else:
                yield InputRow(self._row, rejected=score)

    async def _upkeep(self) -> None:
        """Look after the outbox now and then; every second while nothing can be accepted."""
        while True:
            await pause(self._clock, _UPKEEP_S, self._in_trouble)
            if self._in_trouble.is_set():
                await self._clock.sleep(_LOOK_AGAIN_S)
            try:
                await self._look_after()
            except OutboxError as problem:
                self.failure = problem
                self._in_trouble.set()
            else:
                self.failure = None
                if not self.full:
                    self._in_trouble.clear()

    async def _look_after(self) -> None:
        if self.failure is not None:
            self._run_started = 0  # to begin a new run is a write: it shows whether one is possible
        self.depth = await self._in_thread(self._tidy)

    def _tidy(self) -> int:
        """Count what waits, begin a new run when it is time, drop what is old (in the thread)."""
        records, now = self._outbox.records, instant_of(self._clock.now())
        if not self._run or now - self._run_started >= _RUN_MS:
            if self._run:
                records.finish_run(self._run, now)
            records.prune(now - self._rules.keep_days * _DAY_MS)
            self._run, self._row = records.start_run(RUN_NAME, self._destination, now), 0
            self._run_started = now
        self._outbox.webhooks.prune(now - self._rules.keep_ids * _DAY_MS)
        return records.waiting_up_to(self._destination, self._rules.most)

    def _close(self) -> None:
        self._outbox.records.finish_run(self._run, instant_of(self._clock.now()))
        self._outbox.close()

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
