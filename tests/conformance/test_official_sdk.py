# SPDX-License-Identifier: Apache-2.0
"""The official Python SDK itself, over plain http on loopback, against a simulator server.

One test, because the SDK takes seconds to import: :mod:`drive_sdk` does everything in one process
of its own, and what it reports is compared here. Every answer that it got is checked too.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from simulator.clock import VirtualClock
from simulator.organisation import Organisation
from simulator.server import HOST, listen, serving

from .watch import watched

DRIVER = Path(__file__).with_name("drive_sdk.py")
LONGEST = 120
"""Seconds after which the driver is given up; a guard against a hang, not a measurement."""

SCORES = sorted([number % 101 for number in range(1000)], reverse=True)


def refused(status, code):
    return [status, code, "in context"]


HAPPENED = {
    "log_in": {
        "client": "local-deployer",
        "organisation": True,
        "state": "active",
        "platform": "GenesysCloud",
        "namespaces": [
            "analytics",
            "architect",
            "auth.api",
            "authorization",
            "datatables",
            "outbound",
            "platform.api",
            "routing",
        ],
    },
    "make_list": {
        "version": 1,
        "columns": ["lead_id", "phone", "zone", "ml_score", "ml_score_at"],
        "types": ["NUMERIC", 100, "TIMESTAMP"],
        "retention": "Never",
        "zone of the creation time": "tzutc()",
        "division": "Home",
    },
    "upsert": {
        "made": [1000, "lead-7", "50"],
        "changed": [1000, "lead-7", "7"],
        "in the list": 1000,
    },
    "read_back": {"wrong": [], "one": ["7", True, True]},
    "search": {
        "as numbers": [str(score) for score in SCORES],
        "as text": sorted([str(score) for score in SCORES], reverse=True),
    },
    "filters": {
        "filtered": 750,
        "total": 1000,
        "previewed are fresh": True,
        "operator": "BEFORE",
        "found by it": 750,
        "stale version": refused(409, "invalid.update.wrong.version"),
    },
    "send_back": {
        "list": ["Leads, renamed", 2],
        "contact": "99",
        "stale version": refused(409, "invalid.update.wrong.version"),
    },
    "wrong_calls": {
        "wrong secret": [401, "invalid_client", "no context"],
        "no token": refused(401, "authentication.required"),
        "no permission": refused(403, "missing.permissions"),
        "unknown list": refused(404, "contact.list.not.found"),
        "unknown contact": refused(404, "resource.not.found"),
        "write to an unknown contact": refused(400, "contact.does.not.exist"),
        "1,001 contacts": refused(400, "too.many.contacts.added"),
        "unknown column": refused(400, "invalid.contact.columns"),
        "special characters in an id": refused(400, "invalid.contact.id"),
        "a number in place of text": refused(400, "bad.request"),
        "a score out of range": refused(400, "contact.data.not.within.min.max.range"),
        "51 ids": refused(400, "too.many.contacts.requested"),
        "sort by an unknown column": refused(400, "contact.sorts.invalid.field.name"),
        "filter on an unknown column": refused(400, "column.does.not.match.contact.list"),
        "the same name again": refused(400, "duplicate.name"),
        "no phone column": refused(400, "no.phone.columns"),
        "other columns": refused(400, "cannot.update.contact.column.names"),
        "a list in use": refused(400, "referential.integrity.error"),
        "not simulated": refused(501, "not.simulated"),
    },
    "job": {
        "begun": "InProgress",
        "backup": [251, ["inin-outbound-id", "lead_id"]],
        "done": ["Complete", "BulkEdit", 250, 100],
    },
    "limit": {
        "waited": [60],
        "allowed": "3",
        "count": "1",
        "429 without Retry-After": refused(429, "too.many.requests"),
        "waited on a 503": [7],
    },
    "tokens": {
        "valid": "not refused",
        "expired": refused(401, "bad.credentials"),
        "revoked": refused(401, "bad.credentials"),
        "disabled": refused(401, "bad.credentials"),
        "no new one": [401, "invalid_client", "no context"],
    },
    "contact_centre": {
        "skill": ["active", "1"],
        "code": ["*", "Won"],
        "group": [1, "Complete"],
        "queue": ["MANDATORY_TIMEOUT", True, "Home"],
        "member": ["Ada", "user", True],
        "changed": ["The best leads", 1, "Seniors"],
        "found": ["Senior Agent Queue"],
        "queues of the agent": ["Senior Agent Queue"],
        "skill in use": refused(400, "referential.integrity.error"),
        "code in use": refused(400, "referential.integrity.error"),
        "group in use": refused(400, "referential.integrity.error"),
        "looked up": ["Main Site", "PureCloud Voice - AWS", "Default Outbound Script"],
        "gone": refused(404, "not.found"),
    },
    "campaigns": {
        "made": ["off", 1, "Campaign leads"],
        "filled in": [30, "cell"],
        "per agent": [1, 1.5],
        "edited": ["on", 3, 2],
        "mode while on": refused(409, "invalid.update.campaign.active"),
        "deleted while on": refused(400, "bad.request"),
        "progress": 0,
        "listed size": 1,
        "opens at": "09:00:00.000",
        "in use": [*["referential.integrity.error"] * 4, "contact.list.in.use"],
        "gone": ["Senior", "off"],
    },
    "clean_up": {
        "left": 750,
        "cleared": 0,
        "gone": refused(404, "contact.list.not.found"),
    },
}


async def drive(home):
    """Let the driver loose on a simulator server; what it printed."""
    listener = listen(0)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    # The SDK reads a file in the home folder and watches it: an empty folder has none.
    # Nothing of this project runs in the driver: to measure its coverage would only take time.
    environment = {name: it for name, it in os.environ.items() if not name.startswith("COVERAGE_")}
    environment["HOME"] = str(home)
    # Its 6,651 models take seven seconds to compile, each time where nothing keeps the result.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    async with serving(Organisation(clock=VirtualClock()), listener):
        driver = await asyncio.create_subprocess_exec(
            sys.executable, str(DRIVER), url, env=environment, stdout=-1, stderr=-1
        )
        try:
            printed, complaints = await asyncio.wait_for(driver.communicate(), LONGEST)
        except TimeoutError:
            driver.kill()
            raise
    assert driver.returncode == 0, complaints.decode()
    return json.loads(printed)


def test_the_official_sdk_works_with_the_simulator(tmp_path):
    """Login, 1,000 contacts, search, filters, jobs, refusals, 429 and tokens: all as said."""
    with watched() as watch:
        happened = asyncio.run(drive(tmp_path))
    for step, outcome in HAPPENED.items():
        assert happened[step] == outcome, step
    assert happened.keys() == HAPPENED.keys()
    assert watch.faults == []
    assert len(watch.answered) > 20
