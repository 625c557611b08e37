# SPDX-License-Identifier: Apache-2.0
"""Adds up what became of a push: verdicts, calls, waits, and how it ended."""

from __future__ import annotations

from integration.connection import Connection
from integration.delivery import DeliveryReport
from integration.order import Verdict
from integration.outbox import RunCounts
from integration.reports import Held, RunSummary


def summary_of(
    run: int | None,
    source: str,
    counts: RunCounts,
    report: DeliveryReport,
    connection: Connection,
    *,
    held: Held,
    audit: str,
    seconds: float,
    ended_by: str,
) -> RunSummary:
    """The summary of a run.

    Args:
        run: its number; None for what earlier runs had left.
        source: where its rows came from.
        counts: its rows by verdict.
        report: how the delivery ended.
        connection: what it called the platform with.
        held: scores that wait because they look broken.
        audit: where previous values came from.
        seconds: its duration.
        ended_by: ``stop`` where somebody has asked it to end, ``cut`` where rows were left
            unread for that; else blank.
    """
    budget = connection.budget.status()
    verdicts, calls = counts.verdicts, connection.client.calls.made
    accepted = counts.rows - verdicts.get(Verdict.REJECTED, 0)
    waiting = verdicts.get(Verdict.WAITING, 0)
    return RunSummary(
        run_id=run,
        source=source,
        rows=counts.rows,
        accepted=accepted,
        delivered=verdicts.get(Verdict.DELIVERED, 0),
        unchanged=counts.unchanged,
        superseded=verdicts.get(Verdict.SUPERSEDED, 0),
        duplicates=verdicts.get(Verdict.DUPLICATE, 0),
        conflicts=verdicts.get(Verdict.CONFLICT, 0),
        rejected=verdicts.get(Verdict.REJECTED, 0),
        unknown=verdicts.get(Verdict.UNKNOWN_LEAD, 0),
        waiting=waiting,
        held=held.scores,
        held_because=held.reason,
        calls=calls,
        # against one read and one write for each score, the only other audited way
        calls_saved=max(0, 2 * accepted - calls),
        waits=budget.waits,
        waited_seconds=budget.waited,
        episodes_429=budget.episodes,
        previous_logged=counts.previous_logged,
        audit=audit,
        tier_moves=connection.moves.made,
        recalls_waited_for=connection.moves.waiting,
        seconds=seconds,
        # A signal that came too late to keep anything from being done has ended nothing.
        interrupted=ended_by == "cut" or (ended_by == "stop" and waiting > 0),
        stopped=report.stopped,
    )
