# SPDX-License-Identifier: Apache-2.0
"""The service, killed while webhooks pour in: what was answered with yes is there, and once."""

from __future__ import annotations

from benchmarks.webhooks.kills import run_seed


def test_nothing_is_lost_when_the_service_is_killed():
    """Every accepted message is in the outbox once, and every lead gets its newest score."""
    report = run_seed(3, messages=600, leads=40, kills=3)
    assert report.wrong == []
    assert (report.accepted, report.kills) == (600, 3)
