# SPDX-License-Identifier: Apache-2.0
"""Steps about what is on record: the history of a lead."""

from __future__ import annotations

from pytest_bdd import then

from tests.acceptance.words import in_ms, moment, phrase
from tests.acceptance.world import Expected, World


def number_or_nothing(text: str) -> int | None:
    """A cell of a table; blank stands for nothing."""
    return int(text) if text else None


def instant_or_nothing(text: str) -> int | None:
    """A time in a cell in milliseconds since 1970; blank stands for nothing."""
    return in_ms(moment(text)) if text else None


@then(phrase("the history of lead {lead:Lead} reads"))
def history_reads(world: World, lead, datatable):
    wanted = [
        (
            int(score),
            instant_or_nothing(at),
            number_or_nothing(previous),
            instant_or_nothing(previous_at),
            outcome,
        )
        for score, at, previous, previous_at, outcome in datatable[1:]
    ]
    found = [
        (one.score, one.at, one.previous, one.previous_at, one.outcome)
        for one in world.product.history(lead)
    ]
    assert found == wanted


@then(phrase("lead {lead:Lead} has no history"))
def no_history(world: World, lead):
    assert world.product.history(lead) == []


@then(phrase("the history of lead {lead:Lead} does not say that score {score:d} was delivered"))
def not_delivered(world: World, lead, score):
    found = [one.outcome for one in world.product.history(lead) if one.score == score]
    assert "delivered" not in found


@then(phrase("the history of every lead says that {score:d} was replaced"))
def every_history_says(world: World, score):
    for lead, records in world.product.histories(list(world.expected)).items():
        assert [one.previous for one in records] == [score], lead


@then("the history of every lead says what the colleague wrote")
def every_history_says_colleague(world: World, colleague: Expected):
    for lead, records in world.product.histories(list(world.expected)).items():
        assert records[-1].previous == colleague.score, lead


@then("the history of every lead says that it was delivered")
def every_history_delivered(world: World):
    for lead, records in world.product.histories(list(world.expected)).items():
        assert [one.outcome for one in records] == ["delivered"], lead
