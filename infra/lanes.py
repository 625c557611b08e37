# SPDX-License-Identifier: Apache-2.0
"""The lanes that leads are dialled on: a contact list, a filter, rules and a campaign each.

On the platform a queue belongs to a campaign and two campaigns may not run on one list, so the
strategy ``queues`` has a lane per tier with every lead on both lists. The strategy ``skills``
has one lane for all leads, and the skill set before the call finds the senior agents.

Source: platform reference, section 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from integration.policy import ScoringPolicy

Strategy = Literal["queues", "skills"]
Queue = Literal["senior", "general"]


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane.

    Args:
        key: tells the lane's resources from those of the other; blank where there is one lane.
        tier: the ``route_tier`` of the leads that it dials; None for all of them.
        queue: where its calls go.
        priority: of its campaign, 1 to 5, 5 highest; compared between campaigns on one queue.
    """

    key: str
    tier: str | None
    queue: Queue
    priority: int

    def resource(self, kind: str) -> str:
        """The name of a resource of this lane inside the program: ``leads-senior``."""
        return f"{kind}-{self.key}" if self.key else kind


def lanes_of(strategy: Strategy, policy: ScoringPolicy) -> tuple[Lane, ...]:
    """The lanes of a strategy, the most important one first."""
    if strategy == "skills":
        return (Lane("", None, "general", 5),)
    return (
        Lane("senior", policy.senior_tier, "senior", 5),
        Lane("general", policy.general_tier, "general", 3),
    )
