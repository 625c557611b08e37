# SPDX-License-Identifier: Apache-2.0
"""What a seed means: the leads, what arrives when, and what goes wrong meanwhile."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Final

from simulator.clock import VIRTUAL_START
from simulator.faults import FaultRule

HOUR_MS: Final = 3_600_000
START_MS: Final = int(VIRTUAL_START.timestamp() * 1000)
READ: Final = "post_outbound_contactlist_contacts_bulk"
WRITE: Final = "post_outbound_contactlist_contacts"
SENIOR, GENERAL = "senior", "general"
SENIOR_ABOVE: Final = 70
SHARE_OF_TWO_LISTS: Final = 0.3
LONG_MODEL: Final = "a-model-version-that-the-column-does-not-take"
"""Refused by the platform in the row that carries it."""


@dataclass(frozen=True, slots=True)
class PlannedLead:
    """A lead and what the list holds of it at the start; ``at`` in ms since 1970."""

    lead_id: str
    listed: bool = True
    score: int | None = None
    at: int | None = None
    called: bool = False
    callable: bool = True
    recall: bool = False

    @property
    def tier(self) -> str:
        """The tier from whose list it is dialled at the start."""
        return SENIOR if self.score is not None and self.score > SENIOR_ABOVE else GENERAL


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of a push; ``based_on`` None writes whatever is stored."""

    lead_id: str
    score: str
    at: int
    model: str = "m1"
    based_on: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedPush:
    """One push: ``killed_at`` and ``interrupted_at`` are seconds after its start."""

    rows: tuple[PlannedRow, ...]
    killed_at: float | None = None
    interrupted_at: float | None = None


