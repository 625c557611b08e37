# SPDX-License-Identifier: Apache-2.0
"""The verbs of this room: ``demo``, ``preview`` and ``preview-stack``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from demo import preview_stack
from demo.comment import comment
from demo.preview import Trial
from demo.story import tell
from infra.stack import StackError

_NOT_DEPLOYED = 2


def register(app: typer.Typer) -> None:
    """Add the verbs of this room to ``app``; the entry point of ``leadscore.commands``."""
    app.command()(demo)
    app.command()(preview)
    app.add_typer(preview_stack.verbs, name="preview-stack")


def demo(
    leads: Annotated[int, typer.Option(help="How many leads are scored.", min=1)] = 10_000,
    scale: Annotated[
        float, typer.Option(help="How much faster than the wall clock.", min=1, max=60)
    ] = 12.0,
    seed: Annotated[int, typer.Option(help="Decides on leads, ids and weather.")] = 0,
) -> None:
    """Deploy to a simulated Genesys Cloud, push scores through bad weather, raise one meanwhile."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        findings = asyncio.run(tell(console, leads=leads, scale=scale, seed=seed))
    except StackError as trouble:
        console.print(f"The stack could not be deployed: {trouble}")
        raise typer.Exit(_NOT_DEPLOYED) from None
    raise typer.Exit(0 if findings.holds else 1)


def preview(
    number: Annotated[int, typer.Option("--pr", help="Number of the pull request.", min=1)],
    *,
    base: Annotated[
        str, typer.Option(help="Branch or commit that it is compared with; origin/main or main.")
    ] = "",
    port: Annotated[
        int, typer.Option(help="Of its simulated platform; by default one for each number.", min=0)
    ] = 0,
    to: Annotated[
        Path | None, typer.Option("--comment", help="Write the comment to this file.")
    ] = None,
) -> None:
    """Try the changes of this checkout out on a simulated platform, and say what they do."""
    try:
        found = asyncio.run(Trial(_to_stderr).run(number, base, port))
    except StackError as trouble:
        typer.echo(f"preview: {trouble}", err=True)
        raise typer.Exit(_NOT_DEPLOYED) from None
    text = comment(found, base)
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")
    raise typer.Exit(0 if found.good else 1)


def _to_stderr(line: str) -> None:
    typer.echo(line, err=True)
