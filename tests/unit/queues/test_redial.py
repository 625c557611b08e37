# SPDX-License-Identifier: Apache-2.0
"""Nobody who was called from one list is called again from the other; recalls are kept."""

from __future__ import annotations

import pytest

from integration.stores.recalls import RECALLED

WRITE = "post_outbound_contactlist_contacts"
MINUTE = 60.0
HOUR = 3600.0
DAY = 24 * HOUR
MOVES = [("general", 90, "senior"), ("senior", 20, "general")]
LIVE = "ININ-OUTBOUND-LIVE"

moves = pytest.mark.parametrize(("was", "score", "now"), MOVES, ids=["up", "down"])


def said(site, tier):
    """What the writes to a tier's list said about who may be called, by lead."""
    found = {}
    for where, body, _ in site.calls(WRITE):
        if where == tier:
            found |= {row["id"]: row["callable"] for row in body if "callable" in row}
            assert all(row.keys() <= {"id", "contactListId", "data", "callable"} for row in body)
    return found


NOT_TO_BE_CALLED = {
    "called": {"callRecords": {"phone": {"lastResult": LIVE}}},
    "not callable": {"callable": False},
    "its number is not callable": {"phoneNumberStatus": {"phone": {"callable": False}}},
    "not to be reached by voice": {"contactableStatus": {"Voice": {"contactable": False}}},
}


@moves
@pytest.mark.parametrize("state", NOT_TO_BE_CALLED.values(), ids=NOT_TO_BE_CALLED)
def test_who_was_called_is_not_called_from_the_other_list(site, was, score, now, state):
    """A lead that moves is not callable in its new list if it was called from the old one."""
    site.settle("a", was)
    site.settle("b", was)
    site.change("a", was, **state)
    site.push(("a", score), ("b", score))
    assert site.contact("a", now)["callable"] is False
    assert site.contact("b", now)["callable"] is True
    assert site.dialled_from("a") == []
    assert site.dialled_from("b") == [now]
    assert said(site, now) == {"a": False}
    assert said(site, was) == {}
    assert site.contact("a", now)["queue"]["requeued"] == 0


@moves
def test_a_move_says_nothing_about_who_was_not_called(site, was, score, now):
    """Without a call in the old list, a move leaves "callable" alone, whatever it is."""
    site.settle("a", was)
    site.change("a", now, callable=False)
    site.push(("a", score))
    assert said(site, now) == said(site, was) == {}
    assert site.contact("a", now)["callable"] is False
    assert site.contact("a", now)["queue"]["requeued"] == 0


@moves
def test_a_lead_that_was_never_called_is_queued_where_it_comes_in(site, was, score, now):
    """A lead that was passed over in its new list before is dialled there after the move."""
    site.settle("a", was)
    site.change("a", now, queued=False, skipped=True)
    site.push(("a", score))
    queue = site.contact("a", now)["queue"]
    assert (queue["queued"], queue["skipped"], queue["requeued"]) == (True, False, 1)
    assert site.dialled_from("a") == [now]


@moves
def test_a_lead_that_comes_back_is_queued_too(site, was, score, now):
    """A lead that had a fresh score in its new list before is queued there all the same."""
    site.settle("a", was)
    site.change("a", now, data={"ml_score_at": site.instant(2 * HOUR), "ml_score": "72"})
    site.change("a", now, queued=False, skipped=True)
    site.push(("a", score))
    assert site.dialled_from("a") == [now]


@moves
def test_a_lead_that_was_called_from_its_new_list_is_not_queued_there(site, was, score, now):
    """A lead that comes back to a list keeps what that list knows of calls."""
    site.settle("a", was)
    site.called("a", now)
    site.push(("a", score))
    queue = site.contact("a", now)["queue"]
    assert (queue["queued"], queue["requeued"]) == (False, 0)
    assert said(site, now) == {}


def test_a_stale_lead_that_comes_in_is_not_queued(site):
    """A score that counts for nothing puts nobody into the queue."""
    site.settle("a", "senior", 90, age=3 * DAY)
    site.push(("a", 90), age=2 * DAY)
    assert site.tiers("a") == ("general", "general")
    assert site.contact("a", "general")["queue"]["requeued"] == 0


