# SPDX-License-Identifier: Apache-2.0
"""Standard output and standard error, as a command may use them.

Results go to standard output, everything else to standard error. A reader that goes away (a
broken pipe) ends the output, not the work. Text from files and from the platform is shown with
its control characters spelled out, so that no row can move the cursor or hide what it says.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import StringIO
from typing import Final, TextIO

from rich.console import Console, RenderableType

NAME: Final = "leadscore"
_UNWRAPPED: Final = 10_000
"""Columns of a file, which has no edge to wrap at."""


class OutputError(Exception):
    """Somewhere that a result should go to cannot be written."""


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
    """Write one line of a result to standard output.

    Raises:
        OutputError: it takes no more, though somebody reads it.
    """
    _write(sys.stdout, f"{text}\n")


def show(what: RenderableType, *, to_stderr: bool = False) -> None:
    """Render a result: with colours on a terminal, as plain text elsewhere.

    Raises:
        OutputError: it takes no more, though somebody reads it.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    columns = _columns(stream)
    page = StringIO()
    console = Console(
        file=page,
        width=columns or _UNWRAPPED,
        force_terminal=columns is not None,
        highlight=False,
    )
    console.print(what)
    lines = page.getvalue().splitlines()
    _write(stream, "".join(f"{line.rstrip()}\n" for line in lines))


def _columns(stream: TextIO | None) -> int | None:
    """The width of a terminal; None for anything else."""
    if stream is None:
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        silence(stream)
    except ValueError:  # it is closed
        return
    except OSError as error:
        silence(stream)
        if stream is not sys.stderr:  # where else could that be said
            reason = error.strerror or error
            raise OutputError(f"standard output cannot be written ({reason})") from error


def pass_on_output() -> None:
    """Write what standard output still holds, or give it up where that is not possible."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        silence(sys.stdout)


def silence(stream: TextIO) -> None:
    """Point a stream without a reader at nothing, so that its last flush does not fail too."""
    with suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
