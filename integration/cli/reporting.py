# SPDX-License-Identifier: Apache-2.0
"""The verb ``report``: how the dial order went, as a page for people and as JSON."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import RenderableType

from integration import sources
from integration.app import App
from integration.cli.console import OutputError, result, show
from integration.cli.options import EPILOG, AsJson, Given, takes_settings
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.signals import Interrupts
from integration.cli.summaries import Line
from integration.cli.summaries import report as summary
from integration.clock import Clock
from integration.configuration import CAMPAIGNS
from integration.reporting import wording
from integration.reporting.api_calls import Budget, read_budget
from integration.reporting.dial_log import read_dial_log
from integration.reporting.dialled import Record
from integration.reporting.document import as_json as report_json
from integration.reporting.faults import SENIOR
from integration.reporting.figures import Report, make_report
from integration.scores import instant_of, read_instant
from integration.settings import Settings

PAGE: Final = "dial-order.html"
_NEEDS: Final = ("senior_above", "max_age_minutes")
"""What a report on a log needs; a stack is read only where one is named."""

DialLog = Annotated[
    str | None,
    typer.Option(
        "--dial-log",
        metavar="FILE",
        help="Dial log of the simulator, JSON Lines or Parquet (GET /sim/dialer/log). Without it "
        "the platform is asked for the last call of every contact.",
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help=f"Where the page goes. Default: {PAGE}; with --json no page is written unless given.",
        show_default=False,
    ),
]
Leads = Annotated[
    str | None,
    typer.Option(
        "--leads",
        metavar="FILE",
        help="File that the leads, or their scores, came in (CSV, JSON Lines or Parquet): dialling "
        "its rows from top to bottom is what the dial order is compared with.",
    ),
]
Success = Annotated[
    list[str] | None,
    typer.Option(
        "--success",
        metavar="NAME",
        help="An outcome or wrap-up code that is a success; may be given several times. Without "
        "it a lead is worth its score.",
    ),
]
Calls = Annotated[
    str | None,
    typer.Option(
        "--calls",
        metavar="FILE",
        help="Log of API calls (GET /sim/calls), for the call budget over time.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="Leave out what was dialled before that time, such as 2026-11-23T08:00:00Z.",
    ),
]
SeniorQueue = Annotated[
    str,
    typer.Option(
        "--senior-queue",
        metavar="TEXT",
        help="Queues with this text in their name are those of the senior agents.",
    ),
]


class ReportVerb:
    """The command ``report``.

    Args:
        make_app: reads a live organisation.
        clock: the time at which a report is made.
    """

    def __init__(self, make_app: AppFactory, clock: Clock) -> None:
        self._make_app = make_app
        self._clock = clock

    def register(self, app: typer.Typer) -> None:
        """Add ``report`` to ``app``."""
        app.command(epilog=EPILOG)(takes_settings()(self.report))

    def report(
        self,
        *,
        dial_log: DialLog = None,
        out: Out = None,
        leads: Leads = None,
        success: Success = None,
        calls: Calls = None,
        since: Since = None,
        senior_queue: SeniorQueue = SENIOR,
        as_json: AsJson = False,
        given: Given,
    ) -> None:
        """Show how well the dial order followed the scores, as one HTML page. Changes nothing.

        The page needs no network and no script: headline figures, the value reached over calls,
        dial order against ideal order, who got which calls, and the call budget over time. What
        the data does not tell is left out, and the page says so.

        Without --dial-log it is made from the last call of each contact, by an export of the
        campaigns' contact lists: about six calls a list. That takes the operator's rights.

        Exit codes: 0 reported; 2 usage, settings or a file; 3 refused by the platform; 4
        interrupted.
        """
        with ending_with_an_exit_code() as interrupts, interrupts.nothing_to_keep():
            _checked_inputs(dial_log, leads, calls)
            begin = None if since is None else _moment(since)
            if dial_log is None:
                settings = given.load(CAMPAIGNS, client="operator")
                record = self._live(settings, interrupts)
            else:
                settings = given.load(_NEEDS, client="operator")
                record = read_dial_log(dial_log)
            record = record if begin is None else record.since(begin)
            found = self._report(record, settings, leads, success, calls, senior_queue)
            target = out if out is not None else None if as_json else PAGE
            if target is not None:
                _write(target, _page(found))
            if as_json:
                result(json.dumps(report_json(found)))
            else:
                show(summary_of(found, target or ""))

    def _live(self, settings: Settings, interrupts: Interrupts) -> Record:
        async def work(app: App) -> Record:
            return await app.dialled()

        return run(self._make_app, settings, work, interrupts)

    def _report(
        self,
        record: Record,
        settings: Settings,
        leads: str | None,
        success: list[str] | None,
        calls: str | None,
        senior: str,
    ) -> Report:
        return make_report(
            record,
            settings.policy(),
            instant_of(self._clock.now()),
            successes=success or (),
            file_order=None if leads is None else _order_of(leads, settings.column_lead),
            budget=None if calls is None else _budget(calls, settings),
            senior=senior,
        )


def summary_of(report: Report, page: str) -> RenderableType:
    """The headline figures, and where the page is."""
    lines: list[Line] = [
        (one.name.lower(), one.value, one.meaning) for one in wording.figures_of(report)
    ]
    endings = [wording.verdict_of(report)]
    if report.value is not None:
        endings.append(wording.conclusion_of_value(report.value))
    if page:
        endings.append(f"The page: {page}")
    return summary(f"report on {report.source}", lines, endings)


def _checked_inputs(*files: str | None) -> None:
    """Standard input can be read once only."""
    if sum(one == "-" for one in files) > 1:
        raise typer.BadParameter("only one of the files can be standard input")


def _moment(text: str) -> int:
    at = read_instant(text)
    if at is None:
        raise typer.BadParameter(f'--since "{text}" is no time such as 2026-11-23T08:00:00Z')
    return at


def _order_of(path: str, lead_column: str) -> list[str]:
    """The leads of a file in its order; rows without one are no leads."""
    with sources.contacts(path, lead_column=lead_column) as rows:
        return [row.lead_id for row in rows if row.lead_id]


def _budget(path: str, settings: Settings) -> Budget:
    return read_budget(path, client_id=settings.client_id, allowed=settings.calls_per_minute)


def _page(report: Report) -> str:
    try:
        from integration.reporting.page import page_of  # noqa: PLC0415 - an extra, and heavy
    except ImportError as problem:
        missing = (
            f"the page needs the extra report ({problem.name} is not installed): "
            'pip install "genesys-lead-scoring[report]"; --json works without it'
        )
        raise OutputError(missing) from None
    return page_of(report)


def _write(target: str, page: str) -> None:
    """Put the whole page into its place, or nothing."""
    path = Path(target)
    beside = path.parent / f".{path.name}.{os.getpid()}.part"
    try:
        beside.write_text(page, encoding="utf-8")
        beside.replace(path)
    except (OSError, ValueError) as error:
        with suppress(OSError, ValueError):
            beside.unlink()
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"--out {target} cannot be written ({reason}); name another") from error
