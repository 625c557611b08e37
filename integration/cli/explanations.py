# SPDX-License-Identifier: Apache-2.0
"""How the explanation of a lead looks to a person: the answer first, then what it follows from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from integration.cli.console import printable
from integration.cli.summaries import count_of
from integration.explaining.explanation import Condition, Elsewhere, Explanation, FilterVerdict
from integration.explaining.places_in_line import PlaceInLine

_MARKS: Final = {True: "yes", False: "no", None: "?"}
_RESETS: Final = {"TODAY": "a day", "NEVER": "in all"}

Row = tuple[str, str]


def explanation_of(one: Explanation) -> RenderableType:
    """Everything, in the words of a contact centre."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column()
    for name, text in _rows(one):
        table.add_row(f"  {name}", Text(printable(text)))
    title = Text(printable(f"lead {one.lead_id}: {answer(one)}"), style="bold")
    whys = [Text(printable(f"  - {reason}")) for reason in one.reasons]
    unknown = [Text(printable(f"Not known: {text}.")) for text in one.unknown]
    return Group(title, *whys, table, *unknown, Text(f"{count_of(one.calls, 'call')} made."))


def answer(one: Explanation) -> str:
    """The standing of a lead in one sentence."""
    place = one.place
    before = "" if place is None or place.better is None else f", {_before(place)}"
    if one.standing == "kept_out":
        return f"not called as things stand{before}"
    if one.standing == "unknown":
        return f"it cannot be told whether it is called{before}"
    return f"in line for a call{before}"


def _rows(one: Explanation) -> Iterator[Row]:
    score, campaign = one.score, one.campaign
    yield "score", _score(one)
    yield "age", "no time on record" if score.age_minutes is None else _age(one)
    belongs = one.tier == one.tier_of_score or score.stale
    wrong = "" if belongs else f", though its score belongs to {one.tier_of_score}"
    yield "tier", f"{one.tier or 'none'}{wrong}"
    queue = f", calls go to {campaign.queue}" if campaign.queue else ""
    yield "list", campaign.list_name
    yield "campaign", f"{campaign.name} ({campaign.status}){queue}"
    yield "filter", _filter(one.filter)
    yield from _conditions(() if one.filter is None else one.filter.conditions)
    for rule in one.rules:
        says = {True: "applies", False: "does not apply", None: "? may apply"}[rule.applies]
        does = ", ".join(rule.actions) or "nothing"
        yield "rule", f"{rule.name} ({does}): {says}"
        yield from _conditions(rule.conditions)
    yield "skills asked for", ", ".join(one.skills) or "none"
    yield "attempts", _attempts(one)
    yield "calling hours", _hours(one)
    lists = ", ".join(one.do_not_call)
    yield "do not call", f"compared with {lists}; its entries are not shown" if lists else "no list"
    yield "callable", "yes" if one.callable else "no"
    yield from _place(one.place)
    if one.elsewhere is not None:
        yield "other list", _elsewhere(one.elsewhere)


def _score(one: Explanation) -> str:
    score = one.score
    if score.stored is None:
        return "none"
    model = f", model {score.model_version}" if score.model_version else ""
    if score.effective == score.stored:
        return f"{score.stored}{model}"
    return f"{score.stored} stored, counts as {score.effective}{model}"


def _age(one: Explanation) -> str:
    score = one.score
    assert score.age_minutes is not None
    state = "stale" if score.stale else "fresh"
    return (
        f"{_span(score.age_minutes)}, {state} (limit {_span(score.max_age_minutes)}), "
        f"calculated at {score.calculated_at}"
    )


def _span(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return sign + (f"{hours} h" + (f" {rest} min" if rest else "") if hours else f"{rest} min")


def _filter(verdict: FilterVerdict | None) -> str:
    if verdict is None:
        return "none: every contact of the list may be called"
    says = {True: "lets it through", False: "keeps it out", None: "? cannot be told"}
    asked = " (the platform says so itself)" if verdict.asked else ""
    return f"{verdict.name}: {says[verdict.passes]}{asked}"


def _conditions(conditions: Iterable[Condition]) -> Iterator[Row]:
    for one in conditions:
        value = f' (it is "{one.value}")' if one.value else ""
        yield "", f"{_MARKS[one.holds]:>3}  {one.words}{value}"


def _attempts(one: Explanation) -> str:
    attempts = one.attempts
    reset = attempts.reset
    most = "no limit"
    if attempts.most is not None:
        most = f"at most {attempts.most} {_RESETS.get(reset, f'until reset ({reset})')}"
    elif attempts.limit:
        most = "limited for each number"
    limit = f"{most} ({attempts.limit})" if attempts.limit else most
    if attempts.made == 0:
        return f"{limit}; never called"
    return f"{limit}; last called at {attempts.last_at}: {attempts.last_result}"


def _hours(one: Explanation) -> str:
    hours = one.hours
    if not hours.name:
        return "none: called at any hour"
    if hours.open is None:
        return f"{hours.name}: ? {hours.note}"
    says = "open" if hours.open else "closed"
    return f"{hours.name}: {says}, {hours.note}; it is {hours.local_time} in {hours.zone}"


def _before(place: PlaceInLine) -> str:
    assert place.better is not None
    if not place.better:
        return "nobody has a better score"
    return f"{count_of(place.better, 'lead')} with a better score before it"


def _place(place: PlaceInLine | None) -> Iterator[Row]:
    if place is None:
        yield "place", "none: it is not in line"
        return
    fixed = "" if place.dynamic else "; the order was fixed when the campaign started"
    yield "order", f"{place.sort or 'none'}{fixed}"
    if place.better is None:
        yield "place", f"? {place.note}"
        return
    yield "place", f"{_before(place)}, {place.equal:,} with the same"
    if place.called:
        yield "", f"{place.called:,} of the first {place.looked_at:,} of them were called already"
    for one in place.first:
        yield "", f"before it: {one.lead_id}  {one.score}  {one.calculated_at}"


def _elsewhere(other: Elsewhere) -> str:
    if not other.found:
        return f"{other.list_name} lacks it; leadscore reconcile finds such leads"
    says = {True: "lets it through", False: "keeps it out", None: "? cannot be told"}
    verdict = "has no filter" if other.filter is None else says[other.filter.passes]
    return f"{other.list_name} names the tier {other.tier or 'none'}; {other.campaign} {verdict}"
