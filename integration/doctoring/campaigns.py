# SPDX-License-Identifier: Apache-2.0
"""Campaigns: what they dial, in which order, and whether they follow the scores meanwhile.

Source: docs/platform.md section 5 (numeric sorts, dynamic queueing, fixed at creation).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from integration.doctoring.desk import Desk, Lane
from integration.doctoring.findings import Remark, fail, ok, warn

_RECREATE: Final = (
    "this is fixed when a campaign is made: make it again (the stack does, contacts stay)"
)
_RUNS: Final = frozenset({"on", "off", "stopping", "complete"})


async def dials(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The campaign dials the list that scores are written to."""
    campaign = await desk.campaign(lane)
    name, status = campaign.get("name"), str(campaign.get("campaignStatus") or "")
    dialled = (campaign.get("contactList") or {}).get("id")
    if dialled != lane.list_id:
        yield fail(
            f'"{name}" dials contact list {dialled}, scores go to {lane.list_id or "none"}',
            "let both be the same list",
        )
    elif status not in _RUNS:
        yield fail(
            f'"{name}" is {status}', "the platform finds it incomplete; its admin page says why"
        )
    else:
        hint = "" if status == "on" else "; leadscore campaign start turns it on"
        yield ok(f'"{name}" dials it; it is {status}{hint}')


async def sort(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The best score is first, as a number."""
    campaign = await desk.campaign(lane)
    score = desk.settings.column_score
    sorts = list(campaign.get("contactSorts") or ())
    if not sorts and campaign.get("contactSort"):
        sorts = [campaign["contactSort"]]
    problem = _sort_problem(sorts[0] if sorts else None, score)
    if problem:
        todo = f"sort by {score}, descending, numeric, before anything else"
        yield fail(problem, todo)
    else:
        yield ok(f"by {score} as a number, highest first")


async def dynamic(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """Order and filter follow the scores while the campaign runs."""
    campaign = await desk.campaign(lane)
    flags = campaign.get("dynamicContactQueueingSettings") or {}
    off = [flag for flag in ("sort", "filter") if not flags.get(flag)]
    if off:
        yield fail(f"dynamic queueing is off for the {' and the '.join(off)}", _RECREATE)
    elif not campaign.get("alwaysRunning"):
        yield warn(
            "order and filter follow the scores, but the campaign ends when it is through",
            "set it to always running, so that leads with new scores are called too",
        )
    else:
        yield ok("order and filter follow the scores while it runs")


def _sort_problem(first: Mapping[str, Any] | None, score: str) -> str:
    if first is None:
        return "there is no sort: leads are called in the order of their arrival"
    column = first.get("fieldName")
    if column != score:
        return f"it is by {column}, not by {score}"
    if first.get("direction") != "DESC":
        return f"it is by {score}, the lowest first"
    if not first.get("numeric"):
        return f"it is by {score} as text, so 9 comes before 87"
    return ""
