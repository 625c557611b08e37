# SPDX-License-Identifier: Apache-2.0
"""An outbox of each kind, and short words for what happens to it.

What every outbox has to do is tested with ``box``: in a file, and on a real PostgreSQL server, on
which each test has a schema of its own.
"""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from integration.order import StoredScore, Verdict
from integration.outbox import InputRow, Outbox, OutboxServer, Settlement
from integration.scores import LeadScore

NOW = 1_795_428_000_000
"""2026-11-23T10:00:00.000Z"""
NOTHING = StoredScore()
PARKING = {Verdict.UNKNOWN_LEAD, Verdict.REJECTED}


class Box:
    """One outbox; ``at`` of its scores are small numbers, to be read as first, second and so on."""

    def __init__(self, path) -> None:
        self.path = path
        self.outbox = Outbox(path)
        self.shared = isinstance(path, OutboxServer)
        if not self.shared:  # no test that uses this takes the power away: wait for no disk
            self.outbox._db.read().execute("PRAGMA synchronous = OFF")
        self.intake = self.outbox.intake
        self.claims = self.outbox.claims
        self.records = self.outbox.records
        self.now = NOW
        self._correlations = (f"batch-{number}" for number in itertools.count(1))

    @staticmethod
    def score(at=5, score=50, lead="L", *, based_on=None, model=""):
        bases = None if based_on is None else frozenset(based_on)
        return LeadScore(lead, score, at, model, bases)

    def run(self, *scores, destination="list"):
        """A new run whose first rows are ``scores``."""
        run = self.records.start_run("test", destination, self.now)
        self.put(run, *scores, destination=destination)
        return run

    def put(self, run, *scores, first=1, destination="list"):
        """One batch of a run: each score, or rejection, is a row, counted from ``first``."""
        rows = [
            InputRow(row, one) if isinstance(one, LeadScore) else InputRow(row, rejected=one)
            for row, one in enumerate(scores, first)
        ]
        self.intake.enqueue(run, destination, rows, self.now)

    def take(self, limit=1000, destination="list"):
        """A claim, which there has to be."""
        claim = self.claims.claim(destination, limit, self.now)
        assert claim is not None
        return claim

    def leads(self, claim):
        return [one.score.lead_id for one in claim.pending]

    def intend(self, claim, previous=None, previous_at=None):
        """Put all writes of ``claim`` on record."""
        stored = StoredScore(previous, previous_at)
        return self.claims.intend(
            claim, [(one, stored) for one in claim.pending], next(self._correlations), self.now
        )

    @staticmethod
    def outcome(pending, verdict, *, stored=NOTHING, reason=None, **more):
        """The settlement of one score; None puts it off."""
        if reason is None:
            reason = "" if verdict in {None, Verdict.DELIVERED} else f"for {verdict}"
        parked = verdict in PARKING
        return Settlement(pending, verdict, stored, reason=reason, parked=parked, **more)

    def settle(self, claim, verdict, *, stored=NOTHING, **more):
        """Give all scores of ``claim`` one verdict."""
        if verdict is Verdict.DELIVERED:
            self.intend(claim, stored.score, stored.at)
        outcomes = [self.outcome(one, verdict, stored=stored, **more) for one in claim.pending]
        self.claims.settle(claim, outcomes, self.now)

    def deliver(self, **more):
        """Deliver everything that is due."""
        while (claim := self.claims.claim("list", 1000, self.now)) is not None:
            self.settle(claim, Verdict.DELIVERED, **more)

    def verdicts(self, run):
        return {one.row: one.verdict for one in self.records.arrivals(run)}

    def row(self, run, number=1):
        (found,) = [one for one in self.records.arrivals(run) if one.row == number]
        return found

    def waiting(self, destination="list"):
        """Everything that is pending, as (lead, at, run, row)."""
        return (
            self.outbox._db.read()
            .execute(
                "SELECT lead, at, run, row FROM pending WHERE destination = ? ORDER BY lead",
                (destination,),
            )
            .fetchall()
        )

    def recover(self, destination="list"):
        """Its deliverer dies, and the next one begins here."""
        if self.shared:
            self.outbox._db._let_go()  # the next connection is another replica
        return self.claims.recover(destination, self.now)

    def reopen(self):
        """What a new process finds after this one has died."""
        self.outbox.close()
        again = Box(self.path)
        again.now = self.now
        return again


@pytest.fixture(scope="session")
def empty_outbox(tmp_path_factory):
    """The file of an outbox in which nothing is."""
    path = tmp_path_factory.mktemp("empty") / "outbox.db"
    Outbox(path).close()
    return path


@pytest.fixture
def file_box(tmp_path, empty_outbox):
    made = Box(Path(shutil.copy(empty_outbox, tmp_path / "outbox.db")))
    yield made
    made.outbox.close()


@pytest.fixture
def server_box(new_schema):
    made = Box(new_schema())
    yield made
    made.outbox.close()


@pytest.fixture(params=["file", "server"])
def box(request):
    return request.getfixturevalue(f"{request.param}_box")
