# SPDX-License-Identifier: Apache-2.0
"""A small call centre: a campaign with all that it needs, agents, and a day in virtual time."""

from __future__ import annotations

import json

import pytest

OUTBOUND = "/api/v2/outbound"
FRESH = "2026-11-23T08:00:00.000Z"
BY_SCORE = {"fieldName": "ml_score", "direction": "DESC", "numeric": True}
LEADS = {
    "columnNames": ["phone", "mobile", "zone", "ml_score", "ml_score_at", "tier"],
    "phoneColumns": [
        {"columnName": "phone", "type": "cell", "callableTimeColumnName": "zone"},
        {"columnName": "mobile", "type": "mobile", "callableTimeColumnName": "zone"},
    ],
    "columnDataTypeSpecifications": [
        {"columnName": "ml_score", "columnDataType": "TEXT"},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
        {"columnName": "tier", "columnDataType": "TEXT"},
    ],
}
FIXED = {
    "ring": {"least": 10, "most": 10},
    "talk": {"least": 60, "most": 60},
    "wrap_up": {"least": 20, "most": 20},
    "outcomes": {"person": 1},
}


class Centre:
    """One organisation with a dialer, and short ways to speak to it."""

    def __init__(self, platform):
        self.platform = platform
        self.organisation = platform.organisation
        self.control = platform.control
        self.organisation.switches.working_set = 0

    def make(self, path, body):
        root = path if path.startswith("/") else f"{OUTBOUND}/{path}"
        said = self.platform.call("POST", root, body)
        assert said.status == 200, said.text
        return said.body["id"]

    def leads(self, scores, name="Leads", attempt_limit=None, **more):
        """A contact list with a lead of each name: a score, or a whole row."""
        body = {**LEADS, "name": name}
        if attempt_limit:
            body["attemptLimits"] = {"id": attempt_limit}
        list_id = self.make("contactlists", body)
        self.write(list_id, scores, **more)
        return list_id

    def write(self, list_id, scores, query="", **more):
        """Write leads as a client would; what a row leaves out is fresh and has a phone."""
        rows = []
        for lead, score in scores.items():
            row = score if isinstance(score, dict) else {"ml_score": score}
            cells = {"phone": f"+1{lead}", "ml_score_at": FRESH, **more, **row}
            data = {column: str(cell) for column, cell in cells.items()}
            rows.append({"id": lead, "contactListId": list_id, "data": data})
        path = f"{OUTBOUND}/contactlists/{list_id}/contacts{query}"
        for start in range(0, len(rows), 1000):
            said = self.platform.call("POST", path, rows[start : start + 1000])
            assert said.status == 200, said.text

    def campaign(self, list_id, name="Campaign", queue=None, **changes):
        sites = self.platform.call("GET", "/api/v2/telephony/providers/edges/sites").body
        scripts = self.platform.call("GET", "/api/v2/scripts").body
        answers = self.make(
            "callanalysisresponsesets", {"name": f"Answers {name}", "responses": {}}
        )
        body = {
            "name": name,
            "dialingMode": "progressive",
            "phoneColumns": [{"columnName": "phone"}],
            "callerName": "Acme",
            "callerAddress": "+13175550100",
            "contactSorts": [BY_SCORE],
            "dynamicContactQueueingSettings": {"sort": True, "filter": True},
            "alwaysRunning": True,
            "contactList": {"id": list_id},
            "queue": {"id": queue or self.queue(f"Queue {name}")},
            "script": {"id": scripts["entities"][0]["id"]},
            "site": {"id": sites["entities"][0]["id"]},
            "callAnalysisResponseSet": {"id": answers},
            **changes,
        }
        campaign_id = self.make("campaigns", body)
        self.start(campaign_id)
        return campaign_id

    def start(self, campaign_id):
        assert self.platform.call("POST", f"{OUTBOUND}/campaigns/{campaign_id}/start").status == 204

    def stop(self, campaign_id):
        assert self.platform.call("POST", f"{OUTBOUND}/campaigns/{campaign_id}/stop").status == 204

    def queue(self, name):
        return self.make("/api/v2/routing/queues", {"name": name})

    def agents(self, *names, queues=("Queue Campaign",), **skills):
        for name in names:
            self.control.add_agent(name=name, queues=list(queues), skills=skills or None)
        self.organisation.dialer.settle()

    def dial(self, seconds=0.0, **settings):
        """Turn the dialer on and let it work."""
        self.control.configure_dialer(**{**FIXED, **settings})
        return self.run(seconds)

    def run(self, seconds):
        self.control.run_dialer(seconds=seconds)
        return self.lines()

    def lines(self, kind="call"):
        text = self.control.dial_log(kind=kind)
        return [json.loads(line) for line in text.splitlines()]

    def order(self):
        """The leads in the order in which they were called."""
        return [line["lead"] for line in self.lines()]

    def contact(self, list_id, lead):
        return self.control.contact(list_id, lead)

    def status(self, campaign_id):
        return self.platform.call("GET", f"{OUTBOUND}/campaigns/{campaign_id}").body[
            "campaignStatus"
        ]


@pytest.fixture
def centre(platform):
    return Centre(platform)


@pytest.fixture
def make_centre(make_platform):
    return lambda **settings: Centre(make_platform(**settings))
