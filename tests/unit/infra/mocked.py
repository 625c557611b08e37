# SPDX-License-Identifier: Apache-2.0
"""Runs the program under Pulumi's mocks and keeps everything that it asked the engine for.

A run is over before a test looks at it: nothing is asserted inside outputs, where an assertion
that is never reached would pass. What is unknown or secret stays visible as such. In a preview no
object has an id yet, as in the first preview of a new stack.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from google.protobuf import empty_pb2, struct_pb2
from pulumi.output import Unknown
from pulumi.runtime import mocks, rpc, set_all_config, settings
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_in_stack

from infra.program import build
from infra.stack_files import PROJECT, project_name, read_config

UNKNOWN = Unknown
SITES = ("PureCloud Voice - AWS",)
SCRIPTS = ("Default Outbound Script",)


@dataclass(frozen=True)
class Resource:
    """One resource as the program registered it."""

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any]
    parent: str
    options: resource_pb2.RegisterResourceRequest = field(repr=False)

    @property
    def kind(self) -> str:
        """``OutboundCampaign``."""
        return self.type.rpartition(":")[2]

    @property
    def depends(self) -> dict[str, set[str]]:
        """The names of the resources that each property depends on."""
        return {
            key: {urn.rpartition("::")[2] for urn in one.urns}
            for key, one in self.options.propertyDependencies.items()
        }


@dataclass
class Run:
    """Everything that one run asked for."""

    resources: list[Resource] = field(default_factory=list)
    lookups: list[tuple[str, str]] = field(default_factory=list)
    exported: dict[str, Any] = field(default_factory=dict)

    def kind(self, kind: str) -> dict[str, Resource]:
        """The resources of a kind, by name; at least one."""
        found = {one.name: one for one in self.resources if one.kind == kind}
        assert found, f"no {kind} was registered"
        return found

    @property
    def deployed(self) -> list[Resource]:
        """The resources that become objects on the platform."""
        return [one for one in self.resources if one.custom]

    def output(self, name: str) -> Any:
        """An export, which must not be secret."""
        value = self.exported[name]
        assert not rpc.is_rpc_secret(value), f"{name} is secret"
        return value


class _Recorder(mocks.MockMonitor):
    """Pulumi's mock engine, and a record of what it was asked.

    Every object comes to be as it was declared; of the platform there are its sites and scripts.
    """

    def __init__(self, stack: str, *, preview: bool) -> None:
        self.stack = stack
        self.preview = preview
        self.run = Run()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's name
        urn = self.make_urn(request.parent, request.type, request.name)
        urn = f"urn:pulumi:{self.stack}::{urn.partition('::')[2]}"  # theirs says "stack" always
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self.run.resources.append(
            Resource(
                urn=urn,
                type=request.type,
                name=request.name,
                custom=request.custom,
                inputs=rpc.deserialize_properties(request.object, keep_unknowns=True),
                parent=request.parent,
                options=request,
            )
        )
        state = struct_pb2.Struct()
        state.CopyFrom(request.object)
        if request.type.endswith(":OauthClient"):
            state.update({"clientSecret": rpc.UNKNOWN if self.preview else "s3cret"})
        known = request.custom and not self.preview
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=f"{request.name}-id" if known else "", object=state
        )

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the engine's name
        if "pulumi:pulumi:Stack" in request.urn.split("::"):
            self.run.exported = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the engine's name
        name = request.args["name"]
        self.run.lookups.append((request.tok, name))
        assert name in (SITES if "Site" in request.tok else SCRIPTS), f"{request.tok}: no {name}"
        found = struct_pb2.Struct()
        found.update({"id": f"{name}-id", "name": name})
        return resource_pb2.ResourceInvokeResponse(**{"return": found})


def run(config: Mapping[str, str], stack: str = "test", *, preview: bool = False) -> Run:
    """Run the whole program once with a configuration, whose keys carry their namespace."""
    recorder = _Recorder(stack, preview=preview)
    # As mocks.set_mocks does, but for the root resource: a run makes its own, as under the engine.
    settings.configure(
        mocks.MockSettings(
            monitor=recorder,
            monitor_features=set(recorder.GetDeploymentInfo(None).supportedFeatures),
            engine=mocks.MockEngine(None),
            project=project_name(),
            stack=stack,
            dry_run=preview,
            organization="organization",
        )
    )
    settings.SETTINGS.rpc_manager.clear()  # of a run that failed
    settings.SETTINGS.outputs.clear()
    settings.set_root_resource(None)
    set_all_config(dict(config))
    asyncio.run(run_in_stack(build))
    return recorder.run


@cache
def run_stack(stack: str, *, preview: bool = False, **changed: str) -> Run:
    """Run the program with the configuration of a stack's file, and settings that differ.

    The same run is not made twice: what comes of it is only looked at.
    """
    project, config = read_config(PROJECT, stack)
    config |= {f"{project}:{name}": value for name, value in changed.items()}
    return run(config, stack, preview=preview)
