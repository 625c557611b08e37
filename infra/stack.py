# SPDX-License-Identifier: Apache-2.0
"""One stack, deployed from within a process by the real engine.

The program runs as a function of this process (an inline program of the Automation API), so no
language host is needed. A stack whose gateway is on this machine is deployed in a sandbox, to
the simulated platform by the stand-in provider. Any other one meets the user's own Pulumi.

The engine alone would do whatever the program says. Here an update that would lose contacts and
the removal of a protected stack are refused before anything is changed.
"""

from __future__ import annotations

import re
import socket
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pulumi import automation

from infra.organisation import GATEWAYS, PROVIDER, read_organisation
from infra.project_copy import UnknownStack
from infra.stack_changes import CONTACT_LIST, Changes
from infra.workspace import Program, Runs, Workspace, open_workspace
from toolchain.engine import EngineError

PROVIDER_TYPE: Final = f"pulumi:providers:{PROVIDER}"
_SECRET: Final = "[secret]"  # noqa: S105 - what is shown in place of one
_ANSWERS_WITHIN: Final = 2.0  # seconds

Tell = Callable[[str], Any]


class StackError(Exception):
    """A stack could not be deployed, read or removed; the message says why and what to do.

    Attributes:
        changes: what the operation had found out by then.
    """

    changes = Changes()


class Refused(StackError):
    """What was asked for would lose what cannot be had again; nothing was changed."""


