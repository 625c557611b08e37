# SPDX-License-Identifier: Apache-2.0
"""Since when a lead waits for the platform to learn its news."""

from __future__ import annotations

import pytest

from integration.order import Verdict


def since(box):
    return box.records.status(box.now).oldest


def test_a_lead_waits_since_its_first_news(box):
    """Newer scores and attempts that fail do not make a lead wait anew."""
    first = box.now
    box.run(box.score(5))
    box.now += 10
    box.run(box.score(6))
    assert since(box) == first
    claim = box.take()
    assert [one.accepted for one in claim.pending] == [first]
    box.settle(claim, None, due=box.now + 60_000)
    assert since(box) == first
    box.now += 10
    box.records.release(box.now)
    assert since(box) == first
    box.deliver()
    assert since(box) is None


def test_news_that_arrives_on_the_way_waits_since_then(box):
    """What was accepted while an older score was on its way waits since it was accepted."""
    box.run(box.score(5))
    claim = box.take()
    box.now += 10
    box.run(box.score(6))
    box.settle(claim, Verdict.DELIVERED)
    assert since(box) == box.now


@pytest.mark.parametrize("how", ["retried", "new score"])
def test_a_parked_lead_waits_for_somebody(box, how):
    """How long a lead was parked does not count, once it gets another chance."""
    box.run(box.score(5))
    box.settle(box.take(), Verdict.UNKNOWN_LEAD)
    assert since(box) is None
    box.now += 3_600_000
    if how == "retried":
        box.records.release(box.now)
    else:
        box.run(box.score(6))
    assert since(box) == box.now


def test_a_score_that_is_revived_waits_since_then(box):
    """A score that gets its turn after all waits from that moment on."""
    box.run(box.score(5))
    box.run(box.score(6))
    claim = box.take()
    box.now += 10
    box.settle(claim, Verdict.CONFLICT)
    assert since(box) == box.now
