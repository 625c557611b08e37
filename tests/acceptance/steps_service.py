# SPDX-License-Identifier: Apache-2.0
"""Steps about the service: scores that stream in, and what becomes of them."""

from __future__ import annotations

from pytest_bdd import given, then, when

from tests.acceptance.product import row
from tests.acceptance.serving import Sent
from tests.acceptance.simulated import SECRET
from tests.acceptance.words import phrase, records, span, written
from tests.acceptance.world import World


def update(lead, score, at, base=""):
    """One update of a lead, as the scoring model sends it."""
    found = {"leadId": lead, "new_score": int(score), "timestamp": at}
    if base:
        found["based_on"] = None if base == "no score" else written(base)
    return found


def in_parts(updates, seconds):
    """Updates that arrive one by one, spread over so many seconds."""
    step = seconds / len(updates)
    return [Sent(number * step, [one]) for number, one in enumerate(updates)]


def waiting_updates(world: World):
    return [
        update(one.raw.lead_id, one.raw.priority_score, one.raw.last_calculated_at)
        for one in world.waiting
    ]


@when("the service is sent these scores")
def sent_table(world: World, datatable):
    world.serve(
        [
            Sent(
                span(one["after"]),
                [
                    update(
                        one["lead"],
                        one["score"],
                        written(one["calculated at"]),
                        one.get("based on", ""),
                    )
                ],
            )
            for one in records(datatable)
        ]
    )


@when("the service is sent the scores at once")
def sent_at_once(world: World):
    world.serve([Sent(0, waiting_updates(world))])


@when(phrase("the service is sent the scores within {seconds:Span}"))
def sent_within(world: World, seconds):
    world.serve(in_parts(waiting_updates(world), seconds))


@when(
    phrase(
        "the service is sent score {a:d} for lead {lead:Lead}, calculated at {first:Moment}, and "
        "{later:Span} later a file brings score {b:d}, calculated at {second:Moment}"
    )
)
def sent_beside_a_file(world: World, a, lead, first, later, b, second):
    world.serve_beside_push(
        [Sent(0, [update(lead, a, first.isoformat())])],
        later,
        [row(1, lead, str(b), second.isoformat())],
    )


@given(phrase("the right secret is put in its place {seconds:Span} into the run"))
def secret_put_right(world: World, seconds):
    options = world.product.options
    file = world.product.folder.parent / "secret"
    file.write_text(options.pop("client_secret"))
    options["client_secret_file"] = file
    world.at(seconds, lambda: file.write_text(SECRET) and None, "the right secret")


@then("every message is answered with yes")
def all_accepted(world: World):
    assert world.answers
    assert set(world.answers) <= {200, 202}


@then(phrase("nobody is told more often than once an hour for {seconds:Span}"))
def told_seldom(world: World, seconds):
    alerts = world.product.alerts()
    assert 1 < len(alerts) <= seconds / 3600 + 1
