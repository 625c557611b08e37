# SPDX-License-Identifier: Apache-2.0
"""The rate limit of a client: headers, refusals, windows, hidden and layered limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.operation_limits import OperationLimit
from simulator.rate_meter import Meter
from simulator.rate_window import FixedWindow, SlidingWindow, whole_seconds

PUSHER = "pusher"
RATE = "inin-ratelimit-"


@pytest.fixture
def limited(platform):
    """A platform with a client that may make 3 calls a minute."""
    platform.client(PUSHER, rate_limit=3)
    return platform


def calls(platform, number, client=PUSHER):
    return [platform.me(client).status for _ in range(number)]


def test_every_counted_answer_tells_where_the_client_stands(limited):
    """Count, allowance and seconds to the reset are in each answer, as texts of integers."""
    limited.me(PUSHER)
    limited.clock.advance(10.5)
    headers = limited.me(PUSHER).headers
    assert headers[RATE + "count"] == "2"
    assert headers[RATE + "allowed"] == "3"
    assert headers[RATE + "reset"] == "50"


def test_a_call_too_many_is_refused_in_the_official_shape(limited):
    """429 carries code, limit, bracketed seconds, Retry-After and the rate limit headers."""
    calls(limited, 3)
    limited.clock.advance(20)
    said = limited.me(PUSHER)
    assert (said.status, said.code) == (429, "too.many.requests")
    assert said.headers["Retry-After"] == "40"
    assert said.body["message"].endswith("[40] seconds")
    assert said.body["messageParams"] == {"seconds": "40"}
    assert said.body["limit"] == {
        "key": "client.credentials.token.rate.per.minute",
        "namespace": "platform.api",
        "value": 3,
    }
    assert said.headers[RATE + "count"] == said.headers[RATE + "allowed"] == "3"


def test_a_sliding_window_frees_one_place_at_a_time(limited):
    """Sixty seconds after each served call its place is free again, and no other."""
    for _ in range(3):
        limited.me(PUSHER)
        limited.clock.advance(10)
    limited.clock.advance(30 - 0.001)
    assert calls(limited, 1) == [429]
    limited.clock.advance(0.001)
    assert calls(limited, 2) == [200, 429]


def test_waiting_as_long_as_asked_is_enough(limited):
    """A client that waits for Retry-After is served, whatever the fractions of seconds."""
    for pause in (0.3, 0.1, 0.7):
        limited.me(PUSHER)
        limited.clock.advance(pause)
    limited.clock.advance(int(limited.me(PUSHER).headers["Retry-After"]))
    assert calls(limited, 1) == [200]


def test_a_wait_is_one_second_at_least(limited):
    """Retry-After is never zero, however soon a place becomes free."""
    calls(limited, 3)
    limited.clock.advance(59.999)
    assert limited.me(PUSHER).headers["Retry-After"] == "1"


def test_a_refused_call_takes_no_place(limited):
    """Hammering does not lengthen the wait."""
    calls(limited, 3)
    limited.clock.advance(59)
    assert set(calls(limited, 20)) == {429}
    limited.clock.advance(1)
    assert calls(limited, 4) == [200, 200, 200, 429]


def test_a_refused_call_takes_a_place_where_the_switch_says_so(limited):
    """With count_refused, hammering keeps the window full."""
    limited.control.set_switches(count_refused=True)
    calls(limited, 3)
    limited.clock.advance(59)
    calls(limited, 3)
    limited.clock.advance(1)
    assert calls(limited, 1) == [429]


def test_a_fixed_window_frees_everything_at_once(limited):
    """The fixed window opens with its first call and empties sixty seconds later."""
    limited.control.set_switches(rate_window="fixed")
    limited.me(PUSHER)
    limited.clock.advance(50)
    assert calls(limited, 3) == [200, 200, 429]
    assert limited.me(PUSHER).headers["Retry-After"] == "10"
    limited.clock.advance(10)
    assert calls(limited, 4) == [200, 200, 200, 429]


def test_tokens_of_a_client_share_its_window(limited):
    """A new token brings no new allowance."""
    calls(limited, 3)
    limited._tokens.clear()
    assert calls(limited, 1) == [429]


def test_each_token_has_a_window_of_its_own_where_the_switch_says_so(limited):
    """With rate_per token, a new token starts with an empty window."""
    limited.control.set_switches(rate_per="token")
    calls(limited, 3)
    limited._tokens.clear()
    assert calls(limited, 4) == [200, 200, 200, 429]


def test_clients_do_not_share_windows(limited):
    """One client's calls are no other client's business."""
    calls(limited, 4)
    assert limited.me().count == 1


def test_a_ceiling_can_be_changed_while_the_window_is_in_use(limited):
    """A lower ceiling refuses at once, a higher one serves at once; what was served stays."""
    calls(limited, 2)
    limited.control.set_limits(client_id=PUSHER, ceiling=1)
    said = limited.me(PUSHER)
    assert said.status == 429
    assert (said.headers[RATE + "count"], said.headers[RATE + "allowed"]) == ("2", "1")
    limited.control.set_limits(client_id=PUSHER, ceiling=4)
    assert calls(limited, 3) == [200, 200, 429]


def test_a_lowered_ceiling_waits_for_all_that_is_too_many(limited):
    """Retry-After counts to the instant at which the count is below the new ceiling."""
    for _ in range(3):
        limited.me(PUSHER)
        limited.clock.advance(10)
    limited.control.set_limits(client_id=PUSHER, ceiling=1)
    assert limited.me(PUSHER).headers["Retry-After"] == "50"


def test_a_ceiling_of_zero_refuses_everything(limited):
    """With no allowance each call is refused for a whole window."""
    limited.control.set_limits(client_id=PUSHER, ceiling=0)
    said = limited.me(PUSHER)
    assert (said.status, said.headers["Retry-After"]) == (429, "60")


def test_a_hidden_limit_is_enforced_and_shown_nowhere(limited):
    """A hidden lower limit refuses while headers and body go on to show the higher one."""
    limited.control.set_limits(client_id=PUSHER, hidden=1)
    assert calls(limited, 1) == [200]
    said = limited.me(PUSHER)
    assert said.status == 429
    assert (said.headers[RATE + "count"], said.headers[RATE + "allowed"]) == ("1", "3")
    assert "limit" not in said.body
    limited.control.set_limits(client_id=PUSHER, hidden=None)
    assert calls(limited, 1) == [200]


def test_an_operation_may_have_a_lower_limit_of_its_own(limited):
    """A layered limit refuses with its own code and wait; other operations are served."""
    limit = OperationLimit("get_organizations_*", allowed=1, seconds=5, code="too.many.looks")
    limited.organisation.limits.operations.set([limit])
    assert calls(limited, 1) == [200]
    said = limited.me(PUSHER)
    assert (said.status, said.code, said.headers["Retry-After"]) == (429, "too.many.looks", "5")
    assert said.body["limit"]["value"] == 1
    assert said.headers[RATE + "allowed"] == "3"
    assert limited.call("GET", "/api/v2/tokens/me", client=PUSHER).status == 200


@pytest.mark.parametrize(
    ("per", "statuses"),
    [
        ("client", [200, 429, 200]),
        ("organisation", [200, 429, 429]),
        ("path", [200, 200, 429]),
    ],
)
def test_what_shares_a_layered_limit(platform, per, statuses):
    """A limit of an operation is shared by a client's calls, a path's calls, or all calls."""
    platform.organisation.limits.operations.set(
        [OperationLimit("get_authorization_role", 1, per=per)]
    )
    made = [
        platform.call("POST", "/api/v2/authorization/roles", {"name": name}).body["id"]
        for name in ("a", "b")
    ]
    platform.client("other", "*")
    path = "/api/v2/authorization/roles/"
    said = [
        platform.call("GET", path + made[0]),
        platform.call("GET", path + made[1]),
        platform.call("GET", path + made[0], client="other"),
    ]
    assert [item.status for item in said] == statuses


def test_a_layered_limit_that_stays_keeps_its_window(limited):
    """Setting limits anew begins new windows for changed limits alone."""
    limited.control.set_limits(client_id=PUSHER, ceiling=9)
    same = OperationLimit("get_organizations_me", 1)
    limited.organisation.limits.operations.set([same])
    calls(limited, 1)
    limited.organisation.limits.operations.set([same, OperationLimit("x", 1)])
    assert calls(limited, 1) == [429]
    limited.organisation.limits.operations.set([OperationLimit("get_organizations_me", 2)])
    assert calls(limited, 2) == [200, 200]


def test_windows_of_layered_limits_are_bounded(platform, monkeypatch):
    """Idle windows of paths are forgotten where there would be too many."""
    monkeypatch.setattr("simulator.operation_limits.MOST_METERS", 2)
    operations = platform.organisation.limits.operations
    operations.set([OperationLimit("x", 1, per="path")])
    for number in range(10):
        assert operations.charge("x", "", f"/{number}", number * 61.0, "sliding") is None
    assert len(operations._meters) <= 2
    assert operations.charge("x", "", "/9", 9 * 61.0 + 1, "sliding") is not None


def test_a_call_that_its_operation_refuses_has_used_the_clients_window(limited):
    """The client's limit has let the call through, so it is counted there."""
    limited.organisation.limits.operations.set([OperationLimit("get_organizations_me", 0)])
    assert [limited.me(PUSHER).count for _ in range(2)] == [1, 2]


