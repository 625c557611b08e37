# SPDX-License-Identifier: Apache-2.0
"""Which of two scores wins: against what a store holds, and against what waits."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.order import (
    StoredScore,
    Verdict,
    against_pending,
    against_stored,
    lost_because,
    shown,
)
from integration.scores import LeadScore

DUPLICATE, SUPERSEDED, CONFLICT = Verdict.DUPLICATE, Verdict.SUPERSEDED, Verdict.CONFLICT
NOTHING = StoredScore()


def scored(at, score=50, based_on=None, model=""):
    bases = None if based_on is None else frozenset(based_on)
    return LeadScore("L-1", score, at, model, bases)


def test_the_verdicts_are_the_words_of_the_design():
    """Verdicts are stored and printed as these words."""
    assert sorted(Verdict) == [
        *("conflict", "delivered", "duplicate", "rejected", "superseded"),
        *("unknown_lead", "waiting"),
    ]


@pytest.mark.parametrize(
    ("verdict", "rival", "reason"),
    [
        (CONFLICT, StoredScore(51, 5), "same_instant"),
        (CONFLICT, StoredScore(50, 4), "other_base"),
        (CONFLICT, NOTHING, "other_base"),
        (DUPLICATE, StoredScore(0, 5), "same_score"),
        (SUPERSEDED, scored(6), "newer_score"),
        (SUPERSEDED, scored(5), "same_score"),
    ],
    ids=["instant", "base", "no base", "duplicate", "newer", "adopted by a later run"],
)
def test_a_beaten_score_has_a_reason_code(verdict, rival, reason):
    """Why a score lost is one of four words, whatever it lost to."""
    assert lost_because(verdict, scored(5), rival) == reason


@pytest.mark.parametrize(
    ("rival", "words"),
    [
        (NOTHING, "no score"),
        (StoredScore(0, 0), "0 of 1970-01-01T00:00:00.000Z"),
        (scored(5), "50 of 1970-01-01T00:00:00.005Z"),
    ],
    ids=["none", "stale", "waiting"],
)
def test_a_rival_is_shown_with_its_instant(rival, words):
    """What a score lost to is told by value and instant."""
    assert shown(rival) == words


@pytest.mark.parametrize(
    ("score", "stored", "verdict"),
    [
        (scored(5), NOTHING, None),
        (scored(5), StoredScore(50, 4), None),
        (scored(5), StoredScore(90, 4), None),
        (scored(5), StoredScore(50, 6), SUPERSEDED),
        (scored(5), StoredScore(90, 6), SUPERSEDED),
        (scored(5), StoredScore(50, 5), DUPLICATE),
        (scored(5), StoredScore(51, 5), CONFLICT),
        (scored(5), StoredScore(0, 5), DUPLICATE),
        (scored(5), StoredScore(0, 4), None),
        (scored(5), StoredScore(0, 6), SUPERSEDED),
        (scored(5), StoredScore(None, 5), None),
        (scored(5), StoredScore(None, 4), None),
        (scored(5), StoredScore(None, 6), SUPERSEDED),
        (scored(5), StoredScore(90, None), None),
    ],
    ids=[
        *("first score of a lead", "newer, same value", "newer, other value", "older, same value"),
        *("older, other value", "same instant, same value", "same instant, other value"),
        *("same score, meanwhile marked stale", "newer than a stale one", "older than a stale one"),
        *("value was cleared", "value was cleared, newer", "value was cleared, older"),
        "time was cleared",
    ],
)
def test_newest_wins_against_the_store(score, stored, verdict):
    """Only a score newer than the stored one is written; of equal instants the first stays."""
    assert against_stored(score, stored) is verdict


@pytest.mark.parametrize(
    ("based_on", "stored", "verdict"),
    [
        ({4}, StoredScore(50, 4), None),
        ({3}, StoredScore(50, 4), CONFLICT),
        ({4}, NOTHING, CONFLICT),
        ({None}, NOTHING, None),
        ({None}, StoredScore(90, None), None),
        ({None}, StoredScore(50, 4), CONFLICT),
        ({3, 4}, StoredScore(50, 4), None),
        ({3, None}, NOTHING, None),
        ({4}, StoredScore(50, 5), DUPLICATE),
        ({4}, StoredScore(90, 5), CONFLICT),
        ({4}, StoredScore(50, 6), CONFLICT),
        ({6}, StoredScore(50, 6), SUPERSEDED),
    ],
    ids=[
        *("base is stored", "another is stored", "none is stored", "null and none is stored"),
        *("null and only a value is stored", "null and one is stored", "one of two bases"),
        *("the other of two bases", "written already", "same instant, other value"),
        *("the store has moved on", "based on a later score"),
    ],
)
def test_compare_and_set_against_the_store(based_on, stored, verdict):
    """A conditional score is written only over the one it was computed from."""
    assert against_stored(scored(5, based_on=based_on), stored) is verdict


@pytest.mark.parametrize(
    ("newcomer", "pending", "outcome"),
    [
        (scored(5), scored(4), scored(5)),
        (scored(5), scored(4, based_on={3}), scored(5)),
        (scored(5), scored(6), SUPERSEDED),
        (scored(5), scored(5), DUPLICATE),
        (scored(5, model="m8"), scored(5, model="m7"), DUPLICATE),
        (scored(5, 51), scored(5), CONFLICT),
        (scored(5, based_on={4}), scored(4), scored(5)),
        (scored(5, based_on={4}), scored(4, based_on={3}), scored(5, based_on={3, 4})),
        (scored(5, based_on={4}), scored(4, based_on={None}), scored(5, based_on={None, 4})),
        (scored(5, based_on={3}), scored(4), CONFLICT),
        (scored(5, based_on={None}), scored(4), CONFLICT),
        (scored(5, based_on={3}), scored(6), CONFLICT),
        (scored(5, based_on={6}), scored(6), SUPERSEDED),
        (scored(5, based_on={3}), scored(5, based_on={4}), DUPLICATE),
        (scored(5, 51, based_on={3}), scored(5), CONFLICT),
    ],
    ids=[
        *("newer", "newer, over a conditional one", "older", "same", "same but for the model"),
        *("same instant, other value", "computed from the pending one, which had no condition"),
        *("passes its base on", "passes null on", "computed from another", "computed from none"),
        *("older, computed from another", "based on a later score", "same, whatever their bases"),
        "same instant, other value, conditional",
    ],
)
def test_newest_wins_against_what_waits(newcomer, pending, outcome):
    """Of two scores of a lead that wait, one takes the place of both or the newcomer loses."""
    assert against_pending(newcomer, pending) == outcome


def test_a_newcomer_keeps_its_own_fields():
    """A score that takes over a condition keeps its value, instant and model version."""
    taken = against_pending(scored(5, 77, {4}, "m8"), scored(4, 50, {3}, "m7"))
    assert taken == scored(5, 77, {3, 4}, "m8")


instants = st.integers(1, 4)
unconditional = st.builds(scored, instants, st.integers(1, 3))


@given(st.lists(unconditional, max_size=6))
def test_waiting_or_not_makes_no_difference(scores):
    """Scores that met while waiting end like scores that met in the store one by one."""
    stored = NOTHING
    for score in scores:
        if against_stored(score, stored) is None:
            stored = StoredScore(score.score, score.at)
    waiting = None
    for score in scores:
        outcome = score if waiting is None else against_pending(score, waiting)
        if isinstance(outcome, LeadScore):
            waiting = outcome
    expected = NOTHING if waiting is None else StoredScore(waiting.score, waiting.at)
    assert stored == expected


@given(st.lists(unconditional, min_size=1, max_size=4, unique_by=lambda score: score.at))
def test_the_order_of_arrival_does_not_matter(scores):
    """Whichever way scores of different instants arrive, the newest is stored."""
    for order in itertools.permutations(scores):
        stored = NOTHING
        for score in order:
            if against_stored(score, stored) is None:
                stored = StoredScore(score.score, score.at)
        newest = max(scores, key=lambda score: score.at)
        assert stored == StoredScore(newest.score, newest.at)


@given(unconditional)
def test_a_score_that_was_written_is_a_duplicate_of_itself(score):
    """Delivering the same score again changes nothing, also once it was marked stale."""
    assert against_stored(score, StoredScore(score.score, score.at)) is DUPLICATE
    assert against_stored(score, StoredScore(0, score.at)) is DUPLICATE


@given(st.lists(instants, min_size=1, max_size=6))
def test_a_chain_of_conditions_holds_as_one(gaps):
    """Of scores each computed from the one before, the last holds where the first does."""
    first = scored(10, based_on={7})
    waiting = first
    for gap in gaps:
        newcomer = scored(waiting.at + gap, based_on={waiting.at})
        waiting = against_pending(newcomer, waiting)
    assert against_stored(waiting, StoredScore(50, 7)) is None
    assert against_stored(waiting, StoredScore(50, first.at)) is None
    assert against_stored(waiting, StoredScore(50, 8)) is CONFLICT
    assert against_stored(waiting, NOTHING) is CONFLICT
