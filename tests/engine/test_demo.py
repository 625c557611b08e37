# SPDX-License-Identifier: Apache-2.0
"""The demonstration, with few leads and the real engine."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from demo import cli

pytestmark = pytest.mark.engine


def test_shows_that_every_lead_carries_its_score():
    """It deploys, loads, pushes and calls; it prints summary, check, dial order and next call."""
    app = typer.Typer()
    cli.register(app)
    shown = CliRunner().invoke(app, ["demo", "--leads", "250", "--scale", "60"])
    assert shown.exit_code == 0, shown.output
    assert "Deployed stack local with the Pulumi engine: " in shown.output
    assert "every lead carries its newest score and tier" in shown.output
    assert "429 episodes:" in shown.output
    assert "and was called next" in shown.output
    before, _, after = shown.output.partition("Now the campaigns call")
    assert sum("│ senior " in line for line in after.splitlines()) >= 2
    order = [line for line in before.splitlines() if "L-0" in line]
    assert len(order) == 10
    scores = [int(line.split("│")[3]) for line in order]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 70
