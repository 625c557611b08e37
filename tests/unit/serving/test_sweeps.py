# SPDX-License-Identifier: Apache-2.0
"""Sweeps of a service: when, only where they are allowed, and what streams in meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from integration.configuration import SettingsError
from integration.outbox import DeliveryLock, Outbox, OutboxError
from integration.serving import filling, stream
from integration.sweeping import Sweep
from tests.unit.serving.conftest import WRITE
from tests.unit.serving.watcher import BEARER

HOUR = 3600


class Sweeping:
    """A service that sweeps every six hours, and leads whose scores are 26 hours old."""

    def __init__(self, world):
        self.world = world
        for lead in ("A", "B", "C"):
            world.lead(lead, 90, age=timedelta(hours=26))

    def serve(self, script=None, *, lasts=7 * HOUR, **settings):
        chosen = {"sweep_hours": 6, "sweep_verified": True, "webhook_token": SecretStr(BEARER)}

        async def main():
            async with self.world.app(**chosen | settings) as app:
                service = app.service()
                async with service.desk() as desk:
                    stream, stop = service.stream(desk), asyncio.Event()
                    tasks = [
                        asyncio.ensure_future(stream.run(stop)),
                        asyncio.ensure_future(service.sweeps(stream)),
                    ]
                    if script is not None:
                        await script(desk)
                    else:
                        await self.world.clock.sleep(lasts)
                    app.interrupt()
                    await asyncio.sleep(0)
                    stop.set()
                    await asyncio.gather(*tasks)

        with capture_logs() as logs:
            self.world.run(main())
        return [one for one in logs if one["event"].startswith(("swe", "not_"))]

    def scores(self):
        return {lead: self.world.held(lead) for lead in "ABC"}


@pytest.fixture
def sweeping(service, monkeypatch):
    monkeypatch.setattr(filling, "_LOOK_S", 600.0)  # nobody else brings scores here
    monkeypatch.setattr(stream, "_FOLLOW_S", 600.0)
    return Sweeping(service)


def test_a_service_sweeps_as_often_as_it_is_told(sweeping):
    """Every six hours stale scores become 0."""
    (swept,) = sweeping.serve()
    assert (swept["found"], swept["marked"], swept["log_level"]) == (3, 3, "info")
    assert sweeping.scores() == {"A": "0", "B": "0", "C": "0"}
    assert len(sweeping.serve(lasts=13 * HOUR)) == 2


def test_a_service_sweeps_only_where_it_is_told(sweeping):
    """Without hours there is no sweep; where nobody has verified it, the service does not start."""
    assert sweeping.serve(sweep_hours=0) == []
    assert sweeping.scores()["A"] == "90"
    with pytest.raises(SettingsError, match="verif"):
        sweeping.serve(sweep_verified=False)


def test_scores_that_stream_in_meanwhile_win(sweeping):
    """A score that a sweep has marked by mistake is put right, and delivery goes on afterwards."""
    world = sweeping.world
    world.organisation.bulk_jobs.start_seconds = 20

    async def script(desk):
        await world.clock.sleep(6 * HOUR + 2)
        await desk.accept([world.score("A", 75, age_s=0)])
        await world.clock.sleep(600)
        assert world.held("A") == "75"
        await desk.accept([world.score("B", 76, age_s=0)])
        await world.clock.sleep(3)
        assert world.held("B") == "76"

    (swept,) = sweeping.serve(script)
    assert swept["delivered_again"] == 1
    assert sweeping.scores() == {"A": "75", "B": "76", "C": "0"}


def test_a_score_under_way_is_finished_before_the_sweep_delivers(sweeping):
    """While the sweep delivers again, nobody else in this process does: no write is made twice."""
    world = sweeping.world
    world.organisation.bulk_jobs.start_seconds = 20

    async def script(desk):
        await world.clock.sleep(6 * HOUR + 2)
        await desk.accept([world.score("A", 75, age_s=0)])
        await world.clock.sleep(16)
        world.fail(WRITE, "latency", seconds=3)
        await desk.accept([world.score("B", 76, age_s=0)])
        await world.clock.sleep(600)

    sweeping.serve(script)
    assert sweeping.scores() == {"A": "75", "B": "76", "C": "0"}
    assert len(world.made(WRITE)) == 3  # A, B, and A once more


def test_a_sweep_that_fails_is_tried_again_in_six_hours(sweeping, monkeypatch):
    """A platform or an outbox that is out of order ends neither the service nor its sweeps."""
    sweeping.world.fail("*", "status", status=403, code="missing.permissions")
    (swept,) = sweeping.serve()
    assert swept["log_level"] == "error"
    assert "missing.permissions" in swept["stopped"]
    sweeping.world.control.clear_faults()

    async def fails(*_, **__):
        raise OutboxError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Sweep, "run", fails)
        (failed,) = sweeping.serve()
    assert (failed["event"], failed["problem"]) == ("sweep_failed", "the disk is full")
    assert sweeping.serve(lasts=13 * HOUR)[-1]["found"] == 0


def test_who_follows_does_not_sweep(sweeping):
    """Of several services on one outbox, the one that delivers sweeps."""
    other = Outbox(sweeping.world.settings.outbox)
    assert other.lock.acquire()
    assert sweeping.serve() == []
    other.close()


def test_replicas_do_not_sweep(sweeping, monkeypatch):
    """Where several deliver at the same time, a service that is to sweep does not start."""
    monkeypatch.setattr(DeliveryLock, "alone", False)
    with pytest.raises(SettingsError, match="replicas are not"):
        sweeping.serve()


def test_the_end_comes_during_a_sweep(sweeping):
    """A service that is to end does not wait for the platform's job, and delivers what is due."""
    world = sweeping.world
    world.organisation.bulk_jobs.start_seconds = 4 * HOUR

    async def script(desk):
        await world.clock.sleep(6 * HOUR + 100)
        await desk.accept([world.score("A", 75, age_s=0)])

    (swept,) = sweeping.serve(script)
    assert "goes on" in swept["problems"][0]
    assert world.clock.monotonic() < 6 * HOUR + 130
    assert world.held("A") == "75"
