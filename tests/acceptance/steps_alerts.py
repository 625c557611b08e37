# SPDX-License-Identifier: Apache-2.0
"""Steps about what does not arrive: what is kept, who is told, and what can be looked up."""

from __future__ import annotations

import json

from pytest_bdd import given, parsers, then

from integration.outbox import HELD, UNJUDGED
from tests.acceptance.simulated import ON_CALL
from tests.acceptance.words import phrase
from tests.acceptance.world import World


@given("alerts go to the on-call service")
def webhook(world: World):
    world.product.options["drift_webhook"] = ON_CALL


@given("the on-call service does not answer")
def deaf(world: World):
    world.platform.on_call_answers = False


@then(phrase("{alerts:Count} alert names {leads:Count} leads"))
@then(phrase("{alerts:Count} alert names {leads:Count} lead"))
def alert_names(world: World, alerts, leads):
    assert [one["leads"] for one in world.product.alerts()] == [leads] * alerts


@then(phrase("there are {number:Count} alerts"))
def number_of_alerts(world: World, number):
    assert len(world.product.alerts()) == number


@then(parsers.parse('the alert says "{words}"'))
def alert_says(world: World, words):
    (alert,) = world.product.alerts()
    assert words in alert["problem"]


@then("the alert gives examples of leads")
def alert_has_examples(world: World):
    (alert,) = world.product.alerts()
    assert 1 < len(alert["examples"]) < alert["leads"]
    assert set(alert["examples"]) <= set(world.expected)


@then(phrase("the alert gives {lead:Lead} as an example"))
def alert_has_example(world: World, lead):
    (alert,) = world.product.alerts()
    assert alert["examples"] == [lead]


@then("nobody is told")
def nobody_told(world: World):
    assert world.product.alerts() == []


@then(phrase("the on-call service is told of {leads:Count} leads"))
def on_call_told(world: World, leads):
    (alert,) = (json.loads(body) for body in world.platform.alerts)
    assert alert["leads"] == leads


# -- what is kept ----------------------------------------------------------------------------


def kept(world: World) -> int:
    """Scores that wait to be delivered."""
    status = world.product.status()
    held_back = sum(status.parked.get(reason, 0) for reason in (HELD, UNJUDGED))
    return status.ready + status.put_off + status.claimed + held_back


@then(phrase("{number:Count} scores are kept for later"))
def scores_kept(world: World, number):
    assert kept(world) == number


@then("some scores are kept for later")
def some_kept(world: World):
    assert 0 < kept(world) < len(world.expected)


@then("nothing is kept for later")
def nothing_kept(world: World):
    assert kept(world) == 0


@then("every score is either on its lead or kept for later")
def all_accounted(world: World):
    assert world.expected
    assert len(world.delivered()) + kept(world) == len(world.expected)


@then(phrase("every score is either on its lead or kept for later, but for lead {lead:Lead}"))
def all_accounted_but(world: World, lead):
    assert lead not in world.expected
    all_accounted(world)


@then(phrase("{number:Count} scores are parked with a reason"))
def parked(world: World, number):
    status = world.product.status()
    assert sum(status.parked.values()) == number
    assert all(status.parked)


@then(
    phrase("the status shows {number:Count} scores that wait, with the next attempt and the reason")
)
def status_shows(world: World, number):
    status = world.product.status()
    assert (status.put_off, status.ready, status.parked) == (number, 0, {})
    assert status.next_attempt is not None
    assert status.next_attempt > world.now_ms
    assert all("Genesys Cloud did not answer" in message for _, _, message in status.examples)
    assert status.examples


@then("the status shows nothing that waits")
def status_shows_nothing(world: World):
    status = world.product.status()
    assert (status.ready, status.put_off, status.claimed, status.parked) == (0, 0, 0, {})
