# SPDX-License-Identifier: Apache-2.0
"""The file of verdicts: complete or not there, and never in place of the input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from integration.cli.console import OutputError, silence
from integration.reports import VerdictRow, write_verdicts


class VerdictFile:
    """Where ``--verdicts`` goes; that it can be written is found out before the run.

    A regular file is written beside its place and then put there, so that a reader never sees
    half of it. ``-`` is standard output.

    Args:
        target: the file; none is kept where it is None.
        source: the input, which must not be overwritten.

    Raises:
        OutputError: the file cannot be written, or is the input.
    """

    def __init__(self, target: str | None, source: str) -> None:
        self._target = target or ""
        self._place = Path(self._target)
        self._beside: Path | None = None
        self._out: IO[str] | None = None
        self.wanted = target is not None
        if target is None or target == "-":
            return
        path = Path(target)
        try:
            if path.exists() and Path(source).exists() and path.samefile(source):
                raise OutputError(f"--verdicts {target} is the input itself; name another file")
            if path.exists() and not path.is_file():
                self._out = path.open("w", encoding="utf-8")  # a pipe, or /dev/null
                return
            self._place = path.resolve()  # what a link points at, so that the link stays
            self._beside = self._place.with_name(f".{self._place.name}.{os.getpid()}.part")
            self._out = self._beside.open("w", encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OutputError(
                f"--verdicts {target} cannot be written ({reason}); name another file"
            ) from error

    def write(self, rows: Iterable[VerdictRow]) -> None:
        """Write one JSON line for each of ``rows`` and put the file into its place.

        Raises:
            OutputError: the disk is full, or the like.
        """
        try:
            if self._out is None:
                self._print(rows)
                return
            write_verdicts(rows, self._out)
            self._out.close()
            if self._beside is not None:
                self._beside.replace(self._place)
                self._beside = None
        except OSError as error:
            reason = error.strerror or error
            raise OutputError(
                f"--verdicts {self._target} cannot be written ({reason}); the run itself is done"
            ) from error

    @staticmethod
    def _print(rows: Iterable[VerdictRow]) -> None:
        try:
            write_verdicts(rows, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:  # a reader that has seen enough
            silence(sys.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._out is not None:
            self._out.close()
        if self._beside is not None:
            self._beside.unlink(missing_ok=True)
