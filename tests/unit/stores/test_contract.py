# SPDX-License-Identifier: Apache-2.0
"""What every store does alike: read, compare, write; the newest score wins, nothing is lost."""

from __future__ import annotations

import pytest

from integration.order import StoredScore
from integration.scores import LAST_INSTANT


def at(bench, age_s):
    """An instant so many seconds ago."""
    return bench.now - int(age_s * 1000)


# -- reading ---------------------------------------------------------------------------------


def test_a_stored_score_is_read(bench):
    """The read gives the score, its instant, and when it was read."""
    bench.put("a", 40, 5)
    held = bench.read("a")["a"]
    assert held.stored == StoredScore(40, 5)
    assert held.read_at == bench.clock.monotonic()
    assert held.placed


def test_a_lead_without_a_score_is_blank(bench):
    """A lead that is there and has no score yet is known, and holds nothing."""
    bench.put("a")
    assert bench.read("a")["a"].stored == StoredScore()


def test_a_lead_without_a_record(bench):
    """A contact list does not know it; elsewhere it simply has no score yet."""
    held = bench.read("ghost")
    assert list(held) == (["ghost"] if bench.makes_leads else [])
    assert all(one.stored == StoredScore() for one in held.values())


def test_many_leads_are_read_at_once(bench):
    """Each lead gets its own score, however many there are."""
    leads = [f"lead-{number}" for number in range(120)]
    for number, lead in enumerate(leads):
        bench.put(lead, number % 101, 1_000 + number)
    held = bench.read(*leads)
    assert {lead: one.stored.at for lead, one in held.items()} == {
        lead: 1_000 + number for number, lead in enumerate(leads)
    }


def test_reading_nothing_is_no_call(bench):
    """No leads, no calls."""
    assert bench.read() == {}
    assert bench.calls() == []


@pytest.mark.parametrize("lead", ["a.b", "a:b@c", "A-_9", "x" * 128])
def test_leads_of_all_letters_are_found(bench, lead):
    """Every lead id that the product accepts can be read and written."""
    bench.put(lead)
    assert bench.push(bench.score(lead)) == {1: "delivered"}
    assert bench.stored(lead)[0].score == 50


# -- how many calls --------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 19, 20])
def test_calls_are_as_many_as_stated(bench, count):
    """A delivery without trouble makes the calls that were reckoned with, and no more."""
    extra = 1 if bench.store.capacity is not None else 0  # the rows are counted once
    for number in range(count):
        bench.put(f"lead-{number}", 1, 5)
    bench.push(*(bench.score(f"lead-{number}") for number in range(count)))
    assert len(bench.calls()) == bench.store.calls_for(count) + extra
    assert len(bench.calls(bench.write_call)) == bench.store.writes_for(count)


@pytest.mark.parametrize("calls", [0, 1, 2, 3, 7, 20, 41, 300])
def test_what_fits_into_calls_needs_no_more(bench, calls):
    """The scores that fit into some calls take that many at the most, and a batch has an end."""
    fit = bench.store.scores_within(calls)
    assert 0 <= fit <= bench.store.batch
    assert fit == 0 or bench.store.calls_for(fit) <= calls
    assert fit == bench.store.batch or bench.store.calls_for(fit + 1) > calls


def test_a_batch_fits_into_its_own_calls(bench):
    """A full batch is delivered with the calls of a full batch."""
    store = bench.store
    for count in range(1, store.batch + 1):
        assert store.scores_within(store.calls_for(count)) >= count
        assert 0 < store.writes_for(count) < store.calls_for(count)


@pytest.mark.parametrize(("wanted", "got"), [(0, 1), (1, 1), (7, 7)])
def test_a_batch_is_as_large_as_wanted(bench, wanted, got):
    """The size of a batch can be set; it is 1 at least."""
    assert bench.make_store(batch=wanted).batch == got
    assert bench.make_store(batch=10**6).batch <= 1000


# -- the newest wins -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "pushed_age", "score", "verdict"),
    [
        (None, 60, 50, "delivered"),
        ((40, 120), 60, 50, "delivered"),
        ((50, 120), 60, 50, "delivered"),
        ((40, 30), 60, 50, "superseded"),
        ((50, 60), 60, 50, "duplicate"),
        ((0, 60), 60, 50, "duplicate"),
        ((51, 60), 60, 50, "conflict"),
    ],
    ids=[
        "nothing stored",
        "older stored",
        "older of the same value stored",
        "newer stored",
        "the same stored",
        "the same stored and gone stale",
        "another of the same instant stored",
    ],
)
def test_the_newest_calculation_wins(bench, stored, pushed_age, score, verdict):
    """What is stored decides before anything is written, and stays unless an older one."""
    before = StoredScore() if stored is None else StoredScore(stored[0], at(bench, stored[1]))
    bench.put("a", before.score, before.at)
    newcomer = bench.score("a", score, age_s=pushed_age)
    assert bench.push(newcomer) == {1: verdict}
    after = StoredScore(score, newcomer.at) if verdict == "delivered" else before
    assert bench.stored("a") == (after, "kept")
    assert len(bench.calls(bench.write_call)) == (verdict == "delivered")


