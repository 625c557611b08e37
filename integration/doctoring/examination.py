# SPDX-License-Identifier: Apache-2.0
"""Makes one check after the other. One that cannot be made does not keep the others from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from integration.doctoring.desk import Desk, Lane
from integration.doctoring.findings import Finding, Remark, Standing, fail, unknown
from integration.platform.errors import Forbidden, PlatformError, Refused

_NAME_IT: Final = "name it in the settings, or name the stack with --stack"

Look = Callable[[Desk], AsyncIterator[Remark]]
LookAtLane = Callable[[Desk, Lane], AsyncIterator[Remark]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        name: what is looked at, in the words of a contact centre.
        why: why it matters, in a sentence.
        look: looks at it once.
        look_at: looks at it for each contact list with its campaign.
        of_campaign: needs a campaign.
        local: looks at this machine alone.
    """

    name: str
    why: str
    look: Look | None = None
    look_at: LookAtLane | None = None
    of_campaign: bool = True
    local: bool = False


async def examine(desk: Desk, checks: Sequence[Check]) -> list[Finding]:
    """The findings of all checks, in their order."""
    found: list[Finding] = []
    gone: PlatformError | None = None
    for check in checks:
        for about, remarks in _looks(desk, check):
            finding = Finding(check.name, about, Standing.UNKNOWN, "", check.why, "")
            if gone is not None and not check.local:
                found.append(replace(finding, says=_lost(gone)))
                continue
            try:
                async for one in remarks:
                    found.append(_made(finding, one))  # noqa: PERF401 - those before an error count
            except PlatformError as problem:
                found.append(_not_checked(finding, problem))
                if problem.stops_run and not isinstance(problem, Forbidden):
                    gone = problem
    return found


def _made(finding: Finding, remark: Remark) -> Finding:
    return replace(
        finding,
        standing=remark.standing,
        says=remark.says,
        todo=remark.todo,
        refused=remark.refused,
    )


def _looks(desk: Desk, check: Check) -> list[tuple[str, AsyncIterator[Remark]]]:
    if check.look is not None:
        return [("", check.look(desk))]
    assert check.look_at is not None
    return [(lane.tier, _if_named(check, desk, lane, check.look_at)) for lane in desk.lanes()]


async def _if_named(
    check: Check, desk: Desk, lane: Lane, look_at: LookAtLane
) -> AsyncIterator[Remark]:
    """What is said of a lane; of one that the settings do not name, that, and once only."""
    named, remark = lane.list_id, fail("the settings name no contact list", _NAME_IT)
    if check.of_campaign:
        named, remark = lane.campaign_id, unknown("the settings name no campaign", _NAME_IT)
    if named:
        async for one in look_at(desk, lane):
            yield one
    elif (lane.tier, remark.says) not in desk.told:
        desk.told.add((lane.tier, remark.says))
        yield remark


def _not_checked(finding: Finding, problem: PlatformError) -> Finding:
    if isinstance(problem, Forbidden):
        one_of = "one of " if problem.any_of else ""
        names = ", ".join(problem.permissions)
        needs = f"needs permission {one_of}{names}" if names else str(problem)
        todo = f"grant it to a role of client {problem.client}, in the division of the object"
        return replace(finding, says=needs, todo=todo, refused=True)
    if isinstance(problem, Refused) and problem.status == 404:
        return replace(
            finding,
            standing=Standing.FAIL,
            says=f"it does not exist: {problem}",
            todo="compare the ids in the settings with the organisation, or deploy the stack again",
        )
    return replace(finding, says=str(problem), refused=problem.stops_run)


def _lost(problem: PlatformError) -> str:
    return f"the platform lets nobody in ({problem.operation})"
