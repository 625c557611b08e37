# SPDX-License-Identifier: Apache-2.0
"""The simulated platform in a process of its own, with limits that nobody reaches.

Where speed or memory is measured, what the platform takes must not be counted as ours.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from benchmarks.leads import LIST, LISTS, blank_contacts
from benchmarks.stage import PERMISSIONS, PUSHER, SECRET, log_in
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET

UNLIMITED: Final = 100_000
"""Calls per minute: more than this machine can make."""
_SETUP: Final = """
[[clients]]
client_id = "{pusher}"
secret = "{secret}"
permissions = {permissions}
rate_limit = {limit}

[[limits]]
client_id = "{deployer}"
ceiling = {unlimited}
"""
_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")


@contextmanager
def simulated_platform(limit: int = UNLIMITED) -> Iterator[str]:
    """A running platform that allows ``limit`` calls a minute; its base URL."""
    with tempfile.TemporaryDirectory(prefix="leadscore-platform-") as folder:
        setup = Path(folder) / "setup.toml"
        content = _SETUP.format(
            pusher=PUSHER,
            secret=SECRET,
            permissions=json.dumps(PERMISSIONS),
            limit=limit,
            deployer=BOOTSTRAP_CLIENT,
            unlimited=UNLIMITED,
        )
        setup.write_text(content, encoding="utf-8")
        command = [sys.executable, "-m", "simulator", "--port", "0", "--config", str(setup)]
        with subprocess.Popen(  # noqa: S603 - our own command
            command,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            try:
                assert process.stdout is not None
                address = _ADDRESS.search(process.stdout.readline())
                assert address is not None, "the simulator did not start"
                yield address.group()
            finally:
                process.terminate()


async def make_list(url: str, name: str, leads: int) -> str:
    """A contact list of ``leads`` leads without a score; its id."""
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        await log_in(http, BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
        made = await http.post(LISTS, json={**LIST, "name": name})
        list_id: str = made.raise_for_status().json()["id"]
        for rows in blank_contacts(list_id, leads):
            path = f"{LISTS}/{list_id}/contacts"
            (await http.post(path, json=rows)).raise_for_status()
    return list_id
