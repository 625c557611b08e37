# SPDX-License-Identifier: Apache-2.0
"""Makes the scratch list, asks the questions, and removes the list whatever happens."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

from integration.clock import Clock
from integration.platform.client import GenesysClient
from integration.platform.errors import PlatformError
from integration.probing import scratch
from integration.probing.facts import Fact, ProbeResult
from integration.probing.questions import QUESTIONS
from integration.probing.scratch import ScratchList
from integration.scores import format_instant, instant_of

_STAMP: Final = "%Y%m%dT%H%M%SZ"
_LOG: Final = structlog.get_logger("leadscore.probe")

Asked = Callable[[int, int], None]
"""Told how many questions are answered, of how many."""


class Probe:
    """One probe.

    Args:
        client: the platform.
        clock: the time.
        division: where the scratch list belongs; the platform's choice where blank.
        stop: set when the user wants to end.
        asked: told of each answer.
    """

    def __init__(
        self,
        client: GenesysClient,
        clock: Clock,
        division: str,
        stop: asyncio.Event,
        asked: Asked | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._division = division
        self._stop = stop
        self._asked = asked
        self._facts: list[Fact] = []
        self._removed: list[str] = []
        self._left = ""
        self._problem: PlatformError | None = None

    async def run(self) -> ProbeResult:
        """Everything that was found out, and what became of the scratch list."""
        stopped: PlatformError | None = None
        organisation = ""
        try:
            answer = await self._client.call("read token", "GET", "/api/v2/tokens/me", expect=dict)
            organisation = str((answer.body.get("organization") or {}).get("name") or "")
            await self._remove_orphans()
            if not self._stop.is_set():
                await self._ask_all()
        except PlatformError as problem:
            stopped = problem
        return ProbeResult(
            at=format_instant(instant_of(self._clock.now())),
            organisation=organisation,
            facts=tuple(self._facts),
            removed=tuple(self._removed),
            left=self._left,
            calls=self._client.calls.made,
            interrupted=self._stop.is_set(),
            stopped=stopped or self._problem,
        )

    async def _remove_orphans(self) -> None:
        # All of them first: a page that is read while lists go may leave one out.
        for one in [one async for one in scratch.orphans(self._client, self._division)]:
            await one.remove()
            self._removed.append(one.name)

    async def _ask_all(self) -> None:
        stamp = self._clock.now().strftime(_STAMP)
        made = await scratch.make(self._client, stamp, secrets.token_hex(4), self._division)
        self._left = made.name
        try:
            for question in QUESTIONS:
                fact = await self._unless_stopped(question.ask(made, self._clock))
                if fact is None:
                    return
                self._facts.append(fact)
                if self._asked is not None:
                    self._asked(len(self._facts), len(QUESTIONS))
        finally:
            await self._remove(made)

    async def _unless_stopped(self, asking: Coroutine[Any, Any, Fact]) -> Fact | None:
        """The fact, or nothing where the user wants to end before it is found."""
        ask = asyncio.ensure_future(asking)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({ask, stop}, return_when=asyncio.FIRST_COMPLETED)
            return ask.result() if ask.done() else None
        finally:
            for one in (ask, stop):
                one.cancel()
            await asyncio.wait({ask, stop})

    async def _remove(self, made: ScratchList) -> None:
        try:
            await made.remove()
            self._left = ""
        except PlatformError as problem:
            _LOG.warning("scratch_list_left", name=made.name, problem=str(problem))
            self._problem = problem
