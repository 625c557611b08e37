# SPDX-License-Identifier: Apache-2.0
"""Scores stream in while the campaigns call: the lead whose score is raised is called next.

The service of ``leadscore serve`` runs on the demonstration's clock and is sent signed webhooks
over the loopback address, as a model would send them; agents take calls meanwhile. Whom the
campaigns have called, and when, is read from the dial log.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr
from standardwebhooks import Webhook

from demo.deployment import Deployment
from demo.leads import Lead
from integration.app import App
from integration.clock import Clock
from integration.listener.answers import ACCEPTED
from integration.listener.body import EVENT
from integration.listener.endpoint import PATH
from integration.listener.server import listen
from integration.scores import format_instant, instant_of
from integration.settings import Settings
from simulator.control import Control

RAISED_TO: Final = 100
_AGENTS: Final = 3
"""In each of the two queues."""
_DAY: Final = {
    "ring": {"least": 5, "most": 10},
    "talk": {"least": 20, "most": 60},
    "wrap_up": {"least": 5, "most": 15},
    "outcomes": {"person": 1},
}
_WEBHOOKS: Final = 8
_ITEMS: Final = 10
"""Updates in each of the other webhooks."""
_BETWEEN_S: Final = 5.0
_PATIENCE_S: Final = 600.0
_LOOK_S: Final = 2.0
_SHOWN_AFTER: Final = 2
"""Calls after that of the raised lead."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of the lead whose score was raised; instants in ms since 1970 UTC.

    Attributes:
        lead: as it was before.
        sent: when its webhook was sent.
        settled: when its score was in the senior campaign's list; None where it never was.
        calls: the senior campaign's calls, as the dial log has them.
        accepted: scores that the service had accepted by then.
    """

    lead: Lead
    sent: int
    settled: int | None
    calls: Sequence[Mapping[str, Any]]
    accepted: int

    @property
    def place(self) -> int | None:
        """Which call after the delivery was its own: 1 is the next one; None where none was."""
        if self.settled is None:
            return None
        later = [
            one["lead"]
            for one in self.calls
            if one["lead"] == self.lead.lead_id or called_at(one) > self.settled
        ]
        return later.index(self.lead.lead_id) + 1 if self.lead.lead_id in later else None


def called_at(call: Mapping[str, Any]) -> int:
    """When a call of the dial log was made, in ms since 1970 UTC."""
    return instant_of(datetime.fromisoformat(call["time"]))


@dataclass(frozen=True, slots=True)
class Scene:
    """Where it happens.

    Args:
        deployment: the stack.
        settings: those of its pusher.
        outbox: where its scores wait.
        control: of the simulated organisation.
        clock: of everybody.
        sample: the leads, with the scores that they have.
        seed: decides on updates and calls.
    """

    deployment: Deployment
    settings: Settings
    outbox: Path
    control: Control
    clock: Clock
    sample: Sequence[Lead]
    seed: int

    async def play(self) -> Raised:
        """Begin to call, send updates, and wait for the call to the raised lead."""
        self._hire()
        operator = self.deployment.settings(self.outbox, client="operator")
        async with App(operator, clock=self.clock) as app:
            await app.campaigns("start")
        self.control.configure_dialer(seed=self.seed, **_DAY)
        secret = base64.b64encode(random.Random(self.seed).randbytes(32)).decode()  # noqa: S311 - a loopback address's
        serving = self.settings.model_copy(update={"webhook_secrets": SecretStr(secret)})
        async with App(serving, clock=self.clock) as app, _served(app) as url:
            sender = _Sender(url, Webhook(secret), self.clock)
            try:
                return await self._raise(app, sender)
            finally:
                await sender.close()

    def _hire(self) -> None:
        """Agents for both queues; the senior ones have the skill for leads of high value."""
        stack = self.deployment.outputs["integration"]
        organisation = self.control.organisation
        names = {queue.id: queue.name for queue in organisation.entities["queue"]}
        # With nobody in hand already, the next call is the one that the next score decides on.
        organisation.switches.update({"working_set": 0})
        for tier, skills in (
            (stack["senior_tier"], {stack["high_value_skill"]: 5.0}),
            (stack["general_tier"], None),
        ):
            for number in range(1, _AGENTS + 1):
                self.control.add_agent(
                    name=f"{tier} {number}", queues=[names[stack["queues"][tier]]], skills=skills
                )

    async def _raise(self, app: App, sender: _Sender) -> Raised:
        chance = random.Random(self.seed)  # noqa: S311 - sample data
        policy = self.settings.policy()
        low = [one for one in self.sample if policy.tier(one.score) == policy.general_tier]
        lead, *others = chance.sample(low, 1 + _WEBHOOKS * _ITEMS)
        for number in range(_WEBHOOKS):
            part = others[number * _ITEMS : (number + 1) * _ITEMS]
            await sender.send([(one.lead_id, chance.randint(1, 99)) for one in part])
            await self.clock.sleep(_BETWEEN_S)
        sent = instant_of(self.clock.now())
        await sender.send([(lead.lead_id, RAISED_TO)])
        await self._until_called(lead)
        written = [one for one in app.history(lead.lead_id) if one.score == RAISED_TO]
        return Raised(
            lead=lead,
            sent=sent,
            settled=written[0].settled if written else None,
            calls=self._calls(),
            accepted=sender.accepted,
        )

    async def _until_called(self, lead: Lead) -> None:
        """Wait for the call to ``lead``, and for some after it."""
        patience = self.clock.monotonic() + _PATIENCE_S
        while self.clock.monotonic() < patience:
            called = [one["lead"] for one in self._calls()]
            if lead.lead_id in called[:-_SHOWN_AFTER]:
                return
            await self.clock.sleep(_LOOK_S)

    def _calls(self) -> list[dict[str, Any]]:
        log = self.control.dial_log(kind="call")
        assert isinstance(log, str)
        senior = self.deployment.outputs["integration"]["senior_tier"]
        calls = [json.loads(line) for line in log.splitlines()]
        return [one for one in calls if one["agent"].startswith(senior)]


class _Sender:
    """What a model does: it signs its updates and sends them.

    Args:
        url: of the service.
        signer: who signs.
        clock: the time.
    """

    def __init__(self, url: str, signer: Webhook, clock: Clock) -> None:
        self._http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)
        self._signer = signer
        self._clock = clock
        self._messages = 0
        self.accepted = 0

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()

    async def send(self, scores: Sequence[tuple[str, int]]) -> None:
        """Send new scores of leads, calculated now."""
        now = self._clock.now()
        at = format_instant(instant_of(now))
        body = json.dumps(
            [
                {"event": EVENT, "leadId": lead, "timestamp": at, "new_score": score}
                for lead, score in scores
            ]
        )
        self._messages += 1
        message = f"demo-{self._messages}"
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(message, now, body),
        }
        answer = await self._http.post(PATH, content=body, headers=headers)
        results = answer.raise_for_status().json()["results"]
        self.accepted += sum(one["verdict"] == ACCEPTED for one in results)


@asynccontextmanager
async def _served(app: App) -> AsyncIterator[str]:
    """Run the service on a free port of the loopback address; its base URL."""
    with listen("127.0.0.1", 0) as listening:
        serving = asyncio.ensure_future(app.service().run(listening))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            app.interrupt()
            await serving
