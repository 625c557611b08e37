# SPDX-License-Identifier: Apache-2.0
"""``leadscore serve`` in a process of its own, on a core of its own where the system allows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.stage import PUSHER, SECRET

SIGNING_SECRET: Final = "whsec_" + "YmVuY2htYXJrcyBzaWduIHdpdGggdGhpcyBzZWNyZXQ="
LIST_ID: Final = "5a1a1c3e-0000-4000-8000-000000000000"
NOWHERE: Final = "http://127.0.0.1:9"
"""A gateway where nobody listens: scores are accepted all the same."""
PROGRAM: Final = "from integration.cli import main; main()"
_VICTIM: Final = ("-m", "benchmarks.kills.victim")
_ADDRESS: Final = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Running:
    """A service that listens on ``port``."""

    process: subprocess.Popen[str]
    port: int

    def cpu_seconds(self) -> float | None:
        """Processor time so far; None where the system does not say."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int | None:
        """Resident memory in bytes; None where the system does not say."""
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except OSError:
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def service(
    folder: Path,
    *options: str,
    gateway: str = NOWHERE,
    contacts: str = LIST_ID,
    dies_at: int | None = None,
    program: str = PROGRAM,
) -> Iterator[Running]:
    """A running service with its outbox in ``folder``; it is stopped in the end.

    Args:
        folder: where it works.
        options: of the command.
        gateway: the platform's address.
        contacts: the contact list.
        dies_at: the number of the SQL statement at which it kills itself.
        program: what it is, where it does not.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("LEADSCORE_")
    }
    environment |= {
        "LEADSCORE_CLIENT_ID": PUSHER,
        "LEADSCORE_CLIENT_SECRET": SECRET,
        "LEADSCORE_CONTACT_LIST": contacts,
        "LEADSCORE_GATEWAY": gateway,
        "LEADSCORE_OUTBOX": str(folder / "outbox.db"),
        "LEADSCORE_LISTEN_PORT": "0",
        "LEADSCORE_WEBHOOK_SECRETS": SIGNING_SECRET,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    start = ("-c", program) if dies_at is None else (*_VICTIM, str(dies_at))
    command = [sys.executable, *start, "serve", *options]
    with (
        (folder / "serve.log").open("a") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            command, env=environment, cwd=folder, stderr=subprocess.PIPE, stdout=log, text=True
        ) as process,
    ):
        try:
            yield Running(process, _port(process))
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        if found := _ADDRESS.search(line):
            return int(found[1])
        said.append(line)
    raise AssertionError(f"the service did not start: {''.join(said)}")


def own_cores(pid: int) -> bool:
    """Put process ``pid`` on one core and this one on the others; whether that was possible."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        return False
    os.sched_setaffinity(pid, {first})
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {first})
    os.sched_setaffinity(0, set(others))
    return True
