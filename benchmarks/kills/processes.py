# SPDX-License-Identifier: Apache-2.0
"""Kills the real ``leadscore push`` while it talks to a platform over loopback.

The platform is served by this process; each push is a process of its own, with its database on a
disk. When it has been killed often enough, another one finishes its work.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.kills.case import HEADER, Case, make_case
from benchmarks.kills.hunt import STATEMENT, Hunt, Hunter, Kill, make_hunt
from benchmarks.kills.outcome import Outcome, differences, look, whole
from benchmarks.kills.site import Prepared, Site, prepare
from benchmarks.kills.steps import Stepper
from benchmarks.stage import PUSHER, SECRET
from integration.scores import instant_of
from simulator.clock import ScaledClock
from simulator.server import HOST, listen, serving

PATIENCE_S: Final = 120.0
"""Real time after which a process that does not end is taken for hung."""
_ROOT: Final = Path(__file__).parents[2]
_COMMAND: Final = ("-c", "from integration.cli import main; main()")
_VICTIM: Final = ("-m", "benchmarks.kills.victim")
_ENDS: Final = {0, 1}
"""Exit codes of a push that has done its work: all is well, or some rows cannot be delivered."""


@dataclass(slots=True)
class Report:
    """How one seed went: the kills that hit, by kind, and what was wrong afterwards."""

    case: Case
    hunt: Hunt
    hits: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def run_seed(seed: int, leads: int | None = None) -> Report:
    """Kill the processes of ``seed``, let another one finish, and look."""
    clock = ScaledClock()
    with tempfile.TemporaryDirectory(prefix="leadscore-kills-") as name:
        folder = Path(name)
        prepared = prepare(make_case(seed, instant_of(clock.now()), leads), folder)
        undisturbed = Stepper(prepared, folder)
        report = Report(prepared.case, make_hunt(seed, undisturbed.points))
        seen = asyncio.run(_Stage(prepared, Site(clock, seed), folder, report).play())
        kills = report.hits.total()
        report.wrong += differences(seen, undisturbed.outcome, prepared.case, kills)
        return report


class _Stage:
    """The platform on a port of its own, and the processes that call it."""

    def __init__(self, prepared: Prepared, site: Site, folder: Path, report: Report) -> None:
        self._prepared = prepared
        self._site = site
        self._report = report
        self._folder = folder
        self._outbox = folder / "outbox.db"
        self._file = folder / "scores.csv"
        self._file.write_text("\n".join([HEADER, *map(str, prepared.case.rows), ""]))
        self._hunter = Hunter(prepared.case, site.organisation.clock.monotonic())

    async def play(self) -> Outcome:
        """Every process of the hunt, and the one that finishes."""
        watch = self._site.begin(self._prepared, self._outbox)
        self._site.organisation.faults = self._hunter
        watch.then = self._hunter.done
        with closing(listen(0)) as socket:
            gateway = f"http://{HOST}:{socket.getsockname()[1]}"
            async with serving(self._site.organisation, socket):
                words = ["push", str(self._file)]
                for kill in (*self._report.hunt.kills, None):
                    await self._process(kill, words, gateway)
                    if self._report.hunt.resumed and whole(self._prepared.case, self._outbox):
                        words = ["push", "--resume"]
        return look(self._prepared, self._site, watch, self._outbox)

    async def _process(self, kill: Kill | None, words: list[str], gateway: str) -> None:
        """One process, which is killed where it reaches that far."""
        command: tuple[str, ...] = _COMMAND
        if kill is not None and kill.kind == STATEMENT:
            command = (*_VICTIM, str(kill.number))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            *words,
            cwd=self._folder,
            env=self._environment(gateway),
            stdout=PIPE,
            stderr=PIPE,
        )

        def shoot() -> None:
            with suppress(ProcessLookupError):
                process.kill()

        self._hunter.aim(kill, shoot)
        await self._ended(process, kill, words)

    async def _ended(self, process: Process, kill: Kill | None, words: list[str]) -> None:
        what = " ".join(words[:2]) if words[1] == "--resume" else "push FILE"
        try:
            _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()
            self._report.wrong.append(f"{what} hung for {PATIENCE_S:g} s")
            return
        if kill is not None and process.returncode == -signal.SIGKILL:
            self._report.hits[kill.kind] += 1
        elif process.returncode not in _ENDS:
            said = errors.decode(errors="replace")[-2_000:]
            self._report.wrong.append(f"{what} ended with {process.returncode}: {said}")

    def _environment(self, gateway: str) -> dict[str, str]:
        own = {name: text for name, text in os.environ.items() if not name.startswith("LEADSCORE_")}
        options = {
            "gateway": gateway,
            "client_id": PUSHER,
            "client_secret": SECRET,
            "outbox": str(self._outbox),
            **self._prepared.options,
        }
        told = {f"LEADSCORE_{name.upper()}": str(value) for name, value in options.items()}
        return own | told | {"PYTHONPATH": str(_ROOT)}
