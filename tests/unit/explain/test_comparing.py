# SPDX-License-Identifier: Apache-2.0
"""What conditions of the platform say about values, and where nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integration.explaining.comparing import ago, condition, joined, predicate
from integration.scores import instant_of

NOW = instant_of(datetime(2026, 11, 24, 10, tzinfo=UTC))
DAY_AGO = "2026-11-23T10:00:00.000Z"
OLDER, NEWER = "2026-11-23T09:59:59.999Z", "2026-11-23T10:00:00.001Z"
PAST = "P-01DT00H00M"


def of(operator, value="", kind="alphabetic", **more):
    return predicate(
        {"column": "c", "columnType": kind, "operator": operator, "value": value, **more}
    )


def span(low, high, **more):
    return {"range": {"min": low, "max": high, **more}}


@pytest.mark.parametrize(
    ("one", "text", "holds"),
    [
        (of("BEFORE", PAST), OLDER, True),
        (of("BEFORE", PAST), NEWER, False),
        (of("BEFORE", PAST), DAY_AGO, None),
        (of("BEFORE", PAST), "", None),
        (of("BEFORE", PAST, inverted=True), NEWER, True),
        (of("BEFORE", PAST, inverted=True), "", None),
        (of("AFTER", PAST), NEWER, True),
        (of("BEFORE", "yesterday"), OLDER, None),
        (of("BETWEEN", **span("P-02DT00H00M", PAST)), OLDER, True),
        (of("BETWEEN", **span("P-02DT00H00M", "soon")), OLDER, None),
        (of("GREATER_THAN_EQUALS", "80", "numeric"), "80", True),
        (of("GREATER_THAN", "80", "numeric"), "80", False),
        (of("LESS_THAN", "80", "numeric"), "79.5", True),
        (of("LESS_THAN_EQUALS", "80", "numeric"), "n/a", None),
        (of("CONTAINS", "80", "numeric"), "80", None),
        (of("BETWEEN", kind="numeric", **span("1", "80", maxInclusive=True)), "80", True),
        (of("BETWEEN", kind="numeric", **span("80", "90")), "80", False),
        (of("IN", kind="numeric", range={"inSet": ["7", "80"]}), "80.0", True),
        (of("EQUALS", "senior"), "senior", True),
        (of("EQUALS", "senior"), "Senior", None),
        (of("EQUALS", "senior", inverted=True), "general", True),
        (of("ENDS_WITH", "Z"), DAY_AGO, True),
        (of("ENDS_WITH", "Z"), "", False),
        (of("BEGINS_WITH", "se"), "senior", True),
        (of("IN", range={"inSet": ["a", "b"]}), "b", True),
        (of("BETWEEN", **span("a", "c")), "b", True),
        (of("SOUNDS_LIKE", "b"), "b", None),
    ],
)
def test_a_predicate(one, text, holds):
    """It holds, does not, or is not documented: blank, at the border, or of another case."""
    assert one.holds(text, NOW) is holds


@pytest.mark.parametrize(
    ("kind", "operator", "value", "text", "holds"),
    [
        ("PERIOD", "BEFORE", "P-1DT-0H-0M", OLDER, True),
        ("DATETIME", "AFTER", OLDER, DAY_AGO, True),
        ("NUMERIC", "GREATER_THAN_EQUALS", "80", "79", False),
        ("STRING", "EQUALS", "", "", True),
    ],
)
def test_a_condition_of_a_rule(kind, operator, value, text, holds):
    """Rules name the kind of their value themselves."""
    one = condition(
        {
            "type": "contactAttributeCondition",
            "attributeName": "c",
            "valueType": kind,
            "operator": operator,
            "value": value,
        }
    )
    assert one.holds(text, NOW) is holds


def test_a_condition_on_something_else():
    """Only conditions on columns can be looked at."""
    assert condition({"type": "dataActionCondition"}) is None


@pytest.mark.parametrize(
    ("how", "verdicts", "all_in_all"),
    [
        ("AND", [], True),
        ("OR", [], True),
        ("AND", [True, None], None),
        ("AND", [None, False], False),
        ("OR", [None, True], True),
        ("OR", [False, None], None),
        ("OR", [False, False], False),
    ],
)
def test_verdicts_together(how, verdicts, all_in_all):
    """One verdict may decide although another is not known."""
    assert joined(how, verdicts) is all_in_all


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PAST, "24 hours ago"),
        ("P00DT-01H-30M", "1 hour and 30 minutes ago"),
        ("P00DT00H05M", "5 minutes from now"),
        ("P00DT00H00M", "now"),
        ("soon", "soon"),
    ],
)
def test_relative_times_in_words(text, words):
    """A relative time reads as a person says it."""
    assert ago(text) == words


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (of("BEFORE", PAST, inverted=True), "c is not earlier than 24 hours ago"),
        (of("EQUALS", "senior"), 'c is "senior"'),
        (of("BETWEEN", kind="numeric", **span("1", "5")), "c is between 1 and 5"),
        (of("IN", range={"inSet": ["a", "b"]}, inverted=True), "c is none of a, b"),
        (of("SOUNDS_LIKE", "b", inverted=True), 'c not SOUNDS_LIKE "b"'),
    ],
)
def test_conditions_in_words(one, words):
    """A condition reads as a sentence."""
    assert one.words() == words
