# SPDX-License-Identifier: Apache-2.0
"""Steps about scores that look broken: what a model makes of the leads, and who decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pytest_bdd import given, parsers, then, when

from tests.acceptance.product import row
from tests.acceptance.words import moment, phrase, stored
from tests.acceptance.world import Expected, World

THIS_MORNING = moment("08:00")
AGAIN = moment("08:40")
LATER = timedelta(minutes=10)


def calculate(world: World, scores: dict[str, int], at=AGAIN) -> None:
    """Let these scores wait for being pushed."""
    world.waiting = [
        row(number, lead, str(score), at.isoformat())
        for number, (lead, score) in enumerate(scores.items(), 1)
    ]
    world.expected = {lead: Expected(score, stored(at)) for lead, score in scores.items()}


def ordinary(world: World) -> dict[str, int]:
    """Scores of which few are high."""
    leads = world.platform.leads
    return {
        lead: 1 + (place * place) // len(leads) * 99 // len(leads)
        for place, lead in enumerate(leads)
    }


def held(world: World) -> int:
    return world.product.status().parked.get("held", 0)


# -- what the model makes of the leads -----------------------------------------------------------


@given(phrase("{number:Count} leads got ordinary scores this morning"))
def scored_leads(world: World, number):
    world.add_leads(number)
    calculate(world, ordinary(world), THIS_MORNING)
    world.push_waiting()
    assert len(world.delivered()) == number


@given(phrase("the model scores all of them {score:d}"))
def all_the_same(world: World, score):
    calculate(world, dict.fromkeys(world.platform.leads, score))


@given("the model gives the worst leads the best scores")
def turned_round(world: World):
    calculate(world, {lead: 101 - score for lead, score in ordinary(world).items()})


@given("the model changes all scores a little")
def changed_a_little(world: World):
    calculate(world, {lead: min(score + 3, 100) for lead, score in ordinary(world).items()})


@given(phrase("the model scores {number:Count} of them anew, each above {score:d}"))
def some_are_high(world: World, number, score):
    leads: Iterable[str] = world.platform.leads[:number]
    span = 100 - score
    calculate(world, {lead: score + 1 + place % span for place, lead in enumerate(leads)})


# -- who decides ---------------------------------------------------------------------------------


@when("the scores are pushed and what is left is delivered")
def pushed_and_resumed(world: World):
    world.push_waiting()
    world.resume()


@when("the scores are pushed, released and delivered")
def pushed_and_released(world: World):
    world.push_waiting()
    assert world.product.release() == len(world.waiting)
    world.resume()


@when("the scores are pushed and dropped")
def pushed_and_dropped(world: World):
    world.push_waiting()
    assert world.product.release(drop=True) == len(world.waiting)


@when("the model changes all scores a little, and these are pushed")
def mended(world: World):
    scores = {lead: min(score + 3, 100) for lead, score in ordinary(world).items()}
    calculate(world, scores, AGAIN + LATER)
    world.push_waiting()


@when("the scores are pushed as they are, whatever they look like")
def trusted(world: World):
    world.push_trusted()


# -- what becomes of them ------------------------------------------------------------------------


@then("no lead has a new score")
def nobody_has(world: World):
    assert world.expected
    assert world.delivered() == []


@then(parsers.parse('{number:d} scores are held, because "{words}"'))
def held_because(world: World, number, words):
    assert held(world) == number
    assert words in world.run.told.held_because
    assert all(words in message for _, _, message in world.product.status().examples)


@then(phrase("the last {number:Count} scores are held, and somebody is told"))
def last_are_held(world: World, number):
    assert held(world) == number
    assert [alert["kind"] for alert in world.product.alerts()] == ["scores_held"]


@then("scores like these are not held again")
def passes_now(world: World):
    (score,) = {expected.score for expected in world.expected.values()}
    calculate(world, dict.fromkeys(world.expected, score), AGAIN + LATER)
    world.push_waiting()
    assert (len(world.delivered()), held(world)) == (len(world.expected), 0)
