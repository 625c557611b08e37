# SPDX-License-Identifier: Apache-2.0
"""One simulated organisation: all of its state, and the collaborators that the state needs.

The organisation is what the HTTP side serves and what tests and the control plane look into.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from simulator.access import EVERYWHERE, Access, Role
from simulator.clients import USUAL_LIFE, Clients, OAuthClient
from simulator.clock import ScaledClock, SimClock
from simulator.ids import Ids
from simulator.instants import to_wire
from simulator.switches import Switches

BOOTSTRAP_CLIENT = "local-deployer"
BOOTSTRAP_SECRET = "local-deployer-secret"  # noqa: S105 - public on purpose, loopback only
BOOTSTRAP_RATE = 3000
USUAL_RATE = 300


class Organisation:
    """The whole state of the simulated platform.

    A resource module keeps its state in a class made from the organisation, with ``snapshot()``
    (JSON) and ``restore(data)``; it is made in :meth:`reset` and hangs here under its name.

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
        self.clock: SimClock = clock or ScaledClock()
        self.seed = seed
        self.switches = switches or Switches()
        self.clock_skew = timedelta()
        self.reset()

    def reset(self) -> None:
        """Begin anew: as just made, but for the clock and the switches, which go on."""
        self.clock_skew = timedelta()
        self.ids = Ids(self.seed)
        self.id = self.ids.new()
        self.access = Access(self.ids)
        self.clients = Clients(self)
        for name in ("contact_lists", "contact_list_filters", "bulk_jobs"):
            if importlib.util.find_spec(f"simulator.{name}") is not None:
                module = importlib.import_module(f"simulator.{name}")
                state: Any = getattr(module, "STATE", None)
                if state is not None:
                    setattr(self, name, state(self))
        self.add_client(
            BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, permissions=["*"], rate_limit=BOOTSTRAP_RATE
        )

    def now(self) -> datetime:
        """The server's time: the clock's, shifted by the server's skew."""
        return self.clock.now() + self.clock_skew

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
        rate_limit: int = USUAL_RATE,
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
        role = Role(self.ids.new(), f"role of {client_id}", permissions=list(permissions))
        self.access.roles[role.id] = role
        self.access.changed()
        now = self.timestamp()
        client = OAuthClient(
            client_id,
            client_id,
            secret,
            role_divisions=((role.id, division),),
            token_life=token_life,
            date_created=now,
            date_modified=now,
        )
        self.clients.by_id[client_id] = client
        return client
