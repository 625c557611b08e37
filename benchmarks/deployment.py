# SPDX-License-Identifier: Apache-2.0
"""``python -m benchmarks.deployment``: the whole stack, deployed and looked at again.

The real engine and the stand-in provider, each operation as the command that a person would run,
against the simulated platform in a process of its own. There is no peer that could run here, so
the targets are goals to be read, as seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.platform_process import simulated_platform
from benchmarks.report import Finding, conclude
from toolchain.engine import find_engine

_GOALS_S = {"up": 10.0, "preview": 8.0}


def _seconds(words: Sequence[str], gateway: str) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "infra.stacks", *words, "local", "--gateway", gateway]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return time.perf_counter() - started


def _told(what: str, seconds: float, goal: float | None = None) -> Finding:
    return Finding(what, f"{seconds:.1f} s", "" if goal is None else f"(goal {goal:g} s)")


def main() -> int:
    """Deploy, preview, refresh and remove the stack ``local``; 1 where one of them fails."""
    argparse.ArgumentParser(
        prog="python -m benchmarks.deployment", description=__doc__
    ).parse_args()
    find_engine()  # not to be counted
    with simulated_platform() as gateway:
        findings = [
            _told("up, nothing there yet", _seconds(["up"], gateway), _GOALS_S["up"]),
            _told(
                "preview, nothing changed",
                _seconds(["preview", "--expect-no-changes"], gateway),
                _GOALS_S["preview"],
            ),
            _told("refresh", _seconds(["refresh", "--expect-no-changes"], gateway)),
            _told("destroy", _seconds(["destroy", "--remove"], gateway)),
        ]
    return conclude("Deployment of the stack local", findings)


if __name__ == "__main__":
    sys.exit(main())
