# SPDX-License-Identifier: Apache-2.0
"""What the distribution guard makes of days as they are, and of models that have broken.

``python -m benchmarks.guard`` prints for each case how many of the list's leads would move across
one score, as a share (``moved``), which is what the guard compares with its limit. Each case is
drawn ten times; the worst one counts: the greatest for what must pass, the least for what must not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from typing import Final

from integration.distribution import LEVELS, Distribution, GuardLimits, looks_broken

LEADS: Final = 10_000
DRAWS: Final = 10
Scores = list[int]
Case = Callable[[random.Random, Scores], Scores]


def clipped(value: float) -> int:
    """The nearest score."""
    return min(100, max(1, round(value)))


def distribution(scores: Sequence[int]) -> Distribution:
    """How often each score comes."""
    counts = [0] * LEVELS
    for score in scores:
        counts[score - 1] += 1
    return Distribution(tuple(counts))


def yesterday(rng: random.Random) -> Scores:
    """The scores of the list: few are high."""
    return [clipped(rng.betavariate(2, 4) * 100) for _ in range(LEADS)]


def _noisy(rng: random.Random, scores: Scores, by: float = 10, up: float = 0) -> Scores:
    return [clipped(one + rng.gauss(up, by)) for one in scores]


def _some(rng: random.Random, scores: Scores, share: float) -> Scores:
    return rng.sample(scores, round(len(scores) * share))


def _best(scores: Scores, share: float) -> Scores:
    return sorted(scores)[-round(len(scores) * share) :]


NORMAL: Final[dict[str, Case]] = {
    "the same again": lambda _, old: old,
    "every score changes somewhat": _noisy,
    "other leads altogether": lambda rng, _: yesterday(rng),
    "200 leads drawn by lot": lambda rng, old: rng.sample(old, 200),
    "200 leads, all above 80": lambda rng, _: [rng.randint(81, 100) for _ in range(200)],
    "the best 5 % alone": lambda _, old: _best(old, 0.05),
    "the best 20 % alone": lambda _, old: _best(old, 0.20),
    "half of the list, drawn by lot": lambda rng, old: _some(rng, old, 0.5),
    "a better season: +5 for everybody": lambda rng, old: _noisy(rng, old, up=5),
    "after a fair: 10 % of the leads rise by 40": lambda rng, old: [
        clipped(one + 40 * (rng.random() < 0.1)) for one in old
    ],
    "the list grows fivefold, by colder leads": lambda rng, old: (
        old + [clipped(rng.betavariate(1.5, 5) * 100) for _ in range(4 * LEADS)]
    ),
    "a model that spreads wider": lambda rng, _: [
        clipped(rng.betavariate(1.5, 3) * 100) for _ in range(LEADS)
    ],
}
BROKEN: Final[dict[str, Case]] = {
    "all 100": lambda _, old: [100] * len(old),
    "all the same, 37": lambda _, old: [37] * len(old),
    "200 leads, all 100": lambda _rng, _old: [100] * 200,
    "97 % fall back to 50": lambda rng, old: [50 if rng.random() < 0.97 else one for one in old],
    "the other way round (101 - score)": lambda _, old: [101 - one for one in old],
    "a tenth of it (scale 0-10)": lambda _, old: [clipped(one / 10) for one in old],
    "twice of it": lambda _, old: [clipped(one * 2) for one in old],
    "a term is missing: -25 for everybody": lambda rng, old: _noisy(rng, old, 5, -25),
    "noise, even from 1 to 100": lambda rng, old: [rng.randint(1, 100) for _ in old],
    "half of the list, the other way round": lambda rng, old: [
        101 - one for one in _some(rng, old, 0.5)
    ],
}


def moved(new: Distribution, accepted: Distribution) -> float:
    """The share of the list's leads that would move across one score."""
    sizes = sorted((new.scores, accepted.scores))
    return new.distance(accepted)[0] * sizes[0] / sizes[1]


def main() -> int:
    """Print the table; the exit code is 0 where nothing is judged wrongly."""
    limits, wrong = GuardLimits(), 0
    print(f"limits: same {limits.same:.0%}, shift {limits.shift:.0%}, from {limits.least} scores")
    for cases, held, worst in ((NORMAL, False, max), (BROKEN, True, min)):
        print(f"\n{'to be held' if held else 'to pass':44} moved  held")
        for name, case in cases.items():
            shifts, reasons = [], []
            for seed in range(DRAWS):
                rng = random.Random(seed)  # noqa: S311 - a simulation, no secret
                old = yesterday(rng)
                new, accepted = distribution(case(rng, old)), distribution(old)
                shifts.append(moved(new, accepted))
                reasons.append(looks_broken(new, accepted, limits))
            times = sum(map(bool, reasons))
            wrong += times != (DRAWS if held else 0)
            print(f"{name:44} {worst(shifts):5.0%}  {times} of {DRAWS}")
    print(f"\n{wrong} cases judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
