# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.sdk``: the same push by the official Python SDK and by this project.

Both talk HTTP over the loopback address to a simulated platform that has no limit worth
speaking of, each from a process of its own, in turns. A whole push of ours includes what the SDK
does not do: every row is accepted durably, ordered, and on record with the value it replaces.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from benchmarks.contestants import CONTESTANTS, Work
from benchmarks.platform_process import make_list, simulated_platform
from benchmarks.report import Finding, at_least, conclude, speed

TIMES: Final[dict[Work, float | None]] = {Work.WRITE: 5.0, Work.PUSH: None, Work.AUDIT: 2.0}
"""How many times as fast as the SDK; None where more is done than the SDK does, so it is told."""
_WAIT_S: Final = 600.0


@dataclass(slots=True)
class Worker:
    """A contestant in a process of its own."""

    pipe: Connection

    def push(self, leads: int, work: Work) -> float:
        """Let it push; the seconds that it took."""
        self.pipe.send((leads, work))
        if not self.pipe.poll(_WAIT_S):
            raise TimeoutError(f"no push of {leads:,} scores within {_WAIT_S:.0f} s")
        seconds: float = self.pipe.recv()
        return seconds


def _work(name: str, url: str, list_id: str, folder: Path, pipe: Connection) -> None:
    contestant = CONTESTANTS[name](url, list_id, folder)
    pipe.send(0.0)
    while (order := pipe.recv()) is not None:
        leads, work = order
        pipe.send(contestant.push(leads, work))


@contextmanager
def worker(name: str, url: str, list_id: str, folder: Path) -> Iterator[Worker]:
    """A contestant that is ready."""
    folder.mkdir()
    here, there = multiprocessing.Pipe()
    spawning = multiprocessing.get_context("spawn")
    process = spawning.Process(target=_work, args=(name, url, list_id, folder, there), daemon=True)
    process.start()
    there.close()
    here.recv()  # it has a token, or it has failed: then this raises
    try:
        yield Worker(here)
    finally:
        here.send(None)
        process.join(10)


def rounds(leads: int, count: int) -> dict[Work, dict[str, list[float]]]:
    """Scores per second of each contestant, for each kind of work, round by round.

    The first round of each kind is not counted: it fills the ledger and the caches.
    """
    found: dict[Work, dict[str, list[float]]] = {
        work: {name: [] for name in CONTESTANTS} for work in Work
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadscore-sdk-")))
        url = stack.enter_context(simulated_platform())
        workers = {}
        for name in CONTESTANTS:
            list_id = asyncio.run(make_list(url, name, leads))
            workers[name] = stack.enter_context(worker(name, url, list_id, folder / name))
        for work in Work:
            for turn in range(count + 1):
                for name in list(CONTESTANTS)[:: 1 if turn % 2 else -1]:
                    seconds = workers[name].push(leads, work)
                    if turn:
                        found[work][name].append(leads / seconds)
    return found


def findings(leads: int, count: int) -> list[Finding]:
    """The medians, and how many times as fast we are."""
    found: list[Finding] = []
    for work, speeds in rounds(leads, count).items():
        found += [speed(f"{work}: {name}", statistics.median(speeds[name])) for name in speeds]
        sdk, ours = (speeds[name] for name in CONTESTANTS)
        ratios = [mine / theirs for mine, theirs in zip(ours, sdk, strict=True)]
        what = f"{work}: times as fast (rounds {min(ratios):.1f} to {max(ratios):.1f})"
        median, target = statistics.median(ratios), TIMES[work]
        if target is None:
            found.append(Finding(what, f"{median:.1f}"))
        else:
            found.append(at_least(what, median, target))
    return found


def main() -> int:
    """Measure and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sdk", description=__doc__)
    parser.add_argument("--scores", type=int, default=20_000, help="scores in each push")
    parser.add_argument("--rounds", type=int, default=5, help="medians of so many rounds")
    parser.add_argument("--quick", action="store_true", help="5,000 scores, 3 rounds")
    options = parser.parse_args()
    leads, count = (5_000, 3) if options.quick else (options.scores, options.rounds)
    return conclude("Scores per second over loopback", findings(leads, count))


if __name__ == "__main__":
    sys.exit(main())
