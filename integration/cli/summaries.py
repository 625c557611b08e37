# SPDX-License-Identifier: Apache-2.0
"""How reports look to a person: one short table each, and the rows that need attention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from integration.cli.console import printable
from integration.outbox import HELD, UNJUDGED, LedgerRecord, OutboxStatus
from integration.reports import LoadSummary, Plan, RunSummary, VerdictRow
from integration.scores import format_instant

MOST_PROBLEMS: Final = 10
_FINE: Final = frozenset({"delivered", "duplicate", "superseded"})

_WAY_OUT: Final[Mapping[str, str]] = {
    HELD: "look broken; leadscore release lets them go on, with --drop rejects them",
    UNJUDGED: "of a run that broke off; leadscore push --resume judges them",
}
"""What to do about parked scores, where trying again is not it."""

Line = tuple[str, int | str, str]


def run_summary(run: RunSummary) -> RenderableType:
    """What became of a push."""
    read = "read from the platform" if run.audit == "read" else "taken from the ledger"
    refusals = f"; {count_of(run.episodes_429, 'refusal')} for too many calls"
    lines: list[Line] = [
        ("accepted", run.accepted, ""),
        ("delivered", run.delivered, _if(run.unchanged, "with an unchanged value")),
        ("superseded", run.superseded, "a newer score had arrived before"),
        ("duplicates", run.duplicates, "were there already"),
        ("conflicts", run.conflicts, "another score for the same time, or another base"),
        ("rejected", run.rejected, "are no scores"),
        ("unknown leads", run.unknown, "are not on the contact list"),
        ("waiting", run.waiting - run.held, "leadscore push --resume delivers them"),
        *_held(run),
        *_moves(run),
        ("calls", run.calls, f"{run.calls_saved:,} saved against one read and write per score"),
        ("waits", run.waits, f"{run.waited_seconds:,.1f} s in all{refusals}"),
        ("previous values", run.previous_logged, f"on record, {read}"),
    ]
    rate = f", {run.delivered / run.seconds:,.0f} delivered per second" if run.seconds > 0 else ""
    title = f"{run.source}: {count_of(run.rows, 'row')} in {run.seconds:,.1f} s{rate}"
    ending = ending_of(run.interrupted, run.stopped)
    if run.held_because:
        ending.append(f"Held, for they look broken: {run.held_because}")
    return report(title, lines, ending)


def _held(run: RunSummary) -> list[Line]:
    """Scores that look broken; nothing is said where none does."""
    way = "leadscore release lets them go on, leadscore release --drop rejects them"
    return [("held", run.held, way)] if run.held else []


def _moves(run: RunSummary) -> list[Line]:
    """Leads that changed tier, or were to; nothing is said where none was."""
    lines: list[Line] = [
        ("tier moves", run.tier_moves, "leads are dialled from the other list now"),
        ("recalls", run.recalls_waited_for, "leads change tier when a pending recall is over"),
    ]
    return [line for line in lines if line[1]]


def load_summary(load: LoadSummary, source: str) -> RenderableType:
    """What became of a load."""
    lines: list[Line] = [
        ("created", load.created, "are new on the contact list"),
        ("changed", load.changed, ""),
        ("unchanged", load.unchanged, ""),
        ("rejected", len(load.rejected), "are no contacts"),
        ("refused", len(load.refused), "by the platform"),
        ("calls", load.calls, ""),
    ]
    title = f"{source}: {count_of(load.rows, 'contact')} in {load.seconds:,.1f} s"
    return report(title, lines, ending_of(load.interrupted, load.stopped))


def plan_summary(plan: Plan, source: str) -> RenderableType:
    """What a push would take."""
    lines: list[Line] = [
        ("accepted", plan.accepted, f"scores of {count_of(plan.leads, 'lead')}"),
        ("rejected", plan.rejected, "are no scores"),
        ("calls", plan.calls, f"{plan.reads:,} to read, {plan.writes:,} to write"),
        ("seconds", round(plan.seconds), f"at {plan.allowed:,} calls per minute, at the least"),
    ]
    ending = ["Nothing was changed."]
    if plan.limit_problem:
        ending.append(f"The platform could not be asked for its limit: {plan.limit_problem}")
    return report(f"{source}: {count_of(plan.rows, 'row')}", lines, ending)


def status_summary(status: OutboxStatus, path: str) -> RenderableType:
    """What the outbox holds."""
    lines: list[Line] = [
        ("ready", status.ready, _since(status.oldest) if status.ready else ""),
        ("put off", status.put_off, _next(status.next_attempt)),
        ("being delivered", status.claimed, ""),
        *(
            (
                f"parked: {printable(reason)}",
                count,
                _WAY_OUT.get(reason, "leadscore retry makes them due again"),
            )
            for reason, count in status.parked.items()
        ),
    ]
    alike: dict[str, list[str]] = {}
    for lead, reason, message in status.examples:
        told = f"{reason or 'put off'}{f': {message}' if message else ''}"
        alike.setdefault(told, []).append(lead)
    ending = [f"{_leads(leads)}: {told}" for told, leads in alike.items()]
    return report(f"outbox {path}", lines, ending)


def history_table(records: Sequence[LedgerRecord]) -> RenderableType:
    """Every write for a lead, the oldest score first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("calculated at", "score", "before", "recorded at", "outcome", "run", "model"):
        table.add_column(name, justify="right" if name in {"score", "before", "run"} else "left")
    for one in records:
        table.add_row(
            format_instant(one.at),
            str(one.score),
            "-" if one.previous is None else str(one.previous),
            format_instant(one.recorded),
            Text(printable(one.outcome)),
            str(one.run),
            Text(printable(one.model_version)),
        )
    return table


