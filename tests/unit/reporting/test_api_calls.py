# SPDX-License-Identifier: Apache-2.0
"""The call budget over time, from logs of API calls."""

from __future__ import annotations

import json

import pytest

from integration.reporting.api_calls import MOST_BARS, read_budget
from integration.reporting.wording import conclusion_of_budget
from integration.sources import SourceError


def api_call(at, status=200, client="pusher", **more):
    time = f"2026-11-23T{at}Z"
    return {"time": time, "status": status, "client_id": client, "path": "/api/v2/x", **more}


@pytest.fixture
def read(tmp_path):
    def read_calls(calls, *, client_id="", allowed=300, document=False):
        path = tmp_path / "calls.json"
        lines = "\n".join(json.dumps(one) for one in calls)
        path.write_text(json.dumps({"calls": calls}) if document else lines, encoding="utf-8")
        return read_budget(str(path), client_id=client_id, allowed=allowed)

    return read_calls


@pytest.mark.parametrize("document", [True, False], ids=["one document", "one object a line"])
def test_calls_of_each_minute(read, document):
    """A minute's bar has the calls served and those refused; minutes without calls are there."""
    calls = [
        *(api_call(f"09:00:{second:02}") for second in (0, 1, 59)),
        api_call("09:02:00", 429),
        api_call("09:02:30"),
        api_call("09:02:31", client="other"),
        api_call("09:02:32", path="/oauth/token"),
    ]
    found = read(calls, document=document)
    assert (found.client, found.minutes, found.calls) == ("pusher", 1, 5)
    assert (found.refused, found.others, found.stated) == (1, 1, False)
    assert [(bar.used, bar.refused, bar.allowed) for bar in found.bars] == [
        (3, 0, 300),
        (0, 0, 300),
        (1, 1, 300),
    ]
    assert "The busiest minute used 3 of 300 calls (1 %), and 1 call in all was refused" in (
        conclusion_of_budget(found)
    )


def test_the_client_that_is_asked_for(read):
    """With a client id its calls alone count; without one it is the client with most calls."""
    calls = [api_call("09:00:00"), api_call("09:00:01"), api_call("09:00:02", client="other")]
    assert read(calls).client == "pusher"
    assert read(calls, client_id="other").calls == 1


def test_an_allowance_that_the_log_states(read):
    """The lowest allowance that the calls of a minute state is the line; else the last known."""
    calls = [
        api_call("09:00:00", allowed=120),
        api_call("09:00:01", allowed=60),
        api_call("09:01:00"),
    ]
    found = read(calls)
    assert [bar.allowed for bar in found.bars] == [60, 60]
    assert found.stated


def test_a_long_day_shows_busiest_minutes(read):
    """Over many hours a bar is the busiest minute of several, so no peak is hidden."""
    calls = [api_call("00:00:00"), *(api_call("12:01:00") for _ in range(9)), api_call("12:02:00")]
    found = read([*calls, api_call("23:59:00")])
    assert found.minutes == 6
    assert len(found.bars) == 240 <= MOST_BARS
    assert found.busiest.used == 9


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"calls":[]}', "has no API call at all"),
        ("{", "line 1 is broken JSON"),
        ('{"time":"yesterday","status":200}', "line 1 has no usable time"),
        ('{"calls":[{"time":"2026-11-23T09:00:00Z"}]}', "call 1 has no usable status"),
        ("5", "line 1 has no usable call"),
        ('\n\n{"time":5,"status":200}', "line 3 has no usable time"),
    ],
    ids=["empty", "broken", "no time", "no status", "no object", "later"],
)
def test_what_is_no_log_of_calls(tmp_path, content, words):
    """A file that is no such log is refused with the place and what it should hold."""
    path = tmp_path / "calls.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=words) as caught:
        read_budget(str(path), client_id="", allowed=300)
    assert "GET /sim/calls" in str(caught.value)


def test_a_client_without_calls(read):
    """A client that is named and has made no call is named in the message."""
    with pytest.raises(SourceError, match="has no API call of the client ghost"):
        read([api_call("09:00:00")], client_id="ghost")
