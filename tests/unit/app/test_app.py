# SPDX-License-Identifier: Apache-2.0
"""Whole runs of the application: push, resume, plan, and two processes at one outbox."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from integration.configuration import SettingsError
from integration.drift import DriftAlert, FileNotifier
from integration.outbox import Outbox
from integration.platform.errors import Unreachable
from integration.platform.outgoing import NotPostedError, post_json
from integration.scores import Rejected
from integration.sources import SourceRow
from simulator.contact_control import ContactChange
from simulator.faults import FaultRule

WRITE = "post_outbound_contactlist_contacts"


def test_push_writes_the_score_columns(site):
    """A pushed score stands in the contact's columns, all others stay as they were."""
    site.add("a", "b")
    summary = site.push(("a", 71), ("b", 70))
    assert summary.exit_code == 0
    assert site.data("a") == {
        "lead_id": "a",
        "phone": "+49301234",
        "zone": "Europe/Berlin",
        "ml_score": "71",
        "ml_score_at": "2026-11-23T08:59:00.000Z",
        "route_tier": "senior",
        "model_version": "",
    }
    assert site.data("b")["route_tier"] == "general"


def test_summary_counts_every_row(site):
    """Each row stands in exactly one count of the summary."""
    site.add("a", "b")
    rows = [
        *site.rows(("a", 50), ("a", 50), ("a", 51), ("ghost", 50), ("b", 20)),
        SourceRow(6, None, Rejected("malformed_row", "no")),
    ]
    run = site.use(lambda app: app.push(rows, name="x"))
    assert (run.rows, run.accepted, run.delivered) == (6, 5, 2)
    assert (run.duplicates, run.conflicts, run.unknown, run.rejected) == (1, 1, 1, 1)
    assert (run.waiting, run.superseded) == (0, 0)
    assert run.exit_code == 1
    assert run.calls == 2
    assert run.previous_logged == 2


def test_pushing_twice_is_fine(site):
    """The second push of a file finds every score there."""
    site.add("a")
    site.push(("a", 50))
    again = site.push(("a", 50))
    assert (again.duplicates, again.exit_code) == (1, 0)


def test_stale_score_is_written_as_nothing(site):
    """A score that is too old when it is pushed may not steer dialling."""
    site.add("a")
    site.push(("a", 90), age_s=25 * 3600)
    assert (site.data("a")["ml_score"], site.data("a")["route_tier"]) == ("0", "general")
    again = site.push(("a", 90), age_s=25 * 3600)
    assert again.duplicates == 1


@pytest.mark.parametrize(
    ("system", "queued_again"),
    [
        ({}, True),
        ({"callable": False}, False),
        ({"callRecords": {"phone": {"lastResult": "BUSY"}}}, False),
        ({"phoneNumberStatus": {"phone": {"callable": False}}}, False),
    ],
    ids=["never called", "not callable", "called before", "number not callable"],
)
def test_lead_that_was_skipped_as_stale_is_queued_again(site, system, queued_again):
    """Only a lead that was never called and may be called goes back into the queue."""
    site.add("a", ml_score="90", ml_score_at="2026-11-20T08:00:00.000Z")
    if system:
        site.control.change_contact(site.list_id, "a", ContactChange(**system))
    site.push(("a", 80))
    (call,) = [one for one in site.calls() if one["operation_id"] == WRITE]
    assert call["query"].endswith(f"doNotQueue={'false' if queued_again else 'true'}")
    assert set(call["body"][0]) == {"id", "contactListId", "data"}


def test_fresh_lead_keeps_its_place_in_the_queue(site):
    """A refresh of a fresh score never touches the dialling queue."""
    site.add("a", ml_score="90", ml_score_at="2026-11-23T08:00:00.000Z")
    site.push(("a", 80))
    (call,) = [one for one in site.calls() if one["operation_id"] == WRITE]
    assert call["query"] == "priority=false&clearSystemData=false&doNotQueue=true"


