# SPDX-License-Identifier: Apache-2.0
"""Everything that a campaign is made of, and short ways to call the platform about it."""

from __future__ import annotations

import pytest

OUTBOUND = "/api/v2/outbound"
LEADS = {
    "name": "Leads",
    "columnNames": ["phone", "mobile", "mail", "zone", "ml_score", "ml_score_at", "tier"],
    "phoneColumns": [
        {"columnName": "phone", "type": "cell"},
        {"columnName": "mobile", "type": "mobile"},
    ],
    "columnDataTypeSpecifications": [
        {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
        {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
    ],
}
FILTER = {
    "name": "Senior",
    "clauses": [{"predicates": [{"column": "tier", "operator": "EQUALS", "value": "senior"}]}],
}


@pytest.fixture
def make(platform):
    """Make an object of a kind, given its path and body; the body of the answer."""

    def make_one(path, body):
        root = path if path.startswith("/") else f"{OUTBOUND}/{path}"
        said = platform.call("POST", root, body)
        assert said.status == 200, said.text
        return said.body

    return make_one


@pytest.fixture
def outbound(platform):
    """Call below ``/api/v2/outbound``."""

    def call(method, path, body=None, **settings):
        return platform.call(method, f"{OUTBOUND}/{path}", body, **settings)

    return call


@pytest.fixture
def parts(platform, make):
    """The ids of what a campaign refers to, by the name of the field."""
    leads = make("contactlists", LEADS)["id"]
    sites = platform.call("GET", "/api/v2/telephony/providers/edges/sites").body
    scripts = platform.call("GET", "/api/v2/scripts").body
    return {
        "contactList": leads,
        "queue": make("/api/v2/routing/queues", {"name": "Senior Agent Queue"})["id"],
        "script": scripts["entities"][0]["id"],
        "site": sites["entities"][0]["id"],
        "callAnalysisResponseSet": make(
            "callanalysisresponsesets", {"name": "Answers", "responses": {}}
        )["id"],
        "callableTimeSet": make("callabletimesets", {"name": "Office hours", "callableTimes": []})[
            "id"
        ],
        "dncLists": make("dnclists", {"name": "Never", "dncSourceType": "rds"})["id"],
        "ruleSets": make("rulesets", {"name": "Priority Lead Dispatch"})["id"],
        "contactListFilters": make("contactlistfilters", {**FILTER, "contactList": {"id": leads}})[
            "id"
        ],
    }


@pytest.fixture
def campaign(parts):
    """The body of a campaign that uses everything."""

    def body(**changes):
        single = ("contactList", "queue", "script", "site", "callAnalysisResponseSet")
        whole = {
            "name": "Senior",
            "dialingMode": "progressive",
            "phoneColumns": [{"columnName": "phone"}],
            "callerName": "Acme",
            "callerAddress": "+13175550100",
            "contactSorts": [{"fieldName": "ml_score", "direction": "DESC", "numeric": True}],
            "dynamicContactQueueingSettings": {"sort": True, "filter": True},
            "alwaysRunning": True,
            **{name: {"id": parts[name]} for name in (*single, "callableTimeSet")},
            **{
                name: [{"id": parts[name]}]
                for name in ("dncLists", "ruleSets", "contactListFilters")
            },
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    return body


@pytest.fixture
def put(outbound):
    """Change a campaign as clients do: read it, change fields, send everything back."""

    def change(campaign_id, query="", **changes):
        path = f"campaigns/{campaign_id}"
        now = outbound("GET", path).body
        body = {name: value for name, value in {**now, **changes}.items() if value is not None}
        return outbound("PUT", path + query, body)

    return change
