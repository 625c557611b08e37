# SPDX-License-Identifier: Apache-2.0
"""What a question says where a platform does something that nobody thought of."""

from __future__ import annotations

import pytest

from integration.platform.errors import Refused
from integration.probing.questions import QUESTIONS
from integration.probing.scratch import NUMBER
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

BY_NAME = {one.switch: one for one in QUESTIONS}


class Odd:
    """A scratch list that takes everything, keeps what it is told to, and finds nothing."""

    def __init__(self, **contact):
        self.contact = contact
        self.job_runs = False
        self.asked = 0

    async def write(self, *contacts):
        pass

    async def read(self, _):
        return self.contact

    async def count(self, *_):
        self.asked += 1
        return 0

    async def patch(self, *_):
        return "job"

    async def runs(self, _):
        return self.job_runs


def ask(switch, scratch):
    clock = VirtualClock()
    return run_virtual(clock, BY_NAME[switch].ask(scratch, clock)), clock


CASES = {
    "a write that does not arrive": (
        "keep_absent_columns",
        {"data": {NUMBER: "50"}},
        "the second write did not arrive: probe_number is '50'",
    ),
    "a contact that is not there": (
        "keep_absent_columns",
        {},
        "the second write did not arrive: probe_number is None",
    ),
    "a mark that is not taken": (
        "keep_absent_callable",
        {"callable": True},
        "a contact cannot be marked as not callable by a write",
    ),
    "a bad row that is taken": ("atomic_batches", {}, "a row with an unknown column was taken"),
    "a rounded number": (
        "decimals_in_numeric",
        {"data": {NUMBER: "88"}},
        "87.5 is stored as 88",
    ),
    "a filter that sees nothing": (
        "blank_satisfies_before",
        {},
        "filters do not see the contact",
    ),
    "another filter that sees nothing": (
        "filters_ignore_case",
        {},
        "filters do not see the contact",
    ),
    "a job that does nothing": (
        "bulk_update_patches",
        {"data": {NUMBER: "50"}},
        "the job changed nothing: probe_number is '50'",
    ),
    "a border that is never met": (
        "border_is_stale",
        {},
        "no time was ever exactly at the border, to the millisecond",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_told(case):
    """Rather than guess, it stays open, with what was seen."""
    switch, contact, says = CASES[case]
    fact, _ = ask(switch, Odd(**contact))
    assert (fact.value, fact.says) == (None, says)


def test_filters_that_are_behind():
    """A contact that filters do not see yet is waited for, but not for ever."""
    scratch = Odd()
    _, clock = ask("filters_ignore_case", scratch)
    assert clock.monotonic() == 30
    assert scratch.asked == 31


def test_a_job_that_does_not_end():
    """A job is not waited for without end."""
    scratch = Odd()
    scratch.job_runs = True
    fact, clock = ask("bulk_update_patches", scratch)
    assert (fact.value, fact.says) == (None, "the job did not end within 30 s")
    assert clock.monotonic() == 30


def test_a_job_that_makes_callable():
    """A job that gives up the mark of a contact is no patch."""
    whole = {"probe_id": "patch", "probe_phone": "+12025550100", "probe_kept": "kept"}
    more = {NUMBER: "0", "probe_time": "", "probe_text": "Probe"}
    fact, _ = ask("bulk_update_patches", Odd(data=whole | more, callable=True))
    assert (fact.value, fact.says) == (False, "callable changed too")


def test_a_refusal_that_names_no_code():
    """A refusal of decimals is told by its status where it has no code."""

    class Refusing(Odd):
        async def write(self, *_):
            raise Refused(operation="write", status=400)

    fact, _ = ask("decimals_in_numeric", Refusing())
    assert (fact.value, fact.says) == (False, "refused (400)")
