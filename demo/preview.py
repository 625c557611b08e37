# SPDX-License-Identifier: Apache-2.0
"""A pull request tried out on a simulated platform of its own: what would it do, to whom?

The base branch's stack is deployed there first, with sample leads in its lists, and the pull
request's on top of it as an update. The engine and the policy pack say what changes; the sample
leads show whom the campaigns would dial, before and after. All of it is removed again.

Each pull request has a port of its own, because the state remembers the address of the platform.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from demo.base_branch import fork_of, lay_out, try_out_base
from demo.dialling_check import Check, Found, try_out
from infra.organisation import GATEWAYS, gateway_setting
from infra.preview_stacks import POLICY, stack_of
from infra.program import build
from infra.stack import Stack, StackError, open_stack
from infra.stack_changes import Changes
from infra.stack_files import PROJECT
from infra.workspace import STATE, Program
from simulator.clock import ScaledClock
from simulator.organisation import Organisation
from simulator.server import HOST, PortInUse, listen, serving

FIRST_PORT: Final = 20_000
PORTS: Final = 10_000
GONE: Final = "Taking it down leaves nothing behind"


@dataclass(slots=True)
class Preview:
    """What became of trying a pull request out.

    Args:
        number: the pull request's.
        commit: what it is compared with.
        before: what the base does with the sample leads; None where it was not got so far.
        after: what the pull request does with them; None where it was not deployed.
        changes: what it would change.
        checks: what was checked beside that.
        trouble: why it could not be deployed; blank where it was, or where policies refused it.
    """

    number: int
    commit: str = ""
    before: Found | None = None
    after: Found | None = None
    changes: Changes = field(default_factory=Changes)
    checks: list[Check] = field(default_factory=list)
    trouble: str = ""

    @property
    def acceptance(self) -> list[Check]:
        """Everything that was checked with the sample leads."""
        return [*(self.after.checks if self.after else ()), *self.checks]

    @property
    def good(self) -> bool:
        """Whether it was deployed and removed, and everything held."""
        failed = [one for one in self.acceptance if one.failure]
        return bool(self.after) and not (self.trouble or self.changes.policies or failed)


def port_of(number: int) -> int:
    """The port of a pull request's simulated platform."""
    return FIRST_PORT + number % PORTS


@dataclass(frozen=True, slots=True)
class Trial:
    """How pull requests are tried out.

    Args:
        tell: receives a line for each stage.
        project: the checkout of the pull request.
        program: declares its resources.
        engine: the folder of the engine; found when not given.
        state: where states are kept; ``.pulumi/previews`` of the project when not given.
    """

    tell: Callable[[str], Any]
    project: Path = PROJECT
    program: Program = build
    engine: Path | None = None
    state: Path | None = None

    async def run(self, number: int, base: str = "", port: int = 0) -> Preview:
        """Try pull request ``number`` out against its base.

        Raises:
            StackError: its port is taken, or the base cannot be read or deployed.
        """
        preview = Preview(number, fork_of(self.project, base))
        try:
            listener = listen(port or port_of(number))
        except PortInUse as taken:
            raise StackError(
                f"the preview of pull request {number} has a simulated platform of its own, and "
                f"its address is taken ({taken}). If another preview of it is running, wait for "
                "that one; otherwise name another --port"
            ) from None
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        state = (self.state or self.project / STATE / "previews") / stack_of(number)
        shutil.rmtree(state, ignore_errors=True)  # what a killed preview left is of no platform
        organisation = Organisation(clock=ScaledClock(), seed=0)
        with listener:
            async with serving(organisation, listener):
                try:
                    with tempfile.TemporaryDirectory() as folder:
                        self.tell(f"Base {preview.commit[:10]} is deployed to {url}")
                        lay_out(self.project, preview.commit, Path(folder))
                        preview.before = await try_out_base(
                            Path(folder), stack_of(number), url, state
                        )
                    await self._update(preview, url, state)
                finally:
                    shutil.rmtree(state, ignore_errors=True)
        return preview

    async def _update(self, preview: Preview, url: str, state: Path) -> None:
        stack = open_stack(
            stack_of(preview.number),
            self.program,
            self.project,
            config={GATEWAYS: gateway_setting(url)},
            state=state,
            engine=self.engine,
            tell=_silence,
        )
        self.tell("The pull request's changes are looked at, and the policies asked")
        try:
            preview.changes = await asyncio.to_thread(stack.preview, policy_packs=[POLICY])
        except StackError as refused:
            preview.changes = refused.changes
            preview.trouble = "" if refused.changes.policies else str(refused)
        if not preview.trouble:
            await self._deploy(stack, preview, url)
        self.tell("All is removed again")
        preview.checks.append(await _removed(stack))

    async def _deploy(self, stack: Stack, preview: Preview, url: str) -> None:
        """Deploys what a policy refuses, too: nobody is called here, and it shows why."""
        self.tell("The pull request is deployed on top, and tried out with sample leads")
        try:
            await asyncio.to_thread(stack.up, replace_contact_lists=True)
            preview.after = await try_out(stack, url)
        except StackError as trouble:
            preview.trouble = str(trouble)


async def _removed(stack: Stack) -> Check:
    try:
        await asyncio.to_thread(stack.destroy)
    except StackError as trouble:
        return Check(GONE, str(trouble))
    return Check(GONE)


def _silence(_line: str) -> None:
    """Tells nothing: the comment says what was found."""
