# SPDX-License-Identifier: Apache-2.0
"""Contact list filters: stored conditions on a list's columns, with a preview.

Campaigns, searches and jobs refer to a filter by its id. It belongs to the division of its
contact list.

Source: ContactListFilter of the official SDK 269; platform reference, section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from simulator.contact_list_state import ContactListState
from simulator.contact_search import select
from simulator.criteria import CRITERIA, check_size, checked
from simulator.entities import Definition, Entity, Kind
from simulator.entity_calls import entity_body, usual_calls
from simulator.errors import bad_field, not_simulated
from simulator.fields import ListOf, Reference, Text, read_object
from simulator.http import Call, Operation
from simulator.references import CONTACT_LIST, FILTER, RefersTo

if TYPE_CHECKING:
    from simulator.organisation import Organisation

ROOT = "/api/v2/outbound/contactlistfilters"
PREVIEWED = 10
"""Contacts in a preview; the real number is not documented."""

VIEW = "outbound:contactListFilter:view"
VIEW_CONTACTS = "outbound:contact:view"

_FIELDS = {
    "contactList": RefersTo(CONTACT_LIST),
    "contactListTemplate": Reference(),
    "sourceType": Text(choices=("ContactList", "ContactListTemplate")),
    **CRITERIA,
}


def list_of(organisation: Organisation, definition: Mapping[str, Any]) -> ContactListState:
    """The contact list that a filter is about.

    Raises:
        Refusal: it is about none, or there is no such list.
    """
    if "contactList" not in definition:
        raise bad_field("bad.request", "contactList", "is required")
    return organisation.contact_lists.get(definition["contactList"]["id"])


def retrieve(call: Call) -> dict[str, Any]:
    """Several filters by id; unknown ones and those the client may not view are left out."""
    wanted = set(read_object(call.body, {"ids": ListOf(Text(), required=True)})["ids"])
    found = [
        entity_body(call, FILTERS, stored)
        for stored in call.organisation.entities[FILTER]
        if stored.id in wanted and call.grants(VIEW, _division_of(call.organisation, stored))
    ]
    return {"entities": found, "total": len(found), "pageSize": len(found), "pageNumber": 1}


def preview(call: Call) -> dict[str, Any]:
    """How many contacts a filter would let through now, and the first of them."""
    sent = read_object(call.body, _FIELDS)
    _refuse_templates(call, sent)
    state = list_of(call.organisation, sent)
    criteria = _checked(sent, state)
    call.require(VIEW_CONTACTS, state.division_id)
    found = select(call, state, criteria)
    return {
        "filteredContacts": len(found),
        "totalContacts": len(state.contacts),
        "preview": [state.contact_body(contact) for contact in islice(found, PREVIEWED)],
    }


def _read(call: Call, sent: Definition) -> None:
    """Insist on the permission in the division of the list that the filter shall be about."""
    _refuse_templates(call, sent)
    action = "add" if call.operation.method == "POST" else "edit"
    division_id = list_of(call.organisation, sent).division_id
    call.require(FILTERS.permission_to(action), division_id)


def _check(organisation: Organisation, definition: Definition, _: Entity | None) -> None:
    definition |= _checked(definition, list_of(organisation, definition))


def _checked(sent: Mapping[str, Any], state: ContactListState) -> dict[str, Any]:
    criteria = checked(sent, state.types, "")
    check_size(criteria)
    return criteria


def _refuse_templates(call: Call, sent: Mapping[str, Any]) -> None:
    if sent.get("sourceType") == "ContactListTemplate" or "contactListTemplate" in sent:
        raise not_simulated(call.operation.method, ROOT, "filters on contact list templates")


def _division_of(organisation: Organisation, stored: Entity) -> str:
    return list_of(organisation, stored.definition).division_id


def _matches(call: Call, stored: Entity) -> bool:
    return call.text("contactListId") in ("", stored.definition["contactList"]["id"])


FILTERS = Kind(
    noun=FILTER,
    root=ROOT,
    parameter="contactListFilterId",
    permission="outbound:contactListFilter",
    model="ContactListFilter",
    fields=_FIELDS,
    defaults={"sourceType": "ContactList"},
    division_of=_division_of,
    missing="contact.list.filter.not.found",
    read=_read,
    check=_check,
    matches=_matches,
)

OPERATIONS = (
    *usual_calls(FILTERS),
    Operation(
        "POST",
        ROOT + "/bulk/retrieve",
        "post_outbound_contactlistfilters_bulk_retrieve",
        retrieve,
        permissions=(VIEW,),
        model="ContactListFilterEntityListing",
    ),
    Operation(
        "POST",
        ROOT + "/preview",
        "post_outbound_contactlistfilters_preview",
        preview,
        permissions=(VIEW_CONTACTS,),
        model="FilterPreviewResponse",
    ),
)
