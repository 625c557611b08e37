# SPDX-License-Identifier: Apache-2.0
"""The verb ``forget``: removes a lead from what this machine has on record."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import RenderableType

from integration.app import App
from integration.cli.console import result, show
from integration.cli.options import EPILOG, LOCAL, AsJson, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.summaries import Line, report
from integration.forgetting import OUT_OF_REACH, ForgetSummary
from integration.scores import Rejected, read_lead_id

Lead = Annotated[str, typer.Argument(help="The lead.")]


class ForgetVerb:
    """The command ``forget``.

    Args:
        make_app: what does the work.
    """

    def __init__(self, make_app: AppFactory) -> None:
        self._make_app = make_app

    def register(self, app: typer.Typer) -> None:
        """Add ``forget`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings(LOCAL)(self.forget))

    def forget(self, lead: Lead, *, as_json: AsJson = False, given: Given) -> None:
        """Remove LEAD from outbox and ledger, for good: its waiting score, its history, its rows.

        The outbox file is written anew, so that nothing of the lead is left in it. Files that
        still name the lead are listed, to be removed by hand. The contact on the platform is left
        alone. A new score puts the lead on record again: take it out of the scores first.

        Exit codes: 0 forgotten, or nothing was on record; 1 the file could not be written anew;
        2 usage, or the lead's score is being delivered.
        """
        with ending_with_an_exit_code() as interrupts:
            try:
                lead_id = read_lead_id(lead)
            except Rejected as problem:
                raise typer.BadParameter(str(problem)) from None
            settings = given.load()

            async def work(app: App) -> ForgetSummary:
                return app.forget(lead_id)

            summary = run(self._make_app, settings, work, interrupts)
            if as_json:
                document = {**asdict(summary), "exit_code": int(summary.exit_code)}
                result(json.dumps(document))
            else:
                show(summary_of(summary))
            raise typer.Exit(summary.exit_code)


def summary_of(one: ForgetSummary) -> RenderableType:
    """What was removed, and where the lead is named still."""
    lines: list[Line] = [
        ("waiting", one.waiting, "scores that had not been delivered"),
        ("writes", one.writes, "of the ledger"),
        ("rows", one.rows, "of pushed files"),
    ]
    endings = [f"Still named in {file}; remove it once nobody needs it" for file in one.files]
    if one.problem:
        endings.append(
            f"The outbox file may still hold what was removed ({one.problem}); "
            "forget the lead again once nothing else uses the outbox"
        )
    endings.append(f"Not looked at: {'; '.join(OUT_OF_REACH)}.")
    gone = one.waiting or one.writes or one.rows
    title = f"lead {one.lead_id}: {'forgotten' if gone else 'nothing is on record'}"
    return report(title, lines if gone else [], endings)
