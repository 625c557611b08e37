# SPDX-License-Identifier: Apache-2.0
"""Attempt limits, callable times, answers to call analysis, sequences: what each checks itself."""

from __future__ import annotations

import pytest

LIMIT = {
    "name": "Three times",
    "maxAttemptsPerContact": 3,
    "resetPeriod": "TODAY",
    "recallEntries": {"busy": {"nbrAttempts": 2, "minutesBetweenAttempts": 10}},
}
SLOT = {"startTime": "09:00:00", "stopTime": "18:00:00.000", "day": 1}
HOURS = {"name": "Office", "callableTimes": [{"timeZoneId": "Europe/London", "timeSlots": [SLOT]}]}
PERSON = "disposition.classification.callable.person"
ANSWERS = {"name": "Answers", "responses": {PERSON: {"name": "p", "reactionType": "transfer"}}}


@pytest.mark.parametrize(
    ("path", "body", "filled_in"),
    [
        ("attemptlimits", LIMIT, {}),
        (
            "attemptlimits",
            {"name": "Once", "maxAttemptsPerNumber": 1},
            {"resetPeriod": "NEVER", "recallEntries": {}},
        ),
        (
            "callanalysisresponsesets",
            {**ANSWERS, "beepDetectionEnabled": True, "liveSpeakerDetectionMode": "High"},
            {"amdSpeechDistinguishEnabled": False},
        ),
        ("sequences", {"name": "Both", "campaigns": []}, {"status": "off", "repeat": False}),
    ],
    ids=["attempt limit", "attempt limit by number", "answers", "sequence"],
)
def test_what_was_sent_comes_back(make, path, body, filled_in):
    """An object echoes what was sent, and what the platform fills in."""
    made = make(path, body)
    own = {"id", "version", "dateCreated", "dateModified", "selfUri"}
    assert {name: value for name, value in made.items() if name not in own} == {
        **body,
        **filled_in,
    }


def test_times_have_milliseconds(make, outbound):
    """Times of day come back with milliseconds, and may be sent like that."""
    made = make("callabletimesets", HOURS)
    assert made["callableTimes"] == [
        {
            "timeZoneId": "Europe/London",
            "timeSlots": [{"startTime": "09:00:00.000", "stopTime": "18:00:00.000", "day": 1}],
        }
    ]
    changed = outbound("PUT", f"callabletimesets/{made['id']}", made).body
    assert changed["callableTimes"] == made["callableTimes"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("attemptlimits", {"name": "None"}, "bad.request"),
        ("attemptlimits", {**LIMIT, "resetPeriod": "DAYS_31"}, "invalid.value"),
        (
            "attemptlimits",
            {**LIMIT, "recallEntries": {"fax": {"nbrAttempts": 1, "minutesBetweenAttempts": 4}}},
            "invalid.value",
        ),
        ("attemptlimits", {**LIMIT, "recallEntries": {"fax": {}}}, "bad.request"),
        *(
            (
                "callabletimesets",
                {**HOURS, "callableTimes": [{"timeZoneId": "UTC", "timeSlots": [slot]}]},
                code,
            )
            for slot, code in (
                ({**SLOT, "startTime": "9:00:00"}, "invalid.value"),
                ({**SLOT, "startTime": "24:00:00"}, "invalid.value"),
                ({**SLOT, "stopTime": "18:00"}, "invalid.value"),
                ({**SLOT, "day": 8}, "invalid.value"),
                ({**SLOT, "day": None}, "bad.request"),
            )
        ),
        (
            "callanalysisresponsesets",
            {"name": "Answers", "responses": {PERSON: {"reactionType": "answer"}}},
            "invalid.value",
        ),
        ("sequences", {"name": "Both", "campaigns": [{"id": "nobody"}]}, "invalid.value"),
    ],
)
def test_what_cannot_be_is_refused(outbound, path, body, code):
    """A value outside of what the platform has is a 400."""
    said = outbound("POST", path, body)
    assert (said.status, said.code) == (400, code)


def test_a_second_delete_is_not_found(make, outbound):
    """A deleted set answers 404 to the next DELETE: the official provider waits for that."""
    path = f"callabletimesets/{make('callabletimesets', HOURS)['id']}"
    assert outbound("DELETE", path).status == 204
    assert outbound("DELETE", path).status == 404


def test_sequences_do_not_run(make, outbound):
    """A sequence cannot be turned on here, which is said with a 501 and not passed over."""
    said = outbound("POST", "sequences", {"name": "Both", "campaigns": [], "status": "on"})
    assert said.status == 501
    made = make("sequences", {"name": "Both", "campaigns": []})
    assert outbound("PUT", f"sequences/{made['id']}", {**made, "status": "on"}).status == 501


def test_an_attempt_limit_of_a_list(make, outbound):
    """A contact list refers to an attempt limit that exists, and holds on to it."""
    limit = make("attemptlimits", LIMIT)["id"]
    leads = {
        "name": "Leads",
        "columnNames": ["phone"],
        "phoneColumns": [{"columnName": "phone", "type": "cell"}],
    }
    unknown = {**leads, "attemptLimits": {"id": "nobody"}}
    assert outbound("POST", "contactlists", unknown).code == "invalid.value"
    made = make("contactlists", {**leads, "attemptLimits": {"id": limit}})
    assert outbound("DELETE", f"attemptlimits/{limit}").code == "referential.integrity.error"
    path = f"contactlists/{made['id']}"
    assert outbound("PUT", path, {**unknown, "version": 1}).code == "invalid.value"
    assert outbound("PUT", path, {**leads, "version": 1}).status == 200
    assert outbound("DELETE", f"attemptlimits/{limit}").status == 204
