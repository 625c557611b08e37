# SPDX-License-Identifier: Apache-2.0
"""What unannounced refusals teach about the limit, and what they do not."""

from __future__ import annotations

import random

import pytest

from integration.platform.ceiling import UNLIMITED, LearnedCeiling

STATED = 300


def refuse(ceiling, *counts):
    for served in counts:
        ceiling.refused(served, STATED)


def test_a_hidden_limit_is_learned_from_the_first_refusal():
    """A refusal after many calls is believed at once: the next window ends there."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 200)
    assert ceiling.value == 200


def test_a_very_low_hidden_limit_is_learned_from_its_repetition():
    """A refusal after a few calls is believed once it has come at the same count three times."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 20, 20)
    assert ceiling.value == UNLIMITED
    refuse(ceiling, 20)
    assert ceiling.value == 20


@pytest.mark.parametrize("served", [0, 1, 29])
def test_a_refusal_at_the_beginning_teaches_nothing(served):
    """Who is refused before much was called is not limited to that little for hours."""
    ceiling = LearnedCeiling()
    refuse(ceiling, served)
    assert ceiling.value == UNLIMITED


@pytest.mark.parametrize(("served", "learned"), [(0, UNLIMITED), (4, UNLIMITED), (5, 5)])
def test_refusals_before_anything_was_called_teach_nothing(served, learned):
    """A platform that refuses everything for a while is not taken for one that allows nothing."""
    ceiling = LearnedCeiling()
    refuse(ceiling, *[served] * 6)
    assert min(ceiling.value, learned) == learned


def test_few_refusals_at_different_counts_teach_nothing():
    """Refusals after 3, 9 and 20 calls have no limit in common."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 3, 9, 20, 4, 12)
    assert ceiling.value == UNLIMITED


def test_a_ceiling_that_spares_nothing_is_given_up():
    """Refusals that go on under a learned ceiling are not about the number of calls."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 60, 57, 40)
    assert ceiling.value < 60
    refuse(ceiling, 30)
    assert ceiling.value == UNLIMITED


def test_after_that_a_single_refusal_is_not_believed():
    """A ceiling is learned again only from refusals that agree."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 60, 57, 40, 30)
    refuse(ceiling, 90)
    assert ceiling.value == UNLIMITED
    refuse(ceiling, 92)
    assert ceiling.value == 92


def test_clean_answers_restore_the_belief():
    """Once answers have been clean for long, a refusal after many calls counts again."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 60, 57, 40, 30)
    for _ in range(250):
        ceiling.clean(STATED)
    refuse(ceiling, 90)
    assert ceiling.value == 90


def test_a_refused_step_upwards_is_no_failure_of_the_ceiling():
    """Trying a higher ceiling now and then does not shake the belief in the lower one."""
    ceiling = LearnedCeiling()
    refuse(ceiling, 100)
    for _ in range(6):
        while ceiling.value <= 100:
            ceiling.clean(STATED)
        refuse(ceiling, 100)
        assert ceiling.value == 100


@pytest.mark.parametrize("seed", range(20))
def test_refusals_at_random_do_not_bring_the_budget_down(seed):
    """Where one call in twenty is refused whatever its count, the ceiling stays a usable one."""
    draw = random.Random(seed)
    ceiling = LearnedCeiling()
    served = 0
    allowed = []
    for _ in range(5_000):
        served = min(served + 1, ceiling.value, STATED)
        if draw.random() < 0.05:
            refuse(ceiling, served)
            served = served * 9 // 10  # some calls have left the window meanwhile
        else:
            ceiling.clean(STATED)
        allowed.append(min(ceiling.value, STATED))
    assert sum(allowed) / len(allowed) > 100
