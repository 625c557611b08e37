# SPDX-License-Identifier: Apache-2.0
"""One contact list as the platform keeps it: its definition, its contacts, its queue.

The dialer, the jobs and the calls all work on this object. Three counters keep them apart from
each other: ``version`` counts changes of the definition (the official optimistic lock),
``revision`` counts changes of any kind (caches are good for one revision), and the two ends of
the queue hand out places.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from simulator.columns import Check, checks_of
from simulator.contact import Contact
from simulator.switches import Switches

Watcher = Callable[[Iterable[str] | None], None]
"""Is told which contacts changed; None for any of them."""

ROOT = "/api/v2/outbound/contactlists"


class Pending(Protocol):
    """A piece of work that goes on while time passes: a bulk job."""

    def advance(self, monotonic: float) -> bool:
        """Do what is due by then; whether all is done."""
        ...


class ContactListState:
    """One contact list.

    Args:
        list_id: its id.
        definition: the official fields that a client may write, but division and version;
            ``columns`` (a blank contact) and ``types`` follow from it.
        division_id: the division that decides who may use it.
        created: when it was made, as the platform writes it.
    """

    def __init__(
        self, list_id: str, definition: Mapping[str, Any], division_id: str, created: str
    ) -> None:
        self.id = list_id
        self.division_id = division_id
        self.version = 1
        self.date_created = created
        self.date_modified = created
        self.contacts: dict[str, Contact] = {}
        self.busy: set[str] = set()  # ids that a dialer has in hand; these are not deleted
        self.pending: list[Pending] = []
        self.watchers: dict[str, Watcher] = {}  # by the ids of campaigns that are on
        self.revision = 0
        self.searches: dict[str, Collection[Contact]] = {}  # good for one revision
        self.switches = Switches()  # the organisation's, as soon as the list belongs to one
        self._front = 0
        self._back = 0
        self.define(definition)

    def define(self, definition: Mapping[str, Any]) -> None:
        """Take ``definition`` in the place of the one so far."""
        self.definition = dict(definition)
        self.columns: dict[str, str] = dict.fromkeys(self.definition["columnNames"], "")
        self.types: dict[str, str] = dict.fromkeys(self.columns, "TEXT") | {
            spec["columnName"]: spec.get("columnDataType", "TEXT")
            for spec in self.definition["columnDataTypeSpecifications"]
        }
        self._checks: dict[bool, dict[str, Check]] = {}
        self._phone_status = {
            column["columnName"]: {"callable": True} for column in self.definition["phoneColumns"]
        }
        self.changed()

    @property
    def name(self) -> str:
        """What people call the list."""
        return str(self.definition["name"])

    @property
    def uri(self) -> str:
        """The path of the list in the API."""
        return f"{ROOT}/{self.id}"

    def changed(self, ids: Iterable[str] | None = None) -> None:
        """Note that something changed, so that nothing kept from before is used.

        Args:
            ids: the contacts that changed; None where it may be any of them.
        """
        self.revision += 1
        self.searches.clear()
        for watcher in self.watchers.values():
            watcher(ids)

    def checks(self, *, decimals: bool) -> Mapping[str, Check]:
        """The checks of the typed columns; see :func:`simulator.columns.checks_of`."""
        if decimals not in self._checks:
            self._checks[decimals] = checks_of(
                self.definition["columnDataTypeSpecifications"],
                zip_column=self.definition.get("zipCodeColumnName"),
                decimals=decimals,
            )
        return self._checks[decimals]

    def places(self, count: int, *, priority: bool) -> Iterable[int]:
        """``count`` places in the queue, in order: before all others, or after all others."""
        if priority:
            self._front -= count
            return range(self._front, self._front + count)
        self._back += count
        return range(self._back - count + 1, self._back + 1)

    def requeue(self, contact: Contact, *, priority: bool) -> None:
        """Put ``contact`` into the queue once more; a rule's refusal is forgotten."""
        (contact.queue_seq,) = self.places(1, priority=priority)
        contact.queued = True
        contact.skipped = False
        contact.requeued_count += 1

    def remove(self, contact_ids: Iterable[str]) -> int:
        """Delete contacts and say how many; unknown ones and those in a dialer's hand stay."""
        gone = [each for each in contact_ids if each not in self.busy and self._forget(each)]
        self.changed(gone)
        return len(gone)

    def _forget(self, contact_id: str) -> bool:
        return self.contacts.pop(contact_id, None) is not None

    def clear(self) -> None:
        """Delete every contact, whoever has it in hand."""
        self.contacts.clear()
        self.busy.clear()
        self.changed()

    def contact_body(self, contact: Contact) -> dict[str, Any]:
        """The official DialerContact; fields of enumerations are left out, never null."""
        status = contact.phone_number_status
        return {
            "id": contact.id,
            "contactListId": self.id,
            "data": contact.data,
            "callRecords": self._call_records(contact),
            "callable": contact.callable,
            "phoneNumberStatus": {**self._phone_status, **status} if status else self._phone_status,
            "contactableStatus": contact.contactable_status,
            "dateCreated": contact.date_created,
            **contact.evaluations,
            **contact.retention,
            "selfUri": f"{ROOT}/{self.id}/contacts/{contact.id}",
        }

    def _call_records(self, contact: Contact) -> Mapping[str, Any]:
        """Per phone column what is known of the last attempt, and perhaps of the next one."""
        if not contact.recall_at or self.switches.recall_shown == "nowhere":
            return contact.call_records
        recall = {"callbackScheduledTime": contact.recall_at}
        columns = contact.call_records or {column: {} for column in self._phone_status}
        return {column: {**record, **recall} for column, record in columns.items()}

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON."""
        return {
            "id": self.id,
            "definition": self.definition,
            "division": self.division_id,
            "version": self.version,
            "created": self.date_created,
            "modified": self.date_modified,
            "contacts": [contact.snapshot() for contact in self.contacts.values()],
            "busy": sorted(self.busy),
            "queue": [self._front, self._back],
        }

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> ContactListState:
        """The list that :meth:`snapshot` was taken of."""
        state = cls(data["id"], data["definition"], data["division"], data["created"])
        state.version = data["version"]
        state.date_modified = data["modified"]
        state.contacts = {item["id"]: Contact(**item) for item in data["contacts"]}
        state.busy = set(data["busy"])
        state._front, state._back = data["queue"]
        return state
