# SPDX-License-Identifier: Apache-2.0
"""Whole runs into the stores that the settings name."""

from __future__ import annotations

import pytest

from integration.pushing import TooManyLeadsError
from integration.reports import ExitCode

PERMISSIONS = (
    "data:record:view",
    "data:record:edit",
    "architect:datatableRow:view",
    "architect:datatableRow:add",
    "architect:datatableRow:edit",
)
ENTITY = {
    "name": "LeadScore",
    "keyField": "lead_id",
    "fields": [
        {"name": "lead_id", "type": "string"},
        {"name": "priority_score", "type": "integer"},
        {"name": "last_calculated_at", "type": "datetime"},
    ],
}
SCHEMA = {
    "required": ["key"],
    "properties": {
        "key": {"type": "string"},
        "priorityScore": {"type": "integer"},
        "lastCalculatedAt": {"type": "string"},
    },
}


@pytest.fixture
def stores(site):
    """The site with a mapped data service and a data table; their settings."""
    site.control.change_client(client_id="pusher", permissions=list(PERMISSIONS))
    services = "/api/v2/data/services"
    site.run(site.call("POST", services, {"name": "LeadScoringIntegration"}))
    entities = f"{services}/LeadScoringIntegration/entities"
    site.run(site.call("POST", entities, ENTITY))
    columns = {"priority_score": "ml_score", "last_calculated_at": "ml_score_at"}
    mapping = {"contactListId": site.list_id, "columns": columns}
    site.run(site.call("PUT", f"{entities}/LeadScore/mapping", mapping))
    body = {"name": "LeadScore", "schema": SCHEMA}
    table = site.run(site.call("POST", "/api/v2/flows/datatables", body))
    return {
        "data service": {"store": "data_service", "contact_list": ""},
        "data table": {"store": "data_table", "data_table": table["id"], "contact_list": ""},
    }


def test_scores_reach_the_dialer_through_the_guides_entity(site, stores):
    """The guide's names are known: nothing but the store is set, and the contact has its score."""
    site.add("a", "b")
    summary = site.push(("a", 87), ("b", 12), **stores["data service"])
    assert (summary.delivered, summary.previous_logged) == (2, 2)
    assert summary.exit_code is ExitCode.FINE
    assert (site.data("a")["ml_score"], site.data("b")["ml_score"]) == ("87", "12")
    assert summary.calls == 2 * 2


def test_scores_reach_a_data_table(site, stores):
    """A row of the table carries the score."""
    summary = site.push(("a", 87), **stores["data table"])
    assert (summary.delivered, summary.exit_code) == (1, ExitCode.FINE)
    (table,) = site.organisation.data_tables
    assert table.rows["a"]["priorityScore"] == 87


@pytest.mark.parametrize("kind", ["data service", "data table"])
def test_a_plan_counts_reads_and_writes(site, stores, kind):
    """One read and one write are planned for each lead."""
    rows = site.rows(*((f"lead-{number}", 50) for number in range(50)))
    plan = site.use(lambda app: app.plan(rows), **stores[kind])
    assert (plan.calls, plan.reads, plan.writes) == (100, 50, 50)


def test_more_leads_than_a_table_holds_are_not_even_accepted(site, stores):
    """A file of 5,001 leads is refused as a whole, and nothing of it waits."""
    scores = [(f"lead-{number}", 50) for number in range(5_001)]
    with pytest.raises(TooManyLeadsError, match=r"test holds more leads than fit.* over 5,000"):
        site.push(*scores, **stores["data table"])
    assert site.calls("datatable") == []
    status = site.use(_status, **stores["data table"])
    assert (status.ready, status.put_off, status.claimed) == (0, 0, 0)


def test_leads_that_wait_count_as_well(site, stores):
    """What waits from before and what comes now have to fit together; a lead counts once."""
    site.control.set_faults(rules=[{"operation": "*datatable*", "kind": "connect_error"}])
    settings = stores["data table"] | {"retry_attempts": 1}
    first = site.push(*((f"lead-{number}", 50) for number in range(4_990)), **settings)
    assert first.waiting == 4_990
    site.push(*((f"lead-{number}", 60) for number in range(1_000)), age_s=30, **settings)
    with pytest.raises(TooManyLeadsError, match="more leads than fit"):
        site.push(*((f"new-{number}", 50) for number in range(11)), **settings)
    site.push(*((f"new-{number}", 50) for number in range(10)), **settings)


def test_rejected_rows_take_no_row_of_the_table(site, stores, monkeypatch):
    """Bad rows are told, and do not count against the table."""
    monkeypatch.setattr("integration.stores.data_table.MOST_ROWS", 2)
    summary = site.push(("a", 50), ("b", 50), ("no lead!", 50), ("c", 101), **stores["data table"])
    assert (summary.delivered, summary.rejected) == (2, 2)


async def _status(app):
    return app.status()
