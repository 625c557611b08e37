# SPDX-License-Identifier: Apache-2.0
"""What the service says of itself: whether it lives, whether it is ready, and its metrics.

It is ready as long as it can accept scores durably. That nothing is delivered for a while, because
the platform is away or refuses, makes it no less ready: who turned the senders away then would lose
the very scores that the outbox keeps. It is said all the same, with the reason, and is what alerts
are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final, Literal, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integration.clock import Clock
from integration.outbox import Outbox, OutboxError, OutboxStatus
from integration.platform.budget import BudgetStatus
from integration.scores import instant_of
from integration.serving.metrics import ServiceMetrics
from integration.serving.standing import Look
from integration.telemetry import Telemetry

LIVE: Final = "/health/live"
READY: Final = "/health/ready"
METRICS: Final = "/metrics"
_NEARLY_FULL: Final = 0.8
_COUNT_AGAIN_S: Final = 5.0
"""How long a count of the outbox is good for: counting a million scores takes a moment."""
_FRESH: Final = {"cache-control": "no-store"}
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Entrance(Protocol):
    """Where scores are handed in."""

    depth: int
    failure: OutboxError | None

    @property
    def full(self) -> bool:
        """Whether more waits than may."""
        ...

    @property
    def closing(self) -> bool:
        """Whether nothing is accepted any more."""
        ...

    @property
    def why_held(self) -> str:
        """Why scores are accepted but held; blank where they are not."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be in order; ``warn`` makes the service no less ready."""

    name: str
    status: Literal["ok", "warn", "fail"]
    detail: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at.

    ``open_outbox`` gives an outbox for one look, in a thread of its own; ``limit`` is how many
    scores may wait.
    """

    entrance: Entrance
    delivery: Callable[[], Look]
    budget: Callable[[], BudgetStatus]
    open_outbox: Callable[[], Outbox]
    limit: int


class Health:
    """Answers for those who watch the service.

    Args:
        watched: what is looked at.
        telemetry: the metrics of every run.
        metrics: those of the service.
        clock: the time.
    """

    def __init__(
        self, watched: Watched, telemetry: Telemetry, metrics: ServiceMetrics, clock: Clock
    ) -> None:
        self._watched = watched
        self._metrics = metrics
        self._telemetry = telemetry
        self._clock = clock
        self._counting = asyncio.Lock()
        self._counted = -_COUNT_AGAIN_S

    def routes(self) -> list[Route]:
        """Where the answers are."""
        return [Route(LIVE, self._live), Route(READY, self._ready), Route(METRICS, self._scrape)]

    def checks(self) -> list[Check]:
        """How the parts of the service stand now."""
        look = self._watched.delivery()
        parts = [self._outbox(), self._room(), self._open(), _deliverer(look), *_platform(look)]
        why = self._watched.entrance.why_held
        return [*parts, Check("scores", "warn", f"they are held: {why}")] if why else parts

    def _outbox(self) -> Check:
        failure = self._watched.entrance.failure
        if failure is None:
            return Check("outbox", "ok", "scores are stored durably")
        return Check("outbox", "fail", str(failure))

    def _room(self) -> Check:
        depth, limit = self._watched.entrance.depth, self._watched.limit
        detail = f"at most {depth:,} of {limit:,} scores wait"
        if self._watched.entrance.full:
            return Check("room", "fail", f"{detail}; new ones are refused")
        return Check("room", "warn" if depth >= _NEARLY_FULL * limit else "ok", detail)

    def _open(self) -> Check:
        if self._watched.entrance.closing:
            return Check("open", "fail", "the service is being stopped")
        return Check("open", "ok", "scores are accepted")

    async def _live(self, _: Request) -> Response:
        return JSONResponse({"status": "alive"}, headers=_FRESH)

    async def _ready(self, _: Request) -> Response:
        checks = self.checks()
        ready = all(one.status != "fail" for one in checks)
        document = {
            "ready": ready,
            "delivering": self._watched.delivery().delivering,
            "checks": [asdict(one) for one in checks],
        }
        return JSONResponse(document, 200 if ready else 503, headers=_FRESH)

    async def _scrape(self, _: Request) -> Response:
        await self._count()
        self._telemetry.budget(self._watched.budget())
        self._metrics.stands(
            self._watched.delivery(),
            ready=all(one.status != "fail" for one in self.checks()),
            limit=self._watched.limit,
        )
        return Response(self._telemetry.exposition(), media_type=_TEXT, headers=_FRESH)

    async def _count(self) -> None:
        """Count what is in the outbox, unless that was done just now."""
        async with self._counting:
            if self._clock.monotonic() < self._counted + _COUNT_AGAIN_S:
                return
            try:
                status = await asyncio.to_thread(self._look)
            except OutboxError:
                return  # what was counted last stands, and readiness tells what is wrong
            self._counted = self._clock.monotonic()
            self._metrics.counted(status, instant_of(self._clock.now()))

    def _look(self) -> OutboxStatus:
        outbox = self._watched.open_outbox()
        try:
            return outbox.records.status(instant_of(self._clock.now()))
        finally:
            outbox.close()


def _deliverer(look: Look) -> Check:
    if look.state == "ended":
        return Check("deliverer", "fail", "the delivery has ended")
    if look.state == "backing_off":
        detail = f"nothing is delivered since {look.since:.0f} s: {look.problem}"
        return Check("deliverer", "warn", detail)
    if look.state == "following":
        return Check("deliverer", "ok", look.problem)
    return Check("deliverer", "ok", "scores are delivered")


def _platform(look: Look) -> tuple[Check, Check]:
    last = "nothing was settled yet"
    if look.settled is not None:
        last = f"scores were settled {look.settled:.0f} s ago"
    away = look.state == "backing_off" and not look.credentials_refused
    return (
        Check("platform", "warn" if away else "ok", last),
        Check("credentials", "warn", look.problem)
        if look.credentials_refused
        else Check("credentials", "ok", "not refused"),
    )
