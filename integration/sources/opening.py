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
from dataclasses import dataclass, replace
from io import BufferedRandom, BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, Literal, Self, cast

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


Stream = BufferedReader | BufferedRandom
_COPIED_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source that can be read.

    Attributes:
        name: what messages call it.
        format: what it holds.
        path: where it is; of no meaning for standard input.
        lines: its lines; none where it is Parquet.
        stream: the file or the copy that is read; None for standard input and Parquet.
    """

    name: str
    format: Format
    path: Path
    lines: Iterator[str]
    stream: Stream | None

    def again(self) -> Self:
        """The same text from its start; only where it was opened to be read twice."""
        assert self.stream is not None
        self.stream.seek(0)
        _, lines = _lines(self.stream, self.name, self.format)
        return replace(self, lines=lines)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self.stream is not None:
            self.stream.close()


def open_source(
    path: str | os.PathLike[str],
    stdin: ByteStream | None,
    wanted: Format | None,
    *,
    twice: bool = False,
) -> OpenSource:
    """Open a file, or standard input where ``path`` is ``-``.

    Args:
        path: the file.
        stdin: stands in for standard input.
        wanted: its format; told by extension or content where it is None.
        twice: what can be read only once is copied, so that it can be read again.

    Raises:
        SourceError: it cannot be read, or it is no text though it should be.
    """
    if os.fspath(path) == "-":
        return _standard_input(stdin, wanted, twice=twice)
    # A name may be bytes that are no text; it has to be shown all the same.
    name = os.fspath(path).encode(errors="backslashreplace").decode()
    if not name:
        raise SourceError("the empty file name", "names no file", "name one, or - for input")
    file = Path(path)
    expected = wanted or _EXTENSIONS.get(file.suffix.lower())
    stream: Stream = _open(file, name)
    try:
        regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
        if expected == "parquet":
            if not regular:
                raise SourceError(name, "is no regular file", "Parquet is read from files only")
            stream.close()
            return OpenSource(name, "parquet", file, iter(()), None)
        if twice and not regular:
            stream, once = _copied(stream, name), stream
            once.close()
        if twice or regular:
            _refuse_other_encodings(stream, name)
        format_, lines = _lines(stream, name, expected)
    except BaseException:
        stream.close()
        raise
    return OpenSource(name, format_, file, lines, stream)


def _standard_input(stdin: ByteStream | None, wanted: Format | None, *, twice: bool) -> OpenSource:
    if wanted == "parquet":
        raise SourceError(
            STANDARD_INPUT, "cannot hold Parquet", "write it to a file and name that instead of -"
        )
    if stdin is None:
        if sys.stdin is None:
            raise SourceError(STANDARD_INPUT, "is closed", "name a file instead of -")
        stdin = cast("ByteStream", sys.stdin.buffer)  # a BufferedReader, whatever its type says
    copy: Stream | None = None
    if twice:
        stdin = copy = _copied(stdin, STANDARD_INPUT)
    try:
        if copy is not None:
            _refuse_other_encodings(copy, STANDARD_INPUT)
        format_, lines = _lines(stdin, STANDARD_INPUT, wanted)
    except BaseException:
        if copy is not None:
            copy.close()
        raise
    return OpenSource(STANDARD_INPUT, format_, Path("-"), lines, copy)


def _copied(stream: ByteStream, name: str) -> Stream:
    """A temporary file with the same bytes; it is gone once it is closed."""
    copy = TemporaryFile()  # noqa: SIM115 - closed with the source
    try:
        while block := stream.read1(_COPIED_AT_ONCE):
            copy.write(block)
        copy.seek(0)
    except OSError as error:
        copy.close()
        reason = error.strerror or error
        raise SourceError(name, f"cannot be read on ({reason})", "try again") from error
    return cast("Stream", copy)  # a BufferedRandom, whatever its type says


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


def _refuse_other_encodings(stream: Stream, name: str) -> None:
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
