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

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_FAREWELL: Final = b"\nstopped at once; what was accepted is kept, see leadscore status\n"
_SHOW_CURSOR: Final = b"\x1b[?25h"


class Interrupts:
    """What the signals of one command do.

    Args:
        leave: ends the process with an exit code, without any clean-up.
    """

    def __init__(self, leave: Callable[[int], Never] = os._exit) -> None:
        self._leave = leave
        self._seen = 0
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
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Inside, in an event loop, the first signal calls ``stop``; else it raises."""
        self._loop, self._stop = asyncio.get_running_loop(), stop
        if self._seen:
            stop()
        try:
            yield
        finally:
            self._loop = self._stop = None

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        self._seen += 1
        if self._seen > 1:
            self._leave_at_once()
        if self._loop is None or self._stop is None:
            raise KeyboardInterrupt
        self._loop.call_soon_threadsafe(self._end_in_good_order, self._stop)

    @staticmethod
    def _end_in_good_order(stop: Callable[[], None]) -> None:
        stop()
        note("stopping: the batch under way is settled, the rest is kept (again to stop at once)")

    def _leave_at_once(self) -> Never:
        # A handler may run in the middle of a write: nothing buffered is touched here.
        terminal = sys.stderr is not None and sys.stderr.isatty()
        with suppress(OSError):
            os.write(2, (_SHOW_CURSOR if terminal else b"") + _FAREWELL)
        self._leave(int(ExitCode.INTERRUPTED))
