# SPDX-License-Identifier: Apache-2.0
"""The objects that a campaign is made of, and whether any of them has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.contact_list_state import ContactListState
from simulator.entities import Entity
from simulator.outbound.dnc_entries import CHANGES
from simulator.references import (
    ATTEMPT_LIMIT,
    CALLABLE_TIME_SET,
    DNC_LIST,
    FILTER,
    QUEUE,
    RULE_SET,
)

if TYPE_CHECKING:
    from simulator.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Parts:
    """The objects of one campaign.

    Args:
        mark: the same as long as none of them has changed.
    """

    campaign: Entity
    contacts: ContactListState
    queue: Entity | None
    criteria: Mapping[str, Any] | None
    rule_sets: tuple[Entity, ...]
    dnc_lists: tuple[Entity, ...]
    callable_times: Entity | None
    attempt_limit: Mapping[str, Any]
    mark: tuple[Any, ...]


def parts_of(organisation: Organisation, campaign: Entity, contacts: ContactListState) -> Parts:
    """What ``campaign`` is made of at present."""
    definition, entities = campaign.definition, organisation.entities

    def one(noun: str, reference: Mapping[str, str] | None) -> Entity | None:
        return entities[noun].get(reference["id"]) if reference else None

    def several(noun: str, field: str) -> tuple[Entity, ...]:
        return tuple(entities[noun].get(each["id"]) for each in definition[field])

    filters = several(FILTER, "contactListFilters")
    limit = one(ATTEMPT_LIMIT, contacts.definition.get("attemptLimits"))
    rule_sets, dnc_lists = several(RULE_SET, "ruleSets"), several(DNC_LIST, "dncLists")
    times = one(CALLABLE_TIME_SET, definition.get("callableTimeSet"))
    queue = one(QUEUE, definition.get("queue"))
    others = [each for each in (limit, times, queue) if each is not None]
    return Parts(
        campaign,
        contacts,
        queue,
        filters[0].definition if filters else None,
        rule_sets,
        dnc_lists,
        times,
        limit.definition if limit else {},
        (
            campaign.version,
            contacts.version,
            organisation.switches.model_dump_json(),
            *((each.id, each.version) for each in (*filters, *rule_sets, *others)),
            *((each.id, each.version, each.more.get(CHANGES, 0)) for each in dnc_lists),
        ),
    )
