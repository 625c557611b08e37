# SPDX-License-Identifier: Apache-2.0
"""How the demonstration tells its story, and that it can fail; tests/engine runs it whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from demo import cli, story
from infra.stack import StackError
from integration.reports import RunSummary

NUMBERS = dict.fromkeys(RunSummary.__dataclass_fields__, 0)
SUMMARY = RunSummary(
    **NUMBERS
    | {"run_id": 1, "source": "scores.csv", "audit": "read", "seconds": 2.0}
    | {"stopped": None, "interrupted": False, "accepted": 1, "delivered": 1}
)
FIRST = {
    "id": "L-1",
    "data": {"ml_score": "97", "route_tier": "senior", "ml_score_at": "2026-11-23T10:00:00.000Z"},
}
FOUND = story.Findings(
    summary=SUMMARY, wrong=0, episodes=1, share_used=0.987, refused_others=0, first=[FIRST]
)


@pytest.fixture
def run(monkeypatch):
    """Runs the verb with findings, or a failure, laid down by the test."""

    def run(findings):
        async def tell(_console, **_options):
            if isinstance(findings, Exception):
                raise findings
            return findings

        monkeypatch.setattr(cli, "tell", tell)
        app = typer.Typer()
        cli.register(app)
        return CliRunner().invoke(app, ["demo"])

    return run


def test_a_good_end(run):
    """Summary, check, share of the budget and dial order are shown, and all is well."""
    shown = run(FOUND)
    assert shown.exit_code == 0
    for words in ("every lead carries its newest score", "episodes: 1", "98.7%", "L-1"):
        assert words in shown.output


@pytest.mark.parametrize(
    "change",
    [{"wrong": 2}, {"episodes": 3}, {"summary": replace(SUMMARY, waiting=1)}],
    ids=["a lead without its score", "refusal after refusal", "scores left behind"],
)
def test_a_promise_that_is_not_kept(run, change):
    """What was promised and did not come makes the demonstration fail."""
    assert run(replace(FOUND, **change)).exit_code == 1


def test_leads_without_their_score_are_counted(run):
    """The check over the platform's API says how many leads are wrong."""
    assert "2 leads do NOT carry their score" in run(replace(FOUND, wrong=2)).output


def test_a_short_run_has_no_share(run):
    """Where no whole minute passed, no share is claimed."""
    assert "waited: -" in run(replace(FOUND, share_used=None)).output


def test_a_failed_deployment_is_told_in_words(run):
    """Without an engine there is an explanation and no traceback."""
    shown = run(StackError("there is no pulumi, and no go to build it with"))
    assert shown.exit_code == 2
    assert "there is no pulumi" in shown.output
    assert "Traceback" not in shown.output


def test_progress_names_long_waits_once(capsys):
    """A thousand scores make a line, and so does the beginning of a wait that was asked for."""
    ticker = story._Ticker(Console(width=200))
    step = story.Progress(total=3000, budget_used=1, budget_allowed=2)
    ticker(step)
    ticker(replace(step, waiting_reason="the platform asked to wait 3 s"))
    ticker(replace(step, waiting_reason="the platform asked to wait 2 s"))
    ticker(replace(step, done=1000))
    ticker(replace(step, done=1500))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" of ")[0].strip() for line in lines] == ["0", "1,000"]