def test_leads_are_queued_again_list_by_list(site):
    """Within a list, the rule for leads that were skipped as stale is the one for one list."""
    for lead in ("stale", "fresh", "called"):
        site.settle(lead, "senior", 90, age=HOUR if lead == "fresh" else 2 * DAY)
    site.called("called", "senior")
    site.push(("stale", 91), ("fresh", 91), ("called", 91))
    again = {one: site.contact(one, "senior")["queue"]["requeued"] for one in ("stale", "fresh")}
    assert again == {"stale": 1, "fresh": 0}
    assert site.contact("called", "senior")["queue"]["requeued"] == 0
    for tier, body, query in site.calls(WRITE):
        leads = [row["id"] for row in body]
        assert tier == "senior"
        assert query["doNotQueue"] == ("false" if leads == ["stale"] else "true")
        assert (query["clearSystemData"], query["priority"]) == ("false", "false")


def test_no_write_ever_clears_what_dialling_left_behind(site):
    """Moves leave the queue of the list that is left alone, and clear nothing anywhere."""
    site.settle("a", "general")
    site.settle("b", "senior")
    site.push(("a", 90), ("b", 10))
    told = [(tier, query["doNotQueue"]) for tier, _, query in site.calls(WRITE)]
    assert told == [
        ("general", "true"),
        ("senior", "false"),
        ("senior", "true"),
        ("general", "false"),
    ]
    assert all(query["clearSystemData"] == "false" for _, _, query in site.calls(WRITE))


def test_a_call_that_ends_while_the_lead_moves_counts(site):
    """A lead that is called between the read and its leaving is not called again either."""
    site.settle("a", "general")
    site.before_write(1, lambda: site.called("a", "general"))
    site.push(("a", 90))
    assert site.contact("a", "senior")["callable"] is False
    assert site.dialled_from("a") == []


# -- recalls ---------------------------------------------------------------------------------


@moves
@pytest.mark.parametrize("result", sorted(RECALLED))
def test_a_lead_whose_campaign_may_call_again_stays(site, was, score, now, result):
    """After an attempt that reached nobody, the lead keeps its tier and gets its new score."""
    site.settle("a", was)
    site.called("a", was, result, age=10 * MINUTE)
    summary = site.push(("a", score))
    assert (summary.delivered, summary.recalls_waited_for, summary.tier_moves) == (1, 1, 0)
    assert site.tiers("a") == (was, was)
    assert site.score("a", was) == (str(score), site.instant(60))
    assert said(site, was) == said(site, now) == {}
    assert site.writes() == [(was, ["a"])]
    assert site.contact("a", was)["queue"]["requeued"] == 0


@moves
def test_it_moves_with_the_next_score_after_the_recall(site, was, score, now):
    """When the time for a recall is over, the lead goes where its score belongs."""
    site.settle("a", was)
    site.called("a", was, "ININ-OUTBOUND-BUSY", age=10 * MINUTE)
    site.push(("a", score))
    site.clock.advance(51 * MINUTE)
    summary = site.push(("a", score))
    assert (summary.tier_moves, summary.recalls_waited_for) == (1, 0)
    assert site.tiers("a") == (now, now)
    assert site.contact("a", now)["callable"] is False


def test_it_moves_with_the_same_score_once_more(site):
    """The score that has been waiting with the lead moves it when it is pushed again."""
    site.settle("a", "general")
    site.called("a", "general", "ININ-OUTBOUND-BUSY", age=10 * MINUTE)
    rows = site.rows(("a", 90))
    site.use(lambda app: app.push(rows, name="test"))
    again = site.use(lambda app: app.push(rows, name="test"))
    assert (again.duplicates, site.tiers("a")) == (1, ("general", "general"))
    site.clock.advance(HOUR)
    again = site.use(lambda app: app.push(rows, name="test"))
    assert (again.delivered, site.tiers("a")) == (1, ("senior", "senior"))
    assert [one.previous for one in site.history("a")] == [50]


