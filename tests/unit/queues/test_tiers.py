# SPDX-License-Identifier: Apache-2.0
"""Which of the two lists is read and written, and in which order a lead changes tier."""

from __future__ import annotations

import pytest

from integration.scores import RawScore
from integration.sources import SourceRow

HOUR = 3600.0
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("score", "tier"), [(1, "general"), (70, "general"), (71, "senior"), (100, "senior")]
)
def test_the_score_decides_on_the_list(site, score, tier):
    """Above 70 a lead is dialled from the list of the seniors, else from the general one."""
    site.add("a")
    summary = site.push(("a", score))
    assert (summary.delivered, summary.tier_moves) == (1, 0)
    assert site.dialled_from("a") == [tier]
    assert site.score("a", tier) == (str(score), site.instant(60))


@pytest.mark.parametrize("tier", ["senior", "general"])
def test_only_the_winning_list_is_touched_where_no_lead_moves(site, tier):
    """A lead that stays in its tier costs nothing in the other list."""
    score = 90 if tier == "senior" else 20
    site.settle("a", tier, score - 5)
    site.push(("a", score))
    assert (site.reads(), site.writes()) == ([(tier, ["a"])], [(tier, ["a"])])
    assert site.score("a", tier)[0] == str(score)


@pytest.mark.parametrize(
    ("was", "score", "now"), [("general", 71, "senior"), ("senior", 70, "general")]
)
@pytest.mark.parametrize("named", [True, False], ids=["named on both", "named on one list"])
def test_a_lead_changes_tier(site, was, score, now, named):
    """The list that the lead leaves is told first; then it is dialled from the other."""
    site.settle("a", was, 72, named=named)
    summary = site.push(("a", score))
    assert site.dialled_from("a") == [now]
    assert site.tiers("a") == (now, now)
    assert site.score("a", now) == (str(score), site.instant(60))
    assert site.writes() == [(was, ["a"]), (now, ["a"])]
    assert summary.tier_moves == 1


def test_the_list_that_is_left_keeps_all_but_the_tier(site):
    """Leaving a list changes the tier there and nothing else."""
    site.settle("a", "general", 40)
    before = site.contact("a", "general")
    site.push(("a", 90))
    after = site.contact("a", "general")
    assert after["data"] == before["data"] | {"route_tier": "senior"}
    assert {**after, "data": 0} == {**before, "data": 0}


def test_a_stale_score_belongs_to_the_general_tier(site):
    """A score past its maximum age counts as 0, and takes its lead out of the senior list."""
    site.settle("a", "senior", 90, age=3 * DAY)
    site.push(("a", 95), age=2 * DAY)
    assert site.tiers("a") == ("general", "general")
    assert site.score("a", "general") == ("0", site.instant(2 * DAY))


def test_a_score_that_goes_stale_in_the_outbox_changes_its_list(site):
    """What was a senior's score when it was accepted is delivered by its age of then."""
    site.add("a", "b")
    rows = site.rows(("a", 95), age=DAY - 5) + site.rows(("a", 95), ("b", 30))[1:]

    async def accept_and_wait(app):
        app.interrupt()
        await app.push(rows, name="test")

    site.use(accept_and_wait)
    site.clock.advance(60)
    site.use(lambda app: app.resume())
    assert site.data("a", "general")["ml_score"] == "0"
    assert site.tiers("a")[0] != "senior"
    assert site.dialled_from("b") == ["general"]


def test_other_thresholds_and_names(site):
    """The border and the tiers' names are the settings'."""
    site.add("a", "b")
    names = {"senior_above": 50, "senior_tier": "gold", "general_tier": "rest"}
    site.push(("a", 51), ("b", 50), **names)
    assert site.data("a", "senior")["route_tier"] == "gold"
    assert site.data("b", "general")["route_tier"] == "rest"


def test_a_changed_threshold_moves_a_lead_with_its_next_score(site):
    """The tier follows the threshold that holds at the delivery."""
    site.settle("a", "senior", 75)
    site.push(("a", 76), senior_above=80)
    assert site.dialled_from("a") == ["general"]


# -- leads that are missing somewhere --------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "missing"), [(90, "senior"), (20, "general")], ids=["senior", "general"]
)
def test_a_lead_missing_in_the_winning_list_is_unknown(site, score, missing):
    """A lead is never put on a list by a push, and leaves no list for one that lacks it."""
    other = "general" if missing == "senior" else "senior"
    site.settle("a", other, 72)
    site.remove("a", missing)
    summary = site.push(("a", score))
    assert summary.unknown == 1
    assert site.dialled_from("a") == [other]
    assert site.writes() == []


