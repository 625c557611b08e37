# SPDX-License-Identifier: Apache-2.0
"""One load: contacts from a file, a thousand at a time, until the end or until it is to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from integration.clock import Clock
from integration.connection import Connection
from integration.loading import LoadCounts, Loaded, Loader
from integration.platform.errors import PlatformError
from integration.pushing import ProgressSink, parts_of
from integration.reports import LoadSummary, Progress
from integration.scores import Rejected
from integration.sources import ContactRow
from integration.stores.contact_list import WRITE_SIZE


class LoadRun:
    """Loads contacts with ``loader``.

    Args:
        loader: puts contacts on the list, or lists.
        connection: for the calls and the budget.
        clock: the time.
        stop: set when the user wants to end.
        progress: told how it stands.
    """

    def __init__(
        self,
        loader: Loader,
        connection: Connection,
        clock: Clock,
        stop: asyncio.Event,
        progress: ProgressSink | None,
    ) -> None:
        self._loader = loader
        self._connection = connection
        self._clock = clock
        self._stop = stop
        self._sink = progress or (lambda _: None)
        self._counts = LoadCounts()
        self._rejected: list[tuple[int, Rejected]] = []
        self._rows = 0
        self._cut_short = False

    async def load(self, contacts: Iterable[ContactRow], columns: Sequence[str]) -> LoadSummary:
        """Load ``contacts``, which have ``columns``.

        Raises:
            UnknownColumnsError: the list lacks a column of the file.
            PlatformError: the list cannot be read.
        """
        started = self._clock.monotonic()
        wanted = await self._loader.check(columns)
        stopped: PlatformError | None = None
        for part in parts_of(self._unless_stopped(contacts), WRITE_SIZE):
            if self._stop.is_set():
                self._cut_short = True
                break
            try:
                await self._load(part, wanted)
            except PlatformError as problem:
                stopped = problem
                break
            self._show()
        return LoadSummary(
            rows=self._rows,
            created=self._counts.created,
            changed=self._counts.changed,
            unchanged=self._counts.unchanged,
            rejected=tuple(self._rejected),
            refused=tuple(self._counts.refused),
            calls=self._connection.client.calls.made,
            seconds=self._clock.monotonic() - started,
            interrupted=self._cut_short,
            stopped=stopped,
        )

    def _unless_stopped(self, contacts: Iterable[ContactRow]) -> Iterator[ContactRow]:
        """``contacts``; a stop before their end means that some may not have been read."""
        yield from contacts
        self._cut_short = self._stop.is_set()

    async def _load(self, part: Sequence[ContactRow], wanted: Sequence[str]) -> None:
        self._rows += len(part)
        for one in self._good(part, wanted):
            loaded = Loaded()
            try:
                await self._loader.load(one, loaded)
            finally:
                self._counts.add(loaded)

    def _good(
        self, part: Sequence[ContactRow], wanted: Sequence[str]
    ) -> list[dict[str, dict[str, str]]]:
        """Columns by lead; where a lead comes twice, the later row is loaded after the earlier."""
        parts: list[dict[str, dict[str, str]]] = [{}]
        for contact in part:
            if contact.problem is not None:
                self._rejected.append((contact.row, contact.problem))
                continue
            if contact.lead_id in parts[-1]:
                parts.append({})
            values = {name: contact.data[name] for name in wanted if name in contact.data}
            parts[-1][contact.lead_id] = values
        return parts

    def _show(self) -> None:
        status = self._connection.budget.status()
        self._sink(
            Progress(
                accepted=self._rows,
                done=self._rows,
                budget_used=status.used,
                budget_allowed=status.allowed,
                waiting_reason=status.reason,
            )
        )
