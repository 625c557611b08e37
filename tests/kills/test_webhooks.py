# SPDX-License-Identifier: Apache-2.0
"""The service, killed while webhooks pour in: what was answered with yes is there, and once."""

from __future__ import annotations

import pytest

from benchmarks.webhooks.kills import run_seed


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_when_the_service_is_killed(seed):
    """Every accepted message is in the outbox once, and every lead gets its newest score."""
    report = run_seed(seed, messages=600, leads=40, kills=2)
    assert report.wrong == []
    assert (report.accepted, report.kills) == (600, 2)
