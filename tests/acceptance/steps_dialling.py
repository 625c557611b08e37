# SPDX-License-Identifier: Apache-2.0
"""Steps about dialling: who was called, who may be called, and in which order."""

from __future__ import annotations

from urllib.parse import parse_qs

from pytest_bdd import given, parsers, then

from tests.acceptance.simulated import PHONE, WRITE
from tests.acceptance.words import phrase
from tests.acceptance.world import World

CALLED = {PHONE: {"lastAttempt": "2026-11-23T08:50:00.000Z", "lastResult": "ININ-OUTBOUND-LIVE"}}
WHO_MAY_BE_CALLED = {"callable", "phoneNumberStatus", "contactableStatus", "callRecords"}


def reach(world: World, lead: str) -> None:
    """Play an agent who talks to the lead; it leaves the dialling queue."""
    world.platform.change(lead, callRecords=CALLED, queued=False)


@given(phrase("an agent has reached lead {lead:Lead}"))
def reached(world: World, lead):
    reach(world, lead)


@given("agents have reached every lead")
def reached_all(world: World):
    for lead in world.platform.leads:
        reach(world, lead)


@given(phrase("an agent reaches lead {lead:Lead}, {span:Span} into the run"))
def reached_later(world: World, lead, span):
    world.at(span, lambda: reach(world, lead), "an agent reaches the lead")


@given(phrase("lead {lead:Lead} must not be called any more"))
def not_callable(world: World, lead):
    world.platform.change(lead, callable=False, queued=False)


@given(phrase("the phone number of lead {lead:Lead} must not be dialled"))
def number_not_callable(world: World, lead):
    world.platform.change(lead, phoneNumberStatus={PHONE: {"callable": False}})


@given(phrase("the campaign has passed over lead {lead:Lead}"))
def passed_over(world: World, lead):
    world.platform.change(lead, queued=False, skipped=True)


# -- who may be called -----------------------------------------------------------------------


@then(phrase("the record of the call to lead {lead:Lead} is still there"))
def record_kept(world: World, lead):
    assert world.platform.contact(lead)["callRecords"] == CALLED


@then(phrase("lead {lead:Lead} still must not be called"))
def still_not_callable(world: World, lead):
    assert world.platform.contact(lead)["callable"] is False


@then(phrase("the phone number of lead {lead:Lead} still must not be dialled"))
def number_still_not_callable(world: World, lead):
    assert world.platform.contact(lead)["phoneNumberStatus"][PHONE]["callable"] is False


@then(phrase("lead {lead:Lead} does not wait to be dialled"))
def not_queued(world: World, lead):
    queue = world.platform.contact(lead)["queue"]
    assert (queue["queued"], queue["requeued"]) == (False, 0)


@then("nobody waits to be dialled")
def nobody_queued(world: World):
    assert world.expected
    for lead in world.expected:
        not_queued(world, lead)


@then(phrase("lead {lead:Lead} waits to be dialled again"))
def queued_again(world: World, lead):
    queue = world.platform.contact(lead)["queue"]
    assert (queue["queued"], queue["skipped"], queue["requeued"]) == (True, False, 1)


@then(phrase("the campaign still passes over lead {lead:Lead}"))
def still_passed_over(world: World, lead):
    queue = world.platform.contact(lead)["queue"]
    assert (queue["queued"], queue["skipped"], queue["requeued"]) == (False, True, 0)


# -- what was sent ---------------------------------------------------------------------------


@then("every write left the dialling queue alone")
def queue_left_alone(world: World):
    writes = world.platform.calls(WRITE)
    assert writes
    for call in writes:
        asked = {name: values[-1] for name, values in parse_qs(call["query"]).items()}
        assert asked == {"priority": "false", "clearSystemData": "false", "doNotQueue": "true"}


@then("no write said who may be called")
def nothing_said(world: World):
    rows = [row for call in world.platform.calls(WRITE) for row in call["body"]]
    assert rows
    assert not any(WHO_MAY_BE_CALLED & row.keys() for row in rows)


# -- in which order --------------------------------------------------------------------------


@then(parsers.parse("the dial order is {leads}"))
def dial_order_is(world: World, leads):
    assert world.platform.dial_order() == leads.split(", ")


@then(parsers.parse("the dial order begins with {leads}"))
def dial_order_begins(world: World, leads):
    first = leads.split(", ")
    assert world.platform.dial_order()[: len(first)] == first
