# SPDX-License-Identifier: Apache-2.0
"""The analytics of rate limits: which calls were refused with 429, over time.

Source: AnalyticsApi of the official SDK 269; platform reference, section 10.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.errors import bad_field
from simulator.fields import Anything, ListOf, Object, Reader, Text, read_object
from simulator.http import Call, Operation
from simulator.instants import from_wire, to_wire
from simulator.limits import Refused

METRIC = "oRateLimitRecorded"
DIMENSIONS = ("entityId", "limitName", "max", "namespace", "timeUnit", "userId", "correlationId")
MOST_INTERVALS = 10_000
NEVER = datetime.min.replace(tzinfo=UTC)

PREDICATE: Mapping[str, Reader] = {
    "type": Text(),
    "dimension": Text(required=True, choices=DIMENSIONS),
    "operator": Text(choices=("matches", "exists", "notExists")),
    "value": Text(),
}
CLAUSE: Mapping[str, Reader] = {
    "type": Text(required=True, choices=("and", "or")),
    "predicates": ListOf(Object(PREDICATE), required=True),
}
FIELDS: Mapping[str, Reader] = {
    "interval": Text(required=True),
    "granularity": Text(),
    "groupBy": ListOf(Text(choices=DIMENSIONS)),
    "metrics": ListOf(Text(choices=(METRIC,)), required=True),
    "filter": Object(
        {**CLAUSE, "predicates": ListOf(Object(PREDICATE)), "clauses": ListOf(Object(CLAUSE))}
    ),
    "views": Anything(),
}
_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def post_query(call: Call) -> dict[str, Any]:
    """How many calls were refused, per group and interval; groups without one are left out."""
    sent = read_object(call.body, FIELDS)
    start, end = _interval(sent["interval"])
    step = _step(sent.get("granularity"), start, end)
    counts: dict[tuple[tuple[str, str], ...], Counter[int]] = {}
    for at, dimensions in _refused(call):
        if start <= at < end and _passes(dimensions, sent.get("filter")):
            wanted = sent.get("groupBy", ())
            group = tuple((name, dimensions[name]) for name in wanted if name in dimensions)
            counts.setdefault(group, Counter())[(at - start) // step] += 1
    return {
        "results": [
            {
                "group": dict(group),
                "data": [_data(start, end, step, place, row[place]) for place in sorted(row)],
            }
            for group, row in sorted(counts.items())
        ]
    }


def _refused(call: Call) -> Iterator[tuple[datetime, dict[str, str]]]:
    organisation = call.organisation
    now, monotonic = organisation.now(), organisation.clock.monotonic()
    for refused in organisation.limits.refusals:
        yield now - timedelta(seconds=monotonic - refused.at), _dimensions(refused)


def _dimensions(refused: Refused) -> dict[str, str]:
    return {
        "entityId": refused.client_id,
        "limitName": refused.limit.key,
        "max": str(refused.limit.allowed),
        "namespace": refused.limit.namespace,
        "timeUnit": "minute" if refused.limit.seconds == 60 else "second",
        "correlationId": refused.correlation_id,
    }


def _data(
    start: datetime, end: datetime, step: timedelta, place: int, count: int
) -> dict[str, Any]:
    begins = start + place * step
    ends = min(begins + step, end)
    return {
        "interval": f"{to_wire(begins)}/{to_wire(ends)}",
        "metrics": [{"metric": METRIC, "stats": {"count": count}}],
    }


def _passes(dimensions: Mapping[str, str], condition: Mapping[str, Any] | None) -> bool:
    if condition is None:
        return True
    answers = [
        *(_holds(dimensions, predicate) for predicate in condition.get("predicates", ())),
        *(_passes(dimensions, clause) for clause in condition.get("clauses", ())),
    ]
    return all(answers) if condition["type"] == "and" else any(answers)


def _holds(dimensions: Mapping[str, str], predicate: Mapping[str, str]) -> bool:
    value = dimensions.get(predicate["dimension"])
    match predicate.get("operator", "matches"):
        case "exists":
            return value is not None
        case "notExists":
            return value is None
        case _:
            return value == predicate.get("value")


def _interval(text: str) -> tuple[datetime, datetime]:
    first, _, second = text.partition("/")
    try:
        start, end = from_wire(first), from_wire(second)
    except ValueError:
        start = end = NEVER
    if start >= end:
        raise bad_field("invalid.value", "interval", "must be two ISO 8601 instants, joined by /")
    return start, end


def _step(granularity: str | None, start: datetime, end: datetime) -> timedelta:
    if granularity is None:
        return end - start
    parts = _DURATION.fullmatch(granularity)
    weeks, days, hours, minutes, seconds = (
        int(part or 0) for part in (parts.groups() if parts else (0,) * 5)
    )
    step = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not step or (end - start) / step > MOST_INTERVALS:
        raise bad_field("invalid.value", "granularity", "must be an ISO 8601 duration that fits")
    return step


OPERATIONS = (
    Operation(
        "POST",
        "/api/v2/analytics/ratelimits/aggregates/query",
        "post_analytics_ratelimits_aggregates_query",
        post_query,
        ("analytics:rateLimitAggregate:view",),
        "RateLimitAggregateQueryResponse",
    ),
)
