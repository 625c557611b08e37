# SPDX-License-Identifier: Apache-2.0
"""Value over calls, on logs made by hand."""

from __future__ import annotations

import pytest

from integration.reporting.value import POINTS, value_reached
from tests.unit.reporting.conftest import call


def test_scores_count_once_for_each_lead():
    """Without successes a lead is worth its score at its first call; a redial adds nothing."""
    calls = [call(0, "A", 60), call(1, "A", 60, attempt=2), call(2, "B", 30), call(3, "C", 10)]
    found = value_reached(calls)
    assert (found.kind, found.total, found.calls) == ("score", 100, 4)
    assert [point.dialled for point in found.points] == [0, 0.6, 0.6, 0.9, 1]
    assert [point.random for point in found.points] == [0, 0.25, 0.5, 0.75, 1]
    assert {point.file for point in found.points} == {None}


def test_the_order_of_a_file():
    """In file order the same calls are made from its top to its bottom, unknown leads last."""
    calls = [
        call(n, lead, score) for n, (lead, score) in enumerate({"A": 60, "B": 30, "C": 10}.items())
    ]
    found = value_reached(calls, file_order=["C", "X", "B", "C"])
    assert [round(point.file, 6) for point in found.points] == [0, 0.1, 0.4, 1]
    assert found.not_in_file == 1


@pytest.mark.parametrize("names", [["Sale"], [" sale "], ["SALE", "other"]], ids=str)
def test_successes_count_once_for_each_lead(names):
    """The first success of a lead counts 1, by outcome or wrap-up code in any letter case."""
    won = {"results": ("person", "Sale")}
    calls = [
        call(0, "A", 90, results=("machine",)),
        call(1, "B", 80, **won),
        call(2, "B", 80, attempt=2, **won),
        call(3, "A", 90, attempt=2, **won),
    ]
    found = value_reached(calls, names, ["A", "B"])
    assert (found.kind, found.total) == ("success", 2)
    assert [point.dialled for point in found.points] == [0, 0, 0.5, 0.5, 1]
    assert [point.file for point in found.points] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize(
    ("calls", "names"),
    [([], ()), ([call(0, "A")], ()), ([call(0, "A", 90)], ("Sale",))],
    ids=["no call", "no score", "no success"],
)
def test_no_value_no_curve(calls, names):
    """Where no call reached anything there is no share to be shown."""
    assert value_reached(calls, names) is None


def test_a_long_day_has_few_points_that_are_exact():
    """A curve has a bounded number of points, its ends among them, each computed of all calls."""
    found = value_reached([call(n, f"L{n}", 1) for n in range(12_345)])
    assert len(found.points) == POINTS + 1
    assert (found.points[0].calls, found.points[-1].calls) == (0, 12_345)
    assert all(point.dialled == pytest.approx(point.calls / 12_345) for point in found.points)
    assert found.after[10].calls == round(1234.5)
