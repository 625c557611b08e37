# SPDX-License-Identifier: Apache-2.0
"""A service goes on delivering, whatever happens to the platform, the outbox or its neighbours."""

from __future__ import annotations

import pytest

from integration.outbox import DeliveryLock, InputRow, Outbox, OutboxError, Settlement
from integration.scores import instant_of
from integration.serving import filling
from tests.unit.serving.conftest import READ, TOKEN, WRITE

HOUR = 3600


@pytest.fixture
def days(monkeypatch):
    """Look seldom for what other processes bring: for tests that last for days."""
    monkeypatch.setattr(filling, "_LOOK_S", 600.0)


def test_an_outage_is_survived(service):
    """After two hours without the platform everything is delivered within a minute or so."""
    leads = service.leads(40)

    async def script(one):
        service.fail()
        for number, lead in enumerate(leads):
            one.put(service.score(lead, 80))
            await one.wait(180)
            assert one.standing.state == "backing_off"
            assert "did not answer" in one.standing.problem
            assert one.waiting() == number + 1
        service.control.clear_faults()
        assert await one.until_empty() < 90
        assert one.standing.state == "delivering"
        assert one.standing.problem == ""
        assert one.standing.settled == pytest.approx(0, abs=1)

    logs = service.serve(script)
    assert {service.held(lead) for lead in leads} == {"80"}
    events = [one["event"] for one in logs]
    assert events.count("delivering_again") == 1
    assert 60 < events.count("not_delivering") < 150  # once a minute or so, and never quicker


def test_waits_between_tries_grow_to_a_minute(service):
    """The first tries come soon after each other, the later ones a minute apart."""
    (lead,) = service.leads(1)

    async def script(one):
        service.fail()
        one.put(service.score(lead, 80))
        await one.wait(HOUR)

    waits = [x["next_try_in"] for x in service.serve(script) if x["event"] == "not_delivering"]
    assert waits[:6] == [5, 10, 20, 40, 60, 60]
    assert max(waits) == 60


def test_an_outage_is_told_once_an_hour(service):
    """Who is on call hears of it at once and then seldom, each lead counted once."""
    leads = service.leads(3)

    async def script(one):
        service.fail()
        one.put(*(service.score(lead, 80) for lead in leads))
        await one.wait(200)
        assert len(service.alerts()) == 1
        await one.wait(2 * HOUR)

    service.serve(script)
    assert [one["leads"] for one in service.alerts()] == [3, 3, 3, 3]  # the last one at the end


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [(TOKEN, 401, "invalid_client"), (WRITE, 403, "missing.permissions"), (READ, 401, "")],
    ids=["no token", "no right to write", "token refused"],
)
def test_a_refusal_does_not_end_the_service(service, operation, status, code):
    """What would end a push is said, and tried again until somebody has put it right."""
    (lead,) = service.leads(1)

    async def script(one):
        service.fail(operation, "status", status=status, code=code)
        one.put(service.score(lead, 80))
        await one.wait(HOUR)
        assert one.standing.credentials_refused
        assert one.standing.since > HOUR - 60
        assert not one.running.done()
        service.control.clear_faults()
        await one.until_empty()
        assert not one.standing.credentials_refused

    service.serve(script)
    assert service.held(lead) == "80"


def test_scores_that_were_put_off_alone_are_tried_when_due(service):
    """What was put off while others went through waits for its time, and holds nobody up."""
    late, other = service.leads(2)

    async def script(one):
        await one.wait(1)
        run = one.put(service.score(late, 80))
        now, claims = instant_of(service.clock.now()), one.app.outbox.claims
        claim = claims.claim(one.app._connect().store.destination, 9, now)
        put_off = Settlement(claim.pending[0], None, due=now + 30_000, reason="later")
        claims.settle(claim, [put_off], now)
        one.put(service.score(other, 70))
        await one.wait(10)
        assert service.held(other) == "70"
        assert service.held(late) == ""
        await one.wait(23)
        assert one.verdicts(run) == ["delivered"]

    service.serve(script)


