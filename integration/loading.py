# SPDX-License-Identifier: Apache-2.0
"""Loads contacts into contact lists, without touching scores or the dialling queue.

A lead has to be on the list before it can get a score, and where there is a list for each tier,
on both of them. Loading the same file again changes what changed in it and nothing else: people
who were called stay called, and scores stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from integration.clock import Clock
from integration.platform.budget import CallBudget
from integration.platform.client import GenesysClient
from integration.platform.errors import RateLimited, Refused, Unreachable
from integration.platform.paths import path
from integration.platform.permits import Reservation
from integration.platform.retry import RetrySession
from integration.policy import ScoringPolicy
from integration.stores.contact_list import QUEUE_UNTOUCHED, READ_SIZE, contact_columns

_SEARCH_CALLS: Final = 40
_NOTHING: Final[Mapping[str, Mapping[str, str]]] = {}


class UnknownColumnsError(Exception):
    """The file has columns that the contact list does not have."""


@dataclass(slots=True)
class Loaded:
    """Leads by what became of their contacts; ``refused`` has the platform's reasons.

    ``before`` are the columns of those that were there already.
    """

    created: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    before: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def done(self) -> set[str]:
        """All leads whose contacts are as they should be now."""
        return self.created | self.changed | self.unchanged

    def join(self, other: Loaded) -> None:
        """Take over what became of contacts of the same leads elsewhere."""
        done = self.done | other.done
        self.refused |= other.refused
        self.created |= other.created
        self.changed |= other.changed
        self.created -= self.refused.keys()
        self.changed -= self.refused.keys() | self.created
        self.unchanged = done - self.refused.keys() - self.created - self.changed


@dataclass(slots=True)
class LoadCounts:
    """Contacts by what became of them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Lead and reason."""

    def add(self, loaded: Loaded) -> None:
        """Count the leads of ``loaded``."""
        self.created += len(loaded.created)
        self.changed += len(loaded.changed)
        self.unchanged += len(loaded.unchanged)
        self.refused += loaded.refused.items()


class Loader(Protocol):
    """Puts contacts where scores are going to be kept."""

    async def check(self, columns: Sequence[str]) -> list[str]:
        """The columns of a file that can be loaded; score columns among them are left out.

        Raises:
            UnknownColumnsError: they cannot be loaded.
            PlatformError: the platform did not tell.
        """
        ...

    async def load(self, contacts: Mapping[str, Mapping[str, str]], loaded: Loaded) -> None:
        """Create or update up to 1,000 contacts, given as columns by lead.

        Raises:
            PlatformError: the rest could not be written; ``loaded`` has what was. Loading it
                again is harmless.
        """
        ...


class ContactLoader:
    """Puts contacts on one contact list.

    Args:
        client: the platform.
        budget: the client's call budget.
        list_id: the contact list.
        policy: names the score columns, which are left alone.
        retries: makes the bounds for the repetition of one write.
        clock: the time.
    """

    def __init__(
        self,
        client: GenesysClient,
        budget: CallBudget,
        list_id: str,
        policy: ScoringPolicy,
        retries: Callable[[], RetrySession],
        clock: Clock,
    ) -> None:
        self._client = client
        self._budget = budget
        self._list_id = list_id
        self._list_path = path("/api/v2/outbound/contactlists/{list}", list=list_id)
        self._columns = policy.columns
        self._retries = retries
        self._clock = clock
        self._has_lead_column = False

    async def check(self, columns: Sequence[str], *, besides: Sequence[str] = ()) -> list[str]:
        """The columns of a file that can be loaded; score columns among them are left out.

        Raises:
            UnknownColumnsError: the contact list lacks some of ``columns`` and ``besides``.
            PlatformError: the list cannot be read.
        """
        name, known = await self._described()
        unknown = [one for one in dict.fromkeys([*columns, *besides]) if one not in known]
        if unknown:
            raise UnknownColumnsError(
                f'contact list "{name}" has no column '
                f"{', '.join(unknown)}; it has {', '.join(known)}. Columns are fixed when a list "
                "is created: rename the file's columns, or leave them out"
            )
        return self._without_scores(columns)

    async def columns(self) -> list[str]:
        """The columns of the list, but for the score columns.

        Raises:
            PlatformError: the list cannot be read.
        """
        _, known = await self._described()
        return self._without_scores(known)

    async def _described(self) -> tuple[str, list[str]]:
        """The list's name and all of its columns."""
        answer = await self._client.call("read contact list", "GET", self._list_path, expect=dict)
        known = list(answer.body.get("columnNames") or [])
        self._has_lead_column = self._columns.lead in known
        return str(answer.body.get("name", self._list_path)), known

    def _without_scores(self, columns: Sequence[str]) -> list[str]:
        scores = self._columns
        kept = {scores.score, scores.instant, scores.tier, scores.model, scores.lead}
        return [name for name in columns if name not in kept]

    async def load(
        self,
        contacts: Mapping[str, Mapping[str, str]],
        loaded: Loaded,
        new: Mapping[str, Mapping[str, str]] = _NOTHING,
    ) -> None:
        """Create or update up to 1,000 contacts, given as columns by lead.

        Rows that the platform refuses are searched for by halves.

        Args:
            contacts: columns by lead.
            loaded: gets what became of them.
            new: more columns, for contacts that are created.

        Raises:
            PlatformError: the rest could not be written; loading it again is harmless.
        """
        left = _SEARCH_CALLS
        parts = [dict(contacts)]
        while parts:
            part = parts.pop()
            try:
                await self._load(part, loaded, new)
            except Refused as refusal:
                if refusal.status not in {400, 413}:
                    raise
                if len(part) == 1:
                    loaded.refused |= dict.fromkeys(part, str(refusal))
                    continue
                left -= 2
                if left < 0:
                    raise
                leads = list(part)
                middle = len(leads) // 2
                parts += [{lead: part[lead] for lead in leads[middle:]}]
                parts += [{lead: part[lead] for lead in leads[:middle]}]

    async def _load(
        self,
        contacts: Mapping[str, Mapping[str, str]],
        loaded: Loaded,
        new: Mapping[str, Mapping[str, str]],
    ) -> None:
        needed = -(-len(contacts) // READ_SIZE) + 1
        session = self._retries()
        created: set[str] = set()
        before: dict[str, Mapping[str, str]] | None = None
        while True:
            with await self._budget.reserve(needed, minimum=min(needed, 2)) as calls:
                present = await self._present(list(contacts), calls)
                # After an attempt whose outcome is not known, what is there may be our own.
                created |= contacts.keys() - present.keys()
                before = present if before is None else before
                rows = self._changed(contacts, present, new)
                try:
                    if rows:
                        await self._write(rows, calls)
                except (RateLimited, Unreachable) as problem:
                    delay = session.next_delay(problem)
                    if delay is None:
                        raise
                else:
                    changed = {row["id"] for row in rows} - created
                    loaded.created |= created
                    loaded.changed |= changed
                    loaded.unchanged |= contacts.keys() - created - changed
                    loaded.before |= before
                    return
            await self._clock.sleep(delay)

    async def _present(
        self, leads: Sequence[str], calls: Reservation
    ) -> dict[str, Mapping[str, str]]:
        """The columns of those leads that are on the list."""
        present: dict[str, Mapping[str, str]] = {}
        for at in range(0, len(leads), READ_SIZE):
            answer = await self._client.call(
                "read contacts",
                "POST",
                f"{self._list_path}/contacts/bulk",
                body=list(leads[at : at + READ_SIZE]),
                permit=calls,
                expect=list,
            )
            present |= contact_columns(answer.body)
        return present

    def _changed(
        self,
        contacts: Mapping[str, Mapping[str, str]],
        present: Mapping[str, Mapping[str, str]],
        new: Mapping[str, Mapping[str, str]],
    ) -> list[dict[str, Any]]:
        """What has to be written: new contacts, and present ones of which a column changed."""
        rows: list[dict[str, Any]] = []
        for lead, columns in contacts.items():
            before = present.get(lead)
            after = {**(new.get(lead, {}) if before is None else before), **columns}
            if self._has_lead_column:
                after[self._columns.lead] = lead
            if after != before:
                rows.append({"id": lead, "contactListId": self._list_id, "data": after})
        return rows

    async def _write(self, rows: Sequence[Mapping[str, Any]], calls: Reservation) -> None:
        await self._client.call(
            "write contacts",
            "POST",
            f"{self._list_path}/contacts",
            query=QUEUE_UNTOUCHED,
            body=rows,
            permit=calls,
            once=True,
            expect=list,
        )


class TierLoader:
    """Puts contacts on the lists of both tiers.

    A new lead is of the general tier, so that its first score finds it there. One that is missing
    on the general list alone stays with the seniors if it is dialled there, else it is of no tier:
    what the senior list knows of calls to it has to be looked at before it is dialled again.

    Args:
        seniors: loads the senior tier's list.
        generals: loads the general tier's list.
        policy: names the tiers and their column.
    """

    def __init__(
        self, seniors: ContactLoader, generals: ContactLoader, policy: ScoringPolicy
    ) -> None:
        self._seniors = seniors
        self._generals = generals
        self._policy = policy

    async def check(self, columns: Sequence[str]) -> list[str]:
        """The columns that both lists have; both need the tier's.

        Raises:
            UnknownColumnsError: one of the lists lacks some of them.
            PlatformError: one of the lists cannot be read.
        """
        tier = [self._policy.columns.tier]
        await self._seniors.check(columns, besides=tier)
        return await self._generals.check(columns, besides=tier)

    async def load(self, contacts: Mapping[str, Mapping[str, str]], loaded: Loaded) -> None:
        """Create or update up to 1,000 contacts on both lists.

        A lead that the senior list refuses is not put on the general one.

        Raises:
            PlatformError: the rest could not be written; loading it again is harmless.
        """
        generals = Loaded()
        try:
            await self._seniors.load(contacts, loaded)
            rest = {lead: contacts[lead] for lead in contacts if lead in loaded.done}
            new = {lead: self._new(lead, loaded) for lead in rest}
            await self._generals.load(rest, generals, new)
        finally:
            loaded.join(generals)

    def _new(self, lead: str, seniors: Loaded) -> dict[str, str]:
        column, policy = self._policy.columns.tier, self._policy
        if lead not in seniors.before:
            return {column: policy.general_tier}
        tier = seniors.before[lead].get(column)
        return {column: tier if tier == policy.senior_tier else ""}
