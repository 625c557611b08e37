# SPDX-License-Identifier: Apache-2.0
"""The verb ``probe``: learns what no documentation says about an organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from integration.app import App
from integration.cli.console import complain, note, printable, result, show
from integration.cli.options import EPILOG, AsJson, Given, Quiet, takes_settings
from integration.cli.progress import progress_display
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.summaries import count_of
from integration.clock import Clock
from integration.configuration import SIGN_IN
from integration.probing.facts import NOT_SEEN, ProbeResult
from integration.probing.keeping import NotKeptError, keep
from integration.reports import ExitCode, Progress
from integration.settings_file import config_path

Save = Annotated[
    bool,
    typer.Option(
        "--save/--no-save",
        help="Write what was found out into the settings file (--config), or only show it.",
    ),
]
_WORDS: Final = {True: "yes", False: "no", None: "?"}


class ProbeVerb:
    """The command ``probe``.

    Args:
        make_app: what does the work.
        clock: the time of progress lines.
    """

    def __init__(self, make_app: AppFactory, clock: Clock) -> None:
        self._make_app = make_app
        self._clock = clock

    def register(self, app: typer.Typer) -> None:
        """Add ``probe`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings()(self.probe))

    def probe(
        self, *, save: Save = True, as_json: AsJson = False, quiet: Quiet = False, given: Given
    ) -> None:
        """Learn what no documentation says, on a scratch contact list that is removed again.

        Whether a write keeps the columns that it leaves out, what a bulk write with a bad row
        does, how filters compare. Nobody is called; no campaign and no other list is touched.
        What follows is written into the settings file: columns_kept, which unlocks --audit ledger
        or refuses it. leadscore simulate --switches takes that file, or the document of --json.

        Exit codes: 0 done; 1 the scratch list, or the settings file, is not as it should be; 2
        usage or settings; 3 refused by the platform; 4 interrupted.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(SIGN_IN, client="operator")
            path = config_path(given.config)

            async def work(app: App) -> ProbeResult:
                with progress_display("probe", self._clock, quiet=quiet or as_json) as progress:
                    return await app.probe(
                        lambda done, total: progress(Progress(done=done, total=total))
                    )

            found = run(self._make_app, settings, work, interrupts)
            if as_json:
                result(json.dumps(found.as_json()))
            else:
                show(probe_of(found))
            kept = _keep(found, path) if save else ExitCode.FINE
            raise typer.Exit(found.exit_code or kept)


def _keep(found: ProbeResult, path: Path) -> ExitCode:
    """Write what was found; nothing of a probe that did not come to its end."""
    if found.stopped is not None or found.interrupted:
        return ExitCode.FINE
    try:
        keep(found, path)
    except NotKeptError as problem:
        complain(str(problem))
        return ExitCode.ROWS_LEFT
    note(f"kept in {path}")
    return ExitCode.FINE


def probe_of(found: ProbeResult) -> RenderableType:
    """Each question with its answer, what was seen, and what follows."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column()
    for one in found.facts:
        told = f"{one.question}: {one.says}\n  {one.matters}"
        table.add_row(f"  {_WORDS[one.value]}", Text(printable(told)))
    title = f"{found.organisation or 'probe'}: {count_of(len(found.facts), 'question')} asked"
    endings = [Text(printable(line)) for line in _endings(found)]
    return Group(Text(printable(title), style="bold"), table, *endings)


def _endings(found: ProbeResult) -> Iterator[str]:
    for name, value in found.settings.items():
        yield f"It follows: {name} = {str(value).lower()}"
    yield f"Not asked, for it takes calls to people: whether {'; '.join(NOT_SEEN.values())}."
    for name in found.removed:
        yield f"Removed: {name}, which an earlier probe had left"
    if found.left:
        yield f"Left: the contact list {found.left}; the next probe removes it"
    if found.stopped is not None:
        yield f"Stopped: {found.stopped}"
    elif found.interrupted:
        yield "Interrupted."
    yield f"{count_of(found.calls, 'call')} made."
