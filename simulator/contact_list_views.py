# SPDX-License-Identifier: Apache-2.0
"""Contact lists as seen by those who may only look them up: a few fields, read only.

Source: ContactListDivisionView of the official SDK 269; permission from its documentation.
"""

from __future__ import annotations

from typing import Any

from simulator.contact_list_state import ROOT, ContactListState
from simulator.http import Call, Operation
from simulator.listing import named, ordered

VIEWS = ROOT + "/divisionviews"
SEARCH = "outbound:contactList:search"
_SHOWN = ("name", "columnNames", "phoneColumns", "emailColumns", "whatsAppColumns")


def list_all(call: Call) -> dict[str, Any]:
    """The lists in those divisions where the client may look lists up."""
    wanted = call.listing("id")
    found = [
        state
        for state in call.organisation.contact_lists
        if call.grants(SEARCH, state.division_id)
        and (not wanted or state.id in wanted)
        and named(call, state.name)
    ]
    page = call.page()
    entities = [_view(call, state) for state in page.cut(ordered(call, found))]
    return page.of(entities, len(found), VIEWS)


def read(call: Call) -> dict[str, Any]:
    """One list."""
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(SEARCH, state.division_id)
    return _view(call, state)


def _view(call: Call, state: ContactListState) -> dict[str, Any]:
    division = call.organisation.access.divisions.get(state.division_id)
    view = {
        "id": state.id,
        "division": {"id": state.division_id, "name": division.name if division else ""},
        **{field: state.definition[field] for field in _SHOWN},
        "selfUri": f"{VIEWS}/{state.id}",
    }
    if call.flag("includeSize"):
        view["size"] = len(call.organisation.contact_lists.get(state.id).contacts)
    return view


OPERATIONS = (
    Operation(
        "GET",
        VIEWS,
        "get_outbound_contactlists_divisionviews",
        list_all,
        permissions=(SEARCH,),
        model="ContactListDivisionViewListing",
    ),
    Operation(
        "GET",
        VIEWS + "/{contactListId}",
        "get_outbound_contactlists_divisionview",
        read,
        permissions=(SEARCH,),
        model="ContactListDivisionView",
    ),
)
