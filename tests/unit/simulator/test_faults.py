# SPDX-License-Identifier: Apache-2.0
"""Injected faults: which calls they strike, what they do, and that they can be replayed."""

from __future__ import annotations

import pytest

from simulator.faults import FaultPlan, FaultRule, TransportFault

ME = "/api/v2/organizations/me"
DIVISIONS = "/api/v2/authorization/divisions"


def inject(platform, seed=0, /, **rule):
    platform.control.set_faults(rules=[rule], seed=seed)


def statuses(platform, number):
    return [platform.me().status for _ in range(number)]


def test_nothing_goes_wrong_by_itself(platform):
    """Without a plan no call is struck and nothing is on record."""
    assert statuses(platform, 20) == [200] * 20
    assert platform.control.faults()["history"] == []


def test_a_status_in_place_of_the_handler(platform):
    """A status fault answers in the official shape, counted, and the handler is not run."""
    inject(platform, kind="status", status=503, operation="post_authorization_divisions")
    said = platform.call("POST", DIVISIONS, {"name": "Sales"})
    assert (said.status, said.code) == (503, "service.unavailable")
    assert said.count == 1
    assert "Retry-After" not in said.headers
    platform.control.clear_faults()
    assert platform.call("GET", DIVISIONS).body["total"] == 1


def test_a_status_after_the_handler(platform):
    """A fault after commit hides a call that had its effect."""
    inject(platform, kind="status", status=504, after_commit=True, nth=[1])
    assert platform.call("POST", DIVISIONS, {"name": "Sales"}).status == 504
    assert platform.call("GET", DIVISIONS).body["total"] == 2


@pytest.mark.parametrize(
    ("rule", "code", "header"),
    [
        ({"status": 429, "retry_after": 7}, "too.many.requests", "7"),
        ({"status": 429}, "too.many.requests", None),
        ({"status": 500, "code": "my.code", "retry_after": 0}, "my.code", "0"),
        ({"status": 418}, "internal.server.error", None),
    ],
)
def test_a_status_may_have_a_code_and_a_wait(platform, rule, code, header):
    """Code and Retry-After are the plan's; without one the usual code and no header."""
    inject(platform, kind="status", **rule)
    said = platform.me()
    assert (said.status, said.code, said.headers.get("Retry-After")) == (
        rule["status"],
        code,
        header,
    )


@pytest.mark.parametrize("kind", ["timeout", "reset", "connect_timeout", "connect_error"])
def test_a_call_may_be_lost_on_its_way(platform, kind):
    """A transport fault before commit is raised, and the call had no effect."""
    inject(platform, kind=kind)
    with pytest.raises(TransportFault) as raised:
        platform.call("POST", DIVISIONS, {"name": "Sales"})
    assert (raised.value.kind, raised.value.after_commit) == (kind, False)
    platform.control.clear_faults()
    assert platform.call("GET", DIVISIONS).body["total"] == 1
    assert platform.control.calls()["calls"][0]["status"] == 0


@pytest.mark.parametrize("kind", ["timeout", "reset"])
def test_an_answer_may_be_lost(platform, kind):
    """A transport fault after commit is raised although the call had its effect."""
    inject(platform, kind=kind, after_commit=True, nth=[1])
    with pytest.raises(TransportFault) as raised:
        platform.call("POST", DIVISIONS, {"name": "Sales"})
    assert raised.value.after_commit
    assert platform.call("GET", DIVISIONS).body["total"] == 2


def test_the_answer_to_a_refused_call_may_be_lost_too(platform):
    """A lost answer is lost whatever it said."""
    inject(platform, kind="timeout", after_commit=True)
    with pytest.raises(TransportFault):
        platform.call("GET", f"{DIVISIONS}/none")


def test_latency_takes_simulated_time(platform):
    """A delayed call arrives later by the simulated clock."""
    inject(platform, kind="latency", seconds=2.5)
    assert platform.me().status == 200
    assert platform.clock.monotonic() == 2.5


def test_latencies_add_to_another_fault(platform):
    """A call may be slow and fail; the log names both."""
    platform.control.set_faults(
        rules=[
            {"kind": "latency", "seconds": 1},
            {"kind": "status"},
            {"kind": "latency", "seconds": 2},
            {"kind": "reset"},
        ]
    )
    assert platform.me().status == 503
    assert platform.clock.monotonic() == 3
    assert platform.control.calls()["calls"][0]["fault"] == "latency+latency+status"


def test_a_malformed_answer_is_cut_off(platform):
    """A success arrives with half of its JSON; its length fits what is sent."""
    whole = platform.me().text
    inject(platform, kind="malformed")
    said = platform.me()
    assert said.status == 200
    assert whole.startswith(said.text)
    assert 0 < len(said.text) < len(whole)


def test_a_foreign_answer_is_a_page(platform):
    """What a proxy says comes with the status of the answer whose place it takes."""
    inject(platform, kind="foreign")
    said = platform.me()
    assert said.status == 200
    assert said.text.startswith("<!DOCTYPE html>")


