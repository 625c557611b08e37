# SPDX-License-Identifier: Apache-2.0
"""Looks at every answer that a simulator in this process gives, whoever asked.

Any test may put its calls into the block, mounted, served or through the pipeline alone::

    with watched() as watch:
        ...
    assert watch.faults == []
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from simulator.errors import Refusal
from simulator.http import Operation
from simulator.organisation import Organisation
from simulator.pipeline import Pipeline, Reply, Request

from .conformity import faults_in_json

# Two official operations answer something that no model describes.
LOGIN = "post_oauth_token"
DOWNLOAD = "get_download"
_RATE_HEADERS = ("inin-ratelimit-count", "inin-ratelimit-allowed", "inin-ratelimit-reset")
_CORRELATION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Watch:
    """What was seen: the faults, and the statuses that each operation answered."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.answered: dict[str, list[int]] = {}

    def look(self, operation: Operation | None, request: Request, reply: Reply) -> None:
        """Judge one answer; ``operation`` is None where the path led to none."""
        if operation is not None:
            self.answered.setdefault(operation.operation_id, []).append(reply.status)
        where = f"{request.method} {request.path} {reply.status}"
        self.faults += [f"{where}: {fault}" for fault in faults_in_reply(operation, reply)]


@contextmanager
def watched() -> Iterator[Watch]:
    """Look at every answer that is given inside the block; answers garbled on purpose excepted."""
    watch, answer = Watch(), Pipeline.answer

    async def watched_answer(pipeline: Pipeline, request: Request) -> Reply:
        reply = await answer(pipeline, request)
        if not _garbled(pipeline._organisation, reply):
            watch.look(_operation(pipeline, request), request, reply)
        return reply

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pipeline, "answer", watched_answer)
        yield watch


def faults_in_reply(operation: Operation | None, reply: Reply) -> list[str]:
    """What is not official in status, headers and body of an answer; empty for nothing."""
    faults = [] if _CORRELATION_ID.fullmatch(_correlation(reply)) else ["no correlation id"]
    if reply.status < 300:
        return faults + _faults_in_success(operation, reply)
    if _type(reply) != "application/json":
        faults.append(f"the content type is {_type(reply)}")
    if operation is not None and operation.operation_id == LOGIN and b'"error"' in reply.body:
        return faults + _faults_in_oauth_error(reply)
    return faults + _faults_in_refusal(reply)


def _faults_in_success(operation: Operation | None, reply: Reply) -> list[str]:
    if operation is None:
        return ["a success without an operation"]
    faults = []
    if reply.status not in range(200, 206):  # all that the official Python SDK takes for one
        faults.append("this status is no success to the official SDK")
    if operation.authenticated and operation.counted:
        faults += [
            f"{name} is {reply.headers.get(name)!r}"
            for name in _RATE_HEADERS
            if not reply.headers.get(name, "").isdigit()
        ]
    if operation.operation_id == DOWNLOAD or not operation.official:
        return faults
    if operation.operation_id == LOGIN:
        return faults + _faults_in_token(reply)
    if operation.model is None:
        return [*faults, "a body where the SDK expects none"] if reply.body else faults
    if _type(reply) != "application/json":
        faults.append(f"the content type is {_type(reply)}")
    return faults + faults_in_json(reply.body, operation.model)


def _faults_in_token(reply: Reply) -> list[str]:
    """RFC 6749, section 5.1; the SDKs read ``access_token`` and ``expires_in``."""
    body = json.loads(reply.body)
    needed = {"access_token": str, "token_type": str, "expires_in": int}
    if {name: type(value) for name, value in body.items()} != needed:
        return [f"the login answered {sorted(body)}"]
    return [] if body["expires_in"] > 0 else ["the token has no life"]


def _faults_in_oauth_error(reply: Reply) -> list[str]:
    """RFC 6749, section 5.2."""
    body = json.loads(reply.body)
    texts = all(isinstance(value, str) and value for value in body.values())
    return [] if texts and body.keys() == {"error", "error_description"} else [f"error {body}"]


def _faults_in_refusal(reply: Reply) -> list[str]:
    faults = faults_in_json(reply.body, "ErrorBody")
    if faults:
        return faults
    body: dict[str, Any] = json.loads(reply.body)
    faults += [f"{name} is missing" for name in ("code", "message") if not body.get(name)]
    if body.get("status") != reply.status:
        faults.append(f"the body says status {body.get('status')}")
    if body.get("contextId") != _correlation(reply):
        faults.append("contextId and ININ-Correlation-Id differ")
    retry_after = reply.headers.get("Retry-After")
    if reply.status == 429 and retry_after is not None:
        if not (retry_after.isdigit() and int(retry_after) > 0):
            faults.append(f"Retry-After is {retry_after!r}")
        if not body["message"].endswith(f"[{retry_after}] seconds"):
            faults.append(f"the message does not end with the wait: {body['message']!r}")
    return faults


def _type(reply: Reply) -> str:
    return reply.headers.get("Content-Type", "").partition(";")[0]


def _correlation(reply: Reply) -> str:
    return reply.headers.get("ININ-Correlation-Id", "")


def _operation(pipeline: Pipeline, request: Request) -> Operation | None:
    try:
        return pipeline._routes.find(request.method, request.path).operation
    except Refusal:
        return None


def _garbled(organisation: Organisation, reply: Reply) -> bool:
    if not organisation.faults.rules:
        return False
    for call in reversed(list(organisation.calls)):
        if call.correlation_id == _correlation(reply):
            return "malformed" in call.fault
    return False
