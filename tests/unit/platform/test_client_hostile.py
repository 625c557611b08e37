# SPDX-License-Identifier: Apache-2.0
"""Servers that trickle, flood, break off or speak something else."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest

from integration.clock import SystemClock
from integration.platform import client as client_module
from integration.platform.errors import BadAnswer, Forbidden, RateLimited, Unreachable


class Stream(httpx.AsyncByteStream):
    """A body in pieces; an exception among them is raised."""

    def __init__(self, *pieces, clock=None, pause=0.0):
        self.pieces = pieces
        self.sent = 0
        self.clock = clock
        self.pause = pause
        self.closed = False

    async def __aiter__(self):
        for piece in self.pieces:
            if self.pause:
                await self.clock.sleep(self.pause)
            if isinstance(piece, Exception):
                raise piece
            self.sent += len(piece)
            yield piece

    async def aclose(self):
        self.closed = True


class Endless(Stream):
    """A body without an end."""

    async def __aiter__(self):
        while True:
            self.sent += 1 << 20
            yield b" " * (1 << 20)


@pytest.mark.parametrize("status", [200, 500], ids=["success", "failure"])
def test_a_body_without_an_end_is_not_read_to_its_end(world, platform, status, monkeypatch):
    """A flood is cut at a bound and the connection closed; a success in it is ambiguous."""
    monkeypatch.setattr(client_module, "_LARGEST_BODY", 4 << 20)
    body = Endless()
    platform.api_script.append(httpx.Response(status, stream=body))
    with pytest.raises(Unreachable) as failed:
        world.write()
    assert failed.value.ambiguous
    assert isinstance(failed.value, BadAnswer) is (status == 200)
    assert body.sent <= 6 << 20
    assert body.closed


def test_the_largest_real_answer_fits(world, platform):
    """A thousand contacts with fifty full cells each are read whole."""
    cells = {f"column_{n}": "x" * 512 for n in range(50)}
    contacts = [{"id": str(n), "data": cells} for n in range(1_000)]
    platform.api_script.append(httpx.Response(200, json=contacts))
    assert world.read().body == contacts


def test_a_small_body_that_unpacks_to_a_flood_is_cut(world, platform, monkeypatch):
    """Compression does not get around the bound."""
    monkeypatch.setattr(client_module, "_LARGEST_BODY", 1 << 20)
    bomb = gzip.compress(b" " * (8 << 20))
    platform.api_script.append(
        httpx.Response(200, content=bomb, headers={"Content-Encoding": "gzip"})
    )
    with pytest.raises(BadAnswer, match="longer than 1048576 bytes"):
        world.write()


def test_a_server_that_trickles_is_left(world, platform):
    """However regularly a byte comes, the whole exchange has an end."""
    body = Stream(*[b" "] * 1_000, clock=world.clock, pause=20)
    platform.api_script.append(httpx.Response(200, stream=body))
    with pytest.raises(BadAnswer, match="no complete answer within the time limit") as bad:
        world.write()
    assert bad.value.ambiguous
    assert body.closed
    assert 120 <= world.clock.monotonic() <= 121


def test_a_server_that_never_begins_is_left(world, platform):
    """A connection that stays silent ends as an ambiguous failure."""
    platform.api_script.append(lambda _: world.clock.sleep(10_000))
    with pytest.raises(Unreachable, match="no complete answer") as failed:
        world.write()
    assert failed.value.ambiguous
    assert failed.value.status is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, BadAnswer), (403, Forbidden), (429, RateLimited), (503, Unreachable)],
)
def test_a_status_counts_even_if_the_body_breaks_off(world, platform, status, kind):
    """Once the status is known, a refusal stays a refusal; only a success becomes doubtful."""
    body = Stream(b'{"code": "x', httpx.ReadError("reset"))
    platform.api_script.append(httpx.Response(status, stream=body))
    with pytest.raises(kind) as failed:
        world.write()
    assert failed.value.status == status
    assert getattr(failed.value, "ambiguous", False) is (status == 200)
    assert body.closed


def test_a_body_that_cannot_be_unpacked_is_unreadable(world, platform):
    """A wrong content encoding of a success is ambiguous, not a crash."""
    platform.api_script.append(
        httpx.Response(200, stream=Stream(b"no gzip"), headers={"Content-Encoding": "gzip"})
    )
    with pytest.raises(BadAnswer, match="a compressed body that cannot be unpacked"):
        world.write()


def test_a_connection_that_cannot_even_be_closed_is_no_crash(world, platform, monkeypatch):
    """Trouble while closing does not hide what happened before."""
    monkeypatch.setattr(client_module, "_LARGEST_BODY", 1 << 20)

    class Sticky(Endless):
        async def aclose(self):
            raise httpx.CloseError("sticky")

    platform.api_script.append(httpx.Response(200, stream=Sticky()))
    with pytest.raises(BadAnswer, match="longer than"):
        world.write()


def test_headers_of_any_kind_are_survived(world, platform):
    """Senseless header values do no harm to budget, error or record."""
    headers = [
        (b"inin-ratelimit-count", b"many"),
        (b"inin-ratelimit-allowed", b"-1"),
        (b"inin-ratelimit-reset", b"\xff\xfe"),
        (b"x-rate-limit-remaining", b"9" * 400),
        (b"retry-after", b"\xe2\x98\x83"),
        (b"inin-correlation-id", b"x" * 5_000),
        (b"content-type", b"\xff"),
    ]
    platform.api_script.append(httpx.Response(500, headers=headers, content=b"\xff\xfe"))
    with pytest.raises(Unreachable) as failed:
        world.write()
    assert len(str(failed.value)) < 400
    assert world.read().status == 200


# -- over a real connection --------------------------------------------------------------


async def against(world, serve):
    """The outcome of one write to a server on this machine that ``serve`` plays."""

    async def connected(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST /oauth/token"):
            body = b'{"access_token": "t", "expires_in": 3600}'
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body))
            writer.write(b"Connection: close\r\n\r\n" + body)
        else:
            serve(writer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    options = {"api_url": url, "login_url": url, "transport": None, "clock": SystemClock()}
    async with server, world.client(**options) as client:
        return await client.call("write", "POST", "/api/v2/things", body=[1], once=True)


def answer(writer):
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a": 42}')


def hang_up(writer):
    writer.close()


def reset(writer):
    writer.transport.abort()


def cut_by_length(writer):
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"id": "le')


def cut_in_a_chunk(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n[1]")


def speak_otherwise(writer):
    writer.write(b"220 mail.example.com ESMTP\r\n")


def endless_headers(writer):
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: yes\r\n" * 20_000)


def test_a_real_server_is_understood(world):
    """Over a real connection, a call is answered."""
    assert asyncio.run(against(world, answer)).body == {"a": 42}


@pytest.mark.parametrize(
    ("serve", "kind"),
    [
        (hang_up, Unreachable),
        (reset, Unreachable),
        (cut_by_length, BadAnswer),
        (cut_in_a_chunk, BadAnswer),
        (speak_otherwise, Unreachable),
        (endless_headers, Unreachable),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_real_connection_that_breaks_is_ambiguous(world, serve, kind):
    """Hang-ups, resets, truncations and other protocols leave a write in doubt."""
    with pytest.raises(Unreachable) as failed:
        asyncio.run(against(world, serve))
    assert type(failed.value) is kind
    assert failed.value.ambiguous


def test_a_refused_connection_is_not_ambiguous(world):
    """Where nobody listens, nothing can have been carried out."""

    async def scenario():
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close()
        await server.wait_closed()
        options = {"api_url": url, "login_url": url, "transport": None}
        async with world.client(**options) as client:
            client._credentials.token = lambda: asyncio.sleep(0, "t")
            await client.call("write", "POST", "/api/v2/things", body=[1], once=True)

    with pytest.raises(Unreachable, match="no connection") as failed:
        asyncio.run(scenario())
    assert not failed.value.ambiguous
