# SPDX-License-Identifier: Apache-2.0
"""Whom a whole shift calls on what the engine deployed, read from the dial log.

The figures are those of ``python -m benchmarks.dialing --shift``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.dialing.findings import look_at
from benchmarks.dialing.plan import Plan
from benchmarks.dialing.reported import differences, report_on
from benchmarks.dialing.shift import Shift

SHIFT = Plan()
SMALL = Plan(leads=300, generals=4, seniors=2, length=timedelta(hours=2), changes=100)


@pytest.fixture
def work(deployed, tmp_path):
    """Works a day on a stack of its own, and says what its log shows."""
    outputs = deployed().outputs(show_secrets=True)
    snapshot = deployed.platform.organisation.snapshot()
    folders = (tmp_path / str(number) for number in range(9))

    def worked(plan, prepare=lambda _: None):
        folder = next(folders)
        folder.mkdir()
        shift = Shift(snapshot, outputs, folder, plan)
        prepare(shift.organisation)
        return shift.work()

    return worked


@pytest.mark.parametrize("working_set", [20, 0], ids=["20 leads fetched", "none fetched"])
def test_a_large_shift_calls_whom_it_should(work, working_set):
    """10,000 leads, 25 agents, 8 hours, 3,000 changes: each call goes to the right lead."""
    found = look_at(work(replace(SHIFT, working_set=working_set)))
    assert found.calls > 5_000
    assert found.senior > 1_000
    assert found.raised > 500
    assert found.overtaken == working_set  # so the working set did matter
    assert found.passed_over == 0
    assert found.too_low == 0
    assert found.stale == 0
    assert found.late == 0
    assert found.again == 0
    assert found.on_the_line > 0


def test_the_same_seed_is_the_same_log(work):
    """A day can be worked once more, byte for byte; another seed is another day."""
    log = work(SMALL).log
    assert log.count("\n") > 100
    assert work(SMALL).log == log
    assert work(replace(SMALL, seed=1)).log != log


def test_the_report_says_the_same(work, tmp_path):
    """What ``leadscore report`` makes of the log are the figures that were found in it."""
    worked = work(SMALL)
    log = tmp_path / "dial-log.jsonl"
    log.write_text(worked.log, encoding="utf-8")
    told = report_on(log, tmp_path / "report.html", SMALL.length)
    assert told["senior"] > 10
    assert differences(told, look_at(worked)) == []


def without_gates(organisation):
    """No filter and no rules: nobody asks how old a score is, or whose lead it is."""
    for campaign in organisation.entities["campaign"]:
        campaign.definition |= {"contactListFilters": [], "ruleSets": []}


def by_text(organisation):
    """Scores are compared as words."""
    for campaign in organisation.entities["campaign"]:
        (sort,) = campaign.definition["contactSorts"]
        campaign.definition |= {"contactSorts": [{**sort, "numeric": False}]}


def as_it_began(organisation):
    """Order and filter are those of the morning."""
    for campaign in organisation.entities["campaign"]:
        static = {"sort": False, "filter": False}
        campaign.definition |= {"dynamicContactQueueingSettings": static}


@pytest.mark.parametrize(
    ("prepare", "broken"),
    [
        (without_gates, {"stale", "too_low", "again"}),
        (by_text, {"passed_over", "late"}),
        (as_it_began, {"passed_over", "late"}),
    ],
    ids=["no gates", "sorted as words", "static order"],
)
def test_a_wrong_stack_shows(work, prepare, broken):
    """What the deployment gets wrong is seen in the log of the shift."""
    found = look_at(work(replace(SMALL, leads=1_000, changes=300), prepare))
    assert {name for name in broken if getattr(found, name) == 0} == set()