def test_outage_keeps_scores_for_resume(site):
    """What an outage left behind is delivered by the next resume."""
    site.add("a")
    site.control.set_faults(rules=[FaultRule(kind="connect_error")])
    run = site.push(("a", 50))
    assert isinstance(run.stopped, Unreachable)
    assert (run.waiting, run.exit_code) == (1, 1)
    site.control.clear_faults()
    resumed = site.use(lambda app: app.resume())
    assert (resumed.delivered, resumed.waiting, resumed.exit_code) == (1, 0, 0)
    assert site.data("a")["ml_score"] == "50"


def test_unusable_proxy_is_a_matter_of_settings(site, monkeypatch):
    """A proxy that cannot be used is said as a setting that is wrong."""
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://[")
    site.transport = None
    with pytest.raises(SettingsError, match="proxy"):
        site.push(("a", 50))


def test_interrupt_keeps_the_rest(site):
    """A signal before the delivery keeps every accepted score."""
    site.add("a")

    async def work(app):
        app.interrupt()
        return await app.push(site.rows(("a", 50)), name="x")

    run = site.use(work)
    assert (run.waiting, run.exit_code) == (1, 4)
    assert site.use(lambda app: app.resume()).delivered == 1


def test_second_process_follows_the_deliverer(site):
    """While another process delivers, a push enqueues and waits for its rows."""
    site.add("a")
    other = Outbox(site.settings.outbox)
    assert other.lock.acquire()
    seen = []

    async def work(app):
        pushing = asyncio.ensure_future(
            app.push(site.rows(("a", 50)), name="x", progress=seen.append)
        )
        await site.clock.sleep(3)
        assert not pushing.done()
        other.close()
        return await pushing

    run = site.use(work)
    assert run.delivered == 1
    assert any("delivers from this outbox" in one.waiting_reason for one in seen)


def test_follower_ends_when_its_rows_are_settled(site):
    """A follower whose rows were parked by the deliverer does not wait for ever."""
    other = Outbox(site.settings.outbox)
    assert other.lock.acquire()

    async def work(app):
        return await app.push([SourceRow(1, None, Rejected("malformed_row", "no"))], name="x")

    assert site.use(work).rejected == 1
    other.close()


def test_plan_changes_nothing(site):
    """A plan counts calls and asks for the limit, and writes nothing."""
    site.add("a")
    site.control.forget_calls()
    rows = site.rows(*((f"l{i}", 50) for i in range(2100)), ("l1", 0))
    plan = site.use(lambda app: app.plan(rows))
    assert (plan.rows, plan.accepted, plan.rejected, plan.leads) == (2101, 2100, 1, 2100)
    assert (plan.calls, plan.reads, plan.writes, plan.allowed) == (45, 42, 3, 300)
    assert len(site.calls()) == 1
    assert site.use(lambda app: asyncio.sleep(0, app.status())).ready == 0


def test_plan_without_the_platform_uses_the_settings(site):
    """Where the platform cannot be asked, the plan says so and uses the settings' limit."""
    site.control.set_faults(rules=[FaultRule(kind="connect_error")])
    plan = site.use(lambda app: app.plan(site.rows(("a", 50))), calls_per_minute=50)
    assert plan.allowed == 50
    assert "no connection" in plan.limit_problem


