# SPDX-License-Identifier: Apache-2.0
"""Standard output and standard error, as a command may use them.

Results go to standard output, everything else to standard error. A reader that goes away (a
broken pipe) ends the output, not the work. Text from files and from the platform is shown with
its control characters spelled out, so that no row can move the cursor or hide what it says.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console, RenderableType

NAME = "leadscore"


def printable(text: str) -> str:
    r"""``text`` with everything but line ends that is not printable as ``\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode()
        for one in text
    )


def complain(text: str) -> None:
    """Say on standard error what is wrong, or lose it where nobody listens."""
    _write(sys.stderr, f"{NAME}: {printable(text)}\n")


def note(text: str) -> None:
    """Say something on standard error that is not wrong."""
    _write(sys.stderr, f"{printable(text)}\n")


def result(text: str) -> None:
    """Write one line of a result to standard output."""
    _write(sys.stdout, f"{text}\n")


def show(what: RenderableType, *, to_stderr: bool = False) -> None:
    """Render a result: with colours on a terminal, as plain text elsewhere."""
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if _is_terminal(stream) else 200  # a file has no edge to wrap at
    console = Console(file=stream, width=width, highlight=False, soft_wrap=False)
    with console.capture() as capture:
        console.print(what)
    lines = capture.get().splitlines()
    _write(stream, "".join(f"{line.rstrip()}\n" for line in lines))


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except ValueError:  # it is closed
        return


def _silence(stream: TextIO) -> None:
    """Point a stream without a reader at nothing, so that its last flush does not fail too."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        return
