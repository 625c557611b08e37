# SPDX-License-Identifier: Apache-2.0
"""What a reconciliation finds in two lists, and how it mends it."""

from __future__ import annotations

import pytest

from .conftest import GENERAL, SENIOR

HOUR = 3600.0
DAY = 24 * HOUR
MINUTE = 60.0
TIERS = [(SENIOR, 90), (GENERAL, 20)]
tiers = pytest.mark.parametrize(("tier", "score"), TIERS, ids=[SENIOR, GENERAL])


def other(tier):
    return GENERAL if tier == SENIOR else SENIOR


def test_nothing_to_find(site):
    """Leads that were pushed, moved, loaded and have gone stale lie as they should."""
    site.load(("a", "+49301", "x"), ("b", "+49302", "x"), ("c", "+49303", "x"), ("d", "+4930", "x"))
    site.push(("a", 90), ("b", 20), ("c", 90), age=600)
    site.push(("c", 30), age=60)
    summary = site.reconcile()
    assert (summary.leads, summary.found, summary.kinds, summary.exit_code) == (4, 0, {}, 0)
    site.clock.advance(3 * DAY)
    assert site.kinds() == {}


@tiers
def test_a_lead_in_both_lists(site, tier, score):
    """A lead that is dialled from both lists is taken out of the one it does not belong to."""
    site.settle("a", tier, score)
    site.change("a", other(tier), data={"route_tier": other(tier)})
    assert site.kinds() == {"a": ("in_both",)}
    summary = site.mend()
    assert (summary.found, summary.mended) == (1, 1)
    assert site.tiers("a") == (tier, tier)
    assert site.dialled_from("a") == [tier]


def test_a_lead_without_a_score_in_both_lists(site):
    """It is not dialled yet, but its first score would have it dialled twice: it stays general."""
    site.add("a")
    for tier in (SENIOR, GENERAL):
        site.change("a", tier, data={"route_tier": tier})
    assert site.kinds() == {"a": ("in_both",)}
    site.mend()
    assert site.tiers("a") == (GENERAL, GENERAL)


@tiers
def test_a_lead_in_no_list(site, tier, score):
    """A lead that a crash has left in neither list is dialled from the one it belongs to."""
    site.settle("a", other(tier))
    site.push_until_killed(("a", score), at_write=2)
    site.another_machine()
    site.change("a", tier, data={"route_tier": other(tier)})
    assert site.kinds() == {"a": ("in_none",)}
    site.mend()
    assert len(site.dialled_from("a")) == 1


def test_a_lead_without_a_score_in_no_list(site):
    """A contact of another loader that has neither score nor tier is fine: its score finds it."""
    site.add("a")
    assert site.kinds() == {}


@tiers
def test_the_wrong_tier_after_another_threshold(site, tier, score):
    """When the threshold has changed, leads go where their scores belong now."""
    moves = {"senior_above": 95} if tier == SENIOR else {"senior_above": 10}
    site.add("a")
    site.push(("a", score))
    assert site.kinds() == {}
    assert site.kinds(**moves) == {"a": ("wrong_tier",)}
    site.forget_calls()
    summary = site.mend(**moves)
    assert summary.tier_moves == 1
    assert site.dialled_from("a") == [other(tier)]
    (record,) = site.history("a")
    assert (record.previous, record.score) == (None, score)


def test_the_losing_list_is_told_first(site):
    """A mended move is made as one of a push: never in both lists."""
    site.settle("a", SENIOR, 90)
    site.reconcile(mend=True, senior_above=95)
    assert site.writes() == [(SENIOR, ["a"]), (GENERAL, ["a"])]


@tiers
@pytest.mark.parametrize("lost", [SENIOR, GENERAL])
def test_a_contact_that_one_list_lacks(site, tier, score, lost):
    """A contact that somebody deleted is made again, and its lead is dialled where it belongs."""
    site.settle("a", tier, score)
    site.remove("a", lost)
    expected = {"missing"} if lost != tier else {"missing", "outdated"}
    assert set(site.kinds()["a"]) <= expected | {"in_none", "score_elsewhere"}
    assert "missing" in site.kinds()["a"]
    site.mend()
    assert None not in site.tiers("a")
    data = site.data("a", lost)
    assert (data["lead_id"], data["phone"], data["zone"]) == ("a", "+49301234", "Europe/Berlin")
    assert site.dialled_from("a") == ([tier] if lost != tier else [])


