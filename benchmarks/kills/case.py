# SPDX-License-Identifier: Apache-2.0
"""What a seed means: the leads, what became of them before, and the file that is pushed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from integration.scores import format_instant
from simulator.faults import FaultRule

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
WRITE: Final = "post_outbound_contactlist_contacts"
HEADER: Final = "lead_id,priority_score,last_calculated_at,model_version,based_on"
_MARKS: Final = ("", "", "", "called", "barred", "recall")


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead before the push; ``at`` is when its score was calculated (ms since 1970).

    ``mark`` is what the dialer has done: ``called``, ``barred`` (not callable), ``recall`` (it
    reached nobody and will call again), or nothing.
    """

    lead_id: str
    listed: bool
    score: int | None = None
    at: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file; ``based_on`` None writes whatever is stored."""

    lead_id: str
    score: str
    at: int
    based_on: int | None = None

    def __str__(self) -> str:
        based_on = "" if self.based_on is None else format_instant(self.based_on)
        return f"{self.lead_id},{self.score},{format_instant(self.at)},m1,{based_on}"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a seed decides; instants are relative to ``now`` (ms since 1970)."""

    seed: int
    now: int
    strategy: str
    audit: str
    batch_size: int
    leads: tuple[Lead, ...]
    rows: tuple[Row, ...]
    faults: tuple[FaultRule, ...]

    def __str__(self) -> str:
        faults = ", ".join(f"{one.kind} at write {one.nth[0]}" for one in self.faults)
        return (
            f"strategy {self.strategy}, audit {self.audit}, {len(self.rows)} rows for "
            f"{len(self.leads)} leads, {self.batch_size} to a batch, {faults or 'no fault'}"
        )


def make_case(seed: int, now: int, leads: int | None = None) -> Case:
    """The case of ``seed``, with so many leads where that is given."""
    rng = random.Random(f"kills {seed}")  # noqa: S311 - a plan needs no secrecy
    strategy = rng.choice(("queues", "skills"))
    chosen = rng.choice((12, 40, 90))
    size = rng.choice((4, 9, 25))
    made = tuple(_lead(rng, number, now) for number in range(leads or chosen))
    rows = [row for lead in made for row in _rows(rng, lead, now)]
    rng.shuffle(rows)
    return Case(
        seed=seed,
        now=now,
        strategy=strategy,
        # what was not read cannot be told from what another list holds
        audit=rng.choice(("read", "read", "ledger")) if strategy == "skills" else "read",
        batch_size=size,
        leads=made,
        rows=tuple(rows),
        faults=_faults(rng),
    )


def _lead(rng: random.Random, number: int, now: int) -> Lead:
    if rng.random() < 0.06:
        return Lead(f"L{number:03d}", listed=False)
    score = at = None
    if rng.random() < 0.7:
        score = rng.randint(1, 100)
        at = now - rng.choice((3, 5, 12, 30)) * HOUR_MS - number
    return Lead(f"L{number:03d}", True, score, at, rng.choice(_MARKS))  # noqa: FBT003 - listed


def _rows(rng: random.Random, lead: Lead, now: int) -> Iterator[Row]:
    """Mostly one newer score; also older, equal, conditional, stale, bad and repeated ones."""
    at = now - rng.choice((1, 1, 1, 2, 4, 26)) * HOUR_MS - rng.randrange(3)
    score = str(rng.randint(1, 100))
    chance = rng.random()
    if chance < 0.05:
        yield Row(lead.lead_id, "n/a", at)
    elif chance < 0.10 and lead.at is not None:
        yield Row(lead.lead_id, rng.choice((score, str(lead.score))), lead.at)
    elif chance < 0.20:
        yield Row(lead.lead_id, score, at, based_on=rng.choice((lead.at, at - HOUR_MS)))
    else:
        yield Row(lead.lead_id, score, at)
    if chance > 0.85:
        other = rng.choice((score, str(rng.randint(1, 100))))
        yield Row(lead.lead_id, other, at - rng.choice((0, 0, MINUTE_MS)))


def _faults(rng: random.Random) -> tuple[FaultRule, ...]:
    """At most one, which is repeated: before or after the platform has carried the write out."""
    nth = (rng.randint(1, 3),)
    after = rng.random() < 0.5
    # a gateway that gives up may have passed the write on; one that is unavailable has not
    status = 504 if after else 503
    refused = FaultRule(operation=WRITE, nth=nth, after_commit=after, kind="status", status=status)
    reset = FaultRule(operation=WRITE, nth=nth, after_commit=after, kind="reset")
    return rng.choice(((), (refused,), (reset,)))
