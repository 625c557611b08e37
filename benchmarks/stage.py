# SPDX-License-Identifier: Apache-2.0
"""A whole push on a simulated platform in virtual time: no socket, no waiting, one seed.

What a push costs in calls, and what it makes of its call budget, does not depend on the machine.
So both are measured where an hour takes a moment, and counted by the platform, not by us.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from pydantic import SecretStr

from benchmarks.leads import LIST, LISTS, blank_contacts, lead_id, score_of, scores
from integration.app import App
from integration.reports import RunSummary
from integration.settings import Settings
from simulator.clock import VirtualClock
from simulator.control import Control
from simulator.mount import SimulatorTransport
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation

PUSHER: Final = "pusher"
SECRET: Final = "pusher-secret"
PERMISSIONS: Final = (
    "outbound:contact:add",
    "outbound:contact:edit",
    "outbound:contact:view",
    "outbound:contactList:view",
)
_URL: Final = "https://api.example.test"


class Stage:
    """One organisation with one contact list, whose leads have no score yet.

    Args:
        folder: where the outbox lies.
        leads: how many there are.
        seed: decides on ids, chance and jitter.
        limit: calls per minute of the pusher's client.
    """

    def __init__(self, folder: Path, leads: int, *, seed: int = 0, limit: int = 300) -> None:
        self.clock = VirtualClock()
        self.organisation = Organisation(clock=self.clock, seed=seed)
        self.organisation.calls.record_bodies = False
        self.control = Control(self.organisation)
        self.leads = leads
        self.list_id = ""
        self._seed = seed
        self._outbox = folder / "outbox.db"
        self._transport = SimulatorTransport(self.organisation)
        self._pushes = 0
        self.organisation.add_client(PUSHER, SECRET, permissions=PERMISSIONS, rate_limit=limit)

    @property
    def contacts(self) -> str:
        """The path of the list's contacts."""
        return f"{LISTS}/{self.list_id}/contacts"

    async def prepare(self) -> None:
        """Make the list and its contacts."""
        async with self.http() as http:
            await log_in(http, BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET)
            made = await http.post(LISTS, json=LIST)
            self.list_id = made.raise_for_status().json()["id"]
            for rows in blank_contacts(self.list_id, self.leads):
                (await http.post(self.contacts, json=rows)).raise_for_status()

    def http(self) -> httpx.AsyncClient:
        """A bare client of the platform, for what is not done by the product."""
        return httpx.AsyncClient(transport=self._transport, base_url=_URL)

    async def push(self, **options: Any) -> RunSummary:
        """Push a new score for every lead; every push brings others.

        Args:
            options: settings that differ from their defaults.
        """
        settings = Settings(
            gateway=_URL,
            client_id=PUSHER,
            client_secret=SecretStr(SECRET),
            contact_list=self.list_id,
            outbox=self._outbox,
            **options,
        )
        self._pushes += 1
        self.control.forget_calls()
        rows = scores(self.leads, self._pushes, self.clock.now())
        rng = random.Random(self._seed)  # noqa: S311 - jitter
        async with App(settings, clock=self.clock, transport=self._transport, rng=rng) as app:
            return await app.push(rows, name=f"push {self._pushes}")

    def calls(self) -> Counter[str]:
        """The pusher's calls of the last push by operation, as the platform has seen them."""
        log = self.organisation.calls.find(client_id=PUSHER)
        return Counter(call.operation_id for call in log)

    def wrong(self) -> int:
        """How many leads do not carry the score of the last push."""
        contacts = self.organisation.contact_lists.get(self.list_id).contacts
        return sum(
            contacts[lead_id(number)].data["ml_score"] != str(score_of(number, self._pushes))
            for number in range(self.leads)
        )

    def limits(self) -> dict[str, Any]:
        """What became of the pusher's calls under its limit."""
        return self.organisation.limits.report(PUSHER)


async def log_in(http: httpx.AsyncClient, client_id: str, secret: str) -> None:
    """Get a token, for all further calls of ``http``."""
    form = {"grant_type": "client_credentials"}
    answer = await http.post("/oauth/token", data=form, auth=(client_id, secret))
    http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"


@contextmanager
def backstage() -> Iterator[Path]:
    """A folder in memory where there is one, since only counts are measured; and no log."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    memory = Path("/dev/shm")  # noqa: S108 - a usual place of a RAM disk
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
    structlog.reset_defaults()


def new_folder(folder: Path, name: str) -> Path:
    """A folder of its own for one outbox."""
    made = folder / name
    made.mkdir()
    return made