def test_drift_is_told_to_file_and_webhook(site):
    """Scores that could not be delivered are told to every notifier."""
    site.add("a")
    posted = []

    class Both(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if request.url.host == "alerts.example.test":
                posted.append(json.loads(request.content))
                return httpx.Response(500 if len(posted) > 1 else 204)
            return await inner.handle_async_request(request)

    inner, site.transport = site.transport, Both()
    site.control.set_faults(rules=[FaultRule(operation=WRITE, kind="connect_error")])
    options = {
        "drift_file": site.folder / "alerts" / "drift.jsonl",
        "drift_webhook": "https://alerts.example.test/hook",
    }
    site.push(("a", 50), **options)
    site.push(("a", 50), **options)
    lines = (site.folder / "alerts" / "drift.jsonl").read_text().splitlines()
    assert [json.loads(line)["examples"] for line in lines] == [["a"], ["a"]]
    assert posted[0]["kind"] == "score_drift"


def test_webhook_failures_do_not_show_the_address():
    """An alert that could not be posted says why, without the address and its secrets."""

    async def main(status):
        def answer(request):
            if status is None:
                raise httpx.ConnectError("refused", request=request)
            return httpx.Response(status)

        await post_json("https://x.test/secret", {}, transport=httpx.MockTransport(answer))

    asyncio.run(main(204))
    for status, words in ((500, "answered 500"), (None, "ConnectError")):
        with pytest.raises(NotPostedError, match=words) as raised:
            asyncio.run(main(status))
        assert "secret" not in str(raised.value)


def test_alert_file_that_cannot_be_written_is_an_error(tmp_path):
    """A folder in place of the alert file is an error for the log, not a crash."""
    with pytest.raises(OSError, match=r"drift|directory"):
        asyncio.run(FileNotifier(tmp_path).notify(DriftAlert("d", "r", "p")))


def test_retry_and_history(site):
    """A parked lead is due again after a retry, and its writes are on record."""
    site.push(("a", 50))
    assert site.use(lambda app: asyncio.sleep(0, app.status())).parked == {"unknown_lead": 1}
    site.add("a")
    assert site.use(lambda app: asyncio.sleep(0, app.retry(lead_id="a"))) == 1
    site.use(lambda app: app.resume())
    (entry,) = site.use(lambda app: asyncio.sleep(0, app.history("a")))
    assert (entry.score, entry.outcome) == (50, "delivered")


def test_verdicts_name_every_row(site):
    """The verdicts of a run list its rows in order, with previous and new values."""
    site.add("a", ml_score="7", ml_score_at="2026-11-23T07:00:00.000Z")
    run = site.push(("a", 50), ("ghost", 60))
    rows = site.use(lambda app: asyncio.sleep(0, list(app.verdicts(run.run_id))))
    assert [(one.row, one.verdict, one.previous, one.new) for one in rows] == [
        (1, "delivered", 7, 50),
        (2, "unknown_lead", None, 60),
    ]
    assert rows[0].previous_at == "2026-11-23T07:00:00.000Z"


def test_ledger_audit_saves_the_reads(site):
    """With the ledger as audit a repeated push of 1,000 scores takes two calls."""
    leads = [f"l{i:04}" for i in range(1000)]
    site.add(*leads)
    options = {"audit": "ledger", "columns_kept": True}
    first = [(lead, place % 90 + 1) for place, lead in enumerate(leads)]
    assert site.push(*first, **options).calls == 21
    again = site.push(*((lead, score + 5) for lead, score in first), age_s=30, **options)
    assert (again.delivered, again.calls, again.previous_logged) == (1000, 2, 1000)
    assert site.data("l0007")["phone"] == "+49301234"


def test_ledger_audit_undoes_what_it_created(site):
    """A lead that has left the list is not created again by a write without a read."""
    site.organisation.add_client("pusher", "pusher-secret", permissions=["outbound:*:*"])
    site.add("a", "b")
    options = {"audit": "ledger", "columns_kept": True}
    site.push(("a", 50), ("b", 50), **options)
    path = f"/api/v2/outbound/contactlists/{site.list_id}/contacts/b"
    site.run(site.call("DELETE", path))
    run = site.push(("a", 60), ("b", 60), age_s=30, **options)
    assert (run.delivered, run.unknown) == (1, 1)
    page = site.run(
        site.call("POST", path.rpartition("/")[0] + "/search", {"pageSize": 10, "pageNumber": 1})
    )
    assert [one["id"] for one in page["entities"]] == ["a"]
