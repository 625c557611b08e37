# SPDX-License-Identifier: Apache-2.0
"""The way of one call: faults, authentication, limit, permission, body, handler, log.

The order matters and is the platform's as far as it is known: a call without a valid token
takes no place in any window; a call that is refused later (403, 400, 404) does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from urllib.parse import parse_qs

from simulator import fault_effects
from simulator.calllog import LoggedCall
from simulator.errors import (
    Refusal,
    bad_request,
    missing_any_permission,
    missing_permissions,
    too_large,
)
from simulator.faults import Fault
from simulator.http import Answer, Call
from simulator.instants import to_wire
from simulator.organisation import Organisation
from simulator.routes import Match, Routes
from simulator.wire import read_body, write_body

MOST_BODY_BYTES = 32 * 1024 * 1024
"""A bulk write of 1,000 contacts with 50 full columns stays below this."""
NO_CONTENT = 204
_MOST_QUERY_FIELDS = 1000
_CONTACTS = re.compile("/contacts(/|$)")
"""Calls on contacts alone: the dialer is told of what they change by the list itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Args:
        method: in capitals.
        path: percent-encoded, without the query.
        query: percent-encoded, without the question mark.
        headers: names in lower case.
        body: all of it.
        scheme: ``http`` or ``https``.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    scheme: str = "https"

    @property
    def origin(self) -> str:
        """What the client called, for addresses in answers; empty where it does not say."""
        host = self.headers.get("host", "")
        return f"{self.scheme}://{host}" if host else ""

    @property
    def bearer(self) -> str:
        """The access token that came with the request; empty without one.

        The official Python SDK sends ``Bearer`` with nothing after it until it has a token.
        """
        scheme, _, token = self.headers.get("authorization", "").strip().partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class Pipeline:
    """Answers requests.

    Args:
        organisation: whose state is served.
        routes: what is simulated.
    """

    def __init__(self, organisation: Organisation, routes: Routes) -> None:
        self._organisation = organisation
        self._routes = routes

    async def answer(self, request: Request) -> Reply:
        """The answer to ``request``; every call is logged, whatever becomes of it.

        Raises:
            TransportFault: an injected fault keeps the answer from arriving.
        """
        self._organisation.dialer.catch_up()
        log = self._log(request)
        headers = {
            "Content-Type": "application/json",
            "ININ-Correlation-Id": log.correlation_id,
        }
        faults: list[Fault] = []
        try:
            try:
                match = self._routes.find(request.method, request.path)
                faults = self._strike(match, request, log)
                answer = await self._serve(match, request, log, headers, faults)
            except Refusal as refusal:
                answer = _refused(refusal, log)
            if (instead := fault_effects.to_answer(faults)) is not None:
                answer = _refused(instead, log)
            return self._reply(answer, headers, faults, log)
        finally:
            self._organisation.calls.add(log)
            if request.method != "GET" and not _CONTACTS.search(request.path):
                self._organisation.dialer.settle()

    def _log(self, request: Request) -> LoggedCall:
        organisation = self._organisation
        return LoggedCall(
            n=organisation.calls.next_number(),
            time=to_wire(organisation.clock.now()),
            at=organisation.clock.monotonic(),
            method=request.method,
            path=request.path,
            query=request.query,
            correlation_id=organisation.ids.correlation(),
        )

    def _strike(self, match: Match, request: Request, log: LoggedCall) -> list[Fault]:
        log.operation_id = match.operation.operation_id
        faults = self._organisation.faults.strike(
            log.operation_id, request.method, request.path, log.at
        )
        log.fault = "+".join(fault.rule.kind for fault in faults)
        return faults

    async def _serve(
        self,
        match: Match,
        request: Request,
        log: LoggedCall,
        headers: dict[str, str],
        faults: list[Fault],
    ) -> Answer:
        """Everything between arrival and answer."""
        organisation, operation = self._organisation, match.operation
        bearer = request.bearer
        if faults:
            await fault_effects.on_arrival(organisation, faults, bearer)
        call = Call(
            organisation,
            operation,
            match.path,
            {},
            request.headers,
            log.correlation_id,
            token=bearer,
            origin=request.origin,
        )
        if operation.authenticated:
            call.caller = organisation.clients.authenticate(bearer)
            log.client_id = call.caller.id
            if operation.counted:
                charge = organisation.limits.charge(call, request.path)
                headers.update(charge.headers)
                if charge.refusal is not None:
                    raise charge.refusal
            _check_permissions(call)
        fault_effects.before_handler(faults)
        if len(request.body) > MOST_BODY_BYTES:
            raise too_large(MOST_BODY_BYTES)
        if request.query:
            call.query = _query(request.query)
        if not operation.form:
            log.raw = request.body
        call.body = read_body(request.method, request.headers, request.body, form=operation.form)
        result = operation.handler(call)
        if inspect.isawaitable(result):
            result = await result
        return result if isinstance(result, Answer) else Answer(result)

    def _reply(
        self, answer: Answer, headers: dict[str, str], faults: list[Fault], log: LoggedCall
    ) -> Reply:
        body = write_body(answer.body)
        if faults:
            body = fault_effects.garble(faults, body)
        headers["Date"] = format_datetime(self._organisation.now(), usegmt=True)
        headers.update(answer.headers)
        if answer.status == NO_CONTENT:
            del headers["Content-Type"]
        log.status = answer.status
        retry_after = headers.get("Retry-After", "")
        log.retry_after = int(retry_after) if retry_after.isdigit() else None
        return Reply(answer.status, headers, body)


def _check_permissions(call: Call) -> None:
    """Refuse a call that the client may make in no division at all."""
    needed, choice = call.operation.permissions, call.operation.any_permission
    missing = [name for name in needed if not call.grants(name)]
    if missing:
        raise missing_permissions(missing)
    if choice and not any(call.grants(name) for name in choice):
        raise missing_any_permission(choice)


def _refused(refusal: Refusal, log: LoggedCall) -> Answer:
    log.code = refusal.code
    return Answer(refusal.body(log.correlation_id), refusal.status, refusal.headers)


def _query(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_QUERY_FIELDS)
    except ValueError:
        raise bad_request("bad.request", "The query has too many fields.") from None