def test_the_end_waits_for_nobody(service):
    """A service that is to end delivers what is due at once, and is gone."""
    (lead,) = service.leads(1)

    async def script(one):
        await one.wait(10)
        one.put(service.score(lead, 80))
        one.stop.set()
        await one.running
        assert service.clock.monotonic() < service.started + 10.1
        assert one.standing.state == "ended"
        assert Outbox(service.settings.outbox).lock.acquire()

    service.serve(script)
    assert service.held(lead) == "80"


def test_the_end_is_bounded(service):
    """What cannot be delivered within the grace time is kept."""
    leads = service.leads(6)

    async def script(one):
        service.fail(READ, "latency", seconds=8)
        one.put(*(service.score(lead, 80) for lead in leads))
        await one.wait(3)
        one.stop.set()
        await one.running
        assert service.clock.monotonic() <= service.started + 3 + 12 + 5 + 0.1
        assert one.waiting() == 6 - sum(service.held(lead) == "80" for lead in leads) > 0
        service.control.clear_faults()

    service.serve(script, batch_size=1, grace_seconds=12)


@pytest.mark.parametrize(("wait", "held"), [(5, "80"), (100, "")], ids=["within", "after"])
def test_the_grace_time_counts_while_somebody_else_delivers(service, wait, held):
    """A pause that lasts beyond the grace time is followed by no delivery, a shorter one is."""
    (lead,) = service.leads(1)

    async def script(one):
        await one.wait(1)
        async with one.stream.paused():
            one.put(service.score(lead, 80))
            await one.wait(10)
            assert not service.made()
            one.stop.set()
            await one.wait(wait)
        await one.running
        assert service.held(lead) == held

    service.serve(script)


@pytest.mark.parametrize("way", ["backing off", "following", "idle"])
def test_the_end_comes_at_once_where_nothing_can_be_done(service, way):
    """A service that waits for the platform, for another process or for scores ends when told."""
    (lead,) = service.leads(1)

    async def script(one):
        if way == "backing off":
            service.fail(TOKEN, "status", status=401, code="invalid_client")
            one.put(service.score(lead, 80))
        await one.wait(200)
        one.stop.set()
        before = service.clock.monotonic()
        await one.running
        assert service.clock.monotonic() - before < 0.1

    other = Outbox(service.settings.outbox)
    if way == "following":
        assert other.lock.acquire()
    service.serve(script)
    other.close()


def test_the_second_service_takes_over(service):
    """Of two services one delivers; when it ends, the other goes on within a second or so."""
    first, second = service.leads(2)

    async def script(one):
        async with service.serving() as other:
            await one.wait(5)
            assert one.standing.state == "delivering"
            assert other.standing.state == "following"
            assert "delivers from this outbox" in other.standing.problem
            other.put(service.score(first, 80))
            await other.until_empty()
            one.stop.set()
            await one.running
            other.put(service.score(second, 70))
            assert await other.until_empty() < 3.5
            assert other.standing.state == "delivering"

    service.serve(script)
    assert (service.held(first), service.held(second)) == ("80", "70")


def test_what_a_dead_service_had_under_way_is_delivered(service):
    """Scores that a killed process had claimed are delivered by the next one, without a wait."""
    (lead,) = service.leads(1)
    dead = Outbox(service.settings.outbox)

    async def script(one):
        await one.wait(2.5)
        assert service.held(lead) == "80"

    async def left_behind():
        app = service.app()
        destination = app._connect().store.destination
        now = instant_of(service.clock.now())
        run = dead.records.start_run("webhook", destination, now)
        dead.intake.enqueue(run, destination, [InputRow(1, service.score(lead, 80))], now)
        assert dead.claims.claim(destination, 9, now) is not None
        await app.close()

    service.run(left_behind())
    dead.close()
    service.serve(script)


def test_a_push_beside_is_delivered_and_ends_with_its_own_summary(service):
    """A push beside a service hands its scores over and follows until they are settled."""
    first, second = service.leads(2)

    async def script(one):
        async with service.app() as pusher:
            pushing = pusher.push(service.rows((first, 80), ("nobody", 50)), name="scores.csv")
            one.put(service.score(second, 70))
            summary = await pushing
        assert (summary.delivered, summary.unknown, summary.waiting) == (1, 1, 0)
        await one.until_empty()

    service.serve(script)
    assert (service.held(first), service.held(second)) == ("80", "70")


