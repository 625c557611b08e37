# SPDX-License-Identifier: Apache-2.0
"""The verb ``doctor``, as a person and a program see it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import ScaledClock


@pytest.fixture
def run(monkeypatch, ward):
    """Runs the verb as the operator of the ward."""
    clock = ScaledClock(start=ward.clock.now())  # the command has an event loop of its own
    ward.organisation.clock = clock
    outputs = {
        "integration": ward.settings.model_dump(
            mode="json", exclude={"client_id", "client_secret"}, exclude_defaults=True
        ),
        "operator": {"client_id": "operator", "client_secret": "s3cret-s3cret"},
        "pusher": {"client_id": "pusher", "client_secret": "s3cret-s3cret"},
    }
    monkeypatch.setattr("integration.cli.doctoring.read_stack", lambda _: outputs)

    def make_app(settings, telemetry):
        return App(settings, clock=clock, transport=ward.transport, telemetry=telemetry)

    def run_verb(*words):
        result = CliRunner().invoke(build(make_app, clock), ["doctor", "--stack", "dev", *words])
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        assert "s3cret" not in result.output
        return result

    return run_verb


def test_for_a_person(ward, run):
    """The sum is in the first line, one line for each finding, and what to do where one is due."""
    ward.campaign(contactListFilters=[])
    seen = run()
    lines = seen.stdout.splitlines()
    assert seen.exit_code == 1, seen.output
    assert lines[0].startswith("not ready: ")
    assert lines[0].endswith(" ok, 1 fail")
    at = next(place for place, line in enumerate(lines) if line.startswith("  fail"))
    assert "filter (senior)" in lines[at]
    assert lines[at].endswith("the campaign has no filter: it dials stale leads too")
    assert lines[at + 1].strip().startswith("why: it keeps stale leads out")
    assert lines[at + 2].strip().startswith("do:  give it RouteByPriority")
    assert lines[-1] == "27 calls made."


def test_for_a_program(run):
    """One document with every finding and the exit code."""
    seen = run("--json")
    document = json.loads(seen.stdout)
    assert seen.exit_code == document["exit_code"] == 0
    assert document["counts"] == {
        "ok": len(document["findings"]),
        "warn": 0,
        "fail": 0,
        "not checked": 0,
    }
    assert set(document["findings"][0]) == {
        *("check", "about", "standing", "says", "why", "todo", "refused")
    }


def test_settings_win_over_the_stack(run):
    """What a flag says otherwise than the stack is found."""
    document = json.loads(run("--json", "--max-age-minutes", "720").stdout)
    wrong = {one["check"]: one["says"] for one in document["findings"] if one["standing"] != "ok"}
    assert "settings" not in wrong or "max_age_minutes" in wrong["settings"]
    assert "lets in a lead whose score is too old" in wrong["filter"]


def test_without_credentials(run, monkeypatch):
    """Without a client there is nobody to look, and the exit code is 2."""
    monkeypatch.setattr("integration.cli.doctoring.read_stack", lambda _: {"integration": {}})
    assert run().exit_code == 2
