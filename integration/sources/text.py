# SPDX-License-Identifier: Apache-2.0
"""Lines of UTF-8 text from bytes, in flat memory, whatever the bytes are.

Files arrive from spreadsheets, databases and shell scripts: with a byte order mark, with
mixed line ends, in the wrong encoding, or as no text at all. This module turns what is text
into lines and refuses the rest with the line and the byte at fault.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Final, Protocol

from integration.sources.errors import SourceError

MAX_LINE: Final = 1 << 20
"""Bytes of one line that are looked at; a longer one is handed on as :data:`OVERLONG`."""

OVERLONG: Final = "\0overlong"
"""Stands for a line longer than :data:`MAX_LINE`. Text holds no NUL, so it is no line itself."""

_BLOCK: Final = 1 << 18
_KEPT_OF_OVERLONG: Final = 64
_AS_UTF8: Final = "save it as UTF-8"
_NOT_TEXT: Final = (
    # UTF-32 before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_LE, "is UTF-32 text, not UTF-8", _AS_UTF8),
    (codecs.BOM_UTF32_BE, "is UTF-32 text, not UTF-8", _AS_UTF8),
    (codecs.BOM_UTF16_LE, "is UTF-16 text, not UTF-8", _AS_UTF8),
    (codecs.BOM_UTF16_BE, "is UTF-16 text, not UTF-8", _AS_UTF8),
    (b"PAR1", "is a Parquet file", "name it .parquet or say --format parquet"),
    (b"PK\x03\x04", "is a ZIP archive or a workbook", "unpack it or export it as CSV"),
    (b"\x1f\x8b", "is compressed with gzip", "unpack it: gzip -dc FILE | leadscore push -"),
)


class InputEnded(Exception):
    """Raised by a stream whose reader was told to stop; a line under way is not a row."""


class ByteStream(Protocol):
    """What is needed of an open binary file."""

    def read1(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes, as soon as there are any; none at the end.

        Raises:
            InputEnded: there may be more, but no more is wanted.
        """
        ...


def lines(stream: ByteStream, name: str) -> Iterator[str]:
    r"""The lines of ``stream`` with their ends, which may be ``\n``, ``\r\n`` or a lone ``\r``.

    A byte order mark is left out. Nothing is held but the line under way.

    Raises:
        SourceError: binary or not UTF-8, at the line where that shows; or unreadable.
    """
    number = 0
    carry = b""
    overlong = False
    try:
        for block in _blocks(stream, name):
            pieces = (carry + block).splitlines(keepends=True)
            carry = b""
            # A carriage return at the very end may be half of a line end: it waits for the rest.
            if pieces and not pieces[-1].endswith(b"\n"):
                carry = pieces.pop()
            for piece in pieces:
                number += 1
                if overlong or len(piece) > MAX_LINE:
                    overlong = False
                    yield OVERLONG
                else:
                    yield _decoded(piece, number, name)
            if len(carry) > MAX_LINE:
                overlong = True
                # the last byte stays, for it may be the carriage return of a line end
                carry = carry[:_KEPT_OF_OVERLONG] + carry[-1:]
    except InputEnded:
        return
    if carry:
        yield OVERLONG if overlong else _decoded(carry, number + 1, name)


def is_utf8(stream: ByteStream, name: str) -> bool:
    """Whether ``stream``, read to its end, is UTF-8; faster than :func:`lines`.

    Raises:
        SourceError: binary, or unreadable.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    try:
        for block in _blocks(stream, name):
            if pending or not block.isascii():
                decoder.decode(block)
                pending = bool(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def from_first_line(text: Iterator[str], name: str) -> tuple[str, Iterator[str]]:
    """The first line that is not blank, and all lines again, that one and blank ones included.

    Raises:
        SourceError: there is none.
    """
    blank = 0
    for line in text:
        if line.strip():
            return line, chain(repeat("\n", blank), (line,), text)
        blank += 1
    problem = "holds nothing but blank lines" if blank else "is empty"
    raise SourceError(name, problem, "check the program that wrote it")


def _blocks(stream: ByteStream, name: str) -> Iterator[bytes]:
    """The bytes of ``stream``, looked through for what no text has."""
    try:
        block = stream.read1(_BLOCK)
        while 0 < len(block) < len(codecs.BOM_UTF32_LE) and (more := stream.read1(_BLOCK)):
            block += more
        for mark, problem, advice in _NOT_TEXT:
            if block.startswith(mark):
                raise SourceError(name, problem, advice)
        block = block.removeprefix(codecs.BOM_UTF8)
        while block:
            if b"\0" in block:
                raise SourceError(
                    name,
                    "holds NUL bytes, so it is binary or UTF-16",
                    "export it as CSV or JSON Lines in UTF-8",
                )
            yield block
            block = stream.read1(_BLOCK)
    except OSError as error:
        reason = error.strerror or error
        raise SourceError(name, f"cannot be read on ({reason})", "try again") from error


def _decoded(piece: bytes, number: int, name: str) -> str:
    try:
        return piece.decode()
    except UnicodeDecodeError as error:
        raise SourceError(
            name,
            f"is not UTF-8 text: line {number}, byte {error.start + 1} is "
            f"0x{piece[error.start]:02X}",
            f"{_AS_UTF8} (iconv -f WINDOWS-1252 -t UTF-8 turns most Western files into it)",
        ) from error
