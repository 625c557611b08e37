# SPDX-License-Identifier: Apache-2.0
"""Settings that a Pulumi stack of this project exports, read into memory and kept nowhere.

The stack states where the organisation is, which lists carry the scores and what the thresholds
are; it also made the OAuth clients. Reading all of that from the stack means that the two halves
of the project cannot disagree, and that no secret has to be copied by hand.

Source: the outputs are those of ``infra/outputs.py``: ``integration``, ``pusher``, ``operator``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

Client = Literal["pusher", "operator"]
"""The OAuth clients that a stack makes: one writes scores, the other looks and operates."""

INTEGRATION: Final = "integration"
_PROJECT: Final = "Pulumi.yaml"
_OWN: Final = "infra.stacks"
"""The module that reads stacks where no Pulumi is installed, and those of the sandbox."""
_LINES: Final = 6
"""So many lines of what a reader said are shown when it failed."""


class StackSettingsError(Exception):
    """The outputs of a stack cannot be had, or are none of this project's."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    output: str
    complaint: str


Run = Callable[[Sequence[str], Path], Said]


def read_stack(name: str, *, run: Run | None = None, start: Path | None = None) -> dict[str, Any]:
    """Everything that the stack ``name`` exports, secrets included.

    The Pulumi on PATH is asked first; without one, or where it does not know the stack, this
    project's own ``infra.stacks`` is.

    Args:
        name: the stack's.
        run: runs a command in a folder; as a process unless given.
        start: the folder to look for the project in, with those above it; the current one
            unless given.

    Raises:
        StackSettingsError: nobody could read it.
    """
    if not name or name.startswith("-"):
        raise StackSettingsError(f'"{name}" is no name of a stack')
    folder = _project(start or Path.cwd())
    failures = []
    for command in _readers(name):
        said = (run or _run)(command, folder)
        if said.code == 0:
            return _parsed(name, said.output)
        failures.append(_failure(command, said))
    if not failures:
        raise StackSettingsError(
            f"stack {name} cannot be read: there is no pulumi on PATH; install Pulumi, or run "
            "leadscore from a checkout of this project"
        )
    raise StackSettingsError("\n".join([f"stack {name} cannot be read", *failures]))


def settings_of(name: str, outputs: Mapping[str, Any], options: Sequence[str]) -> dict[str, Any]:
    """The settings among the outputs of the stack ``name``; those that are blank are left out.

    Raises:
        StackSettingsError: the stack is none of this project's, or not deployed yet.
    """
    integration = outputs.get(INTEGRATION)
    if not isinstance(integration, Mapping):
        raise StackSettingsError(
            f"stack {name} has no output called {INTEGRATION}: it is not deployed yet (pulumi up), "
            "or belongs to another project"
        )
    return {
        option: value
        for option, value in integration.items()
        if option in options and value not in ("", None)
    }


def client_of(name: str, outputs: Mapping[str, Any], client: Client) -> dict[str, str]:
    """The credentials of ``client``, as settings.

    Raises:
        StackSettingsError: the stack does not export them.
    """
    found = outputs.get(client)
    options = ("client_id", "client_secret")
    if not isinstance(found, Mapping) or not all(found.get(option) for option in options):
        raise StackSettingsError(
            f"stack {name} does not export the credentials of its {client}; deploy it again, or "
            "name a client in the environment"
        )
    return {option: str(found[option]) for option in options}


def _readers(name: str) -> Iterator[list[str]]:
    pulumi = shutil.which("pulumi")
    output = ["stack", "output", "--json", "--show-secrets", "--non-interactive"]
    if pulumi is not None:
        yield [pulumi, *output, "--stack", name]
    if _installed(_OWN):
        yield [sys.executable, "-m", _OWN, "outputs", name, "--json", "--show-secrets"]


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its package is not there at all
        return False


def _project(start: Path) -> Path:
    """The folder of the Pulumi project at or above ``start``; else that of the checkout."""
    for folder in (start, *start.parents):
        if (folder / _PROJECT).is_file():
            return folder
    checkout = Path(__file__).parents[1]
    return checkout if (checkout / _PROJECT).is_file() else start


def _run(command: Sequence[str], folder: Path) -> Said:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(  # noqa: S603 - no shell, and the name cannot pass for an option
        command,
        check=False,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    return Said(done.returncode, done.stdout, done.stderr)


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        # The text itself may hold secrets.
        raise StackSettingsError(f"what was said of stack {name} is no JSON object")
    return found


def _failure(command: Sequence[str], said: Said) -> str:
    who = f"python -m {_OWN}" if _OWN in command else "pulumi"
    lines = [line.strip() for line in said.complaint.splitlines() if line.strip()]
    told = "; ".join(lines[:_LINES]) or f"it ended with code {said.code}"
    return f"{who}: {told}"
