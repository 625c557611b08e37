# SPDX-License-Identifier: Apache-2.0
"""Alerts of a service: none is repeated too soon, and none tells of leads that have caught up."""

from __future__ import annotations

import pytest

from integration.drift import DriftAlerts
from integration.outbox import PendingScore
from integration.scores import LeadScore
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

QUIET = 3600


class Ear:
    """Somebody who is told."""

    def __init__(self):
        self.clock = VirtualClock()
        self.heard = []
        self.alerts = DriftAlerts(self.clock, [self], quiet=QUIET)

    async def notify(self, alert):
        self.heard.append((alert.reason, alert.leads, alert.examples))

    def fail(self, leads, reason="unreachable"):
        pending = [PendingScore(LeadScore(lead, 50, 1), 1, 1) for lead in leads]
        self.alerts.undelivered("list", pending, reason, "no answer")

    def tell(self, **how):
        run_virtual(self.clock, self.alerts.tell(**how))
        heard, self.heard = self.heard, []
        return heard


@pytest.fixture
def ear():
    return Ear()


def test_the_first_alert_is_told_at_once_and_the_next_an_hour_later(ear):
    """What fails again meanwhile is gathered, each lead once, and told when the hour is over."""
    ear.fail("AB")
    assert ear.tell() == [("unreachable", 2, ["A", "B"])]
    ear.clock.advance(QUIET / 2)
    ear.fail("AB")
    ear.fail("BC")
    assert ear.tell() == []
    ear.clock.advance(QUIET / 2)
    assert ear.tell() == [("unreachable", 3, ["A", "B", "C"])]
    assert ear.tell() == []


def test_another_reason_is_another_alert(ear):
    """That one alert was told delays no other."""
    ear.fail("A")
    ear.tell()
    ear.fail("B", "missing.permissions")
    assert ear.tell() == [("missing.permissions", 1, ["B"])]


def test_leads_that_have_caught_up_are_not_told_of(ear):
    """Nobody is told an hour later of what was put right long ago."""
    ear.fail("A")
    ear.tell()
    ear.fail("ABC")
    ear.alerts.delivered("AC")
    ear.clock.advance(QUIET)
    assert ear.tell() == [("unreachable", 1, ["B"])]
    ear.fail("D")
    ear.alerts.delivered("D")
    assert ear.tell(everything=True) == []


def test_at_the_end_everything_is_told(ear):
    """A service that ends keeps nothing to itself."""
    ear.fail("A")
    ear.tell()
    ear.fail("A")
    assert ear.tell(everything=True) == [("unreachable", 1, ["A"])]
