# SPDX-License-Identifier: Apache-2.0
"""The calls of the stand-in provider: one login, retries within bounds, refusals that explain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from simulator.clock import SimClock
from simulator.provider.configuration import Configuration

MOST_TRIES = 20
"""Tries of one call. Source: the retry settings of the official provider."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries, unless the platform asks for more."""
LONGEST_RETRY_AFTER = 180.0
"""Seconds that the platform may ask for."""
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class Cancelled(Exception):
    """The engine asked to stop; no further call is made."""


class Unreachable(Exception):
    """Nobody answers at the gateway."""


class Refused(Exception):
    """The platform refused a call.

    Args:
        call: method and path.
        status: of HTTP.
        code: the platform's.
        message: the platform's.
        correlation_id: under which the platform knows the call.
    """

    def __init__(
        self, call: str, status: int, code: str, message: str, correlation_id: str
    ) -> None:
        self.status = status
        self.code = code
        text = f"{call} was refused: {status} {code}: {message}"
        super().__init__(text + (f" (correlation id {correlation_id})" if correlation_id else ""))


class Api:
    """Calls the platform as one OAuth client.

    Args:
        configuration: where and as whom.
        clock: for pauses.
        transport: in place of the network, for tests.
    """

    def __init__(
        self,
        configuration: Configuration,
        clock: SimClock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._configuration = configuration
        self._clock = clock
        self._token = configuration.access_token
        self._cancelled = asyncio.Event()
        self._home: dict[str, Any] | None = None
        self._http = httpx.AsyncClient(
            transport=transport,
            trust_env=False,  # a proxy has no part in calls to this machine
            timeout=16,
            limits=httpx.Limits(max_connections=configuration.connections),
        )

    async def connect(self) -> None:
        """Sign in and ask for what the official provider asks for at its start.

        Raises:
            Refused: the client or its secret is not known.
            Unreachable: nobody answers at the gateway.
        """
        if not self._token:
            answer = await self._answer(
                "POST",
                f"{self._configuration.login}/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(self._configuration.client_id, self._configuration.client_secret),
            )
            self._token = _content(answer, "the login")["access_token"]
        await self.call("GET", "/api/v2/organizations/me")
        await self.call("GET", "/api/v2/authorization/products")

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The platform's answer to one call; None for an empty one.

        Raises:
            Refused: with the platform's reasons.
            Unreachable: nobody answers at the gateway.
            Cancelled: the engine asked to stop.
        """
        answer = await self._answer(
            method,
            self._configuration.api + path,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            content=None if body is None else json.dumps(body),
        )
        return _content(answer, f"{method} {path}")

    async def find(self, path: str) -> Any:
        """The object at ``path``, or None where there is none.

        Raises:
            Refused: for another reason than that it is not there.
        """
        try:
            return await self.call("GET", path)
        except Refused as refusal:
            if refusal.status in {404, 408, 410}:  # the official provider takes all for "gone"
                return None
            raise

    async def home_division(self) -> dict[str, Any]:
        """The organisation's home division, asked for once."""
        if self._home is None:
            self._home = await self.call("GET", "/api/v2/authorization/divisions/home")
        return self._home

    async def until(self, holds: Callable[[], Awaitable[bool]], patience: float, what: str) -> None:
        """Return once ``holds`` does, asking again after growing pauses.

        Raises:
            TimeoutError: it does not within ``patience`` seconds; the message has ``what``.
        """
        waited, pause = 0.0, 0.5
        while not await holds():
            if waited >= patience:
                raise TimeoutError(f"{what} within {patience:.0f} s")
            await self.pause(pause)
            waited, pause = waited + pause, min(pause * 2, 10.0)

    async def pause(self, seconds: float) -> None:
        """Return after ``seconds``.

        Raises:
            Cancelled: the engine asked to stop meanwhile.
        """
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        stop = asyncio.ensure_future(self._cancelled.wait())
        try:
            await asyncio.wait({sleep, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            stop.cancel()
        self._check_not_cancelled()

    def cancel(self) -> None:
        """End every pause and make no further call; calls under way are let finish."""
        self._cancelled.set()

    async def _answer(self, method: str, url: str, **request: Any) -> httpx.Response:
        pause = 1.0
        for left in range(MOST_TRIES - 1, -1, -1):
            self._check_not_cancelled()
            try:
                answer = await self._http.request(method, url, **request)
            except httpx.TransportError as error:
                raise Unreachable(
                    f"nobody answers at {self._configuration.api} ({error}); is the simulator "
                    "running, and on the port of genesyscloud:gateways?"
                ) from error
            if answer.status_code not in _TRY_AGAIN or not left:
                break
            await self.pause(_retry_after(answer.headers) or pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return answer

    def _check_not_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled("the deployment was cancelled")


def _retry_after(headers: Mapping[str, str]) -> float:
    asked = headers.get("Retry-After", "")
    return min(float(asked), LONGEST_RETRY_AFTER) if asked.isdigit() else 0.0


def _content(answer: httpx.Response, call: str) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        said = answer.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    raise Refused(
        call,
        answer.status_code,
        str(said.get("code") or said.get("error") or "no code"),
        str(said.get("message") or said.get("description") or answer.text[:200]),
        str(said.get("contextId") or answer.headers.get("ININ-Correlation-Id", "")),
    )
