# SPDX-License-Identifier: Apache-2.0
"""The verb ``doctor``: whether everything is ready."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from integration.app import App
from integration.cli.console import printable, result, show
from integration.cli.options import EPILOG, AsJson, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.summaries import count_of
from integration.configuration import SIGN_IN
from integration.doctoring.findings import Diagnosis, Finding, Standing
from integration.stack import read_stack

_STYLES: Final = {
    Standing.OK: "green",
    Standing.WARN: "yellow",
    Standing.FAIL: "bold red",
    Standing.UNKNOWN: "dim",
}


class DoctorVerb:
    """The command ``doctor``.

    Args:
        make_app: what does the work.
    """

    def __init__(self, make_app: AppFactory) -> None:
        self._make_app = make_app

    def register(self, app: typer.Typer) -> None:
        """Add ``doctor`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings()(self.doctor))

    def doctor(self, *, as_json: AsJson = False, given: Given) -> None:
        """Say whether everything is ready: what is missing, why it matters, what to do.

        Looks at clients and their permissions, contact lists and their columns, campaigns with
        sort, filter and rules, agents and skills, leads in the wrong tier, limits, clocks, the
        outbox, and whether the settings are those of the stack. Changes nothing. Takes about two
        dozen calls.

        Exit codes: 0 ready, with warnings perhaps; 1 something fails; 2 usage or settings; 3
        the platform refused to show something.
        """
        with ending_with_an_exit_code() as interrupts, interrupts.nothing_to_keep():
            outputs: dict[str, Any] = {}

            def outputs_of(name: str) -> Mapping[str, Any]:
                outputs.update(read_stack(name))
                return outputs

            settings = given.load(SIGN_IN, client="operator", outputs_of=outputs_of)

            async def work(app: App) -> Diagnosis:
                return await app.doctor(outputs)

            found = run(self._make_app, settings, work, interrupts)
            if as_json:
                result(json.dumps(found.as_json()))
            else:
                show(diagnosis_of(found))
            raise typer.Exit(found.exit_code)


def diagnosis_of(found: Diagnosis) -> RenderableType:
    """One line for each finding, and for each that is not well why it matters and what to do."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for one in found.findings:
        about = f"{one.check} ({one.about})" if one.about else one.check
        table.add_row(Text(f"  {one.standing}", style=_STYLES[one.standing]), about, _says(one))
    made = Text(f"{count_of(found.calls, 'call')} made.")
    return Group(Text(_title(found), style="bold"), table, made)


def _says(one: Finding) -> Text:
    lines = [one.says]
    if one.standing is not Standing.OK:
        lines.append(f"why: {one.why}")
        if one.todo:
            lines.append(f"do:  {one.todo}")
    return Text(printable("\n".join(lines)))


def _title(found: Diagnosis) -> str:
    counts = found.counts
    parts = [f"{counts[one]:,} {one}" for one in Standing if counts[one]]
    ready = "not ready" if found.exit_code else "ready"
    return f"{ready}: {', '.join(parts)}"
