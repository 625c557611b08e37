# SPDX-License-Identifier: Apache-2.0
"""A listener in memory, in virtual time, and somebody who sends webhooks to it."""

from __future__ import annotations

import contextlib
import json
import shutil
from functools import partial

import httpx
import pytest
from standardwebhooks import Webhook

from integration.listener.application import build_app
from integration.listener.desk import Desk, DeskRules
from integration.listener.endpoint import PATH
from integration.listener.gate import Gate
from integration.listener.keys import Keyring
from integration.outbox import Outbox
from integration.settings import Settings
from simulator.clock import VirtualClock
from simulator.virtual_time import run_virtual

SECRET = "whsec_" + "c2VjcmV0IG51bWJlciBvbmUgZm9yIHRlc3Rz"
OTHER = "whsec_" + "c2VjcmV0IG51bWJlciB0d28gZm9yIHRlc3Rz"
TOKEN = "a-token-of-24-characters-or-more"
BODY_LIMIT = 4096


def update(lead="L-1", score=87, at="2026-11-23T08:00:00Z", **more):
    """One update of a lead's score, as senders write it."""
    event = {"event": "LEAD_SCORE_UPDATE", "leadId": lead, "timestamp": at, "new_score": score}
    return event | more


class Listener:
    """A listener and its outbox; requests pass through the ASGI application in memory."""

    def __init__(self, folder, empty) -> None:
        self.path = shutil.copy(empty, folder / "outbox.db")
        self.clock = VirtualClock()
        self.secrets = folder / "secrets"
        self.secrets.write_text(SECRET + "\n")
        self.options = {"webhook_secrets_file": self.secrets, "webhook_token": TOKEN}
        self.rules = DeskRules()
        self.on_accepted = lambda *_: None
        self.body_limit = BODY_LIMIT
        self.ids = 0

    def run(self, work):
        """The result of ``work(self)`` while the listener is open."""

        async def main():
            async with self.open():
                return await work(self)

        return self.virtually(main())

    def virtually(self, main):
        """The result of ``main`` in virtual time."""
        return run_virtual(self.clock, main)

    @contextlib.asynccontextmanager
    async def open_desk(self):
        """The desk and the keys, open."""
        self.keyring = Keyring(Settings(**self.options), self.clock)
        async with Desk(
            partial(Outbox, self.path),
            destination="list",
            clock=self.clock,
            rules=self.rules,
            on_accepted=self.on_accepted,
        ) as self.desk:
            yield self.desk, self.keyring

    @contextlib.asynccontextmanager
    async def open_app(self):
        """The ASGI application, open."""
        async with self.open_desk() as (desk, keyring):
            yield build_app(desk, Gate(keyring, self.clock), self.clock, body_limit=self.body_limit)

    @contextlib.asynccontextmanager
    async def open(self):
        async with self.open_app() as app:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://leads") as self.http:
                yield self

    def signed(self, body, *, secret=SECRET, name=None, at=None):
        """The headers of a signed message."""
        self.ids += 1
        name = name or f"msg_{self.ids}"
        at = at or self.clock.now()
        return {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(name, at, body),
        }

    async def send(self, *updates, body=None, headers=None, **sign):
        """Post updates, signed unless ``headers`` say otherwise; the response."""
        if body is None:
            body = json.dumps(updates[0] if len(updates) == 1 else list(updates))
        own = self.signed(body, **sign) if headers is None else headers
        return await self.http.post(PATH, content=body, headers=own)

    def waiting(self):
        """What waits for delivery: score and time of calculation of each lead."""
        outbox = Outbox(self.path)
        found = (
            outbox._db.read()
            .execute("SELECT lead, score, at FROM pending ORDER BY lead")
            .fetchall()
        )
        outbox.close()
        return found


@pytest.fixture(scope="session")
def empty_outbox(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "outbox.db"
    Outbox(path).close()
    return path


@pytest.fixture
def listener(tmp_path, empty_outbox):
    return Listener(tmp_path, empty_outbox)
