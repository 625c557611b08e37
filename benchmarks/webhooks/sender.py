# SPDX-License-Identifier: Apache-2.0
"""Sends signed webhooks over connections that are kept open, with as little work as possible.

Requests are written out before the clock starts, and answers are looked at for their status
alone: what is measured is the service and not its client.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

from benchmarks.leads import lead_id
from benchmarks.webhooks.service import SIGNING_SECRET

PATH: Final = "/webhooks/lead-scores"


@dataclass(frozen=True, slots=True)
class Update:
    """One update that was sent: number ``message`` gives ``lead`` the score ``score``."""

    message: int
    lead: str
    score: int
    at: datetime

    def request(self, signer: Webhook, sent: datetime) -> bytes:
        """The whole request."""
        body = json.dumps(
            {
                "event": "LEAD_SCORE_UPDATE",
                "leadId": self.lead,
                "timestamp": self.at.isoformat(timespec="milliseconds"),
                "new_score": self.score,
            }
        )
        name = f"msg_{self.message}_{int(self.at.timestamp() * 1000)}"
        lines = (
            f"POST {PATH} HTTP/1.1",
            "host: 127.0.0.1",
            "content-type: application/json",
            f"content-length: {len(body)}",
            f"webhook-id: {name}",
            f"webhook-timestamp: {int(sent.timestamp())}",
            f"webhook-signature: {signer.sign(name, sent, body)}",
        )
        return "\r\n".join([*lines, "", body]).encode()


def updates(count: int, leads: int, begin: datetime, first: int = 0) -> list[Update]:
    """Updates of ``leads`` leads in turn, each newer than the one before."""
    return [
        Update(n, lead_id(n % leads), n * 37 % 100 + 1, begin + timedelta(milliseconds=n))
        for n in range(first, first + count)
    ]


def requests(some: Sequence[Update]) -> list[bytes]:
    """The requests of ``some`` updates, signed now."""
    signer, now = Webhook(SIGNING_SECRET), datetime.now(UTC)
    return [one.request(signer, now) for one in some]


@dataclass(slots=True)
class Outcome:
    """Answers by status, the messages that were accepted, and how long each took in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Line(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[int] | None = None
        self._buffer = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The service is there."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Some of an answer has come."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """The service has gone."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the service has gone"))

    async def ask(self, request: bytes) -> int:
        """The status of the answer to ``request``."""
        if self.transport.is_closing():
            raise ConnectionResetError("the service has gone")
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


async def connect(port: int) -> Line:
    """A connection to the service."""
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(Line, "127.0.0.1", port))[1]


async def as_fast_as_possible(port: int, wire: Sequence[bytes], connections: int) -> Outcome:
    """Send all of ``wire``: each connection its next request as soon as it has an answer.

    Ends early where the service goes away; what was accepted by then is known.
    """
    outcome = Outcome()
    numbered = iter(enumerate(wire))
    lines = [await connect(port) for _ in range(connections)]
    started = time.perf_counter()
    await asyncio.gather(*(_send_on(line, numbered, outcome) for line in lines))
    outcome.seconds = time.perf_counter() - started
    _hang_up(lines)
    return outcome


async def _send_on(line: Line, numbered: Iterator[tuple[int, bytes]], outcome: Outcome) -> None:
    for number, request in numbered:
        try:
            status = await line.ask(request)
        except OSError:
            return
        outcome.statuses[status] += 1
        if status == 202:
            outcome.accepted.append(number)
        elif status == 200:
            outcome.repeated.append(number)


async def at_a_rate(
    port: int, wire: Sequence[bytes], connections: int, per_second: float
) -> Outcome:
    """Send ``wire`` by the clock, whatever the answers; latency counts from the planned moment."""
    outcome = Outcome()
    lines = [await connect(port) for _ in range(connections)]
    free: asyncio.Queue[Line] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)

    async def send(request: bytes, planned: float) -> None:
        line = await free.get()
        outcome.statuses[await line.ask(request)] += 1
        outcome.latencies.append(time.perf_counter() - planned)
        free.put_nowait(line)

    started = time.perf_counter()
    sending = []
    for number, request in enumerate(wire):
        planned = started + number / per_second
        if (wait := planned - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        sending.append(asyncio.create_task(send(request, planned)))
    await asyncio.gather(*sending)
    outcome.seconds = time.perf_counter() - started
    _hang_up(lines)
    return outcome


def _hang_up(lines: Sequence[Line]) -> None:
    for line in lines:
        line.transport.close()
