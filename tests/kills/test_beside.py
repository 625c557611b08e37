# SPDX-License-Identifier: Apache-2.0
"""Real processes beside a push: what they see, what they may do, and who delivers in the end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.kills.case import Case, Lead
from benchmarks.kills.site import Site, prepare
from benchmarks.stage import PUSHER, SECRET
from integration.scores import format_instant, instant_of
from simulator.clock import VirtualClock
from simulator.faults import FaultRule
from simulator.server import HOST, listen, serving

WRITE = "post_outbound_contactlist_contacts"
READ = "post_outbound_contactlist_contacts_bulk"
ROOT = Path(__file__).parents[2]
LEADS = ("L1", "L2", "L3")


class StandingClock(VirtualClock):
    """Stands still until it is moved, and tells that somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = asyncio.Event()

    async def sleep(self, seconds):
        self.waited_for.set()
        await super().sleep(seconds)


class Desk:
    """A platform whose clock stands still, and the command in processes of their own.

    A call that is slow waits until the clock is moved; so every process is where it is wanted.
    """

    def __init__(self, folder) -> None:
        self.folder = folder
        self.now = instant_of(datetime.now(UTC))
        at = self.now - 9 * 3_600_000
        leads = tuple(Lead(lead, listed=True, score=50, at=at) for lead in LEADS)
        case = Case(1, self.now, "skills", "read", 2, leads, (), ())
        self.prepared = prepare(case, folder)
        self.clock = StandingClock()
        self.site = Site(self.clock, 1)
        self.site.begin(self.prepared, folder / "outbox.db")
        self.gateway = ""
        self.processes = []

    def slow(self, operation):
        """The next call of an operation is not answered until :meth:`go_on`."""
        rule = FaultRule(operation=operation, kind="latency", seconds=1, times=1)
        self.site.control.set_faults(rules=[rule])

    def go_on(self):
        self.site.control.advance(2)

    async def arrived(self):
        """The slow call is there."""
        await self.clock.waited_for.wait()

    def file(self, name, score, *leads, age=3600):
        at = format_instant(self.now - age * 1000)
        rows = [f"{lead},{score},{at}" for lead in leads]
        path = self.folder / name
        path.write_text("\n".join(["lead_id,priority_score,last_calculated_at", *rows, ""]))
        return name

    async def start(self, *words, outbox="outbox.db"):
        settings = {
            "LEADSCORE_GATEWAY": self.gateway,
            "LEADSCORE_CLIENT_ID": PUSHER,
            "LEADSCORE_CLIENT_SECRET": SECRET,
            "LEADSCORE_CONTACT_LIST": self.prepared.lists["senior"],
            "LEADSCORE_BATCH_SIZE": "2",
            "LEADSCORE_OUTBOX": outbox,
            "PYTHONPATH": str(ROOT),
            "PATH": os.environ["PATH"],
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from integration.cli import main; main()", *words),
            cwd=self.folder,
            env=settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    async def run(self, *words, code=0, outbox="outbox.db"):
        """What a command prints as JSON; it has to end with ``code``."""
        return await self.ended(await self.start(*words, "--json", outbox=outbox), code)

    @staticmethod
    async def ended(process, code=0):
        out, err = await process.communicate()
        assert (process.returncode, err.decode()) == (code, "")
        return json.loads(out) if out else None

    async def until_accepted(self):
        """The rows that another process has brought are in the outbox."""
        while not (await self.run("status"))["ready"]:
            pass

    def held(self):
        contacts = self.site.organisation.contact_lists.get(self.prepared.lists["senior"]).contacts
        return {lead: contacts[lead].data["ml_score"] for lead in LEADS}

    def sound(self):
        with closing(sqlite3.connect(self.folder / "outbox.db")) as connection:
            return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@asynccontextmanager
async def opened(desk):
    with closing(listen(0)) as socket:
        desk.gateway = f"http://{HOST}:{socket.getsockname()[1]}"
        async with serving(desk.site.organisation, socket):
            try:
                yield
            finally:
                for process in desk.processes:
                    if process.returncode is None:
                        process.kill()
                        await process.communicate()


def test_commands_beside_a_push(desk):
    """While one process delivers, others look, release and bring more; it delivers theirs too."""

    async def play():
        async with opened(desk):
            desk.slow(WRITE)
            first = await desk.start(
                "push", desk.file("a.csv", 60, "L1", "L2"), "--json", "--quiet"
            )
            await desk.arrived()
            status = await desk.run("status")
            assert (status["claimed"], status["ready"], status["parked"]) == (2, 0, {})
            history = await desk.run("history", "L1")
            assert [one["outcome"] for one in history["history"]] == ["delivered", "intended"]
            assert await desk.run("retry", "--all") == {"due_again": 0}
            newer = desk.file("b.csv", 70, "L2", "L3", age=60)
            second = await desk.start("push", newer, "--json", "--quiet")
            await desk.until_accepted()
            desk.go_on()
            assert (await desk.ended(first))["delivered"] == 2
            run = await desk.ended(second)
            assert (run["delivered"], run["waiting"]) == (2, 0)
            assert desk.held() == {"L1": "60", "L2": "70", "L3": "70"}
            assert desk.sound()

    asyncio.run(asyncio.wait_for(play(), 120))


def test_a_push_takes_over_from_one_that_hangs_and_is_killed(desk):
    """A push that follows another one's delivery finishes the work when that one is killed."""

    async def play():
        async with opened(desk):
            desk.slow(WRITE)
            first = await desk.start("push", desk.file("a.csv", 60, "L1", "L2"), "--quiet")
            await desk.arrived()
            first.send_signal(signal.SIGSTOP)
            second = await desk.start("push", desk.file("b.csv", 70, "L3"), "--json", "--quiet")
            await desk.until_accepted()
            first.kill()
            await first.communicate()
            run = await desk.ended(second)
            assert (run["delivered"], run["waiting"]) == (1, 0)
            status = await desk.run("status")
            assert (status["claimed"], status["ready"]) == (0, 0)
            assert desk.held() == {"L1": "60", "L2": "60", "L3": "70"}
            assert desk.sound()

    asyncio.run(asyncio.wait_for(play(), 120))


def test_two_outboxes_for_one_list(desk):
    """Who reads after another outbox's push has written sees its newer score and keeps it."""

    async def play():
        async with opened(desk):
            desk.slow(READ)
            first = await desk.start(
                "push", desk.file("a.csv", 60, "L1", "L2"), "--json", "--quiet"
            )
            await desk.arrived()
            newer = desk.file("b.csv", 70, "L1", age=60)
            assert (await desk.run("push", newer, outbox="other.db"))["delivered"] == 1
            desk.go_on()
            run = await desk.ended(first)
            assert (run["delivered"], run["superseded"]) == (1, 1)
            assert desk.held() == {"L1": "70", "L2": "60", "L3": "50"}

    asyncio.run(asyncio.wait_for(play(), 120))
