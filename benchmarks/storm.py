# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.storm``: what a push makes of its call budget in all kinds of weather.

Two numbers decide: the share of the window's calls that were used while work waited, and how
often the platform had to refuse. The platform counts both. Every weather runs in virtual time
and is a function of its seed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.report import Finding, conclude
from benchmarks.stage import PUSHER, Stage, backstage, new_folder
from simulator.faults import FaultRule
from simulator.virtual_time import run_virtual

SHARE: Final = 0.97
SCORES_AN_EPISODE: Final = 10_000
"""After the first, at most one 429 episode for so many scores."""
_CALLS_A_THOUSAND: Final = 21
_HOURS_S: Final = 36_000.0


@dataclass(frozen=True, slots=True)
class Weather:
    """What a push has to cope with.

    Args:
        name: what it is called.
        limit: calls per minute that the platform states.
        minutes: how long the push takes at least, which decides on the number of scores.
        latency: seconds that every call takes.
        hidden: calls per minute that are really allowed, stated nowhere.
        others: calls per minute of another process of the same client, evenly.
        greedy: when such a process begins to take every free call, and for how long (seconds).
        unavailable: share of calls that find the service unavailable (503).
        lost: share of writes that are carried out and lose their answer.
        later: after so many seconds, the platform states another limit.
        fixed: whether the window is fixed instead of sliding.
    """

    name: str
    limit: int = 300
    minutes: float = 3.5
    latency: float = 0.1
    hidden: int | None = None
    others: int = 0
    greedy: Sequence[tuple[float, float]] = ()
    unavailable: float = 0.0
    lost: float = 0.0
    later: tuple[float, int] | None = None
    fixed: bool = False

    def leads(self, *, quick: bool) -> int:
        """How many scores keep the budget busy for the time, in whole thousands."""
        allowed = min(self.limit, self.hidden or self.limit) - self.others
        minutes = min(self.minutes, 2.2) if quick else self.minutes
        return max(2, round(allowed * minutes / _CALLS_A_THOUSAND)) * 1000


