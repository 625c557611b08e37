# SPDX-License-Identifier: Apache-2.0
"""Client credentials: one token for all callers, renewed ahead of expiry and after a 401.

The token is fetched by a task of its own that every caller waits for. So however many callers
find no token, or find theirs refused, one request is made; a caller that is cancelled takes
nobody along; and no lock is held while a business request is under way.

A refused token is dropped only if it is still the one in use: a caller whose 401 comes late
must not throw away what another has just fetched.

Source: docs/platform.md section 1 (token call, lifetime, meaning of 401 and of token errors).
"""

from __future__ import annotations

import asyncio
import base64
import copy
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Never

import httpx
from pydantic import SecretStr

from integration.clock import Clock
from integration.platform.answers import (
    Reply,
    accepted,
    described,
    refusal,
)
from integration.platform.errors import (
    TOKEN_OPERATION,
    BadAnswer,
    Forbidden,
    PlatformError,
    RateLimited,
    Refused,
    Unauthorized,
    Unreachable,
    shortened,
)
from integration.platform.retry import TOKENS, RetryPolicy, RetrySession

Secret = SecretStr | str | Callable[[], SecretStr | str]
"""A client secret, or where to read it afresh for every token (a file that is rotated)."""

Exchange = Callable[[str, httpx.Request], Awaitable[Reply]]
"""Sends one request under the name of an operation; raises Unreachable without an answer."""

_MARGIN_S = 60.0
_MARGIN_SHARE = 0.1
_SHORTEST_LIFE_S = 300.0
"""Taken where the answer names no usable life: the shortest that the platform gives."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A token and, in seconds of the monotonic clock, how long it is used."""

    value: str = field(repr=False)
    renew_at: float
    """From here on a new one is fetched while this one still serves."""
    usable_until: float
    """From here on callers wait for the new one."""


