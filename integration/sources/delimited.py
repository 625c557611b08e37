# SPDX-License-Identifier: Apache-2.0
"""CSV records from lines: RFC 4180 with the liberties that real files take.

The csv module of the standard library cannot be used here: a quote that is never closed makes
it swallow the rest of the file into one field. This reader bounds what one record may hold,
gives up the line in which the runaway quote stands, and goes on with the next line.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from integration.sources.text import MAX_LINE, OVERLONG

MAX_RECORD: Final = MAX_LINE
"""Characters of one record, quoted line ends included."""

_LEAST_LINES: Final = 64
_CREDIT: Final = 1 << 20
_CREDIT_PER_LINE: Final = 8
_LINE_END: Final = "\r\n"
_OPENING = re.compile(r'\s*"')
_QUOTED = re.compile(r'[^"]*(?:""[^"]*)*')
_AFTER_QUOTE = re.compile(r'"\s*(,|$)')
_BARE = re.compile(r"[^,]*")

Record = tuple[int, list[str] | str]
"""The number of the line where a record starts, and its fields, or why it has none."""


class _Garbled(Exception):
    """Text after a closing quote."""


class _Splitter:
    """Takes the lines of one record until it is whole. No character is looked at twice."""

    def __init__(self) -> None:
        self.fields: list[str] = []
        self.size = 0
        self._open: list[str] | None = None

    def feed(self, line: str) -> bool:
        """Whether the record ends with ``line``; else it goes on in a quoted field.

        Raises:
            _Garbled: the record breaks the rules of quoting.
        """
        self.size += len(line)
        at = 0
        while True:
            if self._open is None:
                opening = _OPENING.match(line, at)
                if opening is None:
                    bare = _match(_BARE, line, at)
                    self.fields.append(bare.group().rstrip(_LINE_END))
                    at = bare.end()
                    if at == len(line):
                        return True
                    at += 1
                    continue
                self._open = []
                at = opening.end()
            quoted = _match(_QUOTED, line, at)
            self._open.append(quoted.group().replace('""', '"'))
            at = quoted.end()
            if at == len(line):
                return False
            closing = _AFTER_QUOTE.match(line, at)
            if closing is None:
                raise _Garbled
            self.fields.append("".join(self._open))
            self._open = None
            if not closing.group(1):
                return True
            at = closing.end()


def records(lines: Iterator[str]) -> Iterator[Record]:
    """The records of ``lines``; blank lines are left out.

    A field may be quoted, with doubled quotes, commas and line ends inside and white space
    around the quotes. A quote inside a bare field is a character like any other.
    """
    again: deque[str] = deque()  # lines given back by a record that was none
    # Lines that may be looked ahead at in vain. They earn themselves back, so that a file
    # with a stray quote on every line is still read in time proportional to its length.
    credit = _CREDIT
    number = 0
    while True:
        line = again.popleft() if again else next(lines, None)
        if line is None:
            return
        number += 1
        if line is OVERLONG:
            yield number, f"line {number} is longer than {MAX_LINE:,} bytes"
        elif '"' not in line:
            if line.strip():
                yield number, line.rstrip(_LINE_END).split(",")
        else:
            taken, fields = _quoted_record(line, again, lines, max(credit, _LEAST_LINES))
            credit = min(credit + _CREDIT_PER_LINE, _CREDIT)
            if isinstance(fields, str):
                yield number, f"line {number} {fields}"
                credit -= len(taken)
                again.extendleft(reversed(taken[1:]))
            else:
                yield number, fields
                number += len(taken) - 1


def _quoted_record(
    line: str, again: deque[str], lines: Iterator[str], most_lines: int
) -> tuple[list[str], list[str] | str]:
    """The lines that were taken for the record that begins with ``line``, and its fields."""
    splitter = _Splitter()
    taken = [line]
    try:
        while not splitter.feed(taken[-1]):
            more = again.popleft() if again else next(lines, None)
            if more is None:
                return taken, "has a quote that is never closed"
            taken.append(more)
            if splitter.size + len(more) > MAX_RECORD or more is OVERLONG:
                return taken, f"has a quote that is not closed within {MAX_RECORD:,} characters"
            if len(taken) > most_lines:
                return taken, f"has a quote that is not closed within {most_lines:,} lines"
    except _Garbled:
        if len(taken) == 1:
            return taken, "has text between a closing quote and the next comma"
        return taken, "has a quote that is not closed before the next quoted field"
    return taken, splitter.fields


def _match(pattern: re.Pattern[str], line: str, at: int) -> re.Match[str]:
    """A match of a pattern that matches anywhere, if only the empty text."""
    found = pattern.match(line, at)
    assert found is not None
    return found
