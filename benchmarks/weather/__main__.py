# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.weather --seeds 1000``: bad weather by the thousand, or one seed again."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import structlog

from benchmarks.weather.check import violations
from benchmarks.weather.plan import make_plan
from benchmarks.weather.run import Observation, carry_out


def run_seed(seed: int) -> Observation:
    """Carry the plan of ``seed`` out in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
        return carry_out(make_plan(seed), Path(folder))


def _fast_folder() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108 - a RAM disk: the outbox synchronises every commit
    return str(memory) if memory.is_dir() else None


def failures(seeds: Iterable[int]) -> Iterable[tuple[int, list[str]]]:
    """The seeds among ``seeds`` that break a rule, with what they break."""
    for seed in seeds:
        found = violations(run_seed(seed))
        if found:
            yield seed, found


def main() -> int:
    """Run seeds; 1 where a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.weather", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one, with its schedule")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if options.seed is not None:
        return _replay(options.seed)
    broken = 0
    for seed, found in failures(range(options.first, options.first + options.seeds)):
        broken += 1
        print(f"seed {seed}: {len(found)} violations; replay with --seed {seed}")
        for one in found[:5]:
            print(f"  {one}")
    print(f"{options.seeds} seeds, {broken} with violations")
    return 1 if broken else 0


def _replay(seed: int) -> int:
    plan = make_plan(seed)
    seen = run_seed(seed)
    print(f"seed {seed}: weather {', '.join(plan.weather) or 'fair'}; {len(plan.leads)} leads")
    print(f"contact lists: {len(plan.tiers)}")
    print(f"limit {plan.limit}, hidden {plan.hidden}, others {plan.others_per_minute} a minute")
    for fault in seen.schedule:
        print(f"  fault {fault}")
    for request in seen.requests:
        print(
            f"  {request.sent:9.3f} process {request.process} {request.kind} {request.tier} "
            f"{len(request.leads)} leads -> {request.status}"
            + (f", wait {request.retry_after:g} s" if request.retry_after is not None else "")
        )
    found = violations(seen)
    for one in found:
        print(f"VIOLATION {one}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
