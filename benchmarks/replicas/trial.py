# SPDX-License-Identifier: Apache-2.0
"""One trial: updates in any order, some of them twice, to replicas of which one is killed.

The replicas are real processes of ``leadscore serve`` on a real PostgreSQL server; the simulated
platform runs here, so that what it has seen can be looked at. Whatever the dead replica had not
accepted is sent to the other one, as its senders would.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg

from benchmarks.leads import LIST, LISTS
from benchmarks.stage import PERMISSIONS, PUSHER, SECRET, log_in
from benchmarks.webhooks.sender import Outcome, Update, as_fast_as_possible, requests
from benchmarks.webhooks.service import PROGRAM, Running, service
from integration.scores import format_instant, instant_of
from simulator.calllog import LoggedCall
from simulator.clock import ScaledClock
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.server import HOST, listen, serving

WINDOW_S: Final = 60.0
_LOOK_S: Final = 0.2
_CUT_S: Final = 1.0
_DYING_S: Final = 0.05
"""So soon after its second half has begun the first replica is killed."""
_PATIENCE_S: Final = 600.0
_REPEATED: Final = 0.1
_LIST_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried: ``updates`` to ``leads``, with ``limit`` calls a minute."""

    updates: int
    leads: int
    limit: int = 300
    seed: int = 1
    connections: int = 16
    kill: bool = True
    cuts: int = 0
    """How often the server breaks all connections of the replicas, once a second."""


