# SPDX-License-Identifier: Apache-2.0
"""The control plane over HTTP: ``/sim/...``, JSON, without authentication, for loopback only."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.errors import Refusal
from simulator.organisation import Organisation

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "testclient"})
Asgi = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]
Body = dict[str, Any]
Action = Callable[[Control, Request, Body], Any]


def build_control_plane(organisation: Organisation) -> Asgi:
    """The application that serves ``/sim/...``."""
    control = Control(organisation)
    routes = [
        Route(path, _endpoint(control, action), methods=[method])
        for (method, path), action in ACTIONS.items()
    ]
    return Starlette(routes=routes)


async def _post_clock(control: Control, _: Request, body: Body) -> Any:
    """``{"advance": s}``, ``{"sleep": s}`` or ``{"skew": s}``."""
    actions = {"advance": control.advance, "sleep": control.sleep, "skew": control.skew}
    if len(body) != 1 or not body.keys() <= actions.keys():
        raise ValueError('one of {"advance": s}, {"sleep": s}, {"skew": s} is needed')
    ((name, seconds),) = body.items()
    result = actions[name](seconds)
    return await result if inspect.isawaitable(result) else result


def _contact(control: Control, request: Request, _: Body) -> Any:
    return control.contact(request.path_params["list_id"], request.path_params["contact_id"])


def _patch_contact(control: Control, request: Request, body: Body) -> Any:
    change = ContactChange.model_validate(body)
    path = request.path_params
    return control.change_contact(path["list_id"], path["contact_id"], change)


def _patch_client(control: Control, request: Request, body: Body) -> Any:
    if "client_id" in body:
        raise ValueError("the path says which client, the body does not")
    return control.change_client(client_id=request.path_params["client_id"], **body)


def _dial_log(control: Control, request: Request, _: Body) -> Response:
    log = control.dial_log(**_query(request))
    kind = "application/x-ndjson" if isinstance(log, str) else "application/vnd.apache.parquet"
    return Response(log, media_type=kind)


def _query(request: Request) -> Body:
    return dict(request.query_params)


def _index(control: Control, _: Request, __: Body) -> Any:
    return {
        "clock": control.clock(),
        "endpoints": [f"{method} {path}" for method, path in ACTIONS],
    }


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "/sim"): _index,
    ("GET", "/sim/"): _index,
    ("GET", "/sim/clock"): lambda control, _, __: control.clock(),
    ("POST", "/sim/clock"): _post_clock,
    ("GET", "/sim/limits"): lambda control, _, __: control.limits(),
    ("PUT", "/sim/limits"): lambda control, _, body: control.set_limits(**body),
    ("POST", "/sim/traffic"): lambda control, _, body: control.traffic(**body),
    ("GET", "/sim/faults"): lambda control, _, __: control.faults(),
    ("PUT", "/sim/faults"): lambda control, _, body: control.set_faults(**body),
    ("DELETE", "/sim/faults"): lambda control, _, __: control.clear_faults(),
    ("GET", "/sim/switches"): lambda control, _, __: control.switches(),
    ("PATCH", "/sim/switches"): lambda control, _, body: control.set_switches(**body),
    ("POST", "/sim/reset"): lambda control, _, __: control.reset(),
    ("GET", "/sim/snapshot"): lambda control, _, __: control.snapshot(),
    ("POST", "/sim/snapshot"): lambda control, _, body: control.restore(body),
    ("GET", "/sim/calls"): lambda control, request, _: control.calls(**_query(request)),
    ("DELETE", "/sim/calls"): lambda control, request, _: control.forget_calls(**_query(request)),
    ("GET", "/sim/clients"): lambda control, _, __: control.clients(),
    ("POST", "/sim/clients"): lambda control, _, body: control.add_client(**body),
    ("PATCH", "/sim/clients/{client_id}"): _patch_client,
    ("GET", "/sim/agents"): lambda control, _, __: control.agents(),
    ("POST", "/sim/agents"): lambda control, _, body: control.add_agent(**body),
    ("GET", "/sim/dialer"): lambda control, _, __: control.dialer(),
    ("PUT", "/sim/dialer"): lambda control, _, body: control.configure_dialer(**body),
    ("DELETE", "/sim/dialer"): lambda control, _, __: control.stop_dialer(),
    ("POST", "/sim/dialer/run"): lambda control, _, body: control.run_dialer(**body),
    ("GET", "/sim/dialer/log"): _dial_log,
    ("DELETE", "/sim/dialer/log"): lambda control, _, __: control.forget_dials(),
    ("GET", "/sim/contacts/{list_id}/{contact_id}"): _contact,
    ("PATCH", "/sim/contacts/{list_id}/{contact_id}"): _patch_contact,
    ("GET", "/sim/events"): lambda control, _, __: control.events(),
}


def _endpoint(control: Control, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.client is not None and request.client.host not in LOOPBACK:
            return _error(403, "the control plane answers this machine alone")
        control.organisation.dialer.catch_up()
        try:
            result = action(control, request, _BODY.validate_json(await request.body() or b"{}"))
            if inspect.isawaitable(result):
                result = await result
        except Refusal as refusal:
            return _error(refusal.status, refusal.message)
        except ValidationError as error:
            return _error(400, *(_text(item) for item in error.errors()))
        except ValueError as error:
            return _error(400, str(error))
        control.organisation.dialer.settle()
        if isinstance(result, Response):
            return result
        return Response(status_code=204) if result is None else JSONResponse(result)

    return endpoint


_BODY = TypeAdapter(Body)


def _text(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"])
    return f"{where}: {item['msg']}" if where else str(item["msg"])


def _error(status: int, *problems: str) -> Response:
    return JSONResponse({"errors": list(problems)}, status_code=status)
