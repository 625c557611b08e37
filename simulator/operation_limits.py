# SPDX-License-Identifier: Apache-2.0
"""Limits of single operations, on top of the limit of the client that calls them.

Source: platform reference, section 2 (layered limits; recycling a campaign).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from simulator.errors import Refusal
from simulator.rate_meter import Meter
from simulator.rate_window import whole_seconds

MOST_METERS = 5000
"""Windows kept at once; beyond that the empty ones are forgotten."""


@dataclass(frozen=True, slots=True)
class OperationLimit:
    """A limit of some operations alone.

    Args:
        operation: operation id, or a pattern with ``*``.
        allowed: calls per ``seconds``.
        seconds: length of the window.
        code: the code of its 429.
        per: what shares the window: all calls of a client, of one path, or of everybody.
        key: the limit's name.
        namespace: the limit's official namespace.

    Raises:
        ValueError: ``allowed`` is negative or ``seconds`` not positive.
    """

    operation: str
    allowed: int
    seconds: float = 60.0
    code: str = "too.many.requests"
    per: Literal["client", "path", "organisation"] = "client"
    key: str = "operation.rate.per.minute"
    namespace: str = "platform.api"

    def __post_init__(self) -> None:
        if self.allowed < 0 or not 0 < self.seconds < math.inf:
            raise ValueError(f"a limit of {self.allowed} calls per {self.seconds} s is no limit")


RECYCLE_LIMIT = OperationLimit(
    "delete_outbound_campaign_progress",
    allowed=1,
    seconds=5.0,
    code="too.many.recycles",
    per="path",
    key="campaign.recycle.rate",
    namespace="outbound",
)


class OperationLimits:
    """The limits of operations in one organisation, with a window for each that shares one."""

    def __init__(self) -> None:
        self.limits: tuple[OperationLimit, ...] = (RECYCLE_LIMIT,)
        self._meters: dict[tuple[OperationLimit, str, str], Meter] = {}

    def set(self, limits: Iterable[OperationLimit]) -> None:
        """Replace all limits; a limit that stays keeps its windows."""
        self.limits = tuple(limits)
        self._meters = {key: item for key, item in self._meters.items() if key[0] in self.limits}

    def charge(
        self, operation_id: str, client_id: str, path: str, now: float, shape: str
    ) -> tuple[OperationLimit, Refusal] | None:
        """Count a call; the first limit that refuses it, and the 429.

        Args:
            operation_id: what is called.
            client_id: who calls.
            path: the path called.
            now: the call's instant.
            shape: of the windows, ``sliding`` or ``fixed``.
        """
        for limit in self.limits:
            if not fnmatchcase(operation_id, limit.operation):
                continue
            sharing = {"client": client_id, "path": path, "organisation": ""}[limit.per]
            meter = self._meter((limit, sharing, shape), now)
            if not meter.admit(now, limit.allowed):
                return limit, too_many(meter, limit, limit.allowed, now)
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """The limits as JSON; ``OperationLimit(**item)`` reads one back."""
        return [asdict(limit) for limit in self.limits]

    def _meter(self, key: tuple[OperationLimit, str, str], now: float) -> Meter:
        meter = self._meters.get(key)
        if meter is None:
            if len(self._meters) >= MOST_METERS:
                self._meters = {
                    known: item for known, item in self._meters.items() if not item.idle(now)
                }
            meter = self._meters[key] = Meter(key[2], key[0].seconds)
        return meter


def too_many(
    meter: Meter, limit: OperationLimit, enforced: int, now: float, *, hidden: bool = False
) -> Refusal:
    """The 429 of a meter that has just refused a call.

    Args:
        meter: what refused it.
        limit: what it is about.
        enforced: the ceiling that was in force.
        now: the call's instant.
        hidden: do not name the limit in the body.

    Source: platform reference, section 2 (the message ends with the seconds in brackets).
    """
    free_at = meter.window.free_at(enforced)
    wait = whole_seconds(free_at, now) if math.isfinite(free_at) else math.ceil(limit.seconds)
    named = {"key": limit.key, "namespace": limit.namespace, "value": limit.allowed}
    return Refusal(
        429,
        limit.code,
        "Too many calls. Retry the request in [{seconds}] seconds",
        params={"seconds": str(wait)},
        headers={"Retry-After": str(wait)},
        limit=None if hidden else named,
    )