@pytest.mark.parametrize("tier", ["senior", "general"])
def test_a_lead_missing_in_the_losing_list_is_delivered(site, tier):
    """A lead that is on its tier's list alone gets its score there."""
    site.add("a", tiers=[tier])
    summary = site.push(("a", 90 if tier == "senior" else 20))
    assert summary.delivered == 1
    assert site.dialled_from("a") == [tier]


def test_a_lead_on_one_list_that_is_dialled_from_none(site):
    """The same score again puts a lead right also where the other list does not know it."""
    site.settle("a", "senior", 90)
    site.remove("a", "general")
    site.change("a", "senior", data={"route_tier": "general"})
    rows = site.rows(("a", 90), age=HOUR)
    summary = site.use(lambda app: app.push(rows, name="test"))
    assert (summary.delivered, site.dialled_from("a")) == (1, ["senior"])


# -- the order of scores over both lists -----------------------------------------------------


@pytest.mark.parametrize(
    ("score", "age", "verdict"),
    [
        (90, 2 * HOUR, "superseded"),
        (90, HOUR, "conflict"),
        (90, HOUR - 1, "delivered"),
        (40, HOUR, "duplicate"),
    ],
    ids=["older", "as old, and another", "newer", "the same"],
)
def test_the_score_in_the_other_list_counts(site, score, age, verdict):
    """Whether a score is the newest is decided by what either list holds."""
    site.settle("a", "general", 40)
    summary = site.push(("a", score), age=age)
    assert site.verdicts(summary)["a"].verdict == verdict
    if verdict != "delivered":
        assert site.writes() == []
        assert site.dialled_from("a") == ["general"]


def test_a_time_without_a_score_counts_for_nothing(site):
    """Of two lists that name the same time, the one that has a score counts."""
    site.settle("a", "general", 40)
    site.change("a", "senior", data={"ml_score_at": site.instant(HOUR)})
    rows = site.rows(("a", 90), age=HOUR)
    summary = site.use(lambda app: app.push(rows, name="test"))
    assert site.verdicts(summary)["a"].verdict == "conflict"


def test_an_old_score_left_behind_counts_too(site):
    """After a move, the list that was left still knows of the score that it had."""
    site.settle("a", "general", 40)
    site.push(("a", 90), age=600)
    site.forget_calls()
    summary = site.push(("a", 30), age=700)
    assert site.verdicts(summary)["a"].verdict == "superseded"
    assert site.writes() == []


def test_a_move_records_the_score_of_the_other_list_as_previous(site):
    """The history of a lead is one, whichever list it was dialled from."""
    site.settle("a", "general", 40)
    site.push(("a", 90), age=600)
    site.push(("a", 20), age=60)
    history = site.history("a")
    assert [(one.previous, one.score) for one in history] == [(40, 90), (90, 20)]
    assert history[0].previous_at is not None
    assert {one.destination for one in history} == {
        f"contact_lists:{site.lists['senior']}+{site.lists['general']}"
    }
    assert all(one.outcome == "delivered" for one in history)


@pytest.mark.parametrize(
    ("base", "verdict"), [(HOUR, "delivered"), (HOUR + 1, "conflict"), (None, "conflict")]
)
def test_compare_and_set_over_both_lists(site, base, verdict):
    """A score based on the one in the other list is taken; one based on another is not."""
    site.settle("a", "general", 40)
    based_on = "null" if base is None else site.instant(base)
    raw = RawScore("a", "90", site.instant(60), based_on=based_on)
    rows = [SourceRow(1, raw, None)]
    summary = site.use(lambda app: app.push(rows, name="test"))
    assert site.verdicts(summary)["a"].verdict == verdict


def test_the_same_file_again_changes_nothing(site):
    """Pushing a file twice writes once."""
    site.settle("a", "general", 40)
    site.settle("b", "senior", 80)
    scores = (("a", 90), ("b", 85))
    rows = site.rows(*scores)
    site.use(lambda app: app.push(rows, name="test"))
    site.forget_calls()
    summary = site.use(lambda app: app.push(rows, name="test"))
    assert (summary.duplicates, summary.exit_code) == (2, 0)
    assert site.writes() == []


def test_a_lead_in_neither_list_is_mended_by_its_score_once_more(site):
    """The same score again puts a lead right that is dialled from nowhere."""
    site.settle("a", "senior", 90)
    site.change("a", "senior", data={"route_tier": "general"})
    assert site.dialled_from("a") == []
    rows = site.rows(("a", 90), age=HOUR)
    summary = site.use(lambda app: app.push(rows, name="test"))
    assert (summary.delivered, site.dialled_from("a")) == (1, ["senior"])
