# SPDX-License-Identifier: Apache-2.0
"""One reconciliation: look at all leads, and put right what is wrong with them, or only tell.

The lists are looked at as they were a moment ago, while pushes go on. So what only looks makes
sure by looking twice: what is wrong in the same way in two exports is wrong. What mends is the
only one to deliver from this outbox meanwhile. A crash anywhere leaves a state from which the
next reconciliation starts anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import ExitStack
from itertools import islice
from typing import Any, Final, TypeVar

from integration.platform.errors import PlatformError
from integration.policy import ScoringPolicy
from integration.pushing import ProgressSink, PushTools, alone
from integration.reconciling.findings import Judge
from integration.reconciling.mending import Mending
from integration.reconciling.places import Place
from integration.reconciling.survey import Survey
from integration.reports import ReconcileSummary

EXAMPLES: Final = 10
"""Leads that a summary names."""

T = TypeVar("T")


class _StoppedError(Exception):
    """The user wants to end."""


class Reconciliation:
    """Looks at the lists of ``places``, by tier; one list with all tiers has the tier "".

    Args:
        tools: what a push works with; its store looks thoroughly.
        policy: thresholds and names.
        places: the lists.
        stop: set when the user wants to end.
        progress: told how it stands.
    """

    def __init__(
        self,
        tools: PushTools,
        policy: ScoringPolicy,
        places: Mapping[str, Place],
        stop: asyncio.Event,
        progress: ProgressSink | None,
    ) -> None:
        self._tools = tools
        self._policy = policy
        self._places = places
        self._stop = stop
        self._progress = progress
        self._cut_short = False

    async def run(self, *, mend: bool) -> ReconcileSummary:
        """Find what is wrong; with ``mend`` also put it right."""
        started = self._tools.clock.monotonic()
        leads, stopped = 0, None
        with ExitStack() as opened:
            survey = opened.enter_context(self._new_survey())
            try:
                if mend:
                    await self._unless_stopped(alone(self._tools, self._progress))
                leads = await self._unless_stopped(self._look(survey, opened))
                if mend:
                    mending = Mending(self._tools, self._policy, self._places, survey)
                    stopped = await mending.mend(self._stop, self._progress)
                elif any(True for _ in survey.findings()):
                    await self._unless_stopped(self._look_again(survey))
            except PlatformError as problem:
                stopped = problem
            except _StoppedError:
                self._cut_short = True
            seconds = self._tools.clock.monotonic() - started
            return self._summary(survey, leads, seconds, stopped, mend=mend)

    def _new_survey(self) -> Survey:
        return Survey(self._tools.outbox.records, self._tools.tools.store.destination)

    async def _look(self, survey: Survey, opened: ExitStack) -> int:
        """Export all lists at the same time, and judge what they hold; how many leads."""
        for place in self._places.values():
            await place.order()
        for tier, place in self._places.items():
            opened.callback(place.forget)
            await place.arrived()
            survey.add(tier, place.seen(self._policy.columns))
        return survey.judge(Judge(self._policy, tuple(self._places), self._tools.clock.now()))

    async def _look_again(self, survey: Survey) -> None:
        """Forget findings that are none any more, or others: their leads were on the way."""
        with ExitStack() as opened:
            again = opened.enter_context(self._new_survey())
            await self._look(again, opened)
            survey.keep(again)

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of ``work``, which changes nothing and may be broken off.

        Raises:
            _StoppedError: it was.
        """
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait([working])
        raise _StoppedError

    def _summary(
        self,
        survey: Survey,
        leads: int,
        seconds: float,
        stopped: PlatformError | None,
        *,
        mend: bool,
    ) -> ReconcileSummary:
        connection = self._tools.connection
        outcomes = {reason or "not_tried": leads for reason, leads in survey.outcomes().items()}
        found = sum(outcomes.values())
        mended, right_by_now = outcomes.pop("mended", 0), outcomes.pop("right_by_now", 0)
        return ReconcileSummary(
            leads=leads,
            found=found,
            kinds={str(kind): number for kind, number in sorted(survey.kinds().items())},
            mend=mend,
            mended=mended,
            right_by_now=right_by_now,
            left=outcomes if mend else {},
            tier_moves=connection.moves.made,
            calls=connection.client.calls.made,
            seconds=seconds,
            examples=tuple(
                (one.lead_id, tuple(sorted(one.kinds)))
                for one in islice(survey.findings(), EXAMPLES)
            ),
            # A signal that came too late to keep anything from being done has ended nothing.
            interrupted=self._cut_short or (mend and self._stop.is_set() and bool(outcomes)),
            stopped=stopped,
        )
