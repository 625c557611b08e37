# SPDX-License-Identifier: Apache-2.0
"""The verbs of the command: what they take, what they do, what they show."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Final, cast

import typer
from rich.console import RenderableType
from rich.text import Text

from integration import sources
from integration.app import App
from integration.cli import reconciliations, summaries
from integration.cli.console import note, result, show
from integration.cli.options import EPILOG, LOCAL, AsJson, Given, Quiet, takes_settings
from integration.cli.progress import ProgressSink, progress_display
from integration.cli.running import AppFactory, ending_with_an_exit_code, run
from integration.cli.signals import Interrupts
from integration.cli.verdict_file import VerdictFile
from integration.clock import Clock
from integration.configuration import CONTACTS, PLATFORM
from integration.outbox import LedgerRecord, OutboxStatus
from integration.reports import ReconcileSummary, RunSummary
from integration.reports import as_json as report_json
from integration.sources.text import ByteStream


class FileFormat(StrEnum):
    """The formats of input files."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_INPUT: Final = "CSV, JSON Lines or Parquet; - is standard input (CSV or JSON Lines)."

ScoreFile = Annotated[str | None, typer.Argument(metavar="FILE", help=_INPUT, show_default=False)]
InputFile = Annotated[str, typer.Argument(metavar="FILE", help=_INPUT)]
Format = Annotated[
    FileFormat | None,
    typer.Option("--format", help="Format of FILE; else its extension or first character tells."),
]
VerdictTarget = Annotated[
    str | None,
    typer.Option(
        "--verdicts",
        metavar="FILE",
        help="Write one JSON line per row of the input: row, lead, verdict, reason, previous and "
        "new value. - is standard output; the summary then goes to standard error.",
    ),
]
Mend = Annotated[
    bool, typer.Option("--mend", help="Put right what is found, under the rules of a push.")
]
Trusted = Annotated[
    bool,
    typer.Option(
        "--accept-distribution",
        help="Deliver FILE even where its scores look broken, and take them as normal from now on.",
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Deliver what earlier runs have left; takes no FILE.")
]


class Verbs:
    """The commands of this room.

    Args:
        make_app: what does the work.
        clock: the time of progress lines.
    """

    def __init__(self, make_app: AppFactory, clock: Clock) -> None:
        self._make_app = make_app
        self._clock = clock

    def register(self, app: typer.Typer) -> None:
        """Add the verbs to ``app``, in the order in which help shows them."""
        platform: tuple[Callable[..., None], ...] = (
            self.push,
            self.load,
            self.plan,
            self.reconcile,
        )
        local: tuple[Callable[..., None], ...] = (self.status, self.retry, self.history)
        for command in platform:
            app.command(epilog=EPILOG)(takes_settings()(command))
        for command in local:
            app.command(epilog=EPILOG)(takes_settings(LOCAL)(command))

    def push(
        self,
        file: ScoreFile = None,
        *,
        verdicts: VerdictTarget = None,
        as_json: AsJson = False,
        quiet: Quiet = False,
        resume: Resume = False,
        accept_distribution: Trusted = False,
        file_format: Format = None,
        given: Given,
    ) -> None:
        """Push lead scores into the contact list.

        FILE has the columns (or keys) lead_id, priority_score (1 to 100) and last_calculated_at
        (RFC 3339 with a time zone), and may have model_version and based_on. Every row is
        accepted durably first; what cannot be delivered now is kept. The newest score of a lead
        wins, so pushing a file twice does no harm. Scores that all together look broken (nearly
        all the same, or far from those before) are held until leadscore release.

        The client's secret comes from LEADSCORE_CLIENT_SECRET or LEADSCORE_CLIENT_SECRET_FILE.

        Exit codes: 0 all is well; 1 some rows are rejected, in conflict, of unknown leads, or
        waiting; 2 usage, settings or file; 3 refused by the platform; 4 interrupted.
        """
        with ending_with_an_exit_code() as interrupts:
            if resume and (file is not None or verdicts is not None):
                raise typer.BadParameter("--resume goes without FILE and without --verdicts")
            if resume and accept_distribution:
                raise typer.BadParameter("--resume goes without --accept-distribution")
            if not resume and file is None:
                raise typer.BadParameter("name a FILE, or - for standard input, or --resume")
            settings = given.load(PLATFORM)
            problems = summaries.ProblemRows(listed=verdicts)
            if file is None:
                summary = run(
                    self._make_app, settings, lambda app: self._resume(app, quiet), interrupts
                )
            else:
                with interrupts.nothing_to_keep():
                    source = sources.rows(
                        file, stdin=_stdin(interrupts), file_format=_chosen(file_format)
                    )
                with source as rows, VerdictFile(verdicts, file) as kept:
                    summary = run(
                        self._make_app,
                        settings,
                        lambda app: self._push(
                            app, rows, kept, problems, quiet=quiet, trusted=accept_distribution
                        ),
                        interrupts,
                    )
            _show(
                summaries.run_summary(summary),
                report_json(summary) if as_json else None,
                quiet=quiet and not summary.exit_code,
                to_stderr=verdicts == "-",
            )
            if verdicts != "-":  # there every row has been told already
                for line in problems.lines(summary):
                    note(line)
            raise typer.Exit(summary.exit_code)

    def load(
        self,
        file: InputFile,
        *,
        as_json: AsJson = False,
        quiet: Quiet = False,
        file_format: Format = None,
        given: Given,
    ) -> None:
        """Load contacts into the contact list, so that they can get scores.

        FILE has a column (or key) lead_id and columns of the contact list, such as phone and
        zone. New contacts are created and changed columns are changed; scores, call records and
        the dialling queue are left alone, so loading a file twice does no harm.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(CONTACTS)
            with interrupts.nothing_to_keep():
                source = sources.contacts(
                    file, lead_column=settings.column_lead, file_format=_chosen(file_format)
                )
            with source as contacts, self._progress(contacts.name, quiet) as progress:
                summary = run(
                    self._make_app,
                    settings,
                    lambda app: app.load(contacts, contacts.columns, progress=progress),
                    interrupts,
                )
            _show(
                summaries.load_summary(summary, source.name),
                report_json(summary) if as_json else None,
                quiet=quiet and not summary.exit_code,
            )
            for line in summaries.load_problems(summary, source.name):
                note(line)
            raise typer.Exit(summary.exit_code)

    def plan(
        self,
        file: InputFile,
        *,
        as_json: AsJson = False,
        file_format: Format = None,
        given: Given,
    ) -> None:
        """Say what pushing FILE would take: rows, rejects, calls and seconds. Changes nothing.

        The platform is asked for the limit that holds now; exit code 1 says that rows of FILE
        would be rejected.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(PLATFORM)
            with (
                interrupts.nothing_to_keep(),
                sources.rows(file, file_format=_chosen(file_format)) as rows,
            ):
                plan = run(self._make_app, settings, lambda app: app.plan(rows), interrupts)
            _show(
                summaries.plan_summary(plan, rows.name),
                report_json(plan) if as_json else None,
            )
            raise typer.Exit(plan.exit_code)

    def reconcile(
        self,
        *,
        mend: Mend = False,
        as_json: AsJson = False,
        quiet: Quiet = False,
        given: Given,
    ) -> None:
        """Find leads that do not lie as their scores say: wrong tier, missing, other scores.

        Looks at all contacts by an export of each list, which takes a few calls however many
        there are. Reports leads that are dialled from both lists or from none, contacts that one
        list lacks, scores in the wrong tier (after a changed threshold, say), and scores that
        differ from what was delivered. Changes nothing without --mend.

        Exit codes: 0 all is well, or is now; 1 something is wrong, or could not be mended; 2
        usage or settings; 3 refused by the platform; 4 interrupted.
        """
        with ending_with_an_exit_code() as interrupts:
            settings = given.load(CONTACTS)

            async def work(app: App) -> ReconcileSummary:
                with self._progress("reconcile", quiet) as progress:
                    return await app.reconcile(mend=mend, progress=progress)

            summary = run(self._make_app, settings, work, interrupts)
            _show(
                reconciliations.summary_of(summary),
                report_json(summary) if as_json else None,
                quiet=quiet and not summary.exit_code,
            )
            raise typer.Exit(summary.exit_code)

    def status(self, *, as_json: AsJson = False, given: Given) -> None:
        """Show what waits in the outbox, what is parked, and why."""
        with ending_with_an_exit_code() as interrupts:
            settings = given.load()

            async def work(app: App) -> OutboxStatus:
                return app.status()

            status = run(self._make_app, settings, work, interrupts)
            _show(
                summaries.status_summary(status, str(settings.outbox)),
                summaries.status_json(status) if as_json else None,
            )

    def retry(
        self,
        lead: Annotated[
            str | None, typer.Argument(help="The lead whose score is tried again.")
        ] = None,
        *,
        reason: Annotated[
            str | None,
            typer.Option(help="All scores parked for this reason, as leadscore status shows it."),
        ] = None,
        everything: Annotated[
            bool, typer.Option("--all", help="All scores that are parked or put off.")
        ] = False,
        as_json: AsJson = False,
        given: Given,
    ) -> None:
        """Make parked and put-off scores due again; the next push or push --resume tries them."""
        with ending_with_an_exit_code() as interrupts:
            if (lead is not None) + (reason is not None) + everything != 1:
                raise typer.BadParameter("name one of LEAD, --reason CODE and --all")
            settings = given.load()

            async def work(app: App) -> int:
                return app.retry(lead_id=lead, reason=reason)

            count = run(self._make_app, settings, work, interrupts)
            are = "1 score is" if count == 1 else f"{count:,} scores are"
            _show(
                Text(f"{are} due again; leadscore push --resume delivers them"),
                {"due_again": count} if as_json else None,
            )

    def history(
        self,
        lead: Annotated[str, typer.Argument(help="The lead.")],
        *,
        as_json: AsJson = False,
        given: Given,
    ) -> None:
        """Show every score that was written for LEAD: when, by which run, and what it replaced."""
        with ending_with_an_exit_code() as interrupts:
            settings = given.load()

            async def work(app: App) -> list[LedgerRecord]:
                return app.history(lead.strip())

            records = run(self._make_app, settings, work, interrupts)
            if records or as_json:
                document = {"lead_id": lead.strip(), "history": summaries.history_json(records)}
                _show(summaries.history_table(records), document if as_json else None)
            else:
                note(f"nothing is on record for lead {lead.strip()} in {settings.outbox}")

    async def _push(
        self,
        app: App,
        rows: sources.Source[sources.SourceRow],
        kept: VerdictFile,
        problems: summaries.ProblemRows,
        *,
        quiet: bool,
        trusted: bool,
    ) -> RunSummary:
        with self._progress(rows.name, quiet) as progress:
            try:
                summary = await app.push(rows, name=rows.name, trusted=trusted, progress=progress)
            except sources.SourceError:
                note("rows before the fault are accepted; leadscore push --resume delivers them")
                raise
        if rows.ignored and not quiet:
            note(f"{rows.name}: ignored, for they mean nothing here: {', '.join(rows.ignored)}")
        assert summary.run_id is not None
        if kept.wanted:
            kept.write(problems.watched(app.verdicts(summary.run_id)))
        elif summary.exit_code:
            problems.find(app.verdicts(summary.run_id))
        return summary

    async def _resume(self, app: App, quiet: bool) -> RunSummary:  # noqa: FBT001 - passed through
        with self._progress("earlier runs", quiet) as progress:
            return await app.resume(progress=progress)

    def _progress(self, name: str, quiet: bool) -> ProgressSink:  # noqa: FBT001 - passed through
        return progress_display(name, self._clock, quiet=quiet)


def _stdin(interrupts: Interrupts) -> ByteStream | None:
    """Standard input that a signal can end; None where there is none."""
    return None if sys.stdin is None else interrupts.input(cast("ByteStream", sys.stdin.buffer))


def _chosen(file_format: FileFormat | None) -> sources.Format | None:
    return None if file_format is None else file_format.value


def _show(
    table: RenderableType,
    document: Any = None,
    *,
    quiet: bool = False,
    to_stderr: bool = False,
) -> None:
    """A result: the document as JSON where there is one, else the table."""
    if document is not None:
        (note if to_stderr else result)(json.dumps(document))
    elif not quiet:
        show(table, to_stderr=to_stderr)
