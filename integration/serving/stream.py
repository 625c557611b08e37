# SPDX-License-Identifier: Apache-2.0
"""Delivers from the outbox all day: the delivery loop of a long-running service.

Whatever happens to the platform, the loop goes on. What cannot be delivered stays in the outbox;
the loop backs off, tries again, and says meanwhile that it does not deliver. While another process
delivers from the same outbox, it waits for that one to end and takes over.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import structlog

from integration.delivery import Delivery
from integration.order import Verdict
from integration.outbox import OutboxError, Settlement
from integration.platform.errors import PlatformError
from integration.pushing import PushTools
from integration.scores import instant_of
from integration.service_settings import ServiceSettings
from integration.serving.filling import Filling
from integration.serving.standing import Standing
from integration.waiting import pause

ALERT_AGAIN_S: Final = 3600.0
"""A service repeats an alert no sooner."""
_FOLLOW_S: Final = 1.0
"""How often to ask whether another deliverer has ended."""
_BACK_OFF_S: Final = 5.0
"""First wait after a failure; it doubles."""
_BACK_OFF_MOST_S: Final = 60.0
_FAILURES_COUNTED: Final = 10
_NOT_THERE: Final = (None, Verdict.REJECTED)
_TELL_S: Final = 60.0

_log = structlog.get_logger("leadscore.stream")


@dataclass(frozen=True, slots=True)
class Pacing:
    """How patient the stream is.

    Args:
        linger: seconds that a score waits for others to share its batch.
        grace: seconds to deliver what is due once the service is to end.
    """

    linger: float = 2.0
    grace: float = 20.0

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> Self:
        """As the settings say."""
        return cls(linger=settings.batch_seconds, grace=settings.grace_seconds)


class Stream:
    """The only deliverer of an outbox, for as long as the service lives.

    Args:
        tools: what a push works with.
        arrived: set by whoever has put scores into the outbox.
        pacing: how patient it is.
        own_run: the run under which the service itself puts scores into the outbox, if any.
    """

    def __init__(
        self,
        tools: PushTools,
        arrived: asyncio.Event,
        pacing: Pacing | None = None,
        *,
        own_run: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._tools = tools
        self._clock = tools.clock
        self._arrived = arrived
        self._pacing = pacing or Pacing()
        self._own_run = own_run
        self._failures = 0
        self._held = self._over = False
        self._still = self._go_on = asyncio.Event()
        self._halt = asyncio.Event()
        self.standing = Standing(tools.clock)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until ``stop``; then what is due, within the grace time. The rest is kept."""
        beside = [
            asyncio.ensure_future(self._end_grace(stop)),
            asyncio.ensure_future(self._tell()),
        ]
        try:
            while True:
                await self._stand_still()
                trouble = await self._turn(stop)
                if trouble is not None:
                    await self._back_off(trouble, stop)
                if stop.is_set() and not self._held:
                    break
        finally:
            for one in beside:
                one.cancel()
            await asyncio.wait(beside)
            self._tools.outbox.lock.release()
            self.standing.enter("ended")
            await self._tools.alerts.tell(everything=True)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Inside, somebody else may deliver in this process: batches under way are over."""
        self._held, self._still, self._go_on = True, asyncio.Event(), asyncio.Event()
        self._halt.set()
        try:
            await self._still.wait()
            yield
        finally:
            self._held = False
            self._go_on.set()

    async def _stand_still(self) -> None:
        if self._held:
            self._still.set()
            await self._go_on.wait()
            self._tools.outbox.lock.release()
        if not self._over:
            self._halt = asyncio.Event()

    async def _turn(self, stop: asyncio.Event) -> Exception | None:
        """Deliver, or wait a moment for who does; what has come in the way."""
        lock = self._tools.outbox.lock
        try:
            if lock.acquire():
                return await self._deliver(stop)
            self.standing.enter("following", f"process {lock.holder()} delivers from this outbox")
            await pause(self._clock, _FOLLOW_S, stop)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, scores are to be delivered
            # The outbox may be another process's by now, where its lock file was removed.
            lock.release()
            return _first_of(trouble)
        return None

    async def _deliver(self, stop: asyncio.Event) -> PlatformError | None:
        records, tools, now = self._tools.outbox.records, self._tools.tools, self._now()
        if self._tools.outbox.lock.alone:  # or the runs of other replicas would be closed
            records.close_runs(now, but=self._own_run())
        records.release(now, reason="put_off")
        if not self._failures:
            self.standing.enter("delivering")
        pace = Filling(
            tools,
            linger=self._pacing.linger,
            arrived=self._arrived,
            stop=stop,
            halt=self._halt,
        )
        delivery = Delivery(
            tools,
            alerts=self._tools.alerts,
            on_settled=self._settled,
            workers=self._tools.workers,
            pace=pace,
        )
        return (await delivery.run(self._halt)).stopped

    async def _back_off(self, trouble: Exception, stop: asyncio.Event) -> None:
        """Say that nothing is delivered, and wait before the next try."""
        wait = min(_BACK_OFF_S * 2**self._failures, _BACK_OFF_MOST_S)
        self._failures = min(self._failures + 1, _FAILURES_COUNTED)
        self.standing.enter("backing_off", cause=trouble)
        expected = isinstance(trouble, PlatformError | OutboxError)
        _log.error(
            "not_delivering",
            problem=str(trouble) or type(trouble).__name__,
            next_try_in=wait,
            exc_info=None if expected else trouble,
        )
        await self._tools.alerts.tell()
        await pause(self._clock, wait, stop)

    def _settled(self, settlements: Sequence[Settlement]) -> None:
        self._tools.telemetry.batch(settlements, self._now())
        self._tools.alerts.delivered(
            one.pending.score.lead_id for one in settlements if one.verdict not in _NOT_THERE
        )
        if structlog.is_configured():
            _log.info("batch_settled", **_described(settlements))
        if all(one.verdict is not None for one in settlements):
            if self._failures:
                _log.warning("delivering_again")
            self._failures = 0
            self.standing.settled()

    def _now(self) -> int:
        return instant_of(self._clock.now())

    # -- what goes on beside ---------------------------------------------------------------

    async def _end_grace(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await self._clock.sleep(self._pacing.grace)
        self._over = True
        self._halt.set()

    async def _tell(self) -> None:
        while True:
            await self._clock.sleep(_TELL_S)
            await self._tools.alerts.tell()


def _first_of(trouble: Exception) -> Exception:
    """What has gone wrong first, out of groups of failures."""
    while isinstance(trouble, ExceptionGroup):
        trouble = trouble.exceptions[0]
    return trouble


def _described(settlements: Sequence[Settlement]) -> dict[str, Any]:
    """A batch in the log: verdicts, and which rows of which runs were in it."""
    verdicts = Counter(str(one.verdict or Verdict.WAITING) for one in settlements)
    rows: dict[int, list[int]] = {}
    for one in settlements:
        span = rows.setdefault(one.pending.run, [one.pending.row, one.pending.row])
        span[:] = min(span[0], one.pending.row), max(span[1], one.pending.row)
    return {"scores": len(settlements), "verdicts": dict(verdicts), "rows": rows}
