# SPDX-License-Identifier: Apache-2.0
"""What became of a client's calls under its rate limit: the numbers a run is judged by.

The share of the budget that was used is counted over whole blocks of 60 seconds from the first
call on: calls served to all processes of the client, divided by what the limit allowed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

BLOCK = 60.0
MOST_BLOCKS = 3000
"""Blocks kept per client (50 hours); the oldest are forgotten."""


@dataclass(slots=True)
class Block:
    """Sixty seconds of one client's calls."""

    number: int
    own: int = 0
    others: int = 0
    refused: int = 0
    allowed: float = 0.0


class RateStatistics:
    """The calls of one OAuth client.

    Args:
        ceiling: calls per 60 seconds at the start.
    """

    def __init__(self, ceiling: int) -> None:
        self.served = 0
        self.others_served = 0
        self.refused = 0
        self.others_refused = 0
        self.episodes = 0
        self._in_episode = False
        self._first: float | None = None
        self._last = 0.0
        self._blocks: deque[Block] = deque(maxlen=MOST_BLOCKS)
        self._ceiling = ceiling
        self._known_until = 0.0

    def own_call(self, now: float, *, served: bool) -> None:
        """The client called; a run of refusals without a success between is one episode."""
        if self._first is None:
            self._first = self._known_until = now
        self._last = now
        block = self._block(now)
        if served:
            self.served += 1
            block.own += 1
            self._in_episode = False
        else:
            self.refused += 1
            block.refused += 1
            self.episodes += not self._in_episode
            self._in_episode = True

    def others_call(self, now: float, served: bool) -> None:  # noqa: FBT001 - a Witness
        """Another process of the same client called."""
        if not served:
            self.others_refused += 1
            return
        self.others_served += 1
        if self._first is not None and now >= self._first:
            self._block(now).others += 1

    def ceiling_changed(self, now: float, ceiling: int) -> None:
        """From ``now`` on ``ceiling`` calls are allowed per 60 seconds."""
        if self._first is not None:
            self._block(now)
        self._ceiling = ceiling

    def report(self, now: float) -> dict[str, Any]:
        """All numbers as of ``now``.

        Only blocks that were over at the client's last call make up ``share_used``; it is None
        without one.
        """
        first = self._first
        whole: list[Block] = []
        if first is not None:
            self._block(now)
            ended = int((self._last - first) // BLOCK)
            whole = [block for block in self._blocks if block.number < ended]
        allowed = sum(block.allowed for block in whole)
        served = sum(block.own + block.others for block in whole)
        return {
            "served": self.served,
            "others_served": self.others_served,
            "refused": self.refused,
            "others_refused": self.others_refused,
            "episodes": self.episodes,
            "first_call": first,
            "last_call": self._last if first is not None else None,
            "whole_blocks": len(whole),
            "share_used": served / allowed if allowed else None,
            "blocks": [
                {
                    "start": (first or 0.0) + block.number * BLOCK,
                    "own": block.own,
                    "others": block.others,
                    "refused": block.refused,
                    "allowed": round(block.allowed, 3),
                }
                for block in self._blocks
            ],
        }

    def _block(self, now: float) -> Block:
        """The block of ``now``, after what was allowed until then has been put on record."""
        assert self._first is not None
        blocks = self._blocks
        number = int((now - self._first) // BLOCK)
        if not blocks:
            blocks.append(Block(number))
        while self._known_until < now:
            last = blocks[-1]
            end = self._first + (last.number + 1) * BLOCK
            until = min(end, now)
            last.allowed += self._ceiling * (until - self._known_until) / BLOCK
            self._known_until = until
            if until == end and last.number < number:
                blocks.append(Block(last.number + 1))
        return blocks[-1] if blocks[-1].number == number else self._find(number)

    def _find(self, number: int) -> Block:
        """An earlier block, for calls of others that are learned of late."""
        for block in reversed(self._blocks):
            if block.number == number:
                return block
        return self._blocks[-1]
