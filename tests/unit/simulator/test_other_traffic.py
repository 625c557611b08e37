# SPDX-License-Identifier: Apache-2.0
"""Other processes of the same client, and the numbers that a run under a limit is judged by."""

from __future__ import annotations

import pytest

PUSHER = "pusher"


@pytest.fixture
def limited(platform):
    """A platform with a client that may make 60 calls a minute."""
    platform.client(PUSHER, rate_limit=60)
    return platform


def report(platform):
    return platform.organisation.limits.report(PUSHER)


def test_even_traffic_takes_places_as_time_goes_by(limited):
    """Two calls a second of another process are counted when they would have come."""
    limited.control.traffic(client_id=PUSHER, calls_per_second=2, seconds=10)
    assert limited.me(PUSHER).count == 2  # the other's first call came in the same instant
    limited.clock.advance(3)
    assert limited.me(PUSHER).count == 2 + 6 + 1


def test_traffic_can_begin_later_and_ends(limited):
    """Another process begins after its delay and stops when its time is over."""
    limited.control.traffic(client_id=PUSHER, calls_per_second=1, seconds=5, start_in=10)
    limited.clock.advance(9)
    assert limited.me(PUSHER).count == 1
    limited.clock.advance(21)
    assert limited.me(PUSHER).count == 1 + 5 + 1


def test_traffic_is_refused_like_any_other(limited):
    """A process that calls too fast is refused once the window is full."""
    limited.control.traffic(client_id=PUSHER, calls_per_second=10, seconds=10)
    limited.clock.advance(10)
    assert limited.me(PUSHER).status == 429
    numbers = report(limited)
    assert (numbers["others_served"], numbers["others_refused"]) == (60, 40)


def test_a_greedy_process_leaves_nothing(limited):
    """While it is at work, every place that becomes free is taken in that very instant."""
    for _ in range(30):
        limited.me(PUSHER)
        limited.clock.advance(1)
    limited.control.traffic(client_id=PUSHER, greedy=True, seconds=50)
    assert limited.me(PUSHER).status == 429
    limited.clock.advance(49.5)  # 20 own calls have left by now
    assert limited.me(PUSHER).status == 429
    assert report(limited)["others_served"] == 30 + 20


def test_a_greedy_process_takes_nothing_in_hindsight(limited):
    """Places that become free after its time stay free, whenever they are looked at."""
    for _ in range(60):
        limited.me(PUSHER)
    limited.control.traffic(client_id=PUSHER, greedy=True, seconds=10)
    limited.clock.advance(61)
    assert limited.me(PUSHER).status == 200
    limited.clock.advance(1)
    assert limited.me(PUSHER).status == 200
    assert report(limited)["others_served"] == 0


def test_after_a_greedy_process_the_window_recovers(limited):
    """What it took becomes free sixty seconds after it was taken."""
    limited.control.traffic(client_id=PUSHER, greedy=True, seconds=20)
    limited.clock.advance(59.9)
    assert limited.me(PUSHER).status == 429
    limited.clock.advance(0.1)
    assert limited.me(PUSHER).status == 200


def test_a_greedy_process_fills_a_fixed_window_again(limited):
    """In a fixed window it takes all places whenever the window empties."""
    limited.control.set_switches(rate_window="fixed")
    limited.control.traffic(client_id=PUSHER, greedy=True, seconds=90)
    for _ in range(2):
        assert limited.me(PUSHER).status == 429
        limited.clock.advance(60)
    assert limited.me(PUSHER).status == 200


def test_a_greedy_process_cannot_use_a_limit_of_zero(limited):
    """With nothing allowed there is nothing to take, and nothing to wait for."""
    limited.control.set_limits(client_id=PUSHER, ceiling=0)
    limited.control.traffic(client_id=PUSHER, greedy=True, seconds=10)
    assert limited.me(PUSHER).status == 429
    assert report(limited)["others_served"] == 0


def test_several_processes_share_one_window(limited):
    """All traffic of a client counts in one window, in the order of time."""
    for _ in range(2):
        limited.control.traffic(client_id=PUSHER, calls_per_second=1, seconds=100)
    limited.clock.advance(40)
    assert limited.me(PUSHER).status == 429
    numbers = report(limited)
    assert (numbers["others_served"], numbers["others_refused"]) == (60, 22)


def test_it_does_not_matter_when_the_client_looks(make_platform):
    """Looking often or once gives the same window."""
    counts = []
    for looks in ((25,), (5, 5, 5, 5, 5)):
        platform = make_platform()
        platform.client(PUSHER, rate_limit=60)
        platform.control.traffic(client_id=PUSHER, calls_per_second=3, seconds=15)
        platform.control.traffic(client_id=PUSHER, greedy=True, seconds=5, start_in=10)
        for pause in looks:
            platform.clock.advance(pause)
            platform.organisation.limits.report(PUSHER)
        counts.append(platform.me(PUSHER).headers)
        del counts[-1]["ININ-Correlation-Id"]
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "settings",
    [
        {"calls_per_second": 0, "seconds": 1},
        {"calls_per_second": 1, "seconds": 0},
        {"greedy": True, "seconds": -1},
        {"seconds": 1},
        {"greedy": True, "calls_per_second": 1, "seconds": 1},
        {"greedy": True, "seconds": 1, "start_in": -1},
    ],
)
def test_traffic_that_makes_no_sense_is_refused(limited, settings):
    """Rates and durations are positive, and a process is either even or greedy."""
    with pytest.raises(ValueError, match=r"greater|positive|greedy"):
        limited.control.traffic(client_id=PUSHER, **settings)


