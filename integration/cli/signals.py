# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: the first ends the run in good order, the second at once.

Either way nothing is lost: what was accepted is in the outbox, and a batch that was under way
is repeated by the next run.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final, Never

from integration.cli.console import note
from integration.reports import ExitCode
from integration.sources.text import ByteStream, InputEnded

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_KEPT: Final = b"leadscore: stopped at once; what was accepted is kept, see leadscore status\n"
_NOTHING: Final = b"leadscore: interrupted; nothing was changed\n"
_SHOW_CURSOR: Final = b"\x1b[?25h"


class Interrupts:
    """What the signals of one command do.

    Until :meth:`stopping` says how the work is stopped, a first signal is only remembered,
    unless there is nothing to keep yet.

    Args:
        leave: ends the process with an exit code, without any clean-up.
    """

    def __init__(self, leave: Callable[[int], Never] = os._exit) -> None:
        self._leave = leave
        self._seen = 0
        self._nothing_to_keep = False
        self._waits_for_input = False
        self._stop: Callable[[], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch the signals inside; those that the parent chose to ignore stay ignored."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[signal.Signals, Any] = {}
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, self._signalled)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def nothing_to_keep(self) -> Iterator[None]:
        """Inside, nothing has been changed, so the first signal ends the process at once."""
        self._nothing_to_keep = True
        try:
            yield
        finally:
            self._nothing_to_keep = False

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Inside, in an event loop, the first signal calls ``stop``."""
        self._loop, self._stop = asyncio.get_running_loop(), stop
        if self._seen:
            self._end_in_good_order(stop)
        try:
            yield
        finally:
            self._loop = self._stop = None

    def input(self, stream: ByteStream) -> ByteStream:
        """``stream``, but a signal ends it where it waits for more: nobody else would."""
        return _Interruptible(stream, self)

    @contextmanager
    def waiting_for_input(self) -> Iterator[None]:
        """Inside, a signal raises, for a read that waits cannot be ended otherwise.

        Raises:
            InputEnded: a signal came.
        """
        self._waits_for_input = True
        try:
            yield
        finally:
            self._waits_for_input = False

    @property
    def seen(self) -> bool:
        """Whether a signal has come."""
        return self._seen > 0

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        self._seen += 1
        if self._seen > 1 or self._nothing_to_keep:
            self._leave_at_once()
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._end_in_good_order, self._stop)
        if self._waits_for_input:
            self._waits_for_input = False
            raise InputEnded

    @staticmethod
    def _end_in_good_order(stop: Callable[[], None]) -> None:
        stop()
        note("stopping: the batch under way is settled, the rest is kept (again to stop at once)")

    def _leave_at_once(self) -> Never:
        # A handler may run in the middle of a write: nothing buffered is touched here.
        farewell = _NOTHING if self._nothing_to_keep else _KEPT
        with suppress(OSError, ValueError):
            if sys.stderr is not None and sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            os.write(2, farewell)
        self._leave(int(ExitCode.INTERRUPTED))


class _Interruptible:
    """A stream that ends when a signal comes while it waits."""

    def __init__(self, stream: ByteStream, interrupts: Interrupts) -> None:
        self._stream = stream
        self._interrupts = interrupts

    def read1(self, size: int = -1, /) -> bytes:
        """What is there, as soon as there is anything.

        Raises:
            InputEnded: a signal has come.
        """
        if self._interrupts.seen:
            raise InputEnded
        with self._interrupts.waiting_for_input():
            return self._stream.read1(size)
