# SPDX-License-Identifier: Apache-2.0
"""Steps about the call budget: limits, who shares them, and what a run makes of them."""

from __future__ import annotations

from itertools import pairwise

from pytest_bdd import given, parsers, then

from tests.acceptance.simulated import PUSHER
from tests.acceptance.words import phrase
from tests.acceptance.world import World

OTHERS = "another-program"
LONG_AGO = 59.0
"""Seconds: calls of then leave the window while the run is on its way."""


# -- limits ----------------------------------------------------------------------------------


@given(phrase("the platform allows {calls:Count} calls a minute"))
@given(phrase("the platform allows {calls:Count} call a minute"))
def platform_allows(world: World, calls):
    world.platform.allow(calls)


@given(phrase("the integration was told that {calls:Count} calls a minute are allowed"))
def integration_knows(world: World, calls):
    world.product.options["calls_per_minute"] = calls


@given(phrase("the platform enforces {calls:Count} calls a minute without saying so"))
def hidden_limit(world: World, calls):
    world.platform.control.set_limits(client_id=PUSHER, hidden=calls)


@given(phrase("the platform allows only {writes:Count} writes a minute"))
def limit_of_writes(world: World, writes):
    world.platform.limit_writes(writes)


@given(phrase("the limit is lowered to {calls:Count} calls a minute, {span:Span} into the run"))
@given(phrase("the limit is raised to {calls:Count} calls a minute, {span:Span} into the run"))
def limit_changes(world: World, calls, span):
    world.at(span, lambda: world.platform.allow(calls), "the limit changes")


# -- others ----------------------------------------------------------------------------------


@given(
    phrase(
        "another integration will use the whole budget for {span:Span}, {start:Span} into the run"
    )
)
def greedy_later(world: World, span, start):
    world.at(
        start,
        lambda: world.platform.control.traffic(client_id=PUSHER, seconds=span, greedy=True),
        "another integration uses the budget",
    )


@given("another integration has just used up the budget")
def greedy_before(world: World):
    world.platform.control.traffic(client_id=PUSHER, seconds=0.5, greedy=True)
    world.pass_time(1)


@given(phrase("another integration will use {calls:Count} calls a minute for {span:Span}"))
@given(
    phrase(
        "another program will make {calls:Count} calls a minute with our account for {span:Span}"
    )
)
def steady(world: World, calls, span):
    world.platform.control.traffic(
        client_id=PUSHER, seconds=span, calls_per_second=calls / 60, start_in=0.25
    )


@given(phrase("a program with another account will use up its own budget for {span:Span}"))
def greedy_stranger(world: World, span):
    control = world.platform.control
    control.add_client(client_id=OTHERS, secret="another-secret", permissions=[])
    control.traffic(client_id=OTHERS, seconds=span, greedy=True)


# -- what became of it -----------------------------------------------------------------------


def calls_of_run(world: World):
    """The calls of the last run."""
    run = world.run
    calls = world.platform.calls(after=run.first_call)
    return [call for call in calls if call["n"] <= run.last_call]


@then("no call was made while the platform had asked us to wait")
def waits_kept(world: World):
    calls = calls_of_run(world)
    asked = [call for call in calls if call["retry_after"] is not None]
    assert asked, "the platform never asked to wait"
    for one in asked:
        until = one["at"] + one["retry_after"]
        early = [call["at"] for call in calls if one["at"] < call["at"] < until]
        assert not early, f"asked at {one['at']} to wait until {until}, called at {early}"


@then(phrase("the platform refused at most {number:Count} call"))
def refused_at_most(world: World, number):
    refused = [call for call in calls_of_run(world) if call["status"] == 429]
    assert len(refused) <= number


@then("the platform refused no call")
def refused_none(world: World):
    assert [call for call in calls_of_run(world) if call["status"] >= 400] == []


@then(phrase("the platform had to refuse calls on at most {number:Count} occasions"))
def occasions(world: World, number):
    assert world.platform.limits()["episodes"] <= number
    assert world.run.told.episodes_429 <= number


@then(phrase("at least {percent:d} percent of the budget was used while work waited"))
def budget_used(world: World, percent):
    report = world.platform.limits()
    assert report["whole_blocks"] >= 2
    assert report["share_used"] >= percent / 100


@then("the other program made calls as well")
def others_called(world: World):
    report = world.platform.limits()
    assert report["others_served"] + report["others_refused"] > 0


@then(phrase("the run took at most {number:Count} calls"))
def took_calls(world: World, number):
    assert 0 < world.run.told.calls <= number
    assert len(calls_of_run(world)) <= number


@then("the run made no call")
def took_no_calls(world: World):
    assert calls_of_run(world) == []


@then(phrase("the run took between {least:Count} and {most:Count} minutes"))
def took_between(world: World, least, most):
    assert least * 60 <= world.run.ended - world.run.started <= most * 60


@then(phrase("the run took at most {most:Count} minutes"))
@then(phrase("the run took less than {most:Count} minute"))
def took_at_most(world: World, most):
    assert world.run.ended - world.run.started <= most * 60


@then("the run did not have to wait")
def no_wait(world: World):
    assert world.run.told.waits == 0
    assert world.run.ended == world.run.started


@then("each wait after a refusal was longer than the one before")
def waits_grow(world: World):
    calls = calls_of_run(world)
    waits = [later["at"] - one["at"] for one, later in pairwise(calls) if one["status"] == 429]
    assert len(waits) == 3
    assert 0 < waits[0] < waits[1] < waits[2]


@then(parsers.parse('while it waited the run said "{words}"'))
def wait_is_told(world: World, words):
    assert any(words in one.waiting_reason for one in world.run.progress)


@then("the summary counts the waits and their length")
def waits_counted(world: World):
    summary = world.run.told
    assert summary.waits > 0
    assert summary.waited_seconds > 0
    assert summary.seconds == world.run.ended - world.run.started
