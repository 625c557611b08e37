# SPDX-License-Identifier: Apache-2.0
"""Shows how a run stands: a moving line on a terminal, now and then a plain one elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from integration.cli.console import note, printable
from integration.clock import Clock
from integration.reports import Progress

_PLAIN_EVERY_S: Final = 10.0
_REDRAW_EVERY_S: Final = 0.1


class ProgressSink(Protocol):
    """Takes what a run says of itself, from its begin to its end."""

    def __call__(self, progress: Progress) -> None:
        """The run stands like this."""
        ...

    def __enter__(self) -> Self:
        """The run begins."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The run is over."""
        ...


def progress_display(name: str, clock: Clock, *, quiet: bool) -> ProgressSink:
    """The display that suits standard error."""
    if quiet or sys.stderr is None or sys.stderr.closed:
        return Silence()
    console = Console(stderr=True, highlight=False)
    if console.is_terminal and not console.is_dumb_terminal:
        return MovingLine(name, clock, console)
    return PlainLines(name, clock)


class _Rate:
    """Scores per second since the first that was done."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begin: float | None = None

    def per_second(self, done: int) -> float:
        now = self._clock.monotonic()
        if self._begin is None:
            self._begin = now
        passed = now - self._begin
        return done / passed if passed > 0 else 0.0


class Silence:
    """Shows nothing."""

    def __call__(self, progress: Progress) -> None:
        """Nothing."""

    def __enter__(self) -> Self:
        """Nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing."""


class PlainLines(Silence):
    """A line of text every ten seconds, for logs."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._rate = _Rate(clock)
        self._next = clock.monotonic() + _PLAIN_EVERY_S

    def __call__(self, progress: Progress) -> None:
        """Say it, unless it was just said."""
        rate = self._rate.per_second(progress.done)
        if self._clock.monotonic() < self._next:
            return
        self._next = self._clock.monotonic() + _PLAIN_EVERY_S
        note(f"{self._name}: {', '.join(_parts(progress, rate))}")


class MovingLine:
    """One line that moves, on a terminal."""

    def __init__(self, name: str, clock: Clock, console: Console) -> None:
        self._clock = clock
        self._rate = _Rate(clock)
        self._drawn = float("-inf")
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            console=console,
            auto_refresh=False,  # no thread: the run itself says when there is news
            transient=True,
            get_time=clock.monotonic,
        )
        self._task = self._bar.add_task(_plain(name), total=None, detail="")

    def __call__(self, progress: Progress) -> None:
        """Draw it, unless it was just drawn."""
        rate = self._rate.per_second(progress.done)
        now = self._clock.monotonic()
        if now - self._drawn < _REDRAW_EVERY_S:
            return
        self._drawn = now
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            detail=_plain(" · ".join(_parts(progress, rate))),
        )
        self._draw()

    def __enter__(self) -> Self:
        """Begin to draw."""
        try:
            self._bar.start()
        except OSError:
            self._bar.disable = True
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away and show the cursor again."""
        try:
            self._bar.stop()
        except OSError:
            return

    def _draw(self) -> None:
        try:
            self._bar.refresh()
        except OSError:  # the terminal is gone; the run goes on
            self._bar.disable = True


def _parts(progress: Progress, rate: float) -> list[str]:
    """What is worth saying, in words."""
    if progress.total is None and not progress.done:
        parts = [f"{progress.accepted:,} rows accepted"]
    elif progress.total is None:
        parts = [f"{progress.done:,} done"]
    else:
        parts = [f"{progress.done:,} of {progress.total:,} done"]
    if progress.done and rate:
        parts.append(f"{rate:,.0f}/s")
    if progress.budget_allowed:
        parts.append(f"budget {progress.budget_used:,} of {progress.budget_allowed:,} calls")
    if progress.waiting_reason:
        parts.append(f"waiting: {progress.waiting_reason}")
    return parts


def _plain(text: str) -> str:
    """``text`` without anything that the display would take for markup."""
    return Text(printable(text)).markup
