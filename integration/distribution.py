# SPDX-License-Identifier: Apache-2.0
"""How scores are distributed, and whether new ones look like the output of a broken model.

A model that breaks rarely fails: it scores everybody 100, or a column that it needs is missing
and everybody moves. Each score is valid then, and all of them together are wrong. Two questions
find that out, and leave days alone on which few scores change:

* Is one score carried by nearly all leads, when it was not so before?
* How many leads of the whole list would move across one score? That is the distance of
  Kolmogorov and Smirnov between new and accepted scores (the greatest difference between their
  shares above a score), times the part of the list that is scored anew. So a push of only the
  best leads is no alarm as long as there are few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

LEVELS: Final = 100


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many leads carry each score from 1 to 100."""

    counts: tuple[int, ...] = (0,) * LEVELS

    @property
    def scores(self) -> int:
        """All of them."""
        return sum(self.counts)

    def commonest(self) -> tuple[int, float]:
        """The score that most leads carry, and their share."""
        most = max(self.counts)
        return self.counts.index(most) + 1, most / self.scores

    def share_of(self, score: int) -> float:
        """The share of leads that carry ``score``; 0 where there are none at all."""
        return self.counts[score - 1] / self.scores if self.scores else 0.0

    def share_above(self, score: int) -> float:
        """The share of leads whose score is higher."""
        return sum(self.counts[score:]) / self.scores

    def distance(self, other: Distribution) -> tuple[float, int]:
        """The greatest difference between the shares above a score, and that score."""
        mine, others = (list(accumulate(one.counts)) for one in (self, other))
        gaps = [
            abs(ours / self.scores - theirs / other.scores)
            for ours, theirs in zip(mine, others, strict=True)
        ]
        return max(gaps), gaps.index(max(gaps)) + 1

    def followed_by(self, newer: Distribution) -> Distribution:
        """What the list carries once ``newer`` scores have taken the place of as many of these.

        Whose scores they replace is not known here: anybody's, with equal chance.
        """
        if newer.scores >= self.scores:
            return newer
        left = 1 - newer.scores / self.scores
        pairs = zip(self.counts, newer.counts, strict=True)
        return Distribution(tuple(round(old * left) + new for old, new in pairs))


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """From where on scores look broken.

    Args:
        least: fewer scores are never judged, nor compared with.
        same: the share of leads (0-1) that may carry the same score.
        shift: the share of the list's leads (0-1) that may move across one score.
    """

    least: int = 200
    same: float = 0.95
    shift: float = 0.25


def looks_broken(
    new: Distribution, accepted: Distribution, limits: GuardLimits, part: float | None = None
) -> str:
    """Why ``new`` scores look broken, in words; blank where they do not.

    Args:
        new: what is to be delivered.
        accepted: what was accepted before; empty where nothing was.
        limits: what is too much.
        part: of the leads that is scored anew (0-1); else the sizes of both tell.
    """
    if new.scores < limits.least:
        return ""
    score, share = new.commonest()
    if share >= limits.same and accepted.share_of(score) < limits.same:
        return f"{share:.0%} of {new.scores:,} leads have the same score, {score}"
    if accepted.scores < limits.least:
        return ""
    distance, border = new.distance(accepted)
    if part is None:
        part = min(new.scores, accepted.scores) / max(new.scores, accepted.scores)
    if distance * part <= limits.shift:
        return ""
    return (
        f"{new.share_above(border):.0%} of {new.scores:,} leads have a score above {border}, of "
        f"those accepted before {accepted.share_above(border):.0%}"
    )
