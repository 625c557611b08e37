# SPDX-License-Identifier: Apache-2.0
"""Connections on a real socket: slow, greedy and broken clients are sent away.

Time is moved, as everywhere: a client that is late has been overtaken by the clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket

import pytest
import structlog

from integration.listener.endpoint import PATH
from integration.listener.server import CannotListen, listen, make_server
from integration.settings import Settings
from tests.unit.listener.conftest import update

LATE = 11
IDLE = 76
HEAD = f"POST {PATH} HTTP/1.1\r\nhost: leads\r\n"


class Line:
    """One connection of a client that says what it likes."""

    def __init__(self, reader, writer) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, text):
        self.writer.write(text.encode() if isinstance(text, str) else text)

    async def answer(self):
        """Status, headers and document of the next response."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        body = await self.reader.readexactly(length)
        return int(head.split()[1]), head, json.loads(body)

    async def ended(self):
        """What is left until the service hangs up."""
        with contextlib.suppress(ConnectionError):
            return await self.reader.read()
        return b""


class Site:
    def __init__(self, listener, server, port) -> None:
        self.listener = listener
        self.server = server
        self.port = port
        self._writers = []

    async def connect(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return Line(reader, writer)

    def request(self, body, **more):
        headers = self.listener.signed(body) | {"content-length": str(len(body.encode()))} | more
        lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value is not None]
        return HEAD + "".join(lines) + "\r\n" + body

    async def connected(self):
        """The service's side of the only connection, as soon as it has one."""
        connections = self.server.server_state.connections
        await until(lambda: connections)
        (one,) = connections
        return one

    def pass_time(self, seconds):
        self.listener.clock.advance(seconds)

    def hang_up(self):
        for writer in self._writers:
            writer.close()


async def until(holds):
    """Wait for what the service does by itself."""
    while not holds():  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)


def on_socket(listener, work, **settings):
    """The result of ``work(site)`` while the listener serves on a port of its own."""

    async def main():
        async with listener.open_app() as app:
            server = make_server(app, Settings(**settings), listener.clock)
            with listen("127.0.0.1", 0) as listening:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
                port = listening.getsockname()[1]
                serving = asyncio.create_task(server.serve(sockets=[listening]))
                site = Site(listener, server, port)
                try:
                    return await asyncio.wait_for(work(site), 60)
                finally:
                    site.hang_up()
                    server.stop()
                    await serving

    return asyncio.run(main())


def test_one_connection_for_many_requests(listener):
    """A connection stays open between requests."""

    async def work(site):
        line = await site.connect()
        statuses = []
        for number in range(3):
            line.say(site.request(json.dumps(update(f"L-{number}"))))
            statuses.append((await line.answer())[0])
        return statuses

    assert on_socket(listener, work) == [202, 202, 202]


def test_requests_in_one_go(listener):
    """Requests that come without waiting for answers are answered one after the other."""

    async def work(site):
        line = await site.connect()
        bodies = [json.dumps(update(f"L-{number}")) for number in range(3)]
        line.say("".join(map(site.request, bodies)))
        return [(await line.answer())[2]["results"][0]["leadId"] for _ in bodies]

    assert on_socket(listener, work) == ["L-0", "L-1", "L-2"]


@pytest.mark.parametrize("begun", ["PO", HEAD, None], ids=["a method", "headers", "a body"])
def test_a_client_that_stops_half_way(listener, begun):
    """A request that does not come to an end in time is answered with 408, and hung up on."""

    async def work(site):
        line = await site.connect()
        text = begun or site.request(json.dumps(update()))[:-1]
        line.say(text)
        connection = await site.connected()
        await until(lambda: connection._receiving)
        site.pass_time(LATE)
        status, head, _ = await line.answer()
        return status, "connection: close" in head, await line.ended()

    assert on_socket(listener, work) == (408, True, b"")
    assert listener.waiting() == []


def test_a_client_that_sends_drop_by_drop(listener):
    """What counts is when the request is complete, not whether something comes now and then."""

    async def work(site):
        line = await site.connect()
        connection = await site.connected()
        line.say("P")
        await until(lambda: connection._of_head == 1)
        site.pass_time(LATE / 2)
        line.say("O")
        await until(lambda: connection._of_head == 2)
        site.pass_time(LATE / 2)
        return (await line.answer())[0]

    assert on_socket(listener, work) == 408


def test_a_client_that_says_nothing(listener):
    """A connection without a request is closed without a word."""

    async def work(site):
        line = await site.connect()
        await site.connected()
        site.pass_time(LATE)
        return await line.ended()

    assert on_socket(listener, work) == b""


def test_a_connection_that_is_not_used_any_more(listener):
    """A connection may be idle for a minute between requests, and is closed then."""

    async def work(site):
        line = await site.connect()
        statuses = []
        for _ in range(2):
            line.say(site.request(json.dumps(update())))
            statuses.append((await line.answer())[0])
            site.pass_time(60)
        site.pass_time(IDLE - 60)
        return statuses, await line.ended()

    assert on_socket(listener, work) == ([202, 202], b"")


def test_a_client_that_takes_no_answers(listener):
    """Who asks for long answers and does not read them is cut off."""

    async def work(site):
        body = "[" + ",".join(["{}"] * 1000) + "]"
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            slow.setblocking(False)  # noqa: FBT003 - the socket's own
            loop = asyncio.get_running_loop()
            await loop.sock_connect(slow, ("127.0.0.1", site.port))
            await loop.sock_sendall(slow, site.request(body).encode())
            connection = await site.connected()
            await until(lambda: connection.flow.write_paused)
            site.pass_time(LATE)
            await until(connection.transport.is_closing)
            site.pass_time(LATE)
            await until(lambda: not site.server.server_state.connections)

    on_socket(listener, work)


