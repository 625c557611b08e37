# SPDX-License-Identifier: Apache-2.0
"""The service's ASGI application: webhooks, and the routes of whoever adds some."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from integration.clock import Clock
from integration.listener import answers, openapi
from integration.listener.desk import Desk
from integration.listener.endpoint import PATH, Endpoint
from integration.listener.gate import Gate


def build_app(
    desk: Desk, gate: Gate, clock: Clock, *, body_limit: int, routes: Sequence[BaseRoute] = ()
) -> Starlette:
    """The application.

    Args:
        desk: where scores are handed in.
        gate: who may do so.
        clock: the time.
        body_limit: the longest body, in bytes.
        routes: more of them, such as those for health and metrics.
    """
    webhooks = Route(PATH, Endpoint(desk, gate, clock, body_limit))
    description = json.dumps(openapi.document(PATH))

    async def describe(_: Request) -> Response:
        return Response(description, media_type="application/json")

    app = Starlette(
        routes=[webhooks, Route(openapi.PATH, describe), *routes],
        exception_handlers={HTTPException: _http_problem},
    )
    app.router.redirect_slashes = False
    return app


async def _http_problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    answer = answers.problem(HTTPStatus(problem.status_code), problem.detail)
    return Response(
        answer.body,
        answer.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )
