# SPDX-License-Identifier: Apache-2.0
"""What the figures mean, in sentences for those who run the contact centre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from integration.reporting.api_calls import Budget
from integration.reporting.faults import Fault, Wrong
from integration.reporting.figures import Headline, Report
from integration.reporting.order import DialOrder
from integration.reporting.value import ValuePoint, ValueReached

Tone = Literal["fine", "wrong", "plain"]
MOST_FAULTS: Final = 10
"""Calls that are listed one by one."""
UNKNOWN: Final = "not known"
NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure.

    Attributes:
        name: what it is called.
        value: the number, as it is shown.
        meaning: what it counts.
        tone: whether it is as it should be; plain for what is neither good nor bad.
    """

    name: str
    value: str
    meaning: str
    tone: Tone


def figures_of(report: Report) -> list[Figure]:
    """The headline figures, those that should be 0 first."""
    found = report.headline
    age = span(report.policy.max_age)
    limit = report.policy.senior_above
    unfetched = ", leads that the dialer had already fetched aside" if report.exact else ""
    return [
        Figure(
            "Order exceptions",
            _count(found.order_exceptions),
            f"first attempts while a lead with a better score could have been called{unfetched}",
            _zero(found.order_exceptions),
        ),
        Figure(
            "Stale scores dialled",
            _count(found.stale_dialled),
            f"calls on a score that was older than {age}",
            _zero(found.stale_dialled),
        ),
        Figure(
            f"Seniors at {limit} or less",
            _count(found.senior_low),
            f"of {_count(found.senior_calls)} calls in the senior agents' queues"
            if found.senior_calls
            else "calls in the senior agents' queues to a low effective score",
            _zero(found.senior_low),
        ),
        Figure(
            "Called again unasked",
            _count(_unasked(found)),
            f"of {_count(found.redials)} further calls to a lead; attempt limits planned the others"
            if found.redials
            else "further calls to a lead that no attempt limit had planned",
            _zero(_unasked(found)),
        ),
        Figure("Calls", _count(found.calls), f"to {_many(found.leads, 'lead')}", "plain"),
        Figure(
            "First attempts",
            _count(None if report.live else found.first_attempts),
            "first calls to a lead; these make the dial order",
            "plain",
        ),
        Figure(
            "Late scores",
            _count(found.late_scores),
            "first attempts on a score calculated when a worse lead had been called already"
            + (_waited(found.overtaken_most) if found.late_scores else ""),
            "plain",
        ),
        Figure(
            "Skipped by a rule",
            _count(found.skipped),
            "refusals of a pre-call rule to dial a lead",
            "plain",
        ),
    ]


def verdict_of(report: Report) -> str:
    """The report in one sentence or two."""
    found = report.headline
    if not found.calls:
        return "Nobody was called."
    wrong = list(_wrong(report))
    if wrong:
        return f"Look at this: {'; '.join(wrong)}."
    if found.order_exceptions is None:
        return (
            f"No call went to a stale score. The order of {_many(found.calls, 'call')} is that of "
            "the last call of each lead; who else could have been called then is not known."
        )
    seniors = (
        f", every call of the senior agents went to a score above {report.policy.senior_above}"
        if found.senior_calls
        else ""
    )
    return (
        "Every first attempt took the best lead that could be called at that moment, no stale "
        f"score was dialled, nobody was called again unasked{seniors}."
    )


def tone_of(report: Report) -> Tone:
    """Whether the verdict is a good one."""
    if not report.headline.calls or report.headline.order_exceptions is None:
        return "wrong" if any(_wrong(report)) else "plain"
    return "wrong" if any(_wrong(report)) else "fine"


def _wrong(report: Report) -> Iterator[str]:
    found = report.headline
    if found.order_exceptions:
        yield f"{_many(found.order_exceptions, 'first attempt')} passed over a better lead"
    if found.stale_dialled:
        yield f"{_many(found.stale_dialled, 'call')} went to a stale score"
    if found.senior_low:
        yield (
            f"{_many(found.senior_low, 'call')} of the senior agents went to a score of "
            f"{report.policy.senior_above} or less"
        )
    if unasked := _unasked(found):
        yield f"{_many(unasked, 'call')} called a lead again without an attempt limit's plan"


