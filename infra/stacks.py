# SPDX-License-Identifier: Apache-2.0
"""Deploys the stacks of this project where there is no language host, and guards the contacts.

``python -m infra.stacks up|preview|refresh|destroy|outputs|cancel STACK`` runs the same program
on the same engine as ``pulumi up`` does. The stack ``local`` goes to the simulated platform.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from infra.organisation import GATEWAYS, gateway_setting
from infra.program import build
from infra.stack import Stack, StackError, open_stack
from infra.stack_changes import Change, Changes
from infra.stack_files import PROJECT

FAILED: Final = 1
CHANGED: Final = 7
"""The exit code of the engine, too, where no changes were expected."""

Name = Annotated[str, typer.Argument(metavar="STACK", help="dev, staging, prod, local or pr-1.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
At = Annotated[str, typer.Option("--gateway", help="Deploy to this address: http://127.0.0.1:8089")]
Packs = Annotated[list[Path] | None, typer.Option(help="Folder of a policy pack; repeatable.")]
NoChanges = Annotated[bool, typer.Option(help=f"Exit with {CHANGED} where something differs.")]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Preview, deploy, read and remove the stacks of this project.",
)


@app.command()
def preview(
    stack: Name,
    *,
    gateway: At = "",
    plan: Annotated[Path | None, typer.Option(help="Save the changes to this file.")] = None,
    policy_pack: Packs = None,
    expect_no_changes: NoChanges = False,
    as_json: AsJson = False,
) -> None:
    """Say what an update would change."""
    opened = _open(stack, gateway, as_json=as_json)
    changes = opened.preview(plan=_absolute(plan), policy_packs=_absolutes(policy_pack))
    _report(changes, as_json=as_json)
    if expect_no_changes and changes.changes:
        raise typer.Exit(CHANGED)


@app.command()
def up(
    stack: Name,
    *,
    gateway: At = "",
    plan: Annotated[Path | None, typer.Option(help="Do only what this file says.")] = None,
    policy_pack: Packs = None,
    replace_contact_lists: Annotated[
        bool, typer.Option("--replace-contact-lists", help="Contacts of old lists may be lost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Deploy the stack."""
    opened = _open(stack, gateway, as_json=as_json)
    changes = opened.up(
        plan=_absolute(plan),
        policy_packs=_absolutes(policy_pack),
        replace_contact_lists=replace_contact_lists,
    )
    _report(changes, as_json=as_json)


@app.command()
def refresh(
    stack: Name,
    *,
    gateway: At = "",
    preview_only: Annotated[
        bool, typer.Option("--preview-only", help="Leave the state as it is.")
    ] = False,
    expect_no_changes: NoChanges = False,
    as_json: AsJson = False,
) -> None:
    """Read what is really there, and say where it differs from the state."""
    opened = _open(stack, gateway, as_json=as_json)
    changes = opened.refresh(preview_only=preview_only)
    _report(changes, as_json=as_json)
    if expect_no_changes and changes.drift:
        raise typer.Exit(CHANGED)


@app.command()
def destroy(
    stack: Name,
    *,
    gateway: At = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Forget the stack too, with its history.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove everything that the stack made, unless something in it is protected."""
    opened = _open(stack, gateway, as_json=as_json, new=False)
    _report(opened.destroy(remove=remove), as_json=as_json)


@app.command()
def outputs(
    stack: Name,
    *,
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Print the secrets themselves.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print what the stack exports."""
    found = _open(stack, "", as_json=as_json, new=False).outputs(show_secrets=show_secrets)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        typer.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value, indent=2)}")


@app.command()
def cancel(stack: Name) -> None:
    """Take away the lock of a deployment that was killed."""
    _open(stack, "", as_json=False, new=False).cancel()


def _open(stack: str, gateway: str, *, as_json: bool, new: bool = True) -> Stack:
    tell: Callable[[str], Any] = _to_stderr if as_json else typer.echo
    try:
        config = {GATEWAYS: gateway_setting(gateway)} if gateway else {}
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--gateway") from None
    return open_stack(stack, build, PROJECT, config=config, tell=tell, new=new)


def _report(changes: Changes, *, as_json: bool) -> None:
    if as_json:
        named = {
            "counts": changes.counts,
            "changes": [asdict(one) for one in changes.changes],
            "drift": [asdict(one) for one in changes.drift],
        }
        typer.echo(json.dumps(named, indent=2))
        return
    for one in changes.drift:
        typer.echo(f"changed by another way: {_told(one)}")


def _told(change: Change) -> str:
    what = "gone" if change.operation == "delete" else ", ".join(change.properties)
    return f"{change.name} ({change.type.rpartition(':')[2]}): {what}"


def _to_stderr(line: str) -> None:
    typer.echo(line, err=True)


def _absolute(path: Path | None) -> Path | None:
    # The engine runs in the folder of the private copy.
    return path.absolute() if path else None


def _absolutes(paths: list[Path] | None) -> list[Path]:
    return [path.absolute() for path in paths or ()]


def main() -> None:
    """Runs the command; whatever goes wrong is one plain message."""
    try:
        app()
    except StackError as trouble:
        typer.echo(f"stacks: {trouble}", err=True)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
