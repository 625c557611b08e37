# SPDX-License-Identifier: Apache-2.0
"""The service: accepts scores by webhook all day, and delivers them.

It ends in good order: no new requests, answers for those under way, what was handed in on disk,
and what is due delivered within a grace time.
"""

from __future__ import annotations

import asyncio
import socket
from functools import partial

from starlette.applications import Starlette

from integration.listener.application import build_app
from integration.listener.desk import Desk, DeskRules
from integration.listener.gate import Gate
from integration.listener.keys import Keyring
from integration.listener.server import make_server
from integration.outbox import Outbox
from integration.pushing import PushTools
from integration.settings import Settings
from integration.streaming import Pacing, Stream


class Service:
    """One run of the service.

    Args:
        settings: validated settings.
        tools: what scores are delivered with.
        keyring: who may send.
        stop: set when it is to end.
    """

    def __init__(
        self, settings: Settings, tools: PushTools, keyring: Keyring, stop: asyncio.Event
    ) -> None:
        self._settings = settings
        self._tools = tools
        self._keyring = keyring
        self._stop = stop

    async def run(self, listening: socket.socket) -> None:
        """Serve on ``listening`` until told to stop."""
        async with self.desk() as desk, asyncio.TaskGroup() as group:
            server = make_server(self.app(desk), self._settings, self._tools.clock)
            serving = group.create_task(server.serve(sockets=[listening]))
            answered = asyncio.Event()
            group.create_task(self.stream(desk).run(answered))
            await self._stop.wait()
            desk.stop()
            server.stop()
            await serving
            answered.set()

    def stream(self, desk: Desk) -> Stream:
        """What delivers the scores that are handed in."""
        pacing = Pacing.from_settings(self._settings)
        return Stream(self._tools, desk.arrived, pacing, own_run=lambda: desk.run)

    def desk(self) -> Desk:
        """Where scores are handed in."""
        settings, store = self._settings, self._tools.connection.store
        return Desk(
            partial(Outbox, settings.outbox),
            destination=store.destination,
            lane=store.lane,
            clock=self._tools.clock,
            rules=DeskRules(
                most=settings.waiting_limit,
                keep_ids=settings.keep_ids_days,
                keep_days=settings.keep_days,
            ),
        )

    def app(self, desk: Desk) -> Starlette:
        """The ASGI application in front of ``desk``."""
        clock = self._tools.clock
        gate = Gate(self._keyring, clock)
        return build_app(desk, gate, clock, body_limit=self._settings.body_limit)