def test_a_client_that_takes_a_long_answer_slowly(listener):
    """Who reads after all has the connection for further requests."""

    async def work(site):
        line = await site.connect()
        line.say(site.request("[" + ",".join(["{}"] * 1000) + "]"))
        connection = await site.connected()
        await until(lambda: connection.flow.write_paused)
        site.pass_time(LATE / 2)
        first = await line.answer()
        site.pass_time(LATE)
        line.say(site.request(json.dumps(update())))
        return first[0], (await line.answer())[0]

    assert on_socket(listener, work) == (400, 202)


def test_a_client_that_does_not_wait_for_answers(listener):
    """Requests that pile up before they are answered end the connection, not the memory."""

    async def work(site):
        line = await site.connect()
        line.say(f"GET {PATH} HTTP/1.1\r\nhost: x\r\n\r\n" * 1000)
        return await line.ended()

    assert b"HTTP/1.1 400" in on_socket(listener, work)


def test_headers_that_are_too_long(listener):
    """Headers beyond the limit are refused, whether they come to an end or not."""

    async def work(site):
        statuses = []
        for end in ("\r\n\r\n", ""):
            line = await site.connect()
            line.say(HEAD + "x: " + "y" * (600_000 if not end else 40_000) + end)
            statuses.append((await line.answer())[0])
        return statuses

    assert on_socket(listener, work) == [431, 431]


@pytest.mark.parametrize(
    "nonsense",
    [
        "\x16\x03\x01\x02\x00\x01\x00\x01",
        "GET\r\n\r\n",
        HEAD + "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + "content-length: -5\r\n\r\n",
        HEAD + "content-length: 5\r\ncontent-length: 6\r\n\r\n",
        "CONNECT leads:80 HTTP/1.1\r\n\r\n",
        "POST /\xff HTTP/1.1\r\n\r\n",
    ],
    ids=["TLS", "a word", "two lengths", "less than nothing", "lengths", "a tunnel", "no path"],
)
def test_what_is_no_request(listener, nonsense):
    """What cannot be read, or could be read in two ways, is refused, and hung up on."""

    async def work(site):
        line = await site.connect()
        line.say(nonsense.encode("latin-1"))
        status, _, _ = await line.answer()
        return status, await line.ended()

    assert on_socket(listener, work) == (400, b"")


def test_one_connection_too_many(listener):
    """Connections beyond the limit are turned away; those within it go on."""

    async def work(site):
        lines = [await site.connect() for _ in range(2)]
        for line in lines:
            line.say(site.request(json.dumps(update())))
        first = [(await line.answer())[0] for line in lines]
        extra = await site.connect()
        turned_away = (await extra.answer())[0]
        lines[0].say(site.request(json.dumps(update())))
        return first, turned_away, (await lines[0].answer())[0]

    assert on_socket(listener, work, connection_limit=2) == ([202, 202], 503, 202)


def test_a_body_in_pieces(listener):
    """A chunked body is read to its end; one that is too long is refused on the way."""

    async def work(site):
        body = json.dumps(update())
        request = site.request(body, **{"content-length": None, "transfer-encoding": "chunked"})
        head = request[: -len(body)]
        statuses = []
        for parts in ([body[:10], body[10:]], [body, " " * 5000]):
            line = await site.connect()
            line.say(head + "".join(f"{len(one):x}\r\n{one}\r\n" for one in parts) + "0\r\n\r\n")
            statuses.append((await line.answer())[0])
        return statuses

    assert on_socket(listener, work) == [202, 413]


def test_an_answer_before_the_body(listener):
    """A client that asks first is refused by its headers, and never sends the body."""

    async def work(site):
        line = await site.connect()
        line.say(HEAD + "content-length: 99999999\r\nexpect: 100-continue\r\n")
        line.say("content-type: application/json\r\n\r\n")
        return (await line.answer())[0]

    assert on_socket(listener, work) == 413


def test_a_client_that_leaves_half_way(listener):
    """A body that breaks off with its connection is no body."""

    async def work(site):
        body = json.dumps([update(f"L-{number}") for number in range(20)])
        line = await site.connect()
        line.say(site.request(body)[:-5])
        await line.writer.drain()
        line.writer.close()
        other = await site.connect()
        other.say(site.request(json.dumps(update("other"))))
        return (await other.answer())[0]

    assert on_socket(listener, work) == 202
    assert [lead for lead, _, _ in listener.waiting()] == ["other"]


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [("", "127.0.0.1"), ("192.0.2.0/24", "127.0.0.1"), ("127.0.0.0/8, ::1", "203.0.113.7")],
    ids=["nobody", "others", "the gateway"],
)
def test_forwarded_headers(listener, trusted, seen):
    """Who is said to be behind a gateway is believed of trusted gateways alone."""

    async def work(site):
        line = await site.connect()
        line.say(f"GET {PATH} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.7\r\n\r\n")
        return (await line.answer())[0]

    with structlog.testing.capture_logs() as logs:
        assert on_socket(listener, work, trusted_proxies=trusted) == 405
    (refused,) = (one for one in logs if one["event"] == "webhook_refused")
    assert (refused["client"], refused["status"]) == (seen, 405)


def test_a_port_that_is_taken():
    """Where nobody can listen, the message says what to choose."""
    with (
        listen("127.0.0.1", 0) as taken,
        pytest.raises(CannotListen, match="choose another --listen-host or --listen-port"),
    ):
        listen("127.0.0.1", taken.getsockname()[1])
