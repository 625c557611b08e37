# SPDX-License-Identifier: Apache-2.0
"""Dial logs made by hand, whose figures are known."""

from __future__ import annotations

import json

import pytest

from integration.policy import ScoringPolicy
from integration.reporting.dialled import Dialled

HOUR = 3600.0
START = 1_764_000_000_000


@pytest.fixture
def policy():
    return ScoringPolicy()


def call(minute, lead, score=None, *, age=HOUR, campaign="C", **more):
    """A call so many minutes after the start."""
    known = {"age": age, "passed_over": 0, "campaign": campaign}
    return Dialled(kind="call", at=START + minute * 60_000, lead=lead, score=score, **known | more)


def skip(minute, lead, score, *, age=25 * HOUR, campaign="C"):
    """A refusal of a pre-call rule."""
    at = START + minute * 60_000
    return Dialled(kind="skip", at=at, lead=lead, score=score, age=age, campaign=campaign)


def line(n, /, **more):
    """A line of a dial log, as the simulator writes it."""
    return {
        "n": n,
        "kind": "call",
        "time": f"2026-11-23T09:{n // 60 % 60:02}:{n % 60:02}.000Z",
        "lead": f"L-{n}",
        "campaign": "Leads",
        "contact_list": "Leads",
        "queue": "Senior Agent Queue",
        "agent": "Ann",
        "attempt": 1,
        "recall": False,
        "skills": [],
        "score": float(100 - n % 100),
        "score_age": HOUR,
        "better": 0,
        "passed_over": 0,
        "overtaken": 0,
        "rule": "",
        "outcome": "person",
        "wrap_up": "",
        "answered": "",
        "ended": "",
    } | more


def write_log(path, lines):
    """A dial log as a file of JSON Lines; its name."""
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return str(path)
