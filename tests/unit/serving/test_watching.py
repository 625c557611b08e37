# SPDX-License-Identifier: Apache-2.0
"""What a service says of itself: to load balancers, to Prometheus and in its log."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
import structlog

from integration.outbox import Outbox, OutboxError, OutboxStatus
from integration.serving.metrics import ServiceMetrics
from integration.telemetry import Telemetry, configure_logs
from simulator.faults import FaultRule
from tests.unit.serving.conftest import READ, TOKEN, WRITE
from tests.unit.serving.watcher import BEARER, HEADERS, SECRET, watch


def test_all_is_well(service):
    """A service in good order is alive, ready and delivering, and keeps no answer in a cache."""

    async def script(one):
        await one.wait(1)
        ready, delivering, checks = await one.ready()
        assert (ready, delivering) == (True, True)
        assert {status for status, _ in checks.values()} == {"ok"}
        assert list(checks) == ["outbox", "room", "open", "deliverer", "platform", "credentials"]
        answer = await one.http.get("/health/live")
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await one.http.get(path)).headers["cache-control"] == "no-store"
            assert (await one.http.post(path)).status_code == 405

    watch(service, script)


def test_an_outage_makes_the_service_no_less_ready(service):
    """While the platform is away scores are accepted; that they are not delivered is said."""
    (lead,) = service.leads(1)

    async def script(one):
        service.fail()
        assert (await one.send((lead, 80))).status_code == 202
        await one.wait(300)
        ready, delivering, checks = await one.ready()
        assert (ready, delivering) == (True, False)
        assert checks["deliverer"][0] == "warn"
        assert re.match(
            r"nothing is delivered since \d+ s: .*did not answer", checks["deliverer"][1]
        )
        assert checks["platform"] == ("warn", "nothing was settled yet")
        assert checks["credentials"][0] == "ok"
        found = await one.metrics()
        assert found["leadscore_delivering",] == 0
        assert found["leadscore_ready",] == 1
        assert found["leadscore_outbox_oldest_seconds",] == pytest.approx(300, abs=1)
        assert found["leadscore_since_settled_seconds",] == -1
        service.control.clear_faults()
        await one.wait(90)
        assert (await one.ready())[:2] == (True, True)

    watch(service, script)


def test_refused_credentials_are_named(service):
    """That somebody has to look after the client is said apart from other trouble."""
    (lead,) = service.leads(1)

    async def script(one):
        service.fail(TOKEN, "status", status=401, code="invalid_client")
        await one.send((lead, 80))
        await one.wait(60)
        _, delivering, checks = await one.ready()
        assert not delivering
        assert checks["credentials"][0] == "warn"
        assert "no token" in checks["credentials"][1]
        assert checks["platform"][0] == "ok"
        found = await one.metrics()
        assert found["leadscore_credentials_refused",] == 1
        assert found["leadscore_token_requests_total", "failed"] >= 2

    watch(service, script)


def test_a_full_outbox_is_not_ready(service):
    """Near its limit the outbox is a warning; at the limit nothing more is accepted."""
    leads = service.leads(5)

    async def script(one):
        service.fail()
        await one.send(*((lead, 80) for lead in leads[:4]))
        ready, _, checks = await one.ready()
        assert (ready, checks["room"]) == (True, ("warn", "at most 4 of 5 scores wait"))
        await one.send((leads[4], 80))
        ready, _, checks = await one.ready()
        assert not ready
        assert checks["room"] == ("fail", "at most 5 of 5 scores wait; new ones are refused")
        assert (await one.send((leads[0], 81))).status_code == 429
        found = await one.metrics()
        assert found["leadscore_outbox_scores", "ready"] == 5
        assert found["leadscore_outbox_limit",] == 5
        assert found["leadscore_webhooks_total", "202"] == 2
        assert found["leadscore_webhooks_total", "429"] == 1
        service.control.clear_faults()

    watch(service, script, waiting_limit=5)


def test_an_outbox_that_cannot_be_written_is_not_ready(service, monkeypatch):
    """A full disk is told to the load balancer, and metrics are answered all the same."""
    (lead,) = service.leads(1)

    async def script(one):
        def fails(*_):
            raise OutboxError("the disk is full")

        monkeypatch.setattr(one.desk, "_store", fails)
        assert (await one.send((lead, 80))).status_code == 503
        ready, _, checks = await one.ready()
        assert (ready, checks["outbox"]) == (False, ("fail", "the disk is full"))
        monkeypatch.setattr("integration.outbox.records.Records.status", fails)
        assert (await one.metrics())["leadscore_ready",] == 0

    watch(service, script)


def test_a_service_that_ends_is_not_ready(service):
    """Once it is to end, senders are sent elsewhere."""

    async def script(one):
        one.desk.stop()
        ready, _, checks = await one.ready()
        assert (ready, checks["open"]) == (False, ("fail", "the service is being stopped"))
        assert (await one.http.get("/health/live")).status_code == 200

    watch(service, script)


def test_a_dead_deliverer_is_not_ready(service):
    """A service whose delivery has ended is to be replaced."""

    async def script(one):
        one.stream.standing.enter("ended")
        ready, delivering, checks = await one.ready()
        assert (ready, delivering, checks["deliverer"][0]) == (False, False, "fail")

    watch(service, script)


def test_following_is_in_order(service):
    """A service beside another deliverer is ready: its scores are delivered."""

    async def script(one):
        await one.wait(2)
        ready, delivering, checks = await one.ready()
        assert (ready, delivering, checks["deliverer"][0]) == (True, True, "ok")
        assert "delivers from this outbox" in checks["deliverer"][1]

    other = Outbox(service.settings.outbox)
    assert other.lock.acquire()
    watch(service, script)
    other.close()


def test_metrics_follow_a_score(service):
    """What a score does on its way is counted: verdicts, batches, calls, budget, latency."""
    leads = service.leads(3)

    async def script(one):
        await one.wait(1)
        await one.send(*((lead, 80) for lead in leads), ("nobody", 50))
        await one.wait(5)
        await one.send((leads[0], 81), (leads[0], 81), (leads[1], 101))
        await one.wait(5)
        found = await one.metrics()
        assert found["leadscore_accepted_scores_total",] == 6
        assert found["leadscore_scores_total", "delivered"] == 4
        assert found["leadscore_scores_total", "unknown_lead"] == 1
        assert found["leadscore_scores_total", "duplicate"] == 1
        assert found["leadscore_scores_total", "rejected"] == 1
        assert found["leadscore_batch_scores_count",] == 2
        assert found["leadscore_batch_scores_sum",] == 5
        assert found["leadscore_delivery_seconds_count",] == 4
        assert 2 * 4 <= found["leadscore_delivery_seconds_sum",] <= 2.2 * 4
        assert found["leadscore_outbox_scores", "parked"] == 1
        assert found["leadscore_outbox_scores", "ready"] == 0
        assert found["leadscore_calls_total", "write contacts", "200"] == 2
        assert found["leadscore_token_requests_total", "granted"] == 1
        assert found["leadscore_budget_used",] == len(service.made(READ)) + len(service.made(WRITE))
        assert found["leadscore_budget_allowed",] == 300
        assert found["leadscore_since_settled_seconds",] == pytest.approx(3, abs=0.5)
        await one.wait(4)
        await one.http.get("/metrics")

    watch(service, script)


def test_held_scores_are_counted_apart():
    """Scores that somebody has to look at are not those that wait for their lead."""
    metrics = ServiceMetrics(telemetry := Telemetry())
    parked = {"held": 3, "unjudged": 2, "unknown_lead": 4}
    metrics.counted(OutboxStatus(1, 0, 0, parked, None, None, ()), 0)
    value = telemetry.registry.get_sample_value
    assert value("leadscore_outbox_scores", {"state": "held"}) == 5
    assert value("leadscore_outbox_scores", {"state": "parked"}) == 4


def test_labels_do_not_grow_with_leads(service):
    """However many leads and reasons there are, the metrics stay as many as they are."""
    leads = service.leads(40)

    async def script(one):
        await one.send((leads[0], 80))
        await one.wait(5)
        few = len(await one.metrics())
        await one.send(*((lead, 81) for lead in leads))
        await one.wait(10)
        assert len(await one.metrics()) == few
        for number in range(200):
            one.service._tools.telemetry.drifted(f"reason-{number}")
        assert len(await one.metrics()) <= few + 2 * 51

    watch(service, script)


@pytest.fixture
def logged(capsys):
    """What was logged, in the order of time."""
    configure_logs("json", "info")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.reset_defaults()


def test_a_webhook_can_be_followed_to_the_platforms_call(service, logged):
    """From the id of a message by run, row and batch to the correlation id of the platform."""
    leads = service.leads(3)

    async def script(one):
        await one.send((leads[0], 70), name="msg_other")
        await one.wait(10)
        await one.send((leads[1], 80), (leads[2], 90), name="msg_1")
        await one.send((leads[1], 80), (leads[2], 90), name="msg_1")
        await one.wait(5)
        (record,) = one.service._tools.outbox.records.history(leads[1])
        lines = logged()
        accepted = [line for line in lines if line.get("webhook") == "msg_1"]
        run, (first, last) = accepted[0]["run"], accepted[0]["rows"]
        assert last == first + 1
        (batch,) = (
            line
            for line in lines
            if line["event"] == "batch_settled" and line["rows"].get(str(run)) == [first, last]
        )
        assert batch["verdicts"] == {"delivered": 2}
        calls = [
            line
            for line in lines
            if line["event"] == "platform_call" and line.get("batch") == batch["batch"]
        ]
        assert [line["operation"] for line in calls] == ["read contacts", "write contacts"]
        made = service.made(READ)[-1:] + service.made(WRITE)[-1:]
        assert [line["correlation_id"] for line in calls] == [x["correlation_id"] for x in made]
        assert calls[-1]["correlation"] == record.correlation
        assert "correlation" not in calls[0]

    watch(service, script)


def test_the_log_holds_no_secrets_and_no_phone_numbers(service, capsys):
    """Whatever happens on the way, neither secrets nor phone numbers get into the log."""
    (lead,) = service.leads(1)
    configure_logs("json", "debug", secrets=["s3cret-s3cret", BEARER])

    async def script(one):
        rules = [
            FaultRule(operation=TOKEN, kind="status", status=503, times=1),
            FaultRule(operation=WRITE, kind="status", status=401, times=2),
            FaultRule(operation=READ, kind="malformed", times=2),
        ]
        service.control.set_faults(rules=rules)
        await one.send((lead, 80))
        await one.http.post("/webhooks/lead-scores", content="{", headers=HEADERS)
        await one.wait(600)
        await one.metrics()
        structlog.get_logger().error("refused", problem="phone +49 (30) 1234-567 is no number")

    watch(service, script)
    structlog.reset_defaults()
    log = capsys.readouterr().err
    assert "not_delivering" in log
    for secret in ("s3cret", BEARER, SECRET, "Bearer ey", "+4930", "1234"):
        assert secret not in log


def test_instants_are_no_phone_numbers(capsys):
    """What looks a little like a phone number stays readable."""
    configure_logs("json", "info")
    at = datetime(2026, 11, 23, tzinfo=UTC).isoformat()
    structlog.get_logger().info("x", at=at, one="+01:00", two="1+2345", lead="L+123")
    structlog.reset_defaults()
    (line,) = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert (found["at"], found["one"], found["two"]) == (at, "+01:00", "1+2345")


def test_scores_that_look_broken_are_held_and_told(service):
    """From some moment on everybody gets 100: what comes then is accepted, and waits."""
    leads = service.leads(230)

    async def script(one):
        for begin in range(0, 200, 50):
            await one.send(*((lead, 100) for lead in leads[begin : begin + 50]))
        assert (await one.send(*((lead, 100) for lead in leads[200:]))).status_code == 202
        await one.wait(30)
        ready, delivering, checks = await one.ready()
        assert (ready, delivering) == (True, True)
        why = "100% of 200 leads have the same score, 100"
        assert checks["scores"] == ("warn", f"they are held: {why}")
        found = await one.metrics()
        assert found["leadscore_outbox_scores", "held"] == 30
        assert found["leadscore_drift_alerts_total", "held"] == 1
        (alert,) = service.alerts()
        assert (alert["kind"], alert["problem"]) == (
            "scores_held",
            f"{why}; look at them, then leadscore release",
        )
        held = [service.held(lead) for lead in leads]
        assert (held[:200], held[200:]) == (["100"] * 200, [""] * 30)

    watch(service, script)


def test_without_the_guard_nothing_is_held(service):
    """Where the guard is turned off, a stream of hundreds is delivered."""
    leads = service.leads(230)

    async def script(one):
        await one.send(*((lead, 100) for lead in leads))
        await one.send(*((lead, 100) for lead in leads[:1]))
        await one.wait(30)
        assert "scores" not in (await one.ready())[2]
        assert [service.held(lead) for lead in leads] == ["100"] * 230

    watch(service, script, guard=False)
