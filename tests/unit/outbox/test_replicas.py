# SPDX-License-Identifier: Apache-2.0
"""Several replicas on one server: they take in, claim and take over without getting in the way."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import ClaimLostError, OutboxError, postgres
from tests.unit.outbox.conftest import Box

DELIVERED, SUPERSEDED, WAITING = Verdict.DELIVERED, Verdict.SUPERSEDED, Verdict.WAITING


@pytest.fixture
def replicas(server_box):
    """Three uses of one outbox, each with a connection of its own."""
    made = [server_box, Box(server_box.path), Box(server_box.path)]
    yield made
    for one in made:
        one.outbox.close()


def test_the_newest_of_each_lead_stays_whoever_brings_it(replicas):
    """Replicas that take in the same leads at once neither block each other nor lose a score."""
    chance = random.Random(7)
    updates = [(f"L{chance.randrange(40)}", chance.randrange(1, 1000)) for _ in range(1200)]
    runs = [one.records.start_run("test", "list", one.now) for one in replicas]

    def take_in(number):
        box, mine = replicas[number], updates[number::3]
        for start in range(0, len(mine), 20):
            batch = [box.score(at, at % 100, lead) for lead, at in mine[start : start + 20]]
            box.put(runs[number], *batch, first=start + 1)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(take_in, range(3)))
    newest: dict[str, int] = {}
    for lead, at in updates:
        newest[lead] = max(at, newest.get(lead, 0))
    assert {lead: at for lead, at, *_ in replicas[0].waiting()} == newest
    replicas[0].deliver()
    ends = [verdict for run in runs for verdict in replicas[0].verdicts(run).values()]
    assert len(ends) == 1200
    assert set(ends) <= {DELIVERED, SUPERSEDED, Verdict.DUPLICATE}


def test_no_two_claims_hold_the_same_lead(replicas):
    """Replicas that claim at once get different leads, and together all of them."""
    box = replicas[0]
    box.run(*(box.score(lead=f"L{number:03}") for number in range(300)))

    def take(one):
        taken = []
        while (claim := one.claims.claim("list", 7, one.now)) is not None:
            taken += one.leads(claim)
        return taken

    with ThreadPoolExecutor(3) as threads:
        taken = [lead for leads in threads.map(take, replicas) for lead in leads]
    assert len(taken) == len(set(taken))
    left = set(box.leads(rest)) if (rest := box.claims.claim("list", 999, box.now)) else set()
    assert set(taken) | left == {f"L{number:03}" for number in range(300)}


def test_a_claim_passes_by_what_another_one_takes(replicas):
    """A replica takes what is free and does not wait; where nothing is, it takes nothing."""
    first, second, _ = replicas
    first.run(first.score(lead="A"), first.score(lead="B"))
    with first.outbox._db.transaction(leads=()) as taking:
        taking.execute("SELECT 1 FROM pending WHERE lead = ? FOR UPDATE", ("A",))
        assert second.leads(second.take()) == ["B"]
        assert second.claims.claim("list", 9, second.now) is None


def test_news_of_a_lead_waits_for_who_is_at_work_on_it(replicas, monkeypatch):
    """News of another lead does not; who waits for too long is told, and nothing is kept."""
    monkeypatch.setattr(postgres, "_SESSION", ("SET lock_timeout = '20ms'",))
    first = replicas[0]
    late = Box(first.path)
    run = late.run()
    with first.outbox._db.transaction(leads=["A"]):
        late.put(run, late.score(lead="B"))
        with pytest.raises(OutboxError, match="lock timeout"):
            late.put(run, late.score(lead="A"), first=2)
        with pytest.raises(OutboxError, match="lock timeout"):
            late.records.prune(0)
    late.put(run, late.score(lead="A"), first=2)
    assert [lead for lead, *_ in late.waiting()] == ["A", "B"]
    late.outbox.close()


def test_many_leads_at_once_have_the_outbox_to_themselves(replicas, monkeypatch):
    """A batch of more leads than a server has locks for is taken in alone."""
    monkeypatch.setattr(postgres, "MANY_LEADS", 2)
    monkeypatch.setattr(postgres, "_SESSION", ("SET lock_timeout = '20ms'",))
    first = replicas[0]
    late = Box(first.path)
    run = late.run()
    with (
        first.outbox._db.transaction(leads=["X"]),
        pytest.raises(OutboxError, match="lock timeout"),
    ):
        late.put(run, *(late.score(lead=lead) for lead in "ABC"))
    late.put(run, *(late.score(lead=lead) for lead in "ABC"))
    late.outbox.close()


# -- the dead ----------------------------------------------------------------------------------


def test_only_the_claims_of_the_dead_are_taken_over(replicas):
    """A replica that starts, or goes on, leaves the living alone and takes over from the dead."""
    dead, living, heir = replicas
    dead.run(*(dead.score(lead=lead) for lead in "AB"))
    lost, kept = dead.take(1), living.take(1)
    assert heir.claims.recover("list", heir.now) == {}
    assert heir.claims.take_over("list", heir.now) == {}
    assert heir.claims.claim("list", 9, heir.now) is None
    dead.outbox.close()
    assert heir.claims.take_over("other", heir.now) == {}
    assert heir.claims.take_over("list", heir.now) == {}
    assert heir.leads(heir.take()) == dead.leads(lost)
    living.settle(kept, DELIVERED)
    assert [lead for lead, *_ in heir.waiting()] == dead.leads(lost)


def test_what_the_dead_may_have_written_counts_from_now(replicas):
    """A replica that is cut off may have written until its claim was taken: newer scores wait."""
    dead, _, heir = replicas
    dead.run(dead.score(5, lead="A"), dead.score(5, lead="B"))
    dead.intend(dead.take(1))
    dead.take(1)
    dead.outbox.close()
    heir.now += 20_000
    assert heir.claims.take_over("list", heir.now) == {"A": (5, heir.now)}


def test_who_was_taken_for_dead_writes_nothing(replicas):
    """A replica whose claim was taken over learns it before it writes, and settles nothing."""
    lost, heir, _ = replicas
    run = lost.run(lost.score(5))
    claim = lost.take()
    lost.intend(claim, 40, 3)
    lost.claims.check(claim)
    lost.outbox._db._let_go()
    lost.claims.check(claim)  # nobody has taken it over yet
    heir.claims.take_over("list", heir.now)
    with pytest.raises(ClaimLostError, match="lost its connection to the server"):
        lost.claims.check(claim)
    with pytest.raises(ClaimLostError):
        lost.intend(claim, 41, 4)
    lost.claims.settle(claim, [lost.outcome(claim.pending[0], DELIVERED)], lost.now)
    lost.claims.give_back(claim, lost.now)
    assert lost.verdicts(run) == {1: WAITING}
    assert heir.intend(heir.take()) == {"L": StoredScore(40, 3)}


def test_an_intent_and_a_take_over_at_once(replicas):
    """A claim that is being taken over is either looked at before or after, never in between."""
    lost, heir, watcher = replicas
    lost.run(lost.score(5))
    claim = lost.take()
    lost.outbox._db._let_go()
    with ThreadPoolExecutor(1) as thread:
        with heir.outbox._db.transaction() as taking:
            taking.execute("DELETE FROM claim WHERE id = ?", (claim.id,))
            checking = thread.submit(lost.claims.check, claim)
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            looking = watcher.outbox._db.read()
            while looking.execute(waits).fetchone() == (0,) and not checking.done():
                pass
        with pytest.raises(ClaimLostError):
            checking.result()


def test_runs_of_the_living_stay_open(replicas):
    """A deliverer that starts closes the runs that the dead have left open, and no other."""
    dead, living, heir = replicas
    runs = [one.records.start_run("test", "list", one.now) for one in replicas]
    dead.outbox.close()
    heir.records.close_runs(77, but=runs[2])
    found = living.outbox._db.read().execute("SELECT finished FROM run ORDER BY id").fetchall()
    assert found == [(77,), (None,), (None,)]


def test_nothing_is_taken_over_in_a_file(file_box):
    """In a file one process delivers, which takes over when it starts."""
    file_box.run(file_box.score())
    claim = file_box.take()
    assert file_box.claims.take_over("list", file_box.now) == {}
    file_box.claims.check(claim)


def test_everybody_may_deliver_from_a_server(replicas):
    """All may at the same time, unless one wants to be alone."""
    first, second, third = (one.outbox.lock for one in replicas)
    assert (first.alone, first.holder()) == (False, "of another replica")
    assert first.acquire()
    assert first.acquire()
    assert second.acquire()
    assert not first.acquire(alone=True)
    second.release()
    second.release()
    assert first.acquire(alone=True)
    assert first.acquire()
    assert not third.acquire()
    first.release()
    assert third.acquire(alone=True)


def test_who_wants_to_be_alone_stays_so_on_a_new_connection(replicas):
    """The right is taken again with a new connection; who has lost it to another is told."""
    first, second, _ = replicas
    assert first.outbox.lock.acquire()
    first.outbox._db._let_go()
    first.run()
    assert not second.outbox.lock.acquire(alone=True)
    first.outbox._db._let_go()
    assert second.outbox.lock.acquire(alone=True)
    with pytest.raises(OutboxError, match="has begun to work alone"):
        first.run()
    second.outbox.lock.release()
    first.run()


def test_a_right_that_cannot_be_asked_for(replicas):
    """Where the connection breaks over it, that is an outbox problem like any other."""
    first, second, _ = replicas

    def cut_off():
        pid = first.outbox._db._connection.info.backend_pid
        second.outbox._db._connection.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))

    cut_off()
    with pytest.raises(OutboxError, match="nothing was changed"):
        first.outbox.lock.acquire()
    assert first.outbox.lock.acquire()
    cut_off()
    first.outbox.lock.release()
    assert second.outbox.lock.acquire(alone=True)
