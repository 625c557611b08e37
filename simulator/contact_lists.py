# SPDX-License-Identifier: Apache-2.0
"""Contact lists: all lists of the organisation, and the calls on the lists themselves.

A list is changed under an optimistic lock: a PUT has to carry the latest ``version`` and
replaces everything that may be replaced.

Source: OutboundApi of the official SDK 269; platform reference, section 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from simulator.contact_list_definition import read_definition, refuse_fixed
from simulator.contact_list_state import ROOT, ContactListState
from simulator.errors import bad_field, bad_request, not_found, wrong_version
from simulator.fields import Integer, Reference, read_object
from simulator.http import Answer, Call, Operation
from simulator.listing import named, ordered
from simulator.references import (
    ATTEMPT_LIMIT,
    CAMPAIGN,
    CONTACT_LIST,
    DIVISION,
    REFERENCED,
    Use,
    in_use,
)

if TYPE_CHECKING:
    from simulator.organisation import Organisation

MOST_LISTS = 1_000
MOST_CONTACTS = 1_000_000
MOST_CONTACTS_IN_ALL = 5_000_000
"""Lists in an organisation, contacts in a list, in all. Source: Genesys help."""

VIEW = "outbound:contactList:view"
ADD = "outbound:contactList:add"
EDIT = "outbound:contactList:edit"
DELETE = "outbound:contactList:delete"


class ContactLists:
    """Every contact list of one organisation.

    Args:
        organisation: gives ids, time and divisions.
    """

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_id: dict[str, ContactListState] = {}
        self.most_contacts = MOST_CONTACTS
        self.most_contacts_in_all = MOST_CONTACTS_IN_ALL
        organisation.references.know(CONTACT_LIST, ROOT, self._find)
        organisation.references.ask(self._uses)

    def __iter__(self) -> Iterator[ContactListState]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, list_id: str) -> ContactListState:
        """The list, with everything done that its jobs should have done by now.

        Raises:
            Refusal: 404 ``contact.list.not.found``.
        """
        state = self._by_id.get(list_id)
        if state is None:
            raise not_found(f"Contact list {list_id}", "contact.list.not.found")
        if state.pending:
            now = self._organisation.clock.monotonic()
            state.pending = [work for work in state.pending if not work.advance(now)]
        return state

    def add(self, definition: Mapping[str, Any], division_id: str) -> ContactListState:
        """A new list, empty.

        Raises:
            Refusal: 400; the name is taken, or there are too many lists.
        """
        if len(self._by_id) >= MOST_LISTS:
            raise bad_request(
                "max.entity.count.reached",
                "There are {maximum} contact lists, no more are allowed.",
                maximum=str(MOST_LISTS),
            )
        self.check_name(definition["name"])
        self.check_attempt_limit(definition)
        organisation = self._organisation
        state = ContactListState(
            organisation.ids.new(), definition, division_id, organisation.timestamp()
        )
        state.switches = organisation.switches
        self._by_id[state.id] = state
        return state

    def check_name(self, name: str, but: ContactListState | None = None) -> None:
        """Refuse a name that another list than ``but`` has, in any case of letters.

        Raises:
            Refusal: 400 ``duplicate.name``.
        """
        if any(
            state is not but and state.name.casefold() == name.casefold()
            for state in self._by_id.values()
        ):
            raise bad_field("duplicate.name", "name", f"another contact list is called {name}")

    def check_attempt_limit(self, definition: Mapping[str, Any]) -> None:
        """Refuse a definition with an attempt limit that does not exist.

        Raises:
            Refusal: 400 ``invalid.value``.
        """
        limit = definition.get("attemptLimits")
        if limit is not None:
            where = "attemptLimits"
            self._organisation.references.check_one(ATTEMPT_LIMIT, limit["id"], where)

    def check_room(self, state: ContactListState, new: int) -> None:
        """Refuse ``new`` more contacts in ``state`` where they would be too many.

        Raises:
            Refusal: 400 ``exceeded.contact.limit``; the event log's name of it, with dots.
        """
        if not new:
            return
        in_all = sum(len(other.contacts) for other in self._by_id.values())
        for count, maximum in (
            (len(state.contacts) + new, self.most_contacts),
            (in_all + new, self.most_contacts_in_all),
        ):
            if count > maximum:
                raise bad_request(
                    "exceeded.contact.limit",
                    "There would be {count} contacts, {maximum} are allowed.",
                    count=str(count),
                    maximum=str(maximum),
                )

    def refuse_in_use(self, state: ContactListState) -> None:
        """Refuse to delete a list that something still needs.

        Raises:
            Refusal: 400; a filter refers to it, or a campaign uses it.
        """
        for use in self._organisation.references.users(CONTACT_LIST, state.id):
            code = "contact.list.in.use" if use.by == CAMPAIGN else REFERENCED
            raise in_use(CONTACT_LIST, use, code)

    def remove(self, state: ContactListState) -> None:
        """Delete a list with all of its contacts."""
        del self._by_id[state.id]

    def snapshot(self) -> list[dict[str, Any]]:
        """Every list with its contacts, as JSON."""
        return [state.snapshot() for state in self._by_id.values()]

    def restore(self, data: list[Mapping[str, Any]]) -> None:
        """Take the place of what is here by what :meth:`snapshot` gave."""
        self._by_id = {item["id"]: ContactListState.restored(item) for item in data}
        for state in self._by_id.values():
            state.switches = self._organisation.switches

    def _find(self, list_id: str) -> ContactListState | None:
        return self._by_id.get(list_id)

    def _uses(self) -> Iterator[Use]:
        for state in self:
            yield Use(CONTACT_LIST, state.name, DIVISION, state.division_id)
            limit = state.definition.get("attemptLimits")
            if limit is not None:
                yield Use(CONTACT_LIST, state.name, ATTEMPT_LIMIT, limit["id"])


def list_body(call: Call, state: ContactListState) -> dict[str, Any]:
    """The official ContactList; size and import status only where the query asks for them."""
    division = call.organisation.access.divisions.get(state.division_id)
    body = {
        "id": state.id,
        "name": state.name,
        "dateCreated": state.date_created,
        "dateModified": state.date_modified,
        "version": state.version,
        "division": {
            "id": state.division_id,
            "name": division.name if division else "",
            "selfUri": f"/api/v2/authorization/divisions/{state.division_id}",
        },
        **state.definition,
        "selfUri": state.uri,
    }
    if call.flag("includeSize"):
        body["size"] = len(state.contacts)
    return body


def list_all(call: Call) -> dict[str, Any]:
    """The lists in those divisions where the client may view lists, filtered and sorted."""
    lists = call.organisation.contact_lists
    ids, divisions, zone = call.listing("id"), call.listing("divisionId"), call.text("timeZone")
    found = [
        lists.get(state.id)
        for state in lists
        if call.grants(VIEW, state.division_id)
        and (not ids or state.id in ids)
        and (not divisions or state.division_id in divisions)
        and (not zone or state.definition.get("timeZone") == zone)
        and named(call, state.name)
    ]
    page = call.page()
    entities = [list_body(call, state) for state in page.cut(ordered(call, found))]
    return page.of(entities, len(found), ROOT)


def create(call: Call) -> dict[str, Any]:
    """Make a list."""
    definition = read_definition(call.body)
    division_id = _division(call) or call.organisation.access.home.id
    call.require(ADD, division_id)
    return list_body(call, call.organisation.contact_lists.add(definition, division_id))


def read(call: Call) -> dict[str, Any]:
    """One list."""
    return list_body(call, _list_of(call, VIEW))


def update(call: Call) -> dict[str, Any]:
    """Replace a list's definition under its version."""
    state = _list_of(call, EDIT)
    wanted = read_definition(call.body)
    version = read_object(call.body, {"version": Integer(required=True)})["version"]
    if version != state.version:
        raise wrong_version(state.version)
    refuse_fixed(state.definition, wanted)
    call.organisation.contact_lists.check_name(wanted["name"], but=state)
    call.organisation.contact_lists.check_attempt_limit(wanted)
    division_id = _division(call)
    if division_id and division_id != state.division_id:
        call.require(EDIT, division_id)
        state.division_id = division_id
    state.define(wanted)
    state.version += 1
    state.date_modified = call.organisation.timestamp()
    return list_body(call, state)


