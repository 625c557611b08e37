# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.kills --runs 100``: kills real processes; ``--every-point``: cuts all.

With ``--seed N`` one run, or one case at every point, is done again and told in full.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import structlog

from benchmarks.kills.case import make_case
from benchmarks.kills.processes import Report, run_seed
from benchmarks.kills.site import prepare
from benchmarks.kills.steps import Cut, Stepper
from benchmarks.stage import backstage
from integration.scores import instant_of
from simulator.clock import VIRTUAL_START

SMALL: Final = 12
"""Leads of a case that is cut at every point: several batches, and a second for 40 points."""
_TOLD: Final = 5


Choice = Callable[[int], Iterable[Cut]]
"""Where to cut a push that reaches so many points."""


def every_point(points: int) -> Iterator[Cut]:
    """Every point, with and without the power, finished in either way."""
    for point in range(1, points + 1):
        for power in (False, True):
            for resumed in (True, False):
                yield Cut(point, power=power, resumed=resumed)


def every_point_once(points: int) -> Iterator[Cut]:
    """Every point in one of the ways."""
    for point in range(1, points + 1):
        yield Cut(point, power=point % 2 == 0, resumed=point % 3 > 0)


def sample(seed: int, most: int) -> Choice:
    """Some points in some way; the next run may be cut as well."""
    rng = random.Random(f"cuts {seed}")  # noqa: S311 - a sample needs no secrecy

    def chosen(points: int) -> Iterator[Cut]:
        for _ in range(most):
            again = rng.choice((None, rng.randint(1, points)))
            power, resumed = rng.random() < 0.5, rng.random() < 0.6
            yield Cut(rng.randint(1, points), again, power=power, resumed=resumed)

    return chosen


def step_through(seed: int, choice: Choice) -> Iterator[tuple[str, list[str]]]:
    """Cut the case of ``seed`` here and there: each cut, and what was wrong afterwards."""
    with backstage() as folder:
        prepared = prepare(make_case(seed, instant_of(VIRTUAL_START), SMALL), folder)
        stepper = Stepper(prepared, folder)
        for cut in choice(len(stepper.points)):
            where = stepper.points[cut.point - 1].partition(" (")[0]
            yield f"{cut} ({where[:60]})", stepper.differences(cut)


def main() -> int:
    """Kill, or cut; 1 where something was wrong afterwards."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--at-once", type=int, default=2, help="runs under way at the same time")
    parser.add_argument("--every-point", action="store_true", help="cut in this process instead")
    parser.add_argument("--seed", type=int, help="only this one, told in full")
    options = parser.parse_args()
    _silence()
    only = options.seed is not None
    seeds = [options.seed] if only else range(options.first, options.first + options.runs)
    if options.every_point:
        return _step(seeds, told=only)
    if only or options.at_once == 1:
        return _tell(zip(seeds, map(run_seed, seeds), strict=True), told=only)
    with ProcessPoolExecutor(options.at_once, initializer=_silence) as pool:
        return _tell(zip(seeds, pool.map(run_seed, seeds), strict=True), told=only)


def _silence() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


def _step(seeds: Iterable[int], *, told: bool) -> int:
    done = broken = 0
    for seed in seeds:
        for cut, wrong in step_through(seed, every_point):
            done += 1
            broken += bool(wrong)
            if told or wrong:
                print(f"seed {seed}: {cut}: {'WRONG' if wrong else 'as undisturbed'}")
            for one in wrong[:_TOLD]:
                print(f"  {one}")
    print(f"{done - broken} of {done} cuts left everything as an undisturbed push does")
    return 1 if broken else 0


def _tell(reports: Iterable[tuple[int, Report]], *, told: bool) -> int:
    hits: Counter[str] = Counter()
    done = recovered = 0
    for seed, report in reports:
        done += 1
        recovered += not report.wrong
        hits += report.hits
        if told or report.wrong:
            print(f"seed {seed}: {report.case}\n  killed {report.hunt}")
        for one in report.wrong if told else report.wrong[:_TOLD]:
            print(f"  WRONG: {one}")
        if report.wrong:
            print(f"  replay: python -m benchmarks.kills --seed {seed}")
    print(f"{hits.total()} processes killed:")
    for kind, kills in hits.most_common():
        print(f"  {kills:>5}  {kind.partition(':')[0]}")
    print(f"{recovered} of {done} runs recovered")
    return 0 if recovered == done else 1


if __name__ == "__main__":
    sys.exit(main())
