# SPDX-License-Identifier: Apache-2.0
"""Which contacts, in which order: searches, and the choice that jobs and exports make.

A search over a large list is usually paged, a hundred contacts a call. So the last results are
kept while the list stays as it is; a filter with relative times is also bound to its moment.

Source: ContactListingRequest, ContactListingResponse of the official SDK 269.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import Any

from simulator.cells import read_number
from simulator.contact import Contact
from simulator.contact_list_state import ROOT, ContactListState
from simulator.criteria import read_criteria
from simulator.errors import bad_field
from simulator.fields import Anything, Flag, Integer, ListOf, Object, Text, read_object
from simulator.http import Call, Operation
from simulator.paging import Page
from simulator.predicates import Moment, depends_on_time, matcher
from simulator.references import FILTER

VIEW = "outbound:contact:view"
PAGE_SIZE = 25
LARGEST_PAGE = 100
MOST_SORTS = 4
KEPT_SEARCHES = 4

_SORT = {
    "fieldName": Text(required=True, minimum=1),
    "direction": Text(choices=("ASC", "DESC")),
    "numeric": Flag(),
}
_SEARCH = {
    "contactListFilterId": Text(),
    "criteria": Anything(),
    "pageNumber": Integer(minimum=1),
    "pageSize": Integer(minimum=1),
    "contactSorts": ListOf(Object(_SORT)),
}
_LOWEST = (0, 0.0)


def criteria_of(call: Call, state: ContactListState, sent: Mapping[str, Any]) -> Any:
    """The criteria that a body states itself or by ``contactListFilterId``; None for neither.

    Raises:
        Refusal: both are stated, or the filter is unknown or belongs to another list.
    """
    filter_id, criteria = sent.get("contactListFilterId"), sent.get("criteria")
    if filter_id and criteria is not None:
        raise bad_field("invalid.value", "criteria", "goes without contactListFilterId only")
    if criteria is not None:
        return read_criteria(criteria, state.types, "criteria")
    if not filter_id:
        return None
    stored = call.organisation.entities[FILTER].get(filter_id).definition
    if stored["contactList"]["id"] != state.id:
        raise bad_field("invalid.value", "contactListFilterId", "belongs to another contact list")
    return stored


def select(call: Call, state: ContactListState, criteria: Any) -> Collection[Contact]:
    """The contacts that match ``criteria`` (None: all of them) now, as they were added."""
    if criteria is None:
        return state.contacts.values()
    matches = matcher(criteria, Moment(call.now, call.organisation.switches))
    return [contact for contact in state.contacts.values() if matches(contact.data)]


def in_order(
    contacts: Collection[Contact], sorts: Sequence[Mapping[str, Any]]
) -> Collection[Contact]:
    """``contacts`` by one or more columns; those alike stay in the order that they are in.

    A numeric sort puts what is no number below every number; a text sort goes character by
    character, so that "9" comes after "87".

    Source: platform reference, section 5.
    """
    for sort in reversed(sorts):
        key = (_numeric_key if sort.get("numeric") else _text_key)(sort["fieldName"])
        contacts = sorted(contacts, key=key, reverse=sort.get("direction") == "DESC")
    return contacts


def check_sorts(sorts: Sequence[Mapping[str, Any]], columns: Collection[str], where: str) -> None:
    """Refuse sorts by unknown columns, by one column twice, or by too many.

    Raises:
        Refusal: 400, with the codes that campaigns have for the same.
    """
    if len(sorts) > MOST_SORTS:
        raise bad_field("invalid.value", where, f"has more than {MOST_SORTS} sorts")
    seen: set[str] = set()
    for place, sort in enumerate(sorts):
        name, path = sort["fieldName"], f"{where}[{place}].fieldName"
        if name not in columns:
            raise bad_field(
                "contact.sorts.invalid.field.name", path, f"the contact list has no column {name}"
            )
        if name in seen:
            raise bad_field("contact.sorts.duplicate.field.names", path, f"{name} is there twice")
        seen.add(name)


def search(call: Call) -> dict[str, Any]:
    """One page of the contacts that match, in the order asked for."""
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(VIEW, state.division_id)
    sent = read_object({} if call.body is None else call.body, _SEARCH)
    sorts = sent.get("contactSorts", [])
    check_sorts(sorts, state.columns, "contactSorts")
    found = _results(call, state, criteria_of(call, state, sent), sorts)
    page = Page(sent.get("pageNumber", 1), min(sent.get("pageSize", PAGE_SIZE), LARGEST_PAGE))
    start = min((page.number - 1) * page.size, len(found))  # islice takes no huge numbers
    entities = [state.contact_body(contact) for contact in islice(found, start, start + page.size)]
    return {
        **page.of(entities, len(found), f"{state.uri}/contacts/search"),
        "contactsCount": len(found),
    }


def _results(
    call: Call, state: ContactListState, criteria: Any, sorts: Sequence[Mapping[str, Any]]
) -> Collection[Contact]:
    """What a search finds, from the last searches of the list if it is as it was."""
    if criteria is None and not sorts:
        return state.contacts.values()
    moment = call.now.isoformat() if criteria and depends_on_time(criteria) else ""
    question = json.dumps([criteria, sorts, moment, call.organisation.switches.model_dump()])
    found = state.searches.get(question)
    if found is None:
        found = in_order(select(call, state, criteria), sorts)
        while len(state.searches) >= KEPT_SEARCHES:
            del state.searches[next(iter(state.searches))]
        state.searches[question] = found
    return found


def _text_key(column: str) -> Callable[[Contact], Any]:
    return lambda contact: contact.data[column]


def _numeric_key(column: str) -> Callable[[Contact], Any]:
    def key(contact: Contact) -> tuple[int, float]:
        number = read_number(contact.data[column])
        return _LOWEST if number is None else (1, number)

    return key


OPERATIONS = (
    Operation(
        "POST",
        ROOT + "/{contactListId}/contacts/search",
        "post_outbound_contactlist_contacts_search",
        search,
        permissions=(VIEW,),
        model="ContactListingResponse",
    ),
)
