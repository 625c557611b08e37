# SPDX-License-Identifier: Apache-2.0
"""The command as a whole: its own verbs, those of other rooms, and what all of them share."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from integration.app import App
from integration.cli.campaigns import CampaignVerbs
from integration.cli.console import NAME, pass_on_output, result
from integration.cli.doctoring import DoctorVerb
from integration.cli.explaining import ExplainVerb
from integration.cli.forgetting import ForgetVerb
from integration.cli.plugins import add_plugins, names_of
from integration.cli.probing import ProbeVerb
from integration.cli.releasing import ReleaseVerb
from integration.cli.reporting import ReportVerb
from integration.cli.running import AppFactory, explain
from integration.cli.serving import ServeVerb
from integration.cli.sweeping import SweepVerb
from integration.cli.verbs import Verbs
from integration.clock import Clock, SystemClock
from integration.configuration import STACK_VARIABLE, variable
from integration.settings import Settings
from integration.telemetry import Telemetry, configure_logs

DISTRIBUTION = "genesys-lead-scoring"


def build(make_app: AppFactory, clock: Clock) -> typer.Typer:
    """The command, without the verbs of other rooms.

    Args:
        make_app: what does the work.
        clock: the time of progress lines.
    """
    app = typer.Typer(
        name=NAME,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # a traceback with local variables could show secrets
        rich_markup_mode=None,  # its tables cut off long flags at 80 columns
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    Verbs(make_app, clock).register(app)
    CampaignVerbs(make_app).register(app)
    DoctorVerb(make_app).register(app)
    ProbeVerb(make_app, clock).register(app)
    ExplainVerb(make_app).register(app)
    SweepVerb(make_app, clock).register(app)
    ServeVerb(make_app).register(app)
    ForgetVerb(make_app).register(app)
    ReleaseVerb(make_app).register(app)
    ReportVerb(make_app, clock).register(app)
    return app


def run_command() -> None:
    """Run the command line of this process, and end the process.

    Raises:
        SystemExit: with the exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal or file that cannot show a character
            stream.reconfigure(errors="backslashreplace")
    level = os.environ.get(variable("log_level"), "").lower()
    configure_logs(level="debug" if level == "debug" else "warning")  # until settings say more
    clock = SystemClock()

    def make_app(settings: Settings, telemetry: Telemetry) -> App:
        return App(settings, clock=clock, telemetry=telemetry)

    command = build(make_app, clock)
    verb = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    if verb not in names_of(command):  # other rooms take time to load
        add_plugins(command)
    try:
        command(prog_name=NAME)
    except Exception as problem:  # noqa: BLE001 - a verb of another room, or the help text
        pass_on_output()
        sys.exit(explain(problem))


def _version(wanted: bool) -> None:  # noqa: FBT001 - a callback of the parser
    if wanted:
        try:
            result(f"{NAME} {version(DISTRIBUTION)}")
        except PackageNotFoundError:
            result(f"{NAME} of a source tree that is not installed")
        raise typer.Exit


def _named_stack(name: str | None) -> None:
    if name:
        os.environ[STACK_VARIABLE] = name  # before the verb it means the same as there


def _about(
    *,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", is_eager=True, callback=_version
        ),
    ] = False,
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack",
            help="Pulumi stack to take settings from, for any verb.",
            metavar="NAME",
            callback=_named_stack,
        ),
    ] = None,
) -> None:
    """Make Genesys Cloud Outbound call the best leads first.

    Scores are accepted durably, delivered within the platform's call budget, and never
    overwrite newer ones.
    """
