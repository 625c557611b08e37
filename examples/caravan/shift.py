# SPDX-License-Identifier: Apache-2.0
"""One shift: leads are loaded, their scores pushed, and all are called; the answers are the real.

Whatever the order of the calls, the same is loaded and pushed, by the product's own way; only the
column by which the campaign sorts differs.
"""

from __future__ import annotations

import csv
import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from examples.caravan.centre import (
    BY_DRAW,
    BY_FILE,
    BY_SCORE,
    DRAW,
    GATEWAY,
    PHONE,
    ROW,
    CallOrder,
    open_centre,
)
from examples.caravan.model import MODEL_VERSION, Lead
from integration.app import App
from integration.scores import format_instant, instant_of
from integration.settings import Settings
from integration.sources import contacts, rows
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.virtual_time import run_virtual

AGENTS: Final = 25
HOURS: Final = 8
SALE, NO_SALE = "Sale", "No sale"
_MORNING: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)


class ShiftError(Exception):
    """Not everything went as it should, so what was counted would be no answer."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What a shift has shown.

    Args:
        sales: whether each call sold, in the order of the calls.
        log: the dial log, a JSON object a line.
    """

    sales: tuple[bool, ...]
    log: str


def scored(leads: Sequence[Lead]) -> Shift:
    """The shift in which the best score is called first."""
    return _run(leads, BY_SCORE, seed=0)


def in_file_order(leads: Sequence[Lead]) -> Shift:
    """The shift in which leads are called as they stand in the file."""
    return _run(leads, BY_FILE, seed=0)


def shuffled(leads: Sequence[Lead], seed: int) -> Shift:
    """A shift in which leads are called in an order drawn by lot."""
    return _run(leads, BY_DRAW, seed)


def _run(leads: Sequence[Lead], order: CallOrder, seed: int) -> Shift:
    clock = VirtualClock(start=_MORNING)
    organisation = Organisation(clock=clock, seed=seed)
    control = Control(organisation)
    with tempfile.TemporaryDirectory() as folder:
        run_virtual(clock, _prepare(organisation, clock, leads, order, seed, Path(folder)))
    control.configure_dialer(
        seed=seed, answers={lead.lead_id: SALE if lead.bought else NO_SALE for lead in leads}
    )
    control.run_dialer(seconds=HOURS * 3600)
    log = control.dial_log(kind="call")
    assert isinstance(log, str)
    calls = [json.loads(line) for line in log.splitlines()]
    if sorted(call["lead"] for call in calls) != sorted(lead.lead_id for lead in leads):
        raise ShiftError(f"{len(leads):,} leads should be called once each, not {len(calls):,}")
    return Shift(tuple(call["wrap_up"] == SALE for call in calls), log)


async def _prepare(
    organisation: Organisation,
    clock: VirtualClock,
    leads: Sequence[Lead],
    order: CallOrder,
    seed: int,
    folder: Path,
) -> None:
    """Put the leads and their scores on the list of a new campaign."""
    centre = await open_centre(organisation, order, AGENTS)
    settings = Settings(
        gateway=GATEWAY,
        client_id=BOOTSTRAP_CLIENT,
        client_secret=SecretStr(BOOTSTRAP_SECRET),
        contact_list=centre.contact_list,
        campaign=centre.campaign,
        outbox=folder / "outbox.db",
    )
    _write_leads(folder / "leads.csv", leads, seed)
    _write_scores(folder / "scores.csv", leads, clock.now())
    async with App(settings, clock=clock, transport=SimulatorTransport(organisation)) as app:
        with contacts(folder / "leads.csv") as source:
            loaded = await app.load(source, source.columns)
        with rows(folder / "scores.csv") as source:
            pushed = await app.push(source, name="scores.csv")
    if loaded.created != len(leads) or pushed.delivered != len(leads):
        raise ShiftError(f"{loaded.created:,} leads were loaded, {pushed.delivered:,} got a score")


def _write_leads(path: Path, leads: Sequence[Lead], seed: int) -> None:
    """A file for ``leadscore load``: with the place in the file, and one drawn by lot."""
    drawn = random.Random(seed).sample(range(1, len(leads) + 1), len(leads))  # noqa: S311 - no secret
    numbered = zip(leads, drawn, strict=True)
    found = ((lead.lead_id, f"+31{lead.row:09}", lead.row, draw) for lead, draw in numbered)
    _write(path, ("lead_id", PHONE, ROW, DRAW), found)


def _write_scores(path: Path, leads: Sequence[Lead], now: datetime) -> None:
    """A file for ``leadscore push``."""
    at = format_instant(instant_of(now))
    found = ((lead.lead_id, lead.score, at, MODEL_VERSION) for lead in leads)
    header = ("lead_id", "priority_score", "last_calculated_at", "model_version")
    _write(path, header, found)


def _write(path: Path, header: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(lines)
