# SPDX-License-Identifier: Apache-2.0
"""The simulated platform as a server on this machine.

Faults of the transport are acted out on the socket: a call that times out is held until its
client leaves, a reset breaks the connection without an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from simulator.app import App, Message, Receive, Scope, Send, build_app
from simulator.errors import Refusal
from simulator.faults import TransportFault
from simulator.organisation import Organisation
from simulator.wire import write_body

HOST = "127.0.0.1"
LONGEST_HOLD = 120.0
"""Seconds of real time for which a call is held that is to time out."""
KEEP_ALIVE = 75
"""Seconds of real time for which an idle connection stays open; clients wait for their budget."""
STOP_WITHIN = 1
"""Seconds of real time that running calls have to end when the server stops."""
_CONNECTION = "simulator.connection"
_LINGER_NOT = struct.pack("ii", 1, 0)
_LOG = logging.getLogger(__name__)


class PortInUse(Exception):
    """Somebody listens on the port already, or it may not be used."""


def listen(port: int) -> socket.socket:
    """A socket that listens on ``port`` of the loopback address; 0 takes any free one.

    Raises:
        PortInUse: with a message that a person can act on.
    """
    # asyncio sends small packets at once only where the protocol is named; an answer, which is
    # two packets, would otherwise take 40 ms.
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((HOST, port))
        server.listen(2048)
    except (OSError, OverflowError) as error:
        server.close()
        raise PortInUse(f"{HOST}:{port} cannot be used: {error}; choose another --port") from None
    return server


def serve(organisation: Organisation, server: socket.socket) -> None:
    """Serve ``organisation`` on a listening socket until SIGINT or SIGTERM."""
    _Server(_config(organisation)).run(sockets=[server])


def _config(organisation: Organisation) -> uvicorn.Config:
    return uvicorn.Config(
        OnSocket(build_app(organisation)),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=STOP_WITHIN,
    )


@contextlib.asynccontextmanager
async def serving(organisation: Organisation, server: socket.socket) -> AsyncIterator[None]:
    """Serve ``organisation`` beside other work of this event loop; signals stay the caller's."""
    beside = _Beside(_config(organisation))
    task = asyncio.create_task(beside.serve(sockets=[server]))
    try:
        yield
    finally:
        beside.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Ends well when it is told to stop, and does not raise the signal once more."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's
        self.force_exit = self.should_exit
        self.should_exit = True


class _Beside(uvicorn.Server):
    """Leaves signals to the program that it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Protocol(H11Protocol):
    """Hands its connection to the application, which may have to break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own signature
        super().connection_made(transport)
        app = self.app

        async def connected(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[_CONNECTION] = transport
            await app(scope, receive, send)

        self.app = connected


class OnSocket:
    """Acts out on the connection what an application in memory can only raise.

    Args:
        app: the simulated platform.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._serve(scope, receive, send)
        except asyncio.CancelledError:  # the server stops and has waited long enough
            _break(scope)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except TransportFault as fault:
            if fault.kind.endswith("timeout"):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(_gone(receive), LONGEST_HOLD)
            _break(scope)
            await _gone(receive)
        except Exception:  # noqa: BLE001 - whatever it was, the client gets an answer
            _LOG.exception("the simulator failed at %s %s", scope["method"], scope["path"])
            if not started:
                await _failed(send)


async def _gone(receive: Receive) -> None:
    """Return once the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _break(scope: Scope) -> None:
    """Reset the connection, so that the client sees it break and not end."""
    connection: asyncio.Transport = scope["extensions"][_CONNECTION]
    if connection.is_closing():  # the client was faster
        return
    connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    connection.abort()


async def _failed(send: Send) -> None:
    """Say in the official shape that the simulator itself is at fault."""
    error = Refusal(500, "internal.server.error", "The simulator failed; see its output.")
    body = write_body(error.body(""))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
