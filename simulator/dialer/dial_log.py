# SPDX-License-Identifier: Apache-2.0
"""The dial log: every call in the order in which it was made, and every refusal of a rule.

It is what order, waste, redials and starvation are observed from.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Dialled:
    """One line of the log.

    Args:
        n: the number of the line, from 1.
        kind: ``call``, or ``skip`` where a pre-call rule refused to dial.
        time: when it was decided.
        lead: the contact's id.
        campaign: its name.
        contact_list: its name.
        queue: its name; empty for a campaign without one.
        agent: who talked, or was kept free for the call; empty for nobody.
        attempt: the how many-th call to this contact of this list, ever.
        recall: whether the dialer called again by itself, after an attempt limit's pause.
        skills: the names of the skills that were asked for.
        score: the stored score; None where the cell holds no number.
        score_age: seconds since that was calculated; None where that is not known.
        better: contacts outside the working set that could have been called in place of this
            one and have a better score; :data:`simulator.dialer.lane.MOST_COUNTED` stands for
            that many or more.
        passed_over: those of them that should have been called first: who could be called with
            this score already when the working set took the lead of this line (without a working
            set: now). Whose score has risen since then does not count, nor does anybody whom a
            recall that is due may precede, nor whose skills no free agent has. 0 in every line
            means that each call went to the best score there was.
        overtaken: how many calls of the campaign went to leads with a worse score since this
            lead could be called by the score that it has now. A raised score is never overtaken
            more often than the working set is long; without one, never.
        rule: the rule that refused.
        outcome: what the call met, ``abandoned`` where nobody was free in time; ``skipped``;
            empty as long as it rings or is talked.
        wrap_up: the agent's code.
        answered: when somebody answered.
        ended: when the line was free again.
    """

    n: int
    kind: str
    time: str
    lead: str
    campaign: str
    contact_list: str
    queue: str
    agent: str
    attempt: int
    recall: bool
    skills: list[str]
    score: float | None
    score_age: float | None
    better: int
    passed_over: int
    overtaken: int
    rule: str = ""
    outcome: str = ""
    wrap_up: str = ""
    answered: str = ""
    ended: str = ""


def _as_dict(line: Dialled) -> dict[str, Any]:
    """As ``dataclasses.asdict``, without its copies: a day has a hundred thousand lines."""
    return {name: getattr(line, name) for name in Dialled.__slots__}


class DialLog:
    """All lines of one run."""

    def __init__(self) -> None:
        self.lines: list[Dialled] = []
        self._made = 0

    def __iter__(self) -> Iterator[Dialled]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, **fields: Any) -> Dialled:
        """A new line; its number is given here."""
        self._made += 1
        line = Dialled(n=self._made, **fields)
        self.lines.append(line)
        return line

    def part(self, *, kind: str = "", after: int = 0, last: int | None = None) -> DialLog:
        """The lines of a kind with higher numbers than ``after``, the ``last`` of them."""
        found = DialLog()
        found.lines = [each for each in self.lines if each.n > after and kind in ("", each.kind)]
        found.lines = found.lines[-(last or 0) :]
        return found

    def clear(self) -> None:
        """Forget all lines; numbers go on."""
        self.lines = []

    def jsonl(self) -> str:
        """A JSON object for each line."""
        return "".join(
            json.dumps(_as_dict(line), ensure_ascii=False, separators=(",", ":")) + "\n"
            for line in self.lines
        )

    def parquet(self) -> bytes:
        """A Parquet file.

        Raises:
            ValueError: polars is not installed.
        """
        try:
            import polars as pl  # noqa: PLC0415 - a heavy import that most runs do not need
        except ImportError:
            raise ValueError("Parquet needs the package polars") from None
        text, whole, number = pl.String, pl.Int64, pl.Float64
        kinds: dict[str, Any] = {
            **dict.fromkeys(Dialled.__slots__, text),
            **dict.fromkeys(("n", "attempt", "better", "passed_over", "overtaken"), whole),
            **dict.fromkeys(("score", "score_age"), number),
            "recall": pl.Boolean,
            "skills": pl.List(text),
        }
        file = io.BytesIO()
        pl.DataFrame([_as_dict(line) for line in self.lines], schema=kinds).write_parquet(file)
        return file.getvalue()

    def snapshot(self) -> list[dict[str, Any]]:
        """Every line, as JSON."""
        return [{**_as_dict(line), "skills": list(line.skills)} for line in self.lines]

    def restore(self, data: Iterable[dict[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self.lines = [Dialled(**line) for line in data]
        self._made = max((line.n for line in self.lines), default=0)