@tiers
def test_a_deleted_contact_gets_the_score_on_record(site, tier, score):
    """A lead whose own list has lost it gets back what was delivered there."""
    site.add("a")
    site.push(("a", score))
    site.remove("a", tier)
    site.mend()
    assert site.dialled_from("a") == [tier]
    assert site.score("a", tier)[0] == str(score)


@tiers
def test_who_was_called_is_not_called_from_a_contact_made_again(site, tier, score):
    """A lead that was called from one list is not callable in the other, though that forgot it."""
    site.add("a")
    site.push(("a", score))
    site.called("a", other(tier))
    site.remove("a", tier)
    site.mend()
    assert site.contact("a", tier)["callable"] is False
    assert site.dialled_from("a") == []


@tiers
def test_an_older_score_than_was_delivered(site, tier, score):
    """A score that somebody has put back is replaced by the one on record."""
    site.add("a")
    site.push(("a", score))
    site.change("a", tier, data={"ml_score": "1", "ml_score_at": site.instant(2 * HOUR)})
    assert "outdated" in site.kinds()["a"]
    site.mend()
    assert site.score("a", tier)[0] == str(score)


def test_a_deleted_contact_is_not_changed_where_it_is_there_again(site):
    """What somebody has loaded again while the lists were looked at stays as it was loaded."""
    site.settle("a", SENIOR, 90)
    contacts = site.organisation.contact_lists.get(site.lists[GENERAL]).contacts
    contact = contacts["a"]
    site.remove("a", GENERAL)

    def put_back():
        contacts["a"] = contact
        site.change("a", GENERAL, data={"phone": "+4911"})

    site.before_read(GENERAL, put_back)
    site.reconcile(mend=True)
    assert site.data("a", GENERAL)["phone"] == "+4911"


def test_contacts_that_are_refused_are_left(site):
    """A contact that its list refuses is left, with the reason; the others are made."""
    for lead in ("a", "b"):
        site.settle(lead, SENIOR, 90)
        site.remove(lead, GENERAL)
    site.change("b", SENIOR, data={"zone": "x" * 600})
    summary = site.reconcile(mend=True)
    assert (summary.mended, summary.left, summary.exit_code) == (1, {"refused": 1}, 1)
    assert site.tiers("a") == (SENIOR, SENIOR)
    assert site.dialled_from("b") == [SENIOR]


def test_a_score_that_is_refused_is_left(site):
    """A score that the platform does not take is left, and its lead stays in its tier."""
    site.add("a")
    site.push(("a", 90))
    older = {"ml_score": "80", "ml_score_at": site.instant(HOUR), "zone": "x" * 600}
    site.change("a", SENIOR, data=older)
    summary = site.reconcile(mend=True)
    assert (summary.left, summary.exit_code) == ({"rejected": 1}, 1)
    assert site.dialled_from("a") == [SENIOR]
    assert len(site.writes()) == 2


def test_a_score_in_the_other_list(site):
    """A newer score that another program has written to the wrong list goes where it counts."""
    site.settle("a", SENIOR, 90)
    newer = {"ml_score": "95", "ml_score_at": site.instant(60)}
    site.change("a", GENERAL, data=newer)
    assert site.kinds() == {"a": ("score_elsewhere",)}
    site.mend()
    assert site.dialled_from("a") == [SENIOR]
    assert site.score("a", SENIOR) == tuple(newer.values())


# -- against the ledger ----------------------------------------------------------------------


@tiers
def test_a_newer_score_of_another_program(site, tier, score):
    """It counts, whoever wrote it: it is put on record and stays where it is."""
    site.add("a")
    site.push(("a", score))
    later = site.instant()
    site.change("a", tier, data={"ml_score": str(score + 1), "ml_score_at": later})
    assert site.kinds() == {"a": ("foreign",)}
    site.forget_calls()
    summary = site.mend()
    assert (summary.mended, site.writes()) == (1, [])
    assert site.score("a", tier) == (str(score + 1), later)
    _, record = site.history("a")
    assert (record.previous, record.score, record.outcome) == (score, score + 1, "observed")


@tiers
def test_a_newer_score_of_another_program_in_the_wrong_tier(site, tier, score):
    """It moves its lead to the tier that it belongs to."""
    site.add("a")
    site.push(("a", score))
    foreign = {"ml_score": str(100 - score), "ml_score_at": site.instant()}
    site.change("a", tier, data=foreign)
    assert site.kinds() == {"a": ("foreign", "wrong_tier")}
    site.mend()
    assert site.dialled_from("a") == [other(tier)]
    assert site.score("a", other(tier)) == tuple(foreign.values())


