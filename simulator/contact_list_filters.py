# SPDX-License-Identifier: Apache-2.0
"""Contact list filters: stored conditions on a list's columns, with a preview.

Campaigns, searches and jobs refer to a filter by its id. It belongs to the division of its
contact list.

Source: ContactListFilter of the official SDK 269; platform reference, section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from simulator.contact_list_state import ContactListState
from simulator.contact_search import select
from simulator.criteria import CRITERIA, check_size, checked
from simulator.errors import bad_field, bad_request, not_found, not_simulated, wrong_version
from simulator.fields import Integer, ListOf, Reference, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.listing import named, ordered
from simulator.references import CONTACT_LIST, FILTER, Use

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/outbound/contactlistfilters"
MOST_FILTERS = 1_000
NAME_LENGTH = 64
PREVIEWED = 10
"""Contacts in a preview; the real number is not documented."""

VIEW = "outbound:contactListFilter:view"
ADD = "outbound:contactListFilter:add"
EDIT = "outbound:contactListFilter:edit"
DELETE = "outbound:contactListFilter:delete"
VIEW_CONTACTS = "outbound:contact:view"

_FIELDS = {
    "name": Text(),
    "contactList": Reference(),
    "contactListTemplate": Reference(),
    "sourceType": Text(choices=("ContactList", "ContactListTemplate")),
    **CRITERIA,
}


@dataclass(slots=True)
class ContactListFilter:
    """One stored filter.

    Args:
        id: its id.
        name: unique in the organisation, in any case of letters.
        list_id: the contact list that it is about.
        criteria: its conditions, as :func:`simulator.criteria.read_criteria` gives them.
        version: the optimistic lock.
        date_created: when it was made.
        date_modified: when it was changed last.
    """

    id: str
    name: str
    list_id: str
    criteria: dict[str, Any]
    version: int
    date_created: str
    date_modified: str


class ContactListFilters:
    """Every contact list filter of one organisation.

    Args:
        organisation: gives ids and time.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_id: dict[str, ContactListFilter] = {}
        organisation.references.know(FILTER, ROOT, self._find)
        organisation.references.ask(self._uses)

    def __iter__(self) -> Iterator[ContactListFilter]:
        return iter(self._by_id.values())

    def get(self, filter_id: str) -> ContactListFilter:
        """The filter.

        Raises:
            Refusal: 404 ``contact.list.filter.not.found``.
        """
        stored = self._by_id.get(filter_id)
        if stored is None:
            raise not_found(f"Contact list filter {filter_id}", "contact.list.filter.not.found")
        return stored

    def add(self, name: str, list_id: str, criteria: dict[str, Any]) -> ContactListFilter:
        """A new filter.

        Raises:
            Refusal: 400; the name is taken, or there are too many filters.
        """
        if len(self._by_id) >= MOST_FILTERS:
            raise bad_request(
                "max.entity.count.reached",
                "There are {maximum} contact list filters, no more are allowed.",
                maximum=str(MOST_FILTERS),
            )
        self.check_name(name)
        now = self._organisation.timestamp()
        stored = ContactListFilter(
            self._organisation.ids.new(), name, list_id, criteria, 1, now, now
        )
        self._by_id[stored.id] = stored
        return stored

    def check_name(self, name: str, but: ContactListFilter | None = None) -> None:
        """Refuse a blank, long or taken name.

        Raises:
            Refusal: 400 ``name.length.exceeded`` or ``duplicate.name``.
        """
        if not name.strip():
            raise bad_field("invalid.value", "name", "must not be blank")
        if len(name) > NAME_LENGTH:
            message = f"is longer than {NAME_LENGTH} characters"
            raise bad_field("name.length.exceeded", "name", message)
        for other in self._by_id.values():
            if other is not but and other.name.casefold() == name.casefold():
                raise bad_field("duplicate.name", "name", f"another filter is called {name}")

    def remove(self, stored: ContactListFilter) -> None:
        """Delete a filter that nothing uses.

        Raises:
            Refusal: 400 ``referential.integrity.error``.
        """
        self._organisation.references.refuse_in_use(FILTER, stored.id)
        del self._by_id[stored.id]

    def snapshot(self) -> list[dict[str, Any]]:
        """Every filter, as JSON."""
        return [
            {name: getattr(stored, name) for name in ContactListFilter.__slots__}
            for stored in self._by_id.values()
        ]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._by_id = {item["id"]: ContactListFilter(**item) for item in data}

    def _find(self, filter_id: str) -> ContactListFilter | None:
        return self._by_id.get(filter_id)

    def _uses(self) -> Iterator[Use]:
        return (Use(FILTER, stored.name, CONTACT_LIST, stored.list_id) for stored in self)


def filter_body(call: Call, stored: ContactListFilter) -> dict[str, Any]:
    """The official ContactListFilter."""
    state = call.organisation.contact_lists.get(stored.list_id)
    return {
        "id": stored.id,
        "name": stored.name,
        "dateCreated": stored.date_created,
        "dateModified": stored.date_modified,
        "version": stored.version,
        "contactList": {"id": state.id, "name": state.name, "selfUri": state.uri},
        "sourceType": "ContactList",
        **stored.criteria,
        "selfUri": f"{ROOT}/{stored.id}",
    }


