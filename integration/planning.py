# SPDX-License-Identifier: Apache-2.0
"""What a push would take: rows, calls and seconds, without making any but one call."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from integration.connection import Connection
from integration.platform.errors import PlatformError
from integration.pushing import read_row
from integration.reports import Plan
from integration.sources import SourceRow


async def plan(rows: Iterable[SourceRow], now: datetime, connection: Connection) -> Plan:
    """What pushing ``rows`` at ``now`` would take; changes nothing."""
    store = connection.store
    lanes: dict[str, str] = {}
    total = rejected = 0
    for row in rows:
        total += 1
        read = read_row(row, now, store.lane)
        if read.score is None:
            rejected += 1
        else:
            lanes[read.score.lead_id] = read.lane
    problem = ""
    try:
        await connection.client.call("read token", "GET", "/api/v2/tokens/me")
    except PlatformError as failure:
        problem = str(failure)
    allowed, calls, writes = connection.budget.limit, 0, 0
    for scores in Counter(lanes.values()).values():
        full, rest = divmod(scores, store.batch)
        calls += full * store.calls_for(store.batch) + (store.calls_for(rest) if rest else 0)
        writes += full * store.writes_for(store.batch) + (store.writes_for(rest) if rest else 0)
    return Plan(
        rows=total,
        accepted=total - rejected,
        rejected=rejected,
        leads=len(lanes),
        calls=calls,
        reads=calls - writes,
        writes=writes,
        allowed=allowed,
        seconds=max(0, math.ceil(calls / allowed) - 1) * 60,
        limit_problem=problem,
    )
