# SPDX-License-Identifier: Apache-2.0
"""The service as the steps drive it: all of it but the socket, and a scoring model that sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from integration.app import App
from integration.clock import Clock
from integration.scores import instant_of

TOKEN: Final = "a-token-of-24-characters-or-more"
ADDRESS: Final = "http://leads.test/webhooks/lead-scores"
_LOOK_S: Final = 0.5
_PATIENCE_S: Final = 48 * 3600.0


@dataclass(frozen=True)
class Sent:
    """What arrives ``after`` so many seconds: updates of leads, or anything else that is done.

    ``post`` sends what it likes to the service, and nobody waits for its answer.
    """

    after: float
    updates: Sequence[dict[str, Any]] = ()
    act: Callable[[], Awaitable[None]] | None = None
    post: Callable[[httpx.AsyncClient], Awaitable[None]] | None = None


@dataclass
class Service:
    """One run of the service.

    Args:
        app: the process.
        clock: the time.
    """

    app: App
    clock: Clock
    answers: list[int] = field(default_factory=list)
    run: int = 0

    async def serve(self, sent: Sequence[Sent]) -> None:
        """Take in what is sent, each at its time; end once nothing is on its way any more."""
        service, stop = self.app.service(), asyncio.Event()
        began = self.clock.monotonic()
        async with service.desk() as desk:
            self.run = desk.run
            stream = service.stream(desk)
            delivering = asyncio.ensure_future(stream.run(stop))
            transport = httpx.ASGITransport(service.app(desk, stream))
            async with httpx.AsyncClient(transport=transport) as http:
                beside = []
                for one in sent:
                    await self.clock.sleep(began + one.after - self.clock.monotonic())
                    if one.act is not None:
                        beside.append(asyncio.ensure_future(one.act()))
                    if one.post is not None:
                        beside.append(asyncio.ensure_future(one.post(http)))
                    if one.updates:
                        await self._send(http, one.updates)
                await asyncio.gather(*beside)
            await self._all_settled()
            stop.set()
            await delivering

    async def _send(self, http: httpx.AsyncClient, updates: Sequence[dict[str, Any]]) -> None:
        body = [{"event": "LEAD_SCORE_UPDATE", **one} for one in updates]
        answer = await http.post(
            ADDRESS,
            content=json.dumps(body),
            headers={"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        )
        self.answers.append(answer.status_code)

    async def _all_settled(self) -> None:
        until = self.clock.monotonic() + _PATIENCE_S
        while self.clock.monotonic() < until:
            found = self.app.outbox.records.status(instant_of(self.clock.now()))
            if not found.ready + found.put_off + found.claimed:
                return
            await self.clock.sleep(_LOOK_S)
        raise AssertionError("the service did not get done in two days")
