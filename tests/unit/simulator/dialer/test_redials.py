# SPDX-License-Identifier: Apache-2.0
"""Who is called again, and who is not: recalls, attempt limits, do-not-call, pushes."""

from __future__ import annotations

import pytest

ROUND = 90
PAUSE = 60
FRESH = "2026-11-23T09:05:00.000Z"


def limit(centre, most=3, recalls=2, **more):
    again = {"nbrAttempts": recalls, "minutesBetweenAttempts": PAUSE}
    body = {
        "name": "Lead Attempts",
        "maxAttemptsPerContact": most,
        "resetPeriod": "TODAY",
        "timeZoneId": "UTC",
        "recallEntries": {"busy": again, "noAnswer": again},
        **more,
    }
    return centre.make("attemptlimits", body)


def test_a_busy_line_is_called_again_after_the_pause(centre):
    """Recalls come at their time, as often as the limit says, and the contact shows them."""
    leads = centre.leads({"a": 90}, attempt_limit=limit(centre))
    centre.campaign(leads)
    centre.agents("Ann")
    (first,) = centre.dial(10, outcomes={"busy": 1})
    contact = centre.contact(leads, "a")
    assert contact["queue"]["recallAt"] == "2026-11-23T10:00:10.000Z"
    assert contact["callRecords"]["phone"] == {
        "lastAttempt": "2026-11-23T09:00:00.000Z",
        "lastResult": "ININ-OUTBOUND-BUSY",
    }
    lines = centre.run(10 * 3600)
    assert [(line["time"][11:19], line["recall"]) for line in lines] == [
        ("09:00:00", False),
        ("10:00:10", True),
        ("11:00:20", True),
    ]
    assert first["attempt"] == 1
    assert lines[2]["attempt"] == 3


@pytest.mark.parametrize(("first", "order"), [(True, "aab"), (False, "aba")])
def test_where_a_recall_stands_is_a_switch(centre, first, order):
    """A recall that is due goes first, or where its score puts it."""
    centre.organisation.switches.recalls_first = first
    leads = centre.leads({"a": 90}, attempt_limit=limit(centre, recalls=1))
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(10, answers={"a": "busy"})
    centre.agents("Bob")
    centre.control.configure_dialer(
        outcomes={"person": 1},
        answers={"a": "busy"},
        shifts=[{"start": "11:00", "stop": "12:00"}],
    )
    centre.write(leads, {"b": 95} if not first else {"b": 80})
    centre.write(leads, {"b": 99})
    centre.run(3 * 3600)
    assert "".join(centre.order())[:3] == order


def test_nobody_is_called_more_often_in_a_day_than_the_limit_allows(centre):
    """Who is queued again and again is called no more that day, and is on the next one."""
    leads = centre.leads({"a": 90}, attempt_limit=limit(centre, most=2))
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(ROUND)
    for score in (91, 92, 93):
        centre.write(leads, {"a": score})
        centre.run(10 * ROUND)
    assert len(centre.order()) == 2
    centre.run(24 * 3600)
    assert [line["time"][:13] for line in centre.lines()[2:]] == ["2026-11-24T00"]


@pytest.mark.parametrize(("query", "calls"), [("?doNotQueue=true", 1), ("", 2)])
def test_only_a_write_that_queues_has_somebody_called_again(centre, query, calls):
    """A push with doNotQueue never calls a called person; the API's default does."""
    leads = centre.leads({"a": 90})
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    centre.write(leads, {"a": {"ml_score": 99, "ml_score_at": FRESH}}, query=query)
    centre.run(10 * ROUND)
    assert len(centre.order()) == calls


def test_a_write_during_the_call_that_queues_has_the_person_called_again(centre):
    """The queue is put right after the call, not forgotten."""
    leads = centre.leads({"a": 90})
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(30)
    centre.write(leads, {"a": 91})
    centre.run(10 * ROUND)
    assert centre.order() == ["a", "a"]


