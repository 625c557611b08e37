# SPDX-License-Identifier: Apache-2.0
"""Faults on demand: a seeded plan of what goes wrong with which call, the same every time.

Whether a rule strikes is a function of the seed, the rule's place in the plan and how many calls
the rule has seen, and of nothing else; so a plan replays the same faults however the time runs.
Off unless a plan is set.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_HISTORY = 10_000

Kind = Literal[
    "status",
    "latency",
    "timeout",
    "reset",
    "connect_timeout",
    "connect_error",
    "malformed",
    "foreign",
    "revoke_token",
    "clock_skew",
]


class FaultRule(BaseModel):
    """One rule: which calls it looks at, which of those it strikes, and with what.

    A rule with neither ``probability`` nor ``nth`` strikes every call it looks at.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str = Field(
        default="*",
        description="Operation id (`post_oauth_token` is the login), a pattern with `*`, or a "
        "path pattern that begins with `/`.",
    )
    method: str = Field(default="*", description="HTTP method; `*` for any.")
    kind: Kind = Field(
        description="What happens to the call; `malformed` cuts the answer's body off, `foreign` "
        "puts a proxy's page in its place."
    )
    probability: float | None = Field(default=None, ge=0, le=1)
    nth: tuple[int, ...] = Field(
        default=(), description="The numbers, from 1, of the calls struck among those looked at."
    )
    times: int | None = Field(default=None, ge=0, description="At most so many strikes.")
    from_seconds: float | None = Field(
        default=None, description="Looks at no call before so many seconds after it was set."
    )
    until_seconds: float | None = Field(
        default=None, description="Looks at no call from so many seconds after it was set."
    )
    status: int = Field(default=503, ge=400, le=599, description="For `status`.")
    code: str = Field(default="", description="For `status`; a usual code of it if empty.")
    retry_after: int | None = Field(
        default=None, ge=0, description="For `status`: the Retry-After header; absent if unset."
    )
    seconds: float = Field(
        default=0.0,
        ge=-1e8,
        le=1e8,
        description="For `latency`: how long. For `clock_skew`: the server's shift.",
    )
    after_commit: bool = Field(
        default=False,
        description="For `status`, `timeout` and `reset`: the call has its effect first.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "latency" and self.seconds <= 0:
            raise ValueError("a latency needs positive seconds")
        if any(number < 1 for number in self.nth):
            raise ValueError("calls are counted from 1")
        if self.kind.startswith("connect") and self.after_commit:
            raise ValueError("a call that never connected has no effect")
        return self

    def looks_at(self, operation_id: str, method: str, path: str, elapsed: float) -> bool:
        """Whether the rule is about this call, ``elapsed`` seconds after the plan was set."""
        if self.method not in ("*", method):
            return False
        if self.from_seconds is not None and elapsed < self.from_seconds:
            return False
        if self.until_seconds is not None and elapsed >= self.until_seconds:
            return False
        if self.operation == "*":
            return True
        seen = path if self.operation.startswith("/") else operation_id
        return fnmatchcase(seen, self.operation)


@dataclass(frozen=True, slots=True)
class Fault:
    """One strike of a rule, as it is put on record.

    Args:
        rule: what struck.
        place: the rule's place in the plan, from 0.
        seen: the call's number among those that the rule looked at, from 1.
        operation_id: the call.
        at: the instant, in seconds of the clock's monotonic time.
    """

    rule: FaultRule
    place: int
    seen: int
    operation_id: str
    at: float

    def as_json(self) -> dict[str, Any]:
        """The strike as the control plane lists it."""
        return {
            "kind": self.rule.kind,
            "rule": self.place,
            "seen": self.seen,
            "operation": self.operation_id,
            "at": self.at,
            "after_commit": self.rule.after_commit,
        }


class TransportFault(Exception):
    """The answer never arrives: raised out of the application, for the transport to act out.

    Args:
        kind: ``timeout``, ``reset``, ``connect_timeout`` or ``connect_error``.
        after_commit: whether the call had its effect.
    """

    def __init__(self, kind: str, *, after_commit: bool) -> None:
        super().__init__(f"{kind} {'after' if after_commit else 'before'} commit")
        self.kind = kind
        self.after_commit = after_commit


class FaultPlan:
    """Rules and a seed, and how many calls each rule has seen.

    Args:
        seed: decides, with the rule's place and its count of calls, on probabilities.
        rules: asked in this order; latencies add up, of the others the first to strike counts.
        start: instant from which the rules' windows are counted.
    """

    def __init__(self, seed: int = 0, rules: Iterable[FaultRule] = (), start: float = 0.0) -> None:
        self.seed = seed
        self.rules = tuple(rules)
        self.history: deque[Fault] = deque(maxlen=MOST_HISTORY)
        self._start = start
        self._seen = [0] * len(self.rules)
        self._struck = [0] * len(self.rules)

    def strike(self, operation_id: str, method: str, path: str, now: float) -> list[Fault]:
        """What goes wrong with this call: latencies, and at most one other fault at the end."""
        if not self.rules:
            return []
        delays = []
        other = None
        for place, rule in enumerate(self.rules):
            if not rule.looks_at(operation_id, method, path, now - self._start):
                continue
            self._seen[place] += 1
            if other is not None and rule.kind != "latency":
                continue
            if not self._strikes(place, rule):
                continue
            self._struck[place] += 1
            fault = Fault(rule, place, self._seen[place], operation_id, now)
            self.history.append(fault)
            if rule.kind == "latency":
                delays.append(fault)
            else:
                other = fault
        return delays if other is None else [*delays, other]

    def schedule(self) -> list[FaultRule]:
        """The strikes so far as rules without chance: set them to replay this very run."""
        numbers: dict[int, list[int]] = {}
        for fault in self.history:
            numbers.setdefault(fault.place, []).append(fault.seen)
        return [
            self.rules[place].model_copy(
                update={"probability": None, "times": None, "nth": tuple(seen)}
            )
            for place, seen in sorted(numbers.items())
        ]

    def snapshot(self, now: float) -> dict[str, Any]:
        """Seed, rules and counts, as JSON."""
        return {
            "seed": self.seed,
            "rules": [rule.model_dump(mode="json") for rule in self.rules],
            "elapsed": now - self._start,
            "seen": list(self._seen),
            "struck": list(self._struck),
        }

    @classmethod
    def restored(cls, data: Mapping[str, Any], now: float) -> Self:
        """The plan that :meth:`snapshot` was taken of, with its counts."""
        rules = [FaultRule.model_validate(item) for item in data["rules"]]
        plan = cls(data["seed"], rules, now - data["elapsed"])
        plan._seen = list(data["seen"])
        plan._struck = list(data["struck"])
        return plan

    def _strikes(self, place: int, rule: FaultRule) -> bool:
        if rule.times is not None and self._struck[place] >= rule.times:
            return False
        seen = self._seen[place]
        if rule.nth and seen not in rule.nth:
            return False
        return rule.probability is None or _draw(self.seed, place, seen) < rule.probability


def _draw(seed: int, place: int, seen: int) -> float:
    """A number of [0, 1) that depends on nothing but its arguments."""
    digest = blake2b(f"{seed}/{place}/{seen}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