class ClientCredentials(httpx.Auth):
    """Puts a valid token on every request, and repeats a request once after a 401.

    Args:
        client_id: the OAuth client.
        secret: its secret, or a callable that reads it (called for every token).
        token_url: the token endpoint.
        exchange: sends the token request; it is not part of the call budget.
        clock: the time; expiry follows its monotonic part, so that a corrected wall clock
            neither ends nor prolongs a token.
        rng: jitter of repeated token requests.
        policy: bounds of repeated token requests.
    """

    requires_response_body = False

    def __init__(
        self,
        client_id: str,
        secret: Secret,
        *,
        token_url: str,
        exchange: Exchange,
        clock: Clock,
        rng: random.Random,
        policy: RetryPolicy = TOKENS,
    ) -> None:
        self.client = shortened(client_id)
        self._client_id = client_id
        self._secret = SecretStr(secret) if isinstance(secret, str) else secret
        self._token_url = token_url
        self._exchange = exchange
        self._clock = clock
        self._rng = rng
        self._policy = policy
        self._held: _Token | None = None
        self._fetch: asyncio.Task[_Token] | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<ClientCredentials of client {self.client}>"

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send ``request`` with a token; after a 401 once more, with another token.

        Raises:
            Unauthorized: the token endpoint refuses the client.
            Unreachable: no token could be had for now.
        """
        token = await self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            self.drop(token)
            request.headers["Authorization"] = f"Bearer {await self.token()}"
            yield request

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Not offered: it would send requests without a token."""
        raise RuntimeError(
            f"{self!r} works with an asynchronous client only; "
            f"{request.method} {request.url.path} was not sent"
        )

    async def token(self) -> str:
        """A token that is valid for a while: the one in use, or the one being fetched.

        Raises:
            Unauthorized: the token endpoint refuses the client.
            Unreachable: no token could be had for now; repeated as long as worth it.
        """
        while True:
            now = self._clock.monotonic()
            held = self._held
            if held and now < held.renew_at:
                return held.value
            fetch = self._fetching()
            if held and now < held.usable_until:
                return held.value
            try:
                return (await asyncio.shield(fetch)).value
            except PlatformError as error:
                failure = copy.copy(error)  # each caller gets its own
            except asyncio.CancelledError:
                # Was it this caller that was cancelled, or the fetch under it? Then once more.
                current = asyncio.current_task()
                if not fetch.cancelled() or (current and current.cancelling()):
                    raise
                continue
            raise failure

    def drop(self, token: str) -> None:
        """Forget ``token``, which the platform refused, unless another has taken its place."""
        if self._held and self._held.value == token:
            self._held = None

    async def aclose(self) -> None:
        """Give up a fetch that is under way."""
        self._closed = True
        if self._fetch:
            self._fetch.cancel()
            await asyncio.wait([self._fetch])

    def _fetching(self) -> asyncio.Task[_Token]:
        """The fetch under way; a new one where there is none."""
        if self._closed:
            raise RuntimeError(f"{self!r} is closed")
        if self._fetch is None:
            self._fetch = asyncio.create_task(self._new_token(), name="genesys-token")
            self._fetch.add_done_callback(self._fetched)
        return self._fetch

    def _fetched(self, fetch: asyncio.Task[_Token]) -> None:
        self._fetch = None
        if fetch.cancelled():
            return
        held = self._held
        if fetch.exception() is None:
            self._held = fetch.result()
        elif held:
            # It failed behind callers whose token still serves: not again with every call.
            self._held = replace(held, renew_at=held.usable_until)

    async def _new_token(self) -> _Token:
        session = RetrySession(self._policy, clock=self._clock, rng=self._rng)
        while True:
            started = self._clock.monotonic()
            failure: Unreachable
            try:
                reply = await self._exchange(TOKEN_OPERATION, self._request())
                return self._read(reply, started)
            except Unreachable as error:
                failure = error
            delay = session.next_delay(failure)
            if delay is None:
                failure.final = True
                failure.ambiguous = False  # of no interest: another token does no harm
                failure.attempts = session.attempts
                raise failure
            await self._clock.sleep(delay)

    def _request(self) -> httpx.Request:
        pair = f"{self._client_id}:{self._read_secret()}".encode()
        return httpx.Request(
            "POST",
            self._token_url,
            headers={
                "Authorization": f"Basic {base64.b64encode(pair).decode()}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            content=b"grant_type=client_credentials",
        )

    def _read_secret(self) -> str:
        problem = ""
        try:
            secret = self._secret() if callable(self._secret) else self._secret
        except OSError as error:
            problem = f"its secret cannot be read ({error})"
        except ValueError:  # such as bytes that are no text; they must not be shown
            problem = "its secret cannot be read (it is not text)"
        else:
            text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
            if text.strip():
                return text.strip()
            problem = "its secret is empty"
        raise Unauthorized(operation=TOKEN_OPERATION, message=problem, client=self.client)

    def _read(self, reply: Reply, started: float) -> _Token:
        """The token in an answer; its life counts from before the request was sent."""
        if not reply.succeeded:
            self._refused(reply)
        body = accepted(TOKEN_OPERATION, reply, dict).body
        value = body.get("access_token")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            problem = f"there is no access_token in it ({described(reply)})"
        elif not value or " " in value:
            problem = f"its access_token is blank ({described(reply)})"
        else:
            life = _life(body.get("expires_in"))
            margin = min(_MARGIN_S, life * _MARGIN_SHARE)
            expires_at = started + life
            return _Token(value, expires_at - margin, expires_at - margin / 2)
        raise BadAnswer(operation=TOKEN_OPERATION, status=reply.status, message=problem)

    def _refused(self, reply: Reply) -> Never:
        """Raise what an answer other than 2xx means for a token."""
        error = refusal(TOKEN_OPERATION, reply, now=self._clock.now(), client=self.client)
        if isinstance(error, RateLimited):  # no budget waits for tokens: repeat as after a 503
            raise Unreachable(**_common(error), retry_after=error.retry_after)
        if isinstance(error, Refused | Forbidden):
            raise Unauthorized(**_common(error), client=self.client)
        raise error


def _common(error: PlatformError) -> dict[str, Any]:
    return {
        "operation": error.operation,
        "status": error.status,
        "code": error.code,
        "message": error.message,
        "correlation_id": error.correlation_id,
    }


def _life(value: object) -> float:
    """Seconds that a token lives, from ``expires_in`` in whatever type it came."""
    try:
        life = float(value) if isinstance(value, str | int | float) else 0.0
    except (ValueError, OverflowError):
        life = 0.0
    usable = not isinstance(value, bool) and math.isfinite(life) and life > 0
    return life if usable else _SHORTEST_LIFE_S
