# SPDX-License-Identifier: Apache-2.0
"""Score drift: the platform dials by scores that are no longer the model's.

It begins when writes finally fail. Failures are gathered while a run lasts and told once,
with the number of leads and some examples, to the log and to every notifier.

Source: seed guide (alert on score drift when an update fails for good).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from integration.clock import Clock
from integration.outbox import HELD, PendingScore
from integration.scores import format_instant, instant_of

_EXAMPLES = 5
_Kind = tuple[str, str]
"""Destination and reason."""
_log = structlog.get_logger("leadscore.drift")


@dataclass(slots=True)
class DriftAlert:
    """Leads whose score on the platform is not the newest one.

    ``kind`` is ``score_drift`` where it could not be delivered, and ``scores_held`` where it was
    held because the scores of its run look broken.
    """

    destination: str
    reason: str
    problem: str
    leads: int = 0
    examples: list[str] = field(default_factory=list)
    raised_at: str = ""
    kind: str = "score_drift"


class Notifier(Protocol):
    """Somebody to tell."""

    async def notify(self, alert: DriftAlert) -> None:
        """Pass ``alert`` on.

        Raises:
            OSError: it could not be passed on.
        """
        ...


class FileNotifier:
    """Appends each alert as one JSON line, durably."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def notify(self, alert: DriftAlert) -> None:
        """Append ``alert``."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(alert)) + "\n")
            file.flush()
            os.fsync(file.fileno())


class WebhookNotifier:
    """Posts each alert as JSON to an address; ``post`` sends a document and raises OSError."""

    def __init__(self, post: Callable[[object], Awaitable[None]]) -> None:
        self._post = post

    async def notify(self, alert: DriftAlert) -> None:
        """Post ``alert``."""
        await self._post(asdict(alert))


class DriftAlerts:
    """Gathers failures by destination and reason until they are told.

    Args:
        clock: the time.
        notifiers: who is told, beside the log.
        on_alert: counts alerts by reason.
        quiet: seconds for which an alert is not repeated; what is gathered meanwhile is told then.
    """

    def __init__(
        self,
        clock: Clock,
        notifiers: Sequence[Notifier] = (),
        on_alert: Callable[[str], None] = lambda _: None,
        *,
        quiet: float = 0.0,
    ) -> None:
        self._clock = clock
        self._notifiers = notifiers
        self._on_alert = on_alert
        self._quiet = quiet
        self._open: dict[_Kind, DriftAlert] = {}
        self._leads: dict[_Kind, dict[str, None]] = {}
        self._told: dict[_Kind, float] = {}

    def undelivered(
        self, destination: str, pending: Sequence[PendingScore], reason: str, problem: str
    ) -> None:
        """The write of ``pending`` finally failed for ``reason`` (a code)."""
        if not pending:
            return
        kind = (destination, reason)
        self._open.setdefault(kind, DriftAlert(destination, reason, problem))
        # Once each, however often they were tried.
        self._leads.setdefault(kind, {}).update((one.score.lead_id, None) for one in pending)

    def delivered(self, lead_ids: Iterable[str]) -> None:
        """Leads have caught up: what has not been told of them needs not be told any more."""
        if self._leads:
            for lead in lead_ids:
                for leads in self._leads.values():
                    leads.pop(lead, None)

    async def held(
        self, destination: str, reason: str, *, scores: int = 0, run: int | None = None
    ) -> None:
        """Tell that scores look broken and are not delivered.

        Args:
            destination: the store that they are for.
            reason: what about them.
            scores: how many they are; 0 for those of a stream, which are still to come.
            run: their run; None for a stream.
        """
        which = "" if run is None else f" --run {run}"
        problem = f"{reason}; look at them, then leadscore release{which}"
        await self._pass_on(
            DriftAlert(destination, HELD, problem, leads=scores, kind="scores_held")
        )

    async def tell(self, *, everything: bool = False) -> None:
        """Tell what has been gathered; a notifier that fails is itself reported in the log.

        Args:
            everything: also what is not to be repeated yet.
        """
        now = self._clock.monotonic()
        for kind in list(self._open):
            if not everything and now < self._told.get(kind, -math.inf) + self._quiet:
                continue
            alert = self._open.pop(kind)
            leads = list(self._leads.pop(kind))
            if not leads:
                continue
            alert.leads, alert.examples = len(leads), leads[:_EXAMPLES]
            self._told[kind] = now
            await self._pass_on(alert)

    async def _pass_on(self, alert: DriftAlert) -> None:
        alert.raised_at = format_instant(instant_of(self._clock.now()))
        self._on_alert(alert.reason)
        _log.error(
            alert.kind,
            destination=alert.destination,
            leads=alert.leads,
            reason=alert.reason,
            problem=alert.problem,
            examples=alert.examples,
        )
        for notifier in self._notifiers:
            try:
                await notifier.notify(alert)
            except OSError as failure:
                _log.error(
                    "drift_alert_not_passed_on",
                    notifier=type(notifier).__name__,
                    problem=str(failure),
                )
