# SPDX-License-Identifier: Apache-2.0
"""The HTTP server under the service: uvicorn, which leaves signals to the command."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from integration.clock import Clock
from integration.listener.connections import Connection, ConnectionRules, ServerConfig
from integration.service_settings import ServiceSettings

_KEEP_ALIVE_S = 75
"""How long an idle connection stays open: longer than gateways keep theirs."""
_BACKLOG = 2048


class CannotListen(OSError):
    """The address is taken, or not this machine's."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on ``port`` of ``host``; 0 takes any free port.

    Raises:
        CannotListen: with a message that a person can act on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small packets at once only where the protocol is named.
    server = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((host, port))
        server.listen(_BACKLOG)
    except OSError as error:
        server.close()
        raise CannotListen(
            f"{host} port {port} cannot be listened on ({error.strerror}); choose another "
            "--listen-host or --listen-port"
        ) from None
    return server


def make_server(app: ASGIApp, settings: ServiceSettings, clock: Clock) -> Server:
    """A server for ``app``."""
    proxies = settings.trusted_proxies.replace(",", " ").split()
    config = ServerConfig(
        app,
        clock=clock,
        rules=ConnectionRules(
            most=settings.connection_limit, request=settings.request_seconds, idle=_KEEP_ALIVE_S
        ),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=settings.request_seconds,
    )
    return Server(config, clock)


class Server(uvicorn.Server):
    """Serves until it is told to stop, beside other work of the event loop.

    Args:
        config: its settings.
        clock: the time.
    """

    def __init__(self, config: ServerConfig, clock: Clock) -> None:
        super().__init__(config)
        self._clock = clock

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Several times a second: send late clients away; whether to end."""
        now = self._clock.monotonic()
        for connection in [*self.server_state.connections]:
            assert isinstance(connection, Connection)
            connection.look_at(now)
        return await super().on_tick(counter)

    def stop(self) -> None:
        """Accept no more connections; requests under way get their answers."""
        self.should_exit = True
