# SPDX-License-Identifier: Apache-2.0
"""The call log's bounds: it never grows beyond what it is told to keep."""

from __future__ import annotations

from simulator.calllog import CallLog, LoggedCall


def call(number, raw=b""):
    return LoggedCall(number, "", 0.0, "GET", "/", "", "", raw=raw)


def numbers(log):
    return [item.n for item in log]


def test_the_oldest_calls_are_dropped():
    """Only the last calls are kept."""
    log = CallLog(most_calls=2)
    for number in range(5):
        log.add(call(number))
    assert numbers(log) == [3, 4]
    assert len(log) == 2


def test_the_oldest_bodies_are_dropped_by_number():
    """Only so many bodies are kept; their calls stay."""
    log = CallLog(most_bodies=1)
    log.add(call(1, b"1"))
    log.add(call(2))
    log.add(call(3, b"3"))
    assert [item.body for item in log] == [None, None, 3]


def test_the_oldest_bodies_are_dropped_by_size():
    """Only so many bytes of bodies are kept, but always the last body."""
    log = CallLog(most_body_bytes=5)
    log.add(call(1, b"111"))
    log.add(call(2, b"222"))
    assert [item.body for item in log] == [None, 222]
    log.add(call(3, b"3333333"))
    assert [item.body for item in log] == [None, None, 3333333]
    log.add(call(4, b"44444"))
    assert [item.body for item in log] == [None, None, None, 44444]


def test_a_body_that_is_no_json_is_shown_as_text():
    """What a client sent is shown even where it was refused."""
    assert call(1, b"{x\xff").body == "{x\ufffd"


def test_numbers_go_on_after_the_log_is_emptied():
    """A call's number is never given twice."""
    log = CallLog()
    assert [log.next_number(), log.next_number()] == [1, 2]
    log.add(call(2, b"1"))
    log.clear()
    assert numbers(log) == []
    assert log.next_number() == 3
