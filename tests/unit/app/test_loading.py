# SPDX-License-Identifier: Apache-2.0
"""Loading contacts: what is created, what is changed, and what is never touched."""

from __future__ import annotations

import pytest

from integration.loading import UnknownColumnsError
from integration.platform.errors import Refused, Unreachable
from simulator.faults import FaultRule

WRITE = "post_outbound_contactlist_contacts"


def test_creates_contacts_under_their_lead_id(site):
    """A new lead becomes a contact whose id is the lead id."""
    summary = site.load(("a", "+49301", "Europe/Berlin"), ("b", "+49302", "Europe/Paris"))
    assert (summary.created, summary.changed, summary.unchanged) == (2, 0, 0)
    assert site.data("b")["phone"] == "+49302"
    assert site.data("b")["lead_id"] == "b"


def test_loading_twice_changes_nothing(site):
    """The second load of a file writes nothing at all."""
    site.load(("a", "+49301", "Europe/Berlin"))
    site.control.forget_calls()
    summary = site.load(("a", "+49301", "Europe/Berlin"))
    assert (summary.created, summary.changed, summary.unchanged) == (0, 0, 1)
    assert [one for one in site.calls() if one["operation_id"] == WRITE] == []


def test_changed_column_is_changed_and_score_kept(site):
    """A new phone number replaces the old one; the score stays as it is."""
    site.add("a", ml_score="77", ml_score_at="2026-11-23T08:00:00.000Z")
    summary = site.load(("a", "+49309", "Europe/Berlin"))
    assert summary.changed == 1
    assert site.data("a")["phone"] == "+49309"
    assert site.data("a")["ml_score"] == "77"


def test_later_row_of_a_lead_wins(site):
    """Two rows of one lead are loaded one after the other, and both are counted."""
    summary = site.load(("a", "+49301", "x"), ("a", "+49302", "x"))
    assert (summary.created, summary.changed) == (1, 1)
    assert site.data("a")["phone"] == "+49302"


def test_score_columns_of_the_file_are_left_out(site):
    """A score in a contact file is not loaded: scores are pushed."""
    site.add("a", ml_score="77")
    site.load(("a", "+49301234", "12"), columns=("phone", "ml_score"))
    assert site.data("a")["ml_score"] == "77"


def test_never_makes_anybody_callable_again(site):
    """Every write of a load keeps the queue and the dialler's own data as they are."""
    site.add("a")
    site.load(("a", "+49309", "Europe/Berlin"))
    (call,) = [one for one in site.calls() if one["operation_id"] == WRITE]
    assert call["query"] == "priority=false&clearSystemData=false&doNotQueue=true"
    assert set(call["body"][0]) == {"id", "contactListId", "data"}


def test_unknown_columns_stop_before_anything_is_written(site):
    """A column that the list does not have is named, with those that it has."""
    with pytest.raises(UnknownColumnsError, match='"Leads" has no column colour; it has lead_id'):
        site.load(("a", "+49301", "red"), columns=("phone", "colour"))


def test_refused_contact_is_told_and_the_others_loaded(site):
    """One contact that the platform refuses does not keep the others out."""
    many = [(f"l{i}", "+49301", "x") for i in range(20)]
    many[13] = ("l13", "+49301", "x" * 600)
    summary = site.load(*many)
    assert summary.created == 19
    ((lead, reason),) = summary.refused
    assert lead == "l13"
    assert "400" in reason
    assert summary.exit_code == 1


def test_too_many_refused_contacts_end_the_load(site):
    """A file of nothing but refused contacts is given up before it eats the budget."""
    summary = site.load(*[(f"l{i}", "+49301", "x" * 600) for i in range(300)])
    assert isinstance(summary.stopped, Refused)
    assert len(site.calls()) < 200


def test_lost_answer_creates_nothing_twice(site):
    """A write whose answer got lost is counted once."""
    site.control.set_faults(
        rules=[FaultRule(operation=WRITE, kind="reset", after_commit=True, times=1)]
    )
    summary = site.load(("a", "+49301", "x"))
    assert (summary.created, summary.changed) == (1, 0)
    assert len([one for one in site.calls() if one["operation_id"] == WRITE]) == 1


def test_outage_ends_the_load(site):
    """A platform that stays away ends the load with what was done so far."""
    site.control.set_faults(rules=[FaultRule(operation=WRITE, kind="connect_error")])
    summary = site.load(("a", "+49301", "x"))
    assert isinstance(summary.stopped, Unreachable)
    assert summary.created == 0


def test_missing_list_is_a_refusal(site):
    """A list that does not exist is said at once."""
    with pytest.raises(Refused, match="was not found"):
        site.load(("a", "+49301", "x"), contact_list="nowhere")
