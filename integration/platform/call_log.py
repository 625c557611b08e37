# SPDX-License-Identifier: Apache-2.0
"""Counts the requests that were sent and tells an observer of each.

Summaries, metrics and logs are made from it; requests for tokens are listed with the rest,
under an operation of their own, because they are not part of the call budget.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from integration.platform.errors import TOKEN_OPERATION


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request that was sent.

    ``status`` is None where no answer came; ``seconds`` is the time on the wire alone;
    ``problem`` says what was wrong with the connection or the body.
    """

    operation: str
    method: str
    status: int | None
    seconds: float
    correlation_id: str
    problem: str


class CallLog:
    """Requests by operation and status (None: no answer).

    Args:
        on_call: told of every request, in the order of their ends; it must not raise.
    """

    def __init__(self, on_call: Callable[[CallRecord], None] | None = None) -> None:
        self.counts: Counter[tuple[str, int | None]] = Counter()
        self._on_call = on_call

    def add(self, record: CallRecord) -> None:
        """Count one request and pass it on."""
        self.counts[record.operation, record.status] += 1
        if self._on_call:
            self._on_call(record)

    @property
    def made(self) -> int:
        """Requests sent to the API, answered or not, those for tokens left out."""
        return sum(n for (name, _), n in self.counts.items() if name != TOKEN_OPERATION)

    @property
    def tokens(self) -> int:
        """Requests for tokens, answered or not."""
        return sum(n for (name, _), n in self.counts.items() if name == TOKEN_OPERATION)
