# SPDX-License-Identifier: Apache-2.0
"""Reads what came back: an answer that the caller can use, or the error that it stands for.

Nothing that a server sends may break the reader: bodies may be pages of a proxy, truncated,
deeply nested or of other types than documented. What is shown of them is cut and printable.

Source: docs/platform.md sections 1, 2 and 12 (error bodies, 429, token errors, Retry-After).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit

from integration.platform.errors import (
    BadAnswer,
    Detail,
    Forbidden,
    Limit,
    PlatformError,
    RateLimited,
    Redirected,
    Refused,
    Unauthorized,
    Unreachable,
)

_LONGEST_TEXT = 300
_LONGEST_WAIT = 86_400.0
"""A server that asks for more than a day is not understood rather than obeyed."""

_ACCOUNT_WIDE = frozenset({"", "too.many.requests"})
"""Codes of a 429 that mean the client as a whole; others mean one resource."""

_PERMISSION = re.compile(r"\b[A-Za-z]\w*:[A-Za-z*]\w*:[A-Za-z*]\w*")
_SECONDS_IN_MESSAGE = re.compile(r"\[(\d{1,6})\]\s*seconds")
_SECONDS = re.compile(r"\d{1,12}(\.\d{1,9})?")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S+")

_NEVER_SERVED = frozenset({501, 505})
"""5xx that no repetition changes: the server does not know the method or the protocol."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A call that went well: the JSON body, None where it was empty.

    Attributes:
        status: the HTTP status.
        body: what was sent.
        correlation_id: what Genesys support asks for.
        sent: the header ``Date``; blank where there is none.
    """

    status: int
    body: Any
    correlation_id: str
    sent: str = ""

    @property
    def date(self) -> datetime | None:
        """When the server sent this, by its own clock, cut to seconds; None where unknown."""
        return _date(self.sent)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came over the wire: ``problem`` says why ``body`` is not all of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    problem: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


class _Said(TypedDict):
    operation: str
    status: int
    code: str
    message: str
    correlation_id: str


def accepted(operation: str, reply: Reply, expect: type[Any] | None) -> Answer:
    """The answer of a 2xx; ``expect`` is ``list`` or ``dict`` where the caller needs one.

    Raises:
        BadAnswer: the body is incomplete, no JSON, or of another kind. What was asked was
            probably carried out, so it is ambiguous.
    """
    correlation_id = printable(reply.headers.get("inin-correlation-id"), 100)
    body: Any = None
    problem = reply.problem
    if not problem and reply.body.strip():
        try:
            body = parse_json(reply.body)
        except ValueError:
            problem = f"not JSON but {described(reply)}"
    if not problem and expect is not None and not isinstance(body, expect):
        problem = f"JSON, but a {type(body).__name__} where a {expect.__name__} was due"
    if problem:
        raise BadAnswer(
            operation=operation,
            status=reply.status,
            message=problem,
            correlation_id=correlation_id,
            ambiguous=True,
        )
    return Answer(reply.status, body, correlation_id, reply.headers.get("date", ""))


def refusal(operation: str, reply: Reply, *, now: datetime, client: str) -> PlatformError:
    """The error that a status other than 2xx stands for.

    Args:
        operation: the name of the call.
        reply: what came back.
        now: the time, for a ``Retry-After`` that is a date.
        client: the client id, shortened, for errors that name it.
    """
    body = _object(reply.body)
    status = reply.status
    said = _said(operation, reply, body)
    wait = retry_after(reply.headers, now)
    if status == 429:
        return RateLimited(
            **said,
            retry_after=_seconds_in(said["message"]) if wait is None else wait,
            limit=_limit(body),
            one_resource=said["code"] not in _ACCOUNT_WIDE,
        )
    if status == 401:
        return Unauthorized(**said, client=client)
    if status == 403:
        any_of = said["code"] == "missing.any.permissions"
        return Forbidden(**said, client=client, permissions=_permissions(body), any_of=any_of)
    if status < 400:  # a 3xx; an interim answer never gets here
        return Redirected(**said, location=_host(reply.headers.get("location", "")))
    if status == 408 or (status >= 500 and status not in _NEVER_SERVED):
        # 408 says that the request never arrived as a whole, 503 that the service took no
        # work: both were not carried out. After any other 5xx nobody knows.
        ambiguous = status not in {408, 503}
        return Unreachable(**said, ambiguous=ambiguous, retry_after=wait)
    return Refused(**said, details=_details(body), limit=_limit(body))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks to wait: from a number, or from a date.

    A date is compared with the server's own ``Date``, where it sends one, because clocks
    differ. None where there is no such header or it makes no sense (negative, past, garbage).
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text) and text.isascii():
        wait = float(text)
    else:
        until = _date(text)
        if until is None:
            return None
        wait = (until - (_date(headers.get("date", "")) or now)).total_seconds()
    return wait if 0 <= wait <= _LONGEST_WAIT else None


def parse_json(body: bytes) -> Any:
    """The JSON value of ``body``.

    Raises:
        ValueError: it is no JSON, whatever the reason.
    """
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def described(reply: Reply) -> str:
    """Type and length of a body, never the body: it may hold tokens or personal data."""
    kind = printable(reply.headers.get("content-type"), 60) or "of no stated type"
    return f"{kind}, {len(reply.body)} bytes"


def printable(value: object, longest: int = _LONGEST_TEXT) -> str:
    """``value`` as one line without control characters and credentials; blank for no text."""
    if not isinstance(value, str):
        return ""
    text = value[: longest * 4]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(text.split())
    text = _BEARER.sub(r"\1 …", text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = parse_json(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _said(operation: str, reply: Reply, body: dict[str, Any]) -> _Said:
    """The common part; the token endpoint's OAuth names are read as well."""
    message = next(
        filter(
            None, map(printable, map(body.get, ("message", "error_description", "description")))
        ),
        "",
    )
    if not body and reply.body.strip():
        message = f"the answer is not the platform's but {described(reply)}"
    return _Said(
        operation=operation,
        status=reply.status,
        code=printable(body.get("code"), 100) or printable(body.get("error"), 100),
        message=message,
        correlation_id=printable(reply.headers.get("inin-correlation-id"), 100)
        or printable(body.get("contextId"), 100),
    )


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _details(body: dict[str, Any]) -> tuple[Detail, ...]:
    return tuple(
        Detail(
            code=printable(each.get("errorCode")) or printable(each.get("code")),
            field=printable(each.get("fieldName")),
            entity_id=printable(each.get("entityId")),
            entity_name=printable(each.get("entityName")),
        )
        for each in _objects(body.get("details")) + _objects(body.get("errors"))
    )


def _limit(body: dict[str, Any]) -> Limit | None:
    named = body.get("limit")
    if not isinstance(named, dict):
        return None
    value = named.get("value")
    shown = str(value) if isinstance(value, int | float) else printable(value, 40)
    return Limit(
        key=printable(named.get("key"), 100),
        namespace=printable(named.get("namespace"), 100),
        value=shown[:40],
    )


def _permissions(body: dict[str, Any]) -> tuple[str, ...]:
    """The permission strings in the message and its parameters, each once."""
    params = body.get("messageParams")
    values = params.values() if isinstance(params, dict) else ()
    texts = [body.get("message"), *values]
    found = [name for text in texts for name in _PERMISSION.findall(printable(text, 2_000))]
    return tuple(dict.fromkeys(found))


def _seconds_in(message: str) -> float | None:
    """The number of seconds that a 429 message names in square brackets."""
    found = _SECONDS_IN_MESSAGE.search(message)
    return float(found[1]) if found else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _host(location: str) -> str:
    """Scheme and host of a redirect's target; its path and query may hold secrets."""
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        return ""
    return printable(f"{parts.scheme}://{host}", 200) if host else ""
