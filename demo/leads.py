# SPDX-License-Identifier: Apache-2.0
"""Sample leads: made up, the same every time, and written as the files a company would have."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from integration.scores import format_instant, instant_of

_ZONES = ("Europe/Berlin", "Europe/London")  # in which the stack may call


@dataclass(frozen=True, slots=True)
class Lead:
    """A sample lead; ``score`` 1-100, ``scored_at`` when the model calculated it."""

    lead_id: str
    phone: str
    zone: str
    score: int
    scored_at: datetime


def sample_leads(count: int, now: datetime, seed: int = 0) -> Iterator[Lead]:
    """``count`` leads scored within the last two hours before ``now``, few high and none 100."""
    rng = random.Random(seed)  # noqa: S311 - sample data
    for number in range(1, count + 1):
        yield Lead(
            lead_id=f"L-{number:06d}",
            phone=f"+4930{rng.randrange(10**7, 10**8)}",
            zone=rng.choice(_ZONES),
            score=min(99, max(1, round(rng.betavariate(2, 4) * 110))),
            scored_at=now - timedelta(seconds=rng.randrange(7200)),
        )


def write_contacts(path: Path, leads: Sequence[Lead]) -> None:
    """A file for ``leadscore load``."""
    _write(
        path, ("lead_id", "phone", "zone"), ((one.lead_id, one.phone, one.zone) for one in leads)
    )


def write_scores(path: Path, leads: Sequence[Lead]) -> None:
    """A file for ``leadscore push``."""
    _write(
        path,
        ("lead_id", "priority_score", "last_calculated_at", "model_version"),
        (
            (one.lead_id, str(one.score), format_instant(instant_of(one.scored_at)), "demo-1")
            for one in leads
        ),
    )


def _write(path: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