@dataclass(slots=True)
class Result:
    """What was seen: answers by status, leads that do not hold what they should, and calls."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted: int = 0
    sent_again: int = 0
    cut: int = 0
    wrong: list[str] = field(default_factory=list)
    left: int = 0
    calls: int = 0
    most_in_a_window: int = 0
    refused: int = 0
    seconds: float = 0.0
    accepting_seconds: float = 0.0


def shuffled(plan: Plan) -> tuple[list[Update], list[list[Update]]]:
    """All updates, and what each of two replicas is sent, repetitions to the other one."""
    chance = random.Random(plan.seed)  # noqa: S311 - chance needs a seed, not secrecy
    begin = datetime.now(UTC) - timedelta(hours=3)
    updates = [
        Update(n, f"lead-{n % plan.leads:05}", n * 37 % 100 + 1, begin + timedelta(milliseconds=n))
        for n in range(plan.updates)
    ]
    sent: list[list[Update]] = [[], []]
    for one in updates:
        sent[one.message % 2].append(one)
        if chance.random() < _REPEATED:
            sent[(one.message + 1) % 2].append(one)
    for some in sent:
        chance.shuffle(some)
    return updates, sent


async def trial(plan: Plan, folder: Path, address: str, program: str = PROGRAM) -> Result:
    """Try it once, with the outbox at ``address``.

    Args:
        plan: what is tried.
        folder: for the logs of the replicas.
        address: a PostgreSQL server with nothing in it.
        program: what each replica is: the command ``leadscore``.
    """
    result = Result()
    organisation = Organisation(clock=ScaledClock(), seed=plan.seed)
    organisation.calls.record_bodies = False
    organisation.add_client(PUSHER, SECRET, permissions=PERMISSIONS, rate_limit=plan.limit)
    started = time.perf_counter()
    async with AsyncExitStack() as stack:
        socket = stack.enter_context(listen(0))
        gateway = f"http://{HOST}:{socket.getsockname()[1]}"
        await stack.enter_async_context(serving(organisation, socket))
        list_id = await _make_list(gateway, plan.leads)
        replicas = stack.enter_context(ExitStack())

        def start(name: str) -> Running:
            (folder / name).mkdir()
            words = ("--outbox", address)
            new = service(folder / name, *words, gateway=gateway, contacts=list_id, program=program)
            return replicas.enter_context(new)

        running = [await asyncio.to_thread(start, name) for name in ("first", "second")]
        updates, sent = shuffled(plan)
        cutting = asyncio.create_task(_cut(plan, address, result))
        await _send(plan, running, sent, result)
        await cutting
        await _until_delivered(address, result)
        contacts = organisation.contact_lists.get(list_id).contacts
        result.wrong = _differences(updates, {lead: one.data for lead, one in contacts.items()})
        await asyncio.to_thread(replicas.close)
    result.seconds = time.perf_counter() - started
    _count_calls([one for one in organisation.calls if one.client_id == PUSHER], result)
    return result


async def _make_list(gateway: str, leads: int) -> str:
    async with httpx.AsyncClient(base_url=gateway, timeout=60, trust_env=False) as http:
        await log_in(http, BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
        made = await http.post(LISTS, json={**LIST, "name": "Leads"})
        list_id: str = made.raise_for_status().json()["id"]
        names = [f"lead-{number:05}" for number in range(leads)]
        for start in range(0, leads, _LIST_ROWS):
            rows = [
                {"id": name, "contactListId": list_id, "data": {"lead_id": name, "phone": "+49301"}}
                for name in names[start : start + _LIST_ROWS]
            ]
            answer = await http.post(f"{LISTS}/{list_id}/contacts", json=rows)
            answer.raise_for_status()
    return list_id


async def _send(
    plan: Plan, running: Sequence[Running], sent: list[list[Update]], result: Result
) -> None:
    """Send to both; kill the first in the middle of its part, if that is planned."""
    victim, survivor = running
    half = len(sent[0]) // 2
    wires = [requests(some) for some in (sent[0][:half], sent[0][half:], sent[1])]
    before = time.perf_counter()
    other = asyncio.create_task(_deal(survivor.port, wires[2], plan, result))
    accepted = await _deal(victim.port, wires[0], plan, result)
    dying = asyncio.create_task(_deal(victim.port, wires[1], plan, result))
    if plan.kill:
        await asyncio.sleep(_DYING_S)  # in the middle of it
        victim.process.kill()
    accepted |= {half + number for number in await dying}
    missing = _left(sent[0], accepted) + _left(sent[1], await other)
    result.sent_again = len(missing)
    while missing:  # as senders do until they hear that a message has arrived
        missing = _left(missing, await _deal(survivor.port, requests(missing), plan, result))
    result.accepting_seconds = time.perf_counter() - before


def _left(some: Sequence[Update], accepted: set[int]) -> list[Update]:
    return [one for number, one in enumerate(some) if number not in accepted]


async def _cut(plan: Plan, address: str, result: Result) -> None:
    """Break the connections that the replicas have at the time, a few times."""
    with psycopg.connect(address, autocommit=True) as connection:
        for _ in range(plan.cuts):
            await asyncio.sleep(_CUT_S)
            result.cut += connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'leadscore' AND pid <> pg_backend_pid()"
            ).rowcount


async def _deal(port: int, wire: Sequence[bytes], plan: Plan, result: Result) -> set[int]:
    """Send ``wire`` to one replica; which of it was accepted, then or before."""
    done: Outcome = await as_fast_as_possible(port, wire, plan.connections)
    result.statuses += done.statuses
    result.accepted += len(done.accepted)
    return {*done.accepted, *done.repeated}


async def _until_delivered(address: str, result: Result) -> None:
    last = time.perf_counter()
    with psycopg.connect(address, autocommit=True) as connection:
        waiting = "SELECT count(*) FROM pending"
        while time.perf_counter() - last < _PATIENCE_S:
            ((result.left,),) = connection.execute(waiting).fetchall()
            if not result.left:
                return
            await asyncio.sleep(_LOOK_S)


def _differences(updates: Sequence[Update], held: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Leads that do not hold their newest score."""
    newest: dict[str, Update] = {}
    for one in updates:
        newest[one.lead] = one  # each is newer than all before it
    return [
        f"{lead}: {held[lead].get('ml_score')} of {held[lead].get('ml_score_at')}, not {one}"
        for lead, one in newest.items()
        if (str(held[lead].get("ml_score")), held[lead].get("ml_score_at"))
        != (str(one.score), format_instant(instant_of(one.at)))
    ]


def _count_calls(calls: Sequence[LoggedCall], result: Result) -> None:
    """All calls count, refused ones too: nobody is to run into the limit."""
    result.calls = len(calls)
    result.refused = sum(one.status == 429 for one in calls)
    window: deque[float] = deque()
    for at in sorted(one.at for one in calls):
        window.append(at)
        while window[0] <= at - WINDOW_S:
            window.popleft()
        result.most_in_a_window = max(result.most_in_a_window, len(window))