@pytest.mark.parametrize("numbers", [(0, 1, 0), (1, 0, 0), (1, 1, -1)])
def test_limits_themselves_check_traffic(limited, numbers):
    """The limits refuse traffic without rate or duration, whoever asks."""
    rate, seconds, start_in = numbers
    limits = limited.organisation.limits
    with pytest.raises(ValueError, match="positive"):
        limits.other_traffic(PUSHER, rate, seconds, start_in)
    if rate:
        with pytest.raises(ValueError, match="positive"):
            limits.greedy(PUSHER, seconds, start_in)


def test_a_run_of_refusals_is_one_episode(limited):
    """Refusals count as one episode until a call is served again."""
    limited.control.set_limits(client_id=PUSHER, ceiling=1)
    for _ in range(3):
        limited.me(PUSHER)
    limited.clock.advance(60)
    for _ in range(3):
        limited.me(PUSHER)
    numbers = report(limited)
    assert (numbers["served"], numbers["refused"], numbers["episodes"]) == (2, 4, 2)


def test_the_share_used_is_counted_over_whole_minutes(limited):
    """Served calls of all processes, divided by what the limit allowed, in whole blocks."""
    limited.clock.advance(7)
    limited.control.traffic(client_id=PUSHER, calls_per_second=0.5, seconds=60, start_in=1)
    for _ in range(15):
        limited.me(PUSHER)
    assert report(limited)["share_used"] is None
    limited.clock.advance(60)
    limited.me(PUSHER)
    numbers = report(limited)
    assert numbers["whole_blocks"] == 1
    assert numbers["share_used"] == pytest.approx((15 + 30) / 60)
    first = numbers["blocks"][0]
    assert (first["start"], first["own"], first["others"], first["allowed"]) == (7, 15, 30, 60)


def test_a_ceiling_that_changes_counts_for_its_time(limited):
    """What a minute allowed is weighed by how long each ceiling was in force."""
    limited.me(PUSHER)
    limited.clock.advance(30)
    limited.control.set_limits(client_id=PUSHER, ceiling=120)
    limited.clock.advance(15)
    limited.control.set_limits(client_id=PUSHER, hidden=20)
    limited.clock.advance(15)
    limited.me(PUSHER)
    assert report(limited)["blocks"][0]["allowed"] == pytest.approx(30 + 30 + 5)


def test_idle_minutes_are_blocks_too(limited):
    """A pause of several minutes lowers the share used."""
    limited.me(PUSHER)
    limited.clock.advance(200)
    limited.me(PUSHER)
    numbers = report(limited)
    assert numbers["whole_blocks"] == 3
    assert numbers["share_used"] == pytest.approx(1 / 180)


def test_a_client_that_never_called_has_an_empty_report(limited):
    """Without a call there is no share, no first call and no block."""
    numbers = report(limited)
    assert (numbers["served"], numbers["first_call"], numbers["blocks"]) == (0, None, [])


def test_windows_of_dead_tokens_are_forgotten(limited, monkeypatch):
    """The number of windows is bounded; those in use stay."""
    monkeypatch.setattr("simulator.limits.MOST_METERS", 3)
    limited.control.set_switches(rate_per="token")
    for _ in range(10):
        limited._tokens.clear()
        limited.me(PUSHER)
        limited.clock.advance(61)
    assert len(limited.organisation.limits.snapshot()["windows"]) <= 3


def test_a_changed_shape_keeps_the_other_processes(limited):
    """After rate_window is switched the window is empty, and other processes still call."""
    limited.control.traffic(client_id=PUSHER, calls_per_second=1, seconds=30)
    limited.clock.advance(10)
    assert limited.me(PUSHER).count == 12
    limited.control.set_switches(rate_window="fixed")
    limited.clock.advance(5)
    assert limited.me(PUSHER).count == 6


def test_a_new_ceiling_does_not_rewrite_the_past(limited):
    """What others did under the old ceiling is settled before the new one is in force."""
    limited.control.set_limits(client_id=PUSHER, ceiling=5)
    limited.control.traffic(client_id=PUSHER, calls_per_second=1, seconds=20)
    limited.clock.advance(20)
    limited.control.set_limits(client_id=PUSHER, ceiling=60)
    assert limited.me(PUSHER).count == 6


def test_the_usual_ceiling_is_what_a_block_allows(platform):
    """A client without a ceiling of its own is measured against the default."""
    body = {"name": "x", "authorizedGrantType": "CLIENT-CREDENTIALS"}
    made = platform.call("POST", "/api/v2/oauth/clients", body).body["id"]
    for _ in range(2):
        platform.call("GET", "/api/v2/tokens/me", client=made)
        platform.clock.advance(60)
    block = platform.organisation.limits.report(made)["blocks"][0]
    assert (block["allowed"], block["own"], block["refused"]) == (300, 1, 0)


def test_refusals_are_counted_in_their_block(limited):
    """Each minute knows what was refused in it."""
    limited.control.set_limits(client_id=PUSHER, ceiling=1)
    for _ in range(3):
        limited.me(PUSHER)
    limited.clock.advance(60)
    limited.me(PUSHER)
    blocks = report(limited)["blocks"]
    assert [(block["start"], block["own"], block["refused"]) for block in blocks] == [
        (0, 1, 2),
        (60, 1, 0),
    ]
