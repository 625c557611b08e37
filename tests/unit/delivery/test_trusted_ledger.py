# SPDX-License-Identifier: Apache-2.0
"""Deliveries that take previous values from the ledger."""

from __future__ import annotations

import pytest

from integration.order import StoredScore


class TestTrustedLedger:
    """With the ledger as audit, previous values are not read but for a sample."""

    @pytest.fixture
    def known(self, world):
        """100 leads whose present score was delivered by us."""
        leads = [f"l{i}" for i in range(100)]
        world.store.held = dict.fromkeys(leads, StoredScore(1, 1))
        world.enqueue(*(world.score(lead, 50, age_s=600) for lead in leads))
        world.deliver()
        world.store.calls.clear()
        world.options["trust_ledger"] = True
        return leads

    def test_reads_a_sample_only(self, world, known):
        """One call reads a sample back, one writes."""
        run = world.enqueue(*(world.score(lead, 60) for lead in known))
        assert world.deliver().verdicts == {"delivered": 100}
        (read, sample), (write, _) = world.store.calls
        assert (read, write) == ("read", "write")
        assert len(sample) == 5
        assert {one.previous for one in world.outbox.records.arrivals(run)} == {50}

    @pytest.mark.usefixtures("known")
    def test_reads_what_it_does_not_know(self, world):
        """Leads that the ledger has never seen, or whose score went stale there, are read."""
        world.store.held["new"] = StoredScore(7, 7)
        world.enqueue(world.score("new", 60), world.score("l1", 60))
        world.deliver()
        assert "new" in world.store.calls[0][1]
        world.clock.advance(25 * 3600)
        world.store.calls.clear()
        world.enqueue(world.score("l2", 61))
        world.deliver()
        assert world.store.calls[0] == ("read", ("l2",))

    def test_reads_everything_where_the_sample_differs(self, world, known):
        """Another writer's trace in the sample makes the batch read every row."""
        world.store.held = dict.fromkeys(known, StoredScore(99, world.now))
        run = world.enqueue(*(world.score(lead, 60) for lead in known))
        assert world.deliver().verdicts == {"superseded": 100}
        assert set(world.verdicts(run).values()) == {"superseded"}

    @pytest.mark.usefixtures("known")
    def test_contact_that_was_created_is_unknown(self, world):
        """A write that turned out to create its contact is undone and reported as unknown."""
        world.store.created = {"l3"}
        run = world.enqueue(world.score("l3", 60), world.score("l4", 60))
        world.deliver()
        assert world.verdicts(run) == {1: "unknown_lead", 2: "delivered"}
