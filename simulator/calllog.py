# SPDX-License-Identifier: Apache-2.0
"""The call log: every call that reached the simulator, bounded, for tests and for people."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

MOST_CALLS = 50_000
MOST_BODIES = 2_000
MOST_BODY_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class LoggedCall:
    """One call.

    Args:
        n: its number since the last reset, from 1, in the order of arrival.
        time: when it came, by the clock (not by the server's skewed one).
        at: the same in seconds of the clock's monotonic time.
        method: HTTP method.
        path: as it was sent.
        query: as it was sent.
        correlation_id: of the answer.
        operation_id: what was called; empty for a path that is not simulated.
        client_id: who called; empty where nobody was recognised.
        status: of the answer; 0 where none was sent.
        code: of a refusal; empty for a success.
        fault: kinds of the injected faults, joined by ``+``; empty without one.
        retry_after: seconds that the answer asked to wait; None without.
        raw: the request's JSON body as it was sent; empty once it is dropped.
    """

    n: int
    time: str
    at: float
    method: str
    path: str
    query: str
    correlation_id: str
    operation_id: str = ""
    client_id: str = ""
    status: int = 0
    code: str = ""
    fault: str = ""
    retry_after: int | None = None
    raw: bytes = field(default=b"", repr=False)

    @property
    def body(self) -> Any:
        """The request's body as JSON (a text where it is none); None if empty or dropped."""
        if not self.raw:
            return None
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw.decode(errors="replace")

    def as_json(self) -> dict[str, Any]:
        """The call as the control plane lists it."""
        return {
            "n": self.n,
            "time": self.time,
            "at": self.at,
            "client_id": self.client_id,
            "operation_id": self.operation_id,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "code": self.code,
            "correlation_id": self.correlation_id,
            "fault": self.fault,
            "retry_after": self.retry_after,
            "body": self.body,
        }


class CallLog:
    """The last calls, in the order in which they ended.

    Args:
        most_calls: calls kept.
        most_bodies: request bodies kept.
        most_body_bytes: bytes of request bodies kept; the last body is kept in any case.
    """

    def __init__(
        self,
        most_calls: int = MOST_CALLS,
        most_bodies: int = MOST_BODIES,
        most_body_bytes: int = MOST_BODY_BYTES,
    ) -> None:
        self.record_bodies = True
        self.total = 0
        self._calls: deque[LoggedCall] = deque(maxlen=most_calls)
        self._with_body: deque[LoggedCall] = deque()
        self._body_bytes = 0
        self._most_bodies = most_bodies
        self._most_body_bytes = most_body_bytes

    def next_number(self) -> int:
        """The number of the call that begins now."""
        self.total += 1
        return self.total

    def add(self, call: LoggedCall) -> None:
        """Append a call that has ended; the bodies of the oldest may be dropped for its own."""
        self._calls.append(call)
        if not self.record_bodies:
            call.raw = b""
        if not call.raw:
            return
        self._with_body.append(call)
        self._body_bytes += len(call.raw)
        while len(self._with_body) > 1 and (
            len(self._with_body) > self._most_bodies or self._body_bytes > self._most_body_bytes
        ):
            oldest = self._with_body.popleft()
            self._body_bytes -= len(oldest.raw)
            oldest.raw = b""

    def clear(self) -> None:
        """Forget all calls; the numbers go on."""
        self._calls.clear()
        self._with_body.clear()
        self._body_bytes = 0

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[LoggedCall]:
        return iter(self._calls)

    def find(
        self,
        *,
        operation: str = "*",
        client_id: str = "",
        status: int | None = None,
        after: int = 0,
        last: int | None = None,
    ) -> list[LoggedCall]:
        """The calls that meet every condition, oldest first.

        Args:
            operation: operation id, or a pattern with ``*``.
            client_id: who called; any if empty.
            status: of the answer; any if None.
            after: only calls with a higher number.
            last: at most so many, the latest ones.
        """
        found = [
            call
            for call in self._calls
            if call.n > after
            and fnmatchcase(call.operation_id, operation)
            and client_id in ("", call.client_id)
            and status in (None, call.status)
        ]
        return found if last is None else found[max(len(found) - last, 0) :]
