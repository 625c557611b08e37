# SPDX-License-Identifier: Apache-2.0
"""The provider itself: what the Pulumi engine asks, answered from the descriptions of resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pulumi.provider.experimental import provider as pulumi_api
from pulumi.provider.experimental.provider import PropertyDiff, PropertyDiffKind, Provider

from simulator.provider.api import Api, Cancelled, Refused, Unreachable
from simulator.provider.configuration import Configuration, ConfigurationError, configuration
from simulator.provider.fields import UNKNOWN
from simulator.provider.lookups import NotFound, look_up
from simulator.provider.planning import changes, checked, observed, planned, predicted, secrets
from simulator.provider.resource import Missing, Resource, Values
from simulator.provider.resources import RESOURCES
from simulator.provider.values import Properties, marked, plain, secret_names

PACKAGE = "genesyscloud"
VERSION = "1.82.0"
"""The release of the official provider whose calls are imitated."""

_KINDS = {
    ("add", False): PropertyDiffKind.ADD,
    ("add", True): PropertyDiffKind.ADD_REPLACE,
    ("delete", False): PropertyDiffKind.DELETE,
    ("delete", True): PropertyDiffKind.DELETE_REPLACE,
    ("update", False): PropertyDiffKind.UPDATE,
    ("update", True): PropertyDiffKind.UPDATE_REPLACE,
}


class Failed(Exception):
    """A step of the deployment failed; the message names the resource and the reason."""


class Unfinished(Failed):
    """An object was made and then something failed: the engine must remember it.

    Args:
        message: what failed.
        resource_id: of the object.
        properties: what is known of it.
    """

    def __init__(self, message: str, resource_id: str, properties: Properties) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.properties = properties


class StandIn(Provider):
    """Deploys to a simulator on this machine.

    Args:
        connected: makes the calls for a configuration.
        environment: variables that complete the configuration.
    """

    def __init__(
        self, connected: Callable[[Configuration], Api], environment: Mapping[str, str]
    ) -> None:
        self._connected = connected
        self._environment = environment
        self._api: Api | None = None

    async def parameterize(
        self, request: pulumi_api.ParameterizeRequest
    ) -> pulumi_api.ParameterizeResponse:
        """Stand in for the bridge, which would now load the official provider."""
        parameters = request.parameters
        if isinstance(parameters, pulumi_api.ParametersValue) and parameters.name != PACKAGE:
            raise Failed(f"the stand-in provider is for {PACKAGE}, not for {parameters.name}")
        return pulumi_api.ParameterizeResponse(PACKAGE, VERSION)

    async def check_config(self, request: pulumi_api.CheckRequest) -> pulumi_api.CheckResponse:
        """Refuse a gateway that is not on this machine."""
        settings = plain(request.new_inputs)
        failures = []
        if UNKNOWN not in settings.values():
            try:
                configuration(settings, self._environment)
            except ConfigurationError as error:
                failures = [pulumi_api.CheckFailure("", str(error))]
        inputs = {
            name: value.with_secret(
                is_secret=value.is_secret or name in {"oauthclientSecret", "accessToken"}
            )
            for name, value in request.new_inputs.items()
        }
        return pulumi_api.CheckResponse(inputs, failures)

    async def configure(self, request: pulumi_api.ConfigureRequest) -> pulumi_api.ConfigureResponse:
        """Sign in, unless this is a preview in which the gateway is not known yet."""
        settings = plain(request.args)
        if UNKNOWN not in settings.values():
            async with _explained("provider"):
                self._api = self._connected(configuration(settings, self._environment))
                await self._api.connect()
        return pulumi_api.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def check(self, request: pulumi_api.CheckRequest) -> pulumi_api.CheckResponse:
        """A program's inputs, completed and judged."""
        inputs, faults = checked(
            _resource(request.type),
            request.name,
            request.random_seed,
            plain(request.old_inputs),
            plain(request.new_inputs),
        )
        failures = [pulumi_api.CheckFailure(fault.where, fault.reason) for fault in faults]
        secret = secret_names(request.new_inputs)
        return pulumi_api.CheckResponse(marked(inputs, secret), failures)

    async def diff(self, request: pulumi_api.DiffRequest) -> pulumi_api.DiffResponse:
        """Where a program differs from the state."""
        found = changes(
            _resource(request.type), plain(request.old_state), plain(request.new_inputs)
        )
        return pulumi_api.DiffResponse(
            changes=bool(found),
            replaces=sorted({change.name for change in found if change.replaces}),
            diffs=sorted({change.name for change in found}),
            detailed_diff={
                change.where: PropertyDiff(_KINDS[change.kind, change.replaces], input_diff=False)
                for change in found
            },
        )

    async def create(self, request: pulumi_api.CreateRequest) -> pulumi_api.CreateResponse:
        """Make an object."""
        resource = _resource(request.type)
        values = plain(request.properties)
        secret = secrets(resource, secret_names(request.properties))
        if request.preview:
            foreseen = predicted(resource, None, values)
            return pulumi_api.CreateResponse(None, marked(foreseen, secret))
        async with _explained(_name(resource, request.name, values)):
            made = await resource.create(self._ready, values)
        try:
            async with _explained(_name(resource, request.name, values)):
                await resource.complete(self._ready, made, values)
                outputs = await self._outputs(resource, made, values)
        except Failed as failure:
            so_far = {**values, resource.id_property: made}
            raise Unfinished(str(failure), made, marked(so_far, secret)) from failure
        return pulumi_api.CreateResponse(made, marked(outputs, secret))

    async def read(self, request: pulumi_api.ReadRequest) -> pulumi_api.ReadResponse:
        """What an object is now; nothing where it is gone."""
        resource = _resource(request.type)
        state, inputs = plain(request.properties), plain(request.inputs)
        async with _explained(_name(resource, request.name, state)):
            answer = await resource.read(self._ready, request.resource_id, state)
        if answer is None:
            return pulumi_api.ReadResponse()
        outputs = resource.outputs(request.resource_id, answer, state)
        secret = secrets(resource, secret_names(request.properties), secret_names(request.inputs))
        seen = observed(resource, inputs, outputs)
        return pulumi_api.ReadResponse(
            request.resource_id, marked(outputs, secret), marked(seen, secret)
        )

    async def update(self, request: pulumi_api.UpdateRequest) -> pulumi_api.UpdateResponse:
        """Make an object what the program says."""
        resource = _resource(request.type)
        state, inputs = plain(request.olds), plain(request.news)
        secret = secrets(resource, secret_names(request.news))
        if request.preview:
            return pulumi_api.UpdateResponse(marked(predicted(resource, state, inputs), secret))
        values = planned(resource, state, inputs)
        async with _explained(_name(resource, request.name, values)):
            await resource.update(self._ready, request.resource_id, values)
            outputs = await self._outputs(resource, request.resource_id, values)
        return pulumi_api.UpdateResponse(marked(outputs, secret))

    async def delete(self, request: pulumi_api.DeleteRequest) -> None:
        """Remove an object."""
        resource = _resource(request.type)
        state = plain(request.properties)
        async with _explained(_name(resource, request.name, state)):
            await resource.delete(self._ready, request.resource_id, state)

    async def invoke(self, request: pulumi_api.InvokeRequest) -> pulumi_api.InvokeResponse:
        """Look up an object that the program does not own."""
        async with _explained(request.tok):
            found = await look_up(self._ready, request.tok, plain(request.args))
        return pulumi_api.InvokeResponse(marked(found))

    async def cancel(self) -> None:
        """Make no further call."""
        if self._api is not None:
            self._api.cancel()

    @property
    def _ready(self) -> Api:
        if self._api is None:
            raise Failed("the provider is not configured: its gateway is not known yet")
        return self._api

    async def _outputs(self, resource: Resource, object_id: str, values: Values) -> Values:
        answer = await resource.read(self._ready, object_id, values)
        if answer is None:
            raise Missing(f"{resource.label} {object_id} is gone right after it was written")
        return resource.outputs(object_id, answer, values)


def _resource(types: str) -> Resource:
    type_ = types.rpartition("$")[2]  # a child's URN has the types of its parents too
    if type_ not in RESOURCES:
        raise Failed(f"the stand-in provider has no resource type {type_}")
    return RESOURCES[type_]


def _name(resource: Resource, logical_name: str, values: Mapping[str, Any]) -> str:
    return f"{resource.label} {values.get('name', logical_name)!r} ({logical_name})"


@asynccontextmanager
async def _explained(what: str) -> AsyncIterator[None]:
    """Errors that a person can act on say which resource they are about."""
    try:
        yield
    except (Refused, Unreachable, Cancelled, Missing, NotFound, TimeoutError) as error:
        raise Failed(f"{what}: {error}") from error
    except ConfigurationError as error:
        raise Failed(str(error)) from error
