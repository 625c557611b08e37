# SPDX-License-Identifier: Apache-2.0
"""The plugin's side of the conversation with the Pulumi engine.

Pulumi's own server turns any exception into a stack trace of Python; this one answers with the
message alone, and tells the engine of an object that was made before something failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc.aio  # type: ignore[import-untyped]  # grpcio has no types
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from simulator.clock import ScaledClock, SimClock
from simulator.provider.api import Api
from simulator.provider.stand_in import VERSION, Failed, StandIn, Unfinished

ORPHANED_AFTER = 5.0
"""Seconds within which the plugin notices that the engine is gone."""
_METHODS = (
    "Parameterize",
    "CheckConfig",
    "Configure",
    "Invoke",
    "Check",
    "Diff",
    "Create",
    "Read",
    "Update",
    "Delete",
)
_NO_LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_DETAILS = "grpc-status-details-bin"

Method = Callable[[Any, Any], Awaitable[Any]]


class Servicer(ProviderServicer):
    """Pulumi's servicer with errors that a person can read.

    Args:
        provider: what answers.
    """

    def __init__(self, provider: StandIn) -> None:
        super().__init__([], VERSION, provider, engine_address="")
        for name in _METHODS:
            setattr(self, name, _explaining(getattr(self, name)))


async def serve(provider: StandIn, clock: SimClock, announce: Callable[[int], None]) -> None:
    """Answer the engine on a free port of this machine until it is gone."""
    server = grpc.aio.server(options=_NO_LIMIT)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    announce(port)
    engine = os.getppid()
    try:
        while os.getppid() == engine:
            await clock.sleep(ORPHANED_AFTER)
    finally:
        await server.stop(None)


def main(arguments: Sequence[str]) -> None:
    """Run the plugin; the engine is told the port on standard output.

    Raises:
        SystemExit: nobody said which engine, so a person started this.
    """
    if not any(not argument.startswith("-") for argument in arguments):
        sys.exit(
            "This is a plugin that the Pulumi engine starts by itself; it does nothing alone "
            "(docs/stand-in-provider.md)."
        )
    clock = ScaledClock()
    provider = StandIn(lambda configuration: Api(configuration, clock), os.environ)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(provider, clock, _announce))


def _announce(port: int) -> None:
    print(port, flush=True)  # noqa: T201 - the engine reads it


def _explaining(method: Method) -> Method:
    async def answered(request: Any, context: Any) -> Any:
        try:
            return await method(request, context)
        except Failed as failure:
            await context.abort(grpc.StatusCode.UNKNOWN, str(failure), _details(failure, request))

    return answered


def _details(failure: Failed, request: Any) -> tuple[tuple[str, bytes], ...]:
    if not isinstance(failure, Unfinished):
        return ()
    made = provider_pb2.ErrorResourceInitFailed(
        id=failure.resource_id,
        properties=PropertyValue.marshal_map(failure.properties),
        inputs=request.properties,
        reasons=[str(failure)],
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure))
    status.details.add().Pack(made)
    return ((_DETAILS, status.SerializeToString()),)
