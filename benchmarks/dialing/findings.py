# SPDX-License-Identifier: Apache-2.0
"""What a dial log shows: whether a day of calls kept what the project promises.

The log says by itself whether somebody was passed over. Whether raised scores were called in time
is found out once more from the pushes alone, without what the log says about it.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from benchmarks.dialing.plan import Plan
from benchmarks.dialing.shift import Pushed, Worked

SENIOR_ABOVE: Final = 70
"""Scores above this belong to the senior agents. Source: seed guide."""
OLDEST: Final = timedelta(hours=24)

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is in a dial log.

    Args:
        calls: all calls.
        leads: people called.
        senior: calls that senior agents had, or that were made for them.
        changed: people first called by a score that had been pushed meanwhile.
        raised: those of them whose score had risen.
        skips: refusals of a rule.
        passed_over: first calls that went past a better lead without a reason.
        too_low: calls of the senior agents by a score that was not theirs.
        stale: calls by a score that was too old, or had no time.
        again: people called again though the dialer did not recall them.
        on_the_line: people whose score was pushed while somebody talked to them.
        overtaken: most calls to worse scores before anybody's first call, as the log has it.
        late: raised scores that more worse ones went before than the working set has places.
        sha256: of the whole log.
    """

    calls: int
    leads: int
    senior: int
    changed: int
    raised: int
    skips: int
    passed_over: int
    too_low: int
    stale: int
    again: int
    on_the_line: int
    overtaken: int
    late: int
    sha256: str


def look_at(worked: Worked) -> Findings:
    """What the log of a day shows."""
    lines = [json.loads(line) for line in worked.log.splitlines()]
    calls = [line for line in lines if line["kind"] == "call"]
    first = [line for line in calls if line["attempt"] == 1]
    seniors = [line for line in calls if line["queue"].startswith("Senior")]
    by_lead: dict[str, list[Line]] = defaultdict(list)
    for line in calls:
        by_lead[line["lead"]].append(line)
    again = {lead for lead, made in by_lead.items() if not all(line["recall"] for line in made[1:])}
    rises = list(_rises(worked.plan, worked.pushed))
    pushed = {(one.lead, one.score) for each in worked.pushed for one in each.changes}
    risen = {(lead, score) for _, lead, score, _ in rises}
    by_score = [(line["lead"], line["score"]) for line in first]
    return Findings(
        calls=len(calls),
        leads=len(by_lead),
        senior=len(seniors),
        changed=sum(one in pushed for one in by_score),
        raised=sum(one in risen for one in by_score),
        skips=len(lines) - len(calls),
        passed_over=sum(line["passed_over"] > 0 for line in first),
        too_low=sum(not (line["score"] or 0) > SENIOR_ABOVE for line in seniors),
        stale=sum(not _is_fresh(line) for line in calls),
        again=len(again),
        on_the_line=len(set(_on_the_line(by_lead, worked.pushed))),
        overtaken=max((line["overtaken"] for line in first), default=0),
        late=sum(_late(rises, first, worked.plan.working_set)),
        sha256=hashlib.sha256(worked.log.encode()).hexdigest(),
    )


def _is_fresh(line: Line) -> bool:
    return line["score_age"] is not None and line["score_age"] <= OLDEST / timedelta(seconds=1)


def _on_the_line(by_lead: Mapping[str, Sequence[Line]], pushed: Iterable[Pushed]) -> Iterator[str]:
    """Leads whose new score came between the beginning and the end of a call to them."""
    for each in pushed:
        at = _wire(each.at)
        for one in each.changes:
            if any(call["time"] <= at <= call["ended"] for call in by_lead.get(one.lead, ())):
                yield one.lead


Rise = tuple[str, str, int, str]
"""When a raised score had been written, the lead, the score, when the lead's next one came."""


def _rises(plan: Plan, pushed: Sequence[Pushed]) -> Iterator[Rise]:
    had = {one.lead: one.score for one in plan.scores()}
    open_rises: dict[str, tuple[str, int]] = {}
    for each in pushed:
        at = _wire(each.at)
        for one in each.changes:
            if one.lead in open_rises:
                since, score = open_rises.pop(one.lead)
                yield since, one.lead, score, at
            if one.score > had[one.lead]:
                open_rises[one.lead] = at, one.score
            had[one.lead] = one.score
    for lead, (since, score) in open_rises.items():
        yield since, lead, score, _wire(plan.ends)


def _late(rises: Iterable[Rise], first: Sequence[Line], allowed: int) -> Iterator[bool]:
    """For each rise of somebody not called yet, whether too many worse leads went first."""
    called = {line["lead"]: line["time"] for line in reversed(first)}
    lanes = {
        senior: [line for line in first if (line["score"] > SENIOR_ABOVE) is senior]
        for senior in (True, False)
    }
    times = {senior: [line["time"] for line in lane] for senior, lane in lanes.items()}
    for since, lead, score, until in rises:
        if called.get(lead, until) <= since:
            continue
        senior = score > SENIOR_ABOVE
        begin = bisect_right(times[senior], since)
        end = bisect_right(times[senior], min(until, called.get(lead, until)))
        worse = sum(line["score"] < score for line in lanes[senior][begin:end])
        yield worse > allowed


def _wire(when: datetime) -> str:
    """An instant as the log has it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03}Z"
