# SPDX-License-Identifier: Apache-2.0
"""The demonstration, with few leads: it shows what it promises, and can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from demo import cli, story


@pytest.fixture
def command():
    app = typer.Typer()
    cli.register(app)
    return app


def test_shows_that_every_lead_carries_its_score(command):
    """The demonstration ends well and prints summary, check and dial order."""
    shown = CliRunner().invoke(command, ["--leads", "120", "--scale", "60"])
    assert shown.exit_code == 0, shown.output
    assert "every lead carries its newest score and tier" in shown.output
    assert "429 episodes:" in shown.output
    order = [line for line in shown.output.splitlines() if "L-0" in line]
    assert len(order) == 10
    scores = [int(line.split("│")[3]) for line in order]
    assert scores == sorted(scores, reverse=True)


def test_says_where_a_promise_is_not_kept(command, monkeypatch):
    """A lead without its score, or refusal after refusal, makes the demonstration fail."""
    told = {}

    async def tell(console, **options):
        told["findings"] = await real(console, **options)
        return replace(told["findings"], wrong=2)

    real = story.tell
    monkeypatch.setattr(cli, "tell", tell)
    shown = CliRunner().invoke(command, ["--leads", "20", "--scale", "60"])
    assert shown.exit_code == 1
    assert "2 leads do NOT carry their score" in shown.output
    assert told["findings"].holds
    assert not replace(told["findings"], episodes=3).holds


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
