# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.webhooks``: webhooks a second on one core, and how long each takes.

The service is the real one in a process of its own, on a core of its own where the system allows
it; every webhook is signed, and on disk before it is answered. This process sends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.platform_process import make_list, simulated_platform
from benchmarks.report import Finding, at_most, conclude, speed
from benchmarks.webhooks import kills
from benchmarks.webhooks.sender import as_fast_as_possible, at_a_rate, requests, updates
from benchmarks.webhooks.service import own_cores, service

ACCEPTED_A_SECOND: Final = 2_000
P99_MS: Final = 10.0
_CALLS_A_MINUTE: Final = 300
_LEADS: Final = 5_000
_LIVE: Final = b"GET /health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
_WRITES: Final = 200
_WARM_UP: Final = 2_000


def measure(seconds: int, connections: int) -> list[Finding]:
    """Throughput at full load, then latency at half the load that is the goal.

    What the machine itself takes meanwhile is told beside it: the same way without a disk, and the
    disk without a service.
    """
    count = seconds * 3 * ACCEPTED_A_SECOND
    begin = datetime.now(UTC) - timedelta(hours=6)
    with tempfile.TemporaryDirectory(prefix="leadscore-webhooks-") as name:
        folder = Path(name)
        with (
            simulated_platform(_CALLS_A_MINUTE) as url,
            service(
                folder, gateway=url, contacts=asyncio.run(make_list(url, "Leads", _LEADS))
            ) as running,
        ):
            alone = own_cores(running.process.pid)
            port = running.port
            warm = requests(updates(_WARM_UP, _LEADS, begin))
            asyncio.run(as_fast_as_possible(port, warm, connections))
            wire = requests(updates(count, _LEADS, begin, _WARM_UP))
            before, memory = running.cpu_seconds(), running.memory()
            full = asyncio.run(as_fast_as_possible(port, wire, connections))
            after, memory_after = running.cpu_seconds(), running.memory()
            rate = ACCEPTED_A_SECOND / 2
            wire = requests(updates(int(seconds * rate), _LEADS, begin, _WARM_UP + count))
            half = asyncio.run(at_a_rate(port, wire, connections, rate))
            nothing = asyncio.run(at_a_rate(port, [_LIVE] * len(wire), connections, rate))
            disk = [_one_write(folder) for _ in range(_WRITES)]
    findings = [
        Finding("the service has a core of its own", "yes" if alone else "no"),
        Finding("answers at full load", str(dict(full.statuses)), "", set(full.statuses) == {202}),
        speed("accepted durably", full.statuses[202] / full.seconds, ACCEPTED_A_SECOND),
    ]
    if before is not None and after is not None:
        spent = (after - before) / max(full.statuses[202], 1)
        findings.append(
            Finding("processor time for each", f"{spent * 1e6:,.0f} us", "(goal 500 us)")
        )
    if memory is not None and memory_after is not None:
        grown = f"{memory / 2**20:,.0f} -> {memory_after / 2**20:,.0f} MiB"
        findings.append(Finding("memory at full load", grown))
    told = f"at {rate:,.0f}/s"
    findings += [
        Finding(f"p50 {told}", _milliseconds(half.latencies, 0.5)),
        Finding(f"p99 {told}", _milliseconds(half.latencies, 0.99), f"(goal {P99_MS:g} ms)"),
        Finding(
            f"p99 of answers that need no disk, {told}", _milliseconds(nothing.latencies, 0.99)
        ),
        Finding("p99 of a bare durable write to this disk", _milliseconds(disk, 0.99)),
    ]
    findings.append(
        Finding("answers at half load", str(dict(half.statuses)), "", set(half.statuses) == {202})
    )
    return findings


def _milliseconds(seconds: Sequence[float], share: float) -> str:
    """The value that a ``share`` of ``seconds`` stays below."""
    at = min(int(len(seconds) * share), len(seconds) - 1)
    return f"{sorted(seconds)[at] * 1000:,.1f} ms"


def _one_write(folder: Path) -> float:
    """Seconds that the disk takes for as little as can be written durably."""
    started = time.perf_counter()
    with (folder / "bare").open("ab", buffering=0) as file:
        file.write(bytes(4096))
        os.fsync(file.fileno())
    return time.perf_counter() - started


def tell_kills(first: int, runs: int) -> list[Finding]:
    """Kill the service in ``runs`` runs; what became of the webhooks."""
    reports = [kills.run_seed(seed) for seed in range(first, first + runs)]
    findings = [
        Finding("processes killed", f"{sum(one.kills for one in reports):,}"),
        Finding("messages accepted", f"{sum(one.accepted for one in reports):,}"),
        Finding("cut off without an answer", f"{sum(one.unanswered for one in reports):,}"),
        Finding("known as repetitions", f"{sum(one.repeated for one in reports):,}"),
        at_most("runs with a loss", sum(bool(one.wrong) for one in reports), 0),
    ]
    for one in reports:
        findings += (Finding(f"seed {one.seed}", wrong) for wrong in one.wrong[:5])
    return findings


def main(arguments: list[str] | None = None) -> int:
    """Measure and tell; 0 where every webhook was accepted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhooks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="how long, roughly")
    parser.add_argument("--connections", type=int, default=64, help="connections of the sender")
    parser.add_argument(
        "--kills", type=int, metavar="RUNS", help="instead: kill the service in so many runs"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the first run with --kills")
    options = parser.parse_args(arguments)
    if options.kills:
        return conclude(
            "leadscore serve killed under load", tell_kills(options.seed, options.kills)
        )
    findings = measure(options.seconds, options.connections)
    return conclude("webhooks accepted by leadscore serve", findings)


if __name__ == "__main__":
    sys.exit(main())
