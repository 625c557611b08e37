# SPDX-License-Identifier: Apache-2.0
"""The service: accepts scores by webhook all day, and delivers them.

It ends in good order: no new requests, answers for those under way, what was handed in on disk,
and what is due delivered within a grace time.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integration.configuration import SettingsError
from integration.listener.application import build_app
from integration.listener.aside import aside
from integration.listener.desk import Desk, DeskRules
from integration.listener.endpoint import PATH
from integration.listener.gate import Gate
from integration.listener.guard import StreamGuard
from integration.listener.keys import KeyProblem, Keyring
from integration.listener.server import make_server
from integration.outbox import Outbox, Receipt, Repetition
from integration.platform.budget import BudgetStatus
from integration.pushing import PushTools
from integration.serving.health import Health, Watched
from integration.serving.metrics import ServiceMetrics
from integration.serving.stream import Pacing, Stream
from integration.settings import Settings
from integration.waiting import pause

Turn = Callable[[], AbstractAsyncContextManager[None]]
_NOTE_S: Final = 1.0
_NOT_ALONE: Final = (
    "sweep_hours is for an outbox in a file: a sweep has to be alone, and replicas are not; run "
    "leadscore sweep while the services are stopped"
)
_LOG: Final = structlog.get_logger("leadscore.service")


class Service:
    """One run of the service.

    Args:
        settings: validated settings.
        tools: what scores are delivered with.
        stop: set when it is to end.
        sweep: sweeps once; given what is to surround deliveries of its own. None for never.

    Raises:
        SettingsError: nobody could send a webhook, or replicas deliver beside its sweeps.
    """

    def __init__(
        self,
        settings: Settings,
        tools: PushTools,
        stop: asyncio.Event,
        sweep: Callable[[Turn], Awaitable[None]] | None = None,
    ) -> None:
        self._settings = settings
        self._tools = tools
        if sweep is not None and not tools.outbox.lock.alone:
            raise SettingsError([_NOT_ALONE])
        try:
            self._keyring = Keyring(settings, tools.clock)
        except KeyProblem as problem:
            raise SettingsError([str(problem)]) from None
        self._stop = stop
        self._sweep = sweep
        self._metrics = ServiceMetrics(tools.telemetry)
        self._telling: set[asyncio.Future[None]] = set()
        self._budget = tools.connection.budget.status()
        self._here: asyncio.AbstractEventLoop | None = None

    async def run(self, listening: socket.socket) -> None:
        """Serve on ``listening`` until told to stop."""
        here, desk = asyncio.get_running_loop(), self.desk()
        self._here = here
        desk.announce = partial(here.call_soon_threadsafe, desk.arrived.set)
        stream = self.stream(desk)
        opened, answered = asyncio.Event(), asyncio.Event()
        open_here = partial(here.call_soon_threadsafe, opened.set)
        async with asyncio.TaskGroup() as group:
            noting = group.create_task(self._note_budget())
            delivering = group.create_task(_after(opened, stream.run(answered)))
            group.create_task(self.sweeps(stream))
            await aside(partial(self._listen, listening, desk, stream, open_here), self._stop)
            answered.set()
            await delivering
            noting.cancel()

    async def _listen(
        self,
        listening: socket.socket,
        desk: Desk,
        stream: Stream,
        opened: Callable[[], object],
        stopped: asyncio.Event,
    ) -> None:
        """Accept scores until ``stopped`` is set; in a thread and an event loop of its own."""
        async with desk:
            opened()
            app = self.app(desk, stream, budget=lambda: self._budget)
            server = make_server(app, self._settings, self._tools.clock)
            serving = asyncio.ensure_future(server.serve(sockets=[listening]))
            stopping = asyncio.ensure_future(stopped.wait())
            await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            desk.stop()
            server.stop()
            await serving

    async def _note_budget(self) -> None:
        """Note how the budget stands, for those who ask from another thread."""
        while True:
            self._budget = self._tools.connection.budget.status()
            await self._tools.clock.sleep(_NOTE_S)

    async def sweeps(self, stream: Stream) -> None:
        """Sweep every so many hours, if that is wanted, where this service delivers."""
        while self._sweep is not None and not self._stop.is_set():
            await pause(self._tools.clock, self._settings.sweep_hours * 3600.0, self._stop)
            if stream.standing.look().state == "delivering" and not self._stop.is_set():
                await self._sweep(stream.paused)

    def stream(self, desk: Desk) -> Stream:
        """What delivers the scores that are handed in."""
        pacing = Pacing.from_settings(self._settings)
        return Stream(self._tools, desk.arrived, pacing, own_run=lambda: desk.run)

    def desk(self) -> Desk:
        """Where scores are handed in."""
        settings, store = self._settings, self._tools.connection.store
        limits = self._tools.guard
        return Desk(
            partial(Outbox, settings.outbox),
            destination=store.destination,
            lane=store.lane,
            guard=StreamGuard(limits, store.destination) if limits else None,
            on_held=self._held,
            on_accepted=self._accepted,
            clock=self._tools.clock,
            rules=DeskRules(
                most=settings.waiting_limit,
                keep_ids=settings.keep_ids_days,
                keep_days=settings.keep_days,
            ),
        )

    def app(
        self, desk: Desk, stream: Stream, *, budget: Callable[[], BudgetStatus] | None = None
    ) -> ASGIApp:
        """The ASGI application in front of ``desk`` and ``stream``.

        ``budget`` says how the budget stands, where it must not be asked itself.
        """
        tools, clock, settings = self._tools, self._tools.clock, self._settings
        watched = Watched(
            entrance=desk,
            delivery=stream.standing.look,
            budget=budget or tools.connection.budget.status,
            open_outbox=partial(Outbox, settings.outbox),
            limit=settings.waiting_limit,
        )
        health = Health(watched, tools.telemetry, self._metrics, clock)
        app = build_app(
            desk,
            Gate(self._keyring, clock),
            clock,
            body_limit=settings.body_limit,
            routes=health.routes(),
        )
        return Counted(app, self._metrics.answered)

    def _held(self, _run: int, reason: str) -> None:
        """Tell that scores are held from now on, in the event loop of the delivery."""
        destination = self._tools.connection.store.destination

        def tell() -> None:
            self._telling.add(asyncio.ensure_future(self._tools.alerts.held(destination, reason)))

        if self._here is None:
            tell()
        else:
            self._here.call_soon_threadsafe(tell)

    def _accepted(self, run: int, message: str, receipt: Receipt) -> None:
        """Count a message, and say under which rows its scores are to be found."""
        self._metrics.accepted(receipt)
        if isinstance(receipt, Repetition):
            _LOG.info("webhook_repeated", webhook=message, how=receipt.value)
        else:
            rows = [receipt[0].row.row, receipt[-1].row.row]
            _LOG.info("webhook_accepted", webhook=message, run=run, rows=rows)


async def _after(event: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` once ``event`` is set."""
    try:
        await event.wait()
    except asyncio.CancelledError:
        work.close()
        raise
    await work


class Counted:
    """Counts the answers to webhooks by status."""

    def __init__(self, app: ASGIApp, count: Callable[[int], None]) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(message["status"])
            await send(message)

        webhook = scope.get("path") == PATH
        await self._app(scope, receive, counted if webhook else send)