@dataclass(frozen=True, slots=True)
class OtherWriter:
    """Another system writes ``score`` of ``at`` for a lead, ``when`` seconds after the start."""

    when: float
    lead_id: str
    score: int
    at: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a seed decides."""

    seed: int
    leads: tuple[PlannedLead, ...]
    pushes: tuple[PlannedPush, ...]
    faults: tuple[FaultRule, ...]
    limit: int
    hidden: int | None
    others_per_minute: int
    limit_later: tuple[float, int] | None
    skew: float
    token_life: int
    writers: tuple[OtherWriter, ...] = ()
    batch_size: int = 1000
    tiers: tuple[str, ...] = ("",)
    """The tiers that have a list of their own; a single blank one for one list with all leads."""
    weather: tuple[str, ...] = field(default=())


def make_plan(seed: int) -> Plan:
    """The plan of ``seed``."""
    rng = random.Random(f"weather {seed}")  # noqa: S311 - a plan needs no secrecy
    leads = tuple(_lead(rng, number) for number in range(rng.choice((3, 12, 60, 120))))
    # Drawn apart, so that the other plans stay what they were.
    apart = random.Random(f"two lists {seed}")  # noqa: S311 - the same
    two_lists = apart.random() < SHARE_OF_TWO_LISTS
    if two_lists:
        leads = tuple(replace(one, recall=one.called and apart.random() < 0.3) for one in leads)
    names, faults = _faults(rng)
    return Plan(
        seed=seed,
        leads=leads,
        pushes=tuple(_push(rng, leads) for _ in range(rng.randint(1, 3))),
        faults=faults,
        limit=rng.choice((12, 30, 60, 300)),
        hidden=rng.choice((None, None, None, 8)),
        others_per_minute=rng.choice((0, 0, 6, 20)),
        limit_later=rng.choice((None, None, (5.0, 9), (40.0, 120))),
        skew=rng.choice((0.0, 0.0, 60.0, -60.0)),
        token_life=rng.choice((86_400, 86_400, 20)),
        writers=tuple(_writer(rng, leads) for _ in range(rng.choice((0, 0, 0, 2)))),
        batch_size=rng.choice((1000, 1000, 25, 7)),
        tiers=(SENIOR, GENERAL) if two_lists else ("",),
        weather=names,
    )


def _lead(rng: random.Random, number: int) -> PlannedLead:
    scored = rng.random() < 0.6
    return PlannedLead(
        lead_id=f"L{number:03d}",
        listed=rng.random() < 0.93,
        score=rng.randint(1, 100) if scored else None,
        # some of them have been stale for long
        at=START_MS - rng.choice((1, 5, 12, 30, 48)) * HOUR_MS if scored else None,
        called=rng.random() < 0.3,
        callable=rng.random() < 0.9,
    )


def _push(rng: random.Random, leads: tuple[PlannedLead, ...]) -> PlannedPush:
    rows = []
    for lead in leads:
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            at = START_MS - rng.choice((0, 1, 2, 3, 4, 6, 13, 26)) * HOUR_MS - rng.randrange(3)
            rows.append(
                PlannedRow(
                    lead.lead_id,
                    score=str(rng.randint(1, 100)) if rng.random() < 0.95 else "n/a",
                    at=at,
                    model=LONG_MODEL if rng.random() < 0.02 else "m1",
                    based_on=rng.choice((lead.at, at - HOUR_MS)) if rng.random() < 0.03 else None,
                )
            )
    rng.shuffle(rows)
    rows += rng.sample(rows, k=min(len(rows), rng.choice((0, 2))))
    return PlannedPush(
        tuple(rows),
        killed_at=rng.choice((None, None, rng.uniform(0.0, 3.0))),
        interrupted_at=rng.choice((None, None, None, rng.uniform(0.0, 3.0))),
    )


def _writer(rng: random.Random, leads: tuple[PlannedLead, ...]) -> OtherWriter:
    return OtherWriter(
        when=rng.uniform(0.0, 10.0),
        lead_id=rng.choice(leads).lead_id,
        score=rng.randint(1, 100),
        at=START_MS - rng.randint(0, 5) * HOUR_MS,
    )


def _faults(rng: random.Random) -> tuple[tuple[str, ...], tuple[FaultRule, ...]]:
    """Some kinds of weather, all over after ten minutes."""
    share = rng.choice((0.05, 0.2, 0.5))
    kinds = {
        "unavailable": FaultRule(kind="status", status=503, probability=share, until_seconds=600),
        "failing": FaultRule(kind="status", status=500, probability=share, until_seconds=600),
        "slow gateway": FaultRule(
            operation="*contacts*",
            kind="status",
            status=504,
            after_commit=True,
            probability=share,
            until_seconds=600,
        ),
        "refusing": FaultRule(
            operation="*contacts*",
            kind="status",
            status=429,
            retry_after=rng.choice((None, 1, 7, 30)),
            probability=share / 4,
            until_seconds=600,
        ),
        "no connection": FaultRule(kind="connect_error", probability=share, until_seconds=600),
        "reset before": FaultRule(kind="reset", probability=share, until_seconds=600),
        "reset after": FaultRule(
            operation=WRITE,
            kind="reset",
            after_commit=True,
            probability=share,
            until_seconds=600,
        ),
        "time-out before": FaultRule(kind="timeout", probability=share, until_seconds=600),
        "time-out after": FaultRule(
            operation=WRITE,
            kind="timeout",
            after_commit=True,
            probability=share,
            until_seconds=600,
        ),
        "garbled": FaultRule(
            operation="*contacts*", kind="malformed", probability=share, until_seconds=600
        ),
        "a proxy's page": FaultRule(
            operation="*contacts*", kind="foreign", probability=share, until_seconds=600
        ),
        "gateway gives up": FaultRule(
            kind="status", status=504, probability=share, until_seconds=600
        ),
        "clock jumps": FaultRule(
            kind="clock_skew",
            seconds=rng.choice((60.0, -60.0)),
            probability=share / 4,
            until_seconds=600,
        ),
        "slow": FaultRule(
            kind="latency", seconds=rng.choice((0.2, 4.0, 9.0)), probability=0.5, until_seconds=600
        ),
        "token revoked": FaultRule(
            operation="*contacts*", kind="revoke_token", probability=share / 4, until_seconds=600
        ),
    }
    names = tuple(rng.sample(sorted(kinds), k=rng.choice((0, 1, 2, 3))))
    latency = FaultRule(kind="latency", seconds=0.05)
    return names, (latency, *(kinds[name] for name in names))
