# SPDX-License-Identifier: Apache-2.0
"""Connections that hold nothing up: each has a deadline for whatever it is about to do.

A client that sends its headers or its body drop by drop, or takes no answers, would keep a
connection for as long as it likes. Here it is told so and disconnected. Deadlines are numbers
that are looked at some times a second, since a timer for each request would cost more than it.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from integration.clock import Clock
from integration.listener import answers

_HEADERS_LIMIT = 32 * 1024
_UNPARSED_LIMIT = 2 * 256 * 1024
"""Bytes that may come before headers are complete: asyncio reads half of it at a time, and some
of that may belong to the request before."""
_PIPELINED = 100
"""Requests that may come on one connection before they are answered; each takes memory."""
_UNREADABLE = HTTPStatus.BAD_REQUEST, "the request is no HTTP"


@dataclass(frozen=True, slots=True)
class ConnectionRules:
    """How many connections there may be, and how long they may take.

    ``request``: seconds for a client to send a request, and to take what it was sent; ``idle``:
    seconds between two requests; ``headers``: bytes of the request line and all headers.
    """

    most: int = 1_000
    request: float = 10.0
    idle: float = 75.0
    headers: int = _HEADERS_LIMIT


class ServerConfig(uvicorn.Config):
    """The server's settings, with the rules of its connections and the time.

    Args:
        app: the application.
        clock: the time.
        rules: limits of its connections.
        options: uvicorn's own.
    """

    def __init__(
        self, app: ASGIApp, *, clock: Clock, rules: ConnectionRules, **options: Any
    ) -> None:
        super().__init__(app, **options)
        self.clock = clock
        self.rules = rules


class _Refused(Exception):
    """The request is not to be read on; raised through the parser."""


class Connection(HttpToolsProtocol):
    """A connection of uvicorn's, with a deadline."""

    config: ServerConfig

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clock = self.config.clock
        self._rules = self.config.rules
        self._refusal = _UNREADABLE
        self._of_head = 0
        self._in_head = False
        self._receiving = False
        self.deadline = math.inf

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own signature
        """A client has connected; one too many is sent away."""
        super().connection_made(transport)
        self.deadline = self._clock.monotonic() + self._rules.request
        if len(self.connections) > self._rules.most:
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections")

    def data_received(self, data: bytes) -> None:
        """Something of a request has come."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_head:
            self._of_head += len(data)
            if self._of_head > _UNPARSED_LIMIT:
                self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head = self._receiving = True
        self._of_head = 0
        self._allow(self._rules.request)

    def on_headers_complete(self) -> None:
        """All headers are there.

        Raises:
            _Refused: they are too long, or too many requests came before their answers.
        """
        self._in_head = False
        length = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if length > self._rules.headers:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long"
            raise _Refused
        if len(self.pipeline) >= _PIPELINED:
            self._refusal = HTTPStatus.BAD_REQUEST, "too many requests without waiting for answers"
            raise _Refused
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is there as a whole."""
        super().on_message_complete()
        self._receiving = False
        self._allow(math.inf)
        self._rest()

    def on_response_complete(self) -> None:
        """A request has been answered."""
        super().on_response_complete()
        self._rest()

    def _rest(self) -> None:
        """Begin to wait for the next request where nothing else is to be done."""
        if self.cycle.response_complete and not self._receiving:
            self._allow(self._rules.idle)

    def _allow(self, seconds: float) -> None:
        """The client has so long from now, unless it owes us something already."""
        if not self.flow.write_paused:
            self.deadline = self._clock.monotonic() + seconds

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's
        """The request cannot be read: say so and disconnect."""
        self.refuse(*self._refusal)

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Say why, and disconnect; a client that takes nothing is not waited for."""
        if not self.transport.is_closing():
            answer = answers.problem(status, detail, headers=[(b"connection", b"close")])
            self.transport.write(_on_the_wire(answer))
            self.transport.close()

    def pause_writing(self) -> None:
        """The client takes its answers slowly, or not at all."""
        self._allow(self._rules.request)
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has taken what there was."""
        super().resume_writing()
        self._allow(self._rules.request if self._receiving else math.inf)
        self._rest()

    def look_at(self, now: float) -> None:
        """Disconnect a client that is late at ``now``, in seconds of the clock's monotonic time."""
        if self.transport.is_closing():
            # What is left to send gets as much time as a request has.
            if self.deadline == math.inf:
                self.deadline = now + self._rules.request
            elif now >= self.deadline:
                self.transport.abort()
        elif now >= self.deadline:
            self.deadline = now + self._rules.request
            if not self._receiving:  # it has nothing to say, and no use for a word
                self.transport.close()
            self.refuse(HTTPStatus.REQUEST_TIMEOUT, "the request took too long")


def _on_the_wire(answer: answers.Answer) -> bytes:
    """A response that no application was asked for."""
    lines = [b"HTTP/1.1 %d %s" % (answer.status, HTTPStatus(answer.status).phrase.encode())]
    lines += (b"%s: %s" % header for header in answer.all_headers)
    return b"\r\n".join([*lines, b"", answer.body])
