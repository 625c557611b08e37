# SPDX-License-Identifier: Apache-2.0
"""Where a lead stands in its campaign's sort order, and who is before it.

The platform counts: one search for the contacts of the same filter with a better value, one for
those with the same. Which of equals it dials first is not documented. The search sees contacts,
not the dialer's queue: it also finds those who were called already.

Source: docs/platform.md sections 4 (search, at most 100 contacts a page) and 5 (contactSorts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.platform.client import GenesysClient
from integration.platform.paths import path
from integration.policy import ScoreColumns
from integration.stores.contact_list import untouched

EXAMPLES: Final = 5
"""Leads before it that are named."""
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Before:
    """A lead that is before the one in question."""

    lead_id: str
    score: str
    calculated_at: str


@dataclass(frozen=True, slots=True)
class PlaceInLine:
    """The place in the sort order of a campaign.

    Attributes:
        sort: the order in words.
        dynamic: whether it follows the scores while the campaign runs.
        better: contacts that the filter lets through and that sort before it.
        equal: others that sort alike.
        looked_at: how many of the better ones were looked at, the best first.
        called: how many of those were called, or may not be called any more.
        first: the first of those that were not.
        note: why there is no place; blank where there is one.
    """

    sort: str
    dynamic: bool
    better: int | None = None
    equal: int | None = None
    looked_at: int = 0
    called: int = 0
    first: tuple[Before, ...] = ()
    note: str = ""


class Line:
    """The contacts of one list as a campaign sorts and filters them.

    Args:
        client: the platform.
        list_id: the contact list.
        campaign: the campaign.
        criteria: its contact list filter; empty without one.
        columns: the score columns.
    """

    def __init__(
        self,
        client: GenesysClient,
        list_id: str,
        campaign: Mapping[str, Any],
        criteria: Mapping[str, Any],
        columns: ScoreColumns,
    ) -> None:
        self._client = client
        self._path = path("/api/v2/outbound/contactlists/{list}/contacts/search", list=list_id)
        self._criteria = criteria
        self._columns = columns
        self._sorts = list(campaign.get("contactSorts") or [])
        if not self._sorts and campaign.get("contactSort"):
            self._sorts = [campaign["contactSort"]]
        self._dynamic = bool((campaign.get("dynamicContactQueueingSettings") or {}).get("sort"))

    async def place_of(self, data: Mapping[str, str]) -> PlaceInLine:
        """The place of a contact with these columns, which the filter lets through.

        Raises:
            PlatformError: the platform does not search.
        """
        sort = ", then ".join(map(_words, self._sorts))
        problem = self._problem(data)
        if problem:
            return PlaceInLine(sort, self._dynamic, note=problem)
        better = 0
        seen: list[Mapping[str, Any]] = []
        for depth, one in enumerate(self._sorts):
            beats = "GREATER_THAN" if _descending(one) else "LESS_THAN"
            extra = [*self._same(data, depth), _compared(one, beats, data)]
            answer = await self._search(extra, _PAGE)
            better += int(answer.get("total") or 0)
            seen += list(answer.get("entities") or ())[: _PAGE - len(seen)]
        answer = await self._search(self._same(data, len(self._sorts)), 1)
        free = [one for one in seen if untouched(one)]
        return PlaceInLine(
            sort,
            self._dynamic,
            better,
            max(0, int(answer.get("total") or 0) - 1),
            len(seen),
            len(seen) - len(free),
            tuple(self._before(one) for one in free[:EXAMPLES]),
        )

    async def lets_through(self, data: Mapping[str, str]) -> bool:
        """Whether the platform's own filter lets the contact of these columns through.

        Raises:
            PlatformError: the platform does not search.
        """
        lead = self._columns.lead
        extra = {"column": lead, "columnType": "alphabetic", "operator": "EQUALS"}
        answer = await self._search([extra | {"value": data.get(lead, "")}], 1)
        return bool(answer.get("total"))

    def _problem(self, data: Mapping[str, str]) -> str:
        if not self._sorts:
            return "the campaign has no sort: its leads are called in the order of their arrival"
        for one in self._sorts:
            name = one.get("fieldName", "")
            if not one.get("numeric"):
                return f"{name} is sorted as text, so 9 comes before 87; the place is not looked up"
            try:
                float(data.get(name, ""))
            except ValueError:
                return f"its {name} is no number"
        return ""

    def _same(self, data: Mapping[str, str], depth: int) -> list[dict[str, Any]]:
        return [_compared(one, "EQUALS", data) for one in self._sorts[:depth]]

    async def _search(self, extra: Sequence[Mapping[str, Any]], size: int) -> dict[str, Any]:
        body = {
            "criteria": narrowed(self._criteria, extra),
            "contactSorts": self._sorts,
            "pageNumber": 1,
            "pageSize": size,
        }
        answer = await self._client.call(
            "search contacts", "POST", self._path, body=body, expect=dict
        )
        found: dict[str, Any] = answer.body
        return found

    def _before(self, contact: Mapping[str, Any]) -> Before:
        data = contact.get("data") or {}
        score, instant = data.get(self._columns.score), data.get(self._columns.instant)
        return Before(str(contact.get("id") or ""), score or "", instant or "")


def narrowed(criteria: Mapping[str, Any], extra: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A filter's criteria with conditions that have to hold as well."""
    more = [dict(one) for one in extra]
    clauses: list[dict[str, Any]] = [
        {"filterType": one.get("filterType") or "AND", "predicates": list(one["predicates"])}
        for one in criteria.get("clauses") or ()
        if one.get("predicates")
    ]
    if criteria.get("filterType") != "OR" or len(clauses) < 2:
        return {
            "filterType": "AND",
            "clauses": [*clauses, {"filterType": "AND", "predicates": more}],
        }
    # Any clause is enough: so each of them, taken apart where any predicate is, gets the rest.
    parts: list[list[Any]] = []
    for one in clauses:
        whole = one["filterType"] == "AND"
        predicates: list[Any] = list(one["predicates"])
        parts += [predicates] if whole else [[single] for single in predicates]
    return {
        "filterType": "OR",
        "clauses": [{"filterType": "AND", "predicates": [*part, *more]} for part in parts],
    }


def _compared(sort: Mapping[str, Any], operator: str, data: Mapping[str, str]) -> dict[str, Any]:
    column = str(sort.get("fieldName"))
    value = data[column]
    return {"column": column, "columnType": "numeric", "operator": operator, "value": value}


def _descending(sort: Mapping[str, Any]) -> bool:
    return sort.get("direction") == "DESC"


def _words(sort: Mapping[str, Any]) -> str:
    kind = "number" if sort.get("numeric") else "text"
    way = "highest" if _descending(sort) else "lowest"
    return f"{sort.get('fieldName')} as {kind}, {way} first"
