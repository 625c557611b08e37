# SPDX-License-Identifier: Apache-2.0
"""Kills the service while webhooks pour in, again and again, and looks whether any was lost.

A sender does what senders do: it repeats a message, with the same id, until it has an answer. Some
messages come twice from the beginning, and none in the order of their scores. Afterwards every
message that was answered with yes has to be in the outbox once, and once all is delivered, every
lead has to carry its newest score.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
from pydantic import SecretStr

from benchmarks.leads import LIST, LISTS
from benchmarks.stage import PERMISSIONS, PUSHER, SECRET, log_in
from benchmarks.webhooks.sender import Update, connect, requests, updates
from benchmarks.webhooks.service import service
from integration.app import App
from integration.outbox import Outbox
from integration.scores import format_instant, instant_of
from integration.settings import Settings
from simulator.clock import VirtualClock
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.virtual_time import run_virtual

CONNECTIONS: Final = 16
_ACCEPTED: Final = {200, 202}
_URL: Final = "https://api.example.test"
_STATEMENTS: Final = (80, 400)
"""Statements at which a service dies: those before are its start, most runs have more."""
_PATIENCE_S: Final = 120.0
_OPTIONS: Final = ("--batch-seconds", "0.05", "--grace-seconds", "0")
_UNLIMITED: Final = 100_000


@dataclass(slots=True)
class Report:
    """How one seed went."""

    seed: int
    kills: int = 0
    accepted: int = 0
    repeated: int = 0
    unanswered: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Kill:
    """After so many answers, from outside; or at so many SQL statements, from inside."""

    answers: int | None = None
    statement: int | None = None


def _plan(rng: random.Random, messages: int, kills: int) -> list[_Kill]:
    """Half of the kills hit whatever goes on at an answer, half a statement of the database."""
    answers = sorted(rng.sample(range(1, messages), kills))
    return [
        _Kill(answers=moment) if rng.random() < 0.5 else _Kill(statement=rng.randint(*_STATEMENTS))
        for moment in answers
    ]


@dataclass(slots=True)
class _Sending:
    """What is still to be sent, and which messages were answered with yes."""

    todo: deque[int]
    wire: Sequence[bytes]
    accepted: set[int] = field(default_factory=set)
    kill_at: int | None = None


def run_seed(seed: int, messages: int = 2_000, leads: int = 100, kills: int = 3) -> Report:
    """Send ``messages``, kill the service ``kills`` times meanwhile, deliver, and look."""
    rng = random.Random(seed)  # noqa: S311 - a plan, no secret
    report = Report(seed)
    sent = updates(messages, leads, datetime.now(UTC) - timedelta(hours=6))
    order = [*range(messages), *rng.sample(range(messages), messages // 10)]
    rng.shuffle(order)
    platform = _Platform(sent)
    sending = _Sending(deque(order), requests(sent))
    with tempfile.TemporaryDirectory(prefix="leadscore-webhooks-") as name:
        folder = Path(name)
        for kill in [*_plan(rng, messages, kills), None]:
            sending.kill_at = kill.answers if kill else None
            statement = kill.statement if kill else None
            with service(
                folder, *_OPTIONS, contacts=platform.list_id, dies_at=statement
            ) as running:
                asyncio.run(_send(sending, running.port, running.process.kill, report))
                if kill and sending.todo:
                    running.process.communicate(timeout=_PATIENCE_S)
                    report.kills += 1
        report.accepted = len(sending.accepted)
        report.wrong += _look_into(folder / "outbox.db", sent, sending.accepted)
        report.wrong += platform.deliver(folder / "outbox.db")
    return report


async def _send(sending: _Sending, port: int, kill: Callable[[], None], report: Report) -> None:
    """Send until everything is answered, or the service has died."""
    killed = False

    async def one_line() -> None:
        nonlocal killed
        line = await connect(port)
        try:
            while sending.todo and not killed:
                number = sending.todo.popleft()
                try:
                    status = await line.ask(sending.wire[number])
                except OSError:
                    report.unanswered += 1
                    sending.todo.append(number)
                    return
                if status not in _ACCEPTED:
                    report.wrong.append(f"message {number} was answered with {status}")
                    continue
                report.repeated += status == 200
                sending.accepted.add(number)
                if sending.kill_at is not None and len(sending.accepted) >= sending.kill_at:
                    killed = True
                    kill()
        finally:
            line.transport.close()

    async with asyncio.timeout(_PATIENCE_S):
        await asyncio.gather(*(one_line() for _ in range(CONNECTIONS)))


def _look_into(path: Path, sent: Sequence[Update], accepted: set[int]) -> list[str]:
    """What is wrong in the outbox: messages that are lost, or were accepted twice."""
    wanted = Counter((one.lead, instant_of(one.at)) for one in sent if one.message in accepted)
    wrong = [] if len(accepted) == len(sent) else [f"{len(sent) - len(accepted)} without answer"]
    with closing(Outbox(path)) as outbox:
        found = Counter(
            (one.lead_id, one.at or 0)
            for run in range(1, outbox.records.start_run("look", "", 0))
            for one in outbox.records.arrivals(run)
        )
    wrong += (f"lost: {lead} of {format_instant(at)}" for lead, at in wanted - found)
    wrong += (f"twice: {lead} of {format_instant(at)}" for lead, at in found - wanted)
    return wrong


class _Platform:
    """A simulated organisation in virtual time, to which everything is delivered in the end."""

    def __init__(self, sent: Sequence[Update]) -> None:
        self._newest: dict[str, Update] = {}
        for one in sent:
            if one.lead not in self._newest or self._newest[one.lead].at < one.at:
                self._newest[one.lead] = one
        self._clock = VirtualClock(datetime.now(UTC))
        self._organisation = Organisation(clock=self._clock)
        self._organisation.add_client(
            PUSHER, SECRET, permissions=PERMISSIONS, rate_limit=_UNLIMITED
        )
        self._transport = SimulatorTransport(self._organisation)
        self.list_id = run_virtual(self._clock, self._make_list())

    async def _make_list(self) -> str:
        async with httpx.AsyncClient(transport=self._transport, base_url=_URL) as http:
            await log_in(http, BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
            made = await http.post(LISTS, json=LIST)
            list_id: str = made.raise_for_status().json()["id"]
            rows = [
                {"id": lead, "contactListId": list_id, "data": {"lead_id": lead, "phone": "+4930"}}
                for lead in self._newest
            ]
            (await http.post(f"{LISTS}/{list_id}/contacts", json=rows)).raise_for_status()
            return list_id

    def deliver(self, outbox: Path) -> list[str]:
        """Deliver what is in the outbox; leads that do not carry their newest score then."""
        settings = Settings(
            gateway=_URL,
            client_id=PUSHER,
            client_secret=SecretStr(SECRET),
            contact_list=self.list_id,
            outbox=outbox,
        )

        async def resume() -> None:
            async with App(settings, clock=self._clock, transport=self._transport) as app:
                await app.resume()

        self._clock.advance((datetime.now(UTC) - self._clock.now()).total_seconds() + 60)
        run_virtual(self._clock, resume())
        contacts = self._organisation.contact_lists.get(self.list_id).contacts
        found = {lead: contacts[lead].data for lead in self._newest}
        return [
            f"{lead} carries {found[lead]['ml_score']} of {found[lead]['ml_score_at']}"
            for lead, one in self._newest.items()
            if (found[lead]["ml_score"], found[lead]["ml_score_at"])
            != (str(one.score), format_instant(instant_of(one.at)))
        ]