def test_another_score_of_the_same_time(site):
    """Nobody knows which is right: both stay, it is told, and the next score settles it."""
    site.add("a")
    site.push(("a", 90))
    site.change("a", SENIOR, data={"ml_score": "85"})
    assert site.kinds() == {"a": ("conflict",)}
    summary = site.reconcile(mend=True)
    assert (summary.left, summary.exit_code) == ({"conflict": 1}, 1)
    assert site.score("a", SENIOR)[0] == "85"
    site.push(("a", 80), age=1)
    assert site.kinds() == {}


def test_leads_that_are_not_on_record(site):
    """Without a record of its own there is nothing that a score could differ from."""
    site.settle("a", SENIOR, 90)
    assert site.kinds() == {}


def test_what_was_written_before_a_crash_is_our_own(site):
    """A write that the platform carried out and the process did not live to note is not foreign."""
    site.add("a")
    site.push(("a", 90))
    rows = site.rows(("a", 95), age=1)
    site.killed_at(lambda app: app.push(rows, name="test"), 3, answered=True)
    assert site.score("a", SENIOR)[0] == "95"
    assert site.kinds() == {}


def test_stale_scores_are_left_alone(site):
    """A score that steers nothing any more is not put back, and not moved."""
    site.add("a", "b")
    site.push(("a", 90), ("b", 90))
    site.change("a", SENIOR, data={"ml_score": "", "ml_score_at": ""})
    site.change("b", SENIOR, data={"ml_score": "80"})
    site.clock.advance(2 * DAY)
    assert site.kinds(senior_above=95) == {}


def test_a_stale_lead_in_both_lists(site):
    """A stale lead that lies in both lists ends in the general one, with a score of 0."""
    site.add("a")
    site.push(("a", 90))
    site.change("a", GENERAL, data={"route_tier": GENERAL})
    site.clock.advance(2 * DAY)
    assert site.kinds() == {"a": ("in_both",)}
    site.mend()
    assert (site.tiers("a"), site.data("a", GENERAL)["ml_score"]) == ((GENERAL, GENERAL), "0")


def test_a_lead_that_was_marked_stale(site):
    """A 0 stands for the score that it has taken the place of."""
    site.add("a")
    site.push(("a", 90), age=2 * DAY)
    assert site.data("a", GENERAL)["ml_score"] == "0"
    site.change("a", SENIOR, data={"route_tier": SENIOR})
    site.mend()
    (record,) = site.history("a")
    assert (record.score, record.outcome) == (90, "delivered")


# -- calls and recalls -----------------------------------------------------------------------


@tiers
def test_a_pending_recall_keeps_a_lead_in_its_tier(site, tier, score):
    """A lead that its campaign may call again is left where it is, and mended afterwards."""
    moves = {"senior_above": 95 if tier == SENIOR else 10}
    site.settle("a", tier, score)
    site.called("a", tier, "ININ-OUTBOUND-BUSY", age=10 * MINUTE)
    summary = site.reconcile(mend=True, **moves)
    assert (summary.mended, summary.left, summary.exit_code) == (0, {"recall": 1}, 1)
    assert site.tiers("a") == (tier, tier)
    site.clock.advance(HOUR)
    site.mend(**moves)
    assert site.tiers("a") == (other(tier), other(tier))
    assert site.contact("a", other(tier))["callable"] is False


@tiers
def test_mending_gets_nobody_called_again(site, tier, score):
    """No write of a mending clears what dialling left behind, or makes anybody callable."""
    for lead in ("moves", "both", "none", "lost"):
        site.settle(lead, tier, score)
        site.called(lead, tier)
    site.change("both", other(tier), data={"route_tier": other(tier)})
    site.change("none", tier, data={"route_tier": ""})
    site.remove("lost", other(tier))
    site.mend(senior_above=95 if tier == SENIOR else 10)
    rows = [row for _, body, _ in site.calls("post_outbound_contactlist_contacts") for row in body]
    assert all(row.get("callable", False) is False for row in rows)
    assert all(row.keys() <= {"id", "contactListId", "data", "callable"} for row in rows)
    for lead in ("moves", "both", "none", "lost"):
        assert site.dialled_from(lead) == []
