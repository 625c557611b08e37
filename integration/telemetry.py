# SPDX-License-Identifier: Apache-2.0
"""Metrics and logs of one process.

Metrics live in a registry that is passed around, so two runs in one process do not mix. Logs
go to standard error as JSON or as text for people, and no secret gets into them: keys that
sound secret, bearer tokens, and the secrets that are known by value are masked.
"""

from __future__ import annotations

import collections
import re
import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from typing import Any, Final, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from integration.order import Verdict
from integration.outbox import Settlement
from integration.platform.budget import BudgetStatus
from integration.platform.call_log import CallRecord
from integration.platform.errors import TOKEN_OPERATION

LogFormat = Literal["auto", "console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

_MASK: Final = "***"
_LEVELS: Final[Mapping[LogLevel, int]] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_SECRET_KEY: Final = re.compile(
    r"secret|passw|authorization|cookie|credential|api_?key|(^|_)token$", re.IGNORECASE
)
_SECRET_TEXT: Final = (
    re.compile(r"(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(r"(\b(?:client_secret|access_token|password)\W{1,4})[\w.~+/=-]+", re.IGNORECASE),
    re.compile(r"(://)[^/\s@]+(?=@)"),
    re.compile(r"()\+\d(?:[ ()/.-]{0,2}\d){6,}"),  # a phone number that a refusal quotes
)
_SHORTEST_SECRET: Final = 4

_GROWING: Final = {
    "waits": ("waits", "Times that the call budget made work wait"),
    "waited": ("waited_seconds", "How long work waited for the call budget"),
    "refused": ("refused", "Calls that were answered with 429"),
    "episodes": ("episodes", "Times that the platform's limit hit, with several refusals each"),
}
"""What only grows of the budget, by its name there."""
_OUTCOMES: Final = ("failed", "granted")
_OTHER: Final = "other"
_REASONS_MOST: Final = 50
"""Reasons that are counted apart: the platform's codes are its own, a metric has to stay small."""
_log = structlog.get_logger("leadscore.platform")

Event = MutableMapping[str, Any]


class Telemetry:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._scores = Counter(
            "leadscore_scores", "Scores by verdict", ["verdict"], registry=registry
        )
        self._calls = Counter(
            "leadscore_calls",
            "Requests to the platform by operation and status (none: no answer)",
            ["operation", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "leadscore_call_seconds",
            "Time of one request on the wire",
            ["operation"],
            buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
            registry=registry,
        )
        self._allowed = Gauge(
            "leadscore_budget_allowed", "Calls that a window allows", registry=registry
        )
        self._used = Gauge(
            "leadscore_budget_used", "Calls made in the current window", registry=registry
        )
        self._waiting = Gauge(
            "leadscore_budget_waiting", "Callers that wait for the call budget", registry=registry
        )
        self._closed = Gauge(
            "leadscore_budget_closed_seconds",
            "How long the platform has asked to make no call",
            registry=registry,
        )
        self._tokens = Counter(
            "leadscore_token_requests",
            "Requests for a token by outcome (granted, failed)",
            ["outcome"],
            registry=registry,
        )
        self._batches = Histogram(
            "leadscore_batch_scores",
            "Scores in one batch",
            buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000),
            registry=registry,
        )
        self._delivery = Histogram(
            "leadscore_delivery_seconds",
            "Time from the acceptance of a score to its delivery",
            buckets=(1, 2, 3, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600),
            registry=registry,
        )
        self._growing = {
            name: Counter(f"leadscore_budget_{metric}", words, registry=registry)
            for name, (metric, words) in _GROWING.items()
        }
        self._grown = dict.fromkeys(_GROWING, 0.0)
        self._alerts = Counter(
            "leadscore_drift_alerts",
            "Alerts about scores that could not be delivered",
            ["reason"],
            registry=registry,
        )
        self._reasons: set[str] = set()

    def begin(self) -> None:
        """Show what may never happen as 0: who watches for growth has to see a beginning."""
        for verdict in Verdict:
            self._scores.labels(str(verdict))
        for outcome in _OUTCOMES:
            self._tokens.labels(outcome)
        self._alerts.labels(_OTHER)

    def batch(self, settlements: Sequence[Settlement], now: int) -> None:
        """A batch was settled at ``now`` (ms since 1970)."""
        self._batches.observe(len(settlements))
        for verdict, scores in collections.Counter(one.verdict for one in settlements).items():
            self.settled(verdict or Verdict.WAITING, scores)
        for one in settlements:
            if one.verdict is Verdict.DELIVERED:
                self._delivery.observe(max(0, now - one.pending.accepted) / 1000)

    def settled(self, verdict: Verdict, scores: int = 1) -> None:
        """So many ``scores`` have got this verdict."""
        self._scores.labels(str(verdict)).inc(scores)

    def called(self, record: CallRecord) -> None:
        """A request was sent."""
        status = "none" if record.status is None else str(record.status)
        self._calls.labels(record.operation, status).inc()
        self._seconds.labels(record.operation).observe(record.seconds)
        succeeded = record.status is not None and record.status < 400
        if record.operation == TOKEN_OPERATION:
            self._tokens.labels(_OUTCOMES[succeeded]).inc()
        if structlog.is_configured():  # or each call would be printed
            _log.info(
                "platform_call",
                operation=record.operation,
                status=record.status,
                seconds=round(record.seconds, 3),
                correlation_id=record.correlation_id,
                problem=record.problem,
            )

    def budget(self, status: BudgetStatus) -> None:
        """The call budget stands like this."""
        self._allowed.set(status.allowed)
        self._used.set(status.used)
        self._waiting.set(status.waiting_callers)
        self._closed.set(status.closed_for)
        for name, counter in self._growing.items():
            stands = float(getattr(status, name))
            counter.inc(max(0.0, stands - self._grown[name]))
            self._grown[name] = stands

    def drifted(self, reason: str) -> None:
        """An alert about undelivered scores was raised."""
        known = reason in self._reasons or len(self._reasons) < _REASONS_MOST
        if known:
            self._reasons.add(reason)
        self._alerts.labels(reason if known else _OTHER).inc()

    def exposition(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self.registry)


def configure_logs(
    log_format: LogFormat = "auto", level: LogLevel = "info", *, secrets: Collection[str] = ()
) -> None:
    """Send the process's logs to standard error; ``auto`` is text on a terminal, else JSON.

    Args:
        log_format: how an event looks.
        level: the least important events that are shown.
        secrets: texts that must not appear, whatever the key or message they stand in.
    """
    console = log_format == "console" or (log_format == "auto" and _is_terminal())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=_is_terminal())
        if console
        else structlog.processors.JSONRenderer(default=str)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            masking(secrets),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: structlog.WriteLogger(_STANDARD_ERROR),
        cache_logger_on_first_use=False,
    )


def masking(secrets: Collection[str] = ()) -> Callable[[Any, str, Event], Event]:
    """A processor that masks secrets in an event, however deep they lie in it."""
    known = sorted((one for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True)

    def text(value: str) -> str:
        for secret in known:
            value = value.replace(secret, _MASK)
        for pattern in _SECRET_TEXT:
            value = pattern.sub(rf"\1{_MASK}", value)
        return value

    def masked(value: Any) -> Any:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, Mapping):
            return {
                key: _MASK if _SECRET_KEY.search(str(key)) else masked(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [masked(inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return text(str(value))

    def process(_logger: Any, _method: str, event: Event) -> Event:
        return dict(masked(event))

    return process


class _StandardError:
    """Standard error as it is at the moment of writing; a log line must never end a run."""

    def write(self, text: str) -> None:
        """Write ``text``, or lose it where nobody reads it any more."""
        try:
            sys.stderr.write(text)
        except (OSError, ValueError, AttributeError):
            return

    def flush(self) -> None:
        """Pass on what was written."""
        try:
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):
            return


_STANDARD_ERROR: Final[Any] = _StandardError()


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
