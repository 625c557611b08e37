# SPDX-License-Identifier: Apache-2.0
"""Filter and pre-call rules, tried on made-up leads: who is let through, who is kept out.

What counts is not how a filter is written but what it does, so each one is asked about a fresh
lead, one whose score is a little too old, and one without a score. A condition on a column that
has nothing to do with scores decides nothing here: it is taken for one that may go either way.

Source: docs/platform.md sections 6 and 7.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from integration.doctoring.desk import Desk, Lane
from integration.doctoring.findings import Remark, fail, ok, warn
from integration.explaining.comparing import condition, joined, predicate
from integration.explaining.rules import KEEPS_OUT, precall, skills_of
from integration.scores import format_instant, instant_of

_MOMENT: Final = timedelta(minutes=2)
"""How far from the maximum age a lead's score is: the border itself is not documented."""

Data = Mapping[str, str]


async def filtered(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The campaign's filter lets in fresh leads of its tier, and nobody else."""
    found = await desk.filter(lane)
    if found is None:
        yield fail(
            "the campaign has no filter: it dials stale leads too",
            "give it RouteByPriority, a filter on the age of the score and, with two queues, "
            "on the tier; the stack makes it",
        )
        return
    name = f'"{found.get("name")}"'
    let_in = {who: _passes(found, data, desk) for who, data in _leads(desk, lane).items()}
    wrong = [who for who, says in let_in.items() if says is (who != "a fresh lead")]
    doubts = [who for who, says in let_in.items() if says is None]
    todo = "compare the filter with the one that the stack makes (RouteByPriority)"
    if wrong:
        says = "; ".join(
            f"keeps out {who}" if who == "a fresh lead" else f"lets in {who}" for who in wrong
        )
        yield fail(f"{name} {says}", todo)
    elif doubts:
        yield warn(f"what {name} does with {' and '.join(doubts)} is not certain", todo)
    else:
        kept = ", ".join(who for who in let_in if who != "a fresh lead")
        yield ok(f"{name} lets in fresh leads; kept out: {kept}")


async def refused(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The pre-call rules refuse leads that have gone stale, or have no score."""
    rules = await _rules(desk, lane)
    leads = {who: data for who, data in _leads(desk, lane).items() if who != _OTHER}
    says = {who: _kept_out(rules, data, desk) for who, data in leads.items()}
    wrong = [who for who, kept in says.items() if kept is (who == "a fresh lead")]
    doubts = [who for who, kept in says.items() if kept is None]
    todo = "compare the rules with those that the stack makes (Priority Lead Dispatch)"
    if wrong:
        told = "; ".join(
            f"{who} is not dialled" if who == "a fresh lead" else f"no rule stops {who}"
            for who in wrong
        )
        yield fail(told, todo)
    elif doubts:
        yield warn(f"what the rules do with {' and '.join(doubts)} is not certain", todo)
    else:
        yield ok(f"{', '.join(who for who in says if who != 'a fresh lead')} are not dialled")


async def skill(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """A call to a lead of high value asks for the skill, and no other call does."""
    policy, rules = desk.policy, await _rules(desk, lane)
    if lane.tier == policy.general_tier and policy.high_value_from > policy.senior_above:
        return  # no lead of high value is dialled from here
    wanted = policy.high_value_from
    from_it = _skills(rules, _lead(desk, wanted, lane.tier), desk)
    below = _skills(rules, _lead(desk, wanted - 1, lane.tier), desk) if wanted else set()
    todo = "compare the rules with those that the stack makes (Priority Lead Dispatch)"
    if not from_it:
        yield fail(f"no rule asks for a skill at a score of {wanted}", todo)
        return
    names = {await _name_of(desk, one) for one in from_it}
    if below:
        yield fail(f"a score of {wanted - 1} asks for a skill too; from {wanted} on is right", todo)
    elif policy.high_value_skill not in names:
        told = ", ".join(sorted(names))
        yield fail(f'the skill is {told}, the settings say "{policy.high_value_skill}"', todo)
    else:
        yield ok(f"from {wanted} on: {policy.high_value_skill}")


_OTHER: Final = "a lead of the other tier"


def _leads(desk: Desk, lane: Lane) -> dict[str, Data]:
    """Made-up leads by what they are; the first one is to be dialled."""
    policy = desk.policy
    score = 100 if lane.tier != policy.general_tier else 1
    columns = policy.columns
    fresh = _lead(desk, score, lane.tier)
    old = format_instant(instant_of(desk.clock.now() - policy.max_age - _MOMENT))
    leads: dict[str, Data] = {
        "a fresh lead": fresh,
        "a lead whose score is too old": {**fresh, columns.instant: old},
        "a lead without a score": {**fresh, columns.instant: "", columns.score: ""},
    }
    if lane.tier:
        names = {policy.senior_tier, policy.general_tier} - {lane.tier}
        leads[_OTHER] = {**fresh, columns.tier: names.pop()}
    return leads


def _lead(desk: Desk, score: int, tier: str) -> dict[str, str]:
    """A lead whose score is nearly as old as it may be."""
    policy = desk.policy
    age = max(policy.max_age - _MOMENT, policy.max_age / 2)
    return {
        policy.columns.score: str(score),
        policy.columns.instant: format_instant(instant_of(desk.clock.now() - age)),
        policy.columns.tier: tier or policy.tier(score),
    }


def _passes(found: Mapping[str, Any], data: Data, desk: Desk) -> bool | None:
    now = instant_of(desk.clock.now())
    clauses = []
    for clause in found.get("clauses") or ():
        verdicts = [
            one.holds(data[one.column], now) if one.column in data else None
            for one in map(predicate, clause.get("predicates") or ())
        ]
        clauses.append(joined(str(clause.get("filterType") or "AND"), verdicts))
    return joined(str(found.get("filterType") or "AND"), clauses)


def _applies(rule: Mapping[str, Any], data: Data, desk: Desk) -> bool | None:
    now = instant_of(desk.clock.now())
    verdicts = []
    for one in map(condition, rule.get("conditions") or ()):
        known = one is not None and one.column in data
        verdicts.append(one.holds(data[one.column], now) if known and one else None)
    return joined("AND", verdicts)


def _kept_out(rules: Sequence[Mapping[str, Any]], data: Data, desk: Desk) -> bool | None:
    stops = [
        _applies(rule, data, desk)
        for rule in rules
        if any(one.get("actionTypeName") in KEEPS_OUT for one in rule.get("actions") or ())
    ]
    return joined("OR", stops) if stops else False


def _skills(rules: Sequence[Mapping[str, Any]], data: Data, desk: Desk) -> set[str]:
    return {one for rule in rules if _applies(rule, data, desk) is True for one in skills_of(rule)}


async def _rules(desk: Desk, lane: Lane) -> list[Mapping[str, Any]]:
    return [rule for one in await desk.rule_sets(lane) for rule in precall(one)]


async def _name_of(desk: Desk, skill_id: str) -> str:
    found = await desk.get("skill", "/api/v2/routing/skills/{id}", skill_id)
    return str(found.get("name"))