class ProblemRows:
    """The first rows of a run that need attention, for those who do not read verdict files.

    Args:
        listed: where every row is listed; None where nowhere.
    """

    def __init__(self, listed: str | None = None) -> None:
        self._listed = listed
        self._shown: list[VerdictRow] = []
        self._waiting_for: set[str | None] = {None, ""}

    def watched(self, rows: Iterable[VerdictRow]) -> Iterator[VerdictRow]:
        """``rows``, one by one; some are kept."""
        for row in rows:
            if len(self._shown) < MOST_PROBLEMS and self._is_news(row):
                self._shown.append(row)
            yield row

    def _is_news(self, row: VerdictRow) -> bool:
        """Rows that wait do so for the same few reasons, each of which is told once."""
        if row.verdict == "waiting":
            known = row.message in self._waiting_for
            self._waiting_for.add(row.message)
            return not known
        return row.verdict not in _FINE

    def find(self, rows: Iterable[VerdictRow]) -> None:
        """Look through ``rows`` for as long as needed."""
        for _ in self.watched(rows):
            if len(self._shown) == MOST_PROBLEMS:
                return

    def lines(self, run: RunSummary) -> Iterator[str]:
        """One sentence for each row that is kept, and one for the rest."""
        # What stopped the run is told with the summary, and not again for each row that waits.
        shown = [row for row in self._shown if not (run.stopped and row.verdict == "waiting")]
        for row in shown:
            lead = f" (lead {row.lead_id})" if row.lead_id else ""
            what = row.verdict + (
                f", {row.reason}" if row.reason not in {None, row.verdict} else ""
            )
            said = f": {row.message}" if row.message else ""
            yield f"{run.source} row {row.row}{lead}: {what}{said}"
        count = run.rejected + run.conflicts + run.unknown + run.waiting
        if shown and count > len(shown):
            where = f"{self._listed} lists" if self._listed else "--verdicts FILE lists"
            yield f"and {count_of(count - len(shown), 'more row')}; {where} every row"


def load_problems(load: LoadSummary, source: str) -> Iterator[str]:
    """One sentence for each of the first contacts that were not loaded, one for the rest."""
    for row, problem in load.rejected[:MOST_PROBLEMS]:
        lead = f" (lead {problem.lead_id})" if problem.lead_id else ""
        yield f"{source} row {row}{lead}: {problem.reason}: {problem.message}"
    for lead_id, reason in load.refused[:MOST_PROBLEMS]:
        yield f"{source} lead {lead_id}: {reason}"
    more = sum(max(0, len(one) - MOST_PROBLEMS) for one in (load.rejected, load.refused))
    if more:
        yield f"and {count_of(more, 'more contact')}; --json lists every one"


def status_json(status: OutboxStatus) -> dict[str, Any]:
    """The outbox's status as a JSON document."""
    document = asdict(status)
    for name in ("oldest", "next_attempt"):
        document[name] = _instant(document[name])
    document["examples"] = [
        {"lead_id": lead, "reason": reason, "message": message}
        for lead, reason, message in status.examples
    ]
    return document


def history_json(records: Iterable[LedgerRecord]) -> list[dict[str, Any]]:
    """A lead's history as a JSON document."""
    document = []
    for one in records:
        entry = asdict(one)
        for name in ("at", "previous_at", "recorded", "settled"):
            entry[name] = _instant(entry[name])
        document.append(entry)
    return document


def report(title: str, lines: Iterable[Line], ending: Iterable[str]) -> RenderableType:
    """A title, lines of name, number and remark, and sentences."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for name, number, remark in lines:
        shown = f"{number:,}" if isinstance(number, int) else number
        table.add_row(f"  {name}", shown, Text(remark if number else ""))
    return Group(
        Text(printable(title), style="bold"), table, *(Text(printable(one)) for one in ending)
    )


def ending_of(interrupted: bool, stopped: object) -> list[str]:  # noqa: FBT001 - one of two reasons
    """What ended a run before its time, in sentences."""
    ending = []
    if interrupted:
        ending.append("Interrupted: what was accepted is kept.")
    if stopped is not None:
        ending.append(f"Stopped: {stopped}")
    return ending


def count_of(number: int, noun: str) -> str:
    """``1,000 leads``, ``1 lead``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _leads(leads: Sequence[str]) -> str:
    others = f" and {len(leads) - 1} more like it" if len(leads) > 1 else ""
    return f"lead {leads[0]}{others}"


def _if(number: int, remark: str) -> str:
    return f"{number:,} {remark}" if number else ""


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def _since(at: int | None) -> str:
    return "" if at is None else f"since {format_instant(at)}"


def _next(at: int | None) -> str:
    return "" if at is None else f"next attempt at {format_instant(at)}"