def delete(call: Call) -> Answer:
    """Delete a list that nothing uses."""
    state = _list_of(call, DELETE)
    call.organisation.contact_lists.refuse_in_use(state)
    call.organisation.contact_lists.remove(state)
    return Answer(status=204)


def delete_many(call: Call) -> Answer:
    """Delete the lists of the query's ``id``, or none where one of them cannot be deleted."""
    lists = call.organisation.contact_lists
    wanted = call.listing("id")
    if not wanted:
        raise bad_field("bad.request", "id", "is required")
    states = [lists.get(list_id) for list_id in dict.fromkeys(wanted)]
    for state in states:
        call.require(DELETE, state.division_id)
        lists.refuse_in_use(state)
    for state in states:
        lists.remove(state)
    return Answer(status=204)


def _list_of(call: Call, permission: str) -> ContactListState:
    state = call.organisation.contact_lists.get(call.path["contactListId"])
    call.require(permission, state.division_id)
    return state


def _division(call: Call) -> str:
    """The division that the body names; empty where it names none."""
    sent = read_object(call.body, {"division": Reference()})
    division_id = str(sent.get("division", ""))
    if division_id and division_id not in call.organisation.access.divisions:
        raise bad_field("invalid.value", "division.id", f"there is no division {division_id}")
    return division_id


_ONE = ROOT + "/{contactListId}"

OPERATIONS = (
    Operation(
        "GET",
        ROOT,
        "get_outbound_contactlists",
        list_all,
        permissions=(VIEW,),
        model="ContactListEntityListing",
    ),
    Operation(
        "POST", ROOT, "post_outbound_contactlists", create, permissions=(ADD,), model="ContactList"
    ),
    Operation("DELETE", ROOT, "delete_outbound_contactlists", delete_many, permissions=(DELETE,)),
    Operation(
        "GET", _ONE, "get_outbound_contactlist", read, permissions=(VIEW,), model="ContactList"
    ),
    Operation(
        "PUT", _ONE, "put_outbound_contactlist", update, permissions=(EDIT,), model="ContactList"
    ),
    Operation("DELETE", _ONE, "delete_outbound_contactlist", delete, permissions=(DELETE,)),
)
