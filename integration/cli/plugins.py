# SPDX-License-Identifier: Apache-2.0
"""Verbs that other rooms add to the command, through the entry points of one group.

An entry point is ``register(app: typer.Typer) -> None``. One that cannot be loaded, or that
registers what is no command, leaves a verb of its name that says so; all others work.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import typer

from integration.cli.console import complain
from integration.reports import ExitCode

GROUP: Final = "leadscore.commands"


def add_plugins(app: typer.Typer, found: Iterable[EntryPoint] | None = None) -> None:
    """Add the verbs of all entry points (those that are installed unless given) to ``app``."""
    taken = names_of(app)
    points = entry_points(group=GROUP) if found is None else found
    for point in sorted(points, key=lambda one: one.name):
        try:
            verbs = _verbs(point)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - a plug-in may do anything
            verbs = _apology(point, problem)
        for command in verbs.registered_commands:
            if (name := _name(command)) not in taken:
                taken.add(name)
                app.registered_commands.append(command)
        for group in verbs.registered_groups:
            if (name := str(group.name)) not in taken:
                taken.add(name)
                app.registered_groups.append(group)


def names_of(app: typer.Typer) -> set[str]:
    """The verbs that ``app`` has."""
    commands = {_name(one) for one in app.registered_commands}
    return commands | {str(one.name) for one in app.registered_groups}


def _verbs(point: EntryPoint) -> typer.Typer:
    """What an entry point registers, tried out on its own."""
    verbs = typer.Typer()
    point.load()(verbs)
    if verbs.registered_commands or verbs.registered_groups:
        typer.main.get_command(verbs)  # builds all parameters, so that a bad one shows here
    return verbs


def _apology(point: EntryPoint, problem: BaseException) -> typer.Typer:
    verbs = typer.Typer()
    reason = f"{type(problem).__name__}: {problem}"

    @verbs.command(
        point.name,
        help="(cannot be loaded)",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def broken() -> None:
        complain(f"the command {point.name} cannot be loaded from {point.value} ({reason})")
        raise typer.Exit(ExitCode.USAGE)

    return verbs


def _name(command: typer.models.CommandInfo) -> str:
    """The name that a registered command gets."""
    if command.name:
        return command.name
    assert command.callback is not None
    return command.callback.__name__.lower().replace("_", "-")
