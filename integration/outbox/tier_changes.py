# SPDX-License-Identifier: Apache-2.0
"""Scores that move their lead to another lane go first.

A lead whose score has crossed a threshold is dialled by the wrong people until that is delivered;
one whose score has changed within its tier is dialled a little too early or too late. So where
more comes in than the platform takes, the first kind is worth more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from integration.outbox.records import Records
from integration.outbox.rows import FIRST
from integration.scores import LeadScore


def lanes(
    records: Records,
    destination: str,
    lane: Callable[[LeadScore], str],
    scores: Sequence[LeadScore],
) -> dict[LeadScore, str]:
    """The lane of each of ``scores``, in front where the last one delivered was of another lane."""
    own = {score: lane(score) for score in scores}
    leads = [score.lead_id for score, name in own.items() if name]
    before = records.last_delivered(destination, leads)
    for score, name in own.items():
        stored = before.get(score.lead_id)
        if stored is None or stored.score is None or stored.at is None:
            continue
        if lane(LeadScore(score.lead_id, stored.score, stored.at)) != name:
            own[score] = FIRST + name
    return own
