# SPDX-License-Identifier: Apache-2.0
"""When new scores look broken, and when they do not."""

from __future__ import annotations

import pytest

from benchmarks import guard
from integration.distribution import Distribution, GuardLimits, looks_broken

LIMITS = GuardLimits()
EVEN = guard.distribution([*range(1, 101)] * 10)
"""1,000 leads, ten of each score."""


def many(count, score=100):
    return guard.distribution([score] * count)


def high(count):
    """So many leads, evenly above 80."""
    return guard.distribution([81 + place % 20 for place in range(count)])


@pytest.mark.parametrize(
    ("new", "accepted", "held"),
    [
        (many(199), Distribution(), False),
        (many(200), Distribution(), True),
        (many(200, 37), EVEN, True),
        (many(200), many(5_000), False),
        (many(200), many(5_000, 1), True),
        (guard.distribution([50] * 190 + [*range(1, 11)]), EVEN, True),
        (guard.distribution([50] * 189 + [*range(1, 12)]), EVEN, False),
        (high(1_000), Distribution(), False),
        (high(1_000), high(199), False),
        (high(1_000), EVEN, True),
        (high(310), EVEN, False),
        (high(320), EVEN, True),
        (EVEN, high(310), False),
        (EVEN, EVEN, False),
    ],
    ids=[
        "too few to judge",
        "all 100",
        "all the same",
        "all the same, as before",
        "all the same, as before but another score",
        "95 in 100 the same",
        "fewer than 95 in 100 the same",
        "nothing to compare with",
        "too little to compare with",
        "everybody moves up",
        "few move up",
        "a quarter of all moves up",
        "the list has grown",
        "the same again",
    ],
)
def test_what_looks_broken(new, accepted, held):
    """Held are scores that are nearly all the same, or move more than a quarter of all leads."""
    assert bool(looks_broken(new, accepted, LIMITS)) is held


def test_the_reason_can_be_understood():
    """The reason says in numbers what a person would look for."""
    same = looks_broken(many(1_200), EVEN, LIMITS)
    assert same == "100% of 1,200 leads have the same score, 100"
    shifted = looks_broken(high(1_000), EVEN, LIMITS)
    assert shifted == ("100% of 1,000 leads have a score above 80, of those accepted before 20%")


@pytest.mark.parametrize(
    ("limits", "held"),
    [
        (GuardLimits(least=1_001), False),
        (GuardLimits(shift=0.81), False),
        (GuardLimits(shift=0.79), True),
        (GuardLimits(same=0.05, shift=1), True),
    ],
    ids=["fewer than judged", "shift allowed", "shift too far", "sameness"],
)
def test_limits_can_be_chosen(limits, held):
    """Each limit says for itself what is too much."""
    assert bool(looks_broken(high(1_000), EVEN, limits)) is held


def test_few_scores_change_little_of_what_is_accepted():
    """Accepted scores take the place of as many others; as many as there were replace them all."""
    after = EVEN.followed_by(many(100))
    assert after.scores == 1_000
    assert after.counts[99] == 109
    assert after.counts[0] == 9
    assert EVEN.followed_by(many(1_000)) == many(1_000)
    assert Distribution().followed_by(high(3)) == high(3)


def test_days_as_they_are_pass_and_broken_models_do_not(capsys):
    """None of the measured cases is judged wrongly."""
    assert guard.main() == 0
    assert "0 cases judged wrongly" in capsys.readouterr().out


def test_a_wrong_judgement_is_counted(monkeypatch, capsys):
    """The measurement fails where a case is not judged as it should be."""
    monkeypatch.setattr(guard, "NORMAL", {"all 100": guard.BROKEN["all 100"]})
    monkeypatch.setattr(guard, "BROKEN", {"the same": guard.NORMAL["all 100"]})
    monkeypatch.setattr(guard, "LEADS", 300)
    assert guard.main() == 1
    assert "1 cases judged wrongly" in capsys.readouterr().out
