# SPDX-License-Identifier: Apache-2.0
"""The simulated platform inside a process: a transport for httpx, or routes for respx.

No socket and no waiting: a call that times out or breaks off fails at once, with the exception
that the real transport would raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from simulator.app import SimulatorApp, build_app
from simulator.faults import TransportFault
from simulator.organisation import Organisation

if TYPE_CHECKING:
    import respx

PLATFORM = r"^https?://(?:(?:api|login|apps)\.[^/]+(?:/|$)|[^/]+/(?:api/v2|oauth|sim)(?:/|$))"
"""Every region's API, login and upload host, and the platform's paths on any other host."""

_FAILURES: dict[str, tuple[type[httpx.TransportError], str]] = {
    "timeout": (httpx.ReadTimeout, "no answer in time (injected)"),
    "reset": (httpx.ReadError, "the connection was reset (injected)"),
    "connect_timeout": (httpx.ConnectTimeout, "no connection in time (injected)"),
    "connect_error": (httpx.ConnectError, "the connection was refused (injected)"),
}


class SimulatorTransport(httpx.AsyncBaseTransport):
    """Carries httpx requests to the simulated platform, whatever host they name.

    Args:
        target: the organisation, or the application if it is served elsewhere too.
    """

    def __init__(self, target: Organisation | SimulatorApp) -> None:
        self._app = target if isinstance(target, SimulatorApp) else build_app(target)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The platform's answer.

        Raises:
            httpx.TransportError: an injected fault keeps it from arriving.
        """
        body = await request.aread()
        answer = _Answer(body)
        try:
            await self._app(_scope(request), answer.receive, answer.send)
        except TransportFault as fault:
            failure, message = _FAILURES[fault.kind]
            raise failure(message, request=request) from fault
        return httpx.Response(
            answer.status, headers=answer.headers, content=bytes(answer.body), request=request
        )


def mount(organisation: Organisation, router: respx.MockRouter) -> None:
    """Let ``router`` answer every host of the platform from ``organisation``.

    Other hosts are left to routes of the test's own.
    """
    transport = SimulatorTransport(organisation)
    router.route(url__regex=PLATFORM).mock(side_effect=transport.handle_async_request)


class _Answer:
    """The far end of one ASGI call."""

    def __init__(self, body: bytes) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self._request: list[dict[str, Any]] = [{"type": "http.request", "body": body}]

    async def receive(self) -> dict[str, Any]:
        return self._request.pop() if self._request else {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        else:
            self.body += message.get("body", b"")


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 0),
        "extensions": {},
    }
