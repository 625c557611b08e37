# SPDX-License-Identifier: Apache-2.0
"""The server on a real socket: start, stop, transport faults acted out, control plane."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from base64 import b64encode

import pytest

from simulator.faults import TransportFault
from simulator.server import HOST, OnSocket, PortInUse, listen

BASIC = "Basic " + b64encode(b"local-deployer:local-deployer-secret").decode()
ME = "/api/v2/organizations/me"


class Server:
    """A simulator in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "simulator", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.start_line = self.process.stdout.readline()
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.start_line)[1])

    def call(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def sim(self, method, path, body=None):
        _, text = self.call(method, f"/sim/{path}", json.dumps(body or {}))
        return json.loads(text) if text else None

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        output = self.process.communicate(timeout=30)[0]
        return self.process.returncode, output


@pytest.fixture
def start():
    servers = []

    def begin(*arguments):
        servers.append(Server(*arguments))
        return servers[-1]

    yield begin
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


@pytest.fixture(scope="module")
def server():
    running = Server("--clock", "virtual", "--seed", "7")
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.fixture
def bearer(server):
    server.sim("DELETE", "faults")
    status, text = server.call(
        "POST",
        "/oauth/token",
        "grant_type=client_credentials",
        {"Authorization": BASIC, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert status == 200
    return {"Authorization": f"Bearer {json.loads(text)['access_token']}"}


def test_the_start_line_says_where_and_what(server):
    """The first line names address, clock and seed."""
    assert server.start_line == (
        f"Simulated Genesys Cloud at http://127.0.0.1:{server.port} (clock virtual, seed 7)\n"
    )


def test_the_api_is_served(server, bearer):
    """A login and a call go over plain HTTP."""
    status, text = server.call("GET", ME, headers=bearer)
    assert status == 200
    assert json.loads(text)["defaultCountryCode"] == "GB"


def test_the_virtual_clock_is_moved_from_outside(server):
    """The clock stands until the control plane moves it."""
    before = server.sim("GET", "clock")["monotonic"]
    assert server.sim("POST", "clock", {"advance": 60})["monotonic"] == before + 60


def test_a_reset_breaks_the_connection(server, bearer):
    """The client of a reset call sees its connection break, and the next call is served."""
    server.sim("PUT", "faults", {"rules": [{"kind": "reset", "nth": [1]}]})
    with pytest.raises(ConnectionResetError):
        server.call("GET", ME, headers=bearer)
    assert server.call("GET", ME, headers=bearer)[0] == 200


def test_a_timeout_is_held_until_the_client_leaves(server, bearer):
    """A call that times out gets no answer; the server goes on serving others."""
    server.sim("PUT", "faults", {"rules": [{"kind": "timeout", "nth": [1]}]})
    with pytest.raises(TimeoutError):
        server.call("GET", ME, headers=bearer, timeout=0.2)
    assert server.call("GET", ME, headers=bearer)[0] == 200


def test_a_malformed_answer_is_complete_on_the_wire(server, bearer):
    """The broken JSON arrives as a whole answer, so that the client has to parse it."""
    server.sim("PUT", "faults", {"rules": [{"kind": "malformed", "nth": [1]}]})
    status, text = server.call("GET", ME, headers=bearer)
    assert status == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(text)


def test_what_is_no_http_is_turned_away(server):
    """Garbage on the socket is answered or cut off, and the server lives."""
    with socket.create_connection((HOST, server.port), timeout=30) as raw:
        raw.sendall(b"\x16\x03\x01 what is this\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert server.sim("GET", "clock")["mode"] == "virtual"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_server_ends_well(start, how):
    """Told to stop, it stops with exit code 0 and no traceback, whatever still hangs."""
    server = start()
    server.sim("PUT", "faults", {"rules": [{"kind": "timeout"}]})
    with socket.create_connection((HOST, server.port)) as hanging:
        hanging.sendall(b"GET /api/v2/tokens/me HTTP/1.1\r\nHost: x\r\n\r\n")
        while server.sim("GET", "calls")["total"] < 1:
            pass
        code, output = server.stop(how)
    assert code == 0
    assert output.splitlines()[-1] == "Stopped."
    assert "Traceback" not in output


def test_a_port_in_use_is_an_error_to_act_on(server):
    """The second server on a port says so and ends with 2."""
    said = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "simulator", "--port", str(server.port)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert f"127.0.0.1:{server.port} cannot be used" in said.stderr
    assert "--port" in said.stderr


def test_a_port_that_cannot_be_is_refused():
    """A number that is no port is not a traceback."""
    with pytest.raises(PortInUse, match="70000"):
        listen(70_000)


def test_answers_are_sent_without_delay():
    """No packet waits for the acknowledgement of the one before: that would be 40 ms a call."""
    delays = []

    async def connect():
        def accepted(_, writer):
            connection = writer.get_extra_info("socket")
            delays.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0)
            writer.close()

        server = await asyncio.start_server(accepted, sock=listen(0))
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await reader.read()
            writer.close()

    asyncio.run(connect())
    assert delays == [False]


class Wire:
    """A connection in memory, on which an application is served."""

    def __init__(self, app):
        self.app = OnSocket(app)
        self.sent = []
        self.aborted = False
        self.linger = None

    def is_closing(self):
        return self.aborted

    def get_extra_info(self, _):
        return self

    def setsockopt(self, _, option, value):
        self.linger = (option, value)

    def abort(self):
        self.aborted = True

    def serve(self):
        async def receive():
            await asyncio.sleep(0)
            return {"type": "http.disconnect"}

        async def send(message):
            self.sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/x",
            "extensions": {"simulator.connection": self},
        }
        asyncio.run(self.app(scope, receive, send))


def test_a_failure_of_the_simulator_is_told_in_the_official_shape(caplog):
    """An exception of the simulator itself is a 500 with an ErrorBody, and is logged."""

    async def broken(*_):
        raise ZeroDivisionError

    wire = Wire(broken)
    wire.serve()
    start, body = wire.sent
    assert start["status"] == 500
    assert json.loads(body["body"])["code"] == "internal.server.error"
    assert "the simulator failed at GET /x" in caplog.text


def test_a_failure_after_the_answer_began_is_only_logged(caplog):
    """Nothing is sent after an answer has begun."""

    async def broken(_, __, send):
        await send({"type": "http.response.start"})
        raise ZeroDivisionError

    wire = Wire(broken)
    wire.serve()
    assert len(wire.sent) == 1
    assert "the simulator failed" in caplog.text


@pytest.mark.parametrize("kind", ["timeout", "connect_timeout", "reset", "connect_error"])
def test_a_lost_call_ends_with_a_broken_connection(kind):
    """The connection is reset and not closed in good order."""

    async def lost(*_):
        raise TransportFault(kind, after_commit=False)

    wire = Wire(lost)
    wire.serve()
    assert wire.aborted
    assert wire.linger == (socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    assert wire.sent == []


def test_a_call_that_is_cancelled_breaks_its_connection():
    """A stopping server leaves no client waiting."""

    async def cancelled(*_):
        raise asyncio.CancelledError

    wire = Wire(cancelled)
    wire.serve()
    assert wire.aborted
