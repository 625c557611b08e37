# SPDX-License-Identifier: Apache-2.0
"""The figures of a report: pure numbers, from what was dialled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from integration.policy import ScoringPolicy
from integration.reporting.api_calls import Budget
from integration.reporting.dialled import Dialled, Record
from integration.reporting.faults import SENIOR, Fault, Wrong, faults_of, is_senior
from integration.reporting.order import DialOrder, dial_order
from integration.reporting.value import ValueReached, value_reached

NO_QUEUE: Final = "(no queue)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The figures that matter, all counts; None for what the data does not tell.

    Attributes:
        calls: calls made.
        leads: leads called.
        first_attempts: first calls to a lead.
        order_exceptions: first attempts made while a better lead could have been called.
        stale_dialled: calls on a score that had lost its say.
        redials: further calls to leads that had been called.
        recalls: those of them that an attempt limit asked for.
        senior_calls: calls in the queues of the senior agents.
        senior_low: those of them to leads whose effective score is not above the threshold.
        late_scores: first attempts whose score was calculated after a worse lead had been called.
        overtaken_most: calls to worse leads that a lead had to wait for, once its score could
            have taken it to the front, at the most; the dialer had fetched these before.
        skipped: refusals of pre-call rules.
        unscored: calls to leads without a score, or whose score at that moment is not known.
    """

    calls: int
    leads: int
    first_attempts: int
    order_exceptions: int | None
    stale_dialled: int
    redials: int | None
    recalls: int | None
    senior_calls: int | None
    senior_low: int | None
    late_scores: int
    overtaken_most: int | None
    skipped: int | None
    unscored: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What one queue got: calls, their stored scores, and how many agents took them."""

    queue: str
    calls: int
    least: float | None
    middle: float | None
    most: float | None
    agents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a report tells.

    Attributes:
        source: what it is made from.
        live: whether that was read from the platform.
        made_at: when, in ms since 1970.
        first: the first call or refusal, in ms since 1970; None where there was none.
        last: the last one.
        policy: thresholds and maximum age.
        exact: whether order exceptions leave out leads that improved too late to be dialled.
        leads: all leads on the lists; None where only the dialled ones are known.
        headline: the figures that matter.
        value: value over calls.
        order: dial order against ideal order.
        faults: calls that should not have been made, in order.
        queues: by queue, the one with the most calls first.
        budget: the call budget over time.
        left_out: what is left out, and why, in sentences.
    """

    source: str
    live: bool
    made_at: int
    first: int | None
    last: int | None
    policy: ScoringPolicy
    exact: bool
    leads: int | None
    headline: Headline
    value: ValueReached | None
    order: DialOrder
    faults: tuple[Fault, ...]
    queues: tuple[QueueRow, ...]
    budget: Budget | None
    left_out: tuple[str, ...]


def make_report(
    record: Record,
    policy: ScoringPolicy,
    made_at: int,
    *,
    successes: Collection[str] = (),
    file_order: Iterable[str] | None = None,
    budget: Budget | None = None,
    senior: str = SENIOR,
) -> Report:
    """The figures of ``record``.

    Args:
        record: what was dialled.
        policy: thresholds and maximum age.
        made_at: now, in ms since 1970.
        successes: outcomes and wrap-up codes that are successes.
        file_order: leads in the order of the file they came in.
        budget: the call budget over time.
        senior: what the names of the senior agents' queues contain, in any letter case.
    """
    calls = record.calls
    order = dial_order(_judged(record), policy)
    value = value_reached(calls, successes, file_order)
    faults = faults_of(record, policy, senior)
    headline = _headline(record, calls, order, faults, senior)
    left_out = [*record.left_out]
    if headline.senior_calls is None:
        left_out.append(
            f'Calls of senior agents: no queue has "{senior}" in its name; '
            "--senior-queue says which ones are theirs."
        )
    if value is None:
        what = "was a success" if successes else "went to a lead with a known score"
        left_out.append(f"Value over calls: none of the calls {what}.")
    elif file_order is None:
        left_out.append("File order: no file was given; --leads takes the one the leads came in.")
    if budget is None:
        left_out.append(
            "Call budget over time: no log of API calls was given; --calls takes one. "
            "The platform itself keeps none that could be read afterwards."
        )
    return Report(
        source=record.source,
        live=record.live,
        made_at=made_at,
        first=record.lines[0].at if record.lines else None,
        last=record.lines[-1].at if record.lines else None,
        policy=policy,
        exact=record.exact,
        leads=record.leads,
        headline=headline,
        value=value,
        order=order,
        faults=faults,
        queues=_queues(calls),
        budget=budget,
        left_out=tuple(left_out),
    )


def _judged(record: Record) -> Sequence[Dialled]:
    """Lines of which it is known on what score they were made; in a log, None means none."""
    return [one for one in record.lines if not record.live or one.score is not None]


def _headline(
    record: Record,
    calls: Sequence[Dialled],
    order: DialOrder,
    faults: Sequence[Fault],
    senior: str,
) -> Headline:
    firsts = [one for one in calls if one.attempt <= 1]
    seniors = sum(is_senior(one, senior) for one in calls)
    redials = [one for one in calls if one.attempt > 1]

    def wrong(what: Wrong) -> int:
        return sum(what in one.wrong for one in faults)

    return Headline(
        calls=len(calls),
        leads=len({one.lead for one in calls}),
        first_attempts=len(firsts),
        order_exceptions=None if record.live else wrong("passed_over"),
        stale_dialled=wrong("stale"),
        redials=None if record.live else len(redials),
        recalls=None if record.live else sum(one.recall for one in redials),
        senior_calls=seniors or None,
        senior_low=wrong("senior_low") if seniors else None,
        late_scores=order.marked("late"),
        overtaken_most=max(
            (one.overtaken for one in calls if one.overtaken is not None), default=None
        ),
        skipped=None if record.live else sum(one.kind == "skip" for one in record.lines),
        unscored=sum(one.score is None for one in calls),
    )


def _queues(calls: Iterable[Dialled]) -> tuple[QueueRow, ...]:
    by_queue: defaultdict[str, list[Dialled]] = defaultdict(list)
    for one in calls:
        by_queue[one.queue or NO_QUEUE].append(one)
    rows = []
    for queue, found in by_queue.items():
        scores = [one.score for one in found if one.score is not None]
        least, most = (min(scores), max(scores)) if scores else (None, None)
        agents = len({one.agent for one in found} - {""})
        middle = median(scores) if scores else None
        rows.append(QueueRow(queue, len(found), least, middle, most, agents or None))
    return tuple(sorted(rows, key=lambda row: (-row.calls, row.queue)))
