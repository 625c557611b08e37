# SPDX-License-Identifier: Apache-2.0
"""What the faults of a plan do to a call: on arrival, before its handler, and to its answer."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.errors import Refusal
from simulator.faults import Fault, FaultRule, TransportFault
from simulator.organisation import Organisation

TRANSPORT = frozenset({"timeout", "reset", "connect_timeout", "connect_error"})
USUAL_CODES = {
    400: "bad.request",
    401: "bad.credentials",
    403: "not.authorized",
    404: "not.found",
    408: "request.timeout",
    409: "conflict",
    413: "request.entity.too.large",
    429: "too.many.requests",
    500: "internal.server.error",
    502: "bad.gateway",
    503: "service.unavailable",
    504: "request.timeout",
}
_PROXY_PAGE = b"<!DOCTYPE html><title>Proxy</title><p>The page is being prepared.</p>"


async def on_arrival(organisation: Organisation, faults: Sequence[Fault], bearer: str) -> None:
    """Delay the call, shift the server's clock, revoke the call's token, or lose the call.

    Args:
        organisation: what the faults happen to.
        faults: those of this call.
        bearer: the access token that came with the call; empty without one.

    Raises:
        TransportFault: the call is lost before it has any effect.
    """
    for fault in faults:
        rule = fault.rule
        if rule.kind == "latency":
            await organisation.clock.sleep(rule.seconds)
        elif rule.kind == "clock_skew":
            organisation.set_clock_skew(rule.seconds)
        elif rule.kind == "revoke_token":
            organisation.clients.revoke(bearer)
        elif rule.kind in TRANSPORT and not rule.after_commit:
            raise TransportFault(rule.kind, after_commit=False)


def before_handler(faults: Sequence[Fault]) -> None:
    """Refuse the call in place of its handler.

    Raises:
        Refusal: the status of the fault.
    """
    for fault in faults:
        if fault.rule.kind == "status" and not fault.rule.after_commit:
            raise _refusal(fault.rule)


def to_answer(faults: Sequence[Fault]) -> Refusal | None:
    """What the client gets in place of the answer that was made; None for the answer itself.

    Raises:
        TransportFault: the answer is lost.
    """
    for fault in faults:
        if not fault.rule.after_commit:
            continue
        if fault.rule.kind in TRANSPORT:
            raise TransportFault(fault.rule.kind, after_commit=True)
        if fault.rule.kind == "status":
            return _refusal(fault.rule)
    return None


def garble(faults: Sequence[Fault], body: bytes) -> bytes:
    """The body as it arrives: cut off in the middle, or another's, where a fault says so."""
    for fault in faults:
        if fault.rule.kind == "malformed":
            return body[: len(body) // 2] or b'{"id": "'
        if fault.rule.kind == "foreign":
            return _PROXY_PAGE
    return body


def _refusal(rule: FaultRule) -> Refusal:
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    message, params = "An injected fault.", {}
    if rule.status == 429 and rule.retry_after is not None:
        message = "Too many calls. Retry the request in [{seconds}] seconds"
        params = {"seconds": str(rule.retry_after)}
    code = rule.code or USUAL_CODES.get(rule.status, "internal.server.error")
    return Refusal(rule.status, code, message, params=params, headers=headers)
