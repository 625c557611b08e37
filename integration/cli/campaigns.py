# SPDX-License-Identifier: Apache-2.0
"""The verb ``campaign``: start, stop and look at the campaigns that dial the leads."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import Final

import typer
from rich.table import Table

from integration.app import App
from integration.campaigns import Action, CampaignState, is_wanted
from integration.cli.console import note, result, show
from integration.cli.options import EPILOG, AsJson, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.configuration import CAMPAIGNS

_ABOUT: Final = "Start, stop and look at the campaigns that dial the leads."
_NOT_YET: Final = 1
_HINTS: Final = {
    "stopping": "its agents finish their calls; ask again with leadscore campaign status",
    "complete": "it has called all its contacts; start it again once there are more",
    "invalid": "the platform finds it incomplete; its settings say why in the admin pages",
}


class CampaignVerbs:
    """The commands below ``campaign``.

    Args:
        make_app: what does the work.
    """

    def __init__(self, make_app: AppFactory) -> None:
        self._make_app = make_app

    def register(self, app: typer.Typer) -> None:
        """Add ``campaign`` to ``app``."""
        group = typer.Typer(help=_ABOUT, no_args_is_help=True, rich_markup_mode=None)
        for command in (self.start, self.stop, self.status):
            group.command(epilog=EPILOG)(takes_settings()(command))
        app.add_typer(group, name="campaign")

    def start(self, *, as_json: AsJson = False, given: Given) -> None:
        """Turn the campaigns on, those that are on already excepted.

        Exit codes: 0 all are on; 1 one is not; 2 usage or settings; 3 refused by the platform.
        """
        self._do("start", given, as_json=as_json)

    def stop(self, *, as_json: AsJson = False, given: Given) -> None:
        """Turn the campaigns off; calls under way are finished.

        Exit codes: 0 all are off; 1 one is still stopping; 2 usage or settings; 3 refused by the
        platform.
        """
        self._do("stop", given, as_json=as_json)

    def status(self, *, as_json: AsJson = False, given: Given) -> None:
        """Show how the campaigns stand. Changes nothing."""
        self._do("status", given, as_json=as_json)

    def _do(self, action: Action, given: Given, *, as_json: bool) -> None:
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(CAMPAIGNS, client="operator")
            states = run(self._make_app, settings, partial(_campaigns, action), interrupts)
            if as_json:
                result(json.dumps({"campaigns": [asdict(one) for one in states]}))
            else:
                show(_table(states))
                for one in states:
                    if one.status in _HINTS:
                        note(f"{one.name}: {_HINTS[one.status]}")
            good = all(is_wanted(one, action) for one in states)
            raise typer.Exit(0 if good else _NOT_YET)


async def _campaigns(action: Action, app: App) -> list[CampaignState]:
    return await app.campaigns(action)


def _table(states: list[CampaignState]) -> Table:
    table = Table("campaign", "status", "", "contact list", "queue", "called")
    for one in states:
        called = f"{one.called:,} of {one.contacts:,}"
        table.add_row(one.name, one.status, one.change, one.contact_list, one.queue, called)
    return table
