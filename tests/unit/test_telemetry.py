# SPDX-License-Identifier: Apache-2.0
"""Logs without secrets, and metrics that do not mix."""

from __future__ import annotations

import io
import json
import sys

import pytest
import structlog

from integration.order import Verdict
from integration.platform.budget import BudgetStatus
from integration.platform.call_log import CallRecord
from integration.telemetry import Telemetry, configure_logs, masking

SECRET = "swordfish-1234567"


@pytest.fixture(autouse=True)
def unconfigured():
    yield
    structlog.reset_defaults()


def logged(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


MASKED = {
    "a key that says secret": ({"client_secret": SECRET}, {"client_secret": "***"}),
    "a key that says password": ({"dbPassword": SECRET}, {"dbPassword": "***"}),
    "an authorization header": (
        {"headers": {"Authorization": f"Basic {SECRET}", "Accept": "json"}},
        {"headers": {"Authorization": "***", "Accept": "json"}},
    ),
    "a token": ({"access_token": SECRET, "token": SECRET}, {"access_token": "***", "token": "***"}),
    "a bearer token in a text": (
        {"problem": f"refused: Bearer {SECRET}."},
        {"problem": "refused: Bearer ***"},
    ),
    "a secret in a query": (
        {"url": f"https://x/?client_secret={SECRET}&a=1"},
        {"url": "https://x/?client_secret=***&a=1"},
    ),
    "a password in an address": ({"url": f"https://u:{SECRET}@x/"}, {"url": "https://***@x/"}),
    "a known secret anywhere": (
        {"a": ["it was known-secret", {"b": ("known-secret",)}]},
        {"a": ["it was ***", {"b": ["***"]}]},
    ),
    "what is no secret": (
        {"lead": "L1", "score": 7, "share": 0.5, "new": None, "ok": True, "tokens": 2},
        {"lead": "L1", "score": 7, "share": 0.5, "new": None, "ok": True, "tokens": 2},
    ),
    "an object": ({"error": ValueError("Bearer abcdefgh")}, {"error": "Bearer ***"}),
}


@pytest.mark.parametrize(("event", "expected"), MASKED.values(), ids=MASKED)
def test_secrets_are_masked_wherever_they_stand(event, expected):
    """Keys that sound secret, tokens in texts, and secrets known by value do not get out."""
    process = masking(["known-secret", "x"])
    assert process(None, "info", dict(event)) == expected


def test_a_log_line_is_json_with_time_and_level(capsys):
    """A log collector finds what it needs, and the traceback of an error without secrets."""
    configure_logs("json", "info", secrets=[SECRET])
    log = structlog.get_logger("x")
    log.debug("unseen")
    try:
        raise ValueError(SECRET)
    except ValueError:
        log.exception("failed", secret="a", lead="L1")
    [line] = logged(capsys)
    assert line["event"] == "failed"
    assert line["level"] == "error"
    assert line["lead"] == "L1"
    assert line["secret"] == "***"
    assert line["timestamp"].endswith("Z")
    assert "ValueError: ***" in line["exception"]


@pytest.mark.parametrize("log_format", ["console", "auto"])
def test_a_log_for_people_is_text_on_a_terminal(monkeypatch, log_format):
    """Console format is no JSON; auto follows standard error."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    configure_logs(log_format)
    structlog.get_logger().warning("hello", lead="L1")
    assert "hello" in terminal.getvalue()
    assert "{" not in terminal.getvalue()


def test_auto_is_json_elsewhere(capsys):
    """Where nobody looks on, lines are for machines."""
    configure_logs("auto")
    structlog.get_logger().warning("hello")
    assert logged(capsys)[0]["event"] == "hello"


@pytest.mark.parametrize("problem", [OSError(32, "Broken pipe"), ValueError("closed")])
def test_a_log_that_nobody_reads_ends_nothing(monkeypatch, problem):
    """A closed or broken standard error loses log lines, not scores."""

    class Broken(io.StringIO):
        def write(self, _):
            raise problem

        def flush(self):
            raise problem

    configure_logs("json")
    monkeypatch.setattr(sys, "stderr", Broken())
    structlog.get_logger().error("hello")
    monkeypatch.setattr(sys, "stderr", None)
    structlog.get_logger().error("hello")


def test_metrics_count_what_happens():
    """Verdicts, calls, the budget and alerts show up under their labels."""
    telemetry = Telemetry()
    telemetry.settled(Verdict.DELIVERED)
    telemetry.settled(Verdict.DELIVERED, 2)
    telemetry.called(CallRecord("write contacts", "POST", 200, 0.2, "c", ""))
    telemetry.called(CallRecord("write contacts", "POST", None, 0.2, "", "reset"))
    telemetry.budget(BudgetStatus(300, 1, 299, 0, 0.0, "", 1, 0, 0, 1, 60.0))
    telemetry.budget(
        BudgetStatus(
            allowed=300,
            used=20,
            free=280,
            waiting_callers=0,
            closed_for=0.0,
            reason="",
            calls=20,
            refused=1,
            episodes=1,
            waits=3,
            waited=61.5,
        )
    )
    telemetry.drifted("unreachable")
    value = telemetry.registry.get_sample_value
    assert value("leadscore_scores_total", {"verdict": "delivered"}) == 3
    labels = {"operation": "write contacts"}
    assert value("leadscore_calls_total", {**labels, "status": "200"}) == 1
    assert value("leadscore_calls_total", {**labels, "status": "none"}) == 1
    assert value("leadscore_call_seconds_count", labels) == 2
    assert value("leadscore_budget_allowed") == 300
    assert value("leadscore_budget_used") == 20
    assert value("leadscore_budget_waits_total") == 3
    assert value("leadscore_budget_waited_seconds_total") == 61.5
    assert value("leadscore_budget_episodes_total") == 1
    assert value("leadscore_drift_alerts_total", {"reason": "unreachable"}) == 1
    assert b'leadscore_scores_total{verdict="delivered"} 3.0' in telemetry.exposition()


def test_two_runs_in_one_process_do_not_mix():
    """Each telemetry has a registry of its own."""
    one, other = Telemetry(), Telemetry()
    one.settled(Verdict.CONFLICT)
    assert (
        other.registry.get_sample_value("leadscore_scores_total", {"verdict": "conflict"}) is None
    )
