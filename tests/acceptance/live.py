# SPDX-License-Identifier: Apache-2.0
"""A live organisation in place of the simulated one, for the features that need nothing else.

Each scenario makes a contact list of its own and deletes it. Where a step looks at what the product
did, it looks at the product's own calls; a step that needs the control plane fails and says so.
The product goes by a clock that begins at the hour the features begin at, and runs as the wall's.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import httpx
from pytest_bdd.scenario import scenario_wrapper_template_registry

from integration.platform.regions import locate
from simulator.clock import VIRTUAL_START, ScaledClock
from tests.acceptance.simulated import READ, WRITE, SimulatedPlatform

PREFIX = "LEADSCORE_LIVE_"
_OPERATIONS = {
    READ: re.compile(r"POST .*/contacts/bulk"),
    WRITE: re.compile(r"POST .*/contactlists/[^/]+/contacts"),
}
LEFT_OUT = {
    "asking_about_a_lead": "makes a campaign and all around it, which nothing removes again",
    "sweeping": "marks scores where a probe has found out what that does to a campaign",
    "A score that is <age> old when it is pushed": "asks for the very millisecond of a border",
    "Where scores count for <limit>, one that is <age> old counts as <effective>": "likewise",
    "A score that is <ahead> ahead of the integration's clock": "likewise",
}
"""What needs no simulator, but time that stands still, or more than a contact list."""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Live:
    """Where the organisation is, and two of its clients, from ``LEADSCORE_LIVE_…``.

    Args:
        client_id: the product's client, with the rights of the pusher and of a sweep.
        admin_client_id: may add, view, edit and delete contact lists and contacts.
    """

    region: str = ""
    gateway: str = ""
    client_id: str = ""
    client_secret: str = ""
    admin_client_id: str = ""
    admin_client_secret: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Live:
        """What the environment states.

        Raises:
            ValueError: something is missing; the message names it.
        """
        names = [one.name for one in fields(cls)]
        given = {name: environ.get(PREFIX + name.upper(), "") for name in names}
        missing = [PREFIX + name.upper() for name in names[2:] if not given[name]]
        if bool(given["region"]) == bool(given["gateway"]):
            missing.insert(0, f"{PREFIX}REGION or {PREFIX}GATEWAY, one of them,")
        if missing:
            raise ValueError(f"--platform live needs {', '.join(missing)}")
        return cls(**given)


class _NoControl:
    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a live organisation has no control plane, and no {name}")


class LivePlatform(SimulatedPlatform):
    """One contact list in a live organisation, with the same words as the simulated one."""

    def __init__(self, live: Live) -> None:
        self._control = _NoControl()  # type: ignore[assignment] # says what is not there
        self.interfered = False
        self.alerts = []
        self.after_write = []
        self.watchers = []
        self._live = live
        self._made: list[str] = []
        self._recorded: list[dict[str, Any]] = []
        self._hosts = locate(live.region, live.gateway)
        self._http = httpx.Client(base_url=self._hosts.api_url, trust_env=False, timeout=30)
        answer = self._http.post(
            f"{self._hosts.login_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(live.admin_client_id, live.admin_client_secret),
        )
        token = answer.raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._run = f"features {os.getpid()}"
        self.list_id = self.new_list()
        self._leads = {}

    def close(self) -> None:
        """Delete what was made."""
        for list_id in self._made:
            self.administrate("DELETE", f"/api/v2/outbound/contactlists/{list_id}")
        self._http.close()

    @property
    def reached_by(self) -> dict[str, str]:
        """The product's settings that lead here."""
        live = self._live
        where = {"region": live.region} if live.region else {"gateway": live.gateway}
        return {**where, "client_id": live.client_id, "client_secret": live.client_secret}

    @property
    def transport(self) -> httpx.AsyncBaseTransport:  # type: ignore[override] # a real one
        """The network, with a note of each call."""
        return _Noting(self._recorded)

    def administrate(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the administrator; its answer."""
        answer = self._http.request(method, path, json=body).raise_for_status()
        return answer.json() if answer.content else None

    def new_list(self, name: str = "Leads") -> str:
        """Another contact list, with a name that no other one has."""
        made = super().new_list(f"{name} {self._run} {next(_NUMBERS)}")
        self._made.append(made)
        return made

    def contact(self, lead: str, list_id: str = "") -> dict[str, Any]:
        """A contact; its place in the dialling queue is not shown by a live organisation."""
        path = f"/api/v2/outbound/contactlists/{list_id or self.list_id}/contacts/{lead}"
        found: dict[str, Any] = self.administrate("GET", path)
        return found

    @property
    def calls_so_far(self) -> int:
        """The number of the last call."""
        return len(self._recorded)

    def calls(self, operation: str = "*", *, after: int = 0) -> list[dict[str, Any]]:
        """Calls of the product, without its sign-ins."""
        return [
            call
            for call in self._recorded[after:]
            if not call["path"].endswith("/oauth/token")
            if fnmatch(call["operation"], operation)
        ]

    def attempts(self, *, after: int) -> list[dict[str, Any]]:
        """Everything that was sent."""
        return self._recorded[after:]

    def writes(self) -> Counter[str]:
        """How often each lead was written."""
        written: Counter[str] = Counter()
        for call in self.calls(WRITE):
            if call["status"] == 200:
                written.update(row["id"] for row in call["body"])
        return written

    def idle_rules(self) -> list[Any]:
        """No fault can be planned here."""
        return []


class _Noting(httpx.AsyncBaseTransport):
    """The network; each call is noted in ``recorded``."""

    def __init__(self, recorded: list[dict[str, Any]]) -> None:
        self._recorded = recorded
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._network.handle_async_request(request)
        asked = f"{request.method} {request.url.path}"
        names = [name for name, path in _OPERATIONS.items() if path.fullmatch(asked)]
        is_json = request.headers.get("content-type", "").startswith("application/json")
        self._recorded.append(
            {
                "n": len(self._recorded) + 1,
                "operation": names[0] if names else "",
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query.decode(),
                "body": json.loads(request.content) if is_json and request.content else None,
                "status": answer.status_code,
            }
        )
        return answer

    async def aclose(self) -> None:
        await self._network.aclose()


def live_clock() -> ScaledClock:
    """The clock of a scenario: the hour at which features begin, and from there the wall's pace."""
    return ScaledClock(start=VIRTUAL_START)


def chosen(items: Iterable[Any], simulator_only: str, engine: str) -> tuple[list[Any], list[Any]]:
    """The scenarios that a live organisation can run, and all other tests."""
    good, others = [], []
    for item in items:
        scenario = scenario_wrapper_template_registry.get(getattr(item, "function", None))
        marks = {mark.name for mark in item.iter_markers()}
        fits = scenario is not None and not marks & {simulator_only, engine}
        left_out = fits and {Path(scenario.feature.filename).stem, scenario.name} & LEFT_OUT.keys()
        (good if fits and not left_out else others).append(item)
    return good, others
