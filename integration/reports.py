# SPDX-License-Identifier: Apache-2.0
"""What a command tells when it is done: counts, verdicts, and what they mean as exit code.

These are the words of the product: the same names stand in the summary a person reads, in its
JSON form, and in the documentation. They are kept stable; scripts read them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final, Protocol

from integration.outbox import ArrivalRecord
from integration.platform.errors import PlatformError, RateLimited, Unreachable
from integration.scores import Rejected, format_instant


class ExitCode(IntEnum):
    """How a command ended, for scripts and schedulers."""

    FINE = 0
    """Every row is delivered, or beaten by a newer score, or a repetition."""
    ROWS_LEFT = 1
    """Some rows are rejected, in conflict, unknown to the platform, or still waiting."""
    USAGE = 2
    """The command line, the configuration or the file cannot be used."""
    REFUSED = 3
    """The platform refused the credentials, a permission or the work as a whole; beats 1."""
    INTERRUPTED = 4
    """A signal ended the run; what was accepted is kept."""
    DEFECT = 70
    """A fault of this program; the number is the customary one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands: rows accepted, scores done of a total, calls of the budget's window."""

    accepted: int = 0
    done: int = 0
    total: int | None = None
    budget_used: int = 0
    budget_allowed: int = 0
    waiting_reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """So many scores are held because they look broken, and why."""

    scores: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What became of a push: counts are rows, times are seconds.

    Attributes:
        run_id: the number of the run; None for the delivery of what earlier runs left.
        source: what was read.
        rows: all rows of the source.
        accepted: rows that are scores.
        delivered: rows whose score is on the platform now.
        unchanged: delivered rows whose score had the same value before.
        superseded: rows that a newer score had beaten.
        duplicates: rows that were there already.
        conflicts: rows that lost against another score for the same instant, or whose base
            was not the stored one.
        rejected: rows that are no scores.
        unknown: rows of leads that are not on the list.
        waiting: rows that are not delivered yet.
        held: scores that wait because they look broken.
        held_because: what about them, in words.
        calls: requests made.
        calls_saved: requests fewer than one read and one write for each score.
        waits: how often the budget made the run wait.
        waited_seconds: how long, in all.
        episodes_429: how often the platform refused a call because of its limits.
        previous_logged: previous values on record.
        audit: where they come from: ``read`` (the platform) or ``ledger``.
        tier_moves: leads that are dialled from the other tier's list now.
        recalls_waited_for: leads that stay in their tier until a pending recall, or the call
            under way, is over.
        seconds: duration of the run.
        interrupted: whether a signal ended it.
        stopped: the refusal that ended it; None where nothing did.
    """

    run_id: int | None
    source: str
    rows: int
    accepted: int
    delivered: int
    unchanged: int
    superseded: int
    duplicates: int
    conflicts: int
    rejected: int
    unknown: int
    waiting: int
    calls: int
    calls_saved: int
    waits: int
    waited_seconds: float
    episodes_429: int
    previous_logged: int
    audit: str
    seconds: float
    held: int = 0
    held_because: str = ""
    tier_moves: int = 0
    recalls_waited_for: int = 0
    interrupted: bool = False
    stopped: PlatformError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """The verdicts of all rows as one number."""
        left = self.rejected or self.conflicts or self.unknown or self.waiting
        return _exit_code(self.stopped, interrupted=self.interrupted, left=bool(left))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSummary:
    """What became of a load of contacts: counts are rows, ``seconds`` its duration.

    Attributes:
        rows: all rows of the source.
        created: contacts that are new on the list.
        changed: contacts of which at least one column changed.
        unchanged: contacts that were there as they are.
        rejected: rows that are no contacts, with their problems.
        refused: leads that the platform refused, with its reasons.
        calls: requests made.
        interrupted: whether a signal ended it.
        stopped: the refusal that ended it; None where nothing did.
    """

    rows: int
    created: int
    changed: int
    unchanged: int
    rejected: tuple[tuple[int, Rejected], ...]
    refused: tuple[tuple[str, str], ...]
    calls: int
    seconds: float
    interrupted: bool = False
    stopped: PlatformError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """As for a push: rows that were not loaded make it 1."""
        left = bool(self.rejected or self.refused)
        return _exit_code(self.stopped, interrupted=self.interrupted, left=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push would take; nothing has been changed.

    Attributes:
        rows: all rows of the source.
        accepted: rows that are scores.
        rejected: rows that are none.
        leads: different leads among them.
        calls: requests that will be made if every lead is on the list.
        reads: those that read previous values.
        writes: those that write scores.
        allowed: calls that the platform allows in a minute.
        seconds: how long that takes at the least.
        limit_problem: why the platform could not be asked for its limit; blank if it was.
    """

    rows: int
    accepted: int
    rejected: int
    leads: int
    calls: int
    reads: int
    writes: int
    allowed: int
    seconds: float
    limit_problem: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """1 where the push would end with rejected rows."""
        return ExitCode.ROWS_LEFT if self.rejected else ExitCode.FINE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileSummary:
    """What a reconciliation found, and what it mended: counts are leads.

    Attributes:
        leads: all leads on the lists.
        found: those with which something is wrong.
        kinds: how many each kind of finding concerns; a lead may be among several.
        mend: whether it was to mend what it found.
        mended: findings that are put right.
        right_by_now: findings that somebody else had put right by then.
        left: findings that are not, by reason.
        tier_moves: leads that are dialled from the other tier's list now.
        calls: requests made.
        seconds: duration of the run.
        examples: some leads and the kinds of their findings.
        interrupted: whether a signal ended it.
        stopped: the refusal that ended it; None where nothing did.
    """

    leads: int
    found: int
    kinds: Mapping[str, int]
    mend: bool
    mended: int
    right_by_now: int
    left: Mapping[str, int]
    tier_moves: int
    calls: int
    seconds: float
    examples: tuple[tuple[str, tuple[str, ...]], ...]
    interrupted: bool = False
    stopped: PlatformError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """1 where something is wrong, or was and could not be mended."""
        left = bool(self.left if self.mend else self.found)
        return _exit_code(self.stopped, interrupted=self.interrupted, left=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSummary:
    """What a sweep found, and what it marked.

    Attributes:
        mark: whether it was to mark what it found.
        found: contacts whose score is stale and was not 0.
        marked: those whose score is 0 now.
        delivered_again: scores that had arrived meanwhile, and were marked too.
        left: such scores that could not be delivered again.
        backups: files with the contacts as they were before.
        problems: what went wrong with a job or a backup, in sentences.
        calls: requests made.
        seconds: duration of the run.
        interrupted: whether a signal ended it.
        stopped: the refusal that ended it; None where nothing did.
    """

    mark: bool
    found: int
    marked: int
    delivered_again: int
    left: int
    backups: tuple[str, ...]
    problems: tuple[str, ...]
    calls: int
    seconds: float
    interrupted: bool = False
    stopped: PlatformError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """1 where something is left to do."""
        left = bool(self.problems or self.left)
        return _exit_code(self.stopped, interrupted=self.interrupted, left=left)


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One input row and what became of it.

    ``previous`` and ``new`` are scores, ``previous_at`` and ``new_at`` the instants they were
    calculated at; None where not known. ``reason`` is a code and ``message`` a sentence; None where
    a score was delivered, or waits for its turn.
    """

    row: int
    lead_id: str
    verdict: str
    reason: str | None
    message: str | None
    previous: int | None
    previous_at: str | None
    new: int | None
    new_at: str | None

    @classmethod
    def of(cls, record: ArrivalRecord) -> VerdictRow:
        """What the outbox has on record."""
        at, previous_at = record.at, record.previous_at
        return cls(
            row=record.row,
            lead_id=record.lead_id,
            verdict=record.verdict,
            reason=record.reason,
            message=record.message,
            previous=record.previous,
            previous_at=None if previous_at is None else format_instant(previous_at),
            new=record.score,
            new_at=None if at is None else format_instant(at),
        )


VERDICT_KEYS: Final = tuple(field.name for field in fields(VerdictRow))


class TextSink(Protocol):
    """Somewhere to write text."""

    def write(self, text: str, /) -> object:
        """Take ``text``."""
        ...


def write_verdicts(rows: Iterable[VerdictRow], out: TextSink) -> int:
    """Write one JSON line for each of ``rows``, in their order; how many there were.

    Raises:
        OSError: ``out`` takes no more.
    """
    count = 0
    for row in rows:
        out.write(json.dumps({key: getattr(row, key) for key in VERDICT_KEYS}) + "\n")
        count += 1
    return count


def as_json(
    report: RunSummary | LoadSummary | Plan | ReconcileSummary | SweepSummary,
) -> dict[str, Any]:
    """A report with its exit code, as a JSON document of stable keys."""
    document = {field.name: getattr(report, field.name) for field in fields(report)}
    for name, value in document.items():
        if isinstance(value, float):  # seconds
            document[name] = round(value, 3)
    if isinstance(report, LoadSummary):
        document["rejected"] = [
            {"row": row, "lead_id": one.lead_id, "reason": one.reason, "message": one.message}
            for row, one in report.rejected
        ]
        document["refused"] = [
            {"lead_id": lead, "message": message} for lead, message in report.refused
        ]
    if isinstance(report, ReconcileSummary):
        document["examples"] = [
            {"lead_id": lead, "kinds": list(kinds)} for lead, kinds in report.examples
        ]
    if "stopped" in document:
        document["stopped"] = None if document["stopped"] is None else str(document["stopped"])
    document["exit_code"] = int(report.exit_code)
    return document


def _exit_code(stopped: PlatformError | None, *, interrupted: bool, left: bool) -> ExitCode:
    passes_with_time = isinstance(stopped, Unreachable | RateLimited)
    if stopped is not None and not passes_with_time:
        return ExitCode.REFUSED
    if interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.ROWS_LEFT if left or passes_with_time else ExitCode.FINE
