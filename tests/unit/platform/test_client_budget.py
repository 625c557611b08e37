# SPDX-License-Identifier: Apache-2.0
"""Every request of a call has its share of the budget, and the budget learns how it ended."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from integration.platform.budget import CallBudget
from integration.platform.errors import (
    RateLimited,
    Refused,
)
from integration.platform.retry import RetryPolicy


def things(client, **options):
    return client.call("read", "GET", "/api/v2/things", **options)


def test_a_429_is_waited_out_for_all(world, platform):
    """A read that meets a 429 goes on by itself once the gate opens; nobody calls meanwhile."""
    limited = httpx.Response(429, headers={"Retry-After": "20"}, json={"code": "too.many.requests"})
    times = []

    def serve(_):
        times.append(world.clock.monotonic())
        return httpx.Response(200, json={})

    async def scenario(client):
        platform.api_script.append(limited)
        first = asyncio.create_task(things(client))
        await world.clock.sleep(1)
        platform.api_script.extend([serve] * 10)
        others = [asyncio.create_task(things(client)) for _ in range(9)]
        await asyncio.gather(first, *others)

    world.run(scenario)
    assert len(times) == 10
    assert min(times) >= 20
    assert world.budget.status().episodes == 1


def test_waiting_for_the_budget_is_no_reason_to_give_up(world, platform):
    """Minutes in the queue between two attempts do not use up the time for repetitions."""
    world.budget = CallBudget(world.clock, allowed=1)
    platform.api_script.extend([httpx.Response(503)] * 5)
    assert world.read(retry=RetryPolicy(total=60)).status == 200
    assert world.clock.monotonic() > 240


def test_many_429_end_no_read(world, platform):
    """A read outlives more 429 than it has attempts."""
    limited = httpx.Response(429, headers={"Retry-After": "10"})
    platform.api_script.extend([limited] * 40)
    assert world.read(retry=RetryPolicy(attempts=2)).status == 200


def test_endless_429_end_a_read_after_long_patience(world, platform):
    """After half an hour of nothing but 429 the caller is told."""
    limited = httpx.Response(429, headers={"Retry-After": "60"})
    platform.api_script.extend([limited] * 100)
    with pytest.raises(RateLimited, match="given up after"):
        world.read()
    assert 1_700 <= world.clock.monotonic() <= 1_860


def test_a_resource_of_its_own_limit_closes_only_itself(world, platform):
    """A limit on recycling holds up recycling and nothing else."""
    own = httpx.Response(429, headers={"Retry-After": "5"}, json={"code": "too.many.recycles"})

    async def scenario(client):
        platform.api_script.append(own)
        recycling = asyncio.create_task(client.call("recycle", "DELETE", "/api/v2/progress"))
        await world.clock.sleep(1)
        await things(client)
        between = world.clock.monotonic()
        await recycling
        return between

    assert world.run(scenario) == 1
    assert world.clock.monotonic() >= 5
    assert world.budget.status().episodes == 0


def test_the_server_s_count_reaches_the_budget(world, platform):
    """Headers of good and bad answers alike keep the budget in step."""
    platform.api_script.append(
        httpx.Response(404, headers={"inin-ratelimit-allowed": "120", "inin-ratelimit-count": "7"})
    )
    with pytest.raises(Refused):
        world.read()
    status = world.budget.status()
    assert (status.allowed, status.used) == (120, 7)


def test_token_requests_are_not_part_of_the_budget(world):
    """One read with a cold token counts as one call."""
    world.read()
    assert world.budget.status().calls == 1


def test_no_share_of_the_budget_waits_for_a_token(world, platform):
    """While the token is fetched, the callers' shares are free for others."""
    platform.latency = 5

    async def scenario(client):
        call = asyncio.create_task(things(client))
        await world.clock.sleep(1)
        used = world.budget.status().used
        await call
        return used

    assert world.run(scenario) == 0


def test_the_repetition_after_a_401_is_a_call_of_its_own(world, platform):
    """Both calls are counted, and both are settled."""
    platform.api_script.append(httpx.Response(401))
    world.read()
    status = world.budget.status()
    assert (status.calls, status.used) == (2, 2)


def test_every_request_of_a_call_uses_the_reservation(world, platform):
    """Repetitions and the one after a 401 take reserved slots, while there are any."""
    platform.api_script.extend([httpx.Response(401), httpx.Response(503)])
    world.budget = CallBudget(world.clock, allowed=3)

    async def scenario(client):
        with await world.budget.reserve(3) as reservation:
            await things(client, permit=reservation)

    world.run(scenario)
    assert world.clock.monotonic() < 5
    assert world.budget.status().used == 3


def test_a_lowered_limit_does_not_stop_the_holder_of_a_reservation(world, platform):
    """A call under a reservation never waits for slots that its own reservation holds."""
    platform.api_script.extend([httpx.Response(200)] * 2 + [httpx.Response(429)])
    world.budget = CallBudget(world.clock, allowed=20)

    async def scenario(client):
        with await world.budget.reserve(10) as reservation:
            for _ in range(5):
                await things(client, permit=reservation)

    world.run(scenario)
    assert len(platform.api_requests) == 6


def test_a_single_permit_serves_the_first_request(world, platform):
    """A permit that was given is used, and what follows waits for the budget itself."""
    platform.api_script.append(httpx.Response(503))

    async def scenario(client):
        permit = await world.budget.acquire()
        await things(client, permit=permit)

    world.run(scenario)
    assert world.budget.status().calls == 2
    assert world.budget.status().used == 2


def test_a_permit_that_could_not_be_used_is_settled(world, platform):
    """Without a token nothing is sent, and the permit does not stay open."""
    platform.token_script.append(httpx.Response(400))

    async def scenario(client):
        permit = await world.budget.acquire()
        with pytest.raises(Exception, match="no token"):
            await things(client, permit=permit)
        assert world.budget.idle

    world.run(scenario)


def test_a_token_that_ends_while_waiting_is_replaced_under_the_permit(world, platform):
    """A token that grew old in the queue for the budget is not sent; a failure settles."""
    platform.token_life = 300
    world.budget = CallBudget(world.clock, allowed=1, window=1_000)

    async def scenario(client):
        await things(client)
        await things(client)
        platform.token_script.append(httpx.Response(400))
        with pytest.raises(Exception, match="no token"):
            await things(client)
        assert world.budget.idle

    world.run(scenario)
    assert platform.bearers == ["token-1", "token-2"]


@pytest.mark.parametrize("moment", ["on the wire", "in the queue"])
def test_a_cancelled_call_leaves_no_permit_open(world, platform, moment):
    """Whoever is cancelled, the budget is whole again afterwards."""
    world.budget = CallBudget(world.clock, allowed=1)

    async def scenario(client):
        await client._credentials.token()
        platform.latency = 5
        if moment == "in the queue":
            await things(client)
        call = asyncio.create_task(things(client))
        await world.clock.sleep(1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        assert world.budget.idle
        assert world.budget.status().waiting_callers == 0
        return await things(client)

    assert world.run(scenario).status == 200