@pytest.mark.parametrize(
    "defect", [OutboxError("the disk is full"), ValueError("never foreseen")], ids=str
)
def test_trouble_inside_does_not_end_the_service(service, monkeypatch, defect):
    """A full disk, or a defect, is logged; the service tries again."""
    (lead,) = service.leads(1)

    async def script(one):
        intend = one.app.outbox.claims.intend

        def fails(*_):
            raise defect

        monkeypatch.setattr(one.app.outbox.claims, "intend", fails)
        one.put(service.score(lead, 80))
        await one.wait(30)
        assert one.standing.state == "backing_off"
        assert one.standing.problem == str(defect)
        monkeypatch.setattr(one.app.outbox.claims, "intend", intend)
        await one.until_empty()
        assert one.standing.state == "delivering"

    logs = service.serve(script)
    told = [one for one in logs if one["event"] == "not_delivering"]
    assert told
    assert all(bool(one["exc_info"]) is isinstance(defect, ValueError) for one in told)
    assert service.held(lead) == "80"


def test_a_removed_lock_file_leaves_one_deliverer(service):
    """A service whose lock file was removed follows the process that has taken the new one."""

    async def script(one):
        await one.wait(1)
        lock = service.settings.outbox.with_name("outbox.db.lock")
        lock.unlink()
        other = Outbox(service.settings.outbox)
        assert other.lock.acquire()
        destination = one.app._connect().store.destination
        other.claims.recover(destination, instant_of(service.clock.now()))

        def lost(*_):
            raise OutboxError("another process has begun to deliver")

        one.app.outbox.claims.claim = lost
        one.put(service.score("L0001", 80))
        await one.wait(20)
        assert one.standing.state == "following"
        other.close()
        del one.app.outbox.claims.claim
        await one.until_empty()

    service.leads(1)
    service.serve(script)
    assert service.held("L0001") == "80"


@pytest.mark.usefixtures("days")
def test_the_token_is_renewed_for_days(service):
    """Three days of scores: each day's token is fetched ahead of time, no call is refused."""
    leads = service.leads(6)

    async def script(one):
        for lead in leads:
            one.put(service.score(lead, 80))
            await one.wait(12 * HOUR)

    service.serve(script)
    assert {service.held(lead) for lead in leads} == {"80"}
    assert {one["status"] for one in service.made()} == {200}


def test_refused_rows_are_told_while_the_service_goes_on(service):
    """Leads whose rows the platform refuses are told within a minute."""
    good, bad = service.leads(2)
    service.call(
        "PUT",
        f"/outbound/contactlists/{service.lists['']}/contacts/{bad}",
        {"contactListId": service.lists[""], "data": {"lead_id": bad, "rank": "1"}},
    )

    async def script(one):
        service.fail(WRITE, "status", status=400, code="bad.row", nth=(1, 3))
        one.put(service.score(good, 80), service.score(bad, 70))
        await one.wait(70)
        assert [a["leads"] for a in service.alerts()] == [1]

    service.serve(script)


@pytest.mark.parametrize("alone", [True, False], ids=["a file", "replicas"])
def test_the_own_run_stays_open(service, alone, monkeypatch):
    """Runs of dead processes are closed at the start, the one that the service writes into not.

    Where replicas share the outbox, the others may belong to living ones.
    """
    monkeypatch.setattr(DeliveryLock, "alone", alone)

    async def left_behind():
        async with service.app() as app:
            destination = app._connect().store.destination
            now = instant_of(service.clock.now())
            return [app.outbox.records.start_run("x", destination, now) for _ in range(2)]

    async def script(one):
        await one.wait(1)
        read = one.app.outbox._db.read().execute("SELECT id FROM run WHERE finished IS NULL")
        assert read.fetchall() == ([(own,)] if alone else [(other,), (own,)])

    other, own = service.run(left_behind())
    service.serve(script, own_run=own)
