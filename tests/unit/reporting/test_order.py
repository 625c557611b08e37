# SPDX-License-Identifier: Apache-2.0
"""Dial order against ideal order, on logs made by hand."""

from __future__ import annotations

import pytest

from integration.reporting.order import dial_order
from tests.unit.reporting.conftest import HOUR, call, skip


def places(lines, policy):
    return [(one.lead, one.ideal, one.mark) for one in dial_order(lines, policy).places]


def test_best_first_is_ideal(policy):
    """Each lead that is dialled best score first stands in its place; equals stay as they were."""
    lines = [call(0, "A", 90), call(1, "B", 80), call(2, "C", 80), call(3, "D", 10)]
    order = dial_order(lines, policy)
    assert [(one.dialled, one.ideal) for one in order.places] == [(n, n) for n in (1, 2, 3, 4)]
    assert (order.near, order.median_distance) == (4, 0)


def test_a_lead_that_was_passed_over(policy):
    """A better lead that is dialled after worse ones stands further down than its score."""
    lines = [call(0, "A", 70), call(1, "B", 80), call(2, "C", 90), call(3, "D", 60)]
    assert places(lines, policy) == [("A", 3, ""), ("B", 2, ""), ("C", 1, ""), ("D", 4, "")]
    assert dial_order(lines, policy).median_distance == 1


def test_each_campaign_has_its_own_order(policy):
    """Two campaigns that dial in turns are both in order, whatever the scores of the other."""
    lines = [
        call(0, "S1", 95, campaign="senior"),
        call(1, "G1", 60, campaign="general"),
        call(2, "S2", 85, campaign="senior"),
        call(3, "G2", 50, campaign="general"),
    ]
    assert [one.distance for one in dial_order(lines, policy).places] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("age", "mark"),
    [(60.0, "late"), (1.5 * 60, "late"), (2 * 60.0, ""), (HOUR, "")],
    ids=["after two worse calls", "after one", "before any", "an hour before"],
)
def test_a_score_that_came_late(policy, age, mark):
    """A score is late if a worse lead had been called when it was calculated."""
    lines = [call(0, "A", 70), call(1, "B", 60), call(2, "C", 90, age=age), call(3, "D", 50)]
    found = dial_order(lines, policy).places[2]
    assert (found.ideal, found.mark) == (1, mark)


def test_only_a_worse_call_makes_a_score_late(policy):
    """A score that came after calls to equals only has lost no place."""
    lines = [call(0, "A", 70), call(1, "B", 70, age=1.0)]
    assert [one.mark for one in dial_order(lines, policy).places] == ["", ""]


def test_what_counts_as_near(policy):
    """A lead counts as near its place within a hundredth of all first attempts."""
    better = [call(n, f"L{n}", 90, age=HOUR + n * 60) for n in range(1, 300)]
    order = dial_order([call(0, "first", 80), *better], policy)
    assert (order.tolerance, order.near) == (3, 299)  # those after it belong one place up
    worse = [call(n, f"W{n}", 80) for n in range(4)]
    order = dial_order([*worse, *better[3:]], policy)
    assert (order.tolerance, order.near) == (3, 0)


def test_a_late_score_takes_no_place_from_others(policy):
    """Leads that were dialled in order among themselves are not moved by one that came late."""
    lines = [call(n, f"L{n}", 90 - n) for n in range(5)]
    lines += [call(5, "late", 99, age=30.0), *(call(n, f"L{n}", 80 - n) for n in range(6, 9))]
    order = dial_order(lines, policy)
    assert [one.distance for one in order.in_time] == [0] * 8
    assert [(one.lead, one.dialled, one.ideal) for one in order.places if one.mark] == [
        ("late", 6, 1)
    ]


def test_stale_scores_deserve_the_last_place(policy):
    """A stale score counts for nothing; exactly at the limit it is fresh."""
    lines = [
        call(0, "stale", 99, age=24 * HOUR + 1),
        call(1, "fresh", 90, age=24 * HOUR),
        call(2, "no time", 80, age=None),
        call(3, "C", 70),
    ]
    found = places(lines, policy)
    assert found[0] == ("stale", 4, "stale")
    assert found[1] == ("fresh", 2, "")
    assert found[2] == ("no time", 4, "stale")


def test_leads_that_a_rule_refused(policy):
    """A skipped lead is shown before the call that it was refused at, at its score's place."""
    lines = [call(0, "A", 90), call(1, "B", 50), skip(2, "X", 70), call(3, "C", 40)]
    order = dial_order([*lines, skip(4, "Y", 10), skip(5, "Z", 99, campaign="other")], policy)
    assert [(one.lead, one.dialled, one.ideal, one.mark) for one in order.skipped] == [
        ("X", 3, 2, "skipped"),
        ("Y", 4, 3, "skipped"),
    ]


def test_redials_are_no_part_of_the_order(policy):
    """Only the first attempt at a lead has a place."""
    lines = [call(0, "A", 90), call(1, "A", 90, attempt=2, recall=True), call(2, "B", 80)]
    assert [one.lead for one in dial_order(lines, policy).places] == ["A", "B"]


def test_nothing_but_stale_leads(policy):
    """A campaign whose leads are all stale still has places for them."""
    lines = [call(0, "A", 90, age=None), call(1, "B", 80, age=None)]
    order = dial_order(lines, policy)
    assert order.marked("stale") == 2
    assert (order.near, order.in_time) == (0, [])
