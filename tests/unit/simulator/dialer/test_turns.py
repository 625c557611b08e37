# SPDX-License-Identifier: Apache-2.0
"""Whether the dial log tells a call that went past its betters from one that had a reason to."""

from __future__ import annotations

import pytest

ROUND = 90
TEXT = {"fieldName": "ml_score", "direction": "DESC", "numeric": False}
ONCE_AGAIN = {"nbrAttempts": 1, "minutesBetweenAttempts": 60}


def told(lines, *fields):
    """Each lead with what the log says of its call."""
    return [(line["lead"], *(line[field] for field in fields)) for line in lines]


def raised(centre, size, **scores):
    """Five leads, and new scores right after the first call."""
    centre.organisation.switches.working_set = size
    leads = centre.leads({"a": 90, "b": 80, "c": 70, "d": 60, "z": 10})
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(10)
    centre.write(leads, scores, query="?doNotQueue=true")
    return leads


@pytest.mark.parametrize(
    ("size", "order", "overtaken"),
    [(0, "azbcd", 0), (2, "abczd", 2), (9, "abcdz", 3)],
    ids=["none", "two leads", "all leads"],
)
def test_a_raised_score_is_overtaken_by_those_fetched_before(centre, size, order, overtaken):
    """A lead that rises waits for the working set and for nobody else; that is no mistake."""
    raised(centre, size, z=99)
    lines = centre.run(10 * ROUND)
    assert "".join(line["lead"] for line in lines) == order
    assert {line["lead"]: line["overtaken"] for line in lines} == {
        **dict.fromkeys("abcd", 0),
        "z": overtaken,
    }
    assert [line["passed_over"] for line in lines] == [0] * 5


def test_a_score_that_falls_in_the_working_set_is_no_mistake(centre):
    """Who was the best when fetched may be called; better ones show, but were not passed over."""
    raised(centre, 1, b=5)
    fields = ("better", "passed_over", "overtaken")
    assert told(centre.run(10 * ROUND), *fields)[:3] == [
        ("a", 0, 0, 0),
        ("b", 3, 0, 0),
        ("c", 0, 0, 0),
    ]


def test_a_score_that_rises_in_the_working_set_counts_from_then(centre):
    """Overtaking is counted for the present score only."""
    leads = raised(centre, 3, d=99)
    centre.run(ROUND)
    assert "".join(centre.order()) == "ab"  # d was overtaken by b, and is behind c now
    centre.write(leads, {"d": 98}, query="?doNotQueue=true")
    lines = centre.run(10 * ROUND)
    assert told(lines, "overtaken") == [("a", 0), ("b", 0), ("c", 0), ("d", 1), ("z", 0)]


@pytest.mark.parametrize(
    ("size", "passed_over"), [(0, [4, 3, 1, 1, 0]), (2, [3, 2, 1, 0, 0])], ids=["none", "two"]
)
def test_a_text_sort_passes_leads_over(centre, size, passed_over):
    """Where the order is not that of the scores, the working set is no excuse."""
    centre.organisation.switches.working_set = size
    leads = centre.leads({"a": 87, "b": 9, "c": 100, "d": "n/a", "e": 50})
    centre.campaign(leads, contactSorts=[TEXT])
    centre.agents("Ann")
    lines = centre.dial(10 * ROUND)
    assert "".join(line["lead"] for line in lines) == "dbaec"
    assert [line["passed_over"] for line in lines] == passed_over
    assert lines[-1]["overtaken"] == 4


def test_a_static_sort_passes_a_raised_score_over(centre):
    """Where the order is fixed at the start, a lead that rises is passed over."""
    leads = centre.leads({"a": 90, "b": 80, "c": 10})
    flags = {"sort": False, "filter": False}
    centre.campaign(leads, dynamicContactQueueingSettings=flags)
    centre.agents("Ann")
    centre.dial(10)
    centre.write(leads, {"c": 99}, query="?doNotQueue=true")
    lines = centre.run(10 * ROUND)
    assert told(lines, "passed_over", "overtaken") == [("a", 0, 0), ("b", 1, 0), ("c", 0, 1)]


@pytest.mark.parametrize("first", [True, False], ids=["recalls first", "by their score"])
def test_a_recall_that_is_due_may_go_first(centre, first):
    """A recall passes nobody over, wherever recalls stand."""
    centre.organisation.switches.recalls_first = first
    limit = centre.make(
        "attemptlimits",
        {
            "name": "Again",
            "maxAttemptsPerContact": 2,
            "resetPeriod": "TODAY",
            "timeZoneId": "UTC",
            "recallEntries": {"busy": ONCE_AGAIN},
        },
    )
    leads = centre.leads({"a": 50, "b": 40}, attempt_limit=limit)
    campaign = centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(3 * ROUND, answers={"a": "busy"})
    centre.stop(campaign)
    centre.run(3600)
    centre.write(leads, {"c": 99, "d": 45})
    centre.start(campaign)
    lines = centre.run(10 * ROUND)[2:]
    assert [line["passed_over"] for line in lines] == [0] * 3
    expected = [("a", 1), ("c", 0), ("d", 0)] if first else [("c", 0), ("a", 0), ("d", 0)]
    assert told(lines, "better") == expected


def test_who_could_not_be_called_then_was_not_passed_over(centre):
    """A lead that became callable after the fetch waits for the working set like a raised one."""
    leads = raised(centre, 1)
    centre.control.change_contact(leads, "d", {"callable": False})
    centre.write(leads, {"d": 95}, query="?doNotQueue=true")
    centre.run(2 * ROUND - 10)
    assert "".join(centre.order()) == "abc"
    centre.control.change_contact(leads, "d", {"callable": True})
    lines = centre.run(10 * ROUND)
    assert told(lines, "better", "passed_over", "overtaken")[3:] == [("z", 1, 0, 0), ("d", 0, 0, 1)]


def test_the_count_survives_a_snapshot(centre):
    """What was overtaken before a restart still counts after it."""
    raised(centre, 3, z=99)
    centre.run(ROUND)
    centre.control.restore(centre.control.snapshot())
    lines = centre.run(10 * ROUND)
    assert told(lines, "overtaken")[-1] == ("z", 3)
