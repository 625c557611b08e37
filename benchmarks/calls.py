# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.calls``: calls that 1,000 scores take, counted by the platform.

At 300 calls a minute a laptop is idle; how many calls a score takes decides how fast scores
reach the dialer. Beside our own ways stands the naive one: read and write each contact.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.leads import lead_id
from benchmarks.report import Finding, at_most, conclude
from benchmarks.stage import PUSHER, SECRET, Stage, backstage, log_in, new_folder
from simulator.virtual_time import run_virtual

SAFE: Final = 21
"""Calls per 1,000 scores: 20 bulk reads of 50 contacts, and one bulk write."""
LEDGER: Final = 3
KEPT: Final[dict[str, Any]] = {"audit": "ledger", "columns_kept": True}
"""The settings where an organisation is known to keep columns that a write leaves out."""
_BETWEEN_PUSHES_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What bringing ``scores`` scores to the platform took: calls, and virtual seconds."""

    scores: int
    calls: int
    seconds: float
    wrong: int
    """Leads that do not carry their score in the end."""

    @property
    def per_thousand(self) -> float:
        """Calls for 1,000 scores."""
        return self.calls * 1000 / self.scores

    @property
    def a_minute(self) -> float:
        """Scores that reach the platform in a minute, once the call budget is what limits."""
        return self.scores * 60 / self.seconds


def pushes(folder: Path, leads: int, count: int, *, limit: int = 300, **options: Any) -> list[Cost]:
    """The costs of ``count`` pushes one after the other, the first onto blank scores.

    Args:
        folder: for the outbox.
        leads: scores in each push.
        count: how many.
        limit: calls that the platform allows in a minute.
        options: settings that differ from their defaults.
    """
    stage = Stage(folder, leads, limit=limit)

    async def main() -> list[Cost]:
        await stage.prepare()
        costs = []
        for _ in range(count):
            started = stage.clock.monotonic()
            await stage.push(**options)
            seconds = stage.clock.monotonic() - started
            costs.append(Cost(leads, stage.calls().total(), seconds, stage.wrong()))
            await stage.clock.sleep(_BETWEEN_PUSHES_S)  # the window is empty again
        return costs

    return run_virtual(stage.clock, main())


def naive(folder: Path, leads: int) -> Cost:
    """Read each contact and write it back with its score, as long as the platform lets us."""
    stage = Stage(folder, leads)

    async def main() -> Cost:
        await stage.prepare()
        stage.control.forget_calls()
        started = stage.clock.monotonic()
        async with stage.http() as http:
            await log_in(http, PUSHER, SECRET)

            async def call(method: str, path: str, body: Any = None) -> dict[str, Any]:
                while (answer := await http.request(method, path, json=body)).status_code == 429:
                    await stage.clock.sleep(float(answer.headers["Retry-After"]))
                contact: dict[str, Any] = answer.raise_for_status().json()
                return contact

            for number in range(leads):
                path = f"{stage.contacts}/{lead_id(number)}"
                contact = await call("GET", path)
                contact["data"]["ml_score"] = "50"
                await call("PUT", path, contact)
        return Cost(leads, stage.calls().total(), stage.clock.monotonic() - started, 0)

    return run_virtual(stage.clock, main())


def findings(*, quick: bool) -> list[Finding]:
    """All measurements; ``quick`` ones are smaller."""
    few, many = (3_000, 30_000) if quick else (10_000, 100_000)
    with backstage() as folder:
        first, second = pushes(new_folder(folder, "safe"), few, 2)
        (large,) = pushes(new_folder(folder, "large"), many, 1)
        (narrow,) = pushes(new_folder(folder, "narrow"), few, 1, limit=120)
        reading, ledger = pushes(new_folder(folder, "ledger"), few, 2, **KEPT)
        each = naive(new_folder(folder, "naive"), 1_000)
    wrong = sum(one.wrong for one in (first, second, large, narrow, reading, ledger))
    return [
        at_most("safe default, first push onto blank scores", first.per_thousand, SAFE),
        at_most("safe default, second push", second.per_thousand, SAFE),
        at_most(f"safe default, {many:,} scores at 300 calls a minute", large.per_thousand, SAFE),
        Finding("safe default, at 120 calls a minute", f"{narrow.per_thousand:.4g}"),
        Finding("ledger audit, first push: all previous values are read", _number(reading)),
        at_most("ledger audit, second push", ledger.per_thousand, LEDGER),
        Finding("naive: GET and PUT of each contact", _number(each)),
        at_most("leads without their score", wrong, 0),
        Finding("scores a minute at 300 calls a minute, safe default", f"{large.a_minute:,.0f}"),
        Finding("scores a minute at 300 calls a minute, naive", f"{each.a_minute:,.0f}"),
    ]


def _number(cost: Cost) -> str:
    return f"{cost.per_thousand:,.4g}"


def main() -> int:
    """Measure and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer scores")
    return conclude("Calls per 1,000 scores", findings(quick=parser.parse_args().quick))


if __name__ == "__main__":
    sys.exit(main())