def test_a_malformed_answer_without_a_body_becomes_garbage(platform):
    """Where there is nothing to cut, something broken is sent."""
    inject(platform, kind="malformed")
    said = platform.call("DELETE", "/api/v2/tokens/me")
    with pytest.raises(ValueError, match="Unterminated"):
        said.body  # noqa: B018 - reading it is the point


def test_a_token_may_be_revoked_under_way(platform):
    """The call's own token is revoked before it is looked at."""
    inject(platform, kind="revoke_token", nth=[2])
    assert statuses(platform, 3) == [200, 401, 401]


def test_the_servers_clock_may_jump(platform):
    """From the struck call on the server's time is shifted."""
    inject(platform, kind="clock_skew", seconds=-90, nth=[1])
    platform.me()
    assert platform.control.clock()["skew"] == -90
    assert platform.organisation.timestamp() == "2026-11-23T08:58:30.000Z"


def test_the_token_call_may_fail_too(platform):
    """The login is an operation like any other."""
    inject(platform, kind="status", status=500, operation="post_oauth_token", times=1)
    said = [platform.login("local-deployer", "local-deployer-secret").status for _ in range(2)]
    assert said == [500, 200]


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({"nth": [2, 4]}, [2, 4]),
        ({"times": 2}, [1, 2]),
        ({"probability": 0}, []),
        ({"probability": 1}, [1, 2, 3, 4, 5]),
        ({"times": 0}, []),
        ({"operation": "get_organizations_me"}, [1, 2, 3, 4, 5]),
        ({"operation": "get_org*"}, [1, 2, 3, 4, 5]),
        ({"operation": "get_tokens_me"}, []),
        ({"operation": "/api/v2/org*"}, [1, 2, 3, 4, 5]),
        ({"operation": "/api/v2/tokens/*"}, []),
        ({"method": "GET"}, [1, 2, 3, 4, 5]),
        ({"method": "POST"}, []),
        ({"from_seconds": 2}, [3, 4, 5]),
        ({"until_seconds": 2}, [1, 2]),
        ({"from_seconds": 1, "until_seconds": 4, "nth": [2]}, [3]),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_which_calls_a_rule_strikes(platform, rule, struck):
    """A rule looks at calls by operation, method and time, and counts those alone."""
    inject(platform, kind="status", **rule)
    seen = []
    for number in range(1, 6):
        if platform.me().status == 503:
            seen.append(number)
        platform.clock.advance(1)
    assert seen == struck


def test_chance_is_a_function_of_seed_rule_and_call(make_platform):
    """One seed strikes the same calls each time, another seed others."""
    runs = []
    for seed in (1, 1, 2):
        platform = make_platform()
        inject(platform, seed, kind="status", probability=0.3)
        runs.append(statuses(platform, 100))
        platform.clock.advance(1000)
    assert runs[0] == runs[1] != runs[2]
    assert 15 < runs[0].count(503) < 45


def test_a_run_can_be_replayed_without_chance(make_platform):
    """The schedule of a run, set as a plan, strikes the very same calls."""
    platform = make_platform()
    inject(platform, 5, kind="status", probability=0.4, times=6)
    first = statuses(platform, 30)
    schedule = platform.control.faults()["schedule"]
    again = make_platform()
    again.control.set_faults(rules=schedule, seed=99)
    assert statuses(again, 30) == first
    assert first.count(503) == 6


def test_each_strike_is_on_record(platform):
    """The history says what struck which call when."""
    inject(platform, kind="status", nth=[2])
    platform.clock.advance(4)
    statuses(platform, 2)
    assert platform.control.faults()["history"] == [
        {
            "kind": "status",
            "rule": 0,
            "seen": 2,
            "operation": "get_organizations_me",
            "at": 4,
            "after_commit": False,
        }
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "explosion"},
        {"kind": "latency"},
        {"kind": "status", "status": 200},
        {"kind": "status", "nth": [0]},
        {"kind": "status", "probability": 1.5},
        {"kind": "connect_error", "after_commit": True},
        {"kind": "status", "opertion": "x"},
        {},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule):
    """Unknown kinds, fields and impossible values are errors, not faults that never come."""
    with pytest.raises(ValueError, match="FaultRule"):
        FaultRule.model_validate(rule)


def test_a_plan_goes_on_where_its_snapshot_was_taken():
    """Counts and windows of a plan survive a snapshot."""
    rules = [FaultRule(kind="status", nth=(3,), until_seconds=10)]
    plan = FaultPlan(1, rules, start=100)
    plan.strike("x", "GET", "/x", 101)
    plan.strike("x", "GET", "/x", 102)
    again = FaultPlan.restored(plan.snapshot(102), now=5)
    assert len(again.strike("x", "GET", "/x", 6)) == 1
    assert again.strike("x", "GET", "/x", 5 + 8) == []
