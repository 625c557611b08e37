# SPDX-License-Identifier: Apache-2.0
"""Two replicas of the service on one server, one of them killed in the middle of its work."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest

from benchmarks.replicas import __main__ as told
from benchmarks.replicas.trial import Plan, Result, trial
from benchmarks.webhooks.service import PROGRAM

HASTY = f"from integration import delivery; delivery._ON_THE_WIRE_MS = 1_000; {PROGRAM}"
"""The service; it does not wait half a minute for late writes, of which there are none here."""


def test_a_replica_that_is_killed_loses_nothing(tmp_path, new_schema):
    """Each lead ends with its newest score, and one client's call budget is kept, by both."""
    plan = Plan(updates=2_000, leads=250, limit=60, connections=8)
    result = asyncio.run(trial(plan, tmp_path, new_schema().secret_address, HASTY))
    assert result.wrong == []
    assert result.left == 0
    assert 0 < result.sent_again < plan.updates / 2
    assert 200 <= result.accepted <= plan.updates
    assert 2 <= result.most_in_a_window <= plan.limit
    assert result.refused == 0


def test_connections_that_break_lose_nothing(tmp_path, new_schema):
    """Replicas whose connections to the server break go on with new ones, and nothing is lost."""
    plan = Plan(updates=1_000, leads=200, limit=60, connections=8, kill=False, cuts=3)
    result = asyncio.run(trial(plan, tmp_path, new_schema().secret_address, HASTY))
    assert (result.wrong, result.left, result.refused) == ([], 0, 0)
    assert result.cut >= 6
    assert set(result.statuses) <= {200, 202, 503}


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, 0), ({"wrong": ["lead-1"]}, 1), ({"left": 1}, 1), ({"refused": 1}, 1)],
    ids=["all is well", "an old score", "something left", "a refusal"],
)
def test_what_is_told_of_a_trial(monkeypatch, capsys, change, code):
    """The exit code says whether every goal was reached."""

    async def tried(*_):
        return Result(accepting_seconds=1.0, **change)

    monkeypatch.setattr(told, "trial", tried)
    monkeypatch.setattr(told, "postgres_server", lambda: nullcontext("postgresql://nowhere"))
    assert told.main(["--updates", "10", "--let-live"]) == code
    assert "most calls in any minute" in capsys.readouterr().out