def list_all(call: Call) -> dict[str, Any]:
    """The filters in those divisions where the client may view filters."""
    lists, list_id = call.organisation.contact_lists, call.text("contactListId")
    found = [
        stored
        for stored in call.organisation.contact_list_filters
        if call.grants(VIEW, lists.get(stored.list_id).division_id)
        and (not list_id or stored.list_id == list_id)
        and named(call, stored.name)
    ]
    page = call.page()
    entities = [filter_body(call, stored) for stored in page.cut(ordered(call, found))]
    return page.of(entities, len(found), ROOT)


def create(call: Call) -> dict[str, Any]:
    """Make a filter."""
    name, state, criteria = _read(call)
    call.require(ADD, state.division_id)
    stored = call.organisation.contact_list_filters.add(name, state.id, criteria)
    return filter_body(call, stored)


def read(call: Call) -> dict[str, Any]:
    """One filter."""
    return filter_body(call, _filter_of(call, VIEW))


def update(call: Call) -> dict[str, Any]:
    """Replace a filter under its version."""
    stored = _filter_of(call, EDIT)
    name, state, criteria = _read(call)
    call.require(EDIT, state.division_id)
    version = read_object(call.body, {"version": Integer(required=True)})["version"]
    if version != stored.version:
        raise wrong_version(stored.version)
    call.organisation.contact_list_filters.check_name(name, but=stored)
    stored.name, stored.list_id, stored.criteria = name, state.id, criteria
    stored.version += 1
    stored.date_modified = call.organisation.timestamp()
    return filter_body(call, stored)


def delete(call: Call) -> Answer:
    """Delete a filter."""
    call.organisation.contact_list_filters.remove(_filter_of(call, DELETE))
    return Answer(status=204)


def retrieve(call: Call) -> dict[str, Any]:
    """Several filters by id; unknown ones and those the client may not view are left out."""
    filters = call.organisation.contact_list_filters
    wanted = set(read_object(call.body, {"ids": ListOf(Text(), required=True)})["ids"])
    lists = call.organisation.contact_lists
    found = [
        filter_body(call, stored)
        for stored in filters
        if stored.id in wanted and call.grants(VIEW, lists.get(stored.list_id).division_id)
    ]
    return {"entities": found, "total": len(found), "pageSize": len(found), "pageNumber": 1}


def preview(call: Call) -> dict[str, Any]:
    """How many contacts a filter would let through now, and the first of them."""
    _, state, criteria = _read(call, named_filter=False)
    call.require(VIEW_CONTACTS, state.division_id)
    found = select(call, state, criteria)
    return {
        "filteredContacts": len(found),
        "totalContacts": len(state.contacts),
        "preview": [state.contact_body(contact) for contact in islice(found, PREVIEWED)],
    }


def _read(call: Call, *, named_filter: bool = True) -> tuple[str, ContactListState, dict[str, Any]]:
    """Name, contact list and criteria of the filter in the body."""
    sent = read_object(call.body, _FIELDS)
    if sent.get("sourceType") == "ContactListTemplate" or "contactListTemplate" in sent:
        raise not_simulated(call.operation.method, ROOT, "filters on contact list templates")
    if "contactList" not in sent:
        raise bad_field("bad.request", "contactList", "is required")
    if named_filter and "name" not in sent:
        raise bad_field("bad.request", "name", "is required")
    state = call.organisation.contact_lists.get(sent["contactList"])
    criteria = checked(sent, state.types, "")
    check_size(criteria)
    return sent.get("name", ""), state, criteria


def _filter_of(call: Call, permission: str) -> ContactListFilter:
    stored = call.organisation.contact_list_filters.get(call.path["contactListFilterId"])
    state = call.organisation.contact_lists.get(stored.list_id)
    call.require(permission, state.division_id)
    return stored


_ONE = ROOT + "/{contactListFilterId}"
_MODEL = "ContactListFilter"
_LISTING = "ContactListFilterEntityListing"

OPERATIONS = (
    Operation(
        "GET",
        ROOT,
        "get_outbound_contactlistfilters",
        list_all,
        permissions=(VIEW,),
        model=_LISTING,
    ),
    Operation(
        "POST", ROOT, "post_outbound_contactlistfilters", create, permissions=(ADD,), model=_MODEL
    ),
    Operation(
        "POST",
        ROOT + "/bulk/retrieve",
        "post_outbound_contactlistfilters_bulk_retrieve",
        retrieve,
        permissions=(VIEW,),
        model=_LISTING,
    ),
    Operation(
        "POST",
        ROOT + "/preview",
        "post_outbound_contactlistfilters_preview",
        preview,
        permissions=(VIEW_CONTACTS,),
        model="FilterPreviewResponse",
    ),
    Operation(
        "GET", _ONE, "get_outbound_contactlistfilter", read, permissions=(VIEW,), model=_MODEL
    ),
    Operation(
        "PUT", _ONE, "put_outbound_contactlistfilter", update, permissions=(EDIT,), model=_MODEL
    ),
    Operation("DELETE", _ONE, "delete_outbound_contactlistfilter", delete, permissions=(DELETE,)),
)
