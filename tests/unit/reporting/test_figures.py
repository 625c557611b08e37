# SPDX-License-Identifier: Apache-2.0
"""The headline figures and the queue split, on logs made by hand."""

from __future__ import annotations

import json

import pytest

from integration.reporting.dialled import Record, in_order
from integration.reporting.document import as_json
from integration.reporting.figures import NO_QUEUE, QueueRow, make_report
from integration.reporting.wording import (
    conclusion_of_order,
    figures_of,
    share,
    tone_of,
    verdict_of,
)
from integration.scores import format_instant
from tests.unit.reporting.conftest import HOUR, START, call, skip

SENIOR = "Senior Agent Queue"


@pytest.fixture
def report(policy):
    """Makes a report of lines."""

    def made(*lines, source="log", **more):
        return make_report(Record(source=source, lines=in_order(lines)), policy, START, **more)

    return made


def test_every_figure_of_a_day_with_faults(report):
    """Each headline figure counts what it says and nothing else."""
    found = report(
        call(0, "A", 90, queue=SENIOR, agent="Ann"),
        call(1, "B", 60, queue=SENIOR, agent="Bob", passed_over=2),
        call(2, "C", 95, queue=SENIOR, agent="Ann", age=30 * HOUR),
        skip(3, "X", 88),
        call(4, "A", 90, attempt=2, recall=True, queue=SENIOR, agent="Ann", passed_over=1),
        call(5, "B", 60, attempt=2),
        call(6, "D", 70, age=60.0, overtaken=3),
        call(7, "E", None, age=None),
    ).headline
    assert found.calls == 7
    assert found.leads == 5
    assert found.first_attempts == 5
    assert found.order_exceptions == 1  # that of the redial is none
    assert found.stale_dialled == 1
    assert (found.redials, found.recalls) == (2, 1)
    assert (found.senior_calls, found.senior_low) == (4, 2)  # B, and C whose score was stale
    assert (found.late_scores, found.overtaken_most) == (1, 3)
    assert found.skipped == 1
    assert found.unscored == 1


def test_the_border_of_the_senior_agents(report):
    """A senior call to a score of exactly the threshold is one too low."""
    found = report(call(0, "A", 71, queue=SENIOR), call(1, "B", 70, queue=SENIOR)).headline
    assert (found.senior_calls, found.senior_low) == (2, 1)


def test_planned_and_unasked_redials(report):
    """A recall of an attempt limit is as it should be, any other further call is a fault."""
    found = report(
        call(0, "A", 90), call(1, "A", 90, attempt=2, recall=True), call(2, "A", 90, attempt=3)
    )
    assert [(one.call.attempt, one.wrong) for one in found.faults] == [(3, ("unasked",))]
    again = next(one for one in figures_of(found) if one.name == "Called again unasked")
    assert (again.value, again.tone) == ("1", "wrong")


def test_the_queue_split(report):
    """Per queue: calls, lowest, median and highest score, agents; the largest queue first."""
    found = report(
        call(0, "A", 90, queue="S", agent="Ann"),
        call(1, "B", 80, queue="S", agent="Ann"),
        call(2, "C", 40, queue="G", agent="Gus"),
        call(3, "D", 60, queue="G"),
        call(4, "E", 20, queue="G", agent="Gil"),
        call(5, "F"),
    ).queues
    assert found == (
        QueueRow("G", 3, 20, 40, 60, 2),
        QueueRow("S", 2, 80, 85, 90, 1),
        QueueRow(NO_QUEUE, 1, None, None, None, None),
    )


def test_what_is_left_out_is_said(report):
    """Each part that the data does not tell is named, with what would tell it."""
    found = report(call(0, "A", 90, queue="Desk"))
    text = " ".join(found.left_out)
    for option in ("--senior-queue", "--leads", "--calls"):
        assert option in text, option
    assert found.headline.senior_low is None
    assert "not known" in [one.value for one in figures_of(found)]
    missing = report(call(0, "A", 90, queue="Desk"), successes=["Sale"], senior="desk")
    assert missing.value is None
    assert "none of the calls was a success" in " ".join(missing.left_out)
    assert "--senior-queue" not in " ".join(missing.left_out)


@pytest.mark.parametrize(
    ("lines", "tone", "words"),
    [
        ([call(0, "A", 90, queue=SENIOR)], "fine", "senior agents went to a score above 70"),
        ([call(0, "A", 90)], "fine", "Every first attempt took the best lead"),
        ([call(0, "A", 9, passed_over=1)], "wrong", "1 first attempt passed over a better lead"),
        ([call(0, "A", 9, age=None)], "wrong", "1 call went to a stale score"),
        ([call(0, "A", 9, queue=SENIOR)], "wrong", "to a score of 70 or less"),
        ([call(0, "A", 9, attempt=2)], "wrong", "1 call called a lead again"),
        ([skip(0, "A", 9)], "plain", "Nobody was called."),
    ],
    ids=["seniors", "fine", "passed over", "stale", "senior low", "again", "nobody"],
)
def test_the_verdict(report, lines, tone, words):
    """The first sentence says what is wrong, or that all is as it should be."""
    found = report(*lines)
    assert words in verdict_of(found)
    assert tone_of(found) == tone


def test_conclusion_without_first_attempts(report):
    """A log of refusals alone has no order to speak of."""
    assert conclusion_of_order(report(skip(0, "A", 9)).order) == "There was no first attempt."


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (0, "0 %"),
        (0.004, "0.4 %"),
        (0.5, "50 %"),
        (0.995, "99.5 %"),
        (0.9999, "99.9 %"),
        (1, "100 %"),
    ],
    ids=str,
)
def test_shares_are_not_rounded_to_all(part, shown):
    """A share is shown as all of it only where it is all of it."""
    assert share(part) == shown


def test_the_document_keeps_its_shape(report):
    """The JSON document has stable keys, times in UTC, and shares from 0 to 1."""
    found = report(
        call(0, "A", 90), call(1, "B", 80, age=None), skip(2, "X", 70), file_order=["B", "A"]
    )
    document = json.loads(json.dumps(as_json(found)))
    assert list(document) == [
        *("source", "live", "made_at", "from", "until", "senior_above", "max_age_minutes"),
        *("leads", "headline", "value", "order", "faults", "queues", "budget", "left_out"),
    ]
    assert document["from"] == format_instant(START)
    assert document["max_age_minutes"] == 1440
    assert document["value"]["curve"][1] == {
        "calls": 1,
        "dialled": 0.529412,
        "random": 0.5,
        "file": 0.470588,
    }
    assert [one["mark"] for one in document["order"]["marked"]] == ["stale", "skipped"]
    assert document["budget"] is None
    assert document["headline"]["stale_dialled"] == 1
    assert document["faults"] == [
        {
            "at": format_instant(START + 60_000),
            "lead": "B",
            "campaign": "C",
            "queue": "",
            "agent": "",
            "attempt": 1,
            "score": 80,
            "age_seconds": None,
            "wrong": ["stale"],
        }
    ]
    assert document["queues"][0]["queue"] == NO_QUEUE
