# SPDX-License-Identifier: Apache-2.0
"""``leadscore serve`` as a process: it listens, accepts, and ends in good order."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks import Webhook

from integration.outbox import Outbox

SECRET = "whsec_" + "c2VjcmV0IG51bWJlciBvbmUgZm9yIHRlc3Rz"
NOWHERE = "http://127.0.0.1:9"
COMMAND = (sys.executable, "-c", "from integration.cli import main; main()", "serve")


def environment(folder, **more):
    kept = {name: text for name, text in os.environ.items() if not name.startswith("LEADSCORE_")}
    return kept | {
        "LEADSCORE_CLIENT_ID": "pusher",
        "LEADSCORE_CLIENT_SECRET": "a secret of the platform's",
        "LEADSCORE_CONTACT_LIST": "list-1",
        "LEADSCORE_GATEWAY": NOWHERE,
        "LEADSCORE_OUTBOX": str(folder / "outbox.db"),
        "LEADSCORE_LISTEN_PORT": "0",
        "LEADSCORE_GRACE_SECONDS": "0",
        **more,
    }


@contextmanager
def serving(folder):
    (folder / "secrets").write_text(SECRET)
    process = subprocess.Popen(  # noqa: S603 - our own command
        COMMAND,
        env=environment(folder, LEADSCORE_WEBHOOK_SECRETS_FILE=str(folder / "secrets")),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        found = re.search(r"listening on (http://127\.0\.0\.1:\d+)", process.stderr.readline())
        assert found is not None
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


def send(address, lead, name):
    now = datetime.now(UTC)
    body = json.dumps(
        {
            "event": "LEAD_SCORE_UPDATE",
            "leadId": lead,
            "timestamp": "2026-01-01T00:00:00Z",
            "new_score": 87,
        }
    )
    return httpx.post(
        f"{address}/webhooks/lead-scores",
        content=body,
        headers={
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(name, now, body),
        },
        trust_env=False,
    )


def test_it_accepts_and_ends_in_good_order(tmp_path):
    """A signed update is on disk when SIGTERM ends the service, which then exits with 0."""
    with serving(tmp_path) as (process, address):
        answer = send(address, "L-1", "msg_1")
        again = send(address, "L-1", "msg_1")
        health = httpx.get(f"{address}/health/ready", trust_env=False)
        metrics = httpx.get(f"{address}/metrics", trust_env=False)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert (answer.status_code, again.status_code) == (202, 200)
    assert health.json()["ready"] is True
    assert "leadscore_budget_allowed" in metrics.text
    assert process.returncode == 0
    assert SECRET[6:] not in said
    with closing(Outbox(tmp_path / "outbox.db")) as outbox:
        assert [one.lead_id for one in outbox.records.arrivals(1)] == ["L-1"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "nobody may send webhooks"),
        ({"LEADSCORE_WEBHOOK_SECRETS": "whsec_short"}, "number 1: it"),
        (
            {"LEADSCORE_WEBHOOK_SECRETS": SECRET, "LEADSCORE_LISTEN_HOST": "192.0.2.1"},
            "choose another --listen-host",
        ),
    ],
    ids=["no secret", "a bad secret", "an address of somebody else"],
)
def test_it_does_not_start(tmp_path, more, told):
    """What is missing is told before anything is done, with exit code 2."""
    ended = subprocess.run(  # noqa: S603 - our own command
        COMMAND,
        env=environment(tmp_path, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert told in ended.stderr
