# SPDX-License-Identifier: Apache-2.0
"""What makes the definition of a campaign whole: by its dialing mode, and against its list.

Source: platform reference, section 5; provider reference, section C.1. Codes are those that are
documented there, ``invalid.value`` for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.errors import bad_field, bad_request
from simulator.references import FILTER

if TYPE_CHECKING:
    from simulator.contact_list_state import ContactListState
    from simulator.entities import Definition, Entity
    from simulator.organisation import Organisation

MOST_SORTS = 4
MOST_SKILL_COLUMNS = 2
DYNAMIC = "dynamicContactQueueingSettings"

# Per field the dialing modes that need it.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "queue": ("preview", "power", "predictive", "progressive"),
    "script": ("preview", "power", "predictive", "progressive"),
    "callAnalysisResponseSet": ("agentless", "power", "predictive", "progressive"),
    "outboundLineCount": ("agentless",),
    "abandonRate": ("power", "predictive"),
}
_CALLING = ("agentless", "power", "predictive", "progressive")


def check_definition(
    organisation: Organisation, definition: Definition, entity: Entity | None
) -> None:
    """Refuse what does not fit together, and fill in what follows from the contact list.

    Args:
        organisation: has the list, the filters and the switches.
        definition: the new one; its references exist.
        entity: the campaign as it is; None for a new one.

    Raises:
        Refusal: 400.
    """
    contacts = organisation.contact_lists.get(definition["contactList"]["id"])
    _check_mode(definition)
    _fill_phone_columns(definition, contacts)
    _merge_sorts(definition)
    _check_sorts(definition["contactSorts"], contacts)
    _check_skill_columns(definition, contacts)
    _check_filters(organisation, definition, contacts)
    _check_dynamic(organisation, definition, contacts, entity)


def _check_mode(definition: Definition) -> None:
    mode = definition["dialingMode"]
    for field, modes in _NEEDED.items():
        if mode in modes and field not in definition:
            raise bad_field("bad.request", field, f"is required for {mode} dialing")
    if mode in _CALLING and ("site" in definition) == ("edgeGroup" in definition):
        raise bad_field("invalid.value", "site", "is required, or edgeGroup, but not both")
    if "agentOwnedColumn" in definition and mode != "preview":
        raise bad_field("invalid.value", "agentOwnedColumn", "is for preview dialing only")


def _fill_phone_columns(definition: Definition, contacts: ContactListState) -> None:
    types = {one["columnName"]: one["type"] for one in contacts.definition["phoneColumns"]}
    if not definition["phoneColumns"]:
        raise bad_field("bad.request", "phoneColumns", "is required")
    for place, column in enumerate(definition["phoneColumns"]):
        name = column["columnName"]
        if name not in types:
            message = f"{name} is no phone column of the contact list"
            raise bad_field("invalid.value", f"phoneColumns[{place}].columnName", message)
        column["type"] = types[name]


def _merge_sorts(definition: Definition) -> None:
    """Let ``contactSort``, the older way to state one order, become one of ``contactSorts``."""
    single = definition.pop("contactSort", None)
    sorts = definition["contactSorts"]
    for one in (*sorts, *((single,) if single else ())):
        one.setdefault("direction", "ASC")
        one.setdefault("numeric", False)
    if single and sorts and sorts[0] != single:
        raise bad_field("contact.sorts.conflict", "contactSort", "is not the first of contactSorts")
    if single and not sorts:
        definition["contactSorts"] = [single]


def _check_sorts(sorts: list[dict[str, Any]], contacts: ContactListState) -> None:
    if len(sorts) > MOST_SORTS:
        raise bad_field("invalid.value", "contactSorts", f"has more than {MOST_SORTS} columns")
    seen: set[str] = set()
    for place, one in enumerate(sorts):
        where, name = f"contactSorts[{place}].fieldName", one["fieldName"]
        if name not in contacts.columns:
            message = f"the contact list has no column {name}"
            raise bad_field("contact.sorts.invalid.field.name", where, message)
        if name in seen:
            raise bad_field("contact.sorts.duplicate.field.names", where, f"{name} is there twice")
        seen.add(name)


def _check_skill_columns(definition: Definition, contacts: ContactListState) -> None:
    columns = definition["skillColumns"]
    if len(columns) > MOST_SKILL_COLUMNS:
        message = f"has more than {MOST_SKILL_COLUMNS} columns"
        raise bad_field("invalid.value", "skillColumns", message)
    for field, names in (
        ("skillColumns", columns),
        ("agentOwnedColumn", [definition.get("agentOwnedColumn")]),
    ):
        for name in names:
            if name is not None and name not in contacts.columns:
                message = f"the contact list has no column {name}"
                raise bad_field("invalid.value", field, message)


def _check_filters(
    organisation: Organisation, definition: Definition, contacts: ContactListState
) -> None:
    filters = definition["contactListFilters"]
    if len(filters) > 1:
        raise bad_request(
            "more.than.one.contact.list.filter", "A campaign takes one contact list filter."
        )
    for reference in filters:
        stored = organisation.entities[FILTER].get(reference["id"]).definition
        if stored["contactList"]["id"] != contacts.id:
            message = "is about another contact list than the campaign's"
            raise bad_field("invalid.value", "contactListFilters[0].id", message)


def _check_dynamic(
    organisation: Organisation,
    definition: Definition,
    contacts: ContactListState,
    entity: Entity | None,
) -> None:
    """Both flags are fixed when the campaign is made; what they need has to be declared."""
    before: dict[str, bool] = {} if entity is None else entity.definition[DYNAMIC]
    sent = definition.get(DYNAMIC, before)
    dynamic = {name: sent.get(name, False) for name in ("sort", "filter")}
    if entity is not None and dynamic != before:
        raise bad_field("invalid.value", DYNAMIC, "is fixed when the campaign is made")
    definition[DYNAMIC] = dynamic
    checked = organisation.switches.dynamic_columns_declared
    declared = {spec["columnName"] for spec in contacts.definition["columnDataTypeSpecifications"]}
    if dynamic["sort"] and checked != "nothing":
        names = [one["fieldName"] for one in definition["contactSorts"]]
        _refuse_undeclared(names, declared, "contactSorts")
    if dynamic["filter"] and checked == "sort_and_filter":
        for reference in definition["contactListFilters"]:
            stored = organisation.entities[FILTER].get(reference["id"]).definition
            names = [
                predicate["column"]
                for clause in stored["clauses"]
                for predicate in clause["predicates"]
            ]
            _refuse_undeclared(names, declared, "contactListFilters")


def _refuse_undeclared(names: Iterable[str], declared: set[str], where: str) -> None:
    for name in names:
        if name not in declared:
            message = f"{name} needs a data type specification to be queued dynamically"
            raise bad_field("invalid.value", where, message)