def test_recycling_is_limited_from_the_start(platform):
    """The one documented limit of an operation is there unless it is replaced."""
    (limit,) = platform.control.limits()["operations"]
    assert (limit["operation"], limit["allowed"], limit["seconds"], limit["code"]) == (
        "delete_outbound_campaign_progress",
        1,
        5.0,
        "too.many.recycles",
    )


def test_refused_calls_show_in_the_analytics(limited):
    """The aggregates query counts 429s per client and limit, in intervals."""
    calls(limited, 5)
    limited.clock.advance(60)
    calls(limited, 4)
    said = limited.call(
        "POST",
        "/api/v2/analytics/ratelimits/aggregates/query",
        {
            "interval": "2026-11-23T09:00:00Z/2026-11-23T10:00:00Z",
            "granularity": "PT1M",
            "groupBy": ["entityId", "limitName"],
            "metrics": ["oRateLimitRecorded"],
            "filter": {
                "type": "and",
                "predicates": [{"dimension": "entityId", "value": PUSHER}],
            },
        },
    )
    ((group),) = said.body["results"]
    assert group["group"] == {
        "entityId": PUSHER,
        "limitName": "client.credentials.token.rate.per.minute",
    }
    assert [
        (item["interval"][11:19], item["metrics"][0]["stats"]["count"]) for item in group["data"]
    ] == [("09:00:00", 2), ("09:01:00", 1)]


