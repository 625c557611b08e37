# SPDX-License-Identifier: Apache-2.0
"""The one HTTP seam to Genesys Cloud: every call of the product leaves through here.

A call waits for the budget, carries a token, is bounded in time and size, and ends as an
:class:`Answer` or as one of the errors of :mod:`integration.platform.errors`. Reads are
repeated here; writes are sent once, and the delivery, which knows what a repetition would do,
decides what follows.

The client drives the authentication flow itself instead of leaving it to httpx, because the
repetition after a 401 is a call of its own: it needs its own share of the budget, and the
same bounds as any other.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import httpx

from integration.clock import Clock
from integration.platform.admission import Admission
from integration.platform.answers import Answer, Reply, accepted, printable, refusal
from integration.platform.auth import ClientCredentials, Secret
from integration.platform.budget import CallBudget
from integration.platform.call_log import CallLog, CallRecord
from integration.platform.errors import (
    PlatformError,
    RateLimited,
    Unreachable,
)
from integration.platform.paths import QueryValue, checked, query_string
from integration.platform.permits import Permit, Reservation
from integration.platform.regions import base_url, is_loopback
from integration.platform.retry import CALLS, RetryPolicy, RetryQuota, RetrySession

Transport = httpx.AsyncBaseTransport
"""What carries requests: the network unless a test or the demonstration gives another."""

_LARGEST_BODY = 64 * 1024 * 1024
"""Bytes: 1,000 contacts with 50 full cells are half of it."""
_LARGEST_ERROR_BODY = 256 * 1024

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""Failures before the request has left, so that nothing can have been carried out."""


