# SPDX-License-Identifier: Apache-2.0
"""The simulated platform as an ASGI application: the API, the login, the control plane.

The API does not care about the host it is called by, so every region's API and login host leads
to the same organisation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from simulator.control_plane import build_control_plane
from simulator.http import Operation
from simulator.organisation import Organisation
from simulator.pipeline import MOST_BODY_BYTES, NO_CONTENT, Pipeline, Reply, Request
from simulator.resources import OPERATIONS
from simulator.routes import Routes

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def build_app(
    organisation: Organisation, operations: Iterable[Operation] = OPERATIONS
) -> SimulatorApp:
    """The application that serves ``organisation``.

    Args:
        organisation: the state; it may be looked into and changed while it is served.
        operations: what is simulated.
    """
    return SimulatorApp(organisation, Pipeline(organisation, Routes(operations)))


class SimulatorApp:
    """Carries requests from ASGI into the pipeline and its replies back.

    Args:
        organisation: what is served.
        pipeline: answers the platform's own calls.
    """

    def __init__(self, organisation: Organisation, pipeline: Pipeline) -> None:
        self.organisation = organisation
        self._pipeline = pipeline
        self._control_plane = build_control_plane(organisation)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifetime of the server.

        Raises:
            TransportFault: an injected fault keeps the answer from arriving.
        """
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["path"] == "/sim" or scope["path"].startswith("/sim/"):
            await self._control_plane(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:  # the client left before it had said all
            return
        raw_path = scope.get("raw_path") or scope["path"].encode()
        request = Request(
            method=scope["method"],
            path=raw_path.partition(b"?")[0].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in scope["headers"]
            },
            body=body,
            scheme=scope.get("scheme", "http"),
        )
        reply = await self._pipeline.answer(request)
        await _send(send, reply, with_body=request.method != "HEAD")


async def _body(receive: Receive) -> bytes | None:
    """The body, cut off one part after its maximum; None where the client left."""
    parts = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= MOST_BODY_BYTES + len(part):
            parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, reply: Reply, *, with_body: bool) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in reply.headers.items()
    ]
    if reply.status != NO_CONTENT:
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body if with_body else b""})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
