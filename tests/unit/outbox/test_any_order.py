# SPDX-License-Identifier: Apache-2.0
"""Whatever happens in whatever order, the newest score of each lead ends up in the store.

Hypothesis plays scorers, two workers that deliver, crashes, unknown and refused leads against
a real outbox. The oracle knows one rule only: the newest instant wins, and of equal instants
the first to arrive.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from integration.order import StoredScore, Verdict, against_stored
from integration.outbox import Claim, InputRow, Outbox, OutboxPlace, OutboxServer, Settlement
from integration.scores import LeadScore

PARKED = {Verdict.UNKNOWN_LEAD, Verdict.REJECTED}
MINUTE = 60_000
PLAIN, DISPUTED, UNKNOWN, REFUSED = "plain", "disputed", "unknown", "refused"
NEVER = 7
"""An instant at which no lead ever has a score: what is based on it has to be refused."""

leads = st.sampled_from([PLAIN, DISPUTED, UNKNOWN, REFUSED])
arrivals = st.tuples(
    leads,
    st.sampled_from(["score", "score", "chain", "baseless"]),
    st.integers(1, 6),
    st.integers(1, 3),
)


@dataclass
class Delivery:
    """A claim on its way: what a worker knows of it."""

    claim: Claim
    outcomes: list[Settlement] | None = None
    writes: list[LeadScore] = field(default_factory=list)


class AnyOrder(RuleBasedStateMachine):
    """Scores arrive and are delivered in every order that Hypothesis can think of."""

    new_place: Callable[[], tuple[OutboxPlace, Callable[[], None]]]
    """Where the next outbox is, and how to get rid of it."""

    def __init__(self) -> None:
        super().__init__()
        self.place, self.forget = self.new_place()
        self.open()
        self.now = 1000
        self.store = {lead: StoredScore() for lead in (PLAIN, DISPUTED, REFUSED)}
        self.refusing = {REFUSED}
        self.runs: dict[int, list[LeadScore]] = {}
        self.open_runs: list[int] = []
        self.newest: dict[str, LeadScore] = {}  # the oracle
        self.intents: dict[tuple[str, int], StoredScore] = {}
        self.written: set[tuple[str, int, int]] = set()
        self.on_their_way: list[Delivery] = []
        self.ended: list[tuple[Claim, list[Settlement]]] = []

    def open(self) -> None:
        self.outbox = Outbox(self.place)
        if not isinstance(self.place, OutboxServer):
            self.outbox._db.read().execute("PRAGMA synchronous = OFF")

    # -- scores arrive --------------------------------------------------------------------

    @initialize()
    def start_first_run(self):
        self.start_run()

    @rule()
    def start_run(self):
        self.open_runs.append(self.outbox.records.start_run("test", "list", self.now))
        self.runs[self.open_runs[-1]] = []

    @precondition(lambda self: len(self.open_runs) > 1)
    @rule(which=st.integers(0, 9))
    def finish_run(self, which):
        run = self.open_runs.pop(which % len(self.open_runs))
        self.outbox.records.finish_run(run, self.now)

    @rule(which=st.integers(0, 9), batch=st.lists(arrivals, min_size=1, max_size=4))
    def arrive(self, which, batch):
        self.now += 1
        run = self.open_runs[which % len(self.open_runs)]
        rows = []
        baseless = {lead for lead, at, *_ in self.pending() if at % 1000 == 500}
        for lead, kind, instant, value in batch:
            if kind == "baseless" and lead != DISPUTED:
                score = LeadScore(lead, value, instant * 1000 + 500, based_on=frozenset((NEVER,)))
                baseless.add(lead)
            elif kind == "chain" and lead not in baseless:
                score = self.chained(lead, value)
            else:  # leads that have baseless scores have one value for each instant
                settled = value if lead == DISPUTED else instant
                score = LeadScore(lead, settled, instant * 1000)
            known = self.newest.get(lead)
            if score.at % 1000 != 500 and (known is None or score.at > known.at):
                self.newest[lead] = score
            self.runs[run].append(score)
            rows.append(InputRow(len(self.runs[run]), score, lane="ns"[value % 2]))
        self.outbox.intake.enqueue(run, "list", rows, self.now)

    def chained(self, lead, value):
        """A score that was computed from the newest one there is."""
        known = self.newest.get(lead)
        base = None if known is None else known.at
        return LeadScore(lead, value, (base or 0) + 1, based_on=frozenset((base,)))

    # -- and are delivered ----------------------------------------------------------------

    @precondition(lambda self: len(self.on_their_way) < 2)
    @rule(limit=st.integers(1, 3))
    def claim(self, limit):
        claim = self.outbox.claims.claim("list", limit, self.now)
        if claim is not None:
            assert len({one.lane for one in claim.pending}) == 1
            taken = {one.score.lead_id for one in claim.pending}
            for other in self.on_their_way:
                assert not taken & {one.score.lead_id for one in other.claim.pending}
            self.on_their_way.append(Delivery(claim))

    @precondition(lambda self: self.on_their_way)
    @rule(which=st.integers(0, 1))
    def go_on(self, which):
        delivery = self.on_their_way[which % len(self.on_their_way)]
        if delivery.outcomes is None:
            self.compare(delivery)
        elif delivery.writes:
            self.write(delivery)
        else:
            self.settle(delivery)

    def compare(self, delivery):
        claims, claim = self.outbox.claims, delivery.claim
        delivery.outcomes = []
        meant = claims.intended("list", claim.pending)
        intents = []
        for one in claim.pending:
            lead = one.score.lead_id
            if lead not in self.store:
                delivery.outcomes.append(
                    Settlement(one, Verdict.UNKNOWN_LEAD, reason="unknown_lead", parked=True)
                )
                continue
            verdict = against_stored(one.score, self.store[lead])
            if verdict is Verdict.DUPLICATE and lead in meant:
                assert meant[lead] == self.intents[lead, one.score.at]
                delivery.outcomes.append(Settlement(one, Verdict.DELIVERED, meant[lead]))
            elif verdict is not None:
                delivery.outcomes.append(Settlement(one, verdict, self.store[lead]))
            elif lead in self.refusing:
                delivery.outcomes.append(
                    Settlement(one, Verdict.REJECTED, self.store[lead], reason="no", parked=True)
                )
            else:
                intents.append((one, self.store[lead]))
                self.intents.setdefault((lead, one.score.at), self.store[lead])
        on_record = claims.intend(claim, intents, "batch", self.now)
        for one, _ in intents:
            previous = on_record[one.score.lead_id]
            assert previous == self.intents[one.score.lead_id, one.score.at]
            delivery.outcomes.append(Settlement(one, Verdict.DELIVERED, previous))
            delivery.writes.append(one.score)

    def write(self, delivery):
        for score in delivery.writes:
            stored = self.store[score.lead_id]
            assert stored.at is None or stored.at < score.at, "an old score over a new one"
            self.store[score.lead_id] = StoredScore(score.score, score.at)
            self.written.add((score.lead_id, score.at, score.score))
        delivery.writes = []

    def settle(self, delivery):
        self.on_their_way.remove(delivery)
        self.outbox.claims.settle(delivery.claim, delivery.outcomes, self.now)
        self.ended.append((delivery.claim, delivery.outcomes))
        for one in delivery.outcomes:
            lead, at = one.pending.score.lead_id, one.pending.score.at
            expected = self.intents.pop((lead, at), None)
            if one.verdict is Verdict.DELIVERED:
                (record,) = [each for each in self.outbox.records.history(lead) if each.at == at]
                assert record.outcome == "delivered"
                assert StoredScore(record.previous, record.previous_at) == expected

    # -- or not ---------------------------------------------------------------------------

    @precondition(lambda self: self.on_their_way)
    @rule(which=st.integers(0, 1), minutes=st.integers(0, 2))
    def put_off(self, which, minutes):
        delivery = self.on_their_way.pop(which % len(self.on_their_way))
        due = self.now + minutes * MINUTE
        outcomes = [
            Settlement(one, None, reason="unreachable", due=due) for one in delivery.claim.pending
        ]
        self.outbox.claims.settle(delivery.claim, outcomes, self.now)
        self.ended.append((delivery.claim, outcomes))

    @precondition(lambda self: self.on_their_way)
    @rule(which=st.integers(0, 1))
    def give_back(self, which):
        delivery = self.on_their_way.pop(which % len(self.on_their_way))
        self.outbox.claims.give_back(delivery.claim, self.now)
        self.ended.append((delivery.claim, delivery.outcomes or []))

    @precondition(lambda self: self.ended)
    @rule(which=st.integers(0, 99))
    def settle_again(self, which):
        claim, outcomes = self.ended[which % len(self.ended)]
        self.outbox.claims.settle(claim, outcomes, self.now)

    @rule()
    def crash(self):
        self.outbox.close()
        self.open()
        self.outbox.claims.recover("list", self.now)
        self.ended += [(one.claim, one.outcomes or []) for one in self.on_their_way]
        self.on_their_way = []

    @rule()
    def time_passes(self):
        self.now += MINUTE

    @rule(lead=st.none() | leads)
    def release(self, lead):
        self.outbox.records.release(self.now, lead_id=lead)

    @rule()
    def load_the_unknown_lead(self):
        self.store.setdefault(UNKNOWN, StoredScore())

    @rule()
    def mend_or_break_the_refused_lead(self):
        self.refusing ^= {REFUSED}

    # -- what always holds ----------------------------------------------------------------

    def pending(self):
        return (
            self.outbox._db.read()
            .execute("SELECT lead, at, run, row, parked, claim FROM pending")
            .fetchall()
        )

    def rows(self):
        """Every row of every run: its number, score and verdict."""
        for run, scores in self.runs.items():
            found = list(self.outbox.records.arrivals(run))
            assert [one.row for one in found] == list(range(1, len(scores) + 1))
            yield from ((run, one.row, scores[one.row - 1], one.verdict) for one in found)

    @invariant()
    def nothing_is_lost(self):
        pending = self.pending()
        parked = {(run, row) for *_, run, row, reason, _ in pending if reason is not None}
        waiting = {(run, row) for *_, run, row, reason, _ in pending if reason is None}
        for run, row, score, verdict in self.rows():
            if verdict == Verdict.WAITING:
                assert (run, row) in waiting
            else:
                assert (run, row) not in waiting
                assert (run, row) not in parked or verdict in PARKED
            if verdict == Verdict.DELIVERED:
                assert (score.lead_id, score.at, score.score) in self.written
        claimed = {lead for lead, *_, claim in pending if claim is not None}
        taken = [one.score.lead_id for each in self.on_their_way for one in each.claim.pending]
        assert sorted(taken) == sorted(claimed)

    def deliver_all(self):
        """Everything is mended, and a last deliverer takes its time."""
        self.load_the_unknown_lead()
        self.refusing.clear()
        self.crash()
        self.release(None)
        while (claim := self.outbox.claims.claim("list", 2, self.now)) is not None:
            delivery = Delivery(claim)
            self.on_their_way.append(delivery)
            while delivery in self.on_their_way:
                self.go_on(0)

    def check_the_end(self):
        assert self.pending() == []
        for lead, newest in self.newest.items():
            assert self.store[lead] == StoredScore(newest.score, newest.at)
        for _, _, score, verdict in self.rows():
            assert verdict != Verdict.WAITING
            if verdict == Verdict.CONFLICT and score.at % 1000 != 500:
                assert score.lead_id == DISPUTED

    def teardown(self):
        try:
            self.deliver_all()
            self.check_the_end()
        finally:
            self.outbox.close()
            self.forget()


def play(new_place, examples):
    machine = type("Machine", (AnyOrder,), {"new_place": staticmethod(new_place)})
    rules = settings(max_examples=examples, stateful_step_count=50)
    run_state_machine_as_test(machine, settings=rules)


def test_the_newest_score_wins_whatever_happens(empty_outbox):
    """Every lead ends with its newest score, no row is lost, and no old score overwrites a new."""

    def new_file():
        folder = tempfile.TemporaryDirectory()
        return Path(shutil.copy(empty_outbox, folder.name)), folder.cleanup

    play(new_file, 60)


def test_the_newest_score_wins_on_a_server_too(new_schema):
    """The same, on a server: there it only has to be seen that nothing is different."""
    place = new_schema()
    keep = Outbox(place)

    def emptied():
        with keep._db.transaction() as connection:
            connection.execute("TRUNCATE run, arrival, pending, claim, ledger, rewritten")
        return place, lambda: None

    play(emptied, 12)
    keep.close()
