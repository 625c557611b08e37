# SPDX-License-Identifier: Apache-2.0
"""The limit on calls: what it is now, and whether calls were refused lately.

Source: docs/platform.md sections 2 and 10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from integration.doctoring.desk import Desk
from integration.doctoring.findings import Remark, ok, warn
from integration.scores import format_instant, instant_of

_REFUSALS: Final = "/api/v2/analytics/ratelimits/aggregates/query"
_LATELY: Final = timedelta(hours=24)
_METRIC: Final = "oRateLimitRecorded"


async def allowed(desk: Desk) -> AsyncIterator[Remark]:
    """What the platform allows this client."""
    await desk.connection.client.call("read token", "GET", "/api/v2/tokens/me")
    stated = desk.connection.budget.limit
    assumed = desk.settings.calls_per_minute
    if stated < assumed:
        yield warn(
            f"{stated:,} calls a minute, the settings expect {assumed:,}",
            f"set calls_per_minute to {stated}; every run learns it from the first answer anyhow",
        )
    else:
        yield ok(f"{stated:,} calls a minute")


async def refusals(desk: Desk) -> AsyncIterator[Remark]:
    """Calls refused in the last 24 hours, by limit."""
    now = desk.clock.now()
    first, last = (format_instant(instant_of(one)) for one in (now - _LATELY, now))
    body = {
        "interval": f"{first}/{last}",
        "metrics": [_METRIC],
        "groupBy": ["limitName", "entityId"],
    }
    answer = await desk.connection.client.call(
        "query refusals", "POST", _REFUSALS, body=body, expect=dict
    )
    mine = {client.client_id for client in desk.clients}
    ours: Counter[str] = Counter()
    others = 0
    for one in answer.body.get("results") or ():
        group = one.get("group") or {}
        count = sum(
            int((metric.get("stats") or {}).get("count") or 0)
            for data in one.get("data") or ()
            for metric in data.get("metrics") or ()
        )
        if group.get("entityId") in mine:
            ours[str(group.get("limitName"))] += count
        else:
            others += count
    if ours:
        told = ", ".join(f"{count:,} by {name}" for name, count in ours.most_common())
        yield warn(
            f"{ours.total():,} calls refused in 24 hours: {told}",
            "see whether another program uses the same client; give it one of its own, or ask "
            "Genesys for a higher limit",
        )
    else:
        told = f"; {others:,} of other clients" if others else ""
        yield ok(f"none of ours refused in 24 hours{told}")
