# SPDX-License-Identifier: Apache-2.0
"""Contact lists: their columns, the types of those, and how many leads lie wrong.

Source: docs/platform.md section 3 (columns are fixed once a list is made; only columns of a
declared type can be sorted and filtered by while a campaign runs).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from integration.doctoring.desk import Desk, Lane
from integration.doctoring.findings import Remark, fail, ok, warn
from integration.policy import relative_time

_NEW_LIST: Final = (
    "columns are fixed when a list is made: make a new list that has them (the stack does), load "
    "the leads into it, and let the campaign dial that"
)
_ALL: Final = {"filterType": "AND", "clauses": []}


async def columns(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The columns of a score are there."""
    found = await desk.contact_list(lane)
    names = list(found.get("columnNames") or ())
    scores = desk.settings.score_columns()
    wanted = [scores.lead, scores.score, scores.instant, scores.tier, scores.model]
    missing = [one for one in wanted if one not in names]
    if missing:
        yield fail(f'"{found.get("name")}" has no column {", ".join(missing)}', _NEW_LIST)
    elif not found.get("phoneColumns"):
        yield fail(f'"{found.get("name")}" has no phone column', _NEW_LIST)
    else:
        yield ok(f'"{found.get("name")}" has {", ".join(wanted)}')


async def types(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The columns that the campaign sorts and filters by have their types."""
    found = await desk.contact_list(lane)
    kinds = {
        str(one.get("columnName")): one for one in found.get("columnDataTypeSpecifications") or ()
    }
    scores = desk.settings.score_columns()
    wanted = {scores.score: "NUMERIC", scores.instant: "TIMESTAMP"}
    if lane.tier:
        wanted[scores.tier] = "TEXT"
    wrong = [
        f"{column} is {_kind(kinds.get(column))} instead of {kind}"
        for column, kind in wanted.items()
        if _kind(kinds.get(column)) != kind
    ]
    if wrong:
        yield fail("; ".join(wrong), _NEW_LIST)
        return
    low, high = (kinds[scores.score].get(bound) for bound in ("min", "max"))
    if (low is not None and low > 0) or (high is not None and high < 100):
        yield fail(f"{scores.score} takes {low} to {high}, scores are 0 to 100", _NEW_LIST)
    else:
        yield ok(", ".join(f"{column} {kind}" for column, kind in wanted.items()))


async def alike(desk: Desk) -> AsyncIterator[Remark]:
    """The lists of both tiers have the same columns, so that a lead can be on both."""
    lanes = [lane for lane in desk.lanes() if lane.list_id]
    if len(lanes) < 2:
        return
    first, second = [set((await desk.contact_list(one)).get("columnNames") or ()) for one in lanes]
    if first == second:
        yield ok(f"both have the same {len(first)} columns")
    else:
        names = ", ".join(sorted(first ^ second))
        yield fail(f"only one of the two has {names}", _NEW_LIST)


async def leads(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """How many leads there are, and how many of them in the wrong tier."""
    size = await desk.count(lane, _ALL)
    if not size:
        yield warn("no lead is on it", "put leads on it with leadscore load")
        return
    wrong = await desk.count(lane, _misplaced(desk, lane))
    if wrong:
        yield fail(
            f"{wrong:,} of {size:,} leads name a tier that their score does not belong to",
            "run leadscore reconcile, which says which, and leadscore reconcile --mend",
        )
    else:
        yield ok(f"{size:,} leads; every fresh score is in its tier")


async def stale(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """How many leads wait for a score that counts."""
    size = await desk.count(lane, _ALL)
    fresh = await desk.count(lane, _together(_fresh(desk)))
    if size and not fresh:
        yield warn(
            f"none of {size:,} leads has a fresh score",
            "push scores with leadscore push; without one nobody is called",
        )
    else:
        yield ok(f"{fresh:,} of {size:,} leads have a fresh score")


def _misplaced(desk: Desk, lane: Lane) -> dict[str, Any]:
    """Fresh leads whose tier is not that of their score, in the platform's terms."""
    policy = desk.policy
    tier, score = policy.columns.tier, policy.columns.score
    above: dict[str, Any] = {
        "column": score,
        "columnType": "numeric",
        "operator": "GREATER_THAN",
        "value": str(policy.senior_above),
    }
    of_tier: dict[str, Any] = {"column": tier, "columnType": "alphabetic", "operator": "EQUALS"}
    senior, general = (
        of_tier | {"value": name} for name in (policy.senior_tier, policy.general_tier)
    )
    too_low = [senior, above | {"inverted": True}]
    too_high = [general, above]
    # With a list for each tier a lead is on both, and dialled from the one that it names.
    wrong: dict[str, list[list[dict[str, Any]]]] = {
        policy.senior_tier: [too_low],
        policy.general_tier: [too_high],
    }
    parts = wrong.get(lane.tier, [too_low, too_high])
    clauses = [{"filterType": "AND", "predicates": [*part, *_fresh(desk)]} for part in parts]
    return {"filterType": "OR", "clauses": clauses}


def _fresh(desk: Desk) -> list[dict[str, Any]]:
    column = {"column": desk.policy.columns.instant, "columnType": "alphabetic"}
    age = relative_time(desk.policy.max_age)
    return [
        column | {"operator": "BEFORE", "value": age, "inverted": True},
        column | {"operator": "ENDS_WITH", "value": "Z"},
    ]


def _together(predicates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    clause = {"filterType": "AND", "predicates": list(predicates)}
    return {"filterType": "AND", "clauses": [clause]}


def _kind(specification: Mapping[str, Any] | None) -> str:
    return "without a type" if specification is None else str(specification.get("columnDataType"))
