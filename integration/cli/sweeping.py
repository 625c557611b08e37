# SPDX-License-Identifier: Apache-2.0
"""The verb ``sweep``: makes stale scores 0 where they lie."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import RenderableType

from integration.app import App
from integration.cli.console import result, show
from integration.cli.options import EPILOG, AsJson, Given, Quiet, takes_settings
from integration.cli.progress import progress_display
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.summaries import Line, ending_of, report
from integration.clock import Clock
from integration.configuration import CONTACTS
from integration.reports import SweepSummary
from integration.reports import as_json as report_json

Mark = Annotated[bool, typer.Option("--mark", help="Make the scores 0 that are found.")]


class SweepVerb:
    """The command ``sweep``.

    Args:
        make_app: what does the work.
        clock: the time of progress lines.
    """

    def __init__(self, make_app: AppFactory, clock: Clock) -> None:
        self._make_app = make_app
        self._clock = clock

    def register(self, app: typer.Typer) -> None:
        """Add ``sweep`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings()(self.sweep))

    def sweep(
        self, *, mark: Mark = False, as_json: AsJson = False, quiet: Quiet = False, given: Given
    ) -> None:
        """Find leads whose score has gone stale on the contact list; --mark makes it 0.

        Filter and pre-call rule keep such leads from being dialled as it is. Marking them, too,
        takes one bulk update job a list, whose backup is kept beside the outbox; scores that
        arrive while it runs are delivered again. What such a job does to the dialing queue is not
        documented, so a live organisation needs the setting sweep_verified.

        Exit codes: 0 all is well; 1 something is left to do; 2 usage or settings; 3 refused by
        the platform; 4 interrupted.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(CONTACTS)

            async def work(app: App) -> SweepSummary:
                with progress_display("sweep", self._clock, quiet=quiet) as progress:
                    return await app.sweep(mark=mark, progress=progress)

            summary = run(self._make_app, settings, work, interrupts)
            if as_json:
                result(json.dumps(report_json(summary)))
            elif not quiet or summary.exit_code:
                show(summary_of(summary))
            raise typer.Exit(summary.exit_code)


def summary_of(run: SweepSummary) -> RenderableType:
    """What was found, and what became of it."""
    lines: list[Line] = [("stale", run.found, "contacts whose score is too old and not 0")]
    if run.mark:
        lines += [
            ("marked", run.marked, "have the score 0 now"),
            ("delivered again", run.delivered_again, "scores that arrived meanwhile"),
            ("left", run.left, "leadscore push --resume delivers them"),
        ]
    lines.append(("calls", run.calls, ""))
    endings = [*(f"backup: {one}" for one in run.backups), *run.problems]
    if run.found and not run.mark:
        endings.append("Nothing was changed. leadscore sweep --mark makes these scores 0.")
    title = f"sweep in {run.seconds:,.1f} s"
    return report(title, lines, [*endings, *ending_of(run.interrupted, run.stopped)])
