# SPDX-License-Identifier: Apache-2.0
"""A whole service but for its socket, and somebody who sends to it and asks it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from standardwebhooks import Webhook

BEARER = "a-token-of-24-characters-or-more"
SECRET = "whsec_" + "c2VjcmV0IG51bWJlciBvbmUgZm9yIHRlc3Rz"
HEADERS = {"authorization": f"Bearer {BEARER}", "content-type": "application/json"}


class Watcher:
    """A whole service but for its socket, and somebody who asks it."""

    def __init__(self, world, service, desk, stream, http):
        self.world = world
        self.service = service
        self.desk = desk
        self.stream = stream
        self.http = http

    async def send(self, *updates, name=""):
        items = [
            {
                "event": "LEAD_SCORE_UPDATE",
                "leadId": lead,
                "timestamp": self.world.clock.now().astimezone(UTC).isoformat(),
                "new_score": score,
            }
            for lead, score in updates
        ]
        body, headers = json.dumps(items), HEADERS
        if name:
            now = self.world.clock.now()
            headers = {
                "content-type": "application/json",
                "webhook-id": name,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(SECRET).sign(name, now, body),
            }
        return await self.http.post("/webhooks/lead-scores", content=body, headers=headers)

    async def ready(self):
        answer = await self.http.get("/health/ready")
        document = answer.json()
        assert document["ready"] is (answer.status_code == 200)
        checks = {one["name"]: (one["status"], one["detail"]) for one in document["checks"]}
        return document["ready"], document["delivering"], checks

    async def metrics(self):
        answer = await self.http.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    async def wait(self, seconds):
        await self.world.clock.sleep(seconds)


@asynccontextmanager
async def watched(world, **settings):
    secrets = {"webhook_token": SecretStr(BEARER), "webhook_secrets": SecretStr(SECRET)}
    async with world.app(**secrets, **settings) as app:
        service, stop = app.service(), asyncio.Event()
        async with service.desk() as desk:
            stream = service.stream(desk)
            running = asyncio.ensure_future(stream.run(stop))
            transport = httpx.ASGITransport(service.app(desk, stream))
            async with httpx.AsyncClient(transport=transport, base_url="http://leads") as http:
                yield Watcher(world, service, desk, stream, http)
            stop.set()
            await running


def watch(world, script, **settings):
    async def main():
        async with watched(world, **settings) as watcher:
            await script(watcher)

    world.run(main())
