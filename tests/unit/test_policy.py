# SPDX-License-Identifier: Apache-2.0
"""What a score means for dialling: staleness, tiers, skills, and the columns that say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.policy import ScoreColumns, ScoringPolicy
from integration.scores import LeadScore, instant_of

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
MS = timedelta(milliseconds=1)
US = timedelta(microseconds=1)
POLICY = ScoringPolicy()


def scored(score=90, age=timedelta(0), **more):
    return LeadScore("L-1", score, instant_of(NOW - age), **more)


@pytest.mark.parametrize(
    ("age", "effective"),
    [
        (timedelta(0), 90),
        (-timedelta(minutes=5), 90),
        (DAY - MS, 90),
        (DAY - US, 90),
        (DAY, 90),
        (DAY + US, 0),
        (DAY + MS - US, 0),
        (DAY + MS, 0),
        (DAY * 10_000, 0),
    ],
    ids=[
        *("new", "5 minutes ahead", "23:59:59.999", "a microsecond before 24 h"),
        *("exactly 24 h is fresh", "a microsecond later is stale", "almost a millisecond later"),
        *("a millisecond later", "27 years"),
    ],
)
def test_staleness_border(age, effective):
    """A score stops steering the dialer right after 24 hours."""
    made = NOW - timedelta(days=1)
    score = LeadScore("L-1", 90, instant_of(made))
    assert POLICY.effective_score(score, made + age) == effective
    assert POLICY.is_stale(score.at, made + age) is (effective == 0)


@pytest.mark.parametrize(
    ("max_age", "age", "stale"),
    [
        (timedelta(minutes=1), timedelta(seconds=60), False),
        (timedelta(minutes=1), timedelta(seconds=60) + US, True),
        (timedelta(minutes=90), timedelta(minutes=90), False),
        (timedelta(minutes=90), timedelta(minutes=90) + MS, True),
        (timedelta(days=30), timedelta(days=30), False),
        (timedelta(days=30), timedelta(days=30) + US, True),
    ],
)
def test_staleness_follows_the_maximum_age(max_age, age, stale):
    """Whatever the maximum age is, exactly that old is fresh and a moment more is stale."""
    made = NOW - timedelta(days=60)
    assert ScoringPolicy(max_age=max_age).is_stale(instant_of(made), made + age) is stale


def test_staleness_looks_at_instants_and_not_at_wall_clocks():
    """The zone in which the present is given makes no difference."""
    tokyo = timezone(timedelta(hours=9))
    assert not POLICY.is_stale(scored(age=DAY).at, NOW.astimezone(tokyo))
    assert POLICY.is_stale(scored(age=DAY).at, (NOW + US).astimezone(tokyo))


def test_the_present_needs_a_time_zone():
    """A present without a zone could be hours off, so it is refused."""
    with pytest.raises(ValueError, match="time zone"):
        POLICY.effective_score(scored(), NOW.replace(tzinfo=None))


@given(st.integers(0, 2_000_000), st.integers(0, 999))
def test_staleness_is_the_age_beyond_the_maximum(offset_us, score_ms):
    """Around the border, a score is stale if and only if it is older than the maximum."""
    made = NOW + score_ms * MS
    now = made + DAY + (offset_us - 1_000_000) * US
    assert POLICY.is_stale(instant_of(made), now) is (now - made > DAY)


@pytest.mark.parametrize(
    ("effective", "tier", "skills"),
    [
        (0, "general", ()),
        (1, "general", ()),
        (70, "general", ()),
        (71, "senior", ()),
        (79, "senior", ()),
        (80, "senior", ("High Value Sales",)),
        (100, "senior", ("High Value Sales",)),
    ],
)
def test_tiers_and_skills(effective, tier, skills):
    """Above 70 is for senior agents, from 80 on the high-value skill is asked for."""
    assert POLICY.tier(effective) == tier
    assert POLICY.skills(effective) == skills


def test_thresholds_and_names_are_configuration():
    """Other thresholds and names move the borders and nothing else."""
    policy = ScoringPolicy(
        senior_above=0,
        high_value_from=100,
        senior_tier="gold",
        general_tier="rest",
        high_value_skill="Key Accounts",
    )
    assert [policy.tier(score) for score in (0, 1)] == ["rest", "gold"]
    assert [policy.skills(score) for score in (99, 100)] == [(), ("Key Accounts",)]


@pytest.mark.parametrize(
    "settings",
    [
        {"senior_above": -1},
        {"senior_above": 101},
        {"high_value_from": -1},
        {"high_value_from": 101},
        {"max_age": timedelta(0)},
        {"max_age": timedelta(minutes=-1)},
        {"max_age": timedelta(seconds=59)},
        {"max_age": timedelta(minutes=1, microseconds=1)},
    ],
    ids=str,
)
def test_settings_that_make_no_sense(settings):
    """Thresholds outside 0 to 100 and ages that are no whole minutes are refused by name."""
    (name,) = settings
    with pytest.raises(ValueError, match=name):
        ScoringPolicy(**settings)


@pytest.mark.parametrize("threshold", [0, 100])
def test_the_ends_of_the_scale_are_thresholds_too(threshold):
    """0 and 100 are allowed: everybody, or nobody, above them."""
    policy = ScoringPolicy(senior_above=threshold, high_value_from=threshold)
    assert (policy.senior_above, policy.high_value_from) == (threshold, threshold)


@pytest.mark.parametrize(
    ("score", "row"),
    [
        (
            scored(87, timedelta(hours=1), model_version="m7"),
            ("87", "2026-11-23T09:00:00.000Z", "senior", "m7"),
        ),
        (scored(70), ("70", "2026-11-23T10:00:00.000Z", "general", "")),
        (scored(95, DAY), ("95", "2026-11-22T10:00:00.000Z", "senior", "")),
        (scored(95, DAY + MS), ("0", "2026-11-22T09:59:59.999Z", "general", "")),
    ],
    ids=["fresh", "general", "exactly 24 h old", "stale is written as 0, tier general"],
)
def test_the_columns_of_a_score(score, row):
    """Score, time, tier and model version are written as texts; a stale score as 0."""
    names = ("ml_score", "ml_score_at", "route_tier", "model_version")
    assert POLICY.row(score, NOW) == dict(zip(names, row, strict=True))


def test_the_names_of_the_columns_are_configuration():
    """Renamed columns are written under their new names; the lead column is never written."""
    columns = ScoreColumns("l", "s", "i", "t", "m")
    assert set(ScoringPolicy(columns=columns).row(scored(), NOW)) == {"s", "i", "t", "m"}
