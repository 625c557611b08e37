# SPDX-License-Identifier: Apache-2.0
"""The command ``leadscore`` in a process that kills itself at its n-th SQL statement.

``python -m benchmarks.kills.victim N push scores.csv``: nothing of the product is changed, the
database module is watched from outside.
"""

from __future__ import annotations

import os
import signal
import sys

from benchmarks.kills.seams import Points, statements
from integration.cli import main


def die() -> None:
    """Be killed here and now."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    points = Points(die, int(sys.argv.pop(1)))
    with statements(points):
        main()
