# SPDX-License-Identifier: Apache-2.0
"""The calls under way: ringing, waiting for an agent, talked, or written up after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from simulator.dialer.dial_log import Dialled


@dataclass(slots=True, kw_only=True)
class Placed:
    """One call; lengths in seconds.

    Args:
        number: the number of its line in the log.
        agent_id: who is on it or kept for it; empty for nobody.
        skills: ids of the skills asked for.
        started: when it was made, as the platform writes it.
        waits: whether somebody answered and no agent was free.
    """

    number: int
    campaign_id: str
    list_id: str
    contact_id: str
    column: str
    agent_id: str
    skills: tuple[str, ...]
    started: str
    outcome: str
    wrap_up_code: str
    talk: float
    wrap_up: float
    patience: float
    waits: bool = False


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A call that has not ended yet, as others see it."""

    number: int
    contact_id: str
    started: str
    answered: bool


class Calls:
    """Every call under way, by its number."""

    def __init__(self) -> None:
        self._placed: dict[int, Placed] = {}
        self._lines: dict[int, Dialled] = {}

    def __iter__(self) -> Iterator[Placed]:
        return iter(self._placed.values())

    def get(self, number: int) -> Placed | None:
        """The call of that number; None where it is over."""
        return self._placed.get(number)

    def add(self, call: Placed, line: Dialled) -> None:
        """A call begins; ``line`` is its line in the log."""
        self._placed[call.number] = call
        self._lines[call.number] = line

    def line(self, number: int) -> Dialled:
        """The line of a call under way."""
        return self._lines[number]

    def end(self, number: int) -> None:
        """Nothing of the call is left to be done."""
        del self._placed[number], self._lines[number]

    def waiting(self) -> list[Placed]:
        """The calls of people who wait for an agent, the longest wait first."""
        return [call for call in self if call.waits]

    def without_agent(self, campaign_id: str) -> int:
        """How many calls of a campaign will need an agent that they do not have yet."""
        return sum(call.campaign_id == campaign_id and not call.agent_id for call in self)

    def under_way(self, campaign_id: str) -> list[UnderWay]:
        """The calls of a campaign that have not ended; an agent may still write up others."""
        return [
            UnderWay(call.number, call.contact_id, call.started, bool(line.answered))
            for call in self
            if call.campaign_id == campaign_id and not (line := self._lines[call.number]).ended
        ]

    def snapshot(self) -> list[dict[str, Any]]:
        """Every call, as JSON."""
        return [{**asdict(call), "line": asdict(self._lines[call.number])} for call in self]

    def restore(self, data: Iterable[Mapping[str, Any]], log: Iterable[Dialled]) -> None:
        """Take the place of what is here; lines of ``log`` go on where they were left."""
        lines = {line.n: line for line in log}
        self._placed, self._lines = {}, {}
        for item in data:
            fields = {name: value for name, value in item.items() if name != "line"}
            call = Placed(**{**fields, "skills": tuple(fields["skills"])})
            self.add(call, lines.get(call.number) or Dialled(**item["line"]))
