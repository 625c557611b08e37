# SPDX-License-Identifier: Apache-2.0
"""One batch on its way: read, compare, record the intent, write; again after a failure.

What is settled on the way is kept even if the rest of the batch fails, so that a failure
costs only what really failed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from integration.clock import Clock
from integration.order import StoredScore, Verdict, against_stored, lost_because, shown
from integration.outbox import Claim, Outbox, PendingScore, Settlement
from integration.parts import TRIALS, TRIALS_ONE_BY_ONE, Part
from integration.platform.budget import CallBudget
from integration.platform.errors import PlatformError, RateLimited, Refused, Unreachable
from integration.platform.permits import Reservation
from integration.platform.retry import RetrySession
from integration.policy import ScoringPolicy
from integration.scores import instant_of
from integration.stores.port import Held, ScoreStore, Write, WriteGroup

READ_AGE_S: Final = 5.0
"""A row that was read longer ago is read again before it is written."""
SEARCH_CALLS: Final = 40
"""Calls that may be spent on finding the refused rows of one batch."""
_ROW_LEVEL: Final = {400, 413, 422}
SAMPLE: Final = 20
"""One in so many rows is read back where the ledger is trusted."""
REFUSED_ROWS_LEFT: Final = "refused_rows_left"


_log = structlog.get_logger("leadscore.batch")


@dataclass(frozen=True, slots=True)
class BatchTools:
    """What a batch works with; the same for all batches of a delivery."""

    outbox: Outbox
    store: ScoreStore
    policy: ScoringPolicy
    budget: CallBudget
    retries: Callable[[], RetrySession]
    clock: Clock
    correlate: Callable[[], str]
    skip_unchanged: bool = False
    trust_ledger: bool = False
    """Take previous values from the ledger and read only a sample back."""


class UndeliveredError(Exception):
    """What is still open of a batch cannot be delivered now.

    ``stops_run``: neither can any other batch.
    """

    def __init__(self, problem: PlatformError, *, reason: str = "", stops_run: bool = True) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.reason = reason or problem.code or type(problem).__name__.lower()
        self.stops_run = stops_run


class Batch:
    """The scores of ``claim``, with ``calls`` reserved for them."""

    def __init__(self, tools: BatchTools, claim: Claim, calls: Reservation) -> None:
        self._tools = tools
        self._claim = claim
        self._calls = calls
        self._open = {one.score.lead_id: one for one in claim.pending}
        self._intended: dict[str, StoredScore] = {}
        self._search_calls = 0
        self._one_by_one = False
        self._rows_to_blame = False
        self._refused_trials: list[tuple[Part, Refused]] = []
        self.done: list[Settlement] = []

    @property
    def left(self) -> list[PendingScore]:
        """What has not been settled."""
        return list(self._open.values())

    async def deliver(self) -> None:
        """Settle every score of the batch.

        Raises:
            UndeliveredError: what is still open has to wait.
        """
        try:
            await self._tools.store.check(self._waiting, self._calls)
            leads = list(self._open)
            await self._write(self._compare(leads, await self._held(leads)))
        except PlatformError as problem:
            raise UndeliveredError(problem) from problem
        finally:
            self._calls.release()

    def _waiting(self) -> set[str]:
        return self._tools.outbox.records.waiting(self._claim.destination)

    async def _held(self, lead_ids: Sequence[str]) -> dict[str, Held]:
        """What the store holds: read, or as the ledger has it where that is trusted.

        A score that the ledger does not have, or that is stale there, is read in any case. One
        difference in the sample means that somebody else writes too: then all are read.
        """
        if not self._tools.trust_ledger:
            return await self._read(lead_ids)
        now = self._tools.clock.now()
        read_at = self._tools.clock.monotonic()
        ledger = {
            lead: Held(stored, read_at)
            for lead, stored in self._tools.outbox.records.last_delivered(
                self._claim.destination, lead_ids
            ).items()
            if not self._tools.policy.is_stale(stored.at or 0, now)
        }
        sample = list(ledger)[self._claim.id % SAMPLE :: SAMPLE]
        asked = [lead for lead in lead_ids if lead not in ledger]
        held = await self._read(asked + sample)
        if all(lead in held and _agree(held[lead], ledger[lead]) for lead in sample):
            return ledger | held
        _log.warning("ledger_differs", destination=self._claim.destination, sample=len(sample))
        rest = [lead for lead in ledger if lead not in held]
        return held | await self._read(rest)

    async def _read(self, lead_ids: Sequence[str]) -> dict[str, Held]:
        scores = [self._open[lead].score for lead in lead_ids]
        return await self._tools.store.read(scores, self._calls)

    def _compare(self, lead_ids: Sequence[str], held: Mapping[str, Held]) -> list[Write]:
        """Settle what needs no write, put the others on record, and return them."""
        writes: list[Write] = []
        present: list[PendingScore] = []
        for lead_id in lead_ids:
            pending = self._open[lead_id]
            found = held.get(lead_id)
            if found is None:
                self._settle_unknown(pending)
                continue
            verdict = against_stored(pending.score, found.stored)
            if verdict is Verdict.DUPLICATE and found.placed:
                present.append(pending)
            elif verdict not in {None, Verdict.DUPLICATE}:
                self._settle(
                    pending,
                    verdict,
                    found.stored,
                    reason=lost_because(verdict, pending.score, found.stored),
                    message=f"the store holds {shown(found.stored)}",
                )
            elif found.placed and self._same_and_young(pending, found):
                self._settle(pending, Verdict.DUPLICATE, found.stored, reason="value_unchanged")
            else:
                writes.append(Write(pending.score, found))
        self._settle_present(present, held)
        self._record(writes)
        return writes

    def _record(self, writes: Sequence[Write]) -> None:
        """Put the writes on record, but for scores that only go to another place.

        Those replace nothing: what their first delivery replaced stays on record.
        """
        same = [write for write in writes if write.held.stored.at == write.score.at]
        delivered = self._tools.outbox.records.last_delivered(
            self._claim.destination, [write.score.lead_id for write in same]
        )
        moved = {
            write.score.lead_id: write.held.stored
            for write in same
            if delivered.get(write.score.lead_id) == StoredScore(write.score.score, write.score.at)
        }
        new = [write for write in writes if write.score.lead_id not in moved]
        self._intended |= moved
        if new:
            correlation = self._tools.correlate()
            # From here on the log names it with every call of this batch.
            structlog.contextvars.bind_contextvars(correlation=correlation)
            self._intended |= self._tools.outbox.claims.intend(
                self._claim,
                [(self._open[write.score.lead_id], write.held.stored) for write in new],
                correlation,
                instant_of(self._tools.clock.now()),
            )

    def _settle_present(self, present: Sequence[PendingScore], held: Mapping[str, Held]) -> None:
        """Scores that the store holds already: ours from before a failure, or duplicates."""
        ours = self._tools.outbox.claims.intended(self._claim.destination, present)
        for pending in present:
            previous = ours.get(pending.score.lead_id)
            if previous is not None:
                self._settle_delivered(pending, previous)
            else:
                stored = held[pending.score.lead_id].stored
                why = lost_because(Verdict.DUPLICATE, pending.score, stored)
                self._settle(pending, Verdict.DUPLICATE, stored, reason=why)

    def _same_and_young(self, pending: PendingScore, found: Held) -> bool:
        """Whether the write may be left out: same value, stored less than half its life ago."""
        at = found.stored.at
        if not self._tools.skip_unchanged or at is None:
            return False
        half = self._tools.policy.max_age / 2
        now = self._tools.clock.now()
        young = instant_of(now) - at < half.total_seconds() * 1000
        return young and found.stored.score == self._tools.policy.effective_score(
            pending.score, now
        )

    async def _write(self, writes: Sequence[Write]) -> None:
        parts = deque(Part(group) for group in self._tools.store.groups(writes))
        self._one_by_one = len(parts) >= TRIALS and len(parts) == len(writes)
        session = self._tools.retries()
        while parts:
            part = parts.popleft()
            await self._calls.ready(part.group.calls)
            instead = await self._instead(part, parts)
            if instead is not None:
                parts.extendleft(reversed(instead))
                continue
            try:
                self._tools.outbox.claims.check(self._claim)
                created = await self._tools.store.write(part.group, self._calls)
            except (RateLimited, Unreachable) as problem:
                delay = session.next_delay(problem)
                if delay is None:
                    raise
                part.uncertain = isinstance(problem, Unreachable) and problem.ambiguous
                parts.appendleft(part)
                await self._tools.clock.sleep(delay)
            except Refused as refusal:
                if refusal.status not in _ROW_LEVEL:
                    raise
                smaller = self._smaller(part, refusal)
                if self._rows_to_blame or any(one.trial for one in smaller):
                    parts.extendleft(reversed(smaller))
                else:  # level by level, until something goes through
                    parts.extend(smaller)
            else:
                session.succeeded()
                session = self._tools.retries()  # what follows has bounds of its own
                self._delivered(part.group, created)
                if part.parent is not None or self._one_by_one:
                    self._blame_rows()
        self._blame_rows()

    async def _instead(self, part: Part, others: deque[Part]) -> list[Part] | None:
        """What has to take the place of ``part``; None where it can be written as it is."""
        fresh, outdated = self._by_age(part.group)
        if part.uncertain or not fresh:
            return await self._again(self._together(part, others))
        if outdated:  # to read all of it again might take as long again, and never end
            return [part.only(fresh), part.only(outdated)]
        return None

    def _together(self, part: Part, others: deque[Part]) -> Part:
        """``part`` and, out of ``others``, those after it that have to be read again as well.

        Where every row goes alone, a wait outdates all that were read before it. What is put
        together here is never written as it is.
        """
        writes = part.group.writes
        while self._one_by_one and others:
            if not others[0].uncertain and self._by_age(others[0].group)[0]:
                break
            writes += others.popleft().group.writes
        return part if writes == part.group.writes else replace(part.only(writes), uncertain=True)

    def _by_age(self, group: WriteGroup) -> tuple[tuple[Write, ...], tuple[Write, ...]]:
        """The writes that were read just now, and those that were read too long ago."""
        if self._tools.budget.limit < self._tools.store.calls_for(1) * group.calls:
            return group.writes, ()  # a limit that never lets a write follow its read
        border = self._tools.clock.monotonic() - READ_AGE_S
        fresh = tuple(write for write in group.writes if write.held.read_at >= border)
        return fresh, tuple(write for write in group.writes if write.held.read_at < border)

    async def _again(self, part: Part) -> list[Part]:
        """Read the rows of a part once more: what is left to write, grouped anew.

        Rows that do not fit into the calls to be had now stay together for their own turn.
        """
        writes, store, times = part.group.writes, self._tools.store, part.group.calls
        self._calls.release()
        self._calls = await self._tools.budget.reserve(
            store.calls_for(len(writes)) * times, minimum=store.calls_for(1) * times
        )
        fits = store.scores_within(self._calls.calls // times) or 1
        now, later = writes[:fits], writes[fits:]
        leads = [write.score.lead_id for write in now]
        left = self._compare(leads, await self._read(leads))
        parts = [Part(group, part.parent) for group in store.groups(left)]
        if later:
            rest = part.only(later).group
            parts.append(Part(rest, part.parent, uncertain=part.uncertain))
        return parts

    def _smaller(self, part: Part, refusal: Refused) -> list[Part]:
        """Split a refused part; a single refused row is parked with the platform's reason.

        Raises:
            UndeliveredError: the rows are not to blame, or finding those that are has taken
                too many calls.
        """
        writes = part.group.writes
        if (part.trial or self._one_by_one) and not self._rows_to_blame:
            self._refused_trials.append((part, refusal))
            enough = TRIALS if part.trial else TRIALS_ONE_BY_ONE
            if len(self._refused_trials) == enough:
                raise UndeliveredError(refusal)
            return []
        if len(writes) == 1:
            self._park(part, refusal)
            return []
        self._search_calls += 2
        if self._search_calls > SEARCH_CALLS:
            raise UndeliveredError(refusal, reason=REFUSED_ROWS_LEFT, stops_run=False)
        if part.parent is not None:
            part.parent.failed_halves += 1
            if self._suspicious(part.parent) and len(writes) > TRIALS:
                return part.trials()
        return part.halves()

    def _suspicious(self, parent: Part) -> bool:
        """Both halves of a part were refused, and both halves of one of those again."""
        before = parent.parent
        twice = before is not None and before.failed_halves == 2 and parent.failed_halves == 2
        return twice and not self._rows_to_blame and not self._refused_trials

    def _park(self, part: Part, refusal: Refused) -> None:
        (write,) = part.group.writes
        self._settle(
            self._open[write.score.lead_id],
            Verdict.REJECTED,
            write.held.stored,
            reason=refusal.code or f"status_{refusal.status}",
            message=str(refusal),
            parked=True,
        )

    def _blame_rows(self) -> None:
        """Something went through: what is refused are bad rows indeed."""
        self._rows_to_blame = True
        for part, refusal in self._refused_trials:
            self._park(part, refusal)
        self._refused_trials.clear()

    def _settle_unknown(self, pending: PendingScore) -> None:
        self._settle(
            pending,
            Verdict.UNKNOWN_LEAD,
            reason="unknown_lead",
            message=f'lead "{pending.score.lead_id}" is not on {self._claim.destination}; '
            "load it, then retry",
            parked=True,
        )

    def _delivered(self, group: WriteGroup, created: Collection[str]) -> None:
        for write in group.writes:
            pending = self._open[write.score.lead_id]
            if write.score.lead_id in created:  # the store has taken it back
                self._settle_unknown(pending)
            else:
                self._settle_delivered(pending, self._intended[write.score.lead_id])

    def _settle_delivered(self, pending: PendingScore, previous: StoredScore) -> None:
        stale = self._tools.policy.is_stale(pending.score.at, self._tools.clock.now())
        message = "older than the maximum age: written as 0" if stale else ""
        self._settle(pending, Verdict.DELIVERED, previous, message=message)

    def _settle(
        self,
        pending: PendingScore,
        verdict: Verdict,
        previous: StoredScore = StoredScore(),  # noqa: B008 - frozen
        *,
        reason: str = "",
        message: str = "",
        parked: bool = False,
    ) -> None:
        del self._open[pending.score.lead_id]
        self.done.append(
            Settlement(pending, verdict, previous, reason=reason, message=message, parked=parked)
        )


def _agree(held: Held, ledger: Held) -> bool:
    """Whether the store holds what the ledger says; a 0 is the mark of a score gone stale."""
    same = held.stored.score in {ledger.stored.score, 0}
    return same and held.stored.at == ledger.stored.at
