# SPDX-License-Identifier: Apache-2.0
"""The verb ``sweep``, as a person and a program see it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import ScaledClock

LEADS = [f"L-{number}" for number in range(3)]


@pytest.fixture
def run(one_list, monkeypatch):
    """Runs the verb, on a clock that goes by itself, a thousand times as fast."""
    one_list.cohort(LEADS)
    clock = ScaledClock(1000, start=one_list.clock.now())
    one_list.organisation.clock = clock
    one_list.slow(0, 1e9)
    given = {
        "GATEWAY": one_list.settings.gateway,
        "CLIENT_ID": "pusher",
        "CLIENT_SECRET": "s3cret-s3cret",
        "CONTACT_LIST": one_list.lists[""],
        "OUTBOX": str(one_list.settings.outbox),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"LEADSCORE_{name}", value)

    def run_verb(*words):
        def make_app(settings, telemetry):
            return App(settings, clock=clock, transport=one_list.transport, telemetry=telemetry)

        result = CliRunner().invoke(build(make_app, clock), ["sweep", *words])
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        return result

    return run_verb


def test_counting(run, one_list):
    """What would be marked, and that nothing was."""
    seen = run()
    assert seen.exit_code == 0
    assert "stale" in seen.stdout
    assert "Nothing was changed. leadscore sweep --mark" in seen.stdout
    assert one_list.score("L-0") == "90"


def test_marking(run, one_list):
    """What was marked, and where the backup is; as one document for a program."""
    seen = run("--mark", "--sweep-verified")
    assert seen.exit_code == 0
    assert "backup: " in seen.stdout
    assert "have the score 0 now" in seen.stdout
    assert one_list.score("L-0") == "0"
    document = json.loads(run("--mark", "--sweep-verified", "--json").stdout)
    assert (document["found"], document["exit_code"]) == (0, 0)


def test_quietly(run):
    """Where all is well, nothing is said."""
    seen = run("--mark", "--sweep-verified", "--quiet")
    assert (seen.exit_code, seen.output) == (0, "")


def test_an_unverified_organisation(run, one_list):
    """The refusal says what is not documented and what to do."""
    seen = run("--mark")
    assert seen.exit_code == 2
    assert "sweep_verified" in seen.stderr
    assert "dialing queue" in seen.stderr
    assert one_list.score("L-0") == "90"