def test_previous_values_are_on_record(bench):
    """The ledger says for each lead what was replaced, also where nothing was."""
    bench.put("a", 40, 5)
    bench.put("b")
    bench.push(bench.score("a", 90), bench.score("b", 91))
    history = [bench.outbox.records.history(lead)[0] for lead in "ab"]
    assert [(one.previous, one.previous_at) for one in history] == [(40, 5), (None, None)]
    assert {one.outcome for one in history} == {"delivered"}


def test_each_score_leads_to_the_next(bench):
    """Three scores one after the other replace each other, as the history tells."""
    bench.put("a", 40, 5)
    for score, age in ((60, 300), (70, 200), (80, 100)):
        assert bench.push(bench.score("a", score, age_s=age)) == {1: "delivered"}
    history = bench.outbox.records.history("a")
    assert [(one.previous, one.score) for one in history] == [(40, 60), (60, 70), (70, 80)]


def test_a_run_repeated_writes_nothing(bench):
    """The same scores a second time are duplicates."""
    leads = [f"lead-{number}" for number in range(30)]
    for lead in leads:
        bench.put(lead)
    scores = [bench.score(lead) for lead in leads]
    assert set(bench.push(*scores).values()) == {"delivered"}
    written = len(bench.calls(bench.write_call))
    assert set(bench.push(*scores).values()) == {"duplicate"}
    assert len(bench.calls(bench.write_call)) == written


def test_a_base_is_compared(bench):
    """A score that was computed from another one is written over that one only."""
    bench.put("a", 40, 5)
    bench.put("b", 40, 6)
    bench.put("c")
    five = frozenset((5,))
    verdicts = bench.push(*(bench.score(lead, based_on=five) for lead in "abc"))
    assert verdicts == {1: "delivered", 2: "conflict", 3: "conflict"}


def test_a_base_of_nothing_holds_where_nothing_is(bench):
    """A score based on no score is written to a lead without one, and to no other."""
    bench.put("a")
    bench.put("b", 40, 6)
    nothing = frozenset((None,))
    verdicts = bench.push(bench.score("a", based_on=nothing), bench.score("b", based_on=nothing))
    assert verdicts == {1: "delivered", 2: "conflict"}


def test_what_is_not_the_scores_stays(bench):
    """Other columns are written back as they were read."""
    bench.put("a", 40, 5, other="note of a colleague")
    bench.push(bench.score("a", 90))
    assert bench.stored("a")[1] == "note of a colleague"


@pytest.mark.parametrize(
    ("age_h", "written"), [(23, 90), (25, 0)], ids=["fresh", "older than a day"]
)
def test_a_stale_score_is_written_as_nothing(bench, age_h, written):
    """A score that is too old to steer dialling is stored as 0, with its instant."""
    bench.put("a")
    score = bench.score("a", 90, age_s=age_h * 3600)
    assert bench.push(score) == {1: "delivered"}
    assert bench.stored("a")[0] == StoredScore(written, score.at)


def test_an_unknown_lead(bench):
    """On a contact list it is parked and never made; elsewhere its record is made."""
    verdict = "delivered" if bench.makes_leads else "unknown_lead"
    assert bench.push(bench.score("ghost")) == {1: verdict}
    assert (bench.stored("ghost") is not None) == bench.makes_leads


@pytest.mark.parametrize("stored", [(1, 0), (100, LAST_INSTANT)], ids=["1970", "2038"])
def test_the_first_and_the_last_instant_are_kept(bench, stored):
    """The borders of what the platform can store are read as they are."""
    bench.put("a", *stored)
    assert bench.read("a")["a"].stored == StoredScore(*stored)


def test_nonsense_of_others_is_no_score(bench):
    """What somebody stored that is no score and no time is replaced, and on record as nothing."""
    bench.spoil("a")
    assert bench.read("a")["a"].stored == StoredScore()
    assert bench.push(bench.score("a", 90)) == {1: "delivered"}
    assert bench.stored("a")[0].score == 90
    (entry,) = bench.outbox.records.history("a")
    assert (entry.previous, entry.previous_at) == (None, None)


def test_the_ledger_may_stand_for_reads(bench):
    """Where the ledger is trusted, most scores are written without a read, and nothing is lost."""
    leads = [f"lead-{number}" for number in range(20)]
    for lead in leads:
        bench.put(lead)
    bench.push(*(bench.score(lead, 10, age_s=200) for lead in leads))
    read = len(bench.calls(bench.read_call))
    bench.options["trust_ledger"] = True
    verdicts = bench.push(*(bench.score(lead, 90) for lead in leads))
    assert set(verdicts.values()) == {"delivered"}
    assert {bench.stored(lead)[0].score for lead in leads} == {90}
    assert len(bench.calls(bench.read_call)) == read + 1
    assert {bench.outbox.records.history(lead)[-1].previous for lead in leads} == {10}
