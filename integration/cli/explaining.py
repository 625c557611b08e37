# SPDX-License-Identifier: Apache-2.0
"""The verb ``explain``: why a lead stands where it stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from integration.app import App
from integration.cli.console import result, show
from integration.cli.explanations import explanation_of
from integration.cli.options import EPILOG, AsJson, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.configuration import CAMPAIGNS
from integration.explaining.explanation import Explanation
from integration.scores import Rejected, read_lead_id

Lead = Annotated[str, typer.Argument(help="The lead.")]


class ExplainVerb:
    """The command ``explain``.

    Args:
        make_app: what does the work.
    """

    def __init__(self, make_app: AppFactory) -> None:
        self._make_app = make_app

    def register(self, app: typer.Typer) -> None:
        """Add ``explain`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings()(self.explain))

    def explain(self, lead: Lead, *, as_json: AsJson = False, given: Given) -> None:
        """Say why LEAD stands where it stands in its campaign. Changes nothing.

        Reads the campaign, and everything that it names, from the platform: score and age, tier,
        filter, pre-call rules, attempt limit, calling hours, and who is before it. Takes about a
        dozen calls. What the platform does not show is said to be unknown.

        Exit codes: 0 explained; 1 the lead is on no list; 2 usage or settings; 3 refused by the
        platform.
        """
        with ending_with_an_exit_code() as interrupts:
            try:
                lead_id = read_lead_id(lead)
            except Rejected as problem:
                raise typer.BadParameter(str(problem)) from None
            settings = given.load(CAMPAIGNS, client="operator")

            async def work(app: App) -> Explanation:
                return await app.explain(lead_id)

            found = run(self._make_app, settings, work, interrupts)
            if as_json:
                result(json.dumps(asdict(found)))
            else:
                show(explanation_of(found))