def test_a_number_on_the_do_not_call_list_is_not_dialled(centre):
    """An entry holds until it is taken out, also while the campaign runs."""
    leads = centre.leads({"a": {"ml_score": 90, "phone": "+1"}, "b": 80})
    body = {
        "name": "Never",
        "dncSourceType": "rds_custom",
        "customExclusionColumn": "phone",
    }
    dnc = centre.make("dnclists", body)
    path = f"/api/v2/outbound/dnclists/{dnc}/customexclusioncolumns"
    entries = {"customExclusionColumnEntries": ["+1"]}
    assert centre.platform.call("PATCH", path, {"action": "Add", **entries}).status == 204
    centre.campaign(leads, dncLists=[{"id": dnc}])
    centre.agents("Ann")
    centre.dial(10 * ROUND)
    assert centre.order() == ["b"]
    assert centre.platform.call("PATCH", path, {"action": "Remove", **entries}).status == 204
    centre.run(ROUND)
    assert centre.order() == ["b", "a"]


def test_a_number_that_does_not_exist_is_not_called_again(centre):
    """The number becomes uncallable; the contact's other column is used when it is queued."""
    leads = centre.leads({"a": {"ml_score": 90, "mobile": "+2"}})
    columns = [{"columnName": "phone"}, {"columnName": "mobile"}]
    centre.campaign(leads, phoneColumns=columns)
    centre.agents("Ann")
    centre.dial(ROUND, outcomes={"uncallable": 1})
    centre.write(leads, {"a": {"mobile": "+2"}})
    centre.run(ROUND)
    centre.write(leads, {"a": {"mobile": "+2"}})
    centre.run(ROUND)
    contact = centre.contact(leads, "a")
    assert len(centre.order()) == 2
    assert contact["phoneNumberStatus"] == {
        "phone": {"callable": False},
        "mobile": {"callable": False},
    }


@pytest.mark.parametrize("change", [{"callable": False}, {"data": {"phone": " "}}])
def test_somebody_without_a_way_to_call_is_left_out(centre, change):
    """Neither an uncallable contact nor one without a number is dialled."""
    leads = centre.leads({"a": 90})
    centre.campaign(leads)
    path = f"/api/v2/outbound/contactlists/{leads}/contacts/a"
    body = {"contactListId": leads, "data": {}, **change}
    assert centre.platform.call("PUT", path, body).status == 200
    centre.agents("Ann")
    assert centre.dial(ROUND) == []
    assert centre.control.dialer()["campaigns"]["Campaign"]["callable"] == 0


@pytest.mark.parametrize(("when", "known"), [("at_end", False), ("at_start", True)])
def test_when_an_attempt_shows_is_a_switch(centre, when, known):
    """During the call the contact has a call record, or none yet."""
    centre.organisation.switches.call_recorded = when
    leads = centre.leads({"a": 90})
    centre.campaign(leads)
    centre.agents("Ann")
    centre.dial(5)
    assert ("phone" in centre.contact(leads, "a")["callRecords"]) is known


def test_an_agents_code_can_make_a_contact_uncallable(centre):
    """What wrap-up codes mean to the dialer is obeyed, and the code is the last result."""
    code = centre.make("/api/v2/routing/wrapupcodes", {"name": "Never again"})
    mapping = "/api/v2/outbound/wrapupcodemappings"
    body = {"version": 1, "defaultSet": [], "mapping": {code: ["Contact_UnCallable"]}}
    assert centre.platform.call("PUT", mapping, body).status == 200
    leads = centre.leads({"a": 90})
    centre.campaign(leads)
    centre.agents("Ann")
    (line,) = centre.dial(ROUND, wrap_ups={"Never again": 1})
    contact = centre.contact(leads, "a")
    assert (line["wrap_up"], contact["callable"]) == ("Never again", False)
    assert contact["callRecords"]["phone"]["lastResult"] == code