def conclusion_of_value(value: ValueReached) -> str:
    """What the curves show."""
    what = "successes" if value.kind == "success" else "score points"
    at = value.after[20]
    text = (
        f"The first 20 % of the calls reached {share(at.dialled)} of the {what}; "
        f"in random order it would have been {share(at.random)}"
    )
    return text + ("." if at.file is None else f", in file order {share(at.file)}.")


def conclusion_of_order(order: DialOrder) -> str:
    """What the dial order shows."""
    if not order.places:
        return "There was no first attempt."
    in_time = len(order.in_time)
    part = share(order.near / in_time) if in_time else NOTHING
    return (
        f"{order.near:,} of {_many(in_time, 'first attempt')} on a score that was there in time "
        f"({part}) {'was' if order.near == 1 else 'were'} made where the score puts the lead, "
        f"give or take {_many(order.tolerance, 'place')}. Marked: {order.marked('late'):,} late, "
        f"{order.marked('stale'):,} stale, {len(order.skipped):,} skipped."
    )


def conclusion_of_budget(budget: Budget) -> str:
    """What the budget over time shows."""
    busiest = budget.busiest
    used = share(busiest.used / busiest.allowed)
    return (
        f"{_many(budget.calls, 'API call')} of client {budget.client}. The busiest minute used "
        f"{busiest.used:,} of {busiest.allowed:,} calls ({used}), and "
        f"{_many(budget.refused, 'call')} in all {'was' if budget.refused == 1 else 'were'} "
        "refused because of the limit."
    )


def wrong_with(report: Report, fault: Fault) -> str:
    """What was wrong with a call."""
    call = fault.call
    age = "without a time" if call.age is None else f"{span(timedelta(seconds=call.age))} old"
    said: dict[Wrong, str] = {
        "passed_over": f"{call.passed_over or 0:,} better could have been called",
        "stale": f"score {age}",
        "senior_low": f"senior agent; the score counts as {number(call.effective(report.policy))}",
        "unasked": "called again, and no attempt limit had planned it",
    }
    return ", ".join(said[one] for one in fault.wrong)


def row_of(point: ValuePoint) -> tuple[str, str, str]:
    """The shares of a point, as they are shown."""
    file = NOTHING if point.file is None else share(point.file)
    return share(point.dialled), share(point.random), file


def moment(at: int) -> str:
    """An instant (ms since 1970) for people, in UTC."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%d %B %Y, %H:%M} UTC".lstrip("0")


def clock_time(at: int) -> str:
    """An instant (ms since 1970) to the second, in UTC."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def share(part: float) -> str:
    """A share of 1 in per cent; never rounded to all or nothing that it is not."""
    percent = part * 100
    shown = f"{percent:.1f}" if percent < 10 or percent > 99 else f"{percent:.0f}"
    if shown == "100.0" and part < 1:
        shown = "99.9"
    return f"{shown.removesuffix('.0')} %"


def number(value: float | None) -> str:
    """A score: whole where it is whole."""
    return NOTHING if value is None else f"{value:g}"


def span(age: timedelta) -> str:
    """A length of whole minutes: ``24 h``, ``1 h 30 min``."""
    hours, minutes = divmod(age // timedelta(minutes=1), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes))


def _waited(calls: int | None) -> str:
    """How soon a raised score is dialled; nothing where that is not known."""
    if calls is None:
        return ""
    if not calls:
        return "; from then on no worse lead was called before them"
    return f"; from then on they waited for {_many(calls, 'call')} to worse leads at the most"


def _unasked(found: Headline) -> int | None:
    if found.redials is None or found.recalls is None:
        return None
    return found.redials - found.recalls


def _count(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def _zero(value: int | None) -> Tone:
    return "plain" if value is None else "wrong" if value else "fine"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
