# SPDX-License-Identifier: Apache-2.0
"""The command ``leadscore``: verbs, flags, progress, summaries and exit codes.

This module imports next to nothing, so that a signal is answered in good order from the first
moment on; the command itself is in :mod:`integration.cli.command`.
"""

from __future__ import annotations

import os
import signal
from typing import Any, Final, Never

_INTERRUPTED: Final = 4


def main() -> None:
    """Run the command line of this process."""
    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, _leave)
    from integration.cli.command import run_command  # noqa: PLC0415 - see above

    for number, handler in before.items():
        signal.signal(number, handler)
    run_command()


def _leave(*_: object) -> Never:
    os.write(2, b"leadscore: interrupted; nothing was begun\n")
    os._exit(_INTERRUPTED)
