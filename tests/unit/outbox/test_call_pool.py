# SPDX-License-Identifier: Apache-2.0
"""How replicas share the calls of one client: never more than there are, and fairly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.outbox import CallPool, Outbox, OutboxError
from integration.outbox.call_pool import Other, divide

ALONE = ()
IDLE = (Other(0, hungry=False),)
BUSY = (Other(300, hungry=False),)
STARVED = (Other(0, hungry=True),)


@pytest.mark.parametrize(
    ("keeps", "wanted", "others", "share"),
    [
        (0, 21, ALONE, 21),
        (290, 311, ALONE, 300),
        (0, 300, IDLE, 300),
        (0, 21, BUSY, 0),
        (0, 21, (Other(290, hungry=False),), 10),
        (300, 321, STARVED, 300),
        (200, 321, STARVED, 200),
        (100, 321, STARVED, 150),
        (100, 110, STARVED, 110),
        (0, 321, (Other(150, hungry=True), Other(0, hungry=True)), 100),
        (0, 321, (Other(290, hungry=True),), 10),
        (40, 10, ALONE, 40),
    ],
    ids=[
        "what it wants",
        "all there is",
        "who is idle leaves all",
        "nothing is free",
        "what is free",
        "what is in use stays",
        "what is not in use any more goes to who waits",
        "an equal part while another one waits",
        "less than an equal part if it wants less",
        "an equal part of three",
        "an equal part is not taken from anybody",
        "what is set aside stays",
    ],
)
def test_a_share(keeps, wanted, others, share):
    """A replica gets what it wants, of what others do not have, and fairly while others wait."""
    assert divide(300, keeps, wanted, others) == share


@given(
    limit=st.integers(1, 40),
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 40))),
)
def test_all_shares_together_are_never_more_than_there_is(limit, steps):
    """Whoever asks for whatever in whatever order, the platform's limit is not passed."""
    shares, wants = [0, 0, 0], [0, 0, 0]
    for who, taken, more in steps:
        keeps = min(taken, shares[who])
        others = [
            Other(shares[one], hungry=shares[one] < wants[one]) for one in range(3) if one != who
        ]
        shares[who], wants[who] = divide(limit, keeps, keeps + more, others), keeps + more
        assert keeps <= shares[who]
        assert sum(shares) <= limit


@pytest.fixture
def outbox(new_schema):
    made = Outbox(new_schema())
    yield made
    made.close()


@pytest.fixture
def pools(outbox):
    """Three replicas of one client."""
    return [CallPool(lambda: outbox.server, "pusher") for _ in range(3)]


def ask(pool, wanted, *, taken=0, limit=300, closed_for=0.0):
    return pool.exchange(taken=taken, wanted=wanted, limit=limit, closed_for=closed_for)


def age(outbox, seconds):
    """Let time pass for those who have said something so far."""
    outbox.server._connection.execute(
        "UPDATE call_share SET seen = seen - %s, closed_until = closed_until - %s",
        (seconds * 1000, seconds * 1000),
    )


def test_replicas_share_one_budget(pools):
    """What one has, others have not; what it lets go of is theirs."""
    first, second, third = pools
    assert ask(first, 300) == (300, 0.0)
    assert ask(second, 21) == (0, 0.0)
    assert ask(first, 400, taken=100) == (150, 0.0)
    assert ask(second, 21) == (21, 0.0)
    assert ask(third, 400) == (129, 0.0)


def test_another_client_has_another_budget(pools, outbox):
    """The platform counts by client."""
    assert ask(pools[0], 300) == (300, 0.0)
    assert ask(CallPool(lambda: outbox.server, "operator"), 300) == (300, 0.0)


def test_the_lowest_limit_that_is_known_counts(pools):
    """One replica has learned that the limit is lower: that is so for all."""
    assert ask(pools[0], 10, limit=50) == (10, 0.0)
    assert ask(pools[1], 300) == (40, 0.0)


def test_what_the_platform_asked_one_to_wait_all_wait(pools, outbox):
    """A closed gate is told to the others, with the seconds that are left."""
    assert ask(pools[0], 10, closed_for=30.0) == (10, 0.0)
    share, closed_for = ask(pools[1], 10)
    assert share == 10
    assert 29 < closed_for <= 30
    age(outbox, 31)
    assert ask(pools[1], 10) == (10, 0.0)


def test_the_share_of_the_dead_is_free_after_its_window(pools, outbox):
    """Until its calls must have left the window it is nobody's; it does not count as hungry."""
    assert ask(pools[0], 400) == (300, 0.0)
    age(outbox, 103)
    assert ask(pools[1], 300) == (0, 0.0)
    age(outbox, 2)
    assert ask(pools[1], 300) == (300, 0.0)


def test_the_dead_are_not_hungry(pools, outbox):
    """Who has said nothing for some seconds gets no part of what others want."""
    assert ask(pools[0], 300) == (300, 0.0)
    assert ask(pools[1], 21) == (0, 0.0)
    assert ask(pools[0], 400, taken=200) == (200, 0.0)
    age(outbox, 16)
    assert ask(pools[0], 400, taken=200) == (300, 0.0)


def test_who_was_taken_for_dead_begins_anew(pools, outbox):
    """A replica that comes back late has no share any more, whatever it believes."""
    assert ask(pools[0], 300) == (300, 0.0)
    age(outbox, 106)
    assert ask(pools[1], 200) == (200, 0.0)
    assert ask(pools[0], 300, taken=100) == (100, 0.0)
    assert ask(pools[2], 300) == (0, 0.0)


def test_a_server_that_cannot_be_asked():
    """That is no problem of who calls: it is told that nobody can be asked."""

    def away():
        raise OutboxError("the server is away")

    assert ask(CallPool(away, "pusher"), 21) is None