@pytest.mark.parametrize(
    ("age", "minutes", "stays"),
    [(59.9, 60, True), (60, 60, False), (4, 5, True), (6, 5, False), (0, 0, False)],
)
def test_how_long_a_recall_is_waited_for(site, age, minutes, stays):
    """The time in which a recall is to be expected is a setting; 0 expects none."""
    site.settle("a", "general")
    site.called("a", "general", "ININ-OUTBOUND-BUSY", age=age * MINUTE)
    site.push(("a", 90), recall_minutes=minutes)
    assert site.tiers("a")[0] == ("general" if stays else "senior")


NO_RECALL = {
    "a person was reached": {"callRecords": {"phone": {"lastResult": "ININ-OUTBOUND-LIVE"}}},
    "a result without a time": {"callRecords": {"phone": {"lastResult": "ININ-OUTBOUND-BUSY"}}},
}


@pytest.mark.parametrize("state", NO_RECALL.values(), ids=NO_RECALL)
def test_a_lead_without_a_recall_moves(site, state):
    """Only an attempt that can lead to another one keeps a lead in its tier."""
    site.settle("a", "general")
    site.change("a", "general", **state)
    site.push(("a", 90))
    assert site.tiers("a") == ("senior", "senior")


@pytest.mark.parametrize(
    "state",
    [{"callable": False}, {"phoneNumberStatus": {"phone": {"callable": False}}}],
    ids=["contact", "number"],
)
def test_who_must_not_be_called_is_not_called_again(site, state):
    """No recall comes to a contact or number that is not callable any more."""
    site.settle("a", "general")
    site.called("a", "general", "ININ-OUTBOUND-BUSY")
    site.change("a", "general", **state)
    site.push(("a", 90))
    assert site.tiers("a") == ("senior", "senior")
    assert site.contact("a", "senior")["callable"] is False


def test_a_recall_that_the_platform_shows_is_waited_for(site):
    """Where contacts show a planned call, it counts for as long as it is shown."""
    site.control.set_switches(recall_shown="call_record")
    site.settle("a", "general")
    site.called("a", "general", age=5 * HOUR)
    later = site.clock.now().replace(hour=23)
    site.change("a", "general", recallAt=later)
    site.push(("a", 90))
    assert site.tiers("a") == ("general", "general")
    assert site.data("a", "general")["ml_score"] == "90"
    site.clock.advance(12 * HOUR)
    site.push(("a", 91))
    assert site.tiers("a") == ("general", "general")
    site.change("a", "general", recallAt="")
    site.push(("a", 92), age=1)
    assert site.tiers("a") == ("senior", "senior")


def test_a_lead_in_neither_list_goes_back_for_its_recall(site):
    """A move that was broken off, and then met a recall, is taken back until that is over."""
    site.settle("a", "general")
    site.push_until_killed(("a", 90), at_write=2)
    assert site.dialled_from("a") == []
    site.called("a", "general", "ININ-OUTBOUND-BUSY")
    site.resume()
    assert site.tiers("a")[1] == "general"
    assert site.data("a", "general")["ml_score"] == "90"
    assert site.contact("a", "general")["callable"] is True


def test_a_recall_in_the_new_list_does_not_matter(site):
    """A lead may go back to the list whose campaign wants to call it again."""
    site.settle("a", "senior", 90)
    site.called("a", "general", "ININ-OUTBOUND-BUSY")
    site.push(("a", 20))
    assert site.tiers("a") == ("general", "general")


def test_a_recall_keeps_the_order_of_scores(site):
    """The score that a waiting lead carries is the one that later ones are compared with."""
    site.settle("a", "general")
    site.called("a", "general", "ININ-OUTBOUND-BUSY", age=MINUTE)
    site.push(("a", 90), age=60)
    older = site.push(("a", 95), age=120)
    assert site.verdicts(older)["a"].verdict == "superseded"
    newer = site.push(("a", 30), age=1)
    assert newer.delivered == 1
    assert [(one.previous, one.score) for one in site.history("a")] == [(50, 90), (90, 30)]
    assert site.tiers("a") == ("general", "general")