CALM: Final = tuple(
    Weather(f"calm, {limit} calls a minute", limit, minutes)
    for limit, minutes in ((60, 5.5), (120, 4.5), (180, 3.5), (300, 3.5), (500, 2.5))
)
STORMS: Final = (
    Weather("another program takes a fifth, evenly", limit=120, others=24),
    Weather("another program takes nearly half, evenly", others=140),
    Weather("another program takes all from the first second on", greedy=((0.25, 20),)),
    Weather("another program takes all at the window's end", greedy=((55, 20),)),
    Weather(
        "another program takes all in mid-window, beside a steady one",
        limit=120,
        others=24,
        greedy=((30, 10),),
    ),
    Weather("another program takes all three times", greedy=((20, 10), (75, 10), (130, 10))),
    Weather("the real limit is lower than the stated one", hidden=120, minutes=5.5),
    Weather("lower limit, another program, and greed", hidden=150, others=30, greedy=((55, 20),)),
    Weather("one call in twenty finds the service unavailable", unavailable=0.05),
    Weather("one write in five loses its answer", lost=0.2),
    Weather("slow answers", latency=1.5),
    Weather("a fixed window", fixed=True),
    Weather("a fixed window, greed at its end", greedy=((55, 20),), fixed=True),
    Weather("the limit is lowered", later=(70, 120)),
    Weather(
        "all of it",
        limit=120,
        minutes=6.5,
        others=24,
        greedy=((30, 10), (200, 15)),
        unavailable=0.05,
        lost=0.1,
    ),
)
UNKNOWABLE: Final = (
    # Nobody can know of a higher limit before the next answer: told, but no target.
    Weather("the limit is raised", limit=120, later=(70, 300), minutes=5.5),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a push came through: counts of the platform, and what the product says."""

    weather: Weather
    scores: int
    left: int
    """Scores that were not delivered, or leads that do not carry theirs."""
    calls: int
    share: float | None
    episodes: int
    refused: int
    seconds: float

    @property
    def episodes_allowed(self) -> int:
        """The first one, and one for every 10,000 scores."""
        return 1 + self.scores // SCORES_AN_EPISODE

    @property
    def holds(self) -> bool:
        """Whether everything is as promised."""
        share = self.share is not None and self.share >= SHARE
        return share and self.episodes <= self.episodes_allowed and not self.left


def push_through(weather: Weather, folder: Path, *, seed: int = 0, quick: bool = False) -> Outcome:
    """Push scores in ``weather``, in virtual time."""
    stage = Stage(folder, weather.leads(quick=quick), seed=seed, limit=weather.limit)
    if weather.fixed:
        stage.control.set_switches(rate_window="fixed")

    async def main() -> Outcome:
        await stage.prepare()
        begin(weather, stage, seed)
        turning = asyncio.ensure_future(_turn(weather, stage))
        started = stage.clock.monotonic()
        summary = await stage.push()
        seconds = stage.clock.monotonic() - started
        turning.cancel()
        limits = stage.limits()
        return Outcome(
            weather=weather,
            scores=stage.leads,
            left=max(stage.leads - summary.delivered, stage.wrong()),
            calls=limits["served"] + limits["refused"],
            share=limits["share_used"],
            episodes=limits["episodes"],
            refused=limits["refused"],
            seconds=seconds,
        )

    return run_virtual(stage.clock, main())


def begin(weather: Weather, stage: Stage, seed: int) -> None:
    """Let the weather begin."""
    control = stage.control
    if weather.hidden is not None:
        control.set_limits(client_id=PUSHER, hidden=weather.hidden)
    if weather.others:
        rate = weather.others / 60
        control.traffic(client_id=PUSHER, seconds=_HOURS_S, calls_per_second=rate)
    for start, seconds in weather.greedy:
        control.traffic(client_id=PUSHER, seconds=seconds, greedy=True, start_in=start)
    rules = [FaultRule(kind="latency", seconds=weather.latency)]
    if weather.unavailable:
        rules.append(
            FaultRule(operation="*contactlist*", kind="status", probability=weather.unavailable)
        )
    if weather.lost:
        rules.append(
            FaultRule(
                operation="post_outbound_contactlist_contacts",
                kind="reset",
                after_commit=True,
                probability=weather.lost,
            )
        )
    control.set_faults(seed=seed, rules=rules)


async def _turn(weather: Weather, stage: Stage) -> None:
    """The limit changes in the middle of the push."""
    if weather.later is not None:
        seconds, limit = weather.later
        await stage.clock.sleep(seconds)
        stage.control.set_limits(client_id=PUSHER, ceiling=limit)


def told(outcome: Outcome, *, decides: bool = True) -> Finding:
    """The outcome as one line."""
    share = "-" if outcome.share is None else f"{outcome.share:.1%}"
    return Finding(
        f"{outcome.weather.name} ({outcome.scores:,} scores)",
        f"{share:>6}  {outcome.episodes} of {outcome.episodes_allowed} episodes"
        f"  {outcome.calls * 1000 / outcome.scores:4.1f} calls"
        + (f"  {outcome.left:,} LEFT" if outcome.left else ""),
        f">= {SHARE:.0%}" if decides else "",
        outcome.holds if decides else None,
    )


def main() -> int:
    """Measure and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="decides on chance in the weather")
    parser.add_argument("--quick", action="store_true", help="fewer scores")
    parser.add_argument("--only", default="", help="only weathers whose name has this in it")
    options = parser.parse_args()
    found: list[Finding] = []
    with backstage() as folder:
        for place, weather in enumerate((*CALM, *STORMS, *UNKNOWABLE)):
            if options.only in weather.name:
                outcome = push_through(
                    weather, new_folder(folder, str(place)), seed=options.seed, quick=options.quick
                )
                found.append(told(outcome, decides=weather not in UNKNOWABLE))
                print(".", end="", flush=True)
    print()
    return conclude("Share of the call budget used, 429 episodes, calls per 1,000 scores", found)


if __name__ == "__main__":
    sys.exit(main())
