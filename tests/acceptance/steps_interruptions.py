# SPDX-License-Identifier: Apache-2.0
"""Steps about runs that end early, and about what is done with the rest."""

from __future__ import annotations

from pytest_bdd import given, when

from tests.acceptance.words import phrase
from tests.acceptance.world import World


@given(phrase("the operator stops the run, {span:Span} into the run"))
def operator_stops(world: World, span):
    world.at(span, world.stop, "the operator stops the run")


@given(phrase("the machine loses power, {span:Span} into the run"))
def power_fails(world: World, span):
    world.at(span, world.lose_power, "the machine loses power")


@given("the machine loses power right after the first write")
def power_fails_after_write(world: World):
    world.after_first_write(world.lose_power)


@given("the run was resumed")
@when("the run is resumed")
def resume(world: World):
    world.resume()


@when("unknown leads are tried again")
def retry_unknown(world: World):
    assert world.product.retry(reason="unknown_lead") > 0
    world.resume()


@when("what was refused is tried again")
@when("everything that waits is tried again")
def retry_all(world: World):
    assert world.product.retry() > 0
    world.resume()
