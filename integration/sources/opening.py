# SPDX-License-Identifier: Apache-2.0
"""Opens a source: finds out its format, and whether it can be used, before its first row.

A file is read once for its encoding before any row of it is used, so that a file that turns
out to be no text in its middle changes nothing. Standard input can be read only once: there
the rows before the fault have been used when it shows.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final, Literal, cast

from integration.sources import text
from integration.sources.errors import SourceError
from integration.sources.json_lines import refuse_array
from integration.sources.text import ByteStream

STANDARD_INPUT: Final = "standard input"

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "jsonl", "parquet")

_EXTENSIONS: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source that can be read.

    Attributes:
        name: what messages call it.
        format: what it holds.
        path: where it is; of no meaning for standard input.
        lines: its lines; none where it is Parquet.
        stream: what has to be closed; None for standard input and Parquet.
    """

    name: str
    format: Format
    path: Path
    lines: Iterator[str]
    stream: BufferedReader | None

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self.stream is not None:
            self.stream.close()


def open_source(
    path: str | os.PathLike[str], stdin: ByteStream | None, wanted: Format | None
) -> OpenSource:
    """Open a file, or standard input where ``path`` is ``-``.

    Raises:
        SourceError: it cannot be read, or it is no text though it should be.
    """
    name = os.fspath(path)
    if name == "-":
        return _standard_input(stdin, wanted)
    if not name:
        raise SourceError("the empty file name", "names no file", "name one, or - for input")
    file = Path(name)
    expected = wanted or _EXTENSIONS.get(file.suffix.lower())
    stream = _open(file, name)
    try:
        if expected == "parquet":
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise SourceError(name, "is no regular file", "Parquet is read from files only")
            stream.close()
            return OpenSource(name, "parquet", file, iter(()), None)
        if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            _refuse_other_encodings(stream, name)
        format_, lines = _lines(stream, name, expected)
    except BaseException:
        stream.close()
        raise
    return OpenSource(name, format_, file, lines, stream)


def _standard_input(stdin: ByteStream | None, wanted: Format | None) -> OpenSource:
    if wanted == "parquet":
        raise SourceError(
            STANDARD_INPUT, "cannot hold Parquet", "write it to a file and name that instead of -"
        )
    if stdin is None:
        if sys.stdin is None:
            raise SourceError(STANDARD_INPUT, "is closed", "name a file instead of -")
        stdin = cast("ByteStream", sys.stdin.buffer)  # a BufferedReader, whatever its type says
    format_, lines = _lines(stdin, STANDARD_INPUT, wanted)
    return OpenSource(STANDARD_INPUT, format_, Path("-"), lines, None)


def _open(path: Path, name: str) -> BufferedReader:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        looked = "check its path" if path.is_absolute() else f"it was looked for in {Path.cwd()}"
        raise SourceError(name, "does not exist", looked) from error
    except IsADirectoryError as error:
        raise SourceError(name, "is a directory", "name one file in it") from error
    except PermissionError as error:
        raise SourceError(
            name, "may not be read by this user", "change its permissions or the user"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            ascii(name)[1:-1], f"cannot be opened ({reason})", "check its path"
        ) from error


def _refuse_other_encodings(stream: BufferedReader, name: str) -> None:
    if not text.is_utf8(stream, name):
        stream.seek(0)
        for _ in text.lines(stream, name):
            pass  # raises at the line at fault
    stream.seek(0)


def _lines(stream: ByteStream, name: str, expected: Format | None) -> tuple[Format, Iterator[str]]:
    """The lines of a text source and its format, told by its first character if need be."""
    first, lines = text.from_first_line(text.lines(stream, name), name)
    format_ = expected or ("jsonl" if first.lstrip().startswith(("{", "[")) else "csv")
    if format_ == "jsonl":
        refuse_array(first, name)
    return format_, lines
