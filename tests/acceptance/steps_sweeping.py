# SPDX-License-Identifier: Apache-2.0
"""Steps about sweeping stale scores."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_bdd import given, then, when

from integration.configuration import SettingsError
from integration.reports import SweepSummary
from tests.acceptance.product import row
from tests.acceptance.words import phrase
from tests.acceptance.world import World

WHILE_IT_WORKS = 0.5
"""Seconds after the sweep began: it has chosen its leads, and has not come to them yet."""


@dataclass
class Sweeps:
    """What the last sweep told, or why it was refused."""

    told: SweepSummary | None = None
    refused: SettingsError | None = None


@pytest.fixture
def sweeps():
    return Sweeps()


@given("somebody has verified that a sweep gets nobody called again")
def verified(world: World):
    world.product.options["sweep_verified"] = True


@when("stale scores are counted")
def counted(world: World, sweeps):
    sweeps.told = world.virtually(world.product.sweep(mark=False))


@when("stale scores are swept")
def swept(world: World, sweeps):
    try:
        sweeps.told = world.virtually(world.product.sweep(mark=True))
    except SettingsError as refusal:
        sweeps.refused = refusal


@when(
    phrase(
        "stale scores are swept, and score {score:d} for lead {lead:Lead}, calculated at "
        "{at:Moment}, arrives meanwhile"
    )
)
def swept_meanwhile(world: World, sweeps, score, lead, at):
    run = world._new_run()

    async def arrives():
        rows = [row(1, lead, str(score), at.isoformat())]
        await world._in_process(lambda app: world.product.push(app, rows, run), run)

    async def both():
        return await asyncio.gather(
            world.product.sweep(mark=True), world._after(WHILE_IT_WORKS, arrives)
        )

    sweeps.told, _ = world.virtually(both())
    assert run.told.delivered == 1
    assert sweeps.told.delivered_again == 1, "the sweep did not meet the score"


@then(phrase("{number:Count} stale score is found"))
def found(sweeps, number):
    assert sweeps.told.found == number


@then("the sweep is refused")
def is_refused(sweeps):
    assert sweeps.refused is not None
    assert "sweep_verified" in str(sweeps.refused)


@then(phrase("it is on file that lead {lead:Lead} had score {score:d} before the sweep"))
def on_file(sweeps, lead, score):
    (backup,) = sweeps.told.backups
    with Path(backup).open(encoding="utf-8", newline="") as file:
        before = {line["lead_id"]: line["ml_score"] for line in csv.DictReader(file)}
    assert before == {lead: str(score)}
