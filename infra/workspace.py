# SPDX-License-Identifier: Apache-2.0
"""Where the engine works on a stack: project files, environment, and the program itself.

A stack whose gateway is on this machine gets a sandbox, with states of its own and the simulator's
client; any other one meets the user's own Pulumi, wherever that keeps its states.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pulumi import automation

from infra.organisation import is_loopback
from infra.project_copy import copy_project
from toolchain.engine import find_engine
from toolchain.sandbox import POLICY_HOST, Sandbox, install_policy_host, make_sandbox

STATE: Final = ".pulumi"
"""The folder of the project, ignored by git, where sandbox and private copies are."""
LOCAL_CLIENT: Final = {
    "GENESYSCLOUD_OAUTHCLIENT_ID": "local-deployer",
    "GENESYSCLOUD_OAUTHCLIENT_SECRET": "local-deployer-secret",
}
"""The client that each simulated platform starts with. No other one is sent to a loopback
gateway: whoever listens there would learn the credentials of a live organisation."""
_OF_ELSEWHERE: Final = ("GENESYSCLOUD_ACCESS_TOKEN", "GENESYSCLOUD_REGION")

_ENDS_WITHIN: Final = 5.0  # seconds

Program = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a program, which the engine begins and may leave before they end.

    Args:
        loops: their event loops, where the Automation API did not close them.
        ended: whether the last one has ended.
    """

    loops: list[asyncio.AbstractEventLoop] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def begun(self) -> None:
        """Takes note of a run, from within it."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self.loops[:] = [*(one for one in self.loops if not one.is_closed()), loop]
        self.ended.clear()
        task.add_done_callback(lambda _: self.ended.set())

    def settle(self) -> None:
        """Waits for the run of a failed operation: it hears of the failure a moment later."""
        if self.loops:
            self.ended.wait(_ENDS_WITHIN)

    def close(self) -> None:
        """Closes the event loops that the Automation API left open."""
        for loop in self.loops:
            if not loop.is_running():
                loop.close()


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a stack is opened in.

    Args:
        workspace: as the Automation API has it.
        gateway: the address of the simulated platform that the stand-in deploys to, or blank.
        runs: those of the program.
    """

    workspace: automation.LocalWorkspace
    gateway: str
    runs: Runs


def folder_of(project: Path, stack: str, state: Path | None = None) -> Path:
    """Where the private copy of a stack's project files is."""
    return (state or project / STATE).absolute() / "projects" / stack


def open_workspace(
    name: str,
    program: Program,
    project: Path,
    config: Mapping[str, Any] | None = None,
    state: Path | None = None,
    engine: Path | None = None,
) -> Workspace:
    """Prepares all that the engine needs to work on a stack; see :func:`infra.stack.open_stack`.

    Raises:
        UnknownStack: the project has no settings for a stack of that name.
        EngineError: there is no engine.
    """
    folder = folder_of(project, name, state)
    gateway = copy_project(project, folder, name, config)
    engine = engine or find_engine()
    here = gateway if is_loopback(urlsplit(gateway).hostname or "") else ""
    sandbox = make_sandbox(folder.parents[1] / "sandbox", engine) if here else None
    runs = Runs()
    workspace = automation.LocalWorkspace(
        work_dir=str(folder),
        program=_inline(program, runs),
        env_vars=_environment(sandbox, folder.parents[1]),
        pulumi_command=automation.PulumiCommand(root=str(engine)),
    )
    return Workspace(workspace, here, runs)


def _inline(program: Program, runs: Runs) -> Program:
    """The program, such that it ends well where it fails.

    The Automation API then waits for the tasks that are left, and where one of them fails too,
    it does not report what the program said. Where the engine has ended meanwhile, it leaves the
    event loop open; so ``runs`` keeps each one, to close it later.
    """

    def run() -> Any:
        runs.begun()
        loop = asyncio.get_running_loop()
        wait = loop.run_until_complete

        def settle(task: Any) -> None:
            with suppress(Exception):
                wait(task)

        loop.run_until_complete = settle  # type: ignore[assignment,method-assign] # waits only
        return program()

    return run


def _environment(sandbox: Sandbox | None, state: Path) -> dict[str, str]:
    if sandbox is not None:
        return {**sandbox.environment(), **LOCAL_CLIENT, **dict.fromkeys(_OF_ELSEWHERE, "")}
    if shutil.which(POLICY_HOST):
        return {}
    # An engine that was built here comes without what runs policy packs.
    programs = install_policy_host(state / "programs")
    return {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
