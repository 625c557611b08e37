# SPDX-License-Identifier: Apache-2.0
"""Steps about what goes wrong on the way to the platform, and behind it."""

from __future__ import annotations

from itertools import pairwise

from pytest_bdd import given, parsers, then

from tests.acceptance.simulated import READ, WRITE
from tests.acceptance.words import phrase
from tests.acceptance.world import World

CONTACTS = "*contact*"
HAPPENS = {
    "the platform is unavailable": {"kind": "status", "status": 503},
    "the platform has internal errors": {"kind": "status", "status": 500},
    "the platform's gateway times out": {"kind": "status", "status": 504},
    "no connection can be made": {"kind": "connect_error"},
    "connections break": {"kind": "reset"},
    "answers do not arrive": {"kind": "timeout"},
    "answers arrive in pieces": {"kind": "malformed"},
}


# -- refusals --------------------------------------------------------------------------------


@given(phrase("the platform refuses one call in {of:Count} and asks to wait {span:Span}"))
def refuses_some(world: World, of, span):
    world.fault(
        operation=CONTACTS, kind="status", status=429, probability=1 / of, retry_after=int(span)
    )


@given(phrase("the platform refuses the first call and asks to wait {span:Span}"))
def refuses_first(world: World, span):
    world.fault(operation=CONTACTS, kind="status", status=429, nth=(1,), retry_after=int(span))


@given(phrase("the platform refuses the first write and asks to wait {span:Span}"))
def refuses_first_write(world: World, span):
    world.fault(operation=WRITE, kind="status", status=429, nth=(1,), retry_after=int(span))


@given(
    phrase("the platform refuses the first {number:Count} calls and does not say how long to wait")
)
def refuses_silently(world: World, number):
    world.fault(operation=CONTACTS, kind="status", status=429, times=number)


# -- failures --------------------------------------------------------------------------------


@given(phrase("the platform is unable to serve one call in {of:Count}"))
def fails_some(world: World, of):
    world.fault(operation=CONTACTS, kind="status", status=503, probability=1 / of)


@given(phrase("the platform is unable to serve the first call and asks to wait {span:Span}"))
def fails_first(world: World, span):
    world.fault(operation=CONTACTS, kind="status", status=503, nth=(1,), retry_after=int(span))


@given(phrase("the platform is down for {span:Span}"))
def down(world: World, span):
    world.fault(kind="connect_error", until_seconds=span)


@given(phrase("the platform goes down for {span:Span}, {start:Span} into the run"))
def goes_down(world: World, span, start):
    world.fault(kind="connect_error", from_seconds=start, until_seconds=start + span)


@given(parsers.re(r"for (?P<seconds>\d+) seconds (?P<what>.+)"), converters={"seconds": int})
def for_some_seconds(world: World, seconds, what):
    world.fault(operation=CONTACTS, until_seconds=seconds, **HAPPENS[what])


@given(phrase("the integration keeps trying for {span:Span}"))
def keeps_trying(world: World, span):
    world.product.options |= {"retry_total": span, "retry_attempts": 100}


@given("the answer to the first write gets lost")
def first_answer_lost(world: World):
    world.fault(operation=WRITE, kind="timeout", nth=(1,), after_commit=True)


@given(phrase("the answer to one write in {of:Count} gets lost"))
def some_answers_lost(world: World, of):
    world.fault(operation=WRITE, kind="timeout", probability=1 / of, after_commit=True)


@given("the first write gets lost on its way")
def first_write_lost(world: World):
    world.fault(operation=WRITE, kind="timeout", nth=(1,))


@given("the platform carries out the first write and reports a failure")
def first_write_misreported(world: World):
    world.fault(operation=WRITE, kind="status", status=500, nth=(1,), after_commit=True)


# -- slowness and clocks ---------------------------------------------------------------------


@given(phrase("the platform takes {span:Span} for every answer"))
def slow(world: World, span):
    world.fault(kind="latency", seconds=span)


@given(phrase("the platform takes {span:Span} for leads"))
def slow_for_leads(world: World, span):
    world.fault(operation=CONTACTS, kind="latency", seconds=span)


@given(phrase("the platform takes {span:Span} to read leads"))
def slow_reads(world: World, span):
    world.fault(operation=READ, kind="latency", seconds=span)


@given(phrase("the platform takes {span:Span} to write leads"))
def slow_writes(world: World, span):
    world.fault(operation=WRITE, kind="latency", seconds=span)


@given(phrase("the platform's clock is {span:Span} ahead"))
def clock_ahead(world: World, span):
    world.platform.control.skew(span)


@given(phrase("the platform's clock is {span:Span} behind"))
def clock_behind(world: World, span):
    world.platform.control.skew(-span)


# -- what became of it -----------------------------------------------------------------------


@then("the pauses between its calls grew")
def pauses_grow(world: World):
    log = world.platform.attempts(after=world.run.first_call)
    pauses = [later["at"] - one["at"] for one, later in pairwise(log)]
    assert len(pauses) >= 5
    assert max(pauses[-3:]) > 3 * max(pauses[:3])
