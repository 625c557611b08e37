# SPDX-License-Identifier: Apache-2.0
"""The plugin as the engine meets it: a process, and a conversation over gRPC."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import grpc.aio
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from simulator.clock import ScaledClock
from simulator.provider import server
from simulator.provider.api import Api
from simulator.provider.stand_in import StandIn

from .platform import SETTINGS, Platform, refusal, urn


def struct(values):
    """Values as the engine sends them."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def talk(platform, conversation):
    """What ``conversation`` finds with a plugin that is served on a free port."""

    async def served():
        clock = ScaledClock()
        provider = StandIn(lambda made: Api(made, clock, platform), {})
        port = asyncio.get_running_loop().create_future()
        plugin = asyncio.ensure_future(server.serve(provider, clock, port.set_result))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{await port}") as channel:
            engine = provider_pb2_grpc.ResourceProviderStub(channel)
            await engine.Configure(provider_pb2.ConfigureRequest(args=struct(SETTINGS)))
            found = await conversation(engine)
        plugin.cancel()
        await asyncio.gather(plugin, return_exceptions=True)
        return found

    return asyncio.run(served())


def test_a_resource_over_grpc():
    """A resource is checked, previewed, made, compared, read and removed over the wire."""
    platform = Platform()

    async def conversation(engine):
        name, inputs = urn("routingSkill"), struct({"name": "High"})
        checked = await engine.Check(provider_pb2.CheckRequest(urn=name, news=inputs))
        assert dict(checked.inputs) == {"name": "High"}
        made = await engine.Create(provider_pb2.CreateRequest(urn=name, properties=inputs))
        same = provider_pb2.DiffRequest(urn=name, id=made.id, olds=made.properties, news=inputs)
        assert (await engine.Diff(same)).changes == provider_pb2.DiffResponse.DIFF_NONE
        read = await engine.Read(provider_pb2.ReadRequest(urn=name, id=made.id))
        assert dict(read.inputs) == {"name": "High"}
        removal = provider_pb2.DeleteRequest(urn=name, id=made.id, properties=made.properties)
        await engine.Delete(removal)
        gone = await engine.Read(provider_pb2.ReadRequest(urn=name, id=made.id))
        assert gone.id == ""
        await engine.Cancel(empty_pb2.Empty())
        return dict(made.properties)

    outputs = talk(platform, conversation)
    assert outputs["name"] == "High"
    assert platform.objects == {}


def test_a_failure_is_a_message():
    """The engine is told what failed in words, not in a stack trace."""
    platform = Platform()
    platform.refusals.append(("POST", "/skills", refusal()))

    async def conversation(engine):
        inputs = struct({"name": "High"})
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await engine.Create(
                provider_pb2.CreateRequest(urn=urn("routingSkill"), properties=inputs)
            )
        return caught.value.details(), caught.value.trailing_metadata()

    details, metadata = talk(platform, conversation)
    assert details.startswith("skill 'High' (one): POST /api/v2/routing/skills was refused: 400")
    assert "grpc-status-details-bin" not in dict(metadata)


def test_an_unfinished_object_reaches_the_state():
    """An object that was made before a failure is told with its id, inputs and outputs."""
    platform = Platform()
    platform.refusals.append(("POST", "/wrapupcodes", refusal()))

    async def conversation(engine):
        inputs = struct({"name": "q", "wrapupCodes": ["a"]})
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await engine.Create(
                provider_pb2.CreateRequest(urn=urn("routingQueue"), properties=inputs)
            )
        return dict(caught.value.trailing_metadata())["grpc-status-details-bin"]

    status = status_pb2.Status.FromString(talk(platform, conversation))
    told = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(told)
    (path,) = platform.objects
    assert told.id == path.rpartition("/")[2]
    assert dict(told.inputs)["name"] == dict(told.properties)["name"] == "q"
    assert "was refused: 400 bad.request" in told.reasons[0]


def test_parallel_calls_do_not_meet():
    """Many resources may be made side by side."""
    platform = Platform()

    async def conversation(engine):
        made = await asyncio.gather(
            *(
                engine.Create(
                    provider_pb2.CreateRequest(
                        urn=urn("routingSkill"), properties=struct({"name": f"skill {number}"})
                    )
                )
                for number in range(50)
            )
        )
        return [(answer.id, dict(answer.properties)["name"]) for answer in made]

    for made, name in talk(platform, conversation):
        assert platform.objects[f"/api/v2/routing/skills/{made}"]["name"] == name
    assert len(platform.objects) == 50


def test_the_plugin_ends_with_its_engine(monkeypatch):
    """A plugin whose engine is gone does not stay behind."""
    parents = iter([100, 100, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(parents))

    class Clock(ScaledClock):
        """Does not sleep."""

        async def sleep(self, seconds):
            assert seconds == server.ORPHANED_AFTER
            await asyncio.sleep(0)

    ports = []
    provider = StandIn(lambda made: Api(made, Clock()), {})
    asyncio.run(server.serve(provider, Clock(), ports.append))
    assert ports[0] > 0


def run(*arguments, path=None):
    """The plugin's process, in a folder where nothing can be imported from."""
    return subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "simulator.provider", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **({"PYTHONPATH": path} if path else {})},
    )


def test_the_plugin_says_its_port_and_ends():
    """The process tells the engine its port on the first line, and ends when interrupted."""
    plugin = subprocess.Popen(
        [sys.executable, "-u", "-m", "simulator.provider", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    with plugin:
        assert int(plugin.stdout.readline()) > 0
        plugin.send_signal(2)
        assert plugin.wait(timeout=60) == 0


def test_a_person_who_starts_the_plugin_is_told():
    """Without an engine the plugin says what it is for."""
    ended = run()
    assert ended.returncode == 1
    assert "This is a plugin that the Pulumi engine starts by itself" in ended.stderr


def test_without_pulumi_the_plugin_says_what_is_missing(tmp_path):
    """The package pulumi is needed for the plugin alone, and its absence is explained."""
    hidden = tmp_path / "pulumi.py"
    hidden.write_text("raise ModuleNotFoundError(name='pulumi')\n", encoding="utf-8")
    ended = run("127.0.0.1:1", path=str(tmp_path))
    assert ended.returncode == 1
    assert "needs the package pulumi; install the group infra" in ended.stderr


def test_the_simulator_does_not_need_pulumi():
    """Nothing of the simulator but the provider's server side imports pulumi."""
    code = (
        "import sys, simulator.cli, simulator.provider.resources, simulator.provider.lookups;"
        "sys.exit('pulumi' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - as above
    assert ended.returncode == 0
