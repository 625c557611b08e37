# SPDX-License-Identifier: Apache-2.0
"""Metrics that only a long-running service has: its outbox, its entrance and how it stands.

They join those of every run in one registry. No label names a lead or a message, so their number
does not grow with what the service does.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge

from integration.order import Verdict
from integration.outbox import OutboxStatus, Receipt, Repetition
from integration.outbox.rows import HELD_BACK
from integration.serving.standing import Look
from integration.telemetry import Telemetry

_STATUSES: Final = (200, 202, 400, 401, 413, 415, 429, 503)
"""Answers that are counted from the beginning, whether they were given or not."""


class ServiceMetrics:
    """The metrics of one service, in the registry of ``telemetry``."""

    def __init__(self, telemetry: Telemetry) -> None:
        registry = telemetry.registry
        telemetry.begin()
        self._telemetry = telemetry
        self._answers = Counter(
            "leadscore_webhooks", "Answers to webhooks by status", ["status"], registry=registry
        )
        for status in _STATUSES:
            self._answers.labels(str(status))
        self._accepted = Counter(
            "leadscore_accepted_scores", "Scores taken into the outbox", registry=registry
        )
        self._outbox = Gauge(
            "leadscore_outbox_scores",
            "Scores not yet delivered, by state (ready, put_off, claimed, parked, held)",
            ["state"],
            registry=registry,
        )
        self._oldest = Gauge(
            "leadscore_outbox_oldest_seconds",
            "How long the news waits that waits longest; parked ones left out",
            registry=registry,
        )
        self._limit = Gauge("leadscore_outbox_limit", "How many may wait", registry=registry)
        self._ready = Gauge("leadscore_ready", "Whether scores are accepted", registry=registry)
        self._delivering = Gauge(
            "leadscore_delivering", "Whether scores are delivered", registry=registry
        )
        self._credentials = Gauge(
            "leadscore_credentials_refused",
            "Whether the platform refuses the client",
            registry=registry,
        )
        self._settled = Gauge(
            "leadscore_since_settled_seconds",
            "Time since a batch was settled; -1 before the first one",
            registry=registry,
        )

    def answered(self, status: int) -> None:
        """A webhook was answered."""
        self._answers.labels(str(status)).inc()

    def accepted(self, receipt: Receipt) -> None:
        """A message was accepted; scores that have lost already have their verdicts."""
        if isinstance(receipt, Repetition):
            return
        self._accepted.inc(sum(one.verdict is not Verdict.REJECTED for one in receipt))
        for one in receipt:
            if one.verdict is not None:
                self._telemetry.settled(one.verdict)

    def counted(self, status: OutboxStatus, now: int) -> None:
        """What is in the outbox at ``now`` (ms since 1970)."""
        held = sum(status.parked.get(reason, 0) for reason in HELD_BACK)
        counts = {
            "ready": status.ready,
            "put_off": status.put_off,
            "claimed": status.claimed,
            "parked": sum(status.parked.values()) - held,
            "held": held,
        }
        for state, scores in counts.items():
            self._outbox.labels(state).set(scores)
        self._oldest.set(0 if status.oldest is None else max(0, now - status.oldest) / 1000)

    def stands(self, look: Look, *, ready: bool, limit: int) -> None:
        """How the service stands; at most ``limit`` scores may wait."""
        self._ready.set(ready)
        self._delivering.set(look.delivering)
        self._credentials.set(look.credentials_refused)
        self._settled.set(-1 if look.settled is None else look.settled)
        self._limit.set(limit)
