# SPDX-License-Identifier: Apache-2.0
"""Queues and their agents: whether anybody can take the calls.

Source: RoutingApi of the official SDK 269 (``memberCount`` of a queue, ``skills`` of its members).
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from integration.doctoring.desk import Desk, Lane
from integration.doctoring.findings import Remark, fail, ok
from integration.platform.paths import path


async def agents(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """The campaign's queue has agents."""
    reference = (await desk.campaign(lane)).get("queue") or {}
    if not reference.get("id"):
        yield fail("the campaign has no queue", "give it the queue that its calls go to")
        return
    queue = await desk.get("queue", "/api/v2/routing/queues/{id}", str(reference["id"]))
    name, members = f'"{queue.get("name")}"', int(queue.get("memberCount") or 0)
    if members:
        yield ok(f"{name} has {members:,} agent{'s' * (members > 1)}")
    else:
        yield fail(f"nobody is in {name}", "put agents into it, or give them the skill it asks for")


async def skilled(desk: Desk, lane: Lane) -> AsyncIterator[Remark]:
    """Among them are agents with the skill that leads of high value ask for."""
    policy = desk.policy
    if lane.tier == policy.general_tier and policy.high_value_from > policy.senior_above:
        return  # no lead of high value is dialled from here
    reference = (await desk.campaign(lane)).get("queue") or {}
    if not reference.get("id"):
        return  # told already
    answer = await desk.connection.client.call(
        "read queue members",
        "GET",
        path("/api/v2/routing/queues/{id}/members", id=str(reference["id"])),
        query={"skills": [policy.high_value_skill], "pageSize": 100},
        expect=dict,
    )
    found = len(answer.body.get("entities") or ())
    name = f'"{reference.get("name") or reference["id"]}"'
    if found:
        more = " or more" if found == 100 else ""
        yield ok(f"{found}{more} in {name} have {policy.high_value_skill}")
    else:
        yield fail(
            f"nobody in {name} has {policy.high_value_skill}",
            "give agents of the queue the skill; until then the best leads wait for nobody",
        )
