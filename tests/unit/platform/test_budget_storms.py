# SPDX-License-Identifier: Apache-2.0
"""What a push makes of its call budget in all kinds of weather, on a model of the server."""

from __future__ import annotations

import pytest

from .rate_push import BATCH_CALLS, Push
from .rate_server import Bursts, Greed, Steady, Storm, most_in_a_window

workers_of_all_kinds = pytest.mark.parametrize("workers", [1, 2, 20], ids="{} workers".format)


def push(storm, *, minutes, workers, allowed=None):
    """A push that takes about so many minutes, with what always holds checked already."""
    leads = max(1, round((allowed or storm.limit) * minutes / BATCH_CALLS)) * 1000
    done = Push(storm, leads=leads, workers=workers).run()
    server = done.server
    assert done.delivered == leads
    assert done.budget.idle
    assert done.budget.turns.claimed == 0
    if not storm.fixed:
        assert most_in_a_window(server.own) <= max(limit for _, limit in server.limits)
    assert server.too_early == []
    assert done.budget.calls == done.calls == len(server.reached)
    return done


def assert_calm(done, *, without=()):
    """The window was used, and after the first refusal there were few."""
    assert done.server.share_used(without=without) >= 0.97
    assert done.server.episodes <= 1 + len(done.server.own) // 210


@pytest.mark.parametrize("fixed", [False, True], ids=["sliding", "fixed"])
@workers_of_all_kinds
@pytest.mark.parametrize("limit", [60, 300], ids="{} a minute".format)
def test_the_whole_window_is_used(limit, workers, fixed):
    """Without others nothing is refused, and at least 97 % of what is allowed is called."""
    done = push(Storm(limit, fixed=fixed), minutes=3.5, workers=workers)
    assert done.server.share_used() >= 0.97
    assert done.server.refusals == []


@workers_of_all_kinds
def test_whole_batches_at_the_usual_limit(workers):
    """Waiting for the budget makes no batch smaller: 21 calls for 1,000 scores."""
    assert push(Storm(300), minutes=5, workers=workers).calls_per_thousand <= 21


@pytest.mark.parametrize("begin", [-60, 100.3], ids=["from the start", "half-way"])
@pytest.mark.parametrize(
    ("share", "limit", "workers", "fixed"),
    [
        (0.05, 60, 2, False),
        (0.05, 180, 20, True),
        (0.2, 100, 1, False),
        (0.2, 60, 20, True),
        (0.35, 180, 2, False),
        (0.35, 100, 1, True),
        (0.5, 300, 20, False),
        (0.5, 60, 2, True),
        (0.65, 100, 2, False),
        (0.65, 500, 1, True),
        (0.8, 60, 1, False),
        (0.8, 180, 2, True),
        (0.9, 300, 2, False),
        (0.9, 60, 20, False),
        (0.9, 500, 20, True),
    ],
)
def test_another_program_calls_evenly(share, limit, workers, fixed, begin):
    """Whatever part another program takes, the rest is used and hardly ever overdrawn."""
    others = [Steady(share * limit, start=begin)]
    storm = Storm(limit, others=others, fixed=fixed)
    # Long enough that whole windows pass after the other program came.
    assert_calm(push(storm, minutes=8, workers=workers, allowed=limit * max(0.4, 1 - share)))


@pytest.mark.parametrize("start", [65.3, 95.3, 110.3], ids="from {} s".format)
@pytest.mark.parametrize(
    ("limit", "workers", "fixed"),
    [(60, 2, False), (100, 20, True), (180, 1, False)],
)
def test_another_program_takes_all_for_20_seconds(limit, workers, fixed, start):
    """Places that a greedy program leaves are found again at once, and without more refusals."""
    storm = Storm(limit, others=[Greed(start, 20)], fixed=fixed)
    done = push(storm, minutes=5, workers=workers)
    assert_calm(done)
    assert done.server.episodes <= 1


@pytest.mark.parametrize(
    ("limit", "workers", "fixed"),
    [(60, 2, False), (100, 20, False), (300, 1, True)],
)
def test_a_hidden_limit(limit, workers, fixed):
    """A real limit at 40 % of the stated one is learned from its first refusal."""
    storm = Storm(limit, hidden=int(0.4 * limit), fixed=fixed)
    assert_calm(push(storm, minutes=9, workers=workers, allowed=0.4 * limit))


@workers_of_all_kinds
@pytest.mark.parametrize("limit", [60, 300], ids="{} a minute".format)
def test_the_limit_is_lowered(limit, workers):
    """A limit that is lowered while a batch is under way costs one episode at the most."""
    done = push(Storm(limit, changes=[(140.5, limit // 2)]), minutes=4, workers=workers)
    assert_calm(done)
    assert done.server.episodes <= 1


@workers_of_all_kinds
@pytest.mark.parametrize("limit", [60, 300], ids="{} a minute".format)
def test_the_limit_is_raised(limit, workers):
    """A higher limit is used from the next answer on, which is at most a window away."""
    raised = 140.5
    done = push(Storm(limit // 2, changes=[(raised, limit)]), minutes=10, workers=workers)
    assert_calm(done, without=[raised, raised + 60])
    assert done.server.refusals == []


@pytest.mark.parametrize(
    "others",
    [
        lambda: [Bursts(50, 10, start=70.3)],
        lambda: [Bursts(30, 3, start=-60), Greed(100.3, 10)],
        lambda: [Steady(20), Steady(30, start=61, end=200), Greed(200.3, 20)],
    ],
    ids=["bursts of ten", "small bursts and greed", "comes and goes"],
)
@pytest.mark.parametrize("workers", [2, 20], ids="{} workers".format)
def test_restless_neighbours(others, workers):
    """Nobody keeps pace with bursts, but nothing is lost and little is wasted."""
    done = push(Storm(100, others=others()), minutes=4, workers=workers)
    assert done.server.share_used() >= 0.95
    assert done.server.episodes <= 1 + len(done.server.own) // 70


@pytest.mark.parametrize("limit", [60, 180], ids="{} a minute".format)
@pytest.mark.parametrize("taken", [0, 0.5], ids=["alone", "half is taken"])
def test_the_guides_header_alone_is_enough(limit, taken):
    """A server that tells only how many calls are left is obeyed as well."""
    others = [Steady(taken * limit)] if taken else []
    storm = Storm(limit, others=others, dialect="remaining")
    assert_calm(push(storm, minutes=6, workers=2, allowed=limit * (1 - taken)))


def test_a_server_that_tells_nothing():
    """Without any header the refusals alone teach the limit."""
    storm = Storm(300, hidden=120, dialect="none")
    assert_calm(push(storm, minutes=9, workers=2, allowed=120))


@pytest.mark.parametrize("workers", [2, 20], ids="{} workers".format)
def test_a_limit_of_one_resource_holds_up_that_resource_alone(workers):
    """Writes with a limit of their own wait, and nobody calls it an episode."""
    done = push(Storm(300, writes=5), minutes=1, workers=workers)
    assert done.budget.refused > 0
    assert done.budget.episodes == 0


def test_slow_and_uneven_answers():
    """Answers that take seconds and overtake each other leave no trace in the estimate."""
    done = push(Storm(300, latency=(0.2, 2.0)), minutes=4, workers=20)
    assert done.server.share_used() >= 0.94
    assert done.server.refusals == []


def test_a_tiny_limit_lets_everybody_through_in_the_end():
    """A limit of one call a minute is slow, and nothing else."""
    done = Push(Storm(1), leads=150, workers=2).run()
    assert done.delivered == 150
    assert done.server.refusals == []
