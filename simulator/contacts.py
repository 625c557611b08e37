# SPDX-License-Identifier: Apache-2.0
"""Contacts of a list: bulk upsert, bulk read, single calls, deletion.

The bulk POST creates what it does not find and updates what it does, by ``id``. What it does to
the dialling queue is the most consequential part: without ``doNotQueue`` an update makes a
contact that was already dialled stand in the queue again.

Source: OutboundApi of the official SDK 269; platform reference, section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.contact import Contact
from simulator.contact_body import ContactBody, read_contact
from simulator.contact_list_state import ROOT, ContactListState
from simulator.errors import Refusal, bad_field, bad_request, not_found
from simulator.fields import Text, read_list
from simulator.http import Answer, Call, Operation

MOST_ADDED = 1_000
MOST_READ = 50
MOST_DELETED = 250
"""Contacts in one call. Source: swagger 2018; platform reference, section 4."""

ADD = "outbound:contact:add"
EDIT = "outbound:contact:edit"
VIEW = "outbound:contact:view"
DELETE = "outbound:contact:delete"


def add_contacts(call: Call) -> list[dict[str, Any]]:
    """Create or update up to 1,000 contacts; all of them or none (switch: up to the bad row)."""
    state = _list_of(call, ADD)
    rows = call.body
    if not isinstance(rows, list):
        raise bad_field("bad.request", "body", "an array of contacts is needed")
    if len(rows) > MOST_ADDED:
        raise bad_request(
            "too.many.contacts.added",
            "{count} contacts were sent, {maximum} are allowed in one call.",
            count=str(len(rows)),
            maximum=str(MOST_ADDED),
        )
    switches = call.organisation.switches
    upsert = _Upsert(
        call,
        state,
        priority=call.flag("priority"),
        clear=call.flag("clearSystemData"),
        queue=not call.flag("doNotQueue"),
    )
    checks = state.checks(decimals=switches.decimals_in_numeric)
    wanted: list[ContactBody] = []
    try:
        for place, row in enumerate(rows):
            wanted.append(read_contact(row, state, checks, f"[{place}]"))
    except Refusal:
        if not switches.atomic_batches:
            upsert.write(wanted)
        raise
    return [state.contact_body(contact) for contact in upsert.write(wanted)]


class _Upsert:
    """One bulk POST: what its query parameters mean for each of its rows."""

    def __init__(
        self, call: Call, state: ContactListState, *, priority: bool, clear: bool, queue: bool
    ) -> None:
        self._organisation = call.organisation
        self._state = state
        self._priority = priority
        self._clear = clear
        self._queue = queue
        self._now = call.organisation.timestamp()

    def write(self, rows: Sequence[ContactBody]) -> list[Contact]:
        """Create and update, in the order of ``rows``."""
        state, contacts = self._state, self._state.contacts
        new = sum(1 for row in rows if row.id not in contacts)
        self._organisation.contact_lists.check_room(state, new)
        written = []
        for row, place in zip(rows, state.places(len(rows), priority=self._priority), strict=True):
            contact = contacts.get(row.id)
            if contact is None:
                contact = self._create(row, place)
            else:
                self._update(contact, row, place)
            written.append(contact)
        state.changed([contact.id for contact in written])
        return written

    def _create(self, row: ContactBody, place: int) -> Contact:
        contact = Contact(
            row.id or self._organisation.ids.new(),
            {**self._state.columns, **row.data},
            self._now,
            queue_seq=place,
        )
        contact.set_system_data(row.system)
        self._state.contacts[contact.id] = contact
        return contact

    def _update(self, contact: Contact, row: ContactBody, place: int) -> None:
        if self._clear:
            contact.forget_attempts()
        rewrite(self._organisation.switches, self._state, contact, row)
        if self._queue:
            contact.queue_seq = place
            contact.queued = True
            contact.skipped = False
            contact.requeued_count += 1


def rewrite(switches: Any, state: ContactListState, contact: Contact, row: ContactBody) -> None:
    """Take over data and system data of a POST or PUT into a contact that exists.

    What happens to what the write leaves out is not documented: two switches decide.
    """
    kept = contact.data if switches.keep_absent_columns else state.columns
    contact.data = {**kept, **row.data}
    if not switches.keep_absent_callable and "callable" not in row.system:
        contact.make_callable()
    if row.system:
        contact.set_system_data(row.system)


def read_contacts(call: Call) -> list[dict[str, Any]]:
    """Up to 50 contacts by id, in the order asked for; ids that do not exist are left out."""
    state = _list_of(call, VIEW)
    wanted = read_list(call.body, Text())
    if len(wanted) > MOST_READ:
        raise bad_request(
            "too.many.contacts.requested",
            "{count} contacts were asked for, {maximum} are allowed in one call.",
            count=str(len(wanted)),
            maximum=str(MOST_READ),
        )
    found = (state.contacts.get(contact_id) for contact_id in wanted)
    return [state.contact_body(contact) for contact in found if contact is not None]


def read_one(call: Call) -> dict[str, Any]:
    """One contact."""
    state = _list_of(call, VIEW)
    return state.contact_body(_contact_of(call, state))


def update_one(call: Call) -> dict[str, Any]:
    """Replace one contact; ``configurationOverrides.priority`` says where it queues again."""
    state = _list_of(call, EDIT)
    switches = call.organisation.switches
    row = read_contact(call.body, state, state.checks(decimals=switches.decimals_in_numeric))
    contact_id = call.path["contactId"]
    if row.id and row.id != contact_id:
        raise bad_field("invalid.value", "id", "is another contact than the path's")
    contact = state.contacts.get(contact_id)
    if contact is None:
        raise bad_request(
            "contact.does.not.exist",
            "The contact list has no contact {contactId}; a PUT creates none.",
            contactId=contact_id,
        )
    rewrite(switches, state, contact, row)
    if row.priority is not None or switches.put_requeues:
        state.requeue(contact, priority=bool(row.priority))
    state.changed([contact.id])
    return state.contact_body(contact)


def delete_one(call: Call) -> Answer:
    """Delete one contact, unless a campaign has it in hand."""
    state = _list_of(call, DELETE)
    contact = _contact_of(call, state)
    if not state.remove([contact.id]):
        raise bad_request(
            "resources.in.use",
            "Contact {contactId} is being dialled and cannot be deleted now.",
            contactId=contact.id,
        )
    return Answer(status=204)


def delete_many(call: Call) -> Answer:
    """Delete up to 250 contacts; those that a campaign has in hand, or that are gone, stay so."""
    state = _list_of(call, DELETE)
    wanted = call.listing("contactIds")
    if not wanted:
        raise bad_field("bad.request", "contactIds", "is required")
    if len(wanted) > MOST_DELETED:
        raise bad_request(
            "too.many.contacts.deleted",
            "{count} contacts are to be deleted, {maximum} are allowed in one call.",
            count=str(len(wanted)),
            maximum=str(MOST_DELETED),
        )
    state.remove(wanted)
    return Answer(status=204)


def clear(call: Call) -> Answer:
    """Delete every contact of the list."""
    _list_of(call, DELETE).clear()
    return Answer(status=204)


def _list_of(call: Call, permission: str) -> ContactListState:
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(permission, state.division_id)
    return state


def _contact_of(call: Call, state: ContactListState) -> Contact:
    contact = state.contacts.get(call.path["contactId"])
    if contact is None:
        raise not_found(f"Contact {call.path['contactId']}", "resource.not.found")
    return contact


_ALL = ROOT + "/{contactListId}/contacts"
_ONE = _ALL + "/{contactId}"

OPERATIONS = (
    Operation(
        "POST",
        _ALL,
        "post_outbound_contactlist_contacts",
        add_contacts,
        permissions=(ADD,),
        model="list[DialerContact]",
    ),
    Operation(
        "DELETE", _ALL, "delete_outbound_contactlist_contacts", delete_many, permissions=(DELETE,)
    ),
    Operation(
        "POST",
        _ALL + "/bulk",
        "post_outbound_contactlist_contacts_bulk",
        read_contacts,
        permissions=(VIEW,),
        model="list[DialerContact]",
    ),
    Operation(
        "GET",
        _ONE,
        "get_outbound_contactlist_contact",
        read_one,
        permissions=(VIEW,),
        model="DialerContact",
    ),
    Operation(
        "PUT",
        _ONE,
        "put_outbound_contactlist_contact",
        update_one,
        permissions=(EDIT,),
        model="DialerContact",
    ),
    Operation(
        "DELETE", _ONE, "delete_outbound_contactlist_contact", delete_one, permissions=(DELETE,)
    ),
    Operation(
        "POST",
        ROOT + "/{contactListId}/clear",
        "post_outbound_contactlist_clear",
        clear,
        permissions=(DELETE,),
    ),
)
