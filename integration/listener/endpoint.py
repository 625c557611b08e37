# SPDX-License-Identifier: Apache-2.0
"""``POST /webhooks/lead-scores``: from the request to the receipt.

A raw ASGI application and no handler of a framework, because thousands pass here each second.
What can be refused by the headers is refused before the body is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from integration.clock import Clock
from integration.listener import answers, body
from integration.listener.answers import Answer
from integration.listener.desk import Closed, Desk, TooMuch
from integration.listener.gate import Credentials, Gate, Unauthorised
from integration.outbox import OutboxError, Repetition

PATH: Final = "/webhooks/lead-scores"
_HELD_MOST: Final = 64 * 1024 * 1024
"""Bytes of bodies that may be in memory at the same time, of all requests together."""
_READ: Final = frozenset(
    {
        b"content-type",
        b"content-length",
        b"content-encoding",
        b"authorization",
        b"webhook-id",
        b"webhook-timestamp",
        b"webhook-signature",
    }
)
_LOG: Final = structlog.get_logger("leadscore.listener")


class _Refusal(Exception):
    """The request ends with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Endpoint:
    """Takes updates of lead scores.

    Args:
        desk: where they are handed in.
        gate: who may do so.
        clock: the time.
        body_limit: the longest body, in bytes.
    """

    def __init__(self, desk: Desk, gate: Gate, clock: Clock, body_limit: int) -> None:
        self._desk = desk
        self._gate = gate
        self._clock = clock
        self._limit = body_limit
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            answer = await self._answer(scope, receive)
        except _Refusal as refusal:
            answer = refusal.answer
            client = scope.get("client") or ("",)
            _LOG.info("webhook_refused", status=int(answer.status), client=client[0])
        except _Gone:
            return
        except Exception:  # noqa: BLE001 - whatever it was, the sender gets an answer
            _LOG.exception("request_failed", method=scope["method"], path=scope["path"])
            answer = answers.problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "this is a fault of the service; send the message again later",
            )
        for message in answer.messages:
            await send(message)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] != "POST":
            raise _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "send a POST", (b"allow", b"POST"))
        if self._desk.closing:
            raise _wait(HTTPStatus.SERVICE_UNAVAILABLE, "the service is being stopped", 5)
        headers = _headers(scope)
        self._look_at_kind(headers)
        try:
            visitor = self._gate.look_at(
                Credentials(
                    headers.get(b"webhook-id"),
                    headers.get(b"webhook-timestamp", b""),
                    headers.get(b"webhook-signature", b""),
                    headers.get(b"authorization", b""),
                )
            )
            raw = await self._read(receive)
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                raise _refusal(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None
            self._gate.let_in(visitor, text)
        except Unauthorised as problem:
            challenge = (b"www-authenticate", b'Bearer realm="leadscore"')
            raise _refusal(HTTPStatus.UNAUTHORIZED, str(problem), challenge) from None
        return await self._accept(visitor.message, raw, text)

    def _look_at_kind(self, headers: Mapping[bytes, bytes]) -> None:
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if (
            kind != b"application/json"
            or headers.get(b"content-encoding", b"identity") != b"identity"
        ):
            raise _refusal(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "send application/json, not compressed",
                (b"accept", b"application/json"),
            )
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 15 or int(length) > self._limit:
            raise self._too_long()

    def _too_long(self) -> _Refusal:
        return _refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body is longer than {self._limit:,} bytes; send fewer items at a time",
        )

    async def _read(self, receive: Receive) -> bytes:
        """The whole body."""
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            first: bytes = message.get("body", b"")  # the common case
            if len(first) > self._limit:
                raise self._too_long()
            return first
        parts = bytearray()
        try:
            while True:
                if message["type"] != "http.request":
                    raise _Gone
                part = message.get("body", b"")
                parts += part
                self._held += len(part)
                if len(parts) > self._limit:
                    raise self._too_long()
                if self._held > _HELD_MOST:
                    raise _wait(HTTPStatus.SERVICE_UNAVAILABLE, "too much at the same time", 1)
                if not message.get("more_body"):
                    return bytes(parts)
                message = await receive()
        finally:
            self._held -= len(parts)

    async def _accept(self, message: str, raw: bytes, text: str) -> Answer:
        try:
            items = body.read(text, self._clock.now())
        except body.BadBody as problem:
            raise _refusal(HTTPStatus.BAD_REQUEST, f"the body is no update: {problem}") from None
        bad = [one for one in items if isinstance(one, body.RejectedItem)]
        if len(bad) == len(items):
            return answers.rejected(bad)
        try:
            receipt = await self._desk.accept(
                items, message=message, digest=hashlib.sha256(raw).digest()
            )
        except TooMuch as refused:
            raise _wait(HTTPStatus.TOO_MANY_REQUESTS, str(refused), refused.after) from None
        except Closed as refused:
            raise _wait(HTTPStatus.SERVICE_UNAVAILABLE, str(refused), refused.after) from None
        except OutboxError:
            raise _wait(
                HTTPStatus.SERVICE_UNAVAILABLE, "scores cannot be stored now; nothing was kept", 30
            ) from None
        if receipt is Repetition.SAME:
            return answers.repeated()
        if isinstance(receipt, Repetition):
            raise _refusal(
                HTTPStatus.CONFLICT,
                "this webhook-id was accepted with another body; give each message its own id",
            )
        return answers.receipt(items, receipt)


class _Gone(Exception):
    """The client has left."""


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """The headers that mean something here."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            if name in found:
                raise _refusal(
                    HTTPStatus.BAD_REQUEST, f"the header {name.decode()} stands there twice"
                )
            found[name] = value
    return found


def _refusal(status: HTTPStatus, detail: str, *headers: answers.Header) -> _Refusal:
    return _Refusal(answers.problem(status, detail, headers=headers))


def _wait(status: HTTPStatus, detail: str, after: int, *headers: answers.Header) -> _Refusal:
    retry = (b"retry-after", b"%d" % after)
    return _refusal(status, f"{detail}; send it again in {after} s", retry, *headers)