class Stack:
    """A stack that can be previewed, deployed, read and removed; made by :func:`open_stack`.

    Its methods wait for the engine, so a coroutine hands them to a thread.

    Args:
        engine: the stack as the Automation API has it.
        gateway: the address of the simulated platform that the stand-in deploys to, or blank.
        tell: receives the engine's own account, line by line.
        runs: those of the program.
    """

    def __init__(
        self, engine: automation.Stack, gateway: str, tell: Tell, runs: Runs | None = None
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._tell = tell
        self._runs = runs or Runs()

    @property
    def name(self) -> str:
        """The stack's name."""
        return self._engine.name

    def preview(self, *, plan: Path | None = None, policy_packs: Sequence[Path] = ()) -> Changes:
        """What an update would change; nothing is changed.

        Args:
            plan: a file to which the changes are saved, for an update that does only these.
            policy_packs: folders of policy packs that have to agree.

        Raises:
            StackError: the program, a policy or the platform refused.
        """
        return self._preview(self._tell, plan, policy_packs)

    def up(
        self,
        *,
        plan: Path | None = None,
        policy_packs: Sequence[Path] = (),
        replace_contact_lists: bool = False,
    ) -> Changes:
        """Deploys what the program says, after reading what is really there.

        Args:
            plan: a file saved by :meth:`preview`; anything else than what it says is refused.
            policy_packs: folders of policy packs that have to agree.
            replace_contact_lists: allow contact lists to go, with all contacts in them.

        Raises:
            Refused: a contact list would be replaced or deleted. Nothing was changed.
            StackError: the program, a policy, the plan or the platform refused.
        """
        if not replace_contact_lists and self.resources(CONTACT_LIST):
            lost = self._preview(_silence, None, policy_packs).lost_lists
            if lost:
                raise Refused(_would_be_lost(lost))
        with self._operation() as changes:
            self._engine.up(
                refresh=True,
                plan=str(plan) if plan else None,
                policy_packs=[str(pack) for pack in policy_packs] or None,
                on_event=changes.note,
                on_output=self._tell,
                color="never",
                show_secrets=False,
            )
        return changes

    def refresh(self, *, preview_only: bool = False) -> Changes:
        """Reads what is really there; ``drift`` says where it differs from the state.

        Args:
            preview_only: leave the state as it is.

        Raises:
            StackError: the platform refused.
        """
        with self._operation() as changes:
            read = self._engine.preview_refresh if preview_only else self._engine.refresh
            read(
                on_event=changes.note,
                on_output=self._tell,
                color="never",
                show_secrets=False,
            )
        return changes

    def destroy(self, *, remove: bool = False) -> Changes:
        """Removes everything that the stack made from the platform.

        Args:
            remove: forget the stack too, with its history; it has to be opened again then.

        Raises:
            Refused: something in it is protected. Nothing was changed; the engine alone would
                first delete whatever depends on the protected resource.
            StackError: the platform refused.
        """
        protected = [one["urn"].rpartition("::")[2] for one in self._state() if one.get("protect")]
        if protected:
            raise Refused(
                f"stack {self.name} is protected ({', '.join(sorted(protected))}): nothing was "
                "deleted. To remove it, deploy it once with the setting protect: false"
            )
        with self._operation() as changes:
            self._engine.destroy(
                refresh=True,
                remove=remove,
                on_event=changes.note,
                on_output=self._tell,
                color="never",
                show_secrets=False,
            )
        return changes

    def outputs(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """What the program exported when it was last deployed.

        Args:
            show_secrets: give the secrets themselves, not a mark in their place.
        """
        with _explained(Changes(), self.name):
            found = self._engine.outputs()
        return {
            name: _SECRET if output.secret and not show_secrets else output.value
            for name, output in found.items()
        }

    def mark(self, key: str, value: str) -> None:
        """Gives the stack a tag, which is kept with its state."""
        with _explained(Changes(), self.name):
            self._engine.set_tag(key, value)

    def cancel(self) -> None:
        """Takes away the lock that an operation left which was killed."""
        with _explained(Changes(), self.name):
            self._engine.cancel()

    def _preview(self, tell: Tell, plan: Path | None, policy_packs: Sequence[Path]) -> Changes:
        with self._operation() as changes:
            self._engine.preview(
                refresh=True,
                plan=str(plan) if plan else None,
                policy_packs=[str(pack) for pack in policy_packs] or None,
                on_event=changes.note,
                on_output=tell,
                color="never",
            )
        return changes

    @contextmanager
    def _operation(self) -> Iterator[Changes]:
        """Collects the changes of one operation, and puts its failure into words."""
        changes = Changes()
        if self._gateway:
            _must_answer(self._gateway)
            self._follow(changes)
        with _explained(changes, self.name):
            try:
                yield changes
            except automation.CommandError:
                self._runs.settle()
                raise

    def _follow(self, changes: Changes) -> None:
        """Takes a simulated platform that is at another port now for the one in the state.

        The engine asks the address that the state has; here the program says the new one. What
        is not there any more is dropped from the state before anything is made.
        """
        if any(map(self._is_elsewhere, self._state())):
            with _explained(changes, self.name):
                self._engine.refresh(run_program=True, on_event=changes.note, show_secrets=False)

    def _state(self) -> list[dict[str, Any]]:
        with _explained(Changes(), self.name):
            deployment = self._engine.export_stack().deployment or {}
        found: list[dict[str, Any]] = deployment.get("resources") or []
        return found

    def _is_elsewhere(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource of the state is the provider of a platform at another address."""
        known = resource["inputs"].get("gateways", "") if resource["type"] == PROVIDER_TYPE else ""
        return known != "" and read_organisation({GATEWAYS: known}, []).gateway != self._gateway

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """The resources of a type, as the state has them."""
        return [one for one in self._state() if one["type"] == kind]


def open_stack(
    name: str,
    program: Program,
    project: Path,
    *,
    config: Mapping[str, Any] | None = None,
    state: Path | None = None,
    engine: Path | None = None,
    tell: Tell = print,
    new: bool = True,
) -> Stack:
    """Opens a stack, and makes it when it is new.

    Args:
        name: the stack, which has a file ``Pulumi.<name>.yaml``; or ``pr-<number>``.
        program: declares the resources; called once for each operation.
        project: the folder with ``Pulumi.yaml``.
        config: settings that replace or add to those of the stack's file, by full key.
        state: where sandbox and private copies are; by default ``.pulumi`` in the project.
        engine: the folder whose ``bin/pulumi`` is the engine; found, or built, when not given.
        tell: receives the engine's own account, line by line.
        new: the stack may be new; otherwise one that is not there is an error.

    Raises:
        StackError: there is no such stack, no engine, or its backend cannot be reached.
    """
    with _explained(Changes(), name):
        opened = _workspace(name, program, project, config, state, engine)
        opening = automation.Stack.create_or_select if new else automation.Stack.select
        stack = Stack(opening(name, opened.workspace), opened.gateway, tell, opened.runs)
    weakref.finalize(stack, opened.runs.close)
    return stack


@dataclass(frozen=True, slots=True)
class Listed:
    """A stack that is there, with its tags; ``resources`` is None where nobody counted them."""

    name: str
    tags: Mapping[str, str]
    resources: int | None


def list_stacks(
    named: re.Pattern[str],
    like: str,
    project: Path,
    *,
    config: Mapping[str, Any] | None = None,
    state: Path | None = None,
    engine: Path | None = None,
) -> list[Listed]:
    """The stacks that are there, by name.

    Args:
        named: what their whole names look like.
        like: the name of such a stack, which need not be there; its settings say where to look.
        project: the folder with ``Pulumi.yaml``.
        config: as for :func:`open_stack`.
        state: likewise.
        engine: likewise.

    Raises:
        StackError: there are no settings, no engine, or the backend cannot be reached.
    """
    with _explained(Changes(), like):
        place = _workspace(like, _nothing, project, config, state, engine).workspace
        found = [one for one in place.list_stacks() if named.fullmatch(one.name)]
        return [Listed(one.name, place.list_tags(one.name), one.resource_count) for one in found]


def _workspace(*where: Any) -> Workspace:
    try:
        return open_workspace(*where)
    except (UnknownStack, EngineError) as trouble:
        raise StackError(str(trouble)) from None


def _must_answer(gateway: str) -> None:
    at = urlsplit(gateway)
    try:
        socket.create_connection((at.hostname, at.port), _ANSWERS_WITHIN).close()
    except ValueError:
        return  # of the port; the program says what is wrong, together with all else that is
    except OSError:
        raise StackError(
            f"nothing answers at {gateway}, the stack's gateway; start the simulated "
            f"platform: leadscore simulate --port {at.port}"
        ) from None


@contextmanager
def _explained(changes: Changes, stack: str) -> Iterator[None]:
    """Turns an error of the Automation API into one that a person can act on."""
    try:
        yield
    except automation.ConcurrentUpdateError as error:
        raise StackError(
            f"another deployment of {stack} is running. If it was killed, take its lock away: "
            f"python -m infra.stacks cancel {stack}\n{_stderr(error)}"
        ) from None
    except automation.StackNotFoundError:
        raise StackError(
            f"stack {stack} was never deployed here: python -m infra.stacks up {stack}"
        ) from None
    except automation.CommandError as error:
        told = [*changes.problems, *([] if changes.policies else _policies(error))]
        trouble = StackError("\n".join(told) or _stderr(error))
        trouble.changes = changes
        raise trouble from None


def _stderr(error: automation.CommandError) -> str:
    return str(error).partition(" stderr: ")[2].strip()


def _policies(error: automation.CommandError) -> list[str]:
    """What the engine's account says of broken policies.

    They come as events, too; an engine that ends in a hurry may not get the last ones across.
    """
    section = str(error).partition("\nPolicies:")[2].partition("\n\n")[0]
    return [section.strip()] if "[mandatory]" in section else []


def _would_be_lost(lost: Sequence[object]) -> str:
    advice = (
        "Nothing was changed. Columns are fixed when a list is created; if the contacts may go, "
        "export them first and say so: --replace-contact-lists"
    )
    return "\n".join([*(str(one) for one in lost), advice])


def _silence(_line: str) -> None:
    """Tells nothing."""


def _nothing() -> None:
    """Declares nothing: the program of whoever only looks."""
