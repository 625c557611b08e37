# SPDX-License-Identifier: Apache-2.0
"""Scores as columns of an outbound contact list, where the dialer sorts and filters by them.

The platform has no partial update of many contacts: a bulk write replaces rows, creates what
it does not find, and may make called people callable again. So the contact is read first,
only its score columns are changed, and the switches that touch the dialling queue are set to
leave it alone.

Source: docs/platform.md section 4 (calls, sizes, queue behaviour; absent columns undocumented).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from integration.clock import Clock
from integration.order import StoredScore
from integration.platform.client import GenesysClient
from integration.platform.paths import path
from integration.platform.permits import Reservation
from integration.policy import ScoreColumns, ScoringPolicy
from integration.scores import LeadScore, read_instant
from integration.stores.port import Held, Write, WriteGroup

READ_SIZE: Final = 50
"""Contacts that one bulk read may ask for."""
WRITE_SIZE: Final = 1000
"""Contacts that one bulk write may carry."""
DELETE_SIZE: Final = 250
"""Contacts that one call may delete."""

QUEUE_UNTOUCHED: Final = {"priority": False, "clearSystemData": False, "doNotQueue": True}
"""A bulk write with these makes nobody callable again. The defaults of the platform would."""

KEEP_QUEUE: Final = "keep the queue as it is"
QUEUE_AGAIN: Final = "queue again"


class ContactListStore:
    """One contact list whose contacts carry the lead id as their own id.

    Args:
        client: the platform.
        list_id: the contact list.
        policy: thresholds and the names of the score columns.
        clock: the time.
        batch: scores that are delivered together, at most :data:`WRITE_SIZE`.
        concurrency: bulk reads under way at the same time.
        thorough: also write a score that is there, where the contact names another tier than its,
            or where a fresh one was marked as stale.
    """

    def __init__(
        self,
        client: GenesysClient,
        list_id: str,
        policy: ScoringPolicy,
        clock: Clock,
        *,
        batch: int = WRITE_SIZE,
        concurrency: int = 10,
        thorough: bool = False,
    ) -> None:
        self._thorough = thorough
        self._client = client
        self._list_id = list_id
        self._path = path("/api/v2/outbound/contactlists/{list}/contacts", list=list_id)
        self._policy = policy
        self._clock = clock
        self._batch = min(max(1, batch), WRITE_SIZE)
        self._concurrency = max(1, concurrency)

    @property
    def list_id(self) -> str:
        """The contact list."""
        return self._list_id

    @property
    def destination(self) -> str:
        """The name under which the outbox keeps scores for this list."""
        return f"contact_list:{self._list_id}"

    @property
    def batch(self) -> int:
        """How many scores are delivered together at the most."""
        return self._batch

    @property
    def capacity(self) -> int | None:
        """A contact list holds a million: leads that are not on it are not put there."""
        return None

    def calls_for(self, scores: int) -> int:
        """Bulk reads of 50 and one bulk write."""
        return math.ceil(scores / READ_SIZE) + 1

    def writes_for(self, scores: int) -> int:  # noqa: ARG002 - part of the port
        """One bulk write."""
        return 1

    def scores_within(self, calls: int) -> int:
        """What ``calls`` calls can carry when one of them is the write."""
        return max(0, min(self._batch, (calls - 1) * READ_SIZE))

    def lane(self, score: LeadScore) -> str:  # noqa: ARG002 - part of the port
        """All scores go the same way."""
        return ""

    async def check(self, leads: Callable[[], Collection[str]], calls: Reservation) -> None:
        """Nothing to look for: what is not on the list is unknown, and told by the read."""

    async def read(self, scores: Sequence[LeadScore], calls: Reservation) -> dict[str, Held]:
        """The contacts of the leads, those that are on the list."""
        lead_ids = [score.lead_id for score in scores]
        parts = [lead_ids[at : at + READ_SIZE] for at in range(0, len(lead_ids), READ_SIZE)]
        held: dict[str, Held] = {}
        turns = asyncio.Semaphore(self._concurrency)

        async def read_part(part: Sequence[str]) -> None:
            async with turns:
                for contact in await self._read(part, calls):
                    held[contact["id"]] = self._held(contact)

        try:
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(read_part(part))
        except* Exception as problems:  # noqa: BLE001 - the first of them is raised alone
            raise problems.exceptions[0] from None
        return held

    async def _read(self, lead_ids: Sequence[str], calls: Reservation) -> list[Mapping[str, Any]]:
        answer = await self._client.call(
            "read contacts",
            "POST",
            f"{self._path}/bulk",
            body=list(lead_ids),
            permit=calls,
            expect=list,
        )
        return [contact for contact in answer.body if _is_contact(contact)]

    def _held(self, contact: Mapping[str, Any]) -> Held:
        data = contact["data"]
        stored = stored_in(data, self._policy.columns)
        placed = not (self._thorough and self._in_wrong_way(data, stored))
        return Held(stored, self._clock.monotonic(), contact, placed=placed)

    def _in_wrong_way(self, data: Mapping[str, Any], stored: StoredScore) -> bool:
        if stored.score is None or stored.at is None:
            return False
        if self._policy.is_stale(stored.at, self._clock.now()):
            return False  # it steers nothing, whatever it names
        if marked_by_mistake(stored, self._policy, self._clock.now()):
            return True
        return data.get(self._policy.columns.tier) != self._policy.tier(stored.score)

    def groups(self, writes: Sequence[Write]) -> list[WriteGroup]:
        """Ordinary refreshes, and apart from them the leads that are to be queued again.

        A lead whose score was stale or blank has been skipped by the pre-call rules and stays
        skipped until it is queued again. That is safe for one that was never called.
        """
        now = self._clock.now()
        keep: list[Write] = []
        again: list[Write] = []
        for write in writes:
            was = write.held.stored.at
            skipped = was is None or self._policy.is_stale(was, now)
            fresh = not self._policy.is_stale(write.score.at, now)
            (again if skipped and fresh and untouched(write.held.row) else keep).append(write)
        groups = [(KEEP_QUEUE, keep), (QUEUE_AGAIN, again)]
        return [WriteGroup(tuple(part), kind) for kind, part in groups if part]

    async def send(
        self, rows: Sequence[Mapping[str, Any]], calls: Reservation, *, queue_again: bool = False
    ) -> Sequence[Any]:
        """Write whole contacts in one attempt; the contacts that the platform answers with.

        Raises:
            PlatformError: it was refused, or its outcome is not known.
        """
        answer = await self._client.call(
            "write contacts",
            "POST",
            self._path,
            query=QUEUE_UNTOUCHED | {"doNotQueue": not queue_again},
            body=[{"contactListId": self._list_id, **row} for row in rows],
            permit=calls,
            once=True,
            expect=list,
        )
        contacts: Sequence[Any] = answer.body
        return contacts

    async def write(self, group: WriteGroup, calls: Reservation) -> Collection[str]:
        """Send the contacts with their new score columns, all other columns as they were.

        Contacts that were not read before are sent with their score columns alone. Those that
        come back with nothing else did not exist: they are deleted and returned.
        """
        now = self._clock.now()
        rows = [
            {
                "id": write.score.lead_id,
                # callable, phoneNumberStatus and contactableStatus are the dialer's: never sent
                "data": {**write.held.row.get("data", {}), **self._policy.row(write.score, now)},
            }
            for write in group.writes
        ]
        answer = await self.send(rows, calls, queue_again=group.kind == QUEUE_AGAIN)
        unread = {write.score.lead_id for write in group.writes if not write.held.row}
        created = sorted(unread & self._bare(answer)) if unread else []
        for start in range(0, len(created), DELETE_SIZE):
            await self._client.call(
                "delete contacts",
                "DELETE",
                self._path,
                query={"contactIds": created[start : start + DELETE_SIZE]},
            )
        return created

    def _bare(self, contacts: Sequence[Any]) -> set[str]:
        """Contacts that carry nothing but score columns."""
        columns = self._policy.columns
        ours = {columns.lead, columns.score, columns.instant, columns.tier, columns.model}
        return {
            lead
            for lead, data in contact_columns(contacts).items()
            if not any(value for name, value in data.items() if name not in ours)
        }


def stored_in(data: Mapping[str, Any], columns: ScoreColumns) -> StoredScore:
    """The score in the columns of a contact."""
    return StoredScore(
        _stored_score(data.get(columns.score)),
        read_instant(str(data.get(columns.instant) or "")),
    )


def marked_by_mistake(stored: StoredScore, policy: ScoringPolicy, now: datetime) -> bool:
    """Whether a score is marked as stale, by a 0, that is not: a sweep met it as it arrived."""
    return stored.score == 0 and stored.at is not None and not policy.is_stale(stored.at, now)


def contact_columns(contacts: Sequence[Any]) -> dict[str, Mapping[str, str]]:
    """The columns of the contacts in an answer, by lead; anything else in it is left out."""
    return {one["id"]: one["data"] for one in contacts if _is_contact(one)}


def _is_contact(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and isinstance(found.get("id"), str)
        and isinstance(found.get("data"), dict)
    )


def _stored_score(text: Any) -> int | None:
    """A stored score as a whole number; None where there is none or somebody wrote nonsense."""
    try:
        return int(float(text))
    except (TypeError, ValueError, OverflowError):
        return None


def untouched(contact: Mapping[str, Any]) -> bool:
    """Whether nobody was ever called on this contact and the dialer may call it."""
    numbers = contact.get("phoneNumberStatus") or {}
    voice = (contact.get("contactableStatus") or {}).get("Voice") or {}
    return (
        not contact.get("callRecords")
        and contact.get("callable") is not False
        and all(status.get("callable") is not False for status in numbers.values())
        and voice.get("contactable") is not False
    )
