# SPDX-License-Identifier: Apache-2.0
"""The verbs ``preview-stack up|destroy|expire|list``: pull requests in a sandbox organisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer

from infra.organisation import GATEWAYS, gateway_setting
from infra.preview_stacks import LIFE, PreviewStacks, stack_of
from infra.stack import StackError
from integration.clock import Clock, SystemClock

FAILED = 1
CLOCK: Clock = SystemClock()

Number = Annotated[int, typer.Option("--pr", help="Number of the pull request.", min=1)]
At = Annotated[str, typer.Option("--gateway", help="A simulated platform: http://127.0.0.1:8089")]
Days = Annotated[int, typer.Option(help="Days until it may be removed.", min=1, max=30)]

verbs = typer.Typer(
    no_args_is_help=True, help="A stack for each pull request, in a sandbox organisation."
)


@verbs.command()
def up(number: Number, *, days: Days = LIFE.days, gateway: At = "") -> None:
    """Deploy or update the stack of a pull request, and put off the day on which it goes."""
    with _explained():
        counts = _stacks(gateway).up(number, CLOCK.now(), timedelta(days=days)).counts
    done = ", ".join(f"{many} {what}" for what, many in sorted(counts.items())) or "no change"
    typer.echo(f"{stack_of(number)}: {done}; may be removed in {days} days")


@verbs.command()
def destroy(number: Number, *, gateway: At = "") -> None:
    """Remove the stack of a pull request, and all that it made."""
    with _explained():
        removed = _stacks(gateway).destroy(number)
    typer.echo(f"{stack_of(number)}: {'not there' if removed is None else 'removed'}")


@verbs.command()
def expire(*, gateway: At = "") -> None:
    """Remove the stacks whose time is over."""
    with _explained():
        removed = _stacks(gateway).expire(CLOCK.now())
    typer.echo(f"removed: {', '.join(removed) or 'none'}")


@verbs.command("list")
def list_(*, gateway: At = "") -> None:
    """Show the preview stacks, with the time from which on each may be removed."""
    with _explained():
        found = _stacks(gateway).list()
    for one in found:
        until = one.expires.isoformat() if one.expires else "no time is stated"
        typer.echo(f"{one.name}  {one.resources or 0:>3} resources  until {until}")
    if not found:
        typer.echo("there are none")


def _stacks(gateway: str) -> PreviewStacks:
    try:
        config = {GATEWAYS: gateway_setting(gateway)} if gateway else {}
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--gateway") from None
    return PreviewStacks(config, tell=_to_stderr)


def _to_stderr(line: str) -> None:
    typer.echo(line, err=True)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except StackError as trouble:
        typer.echo(f"preview-stack: {trouble}", err=True)
        raise typer.Exit(FAILED) from None
