# SPDX-License-Identifier: Apache-2.0
"""Divisions over the API: the home division, and those that somebody made.

Source: AuthorizationApi of the official SDK 269; provider reference, section B.1.
"""

from __future__ import annotations

from typing import Any

from simulator.access import Division
from simulator.errors import bad_request, not_found
from simulator.fields import Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.references import DIVISION

ROOT = "/api/v2/authorization/divisions"
ONE = f"{ROOT}/{{divisionId}}"
MODEL = "AuthzDivision"
LISTING = "AuthzDivisionEntityListing"
FIELDS = {"name": Text(required=True, minimum=1, maximum=128), "description": Text(maximum=512)}


def division_body(division: Division) -> dict[str, Any]:
    """The official AuthzDivision."""
    return {
        "id": division.id,
        "name": division.name,
        "description": division.description,
        "homeDivision": division.home,
        "selfUri": f"{ROOT}/{division.id}",
    }


def get_divisions(call: Call) -> dict[str, Any]:
    """The divisions, by name; ``name`` narrows them (in any case), ``id`` picks some."""
    name, ids = call.text("name").strip("*").casefold(), set(call.listing("id"))
    found = [
        division
        for division in call.organisation.access.divisions.values()
        if name in division.name.casefold() and (not ids or division.id in ids)
    ]
    found.sort(key=lambda division: division.name.casefold())
    return call.page().listing([division_body(division) for division in found], ROOT)


def get_home(call: Call) -> dict[str, Any]:
    """The home division."""
    return division_body(call.organisation.access.home)


def get_division(call: Call) -> dict[str, Any]:
    """One division."""
    return division_body(_division(call))


def post_division(call: Call) -> dict[str, Any]:
    """A new division."""
    sent = read_object(call.body, FIELDS)
    _refuse_duplicate(call, sent["name"], "")
    organisation = call.organisation
    division = Division(organisation.ids.new(), sent["name"], sent.get("description", ""))
    organisation.access.divisions[division.id] = division
    return division_body(division)


def put_division(call: Call) -> dict[str, Any]:
    """Replace name and description."""
    division = _division(call)
    sent = read_object(call.body, FIELDS)
    _refuse_duplicate(call, sent["name"], division.id)
    division.name, division.description = sent["name"], sent.get("description", "")
    return division_body(division)


def delete_division(call: Call) -> Answer:
    """Delete a division that nothing belongs to; ``force`` deletes it in any case."""
    division = _division(call)
    access = call.organisation.access
    if division.home:
        raise bad_request("bad.request", "The home division cannot be deleted.")
    if not call.flag("force"):
        call.organisation.references.refuse_in_use(DIVISION, division.id, "bad.request")
    del access.divisions[division.id]
    return Answer(status=204)


def _division(call: Call) -> Division:
    division_id = call.path["divisionId"]
    division = call.organisation.access.divisions.get(division_id)
    if division is None:
        raise not_found(f"the division {division_id}")
    return division


def _refuse_duplicate(call: Call, name: str, own_id: str) -> None:
    for division in call.organisation.access.divisions.values():
        if division.id != own_id and division.name.casefold() == name.casefold():
            raise bad_request("duplicate.name", "A division is called {name} already.", name=name)


OPERATIONS = (
    Operation("GET", ROOT, "get_authorization_divisions", get_divisions, model=LISTING),
    Operation("GET", f"{ROOT}/home", "get_authorization_divisions_home", get_home, model=MODEL),
    Operation("GET", ONE, "get_authorization_division", get_division, model=MODEL),
    Operation(
        "POST",
        ROOT,
        "post_authorization_divisions",
        post_division,
        ("authorization:division:add",),
        MODEL,
    ),
    Operation(
        "PUT",
        ONE,
        "put_authorization_division",
        put_division,
        ("authorization:division:edit",),
        MODEL,
    ),
    Operation(
        "DELETE",
        ONE,
        "delete_authorization_division",
        delete_division,
        ("authorization:division:delete",),
    ),
)