@pytest.mark.parametrize(
    "change",
    [
        {"interval": "yesterday"},
        {"interval": "2026-11-24T00:00:00Z/2026-11-23T00:00:00Z"},
        {"granularity": "soon"},
        {"granularity": "PT0S"},
        {"granularity": "PT1S", "interval": "2000-01-01T00:00:00Z/2026-01-01T00:00:00Z"},
        {"metrics": ["oOther"]},
        {"groupBy": ["colour"]},
        {"interval": None},
    ],
)
def test_a_question_to_the_analytics_is_checked(platform, change):
    """A query that makes no sense is 400."""
    query = {
        "interval": "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
        "metrics": ["oRateLimitRecorded"],
    }
    path = "/api/v2/analytics/ratelimits/aggregates/query"
    assert platform.call("POST", path, query).body == {"results": []}
    assert platform.call("POST", path, {**query, **change}).status == 400


@pytest.mark.parametrize(
    ("predicate", "found"),
    [
        ({"dimension": "userId", "operator": "exists"}, 0),
        ({"dimension": "userId", "operator": "notExists"}, 1),
        ({"dimension": "max", "value": "3"}, 1),
        ({"dimension": "max", "value": "4"}, 0),
    ],
)
def test_the_analytics_can_be_filtered(limited, predicate, found):
    """Predicates match, exist or do not exist; clauses combine them."""
    calls(limited, 4)
    said = limited.call(
        "POST",
        "/api/v2/analytics/ratelimits/aggregates/query",
        {
            "interval": "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
            "metrics": ["oRateLimitRecorded"],
            "filter": {
                "type": "or",
                "clauses": [{"type": "and", "predicates": [predicate]}],
            },
        },
    )
    assert len(said.body["results"]) == found


@given(
    st.lists(st.floats(0, 90, allow_nan=False), min_size=1, max_size=60),
    st.integers(1, 5),
    st.sampled_from(["sliding", "fixed"]),
)
def test_no_window_serves_more_than_it_may(pauses, ceiling, shape):
    """Whatever the pattern of calls, a refused one is served after the wait it is told."""
    meter = Meter(shape, 60.0)
    now = 0.0
    served = []
    for pause in pauses:
        now += pause
        if meter.admit(now, ceiling):
            served.append(now)
            continue
        wait = whole_seconds(meter.window.free_at(ceiling), now)
        assert 1 <= wait <= 60
        now += wait
        assert meter.admit(now, ceiling)
        served.append(now)
    if shape == "sliding":
        for place in range(len(served) - ceiling):
            assert served[place + ceiling] - served[place] >= 60 - 1e-5


@pytest.mark.parametrize("window", [SlidingWindow(60), FixedWindow(60)])
def test_an_empty_window_is_free_now(window):
    """Nothing has to be waited for in an empty window, unless nothing is allowed at all."""
    assert window.free_at(1) == -math.inf
    assert window.free_at(0) == math.inf
