# SPDX-License-Identifier: Apache-2.0
"""The verb ``release``: lets scores go on that are held for they look broken, or rejects them."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from integration.app import App
from integration.cli.console import result
from integration.cli.options import EPILOG, LOCAL, AsJson, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.summaries import count_of

Run = Annotated[
    int | None,
    typer.Option("--run", min=1, metavar="N", help="Scores of this run alone; else all."),
]
Drop = Annotated[
    bool,
    typer.Option("--drop", help="Reject them for good; what they had beaten gets its turn."),
]


class ReleaseVerb:
    """The command ``release``.

    Args:
        make_app: what does the work.
    """

    def __init__(self, make_app: AppFactory) -> None:
        self._make_app = make_app

    def register(self, app: typer.Typer) -> None:
        """Add ``release`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings(LOCAL)(self.release))

    def release(
        self,
        *,
        which: Run = None,
        drop: Drop = False,
        as_json: AsJson = False,
        given: Given,
    ) -> None:
        """Let scores go on that are held because they look broken; --drop rejects them.

        leadscore status shows how many there are, and why. Those that are released count as
        normal from now on: scores like them are not held again. The next push, push --resume or a
        running service delivers them.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load()

            async def work(app: App) -> int:
                return app.release(run=which, drop=drop)

            count = run(self._make_app, settings, work, interrupts)
            if as_json:
                result(json.dumps({"dropped" if drop else "released": count}))
            elif drop:
                result(f"{count_of(count, 'held score')} rejected")
            else:
                way = "; leadscore push --resume delivers them" if count else ""
                result(f"{count_of(count, 'held score')} released{way}")
