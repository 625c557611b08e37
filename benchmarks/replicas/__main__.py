# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.replicas``: two replicas on PostgreSQL, one of them killed half-way.

Updates come in any order, every tenth of them twice. In the end each lead has to hold its newest
score, and both replicas together have to have stayed inside the call budget of one client.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.postgres import postgres_server
from benchmarks.replicas.trial import Plan, Result, trial
from benchmarks.report import Finding, conclude


def findings(plan: Plan, result: Result) -> list[Finding]:
    """What is told of a trial."""
    rate = sum(result.statuses.values()) / result.accepting_seconds
    return [
        Finding("answers", str(dict(result.statuses))),
        Finding("sent again to the other replica", f"{result.sent_again:,}"),
        Finding("connections broken", f"{result.cut:,}"),
        Finding("answered a second, by both together", f"{rate:,.0f}"),
        Finding(
            "leads with another score than their newest",
            f"{len(result.wrong):,}",
            "(goal 0)",
            not result.wrong,
        ),
        Finding("scores left undelivered", f"{result.left:,}", "(goal 0)", not result.left),
        Finding("calls", f"{result.calls:,}"),
        Finding(
            "most calls in any minute",
            f"{result.most_in_a_window:,}",
            f"(goal {plan.limit:,})",
            result.most_in_a_window <= plan.limit,
        ),
        Finding("refused with 429", f"{result.refused:,}", "(goal 0)", not result.refused),
        Finding("seconds in all", f"{result.seconds:,.0f}"),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Try it and tell; 0 where everything is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replicas", description=__doc__)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--leads", type=int, default=5_000)
    parser.add_argument("--limit", type=int, default=300, help="calls a minute")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--let-live", action="store_true", help="kill no replica")
    parser.add_argument("--cuts", type=int, default=0, help="how often to break all connections")
    options = parser.parse_args(arguments)
    plan = Plan(
        options.updates,
        options.leads,
        limit=options.limit,
        seed=options.seed,
        kill=not options.let_live,
        cuts=options.cuts,
    )
    with postgres_server() as address, tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(trial(plan, Path(folder), address))
    for one in result.wrong[:10]:
        print(one)
    return conclude("two replicas on PostgreSQL", findings(plan, result))


if __name__ == "__main__":
    sys.exit(main())