class GenesysClient:
    """Calls the platform API as one OAuth client.

    Args:
        api_url: base URL of the API (see :func:`integration.platform.regions.locate`).
        login_url: base URL of the login host.
        client_id: the OAuth client.
        secret: its secret, or a callable that reads it afresh for every token.
        budget: admits the calls; requests for tokens are not part of it.
        clock: the time.
        rng: jitter of repetitions.
        retry: bounds of the repetition of reads.
        quota: repetitions shared with other clients; None for one of its own.
        transport: stands in for the network. Without it, the proxy settings of the
            environment are honoured (companies need them), but never for this machine.
        timeout: seconds for each step of an exchange: connect, send, every read.
        deadline: seconds for the whole exchange, against servers that trickle. Both run on
            the event loop's time, since they bound real input and output.
        on_call: told of every request sent, token requests included; it must not raise.

    Raises:
        ValueError: an address is not acceptable, or the environment's proxy is not.
    """

    def __init__(
        self,
        *,
        api_url: str,
        login_url: str,
        client_id: str,
        secret: Secret,
        budget: CallBudget,
        clock: Clock,
        rng: random.Random,
        retry: RetryPolicy = CALLS,
        quota: RetryQuota | None = None,
        transport: Transport | None = None,
        timeout: float = 30.0,
        deadline: float = 120.0,
        on_call: Callable[[CallRecord], None] | None = None,
    ) -> None:
        self.api_url = base_url(api_url)
        self.calls = CallLog(on_call)
        self._budget = budget
        self._clock = clock
        self._rng = rng
        self._retry = retry
        self._quota = quota or RetryQuota()
        self._deadline = deadline
        self._http = _http_client(transport, timeout, trust_env=not is_loopback(self.api_url))
        self._credentials = ClientCredentials(
            client_id,
            secret,
            token_url=f"{base_url(login_url)}/oauth/token",
            exchange=self._exchange,
            clock=clock,
            rng=rng,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; a second time does no harm."""
        await self._credentials.aclose()
        await self._http.aclose()

    async def call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        body: Any = None,
        expect: type[Any] | None = None,
        once: bool = False,
        permit: Permit | Reservation | None = None,
        resource: str = "",
    ) -> Answer:
        """Make one call and return its answer.

        Args:
            operation: what the call is named in counts, logs and errors.
            method: the HTTP method.
            path: absolute path, ids in it encoded (:func:`integration.platform.paths.path`).
            query: flags, numbers, texts, lists; None is left out.
            body: sent as JSON; None sends no body.
            expect: ``list`` or ``dict``, where the answer has to be one.
            once: the call is not to be repeated, but for a refused token.
            permit: a reservation, from which every request takes its share; or one permit,
                for the first request. Without it the call waits for the budget.
            resource: what a limit of its own would concern; the operation unless given.

        Raises:
            RateLimited: refused with 429: at once with ``once``, else after long patience.
            Unreachable: no usable answer: at once with ``once``, else after repetitions.
            Unauthorized: no token, or the second one was refused as well.
            Forbidden: a permission is missing.
            Refused: any other refusal.
            Redirected: something else answers at this address.
            ValueError: ``path`` is not one, or ``body`` has no JSON form.
        """
        request = self._request(method, path, query, body)
        admission = Admission(
            self._budget, permit, resource=resource or operation, clock=self._clock
        )
        session = RetrySession(self._retry, clock=self._clock, rng=self._rng, quota=self._quota)
        try:
            while True:
                try:
                    reply = await self._authenticated(operation, request, admission)
                    answer = self._understood(operation, reply, expect)
                except PlatformError as error:
                    session.waited(admission.waited)
                    delay = None if once else session.next_delay(error)
                    if delay is None:
                        _give_up(error, session.attempts)
                        raise
                else:
                    session.succeeded()
                    return answer
                await self._clock.sleep(delay)
        finally:
            admission.close()

    def _request(
        self, method: str, path: str, query: Mapping[str, QueryValue] | None, body: Any
    ) -> httpx.Request:
        # The URL is joined as text: a path such as //elsewhere must not name another host.
        url = f"{self.api_url}{checked(path)}{query_string(query)}"
        content = None
        headers = {"Accept": "application/json"}
        if body is not None:
            # Escaped to ASCII, so that half a surrogate pair that an import cut in two can
            # be sent back as it was read.
            content = json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
        return self._http.build_request(method, url, content=content, headers=headers)

    async def _authenticated(
        self,
        operation: str,
        request: httpx.Request,
        admission: Admission,
    ) -> Reply:
        """Send ``request`` with a token, and again with another one after a 401."""
        await self._credentials.token()  # first, so that no share of the budget waits for it
        permit = await admission.next()
        flow = self._credentials.async_auth_flow(request)
        try:
            try:
                request = await anext(flow)
            except BaseException:
                permit.lost()
                raise
            while True:
                reply = await self._metered(operation, request, permit, admission.resource)
                try:
                    request = await flow.asend(httpx.Response(reply.status))
                except StopAsyncIteration:
                    return reply
                permit = await admission.next()
        finally:
            await flow.aclose()

    async def _metered(
        self, operation: str, request: httpx.Request, permit: Permit, resource: str
    ) -> Reply:
        """One exchange, whose end the budget is told in any case."""
        reply: Reply | None = None
        try:
            reply = await self._exchange(operation, request)
        finally:
            if reply is None:
                permit.lost()
        if reply.status == 429:
            error = self._refusal(operation, reply)
            assert isinstance(error, RateLimited)
            only = resource if error.one_resource else ""
            permit.refused(error.retry_after, only, reply.headers)
        else:
            permit.answered(reply.status, reply.headers)
        return reply

    def _understood(self, operation: str, reply: Reply, expect: type[Any] | None) -> Answer:
        if reply.succeeded:
            return accepted(operation, reply, expect)
        raise self._refusal(operation, reply)

    def _refusal(self, operation: str, reply: Reply) -> PlatformError:
        now, client = self._clock.now(), self._credentials.client
        return refusal(operation, reply, now=now, client=client)

    async def _exchange(self, operation: str, request: httpx.Request) -> Reply:
        """Send one request and read its answer, within the bounds of time and size.

        Raises:
            Unreachable: no answer came. One whose body breaks off is returned.
        """
        started = self._clock.monotonic()
        response: httpx.Response | None = None
        body = bytearray()
        problem, sent = "", True
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._http.send(request, stream=True)
                problem = await _read(response, body)
        except (httpx.RequestError, OSError) as error:
            problem, sent = _described(error), not isinstance(error, _NOT_SENT)
        except BaseException:
            problem = "broken off"
            raise
        finally:
            if response is not None:
                with contextlib.suppress(httpx.HTTPError, OSError):
                    await response.aclose()
            self._record(operation, request, response, problem, started)
        if response is None:
            raise Unreachable(operation=operation, message=problem, ambiguous=sent)
        if not response.is_success:
            _redact(body, request)
        return Reply(response.status_code, response.headers, bytes(body), problem)

    def _record(
        self,
        operation: str,
        request: httpx.Request,
        response: httpx.Response | None,
        problem: str,
        started: float,
    ) -> None:
        status = response.status_code if response is not None else None
        headers: Mapping[str, str] = response.headers if response is not None else {}
        self.calls.add(
            CallRecord(
                operation=operation,
                method=request.method,
                status=status,
                seconds=self._clock.monotonic() - started,
                correlation_id=printable(headers.get("inin-correlation-id"), 100),
                problem=problem,
            )
        )


def _give_up(error: PlatformError, attempts: int) -> None:
    """Say in ``error`` how often the call was tried; 0 where it was not to be repeated."""
    error.attempts = max(error.attempts, attempts)
    if attempts and isinstance(error, Unreachable):
        error.final = True


def _http_client(
    transport: Transport | None, timeout: float, *, trust_env: bool
) -> httpx.AsyncClient:
    problem = ""
    try:
        return httpx.AsyncClient(
            transport=transport,
            timeout=timeout,
            follow_redirects=False,  # the token would go along
            trust_env=trust_env,
            headers={"User-Agent": "genesys-lead-scoring"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # keep none
        )
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        problem = type(error).__name__  # its text may hold the proxy's password
    raise ValueError(
        f"the proxy or certificate settings of the environment cannot be used ({problem}); "
        "check HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE"
    )


async def _read(response: httpx.Response, body: bytearray) -> str:
    """Read into ``body`` as much as is sensible; the problem where that was not all."""
    limit = _LARGEST_BODY if response.is_success else _LARGEST_ERROR_BODY
    async for chunk in response.aiter_bytes():
        body += chunk[: limit - len(body) + 1]
        if len(body) > limit:
            return f"longer than {limit} bytes"
    return ""


_HAPPENED = {
    httpx.ConnectError: "no connection",
    httpx.ConnectTimeout: "no connection within the time limit",
    httpx.DecodingError: "a compressed body that cannot be unpacked",
    httpx.PoolTimeout: "all connections in use for too long",
    httpx.ProxyError: "the proxy let nothing through",
    httpx.ReadError: "the connection broke before the end of the answer",
    httpx.ReadTimeout: "no answer within the time limit",
    httpx.RemoteProtocolError: "the connection was closed, or what came is no HTTP",
    httpx.WriteError: "the connection broke while the request was sent",
    httpx.WriteTimeout: "the request could not be sent within the time limit",
    TimeoutError: "no complete answer within the time limit",
}


def _described(error: Exception) -> str:
    """What happened, in words; the rest of the error says it in its own."""
    happened = _HAPPENED.get(type(error), "the connection failed")
    own_words = printable(str(error), 120)
    return f"{happened} ({own_words})" if own_words else happened


def _redact(body: bytearray, request: httpx.Request) -> None:
    """Blot out the request's credentials where an error body echoes them."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    secrets = [credentials.encode()]
    if scheme == "Basic":
        secrets.append(base64.b64decode(credentials).partition(b":")[2])
    for secret in filter(None, secrets):
        body[:] = body.replace(secret, "…".encode())
