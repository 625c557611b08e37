# SPDX-License-Identifier: Apache-2.0
"""Preview stacks: one for each pull request, ``pr-<number>``, with a day on which it goes.

All of them share one sandbox organisation. They do not meet, because every name in one ends in its
number, and the engine lets one deployment of a stack run at a time. When a stack expires is a tag
that it gets before anything is deployed; so one whose deployment failed expires as well.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from infra.program import build
from infra.project_copy import PREVIEW_STACK
from infra.stack import Listed, Stack, StackError, list_stacks, open_stack
from infra.stack_changes import CAMPAIGN, Changes
from infra.stack_files import PROJECT
from infra.workspace import Program, folder_of

EXPIRES: Final = "lead-scoring:expires"
"""The tag with the instant from which on a stack may be removed, RFC 3339."""
POLICY: Final = PROJECT / "infra" / "policy"
LIFE: Final = timedelta(days=3)
_ANY: Final = "pr-0"


def stack_of(number: int) -> str:
    """The name of a pull request's stack."""
    return f"pr-{number}"


@dataclass(frozen=True, slots=True)
class PreviewStack:
    """A preview stack that is there.

    Args:
        expires: None where its tag is missing or no time.
        resources: how many resources its state has; None when unknown.
    """

    name: str
    expires: datetime | None
    resources: int | None


@dataclass(frozen=True, slots=True)
class PreviewStacks:
    """The preview stacks of one organisation.

    Args:
        config: settings in place of those in ``Pulumi.preview.yaml``, by full key.
        tell: receives the engine's own account, line by line.
        policy_packs: have to agree with every update.
        program: declares the resources.
        state: where sandbox and private copies are; by default ``.pulumi`` in the project.
        engine: the folder of the engine; found when not given.
    """

    config: Mapping[str, Any]
    tell: Callable[[str], Any] = print
    policy_packs: Sequence[Path] = (POLICY,)
    program: Program = build
    state: Path | None = None
    engine: Path | None = None

    def up(self, number: int, now: datetime, life: timedelta = LIFE) -> Changes:
        """Deploys a pull request's stack, or updates it; from now on it lives for ``life``.

        Contact lists may be replaced: what they hold here are samples.

        Raises:
            StackError: the deployment failed, or a campaign of the stack is on. The stack is there
                all the same, and :meth:`destroy` removes it.
        """
        stack = self._open(number)
        stack.mark(EXPIRES, (now + life).isoformat(timespec="seconds"))
        changes = stack.up(policy_packs=self.policy_packs, replace_contact_lists=True)
        on = [one["inputs"]["name"] for one in stack.resources(CAMPAIGN) if _is_on(one)]
        if on:
            raise StackError(
                f"somebody turned on {', '.join(sorted(on))}: previews call nobody. Turn it off: "
                f"leadscore campaign stop --stack {stack.name}"
            )
        return changes

    def destroy(self, number: int) -> Changes | None:
        """Removes a pull request's stack and everything in it; None where there is none.

        Raises:
            StackError: the platform refused, or something in the stack is protected.
        """
        name = stack_of(number)
        if name not in {one.name for one in self._listed()}:
            return None
        changes = self._open(number, new=False).destroy(remove=True)
        shutil.rmtree(folder_of(PROJECT, name, self.state), ignore_errors=True)
        return changes

    def expire(self, now: datetime) -> list[str]:
        """Removes the stacks whose time is over, and returns their names.

        A stack without a time gets one, so that it is removed another day and not right now,
        while somebody may be about to deploy it.

        Raises:
            StackError: some could not be removed; all others have been.
        """
        removed, failures = [], []
        for one in self.list():
            try:
                if one.expires is None:
                    self._open(_number(one.name), new=False).mark(
                        EXPIRES, (now + LIFE).isoformat(timespec="seconds")
                    )
                elif one.expires <= now:
                    self.destroy(_number(one.name))
                    removed.append(one.name)
            except StackError as trouble:
                failures.append(f"{one.name} could not be removed: {trouble}")
        if failures:
            raise StackError("\n".join(failures))
        return removed

    def list(self) -> list[PreviewStack]:
        """The preview stacks that are there, by number."""
        found = sorted(self._listed(), key=lambda one: _number(one.name))
        return [PreviewStack(one.name, _instant(one.tags), one.resources) for one in found]

    def _listed(self) -> Sequence[Listed]:
        return list_stacks(
            PREVIEW_STACK, _ANY, PROJECT, config=self.config, state=self.state, engine=self.engine
        )

    def _open(self, number: int, *, new: bool = True) -> Stack:
        return open_stack(
            stack_of(number),
            self.program,
            PROJECT,
            config=self.config,
            state=self.state,
            engine=self.engine,
            tell=self.tell,
            new=new,
        )


def _number(name: str) -> int:
    return int(name.removeprefix("pr-"))


def _instant(tags: Mapping[str, str]) -> datetime | None:
    try:
        found = datetime.fromisoformat(tags[EXPIRES])
    except (KeyError, ValueError):
        return None
    return found if found.tzinfo else None


def _is_on(campaign: Mapping[str, Any]) -> bool:
    return (campaign.get("outputs") or {}).get("campaignStatus") == "on"
