# SPDX-License-Identifier: Apache-2.0
"""The verb ``simulate`` of the command line: a simulated Genesys Cloud on this machine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from simulator.clock import ScaledClock, SimClock, VirtualClock
from simulator.control import Control
from simulator.organisation import BOOTSTRAP_CLIENT, Organisation
from simulator.server import HOST, PortInUse, listen, serve
from simulator.setup_file import SetupError, apply_setup, read_switches

USAGE_ERROR = 2


class ClockKind(StrEnum):
    """What the simulated organisation takes for time."""

    WALL = "wall"
    SCALED = "scaled"
    VIRTUAL = "virtual"


def register(app: typer.Typer) -> None:
    """Add ``simulate`` to ``app``; the entry point of the group ``leadscore.commands``."""
    app.command()(simulate)


def simulate(
    port: Annotated[
        int, typer.Option(help="Port of the loopback address; 0 takes a free one.", max=65535)
    ] = 8089,
    seed: Annotated[int, typer.Option(help="Decides on ids, tokens and chance.")] = 0,
    clock: Annotated[
        ClockKind,
        typer.Option(help="Wall, scaled, or virtual (moved by POST /sim/clock alone)."),
    ] = ClockKind.WALL,
    scale: Annotated[
        float, typer.Option(help="How fast a scaled clock runs; 10 is ten times the wall.")
    ] = 10.0,
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file with switches, clients, limits, agents, dialer and faults."),
    ] = None,
    switches: Annotated[
        Path | None,
        typer.Option(help="Behave as the organisation that leadscore probe wrote this file about."),
    ] = None,
) -> None:
    """Run a simulated Genesys Cloud on this machine until Ctrl-C."""
    try:
        organisation = Organisation(clock=_clock(clock, scale), seed=seed)
        if switches is not None:
            Control(organisation).set_switches(**read_switches(switches))
        if config is not None:
            apply_setup(config, Control(organisation))
        listener = listen(port)
    except (SetupError, PortInUse, ValueError) as error:
        typer.echo(f"simulate: {error}", err=True)
        raise typer.Exit(USAGE_ERROR) from None
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    typer.echo(f"Simulated Genesys Cloud at {url} (clock {clock}, seed {seed})")
    typer.echo(f"  client that may do everything: {BOOTSTRAP_CLIENT}")
    typer.echo(f"  control plane: {url}/sim")
    typer.echo("Stop with Ctrl-C.")
    with listener:
        serve(organisation, listener)
    typer.echo("Stopped.")


def _clock(kind: ClockKind, scale: float) -> SimClock:
    if kind is ClockKind.VIRTUAL:
        return VirtualClock()
    return ScaledClock(scale if kind is ClockKind.SCALED else 1.0)
