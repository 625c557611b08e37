# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.memory``: what a push of a million scores takes of the memory.

The command runs as people run it, in a process of its own, from a CSV file and with a file of
verdicts. It is flat where ten times as many scores take hardly more.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.leads import scores
from benchmarks.platform_process import make_list, simulated_platform
from benchmarks.report import Finding, at_most, conclude, speed
from benchmarks.stage import PUSHER, SECRET

MOST_MIB: Final = 200
MOST_GROWTH_MIB: Final = 20
"""What ten times as many scores may take more: caches that fill up, and no more."""
MOST_CALLS: Final = 21.1
"""A thousand scores take 20 reads and a write; some calls more belong to the run as a whole."""
_COMMAND: Final = [sys.executable, "-c", "from integration.cli import main; main()"]
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """One push as a process: its peak memory in MiB, and how long it took."""

    scores: int
    peak: float
    seconds: float
    delivered: int
    calls: int
    exit_code: int


def push(url: str, list_id: str, folder: Path, count: int) -> Run:
    """Push ``count`` scores from a file, with an outbox of its own."""
    folder.mkdir()
    file = folder / "scores.csv"
    _write(file, count)
    summary = folder / "summary.json"
    environment = os.environ | {
        "LEADSCORE_GATEWAY": url,
        "LEADSCORE_CLIENT_ID": PUSHER,
        "LEADSCORE_CLIENT_SECRET": SECRET,
        "LEADSCORE_CONTACT_LIST": list_id,
        "LEADSCORE_OUTBOX": str(folder / "outbox.db"),
    }
    arguments = ["push", str(file), "--json", "--verdicts", str(folder / "verdicts.jsonl")]
    started = time.perf_counter()
    with summary.open("wb") as out:
        child = os.posix_spawn(
            _COMMAND[0],
            [*_COMMAND, *arguments],
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
        )
        _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    said = summary.read_text(encoding="utf-8")
    told = json.loads(said) if said.strip() else {"delivered": 0, "calls": 0}
    code = os.waitstatus_to_exitcode(status)
    peak = used.ru_maxrss * unit / _MIB
    return Run(count, peak, seconds, told["delivered"], told["calls"], code)


def _write(file: Path, count: int) -> None:
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(("lead_id", "priority_score", "last_calculated_at", "model_version"))
        for row in scores(count, 1, datetime.now(UTC)):
            raw = row.raw
            assert raw is not None
            writer.writerow(
                (raw.lead_id, raw.priority_score, raw.last_calculated_at, raw.model_version)
            )


def findings(count: int) -> list[Finding]:
    """Push a tenth of ``count`` scores, then all of them, to the same contact list."""
    with (
        tempfile.TemporaryDirectory(prefix="leadscore-memory-") as name,
        simulated_platform() as url,
    ):
        folder = Path(name)
        list_id = asyncio.run(make_list(url, "Leads", count))
        small = push(url, list_id, folder / "small", count // 10)
        large = push(url, list_id, folder / "large", count)
    return [
        Finding(f"peak with {small.scores:,} scores", f"{small.peak:,.0f} MiB"),
        at_most(f"peak with {large.scores:,} scores", large.peak, MOST_MIB, " MiB"),
        at_most("growth between the two", large.peak - small.peak, MOST_GROWTH_MIB, " MiB"),
        at_most("calls per 1,000 scores", round(1000 * large.calls / large.scores, 2), MOST_CALLS),
        at_most("scores not delivered", large.scores - large.delivered, 0),
        at_most("exit code of the larger push", large.exit_code, 0),
        speed("scores per second", large.scores / large.seconds),
    ]


def main() -> int:
    """Measure and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--scores", type=int, default=1_000_000, help="how many")
    parser.add_argument("--quick", action="store_true", help="50,000 scores")
    options = parser.parse_args()
    count = 50_000 if options.quick else options.scores
    return conclude("Memory of the pushing process", findings(count))


if __name__ == "__main__":
    sys.exit(main())
