# SPDX-License-Identifier: Apache-2.0
"""Puts right what was found, under the rules of a push.

Contacts that a list lacks are made there first, never such that the dialer may call them at once.
Then the newest score of each lead goes through the outbox as if it had been pushed again: the
store looks into both lists, compares, tells the losing list first, keeps recalls and call records,
and delivers within the call budget. Nothing else here writes scores.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from integration.loading import ContactLoader, Loaded
from integration.order import StoredScore, Verdict
from integration.outbox import InputRow
from integration.platform.errors import PlatformError
from integration.policy import ScoringPolicy
from integration.pushing import ACCEPT_SIZE, ProgressSink, Push, PushTools, parts_of
from integration.reconciling.findings import Kind
from integration.reconciling.places import Place
from integration.reconciling.survey import Survey
from integration.scores import LeadScore, instant_of
from integration.stores.contact_list import WRITE_SIZE

_DELIVERED_AGAIN = frozenset(
    {
        Kind.IN_BOTH,
        Kind.IN_NONE,
        Kind.SCORE_ELSEWHERE,
        Kind.WRONG_TIER,
        Kind.OUTDATED,
    }
)
"""What the delivery of the newest score puts right."""
_REFUSED = frozenset({Verdict.REJECTED, Verdict.UNKNOWN_LEAD, Verdict.CONFLICT})
SOURCE = "reconcile"


class Mending:
    """Mends what ``survey`` has found in ``places``.

    Args:
        tools: what a push works with; its store looks thoroughly.
        policy: thresholds and names.
        places: the lists by tier, as they were surveyed.
        survey: the findings; told what becomes of them.
    """

    def __init__(
        self,
        tools: PushTools,
        policy: ScoringPolicy,
        places: Mapping[str, Place],
        survey: Survey,
    ) -> None:
        self._tools = tools
        self._records = tools.outbox.records
        self._policy = policy
        self._places = places
        self._survey = survey
        self._destination = tools.tools.store.destination

    async def mend(
        self, stop: asyncio.Event, progress: ProgressSink | None
    ) -> PlatformError | None:
        """Mend everything; what stopped it, if anything did.

        Raises:
            PlatformError: contacts could not be written; nothing else was tried then.
        """
        for tier in self._places:
            await self._add_missing(tier, stop)
        await self._take_out(stop)
        if stop.is_set():
            return None
        return await self._deliver(Push(self._tools, stop, progress))

    def _now(self) -> int:
        return instant_of(self._tools.clock.now())

    # -- contacts -----------------------------------------------------------------------------

    async def _add_missing(self, tier: str, stop: asyncio.Event) -> None:
        """Make the contacts that the list of ``tier`` lacks, with the columns of the other one."""
        if not self._survey.lacks(tier):
            return
        loader = self._places[tier].loader
        columns = await loader.columns()
        for part in parts_of(self._found_elsewhere(tier, columns), WRITE_SIZE):
            if stop.is_set():
                return
            # Columns only for contacts that are made: what is there by now is left as it is.
            await self._load(loader, {lead: {} for lead, _ in part}, dict(part))

    def _found_elsewhere(
        self, tier: str, columns: Iterable[str]
    ) -> Iterator[tuple[str, Mapping[str, str]]]:
        named = self._policy.columns.tier
        for other, place in self._places.items():
            if other == tier:
                continue
            for lead, row in place.contacts():
                found = self._survey.finding(lead)
                if found is not None and found.missing == tier:
                    # Where the other list does not have it dialled, neither does this one before
                    # it was looked up there whether the lead was called.
                    home = other if row.get(named) == other else ""
                    yield (
                        lead,
                        {name: row[name] for name in columns if row.get(name)} | {named: home},
                    )

    async def _take_out(self, stop: asyncio.Event) -> None:
        """Leads that have no score and are in both tiers stay in the last, the general one."""
        without_score = (
            one for one in self._survey.findings() if Kind.IN_BOTH in one.kinds and one.best is None
        )
        general = {self._policy.columns.tier: self._policy.general_tier}
        for part in parts_of(without_score, WRITE_SIZE):
            if stop.is_set():
                return
            loader = self._places[self._policy.senior_tier].loader
            await self._load(loader, {one.lead_id: general for one in part}, {})

    async def _load(
        self,
        loader: ContactLoader,
        contacts: Mapping[str, Mapping[str, str]],
        new: Mapping[str, Mapping[str, str]],
    ) -> None:
        loaded = Loaded()
        try:
            await loader.load(contacts, loaded, new)
        finally:
            for lead in loaded.done:
                self._survey.settle(lead, "mended")
            for lead in loaded.refused:
                self._survey.settle(lead, "refused")

    # -- scores -------------------------------------------------------------------------------

    async def _deliver(self, push: Push) -> PlatformError | None:
        run = self._records.start_run(SOURCE, self._destination, self._now())
        try:
            self._observe(run)
            for part in parts_of(self._rows(), ACCEPT_SIZE):
                self._tools.outbox.intake.enqueue(run, self._destination, part, self._now())
                await asyncio.sleep(0)
            report = await push.deliver(run)
        finally:
            self._records.finish_run(run, self._now())
        self._read_verdicts(run)
        return report.stopped

    def _observe(self, run: int) -> None:
        """Put what other programs have written on record: the newest score counts, whosever."""
        foreign = (one for one in self._survey.findings() if Kind.FOREIGN in one.kinds)
        for part in parts_of(foreign, WRITE_SIZE):
            seen: list[tuple[LeadScore, StoredScore]] = []
            for one in part:
                assert one.best is not None
                before, _ = self._records.newest(self._destination, one.lead_id, None)
                assert before is not None
                seen.append((one.best, StoredScore(before.score, before.at)))
                self._survey.settle(one.lead_id, "mended")
            self._records.observe(self._destination, run, seen, self._now())

    def _rows(self) -> Iterator[InputRow]:
        numbers = count(1)
        lane = self._tools.tools.store.lane
        for one in self._survey.findings():
            if one.best is not None and one.kinds & _DELIVERED_AGAIN:
                yield InputRow(next(numbers), one.best, lane=lane(one.best))
            elif Kind.CONFLICT in one.kinds:  # nobody knows which one is right
                self._survey.settle(one.lead_id, Verdict.CONFLICT)

    def _read_verdicts(self, run: int) -> None:
        kept = self._tools.connection.moves.kept
        waiting = self._records.waiting(self._destination)
        for row in self._records.arrivals(run):
            lead = row.lead_id
            if lead in waiting:  # this score, or a newer one that had been waiting before it
                self._survey.settle(lead, Verdict.WAITING)
            elif row.verdict in _REFUSED:
                self._survey.settle(lead, row.verdict)
            elif lead in kept:
                self._survey.settle(lead, "recall")
            elif row.verdict == Verdict.DELIVERED:
                self._survey.settle(lead, "mended")
            else:
                self._survey.settle(lead, "right_by_now", first=True)
