# SPDX-License-Identifier: Apache-2.0
"""A desk at the simulated platform: one call, one answer, without HTTP between them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from simulator import (
    bulk_jobs,
    contact_exports,
    contact_list_filters,
    contact_list_views,
    contact_lists,
    contact_search,
    contacts,
)
from simulator.clock import VirtualClock
from simulator.errors import Refusal
from simulator.http import Answer, Call
from simulator.organisation import BOOTSTRAP_CLIENT, Organisation
from simulator.routes import Routes

MODULES = (
    contact_lists,
    contact_list_views,
    contacts,
    contact_search,
    contact_list_filters,
    contact_exports,
    bulk_jobs,
)
LISTS = "/api/v2/outbound/contactlists"
FILTERS = "/api/v2/outbound/contactlistfilters"
COLUMNS = ["lead_id", "phone", "zone", "ml_score", "ml_score_at", "route_tier"]


@dataclass
class Said:
    """One answer, as a client would read it."""

    status: int
    body: Any

    @property
    def code(self):
        return self.body["code"]


class Desk:
    """Calls handlers as the pipeline does; every body makes the way through JSON."""

    def __init__(self):
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock)
        self.switches = self.organisation.switches
        self._routes = Routes(sum((module.OPERATIONS for module in MODULES), ()))

    def __call__(self, method, path, body=None, *, client=BOOTSTRAP_CLIENT, **query):
        match = self._routes.find(method, path)
        assert match is not None, f"{method} {path} is not simulated"
        assert match.operation is not None, f"{method} {path} is not simulated"
        call = Call(
            organisation=self.organisation,
            operation=match.operation,
            path=match.path,
            query={name: [str(value)] for name, value in query.items()},
            headers={},
            correlation_id="a-call",
            caller=self.organisation.clients.by_id[client],
            body=json.loads(json.dumps(body)),
        )
        try:
            answer = match.operation.handler(call)
        except Refusal as refusal:
            return Said(refusal.status, refusal.body(call.correlation_id))
        if not isinstance(answer, Answer):
            answer = Answer(answer)
        if isinstance(answer.body, bytes):
            return Said(answer.status, answer.body.decode())
        return Said(answer.status, json.loads(json.dumps(answer.body)))

    def new_list(self, **changes):
        """Make a list of leads and give its id."""
        said = self("POST", LISTS, definition(**changes))
        assert said.status == 200, said.body
        return said.body["id"]

    def add(self, list_id, *rows, **query):
        """Write contacts: (id, data) or whole bodies."""
        bodies = [
            row
            if isinstance(row, dict)
            else {"id": row[0], "contactListId": list_id, "data": row[1]}
            for row in rows
        ]
        return self("POST", f"{LISTS}/{list_id}/contacts", bodies, **query)

    def state(self, list_id):
        """The list's state, jobs caught up."""
        return self.organisation.contact_lists.get(list_id)

    def contact(self, list_id, contact_id):
        """A contact as the dialer sees it."""
        return self.state(list_id).contacts[contact_id]


def definition(**changes):
    """The body of a list of leads."""
    return {
        "name": "Leads",
        "columnNames": COLUMNS,
        "phoneColumns": [{"columnName": "phone", "type": "cell", "callableTimeColumnName": "zone"}],
        "columnDataTypeSpecifications": [
            {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
            {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
            {"columnName": "route_tier", "columnDataType": "TEXT", "maxLength": 10},
        ],
        **changes,
    }


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def leads(desk):
    """The id of a list with three leads: a (score 87), b (score 9), c (no score)."""
    list_id = desk.new_list()
    desk.add(
        list_id,
        ("a", {"phone": "+1", "ml_score": "87", "ml_score_at": "2026-11-23T08:00:00.000Z"}),
        ("b", {"phone": "+2", "ml_score": "9", "ml_score_at": "2026-11-21T08:00:00.000Z"}),
        ("c", {"phone": "+3"}),
    )
    return list_id
