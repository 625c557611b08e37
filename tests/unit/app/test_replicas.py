# SPDX-License-Identifier: Apache-2.0
"""Pushes on several machines with one outbox on a server, and one call budget."""

from __future__ import annotations

import asyncio
from collections import deque

import httpx
import pytest

from integration.outbox import InputRow, Outbox
from integration.scores import LeadScore


@pytest.fixture
def place(new_schema):
    return new_schema()


def test_a_push_waits_for_rows_in_the_hands_of_another_replica(site, place):
    """While another replica has a row of it, a push waits; when that one dies, it delivers it."""
    site.add("a", "b")
    other = Outbox(place)
    seen = []

    async def work(app):
        destination, now = app._connect().store.destination, app._now()
        earlier = other.records.start_run("earlier", destination, now)
        rows = [InputRow(1, LeadScore("a", 40, now - 90_000))]
        other.intake.enqueue(earlier, destination, rows, now)
        assert other.claims.claim(destination, 9, now) is not None
        pushing = asyncio.ensure_future(
            app.push(site.rows(("a", 50), ("b", 60)), name="x", progress=seen.append)
        )
        await site.clock.sleep(3)
        assert site.data("b")["ml_score"] == "60"
        assert not pushing.done()
        other.close()
        return await pushing

    run = site.use(work, outbox=place)
    assert (run.delivered, run.exit_code) == (2, 0)
    assert site.data("a")["ml_score"] == "50"
    assert any("another replica delivers" in one.waiting_reason for one in seen)


class Mute(httpx.AsyncBaseTransport):
    """The platform, which does not say how its limit stands."""

    def __init__(self, platform) -> None:
        self.platform = platform

    async def handle_async_request(self, request):
        answer = await self.platform.handle_async_request(request)
        for name in [one for one in answer.headers if one.startswith("inin-ratelimit")]:
            del answer.headers[name]
        return answer


def test_replicas_stay_inside_one_call_budget(site, place):
    """Two pushes at once make no more calls than one client may, by what they tell each other."""
    site.transport = Mute(site.transport)
    leads = [f"l{number:04}" for number in range(3000)]
    for start in range(0, 3000, 1000):
        site.add(*leads[start : start + 1000])
    site.organisation.limits.set_ceiling("pusher", 40)
    site.control.forget_calls()

    scores = site.rows(*((lead, n * 37 % 100 + 1) for n, lead in enumerate(leads)))

    async def both():
        async with (
            site.app(outbox=place, calls_per_minute=40) as one,
            site.app(outbox=place, calls_per_minute=40) as other,
        ):
            return await asyncio.gather(
                one.push(scores[:1500], name="one"),
                other.push(scores[1500:], name="other"),
            )

    runs = site.run(both())
    assert [run.delivered for run in runs] == [1500, 1500]
    calls = site.calls()
    assert {call["status"] for call in calls} == {200}
    window: deque[float] = deque()
    most = 0
    for call in calls:
        window.append(call["at"])
        while window[0] <= call["at"] - 60:
            window.popleft()
        most = max(most, len(window))
    assert 30 <= most <= 40
    assert site.clock.monotonic() < 200
