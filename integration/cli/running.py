# SPDX-License-Identifier: Apache-2.0
"""Runs the work of one command: the one event loop, and what becomes of what goes wrong.

A user sees one message that says what to do, and an exit code; never a traceback for anything
that is not a fault of this program.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import structlog
import typer

from integration.app import App
from integration.cli.console import OutputError, complain
from integration.cli.signals import Interrupts
from integration.configuration import SettingsError, variable
from integration.explaining.looking import UnknownLeadError
from integration.loading import UnknownColumnsError
from integration.outbox import OutboxError
from integration.platform.errors import PlatformError, RateLimited, Unreachable
from integration.pushing import TooManyLeadsError
from integration.reports import ExitCode
from integration.settings import Settings
from integration.sources import SourceError
from integration.telemetry import Telemetry

AppFactory = Callable[[Settings, Telemetry], App]

_LOG: Final = structlog.get_logger("leadscore.cli")

T = TypeVar("T")


def run(
    make_app: AppFactory,
    settings: Settings,
    work: Callable[[App], Awaitable[T]],
    interrupts: Interrupts,
) -> T:
    """Do ``work`` with an app of its own, in the command's only event loop.

    Raises:
        OutputError: the metrics cannot be written.
    """
    telemetry = Telemetry()

    async def main() -> T:
        async with make_app(settings, telemetry) as app:
            with interrupts.stopping(app.interrupt):
                return await work(app)

    try:
        return asyncio.run(main())
    finally:
        if settings.metrics_file is not None:
            _write_metrics(settings.metrics_file, telemetry.exposition())


def _write_metrics(path: Path, exposition: bytes) -> None:
    """Put a whole file into its place, for a collector may read it at any moment."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(exposition)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        reason = error.strerror or error
        raise OutputError(
            f"--metrics-file {path} cannot be written ({reason}); the run itself is done"
        ) from error


@contextmanager
def ending_with_an_exit_code(interrupts: Interrupts | None = None) -> Iterator[Interrupts]:
    """Turn everything that goes wrong inside into one message and an exit code.

    Args:
        interrupts: what signals do; given back.

    Raises:
        typer.Exit: with the exit code.
    """
    try:
        with (interrupts := interrupts or Interrupts()).caught():
            yield interrupts
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except (Exception, asyncio.CancelledError) as problem:  # noqa: BLE001 - a message for all
        raise typer.Exit(explain(problem)) from None


def explain(problem: BaseException) -> ExitCode:
    """Say what is wrong; the exit code that goes with it."""
    while isinstance(problem, BaseExceptionGroup):  # of tasks that ran together: the first
        problem = problem.exceptions[0]
    match problem:
        case (
            SettingsError()
            | SourceError()
            | OutboxError()
            | UnknownColumnsError()
            | OutputError()
            | TooManyLeadsError()
        ):
            complain(str(problem))
            return ExitCode.USAGE
        case PlatformError():
            complain(str(problem))
            passes = isinstance(problem, Unreachable | RateLimited)
            return ExitCode.ROWS_LEFT if passes else ExitCode.REFUSED
        case UnknownLeadError():
            complain(str(problem))
            return ExitCode.ROWS_LEFT
        case sqlite3.Error():
            complain(f"the outbox cannot be used ({problem}); check its disk, or name another")
            return ExitCode.USAGE
        case OSError():
            where = f"{problem.filename}: " if problem.filename else ""
            complain(f"{where}{problem.strerror or problem}")
            return ExitCode.USAGE
    complain(
        f"unexpected {type(problem).__name__}: {problem}\n"
        "This is a fault of leadscore. What was accepted is kept. "
        f"With {variable('log_level')}=debug the next run says where it happens"
    )
    _LOG.debug("unexpected", exc_info=problem)
    return ExitCode.DEFECT
