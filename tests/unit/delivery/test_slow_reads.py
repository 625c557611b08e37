# SPDX-License-Identifier: Apache-2.0
"""A store that reads slowly: what was read just now is written, the rest is read again."""

from __future__ import annotations

import pytest

from integration.order import StoredScore

LEADS = 300
MOST_CALLS = 60


@pytest.mark.parametrize("seconds", [1.0, 2.0, 4.0, 30.0])
def test_a_slow_store_comes_to_an_end(world, seconds):
    """However long a read takes, every score is delivered within a bounded number of calls."""

    def slowly(kind, _leads):
        assert len(world.store.calls) <= MOST_CALLS, "reads the same rows for ever"
        if kind == "read":
            world.clock.advance(seconds)

    leads = [f"lead-{number}" for number in range(LEADS)]
    world.store.held = {lead: StoredScore(10, 5) for lead in leads}
    world.store.before = slowly
    world.enqueue(*(world.score(lead, 90) for lead in leads))
    assert world.deliver().verdicts == {"delivered": LEADS}
    assert {stored.score for stored in world.store.held.values()} == {90}


def test_rows_read_long_ago_are_looked_at_again(world):
    """Rows at the front of a slow reading are read again; a newer score in them stays."""

    def slowly(kind, leads):
        if kind == "read":
            world.clock.advance(4)
            if "lead-99" in leads:  # the second read: the first is 4 s old, then 8 s
                world.store.held["lead-0"] = StoredScore(77, world.now)

    leads = [f"lead-{number}" for number in range(150)]
    world.store.held = {lead: StoredScore(10, 5) for lead in leads}
    world.store.before = slowly
    run = world.enqueue(*(world.score(lead, 90) for lead in leads))
    world.deliver()
    assert world.store.held["lead-0"].score == 77
    assert world.verdicts(run)[1] == "superseded"
    assert world.verdicts(run)[2] == "delivered"
