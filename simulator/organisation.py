# SPDX-License-Identifier: Apache-2.0
"""One simulated organisation: all of its state, and the collaborators that the state needs.

The organisation is what the HTTP side serves and what tests and the control plane look into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from simulator.access import EVERYWHERE, Access, Division, Role
from simulator.bulk_jobs import BulkJobs
from simulator.calllog import CallLog
from simulator.clients import USUAL_LIFE, Clients, OAuthClient
from simulator.clock import ScaledClock, SimClock
from simulator.contact_exports import ContactExports
from simulator.contact_lists import ContactLists
from simulator.data_services import DataServices
from simulator.data_table_state import DataTables
from simulator.dialer.dialer import Dialer
from simulator.entities import Entities
from simulator.events import EventLog
from simulator.faults import FaultPlan
from simulator.ids import Ids
from simulator.instants import to_wire
from simulator.kinds import KINDS
from simulator.limits import USUAL_CEILING, Limits
from simulator.references import DIVISION, References
from simulator.switches import Switches

BOOTSTRAP_CLIENT = "local-deployer"
BOOTSTRAP_SECRET = "local-deployer-secret"  # noqa: S105 - public on purpose, loopback only
BOOTSTRAP_RATE = 3000
USUAL_PRODUCTS = ("purecloud3",)
SNAPSHOT_VERSION = 5


class State(Protocol):
    """What a resource module keeps in an organisation."""

    def snapshot(self) -> Any:
        """All of it, as JSON."""
        ...

    def restore(self, data: Any, /) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        ...


class Organisation:
    """The whole state of the simulated platform.

    A resource module keeps its state in a class made from the organisation (a :class:`State`).
    It is made in :meth:`reset`, hangs here under its own name, and is listed in :meth:`states`.

    Args:
        clock: what the organisation takes for time; the wall clock unless given.
        seed: makes ids and every random choice repeatable.
        switches: the undocumented behaviour; each switch's default unless given.
    """

    def __init__(
        self,
        *,
        clock: SimClock | None = None,
        seed: int = 0,
        switches: Switches | None = None,
    ) -> None:
        self.name = "Lead scoring, simulated"
        self.clock: SimClock = clock or ScaledClock()
        self.seed = seed
        self.switches = switches or Switches()
        self.clock_skew = timedelta()
        self.reset()

    def reset(self) -> None:
        """Begin anew: as just made, but for the clock and the switches, which go on."""
        self.clock_skew = timedelta()
        self.products: tuple[str, ...] = USUAL_PRODUCTS
        """Ids of what the organisation has licensed."""
        self.ids = Ids(self.seed)
        self.id = self.ids.new()
        self.access = Access(self.ids)
        self.references = References()
        self.references.know(DIVISION, "/api/v2/authorization/divisions", self._division)
        self.clients = Clients(self)
        self.limits = Limits(self)
        self.faults = FaultPlan()
        self.calls = CallLog()
        self.contact_lists = ContactLists(self)
        self.contact_exports = ContactExports(self)
        self.bulk_jobs = BulkJobs(self)
        self.data_tables = DataTables(self)
        self.data_services = DataServices(self)
        self.events = EventLog(self)
        self.entities = {kind.noun: Entities(self, kind) for kind in KINDS}
        self.dialer = Dialer(self)
        self.add_client(
            BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, permissions=["*"], rate_limit=BOOTSTRAP_RATE
        )

    def states(self) -> dict[str, State]:
        """The states by name, each after those that it refers to."""
        return {
            "ids": self.ids,
            "access": self.access,
            "clients": self.clients,
            "limits": self.limits,
            **self.entities,
            "contact_lists": self.contact_lists,
            "contact_exports": self.contact_exports,
            "bulk_jobs": self.bulk_jobs,
            "data_tables": self.data_tables,
            "data_services": self.data_services,
            "events": self.events,
            "dialer": self.dialer,
        }

    def snapshot(self) -> dict[str, Any]:
        """The whole organisation as JSON, but for the call log and the rate statistics."""
        return {
            "version": SNAPSHOT_VERSION,
            "id": self.id,
            "seed": self.seed,
            "clock_skew": self.clock_skew.total_seconds(),
            "products": list(self.products),
            "switches": self.switches.model_dump(mode="json"),
            "faults": self.faults.snapshot(self.clock.monotonic()),
            "states": {name: state.snapshot() for name, state in self.states().items()},
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take the place of everything by what :meth:`snapshot` gave.

        The clock goes on as it is; what is about to happen keeps its distance from now.

        Raises:
            ValueError: the snapshot is of another version, or no snapshot at all.
        """
        if data.get("version") != SNAPSHOT_VERSION:
            raise ValueError(f"a snapshot of version {SNAPSHOT_VERSION} is needed")
        self.seed = int(data["seed"])
        self.reset()
        self.id = data["id"]
        self.set_clock_skew(data["clock_skew"])
        self.products = tuple(data["products"])
        self.switches.update(data["switches"])
        self.faults = FaultPlan.restored(data["faults"], self.clock.monotonic())
        for name, state in self.states().items():
            state.restore(data["states"][name])

    def now(self) -> datetime:
        """The server's time: the clock's, shifted by the server's skew."""
        return self.clock.now() + self.clock_skew

    def set_clock_skew(self, seconds: float) -> None:
        """Let the server's time differ from the clock's by ``seconds``."""
        self.clock_skew = timedelta(seconds=seconds)

    def timestamp(self) -> str:
        """The server's time as the platform writes it."""
        return to_wire(self.now())

    def add_client(
        self,
        client_id: str,
        secret: str,
        *,
        permissions: Iterable[str] = (),
        division: str = EVERYWHERE,
        rate_limit: int = USUAL_CEILING,
        token_life: int = USUAL_LIFE,
    ) -> OAuthClient:
        """A client with a role of its own that has exactly ``permissions``.

        Args:
            client_id: its id.
            secret: its secret.
            permissions: ``domain:entity:action``; ``*`` stands for any part, or for everything.
            division: where they are granted; ``*`` for everywhere.
            rate_limit: calls per minute.
            token_life: seconds; may be shorter than what the platform's API allows.
        """
        now = self.timestamp()
        client = OAuthClient(
            client_id,
            client_id,
            secret,
            token_life=token_life,
            date_created=now,
            date_modified=now,
        )
        self.grant(client, permissions, division)
        self.clients.by_id[client_id] = client
        self.limits.set_ceiling(client_id, rate_limit)
        return client

    def grant(
        self, client: OAuthClient, permissions: Iterable[str], division: str = EVERYWHERE
    ) -> None:
        """Give ``client`` a role of its own with exactly ``permissions``, and nothing else."""
        role = Role(self.ids.new(), f"role of {client.id}", permissions=list(permissions))
        self.access.roles[role.id] = role
        self.access.changed()
        client.role_divisions = ((role.id, division),)

    def _division(self, division_id: str) -> Division | None:
        return self.access.divisions.get(division_id)
