# SPDX-License-Identifier: Apache-2.0
"""Recalls that the dialer plans: on the control plane always, in the API behind a switch."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.organisation import Organisation

AT = "2026-11-23T10:30:00.000Z"
BUSY = {"phone": {"lastAttempt": "2026-11-23T10:00:00.000Z", "lastResult": "ININ-OUTBOUND-BUSY"}}


@pytest.fixture
def control(desk):
    return Control(desk.organisation)


def shown(desk, list_id):
    """What the API shows of the calls to lead a."""
    path = f"/api/v2/outbound/contactlists/{list_id}/contacts"
    (bulk,) = desk("POST", f"{path}/bulk", ["a"]).body
    assert bulk == desk("GET", f"{path}/a").body
    return bulk["callRecords"]


def test_a_recall_is_planned_and_given_up(control, leads):
    """The control plane sets a recall, in any zone, and takes it back."""
    east = datetime(2026, 11, 23, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    said = control.change_contact(leads, "a", ContactChange(recallAt=east))
    assert said["queue"]["recallAt"] == AT
    control.change_contact(leads, "a", ContactChange(queued=True))
    assert control.contact(leads, "a")["queue"]["recallAt"] == AT
    said = control.change_contact(leads, "a", ContactChange(recallAt=""))
    assert said["queue"]["recallAt"] == ""


@pytest.mark.parametrize("when", ["soon", "2026-11-23T10:30:00", 5, False])
def test_a_recall_needs_an_instant(when):
    """A recall without a time, or with one that has no zone, is refused."""
    with pytest.raises(ValidationError):
        ContactChange.model_validate({"recallAt": when}, strict=True)


def test_the_api_does_not_show_recalls(desk, control, leads):
    """By default a contact with a pending recall looks like any other that was called."""
    control.change_contact(leads, "a", ContactChange(callRecords=BUSY, recallAt=AT))
    assert shown(desk, leads) == BUSY


def test_the_switch_shows_recalls_in_call_records(desk, control, leads):
    """With the switch, each call record says when the next call is planned."""
    desk.switches.update({"recall_shown": "call_record"})
    control.change_contact(leads, "a", ContactChange(callRecords=BUSY))
    assert shown(desk, leads) == BUSY
    control.change_contact(leads, "a", ContactChange(recallAt=AT))
    assert shown(desk, leads) == {"phone": {**BUSY["phone"], "callbackScheduledTime": AT}}
    assert desk.contact(leads, "a").call_records == BUSY


def test_a_recall_of_somebody_not_called_yet_is_shown_too(desk, control, leads):
    """A planned call shows up even where no call is on record."""
    desk.switches.update({"recall_shown": "call_record"})
    control.change_contact(leads, "a", ContactChange(recallAt=AT))
    assert shown(desk, leads) == {"phone": {"callbackScheduledTime": AT}}


def test_wiping_what_dialling_left_behind_wipes_the_recall(desk, control, leads):
    """A write that clears system data cancels the recall."""
    control.change_contact(leads, "a", ContactChange(recallAt=AT))
    desk.add(leads, ("a", {"phone": "+1"}), clearSystemData="false")
    assert control.contact(leads, "a")["queue"]["recallAt"] == AT
    desk.add(leads, ("a", {"phone": "+1"}), clearSystemData="true")
    assert control.contact(leads, "a")["queue"]["recallAt"] == ""


def test_a_snapshot_keeps_recalls_and_how_they_are_shown(desk, control, leads):
    """After a restart from a snapshot recalls are as they were, and the switch has its effect."""
    control.change_contact(leads, "a", ContactChange(recallAt=AT))
    again = Organisation(clock=desk.clock)
    again.restore(desk.organisation.snapshot())
    desk.organisation = again
    assert shown(desk, leads) == {}
    again.switches.update({"recall_shown": "call_record"})
    assert shown(desk, leads) == {"phone": {"callbackScheduledTime": AT}}
