# SPDX-License-Identifier: Apache-2.0
"""Scores in two contact lists, one for each tier: the queue follows the score.

On the platform a queue belongs to a campaign and a campaign to a contact list, so there is one
list for the senior agents and one for all others. Each lead is a contact on both, under the same
id; each campaign dials the contacts whose tier column names its own tier. So a lead is dialled
from at most one list, as long as this holds: *the list in which a lead must not be dialled is
told first*. A crash between the two writes then leaves it in neither for a while, and never in
both.

What a list knows of calls stays with that list. A lead that was called from one and moves to the
other would be called again there, so its contact there is made not callable: the one time that
anything but data is sent. A lead whose campaign may call it again by itself, or is calling it,
does not move until that is over; its score is kept up to date where it is.

Source: docs/platform.md section 8, option A (two lists, two campaigns, two queues).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final

import structlog

from integration.clock import Clock
from integration.order import age_of
from integration.platform.errors import Forbidden, PlatformError, Refused
from integration.platform.permits import Reservation
from integration.policy import ScoringPolicy
from integration.scores import LeadScore
from integration.stores.contact_list import (
    ContactListStore,
    contact_columns,
    marked_by_mistake,
    stored_in,
    untouched,
)
from integration.stores.port import Held, Write, WriteGroup
from integration.stores.recalls import recall_pending
from integration.stores.tier_moves import HeldInTier, Moves, Way
from integration.stores.under_way import CallsUnderWay

_ROWS_AT_FAULT: Final = {400, 413, 422}
"""Refusals that may be about some rows only; whether the others were written is not documented."""
_log = structlog.get_logger("leadscore.queues")


class QueuesStore:
    """Two contact lists, of which each lead is dialled from one.

    Args:
        seniors: the list of the senior tier.
        generals: the list of the general tier.
        policy: thresholds and the names of the score columns.
        clock: the time.
        recall_within: how long after an attempt that reached nobody the campaign may call again.
        under_way: the calls of the campaigns by tier; whoever is on the line does not move.
        thorough: look into both lists for every lead, and mend what should not be.
        moves: where moves are counted.
    """

    def __init__(
        self,
        seniors: ContactListStore,
        generals: ContactListStore,
        policy: ScoringPolicy,
        clock: Clock,
        *,
        recall_within: timedelta = timedelta(hours=1),
        under_way: Mapping[str, CallsUnderWay] | None = None,
        thorough: bool = False,
        moves: Moves | None = None,
    ) -> None:
        self._lists = {policy.senior_tier: seniors, policy.general_tier: generals}
        self._policy = policy
        self._clock = clock
        self._recall_within = recall_within
        self._under_way = under_way or {}
        self._thorough = thorough
        ways = [Way(*one) for one in product(self._lists, (False, True), (False, True))]
        self._ways = {way.kind: way for way in ways}
        self._moves = moves or Moves()

    @property
    def destination(self) -> str:
        """The name under which the outbox keeps scores for the pair of lists."""
        return "contact_lists:" + "+".join(one.list_id for one in self._lists.values())

    @property
    def batch(self) -> int:
        """How many scores are delivered together at the most."""
        return min(one.batch for one in self._lists.values())

    @property
    def capacity(self) -> None:
        """Contact lists have no bound that matters."""
        return

    def calls_for(self, scores: int) -> int:
        """Reads and one write, as for one list; a move takes the same once more."""
        return self._lists[self._policy.senior_tier].calls_for(scores)

    def writes_for(self, scores: int) -> int:  # noqa: ARG002 - part of the port
        """One bulk write."""
        return 1

    def scores_within(self, calls: int) -> int:
        """What ``calls`` calls can carry when no lead moves."""
        return self._lists[self._policy.senior_tier].scores_within(calls)

    def lane(self, score: LeadScore) -> str:
        """Scores of one tier go the same way; those of the seniors go first."""
        return "1" if self._tier(score, self._clock.now()) == self._policy.senior_tier else "2"

    async def check(self, leads: Callable[[], Collection[str]], calls: Reservation) -> None:
        """Nothing to look for: what is not on a list is unknown, and told by the read."""

    def _tier(self, score: LeadScore, now: datetime) -> str:
        return self._policy.tier(self._policy.effective_score(score, now))

    def _other(self, tier: str) -> str:
        return next(one for one in self._lists if one != tier)

    def _tier_of(self, row: Mapping[str, Any]) -> str:
        return str(row["data"].get(self._policy.columns.tier) or "")

    # -- reading ------------------------------------------------------------------------------

    async def read(self, scores: Sequence[LeadScore], calls: Reservation) -> dict[str, Held]:
        """The contacts in the lists that the scores belong to; leads missing there are left out.

        Where a contact there does not name its list's tier, the lead is, or may be, dialled from
        the other list: then its contact there is read as well.
        """
        now = self._clock.now()
        wanted = {score.lead_id: self._tier(score, now) for score in scores}
        here = await self._contacts(scores, calls, lambda score: wanted[score.lead_id])
        unsure = [score for score in scores if score.lead_id in here]
        if not self._thorough:
            unsure = [
                score
                for score in unsure
                if self._tier_of(here[score.lead_id].row) != wanted[score.lead_id]
            ]
        there = await self._contacts(
            unsure, calls, lambda score: self._other(wanted[score.lead_id])
        )
        busy = await self._on_the_line(there.values(), calls)
        held = {
            lead: self._held(wanted[lead], found, there.get(lead), now, busy)
            for lead, found in here.items()
        }
        if self._thorough:
            self._moves.kept |= {lead for lead, one in held.items() if one.waits}
        return {**held}

    async def _contacts(
        self, scores: Sequence[LeadScore], calls: Reservation, tier_of: Callable[[LeadScore], str]
    ) -> dict[str, Held]:
        found: dict[str, Held] = {}
        for tier, contact_list in self._lists.items():
            some = [score for score in scores if tier_of(score) == tier]
            found |= await contact_list.read(some, calls)
        return found

    async def _on_the_line(
        self, others: Iterable[Held], calls: Reservation
    ) -> Collection[tuple[str, str]]:
        """Who is being called, with the tier of the campaign, where one of ``others`` may be."""
        tiers = {self._tier_of(other.row) for other in others} & self._under_way.keys()
        return {
            (tier, lead)
            for tier in sorted(tiers)
            for lead in await self._under_way[tier].leads(calls)
        }

    def _held(
        self,
        tier: str,
        here: Held,
        there: Held | None,
        now: datetime,
        busy: Collection[tuple[str, str]],
    ) -> HeldInTier:
        inside = self._tier_of(here.row) == tier
        if there is None:
            return HeldInTier(here.stored, here.read_at, here.row, placed=inside, tier=tier)
        outside = self._tier_of(there.row) == self._other(tier)
        moves = outside or not inside
        waits = moves and (
            recall_pending(there.row, now, self._recall_within)
            or (self._other(tier), str(there.row.get("id"))) in busy
        )
        if waits:
            tier, here, there = self._other(tier), there, here
            inside, outside = outside, inside
        return HeldInTier(
            max(here.stored, there.stored, key=age_of),
            min(here.read_at, there.read_at),
            here.row,
            # A score that only the list has in which the lead is not dialled counts for nothing.
            placed=inside
            and not outside
            and age_of(here.stored) >= age_of(there.stored)
            and not (self._thorough and marked_by_mistake(here.stored, self._policy, now)),
            tier=tier,
            other=there.row,
            waits=waits,
        )

    # -- writing ------------------------------------------------------------------------------

    def groups(self, writes: Sequence[Write]) -> list[WriteGroup]:
        """The writes by list, by whether they leave the other one, and by what the queue is told.

        The queue is told as for one list. A lead that comes in and was never called from either
        list is put into the queue: it may have been passed over there while it was elsewhere.
        """
        now = self._clock.now()
        grouped: dict[Way, list[Write]] = {}
        for write in writes:
            grouped.setdefault(self._way(write, now), []).append(write)
        # Those that stay go first: they take one call, and the others may have to wait for two.
        ways = sorted(grouped, key=lambda way: (way.leaves, way.kind))
        return [WriteGroup(tuple(grouped[way]), way.kind, 1 + way.leaves) for way in ways]

    def _way(self, write: Write, now: datetime) -> Way:
        held = _in_tier(write)
        leaves = held.other is not None and self._tier_of(held.other) == self._other(held.tier)
        return Way(held.tier, leaves, self._queued_again(write, now))

    def _queued_again(self, write: Write, now: datetime) -> bool:
        held = _in_tier(write)
        called = held.other is not None and not untouched(held.other)
        if called or not untouched(held.row):
            return False
        was = held.stored.at
        skipped = was is None or self._policy.is_stale(was, now)
        comes_in = self._tier_of(held.row) != held.tier
        return (skipped or comes_in) and not self._policy.is_stale(write.score.at, now)

    async def write(self, group: WriteGroup, calls: Reservation) -> Collection[str]:
        """Write a group; the list that its leads leave, if any, is told first.

        Raises:
            PlatformError: as for one list. Leads that had left the other list by then, and whose
                contact was refused, are back in it.
        """
        way = self._ways[group.kind]
        called: set[str] = set()
        if way.leaves:
            called = await self._leave(group.writes, self._other(way.tier), way.tier, calls)
        rows = [self._row(write, way, called) for write in group.writes]
        try:
            await self._lists[way.tier].send(rows, calls, queue_again=way.again)
        except (Refused, Forbidden) as refusal:
            if way.leaves:
                await self._take_back(group.writes, way.tier, refusal, calls)
            elif len(group.writes) == 1:  # no other attempt follows
                await self._put_back(group.writes[0], way.tier, calls)
            raise
        self._count(group.writes)
        return ()

    def _row(self, write: Write, way: Way, called: Collection[str]) -> dict[str, Any]:
        held, now = _in_tier(write), self._clock.now()
        data = {
            **held.row["data"],
            **self._policy.row(write.score, now),
            # The list that was decided on, also where the score has gone stale a moment ago.
            self._policy.columns.tier: way.tier,
        }
        row: dict[str, Any] = {"id": write.score.lead_id, "data": data}
        moves = way.leaves or self._tier_of(held.row) != way.tier
        elsewhere = held.other is not None and not untouched(held.other)
        if moves and not held.waits and (elsewhere or write.score.lead_id in called):
            row["callable"] = False
        return row

    async def _leave(
        self, writes: Iterable[Write], leaving: str, tier: str, calls: Reservation
    ) -> set[str]:
        """Name ``tier`` in the list ``leaving``; leads that turn out to be called there."""
        rows = []
        for write in writes:
            other = _in_tier(write).other
            assert other is not None
            rows.append(
                {
                    "id": write.score.lead_id,
                    "data": {**other["data"], self._policy.columns.tier: tier},
                }
            )
        answer = await self._lists[leaving].send(rows, calls)
        shown = contact_columns(answer)
        return {one["id"] for one in answer if _named(one, shown) and not untouched(one)}

    async def _take_back(
        self, writes: Sequence[Write], tier: str, refusal: PlatformError, calls: Reservation
    ) -> None:
        """Let leads be dialled again from the list that they were about to leave."""
        try:
            if len(writes) > 1 and refusal.status in _ROWS_AT_FAULT:
                scores = [write.score for write in writes]
                found = await self._lists[tier].read(scores, calls)
                writes = [
                    write
                    for write in writes
                    if write.score.lead_id not in found
                    or self._tier_of(found[write.score.lead_id].row) != tier
                ]
            if writes:
                await self._leave(writes, self._other(tier), self._other(tier), calls)
        except PlatformError as problem:
            _log.error("leads_in_no_tier", leads=len(writes), problem=str(problem))

    async def _put_back(self, write: Write, tier: str, calls: Reservation) -> None:
        """Let a lead that a crash has left in neither list be dialled by the score that it has."""
        held = _in_tier(write)
        if held.other is None or held.stored.score is None:
            return
        rows = {tier: held.row, self._other(tier): held.other}
        if any(self._tier_of(contact) == one for one, contact in rows.items()):
            return
        columns = self._policy.columns
        home = next(
            one
            for one, contact in rows.items()
            if stored_in(contact["data"], columns) == held.stored
        )
        row: dict[str, Any] = {
            "id": write.score.lead_id,
            "data": {**rows[home]["data"], columns.tier: home},
        }
        if not untouched(rows[self._other(home)]):
            row["callable"] = False
        try:
            await self._lists[home].send([row], calls)
        except PlatformError as problem:
            _log.error("leads_in_no_tier", leads=1, problem=str(problem))

    def _count(self, writes: Iterable[Write]) -> None:
        for write in writes:
            held = _in_tier(write)
            if held.waits:
                self._moves.waiting += 1
            elif self._tier_of(held.row) != held.tier:
                self._moves.made += held.stored.at is not None


def _in_tier(write: Write) -> HeldInTier:
    assert isinstance(write.held, HeldInTier)
    return write.held


def _named(contact: Any, shown: Collection[str]) -> bool:
    return isinstance(contact, Mapping) and contact.get("id") in shown
