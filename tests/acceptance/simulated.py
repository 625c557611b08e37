# SPDX-License-Identifier: Apache-2.0
"""The simulated organisation as the steps see it: its API and its control plane, nothing else.

An administrator's client makes the contact list and puts leads on it, as people would. The
product's own client has exactly the rights that a push and a sweep need.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx
import respx

from simulator.clock import VirtualClock
from simulator.contact_control import ContactChange
from simulator.control import Control
from simulator.faults import FaultRule
from simulator.mount import SimulatorTransport, mount
from simulator.operation_limits import OperationLimit
from simulator.organisation import BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET, Organisation
from simulator.virtual_time import run_virtual

REGION = "eu-central-1"
API = "https://api.mypurecloud.de"
LOGIN = "https://login.mypurecloud.de"
ON_CALL = "https://on-call.example/alerts"

PUSHER = "pusher"
SECRET = "the-secret-of-the-pusher"
VIEW, CHANGE = "outbound:contact:view", "outbound:contact:add"
EDIT = "outbound:contact:edit"
RIGHTS = (
    *(VIEW, CHANGE, EDIT, "outbound:contact:delete", "outbound:contactList:view"),
    "outbound:campaign:view",
)

READ = "post_outbound_contactlist_contacts_bulk"
WRITE = "post_outbound_contactlist_contacts"
SIGN_IN = "post_oauth_token"

PHONE, NUMBER = "phone", "+49301234567"
TYPED = "last_visit"
"""A column of dates that the product does not know: a contact goes bad by it."""
COLUMN_NAMES = ("lead_id", PHONE, "zone", "note", TYPED)
SCORE_COLUMNS = ("ml_score", "ml_score_at", "route_tier", "model_version")
_SPECIFICATIONS = (
    {"columnName": "ml_score", "columnDataType": "NUMERIC", "min": 0, "max": 100},
    {"columnName": "ml_score_at", "columnDataType": "TIMESTAMP"},
    {"columnName": TYPED, "columnDataType": "TIMESTAMP"},
)
MOST_ADDED = 1_000
PAGE = 100


class SimulatedPlatform:
    """One organisation with one contact list, ``clock`` being its time."""

    def __init__(self, clock: VirtualClock) -> None:
        organisation = Organisation(clock=clock)
        self._control = Control(organisation)
        self._control.add_client(client_id=PUSHER, secret=SECRET, permissions=list(RIGHTS))
        self.interfered = False
        """Whether anything was done that cannot be done to a live organisation."""
        self.alerts: list[Any] = []
        self.on_call_answers = True
        self.after_write: list[Callable[[], None]] = []
        self.watchers: list[Callable[[], None]] = []
        """Look at everything after each call of the product."""
        self._clock = clock
        self._router = respx.MockRouter(assert_all_called=False)
        self._router.post(ON_CALL).mock(side_effect=self._alerted)
        mount(organisation, self._router)
        self._administrator = SimulatorTransport(organisation)
        self._token = ""
        self.list_id = self.new_list()
        self._leads: dict[str, None] = {}

    # -- the way to it ---------------------------------------------------------------------

    @property
    def reached_by(self) -> dict[str, str]:
        """The product's settings that lead here."""
        return {"region": REGION, "client_id": PUSHER, "client_secret": SECRET}

    def close(self) -> None:
        """Nothing is left of it."""

    @property
    def transport(self) -> httpx.MockTransport:
        """What the product takes for the network."""
        return httpx.MockTransport(self._carry)

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._router.async_handler(request)
        finally:
            for look in self.watchers:
                look()
            if request.method == "POST" and request.url.path.endswith("/contacts"):
                waiting, self.after_write = self.after_write, []
                for action in waiting:
                    action()

    def _alerted(self, request: httpx.Request) -> httpx.Response:
        if not self.on_call_answers:
            raise httpx.ConnectError("nobody there", request=request)
        self.alerts.append(request.read())
        return httpx.Response(200)

    # -- the administrator -----------------------------------------------------------------

    def administrate(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the administrator, who may do everything; its answer."""
        return run_virtual(self._clock, self._administrated(method, path, body))

    async def _administrated(self, method: str, path: str, body: Any) -> Any:
        async with httpx.AsyncClient(transport=self._administrator) as http:
            if not self._token:
                answer = await http.post(
                    f"{LOGIN}/oauth/token",
                    data={"grant_type": "client_credentials"},
                    auth=(BOOTSTRAP_CLIENT, BOOTSTRAP_SECRET),
                )
                self._token = answer.raise_for_status().json()["access_token"]
            answer = await http.request(
                method,
                f"{API}{path}",
                json=body,
                headers={"Authorization": f"Bearer {self._token}"},
            )
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def sign_up(self, client_id: str, rights: Iterable[str]) -> None:
        """Another client, with the secret of the first."""
        self._control.add_client(client_id=client_id, secret=SECRET, permissions=list(rights))

    def new_list(self, name: str = "Leads") -> str:
        """Another contact list, the first one included; its id."""
        made = self.administrate("POST", "/api/v2/outbound/contactlists", {**_LIST, "name": name})
        return str(made["id"])

    def add(self, contacts: Mapping[str, Mapping[str, str]], list_id: str = "") -> None:
        """Put leads on the contact list, or on another one, with their columns."""
        list_id = list_id or self.list_id
        rows = [
            {
                "id": lead,
                "contactListId": list_id,
                "data": {"lead_id": lead, PHONE: NUMBER, **columns},
            }
            for lead, columns in contacts.items()
        ]
        for start in range(0, len(rows), MOST_ADDED):
            part = rows[start : start + MOST_ADDED]
            self.administrate("POST", f"/api/v2/outbound/contactlists/{list_id}/contacts", part)
        self._leads |= dict.fromkeys(contacts)

    @property
    def leads(self) -> list[str]:
        """The leads that were put on the list."""
        return list(self._leads)

    def dial_order(self) -> list[str]:
        """The leads as the campaign sorts them: by score, as numbers, the highest first."""
        body = {
            "pageSize": PAGE,
            "contactSorts": [{"fieldName": "ml_score", "direction": "DESC", "numeric": True}],
        }
        path = f"/api/v2/outbound/contactlists/{self.list_id}/contacts/search"
        return [contact["id"] for contact in self.administrate("POST", path, body)["entities"]]

    # -- contacts --------------------------------------------------------------------------

    def contact(self, lead: str, list_id: str = "") -> dict[str, Any]:
        """A contact with its place in the dialling queue."""
        return self._control.contact(list_id or self.list_id, lead)

    def delete(self, lead: str, list_id: str) -> None:
        """Take a contact off a list."""
        path = f"/api/v2/outbound/contactlists/{list_id}/contacts?contactIds={lead}"
        self.administrate("DELETE", path)

    def columns(self, lead: str) -> dict[str, str]:
        """The columns of a contact."""
        return dict(self.contact(lead)["data"])

    def change(self, lead: str, list_id: str = "", **change: Any) -> None:
        """Play the dialer or a colleague."""
        self.control.change_contact(list_id or self.list_id, lead, ContactChange(**change))

    # -- the calls that were made ----------------------------------------------------------

    @property
    def calls_so_far(self) -> int:
        """The number of the last call."""
        return int(self._control.calls(last=1)["total"])

    def calls(self, operation: str = "*", *, after: int = 0) -> list[dict[str, Any]]:
        """Calls of the product, in the order in which they ended; without its sign-ins."""
        found = self._control.calls(operation=operation, client_id=PUSHER, after=after)
        calls: list[dict[str, Any]] = found["calls"]
        return calls

    def attempts(self, *, after: int) -> list[dict[str, Any]]:
        """Everything that arrived, also what nobody was recognised by."""
        attempts: list[dict[str, Any]] = self._control.calls(after=after)["calls"]
        return attempts

    def writes(self) -> Counter[str]:
        """How often each lead was written, by every write that took effect."""
        history = self._control.faults()["history"]
        carried_out = {one["at"] for one in history if one["after_commit"]}
        written: Counter[str] = Counter()
        for call in self.calls(WRITE):
            if call["status"] == 200 or call["at"] in carried_out:
                written.update(row["id"] for row in call["body"])
        return written

    def sign_ins(self) -> int:
        """How often the product asked to be signed in."""
        return next(int(one["tokenRequests"]) for one in self._clients() if one["id"] == PUSHER)

    def _clients(self) -> list[dict[str, Any]]:
        return self._control.clients()

    def limits(self) -> dict[str, Any]:
        """What became of the calls of the product's account under its limit."""
        clients = self._control.limits()["clients"]
        return next(one for one in clients if one["client_id"] == PUSHER)

    # -- what happens to it ----------------------------------------------------------------

    @property
    def control(self) -> Control:
        """The control plane: what no live organisation has."""
        self.interfered = True
        return self._control

    def allow(self, calls_per_minute: int) -> None:
        """State the limit of the product's account."""
        hidden = self.limits()["hidden"]
        self.control.set_limits(client_id=PUSHER, ceiling=calls_per_minute, hidden=hidden)

    def limit_writes(self, per_minute: int) -> None:
        """Let writes have a limit of their own."""
        self.control.set_limits(operations=[OperationLimit(WRITE, per_minute)])

    def administer(self, **change: Any) -> None:
        """Change the product's account behind its back."""
        self.control.change_client(client_id=PUSHER, **change)

    def break_down(self, rules: Iterable[FaultRule], seed: int) -> None:
        """Let go wrong what ``rules`` say, from now on."""
        self.control.set_faults(rules=list(rules), seed=seed)

    def idle_rules(self) -> list[FaultRule]:
        """Rules that have struck nothing."""
        faults = self._control.faults()
        struck = {one["rule"] for one in faults["history"]}
        return [
            FaultRule.model_validate(rule)
            for place, rule in enumerate(faults["rules"])
            if place not in struck
        ]


def names(numbers: Sequence[int]) -> list[str]:
    """Leads by their numbers: ``L-00001``."""
    return [f"L-{number:05}" for number in numbers]


_LIST = {
    "name": "Leads",
    "columnNames": [*COLUMN_NAMES, *SCORE_COLUMNS],
    "phoneColumns": [{"columnName": PHONE, "type": "cell"}],
    "columnDataTypeSpecifications": list(_SPECIFICATIONS),
}
