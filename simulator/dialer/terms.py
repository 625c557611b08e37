# SPDX-License-Identifier: Apache-2.0
"""The terms of a campaign: everything that decides whether and when a contact may be called.

They are made of what stands on the platform and made anew when any of that changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from simulator.cells import read_instant, read_offset
from simulator.contact import Contact
from simulator.contact_list_state import ContactListState
from simulator.dialer.attempts import NEVER, AttemptLimit
from simulator.dialer.hours import callable_hours
from simulator.dialer.parts import Parts
from simulator.dialer.rules import Rules
from simulator.dialer.settings import DialerSettings
from simulator.dialer.sort_order import key_of, value_of
from simulator.entities import Entity
from simulator.instants import from_wire
from simulator.outbound.dnc_entries import blocked, entries_of
from simulator.predicates import TIMES, Match, Moment, matcher

_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a contact may not be called.

    Args:
        reason: ``filter``, ``uncallable``, ``no_number``, ``do_not_call``, ``attempts``,
            ``hours`` (not now) or ``zone`` (never there); a lane adds ``recall``.
        until: when to look again; None for not before something changes.
    """

    reason: str
    until: datetime | None = None


class Terms:
    """The terms of one campaign.

    Args:
        parts: the objects that the campaign refers to.
        settings: which columns are the score and its instant.
    """

    def __init__(self, parts: Parts, settings: DialerSettings) -> None:
        self.parts = parts
        self.campaign: Entity = parts.campaign
        self.contacts: ContactListState = parts.contacts
        definition = self.campaign.definition
        sorts = definition["contactSorts"]
        first = sorts[0] if sorts else {"fieldName": "", "direction": "DESC"}
        types = self.contacts.types
        dated = [name for name, kind in types.items() if kind in ("TIMESTAMP", "DATETIME")]
        self.score_column = settings.score_column or first["fieldName"]
        self.instant_column = settings.instant_column or next(iter(dated), "")
        self.key = key_of(sorts)
        self.value = value_of(self.score_column, ascending=first["direction"] != "DESC")
        self.dynamic: Mapping[str, bool] = definition["dynamicContactQueueingSettings"]
        self.limit = AttemptLimit(parts.attempt_limit)
        self.rules = Rules([each.definition for each in parts.rule_sets])
        self._filter = parts.criteria
        self._columns: list[str] = [each["columnName"] for each in definition["phoneColumns"]]
        self._zones = {
            each["columnName"]: each.get("callableTimeColumnName")
            or each.get("callableTimeColumn", "")
            for each in self.contacts.definition["phoneColumns"]
        }
        hours = parts.callable_times
        self._hours = None if hours is None else callable_hours(hours.definition)
        self._match: tuple[datetime, Match] | None = None

    def moment(self, now: datetime) -> Moment:
        """What comparisons at ``now`` depend on."""
        return Moment(now, self.contacts.switches)

    def filtered(self, contact: Contact, now: datetime) -> Refused | None:
        """Whether the contact list filter keeps the contact out, and until when at least."""
        if self._filter is None:
            return None
        if self._match is None or self._match[0] != now:
            self._match = (now, matcher(self._filter, self.moment(now)))
        if self._match[1](contact.data):
            return None
        turns = [at for at in _turns(self._filter, contact.data) if at >= now]
        return Refused("filter", min(turns) + _TICK if turns else None)

    def column(self, contact: Contact, now: datetime) -> str | Refused:
        """The phone column to call by; the first one that nothing forbids."""
        voice = contact.contactable_status.get("Voice", _YES)
        if not contact.callable or not voice.get("contactable", True):
            return Refused("uncallable")
        refusals: list[Refused] = []
        for column in self._columns:
            refused = self._number(contact, column, now)
            if refused is None:
                return column
            refusals.append(refused)
        timed = [each for each in refusals if each.until is not None]
        return min(timed, key=_until) if timed else refusals[0]

    def _number(self, contact: Contact, column: str, now: datetime) -> Refused | None:
        number = contact.data.get(column, "")
        if not number.strip():
            return Refused("no_number")
        if not contact.phone_number_status.get(column, _YES).get("callable", True):
            return Refused("uncallable")
        for dnc in self.parts.dnc_lists:
            exclusion = dnc.definition.get("customExclusionColumn")
            entry = contact.data.get(exclusion, "") if exclusion else number
            if entry and blocked(dnc, entry, now):
                _, expires = entries_of(dnc)[entry]
                return Refused("do_not_call", from_wire(expires) if expires else None)
        resets = self.limit.reached(contact, column, now) if contact.attempts else None
        if resets is not None:
            return Refused("attempts", resets if resets < NEVER else None)
        return self._closed(contact, column, now)

    def _closed(self, contact: Contact, column: str, now: datetime) -> Refused | None:
        if self._hours is None:
            return None
        hours = self._hours.get(contact.data.get(self._zones.get(column, ""), ""))
        if hours is None:
            listed = self.contacts.switches.unlisted_zone_called
            return None if listed else Refused("zone")
        state = hours.at(now)
        if state.is_open:
            return None
        return Refused("hours", state.until) if state.until is not None else Refused("zone")


_YES: Mapping[str, Any] = {}


def _until(refused: Refused) -> datetime:
    assert refused.until is not None
    return refused.until


def _turns(criteria: Mapping[str, Any], data: Mapping[str, str]) -> Iterable[datetime]:
    """When the filter's answer about ``data`` may change by the passing of time."""
    for clause in criteria["clauses"]:
        for predicate in clause["predicates"]:
            instant = read_instant(data.get(predicate["column"], ""))
            if instant is None:
                continue
            if predicate["operator"] in TIMES:
                bounds = [predicate["value"]]
            else:
                bounds = [predicate.get("range", {}).get(end, "") for end in ("min", "max")]
            for bound in bounds:
                offset = read_offset(bound)
                if offset is not None:
                    yield instant - offset
