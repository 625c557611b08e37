# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.outbox``: durable rows per second into and out of the outbox.

Every commit is on disk before a row counts. Beside the outbox run other queues on SQLite, in
the same run and on the same disk, since absolute speeds say more about the disk than about us.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.leads import lead_id, score_of
from benchmarks.queues import PEERS
from benchmarks.report import Finding, at_least, conclude, speed
from benchmarks.stage import new_folder
from integration.order import StoredScore, Verdict
from integration.outbox import InputRow, Outbox, Settlement
from integration.pushing import ACCEPT_SIZE, parts_of
from integration.scores import LeadScore

ENQUEUED_A_SECOND: Final = 20_000
SETTLED_A_SECOND: Final = 50_000
BATCH: Final = 1_000
TIMES_THE_BEST_PEER: Final = 3.0
"""How much faster than the fastest other queue a row gets in, and gets out."""
_DESTINATION: Final = "contact_list:5a1a1c3e-0000-4000-8000-000000000000"
_NOW: Final = 1_795_000_000_000


@dataclass(frozen=True, slots=True)
class Speeds:
    """Rows per second."""

    enqueued: float
    settled: float


def outbox_speeds(
    folder: Path, rows: int, *, shuffled: bool, clock: Callable[[], float] = time.perf_counter
) -> Speeds:
    """How fast ``rows`` scores get in, and are claimed, intended and settled, in usual batches."""
    outbox = Outbox(folder / "outbox.db")
    try:
        run = outbox.records.start_run("benchmark", _DESTINATION, _NOW)
        arriving = list(parts_of(_rows(rows, shuffled=shuffled), ACCEPT_SIZE))
        started = clock()
        for part in arriving:  # due alike, as in a push
            outbox.intake.enqueue(run, _DESTINATION, part, _NOW)
        enqueued = clock()
        del arriving
        delivering = clock()
        while _deliver(outbox):
            pass
        return Speeds(rows / (enqueued - started), rows / (clock() - delivering))
    finally:
        outbox.close()


def _deliver(outbox: Outbox) -> bool:
    """One batch on its way through the outbox; whether there was one."""
    now = _NOW + 1_000_000
    claim = outbox.claims.claim(_DESTINATION, BATCH, now)
    if claim is None:
        return False
    held = StoredScore(50, _NOW - 86_400_000)
    outbox.claims.intend(claim, [(one, held) for one in claim.pending], "batch", now)
    done = [Settlement(one, Verdict.DELIVERED, held) for one in claim.pending]
    outbox.claims.settle(claim, done, now)
    return True


def _rows(count: int, *, shuffled: bool) -> Iterator[InputRow]:
    numbers: Sequence[int] = range(count)
    if shuffled:
        numbers = random.Random(0).sample(numbers, count)  # noqa: S311 - an order
    for row, number in enumerate(numbers, 1):
        yield InputRow(row, LeadScore(lead_id(number), score_of(number, 1), _NOW - 1_000, "m1"))


def peer_speeds(name: str, folder: Path, rows: int) -> Speeds | None:
    """The same of another queue, one row at a time as it offers it; None if not installed."""
    queue = PEERS[name](folder)
    if queue is None:
        return None
    texts = [f'{{"lead":"{lead_id(number)}","score":50,"at":{_NOW}}}' for number in range(rows)]
    started = time.perf_counter()
    for text in texts:
        queue.put(text)
    enqueued = time.perf_counter()
    for _ in range(rows):
        queue.take_and_acknowledge()
    return Speeds(rows / (enqueued - started), rows / (time.perf_counter() - enqueued))


def findings(*, quick: bool, rounds: int) -> list[Finding]:
    """All measurements; of the small ones the median of ``rounds``, taken in turns."""
    few, peers_rows, large = (20_000, 500, 0) if quick else (100_000, 3_000, 1_000_000)
    taken: dict[str, list[Speeds]] = {}
    with tempfile.TemporaryDirectory(prefix="leadscore-outbox-") as name:
        folder = Path(name)
        for turn in range(rounds):
            for shuffled in (False, True):
                label = f"outbox, {few:,} {_order(shuffled=shuffled)} leads"
                place = new_folder(folder, f"{turn}-{shuffled}")
                taken.setdefault(label, []).append(outbox_speeds(place, few, shuffled=shuffled))
            for peer in PEERS:
                found = peer_speeds(peer, new_folder(folder, f"{turn}-{peer}"), peers_rows)
                if found is not None:
                    taken.setdefault(peer, []).append(found)
        for shuffled in (False, True) if large else ():
            label = f"outbox, {large:,} {_order(shuffled=shuffled)} leads"
            taken[label] = [outbox_speeds(new_folder(folder, label), large, shuffled=shuffled)]
    medians = {label: _median(found) for label, found in taken.items()}
    return [*_speeds(medians), *_ratios(medians)]


def _speeds(medians: dict[str, Speeds]) -> Iterator[Finding]:
    for label, found in medians.items():
        ours = label not in PEERS
        yield speed(f"{label}: in", found.enqueued, ENQUEUED_A_SECOND if ours else None)
        yield speed(f"{label}: out", found.settled, SETTLED_A_SECOND if ours else None)
    for peer in PEERS:
        if peer not in medians:
            yield Finding(f"{peer}: not installed", "-")


def _ratios(medians: dict[str, Speeds]) -> Iterator[Finding]:
    ours = next(found for label, found in medians.items() if label not in PEERS)
    others = [found for label, found in medians.items() if label in PEERS]
    best_in = max(one.enqueued for one in others)
    best_out = max(one.settled for one in others)
    yield at_least(
        "rows in, times the fastest other queue", ours.enqueued / best_in, TIMES_THE_BEST_PEER
    )
    yield at_least(
        "rows out, times the fastest other queue", ours.settled / best_out, TIMES_THE_BEST_PEER
    )


def _order(*, shuffled: bool) -> str:
    return "shuffled" if shuffled else "sorted"


def _median(found: Sequence[Speeds]) -> Speeds:
    return Speeds(
        statistics.median(one.enqueued for one in found),
        statistics.median(one.settled for one in found),
    )


def main() -> int:
    """Measure and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outbox", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="medians of so many rounds")
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    options = parser.parse_args()
    found = findings(quick=options.quick, rounds=options.rounds)
    return conclude("Durable rows per second", found)


if __name__ == "__main__":
    sys.exit(main())
