# SPDX-License-Identifier: Apache-2.0
"""A simulated platform that is served in this process, for an engine that runs beside it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import httpx

from infra.organisation import GATEWAYS, gateway_setting
from simulator.clock import ScaledClock
from simulator.control import Control
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.server import HOST, listen, serving

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
SIGNING_IN = "/oauth/"


class Served:
    """A platform at an address of this machine, and an administrator who works beside the engine.

    Args:
        organisation: what is served.
        url: where.
    """

    def __init__(self, organisation: Organisation, url: str) -> None:
        self.organisation = organisation
        self.control = Control(organisation)
        self.url = url

    @property
    def config(self) -> dict[str, Any]:
        """The setting that makes a stack be deployed here."""
        return {GATEWAYS: gateway_setting(self.url)}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the administrator; the answer's JSON."""
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            signed_in = client.post(
                "/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
            )
            bearer = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
            answer = client.request(method, path, json=body, headers=bearer)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def change(self, path: str, **fields: Any) -> Any:
        """Changes fields of an object over the API, as a person at the platform would."""
        return self.call("PUT", path, {**self.call("GET", path), **fields})

    def named(self, root: str) -> dict[str, str]:
        """The ids of the objects below a path, by name."""
        listed = self.call("GET", f"{root}?pageSize=100")["entities"]
        return {entity["name"]: entity["id"] for entity in listed}

    def writes(self) -> list[str]:
        """The calls since the last time that changed an object of the platform."""
        log = self.organisation.calls
        found = [
            f"{call.method} {call.path}"
            for call in log.find()
            if call.method in WRITES and not call.path.startswith(SIGNING_IN)
            if not call.path.endswith("/search")
        ]
        log.clear()
        return found


@contextlib.contextmanager
def served(snapshot: dict[str, Any] | None = None) -> Iterator[Served]:
    """Serves a fresh organisation, or the one that a snapshot has, on a free port."""
    organisation = Organisation(clock=ScaledClock(), seed=0)
    if snapshot:
        organisation.restore(snapshot)
    listener = listen(0)
    ended: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    begun = threading.Event()

    async def serve() -> None:
        end = asyncio.Event()
        async with serving(organisation, listener):
            ended.append((asyncio.get_running_loop(), end))
            begun.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    begun.wait()
    try:
        yield Served(organisation, f"http://{HOST}:{listener.getsockname()[1]}")
    finally:
        loop, end = ended[0]
        loop.call_soon_threadsafe(end.set)
        thread.join()
        listener.close()
