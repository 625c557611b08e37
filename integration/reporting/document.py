# SPDX-License-Identifier: Apache-2.0
"""A report as one JSON document of stable keys, for scripts and other reports.

Times are RFC 3339 in UTC, shares are from 0 to 1, what is not known is null.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from integration.reporting.api_calls import Budget
from integration.reporting.faults import Fault
from integration.reporting.figures import Report
from integration.reporting.order import DialOrder
from integration.reporting.value import ValuePoint, ValueReached
from integration.scores import format_instant

_DIGITS = 6


def as_json(report: Report) -> dict[str, Any]:
    """``report`` as a JSON document."""
    return {
        "source": report.source,
        "live": report.live,
        "made_at": format_instant(report.made_at),
        "from": None if report.first is None else format_instant(report.first),
        "until": None if report.last is None else format_instant(report.last),
        "senior_above": report.policy.senior_above,
        "max_age_minutes": int(report.policy.max_age.total_seconds() // 60),
        "leads": report.leads,
        "headline": asdict(report.headline),
        "value": None if report.value is None else _value(report.value),
        "order": _order(report.order),
        "faults": [_fault(one) for one in report.faults],
        "queues": [asdict(row) for row in report.queues],
        "budget": None if report.budget is None else _budget(report.budget),
        "left_out": list(report.left_out),
    }


def _value(value: ValueReached) -> dict[str, Any]:
    return {
        "counts": value.kind,
        "total": value.total,
        "calls": value.calls,
        "not_in_file": value.not_in_file,
        "after": {str(share): _point(point) for share, point in value.after.items()},
        "curve": [_point(point) for point in value.points],
    }


def _point(point: ValuePoint) -> dict[str, Any]:
    return {
        "calls": point.calls,
        "dialled": round(point.dialled, _DIGITS),
        "random": round(point.random, _DIGITS),
        "file": None if point.file is None else round(point.file, _DIGITS),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    call = fault.call
    return {
        "at": format_instant(call.at),
        "lead": call.lead,
        "campaign": call.campaign,
        "queue": call.queue,
        "agent": call.agent,
        "attempt": call.attempt,
        "score": call.score,
        "age_seconds": call.age,
        "wrong": list(fault.wrong),
    }


def _budget(budget: Budget) -> dict[str, Any]:
    bars = [{**asdict(bar), "at": format_instant(bar.at)} for bar in budget.bars]
    return {**asdict(budget), "bars": bars}


def _order(order: DialOrder) -> dict[str, Any]:
    marked = [one for one in order.places if one.mark]
    return {
        "first_attempts": len(order.places),
        "near": order.near,
        "tolerance": order.tolerance,
        "median_distance": order.median_distance,
        "marked": [asdict(one) for one in (*marked, *order.skipped)],
    }
