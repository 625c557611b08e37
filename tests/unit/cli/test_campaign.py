# SPDX-License-Identifier: Apache-2.0
"""The verb ``campaign`` against the simulated platform."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from typer.testing import CliRunner

from integration.app import App
from integration.cli.command import build
from simulator.clock import ScaledClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation

API = "https://api.mypurecloud.de/api/v2"
RIGHTS = ["outbound:campaign:view", "outbound:campaign:start", "outbound:campaign:stop"]
LIST = {
    "columnNames": ["lead_id", "phone"],
    "phoneColumns": [{"columnName": "phone", "type": "cell"}],
}


class Centre:
    """Two campaigns, each on a list of its own, and an operator."""

    def __init__(self):
        self.clock = ScaledClock(start=datetime(2026, 11, 23, 12, tzinfo=UTC))
        self.organisation = Organisation(clock=self.clock)
        control = Control(self.organisation)
        control.add_client(client_id="operator", secret="s3cret-s3cret", permissions=RIGHTS)
        self.control = control
        self.senior, self.general = asyncio.run(self._make())

    async def _make(self):
        transport = SimulatorTransport(self.organisation)
        async with httpx.AsyncClient(transport=transport) as http:
            token = await http.post(
                "https://login.mypurecloud.de/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
            )
            http.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
            return [await self._campaign(http, name) for name in ("Senior", "General")]

    async def _campaign(self, http, name):
        async def made(path, body):
            answer = await http.post(f"{API}{path}", json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()["id"]

        leads = await made("/outbound/contactlists", {**LIST, "name": f"{name} leads"})
        queue = await made("/routing/queues", {"name": f"{name} queue"})
        answers = await made(
            "/outbound/callanalysisresponsesets",
            {"name": f"{name} answers", "responses": {}},
        )
        sites = (await http.get(f"{API}/telephony/providers/edges/sites")).json()["entities"]
        scripts = (await http.get(f"{API}/scripts")).json()["entities"]
        return await made(
            "/outbound/campaigns",
            {
                "name": f"{name} campaign",
                "contactList": {"id": leads},
                "queue": {"id": queue},
                "script": {"id": scripts[0]["id"]},
                "site": {"id": sites[0]["id"]},
                "callAnalysisResponseSet": {"id": answers},
                "dialingMode": "progressive",
                "campaignStatus": "off",
                "alwaysRunning": True,
                "callerName": "Acme",
                "callerAddress": "+441632960000",
                "phoneColumns": [{"columnName": "phone", "type": "cell"}],
            },
        )


@pytest.fixture(scope="module")
def centre():
    return Centre()


@pytest.fixture
def campaign(centre, monkeypatch):
    """Runs the verb as the operator of both tiers."""
    settings = {
        "REGION": "eu-central-1",
        "CLIENT_ID": "operator",
        "CLIENT_SECRET": "s3cret-s3cret",
        "STRATEGY": "queues",
        "SENIOR_CAMPAIGN": centre.senior,
        "GENERAL_CAMPAIGN": centre.general,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"LEADSCORE_{name}", value)

    def run(*words):
        def make_app(settings, telemetry):
            transport = SimulatorTransport(centre.organisation)
            return App(settings, clock=centre.clock, transport=transport, telemetry=telemetry)

        command = build(make_app, centre.clock)
        result = CliRunner().invoke(command, ["campaign", *words])
        assert isinstance(result.exception, SystemExit | None)
        assert "Traceback" not in result.output
        return result

    return run


def states(result):
    return [(one["status"], one["change"]) for one in json.loads(result.stdout)["campaigns"]]


def test_a_day_of_operation(campaign):
    """Both campaigns are started, are left alone when they run, and are stopped."""
    assert states(campaign("status", "--json")) == [("off", ""), ("off", "")]
    started = campaign("start", "--json")
    assert started.exit_code == 0
    assert states(started) == [("on", "started"), ("on", "started")]
    assert states(campaign("start", "--json")) == [("on", ""), ("on", "")]
    stopped = campaign("stop", "--json")
    assert [change for _, change in states(stopped)] == ["stopped", "stopped"]
    assert all(status in ("off", "stopping") for status, _ in states(stopped))


def test_a_person_sees_a_table(campaign):
    """Name, status, list, queue and progress of each campaign, and nothing is changed."""
    seen = campaign("status")
    assert seen.exit_code == 0
    for word in ("Senior campaign", "General campaign", "Senior leads", "General queue", "0 of 0"):
        assert word in seen.stdout


def test_a_campaign_that_is_still_stopping_is_not_off_yet(campaign, centre):
    """Calls under way are finished first: exit code 1, and a word on what to do."""
    centre.control.set_switches(campaign_stopping_seconds=600)
    try:
        campaign("start")
        stopped = campaign("stop")
        assert stopped.exit_code == 1
        assert "its agents finish their calls" in stopped.stderr
    finally:
        centre.control.set_switches(campaign_stopping_seconds=0)


def test_a_refusal_of_the_platform_is_told(campaign, monkeypatch):
    """A campaign that is not there is a refusal with its status and code."""
    monkeypatch.setenv("LEADSCORE_SENIOR_CAMPAIGN", "no-such-campaign")
    refused = campaign("start")
    assert refused.exit_code == 3
    assert "404" in refused.stderr


def test_both_campaigns_are_needed(campaign, monkeypatch):
    """With a campaign for each tier, none may be left out."""
    monkeypatch.delenv("LEADSCORE_GENERAL_CAMPAIGN")
    missing = campaign("stop")
    assert missing.exit_code == 2
    assert "general_campaign is missing" in missing.stderr
