# SPDX-License-Identifier: Apache-2.0
"""The service: accepts scores by webhook all day, and delivers them.

It ends in good order: no new requests, answers for those under way, what was handed in on disk,
and what is due delivered within a grace time.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integration.configuration import SettingsError
from integration.health import Health, Watched
from integration.listener.application import build_app
from integration.listener.desk import Desk, DeskRules
from integration.listener.endpoint import PATH
from integration.listener.gate import Gate
from integration.listener.guard import StreamGuard
from integration.listener.keys import KeyProblem, Keyring
from integration.listener.server import make_server
from integration.outbox import Outbox, Receipt, Repetition
from integration.pushing import PushTools
from integration.service_metrics import ServiceMetrics
from integration.settings import Settings
from integration.streaming import Pacing, Stream
from integration.waiting import pause

Turn = Callable[[], AbstractAsyncContextManager[None]]
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

    async def run(self, listening: socket.socket) -> None:
        """Serve on ``listening`` until told to stop."""
        async with self.desk() as desk, asyncio.TaskGroup() as group:
            stream = self.stream(desk)
            server = make_server(self.app(desk, stream), self._settings, self._tools.clock)
            serving = group.create_task(server.serve(sockets=[listening]))
            answered = asyncio.Event()
            group.create_task(stream.run(answered))
            group.create_task(self.sweeps(stream))
            await self._stop.wait()
            desk.stop()
            server.stop()
            await serving
            answered.set()

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

    def app(self, desk: Desk, stream: Stream) -> ASGIApp:
        """The ASGI application in front of ``desk`` and ``stream``."""
        tools, clock, settings = self._tools, self._tools.clock, self._settings
        watched = Watched(
            entrance=desk,
            delivery=stream.standing.look,
            budget=tools.connection.budget.status,
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
        """Tell that scores are held from now on."""
        destination = self._tools.connection.store.destination
        self._telling.add(asyncio.ensure_future(self._tools.alerts.held(destination, reason)))

    def _accepted(self, run: int, message: str, receipt: Receipt) -> None:
        """Count a message, and say under which rows its scores are to be found."""
        self._metrics.accepted(receipt)
        if isinstance(receipt, Repetition):
            _LOG.info("webhook_repeated", webhook=message, how=receipt.value)
        elif receipt:
            rows = [receipt[0].row.row, receipt[-1].row.row]
            _LOG.info("webhook_accepted", webhook=message, run=run, rows=rows)


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
