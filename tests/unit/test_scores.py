# SPDX-License-Identifier: Apache-2.0
"""How the fields of a row become a score, or a reason why they are none."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.scores import NULL, LeadScore, NotText, Number, RawScore, Rejected, parse

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
AT = "2026-11-23T09:00:00Z"
AT_MS = 1_795_424_400_000
LEAD_CHARACTERS = string.ascii_letters + string.digits + "-_.:@"


def raw(lead_id="L-1", priority_score="87", last_calculated_at=AT, **more):
    return RawScore(lead_id, priority_score, last_calculated_at, **more)


def rejected(row):
    with pytest.raises(Rejected) as caught:
        parse(row, NOW)
    return caught.value


def test_a_row_of_texts_is_a_score():
    """Every field of a good row arrives in the score, trimmed."""
    row = RawScore(" L-1\t", " 87 ", f"\n{AT} ", " m7 ", "\t2026-11-22T09:00:00Z")
    base = frozenset((AT_MS - 86_400_000,))
    assert parse(row, NOW) == LeadScore("L-1", 87, AT_MS, "m7", base)


@pytest.mark.parametrize(
    "lead_id",
    ["a", "0", "x" * 128, LEAD_CHARACTERS, "user@example.org", "  padded\u00a0", "-", "..:@"],
)
def test_lead_ids_that_are_accepted(lead_id):
    """A lead id is 1 to 128 ASCII letters, digits and - _ . : @ after trimming."""
    assert parse(raw(lead_id), NOW).lead_id == lead_id.strip()


def test_lead_ids_are_case_sensitive():
    """Two lead ids that differ in case are two leads."""
    assert parse(raw("Lead"), NOW).lead_id != parse(raw("lead"), NOW).lead_id


@pytest.mark.parametrize(
    "lead_id",
    [
        *("", " \t\r\n", "x" * 129, "a b", "a\nb", "a/b", "a,b", 'a"b', "a+b", "a#b", "a%20b"),
        *("Müller", "\uff21\uff22", "a\u200bb", "a\x00b", "a\x1b[31mb", "\ud800", "x" * 10_000),
        *(Number("4711"), NotText("true"), NULL, NotText("[…]")),
    ],
    ids=lambda lead_id: f"{type(lead_id).__name__} {ascii(lead_id)[:24]}",
)
def test_lead_ids_that_are_refused(lead_id):
    """Anything else is no lead id, a JSON number or null included."""
    problem = rejected(raw(lead_id))
    assert (problem.reason, problem.field) == ("invalid_lead_id", "lead_id")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        *(("1", 1), ("100", 100), ("87", 87), ("087", 87), ("0087", 87), ("+87", 87)),
        *(("87.0", 87), ("87.", 87), ("87.000000000000000000000000000", 87), ("1e2", 100)),
        *(("1E0", 1), ("0.87e2", 87), (".5e2", 50), ("8700e-2", 87), ("+1.0E+2", 100)),
        *((" 87\t", 87), ("\u00a087\u2003", 87), ("0" * 9_998 + "87", 87)),
        *(("87" + "0" * 9_000 + "e-9000", 87), ("87." + "0" * 10_000, 87)),
        *(("0." + "0" * 99 + "87e101", 87), (Number("87"), 87), (Number("87.0"), 87)),
        (Number("1e2"), 100),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_numbers_that_are_scores(text, score):
    """A score is a whole decimal number from 1 to 100, however it is written."""
    assert parse(raw(priority_score=text), NOW).score == score


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "n/a", "NaN", "nan", "Infinity", "-inf", "true", "null", "None", "-", "+", "."),
        *("8_7", "8 7", "87%", "0x57", "0b1", "8,7", "1e", "e2", "1e+", "1e2.0", "--87", "+-87"),
        *("\uff18\uff17", "\u0668\u0667", "\u2078", "8\u200b7", "\u221287", "8\x007", "87\n1"),
        *("x" * 10_000, "9" * 10_000 + "x", NotText("true"), NotText("false"), NULL),
        *(NotText("NaN"), NotText("Infinity"), NotText("[…]"), NotText("{…}"), NotText("87")),
    ],
    ids=lambda text: f"{type(text).__name__} {ascii(text)[:24]}",
)
def test_texts_that_are_no_numbers(text):
    """What is not an ASCII decimal number is named so, before its size is looked at."""
    problem = rejected(raw(priority_score=text))
    assert (problem.reason, problem.field) == ("score_not_a_number", "priority_score")


@pytest.mark.parametrize(
    "text",
    [
        *("0", "00", "-0", "0.0", "101", "-5", "-87", "1e3", "1000", "999", "0.5", "0.999", "1e-1"),
        *("100.5", "100.0000000000000000000000000000000000001", "99e99", "-1e2", "0e5"),
        *("1e999999999999999999999", "1e-999999999999999999999", "-1e999999999999999999999"),
        *("9" * 10_000, "1" + "0" * 9_999, "1e" + "9" * 9_998, "1e-" + "9" * 9_997),
        *("0." + "0" * 9_998 + "1", Number("1E400"), "0e" + "9" * 5_000),
    ],
    ids=lambda text: text[:24],
)
def test_numbers_out_of_range(text):
    """A number outside 1 to 100 is out of range even where it is not whole either."""
    problem = rejected(raw(priority_score=text))
    assert (problem.reason, problem.field) == ("score_out_of_range", "priority_score")


@pytest.mark.parametrize(
    "text",
    ["87.5", "1.0000000000000000000000000000000000001", "875e-1", "99.99", Number("1.5")],
)
def test_numbers_that_are_not_whole(text):
    """A number between 1 and 100 with a fraction is never rounded."""
    problem = rejected(raw(priority_score=text))
    assert (problem.reason, problem.field) == ("score_not_integer", "priority_score")


@given(st.integers(1, 100), st.integers(-300, 300), st.booleans())
def test_every_spelling_of_a_number_is_the_same_score(score, shift, upper):
    """Moving the decimal point into the exponent does not change a score."""
    if shift >= 0:
        digits = f"{score}{'0' * shift}e-{shift}"
    else:
        digits = f"0.{'0' * (-shift)}{score:03d}e{3 - shift}"
    text = digits.upper() if upper else digits
    assert parse(raw(priority_score=text), NOW).score == score


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (raw("", "x", "x"), "invalid_lead_id"),
        (raw("L-1", "x", "x"), "score_not_a_number"),
        (raw("L-1", "0.5", "x"), "score_out_of_range"),
        (raw("L-1", "87.5", "x"), "score_not_integer"),
        (raw("L-1", "87", "x", model_version="m" * 129), "time_invalid"),
        (raw(model_version="m" * 129, based_on="x"), "malformed_row"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_first_problem_of_a_row_is_the_one_that_is_named(row, reason):
    """Lead id, score, time and the optional fields are checked in this order."""
    assert rejected(row).reason == reason


def test_a_rejected_row_says_which_lead_it_was():
    """The lead id is on record also where another field was refused, cut to 128 characters."""
    assert rejected(raw(" L-1 ", "0")).lead_id == "L-1"
    assert rejected(raw("x" * 10_000)).lead_id == "x" * 128


@pytest.mark.parametrize("field", ["lead_id", "priority_score", "last_calculated_at", "based_on"])
def test_a_huge_field_is_not_repeated_in_full(field):
    """The message of a field of 10,000 characters stays readable and tells its length."""
    problem = rejected(raw(**{field: "x" * 10_000}))
    assert problem.field == field
    assert "10,000 characters" in problem.message
    assert len(problem.message) < 250


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u200bb", "a\\u200bb"),
        ("\ud800", "\\ud800"),
        ("a\r\nb", "a\\r\\nb"),
    ],
    ids=["terminal escape", "invisible space", "half a character", "line break"],
)
def test_what_cannot_be_shown_is_escaped(hostile, shown):
    """A refused value cannot steer a terminal or break the encoding of a log."""
    problem = rejected(raw(hostile))
    assert f'"{shown}"' in problem.message
    assert problem.lead_id == shown
    assert str(problem).isprintable()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        *((None, ""), ("", ""), ("  ", ""), (NULL, ""), (" m7 ", "m7"), (Number("7.10"), "7.10")),
        *(("m" * 128, "m" * 128), ("modèle 7", "modèle 7"), ("null", "null")),
    ],
)
def test_model_versions_that_are_accepted(text, version):
    """A model version is any text of up to 128 characters, blank where it is left out."""
    assert parse(raw(model_version=text), NOW).model_version == version


@pytest.mark.parametrize(
    "text",
    [
        "m" * 129,
        "m" * 10_000,
        "m\ud800",
        "\udfffm",
        NotText("true"),
        NotText("[…]"),
        NotText("{…}"),
    ],
    ids=ascii,
)
def test_model_versions_that_are_refused(text):
    """A model version that is too long or no text makes the row malformed."""
    problem = rejected(raw(model_version=text))
    assert (problem.reason, problem.field) == ("malformed_row", "model_version")


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        *((None, None), ("", None), (" ", None)),
        *((NULL, frozenset((None,))), ("null", frozenset((None,))), (" null ", frozenset((None,)))),
        *((AT, frozenset((AT_MS,))), ("2026-11-23T10:00:00.0009+01:00", frozenset((AT_MS,)))),
    ],
    ids=ascii,
)
def test_what_a_score_may_be_based_on(text, bases):
    """based_on is an instant, null for "no score yet", or left out for "whatever"."""
    assert parse(raw(based_on=text), NOW).based_on == bases


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "time_invalid"),
        ("NULL", "time_invalid"),
        ("2026-11-23T09:00:00", "time_without_zone"),
        ("2026-11-23T10:05:00.001Z", "time_in_future"),
        (Number("1795424400000"), "time_invalid"),
        (NotText("true"), "time_invalid"),
        (Number(" "), "time_invalid"),
    ],
    ids=ascii,
)
def test_what_a_score_cannot_be_based_on(text, reason):
    """based_on is judged as strictly as the time of the score itself."""
    problem = rejected(raw(based_on=text))
    assert (problem.reason, problem.field) == (reason, "based_on")


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=60), st.text(max_size=140))
def test_no_text_whatever_breaks_the_reading(lead_id, score, at, model):
    """Arbitrary fields end in a score or in a reason that can be shown, never in a crash."""
    problem = None
    try:
        parse(RawScore(lead_id, score, at, model, at), NOW)
    except Rejected as caught:
        problem = caught
    assert problem is None or (str(problem) + problem.lead_id).isprintable()
