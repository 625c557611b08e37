# SPDX-License-Identifier: Apache-2.0
"""How the demonstration tells its story, and that it can fail; tests/engine runs it whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from demo import cli, story
from demo.leads import Lead
from demo.updates import Raised
from infra.stack import StackError
from integration.reports import RunSummary
from integration.scores import instant_of

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
DELIVERED = story.Delivered(summary=SUMMARY, wrong=0, episodes=1, share_used=0.987, first=[FIRST])
SENT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def call(lead, second, score=97):
    """A line of the dial log, some seconds after the webhook was sent."""
    time = (SENT + timedelta(seconds=second)).isoformat()
    return {"time": time, "agent": "senior 1", "lead": lead, "score": float(score)}


def raised(*calls, settled=4):
    """A lead that was raised, and whom the senior campaign called."""
    sent = instant_of(SENT)
    return Raised(
        lead=Lead("L-9", "+4930555013", "UTC", 15, SENT),
        sent=sent,
        settled=None if settled is None else sent + settled * 1000,
        calls=calls,
        accepted=81,
    )


NEXT = raised(call("L-1", 1), call("L-9", 6, 100), call("L-2", 9))
FOUND = story.Findings(DELIVERED, NEXT)


@pytest.fixture
def run(monkeypatch):
    """Runs the verb with findings, or a failure, laid down by the test."""

    def run(findings):
        async def tell(console, **_options):
            if isinstance(findings, Exception):
                raise findings
            story.tell_of_delivered(console, findings.delivered)
            story.tell_of_raised(console, findings.raised)
            return findings

        monkeypatch.setattr(cli, "tell", tell)
        app = typer.Typer()
        cli.register(app)
        return CliRunner().invoke(app, ["demo"])

    return run


def test_a_good_end(run):
    """Summary, check, share of the budget, dial order and the next call are shown; all is well."""
    shown = run(FOUND)
    assert shown.exit_code == 0
    for words in (
        "every lead carries its newest score",
        "episodes: 1",
        "98.7%",
        "L-1",
        "raised L-9 from 15 to 100",
        "list 4.0 s after it was sent, and was called next",
    ):
        assert words in shown.output


@pytest.mark.parametrize(
    "change",
    [{"wrong": 2}, {"episodes": 3}, {"summary": replace(SUMMARY, waiting=1)}],
    ids=["a lead without its score", "refusal after refusal", "scores left behind"],
)
def test_a_promise_that_is_not_kept(run, change):
    """What was promised and did not come makes the demonstration fail."""
    found = replace(FOUND, delivered=replace(DELIVERED, **change))
    assert run(found).exit_code == 1


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([call("L-1", 5), call("L-9", 6, 100)], "only as number 2 from then on"),
        ([call("L-1", 5)], "it was NOT called"),
    ],
    ids=["after somebody else", "not at all"],
)
def test_a_raised_lead_that_was_not_called_next(run, calls, words):
    """A raised score that does not decide on the next call makes the demonstration fail."""
    shown = run(replace(FOUND, raised=raised(*calls)))
    assert shown.exit_code == 1
    assert words in shown.output


def test_a_raised_score_that_never_arrived(run):
    """A score that was not delivered is no success, even if its lead was called."""
    shown = run(replace(FOUND, raised=raised(call("L-8", 1), call("L-9", 2), settled=None)))
    assert "it was NOT called" in shown.output


def test_leads_without_their_score_are_counted(run):
    """The check over the platform's API says how many leads are wrong."""
    assert (
        "2 leads do NOT carry their score"
        in run(replace(FOUND, delivered=replace(DELIVERED, wrong=2))).output
    )


def test_a_short_run_has_no_share(run):
    """Where no whole minute passed, no share is claimed."""
    assert "waited: -" in run(replace(FOUND, delivered=replace(DELIVERED, share_used=None))).output


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
