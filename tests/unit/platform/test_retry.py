# SPDX-License-Identifier: Apache-2.0
"""How often and how long failed calls are repeated."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.platform.errors import (
    BadAnswer,
    Forbidden,
    RateLimited,
    Redirected,
    Refused,
    Unauthorized,
    Unreachable,
)
from integration.platform.retry import RetryPolicy, RetryQuota, RetrySession
from simulator.clock import VirtualClock


class Highest(random.Random):
    """Jitter that always draws the upper end."""

    def random(self):
        return 1.0


def session(policy=None, *, clock=None, rng=None, quota=None):
    return RetrySession(
        policy or RetryPolicy(), clock=clock or VirtualClock(), rng=rng or Highest(), quota=quota
    )


def test_backoff_doubles_up_to_the_cap():
    """Each wait may be twice as long as the one before, until the cap."""
    waits = session(RetryPolicy(attempts=6, total=1e6, base=0.5, cap=3))
    assert [waits.next_delay(Unreachable()) for _ in range(5)] == [0.5, 1, 2, 3, 3]


def test_attempts_are_bounded():
    """The last attempt that fails ends the call."""
    waits = session(RetryPolicy(attempts=3))
    delays = [waits.next_delay(Unreachable()) for _ in range(3)]
    assert delays[:2] == [0.5, 1]
    assert delays[2] is None
    assert waits.attempts == 3


def test_a_very_long_series_does_not_overflow():
    """Doubling stops where numbers would no longer hold it."""
    waits = session(RetryPolicy(attempts=10_000, total=1e9, cap=20))
    assert {waits.next_delay(Unreachable()) for _ in range(5_000)} >= {20}


def test_total_time_is_bounded():
    """A wait that would end after the total time is not begun."""
    clock = VirtualClock()
    waits = session(RetryPolicy(attempts=100, total=10, base=4, cap=4), clock=clock)
    taken = 0
    while (delay := waits.next_delay(Unreachable())) is not None:
        clock.advance(delay)
        taken += delay
    assert taken == 8


def test_time_spent_waiting_for_the_budget_is_no_outage():
    """Waits for the call budget do not use up the total time."""
    clock = VirtualClock()
    waits = session(RetryPolicy(total=10), clock=clock)
    assert waits.next_delay(Unreachable()) == 0.5
    clock.advance(300)
    waits.waited(299)
    assert waits.next_delay(Unreachable()) == 1
    clock.advance(300)
    waits.waited(300)
    assert waits.next_delay(Unreachable()) is None


@pytest.mark.parametrize(
    ("asked", "delay"),
    [(7.0, 7.0), (0.0, 0.5), (None, 0.5), (11.0, None)],
    ids=["longer than the backoff", "shorter than it", "not stated", "longer than the call lasts"],
)
def test_retry_after_of_a_failure_is_never_undercut(asked, delay):
    """The server's wish prolongs the wait; one that does not fit ends the call."""
    waits = session(RetryPolicy(total=10))
    assert waits.next_delay(Unreachable(retry_after=asked)) == delay


@pytest.mark.parametrize(
    "error",
    [Refused(), Forbidden(), Unauthorized(), Redirected(), Unreachable(final=True)],
    ids=lambda error: type(error).__name__,
)
def test_what_no_repetition_changes_is_not_repeated(error):
    """Refusals, and failures that were repeated for long enough, end the call at once."""
    assert session().next_delay(error) is None


def test_an_unreadable_answer_is_repeated():
    """A bad answer is a failure like any other."""
    assert session().next_delay(BadAnswer()) == 0.5


def test_refusals_with_429_use_neither_attempts_nor_quota():
    """The budget waits after a 429, so the session neither waits nor counts."""
    quota = RetryQuota(capacity=10)
    waits = session(RetryPolicy(attempts=2), quota=quota)
    assert [waits.next_delay(RateLimited()) for _ in range(50)] == [0.0] * 50
    assert quota.level == 10
    assert waits.next_delay(Unreachable()) == 0.5


def test_patience_with_429_ends_after_half_an_hour():
    """A call that met nothing but 429 since half an hour is given up."""
    clock = VirtualClock()
    clock.advance(5_000)  # what happened before the first refusal does not count
    waits = session(clock=clock)
    assert waits.next_delay(RateLimited()) == 0
    clock.advance(1_800)
    assert waits.next_delay(RateLimited()) == 0
    clock.advance(0.001)
    assert waits.next_delay(RateLimited()) is None


def test_a_retry_after_beyond_patience_ends_the_call():
    """Waiting longer than patience lasts is not begun."""
    waits = session(RetryPolicy(patience=60))
    assert waits.next_delay(RateLimited(retry_after=60)) == 0
    assert waits.next_delay(RateLimited(retry_after=61)) is None


def test_an_outage_exhausts_the_shared_quota():
    """Once the shared quota is used up, failures are no longer repeated by anybody."""
    quota = RetryQuota(capacity=12, cost=5)
    first, second = session(quota=quota), session(quota=quota)
    assert first.next_delay(Unreachable()) is not None
    assert second.next_delay(Unreachable()) is not None
    assert first.next_delay(Unreachable()) is None
    assert quota.level == 2


def test_successes_fill_the_quota_again():
    """A success after repetitions gives their cost back, any other gives one."""
    quota = RetryQuota(capacity=12, cost=5)
    repeated = session(quota=quota)
    repeated.next_delay(Unreachable())
    repeated.next_delay(Unreachable())
    repeated.succeeded()
    assert quota.level == 7
    session(quota=quota).succeeded()
    assert quota.level == 8
    session().succeeded()  # without a quota there is nothing to give back


@given(
    st.lists(st.sampled_from(["take", "plain success", "late success"])),
    st.integers(1, 60),
    st.integers(1, 20),
)
def test_the_quota_stays_between_empty_and_full(events, capacity, cost):
    """Whatever happens, the bucket is never overdrawn and never overflows."""
    quota = RetryQuota(capacity, cost)
    for event in events:
        before = quota.level
        if event == "take":
            assert quota.take() == (before >= cost)
        else:
            quota.succeeded(after_repetition=event == "late success")
        assert 0 <= quota.level <= capacity


@given(
    st.tuples(st.integers(1, 12), st.floats(0, 100), st.floats(0, 10), st.floats(0, 30)),
    st.randoms(use_true_random=False),
    st.lists(st.none() | st.floats(0, 50), max_size=15),
)
def test_every_wait_keeps_every_bound(bounds, rng, wishes):
    """A wait is at most the cap, at least the server's wish, and ends within the total time."""
    clock = VirtualClock()
    attempts, total, base, cap = bounds
    policy = RetryPolicy(attempts=attempts, total=total, base=base, cap=cap)
    waits = session(policy, clock=clock, rng=rng)
    for number, wish in enumerate(wishes, start=1):
        delay = waits.next_delay(Unreachable(retry_after=wish))
        if delay is None:
            return
        assert number < attempts
        assert (wish or 0) <= delay <= max(cap, wish or 0)
        clock.advance(delay)
        assert clock.monotonic() <= total + 1e-6


@pytest.mark.parametrize(
    "bounds",
    [{"attempts": 0}, {"total": -1}, {"base": -0.1}, {"cap": float("nan")}, {"patience": -5}],
    ids=lambda bounds: next(iter(bounds)),
)
def test_senseless_bounds_are_refused(bounds):
    """A policy without an attempt, or with a negative time, cannot be made."""
    with pytest.raises(ValueError, match=next(iter(bounds)) + "|attempt"):
        RetryPolicy(**bounds)
