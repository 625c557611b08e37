# SPDX-License-Identifier: Apache-2.0
"""The integration against the simulated platform in memory, on one virtual clock."""

from __future__ import annotations

import random

import httpx
import pytest
from pydantic import SecretStr

from integration.app import App
from integration.scores import RawScore, format_instant, instant_of
from integration.settings import Settings
from integration.sources import ContactRow, SourceRow
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import Organisation
from simulator.virtual_time import run_virtual

COLUMNS = ["lead_id", "phone", "zone", "ml_score", "ml_score_at", "route_tier", "model_version"]
PUSHER = (
    "outbound:contact:add",
    "outbound:contact:edit",
    "outbound:contact:view",
    "outbound:contactList:view",
)


class Site:
    """An organisation with one contact list, and the means to run the product against it."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock, seed=1)
        self.control = Control(self.organisation)
        self.transport = SimulatorTransport(self.organisation)
        self.organisation.add_client("pusher", "pusher-secret", permissions=PUSHER)
        self.list_id = self.run(self._list())
        self.settings = Settings(
            gateway="https://api.example.test",
            client_id="pusher",
            client_secret=SecretStr("pusher-secret"),
            contact_list=self.list_id,
            outbox=folder / "outbox.db",
            retry_attempts=3,
        )

    def run(self, coroutine):
        return run_virtual(self.clock, coroutine)

    async def call(self, method, path, body=None):
        async with httpx.AsyncClient(
            transport=self.transport, base_url="https://api.example.test"
        ) as http:
            token = await http.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=("local-deployer", "local-deployer-secret"),
            )
            bearer = f"Bearer {token.json()['access_token']}"
            answer = await http.request(method, path, json=body, headers={"Authorization": bearer})
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

    async def _list(self):
        body = {
            "name": "Leads",
            "columnNames": COLUMNS,
            "phoneColumns": [{"columnName": "phone", "type": "cell"}],
            "columnDataTypeSpecifications": [
                {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
                {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
            ],
        }
        return (await self.call("POST", "/api/v2/outbound/contactlists", body))["id"]

    def add(self, *leads, **columns):
        path = f"/api/v2/outbound/contactlists/{self.list_id}/contacts"
        rows = [
            {
                "id": lead,
                "contactListId": self.list_id,
                "data": {"lead_id": lead, "phone": "+49301234", "zone": "Europe/Berlin"} | columns,
            }
            for lead in leads
        ]
        self.run(self.call("POST", path, rows))

    def contact(self, lead):
        return self.control.contact(self.list_id, lead)

    def data(self, lead):
        return self.contact(lead)["data"]

    def calls(self, operation=""):
        return [
            one
            for one in self.control.calls()["calls"]
            if one["client_id"] == "pusher" and operation in (one["operation_id"] or "")
        ]

    def app(self, **changes):
        settings = self.settings.model_copy(update=changes)
        return App(settings, clock=self.clock, transport=self.transport, rng=random.Random(3))

    def use(self, work, **changes):
        """Run ``work(app)`` on a fresh application."""

        async def main():
            async with self.app(**changes) as app:
                return await work(app)

        return self.run(main())

    def rows(self, *scores, age_s=60):
        at = format_instant(instant_of(self.clock.now()) - age_s * 1000)
        return [
            SourceRow(row, RawScore(lead, str(score), at), None)
            for row, (lead, score) in enumerate(scores, 1)
        ]

    def push(self, *scores, age_s=60, **changes):
        rows = self.rows(*scores, age_s=age_s)
        return self.use(lambda app: app.push(rows, name="test"), **changes)

    @staticmethod
    def contact_row(row, lead):
        return ContactRow(row, lead, {"phone": "+49301"}, None)

    def load(self, *contacts, columns=("phone", "zone"), **changes):
        rows = [
            ContactRow(row, lead, dict(zip(columns, values, strict=True)), None)
            for row, (lead, *values) in enumerate(contacts, 1)
        ]
        return self.use(lambda app: app.load(rows, columns), **changes)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)
