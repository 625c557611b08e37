# SPDX-License-Identifier: Apache-2.0
"""Where scores and contacts come from: CSV, JSON Lines, Parquet, standard input.

One row at a time in flat memory, each with its number, so that the last row of a file of many
gigabytes is judged like the first and every row can be named in a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from integration.sources import delimited_rows, json_lines
from integration.sources.errors import SourceError
from integration.sources.opening import FORMATS, STANDARD_INPUT, Format, OpenSource, open_source
from integration.sources.rows import ContactRow, SourceRow
from integration.sources.text import ByteStream

__all__ = [
    "FORMATS",
    "STANDARD_INPUT",
    "ContactRow",
    "Format",
    "Source",
    "SourceError",
    "SourceRow",
    "contacts",
    "rows",
]

Row = TypeVar("Row", SourceRow, ContactRow)


class Source(Generic[Row]):
    """The rows of one file or of standard input, to be iterated once.

    Attributes:
        name: what messages and summaries call it.
        format: ``csv``, ``jsonl`` or ``parquet``.
        columns: the names of all columns of contacts but the lead's; none for scores.
    """

    def __init__(
        self,
        opened: OpenSource,
        found: Iterator[Row],
        *,
        ignored: Callable[[], tuple[str, ...]] = tuple,
        columns: Sequence[str] = (),
    ) -> None:
        self.name = opened.name
        self.format = opened.format
        self.columns = tuple(columns)
        self._opened = opened
        self._rows: Iterator[Row] = _closed_at_end(found, opened)
        self._ignored = ignored

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that mean nothing to the reader; of JSON Lines, those met so far."""
        return self._ignored()

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def __next__(self) -> Row:
        return next(self._rows)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _closed_at_end(found: Iterator[Row], opened: OpenSource) -> Iterator[Row]:
    try:
        yield from found
    finally:
        opened.close()


def rows(
    path: str | os.PathLike[str],
    *,
    stdin: ByteStream | None = None,
    file_format: Format | None = None,
) -> Source[SourceRow]:
    """The scores of a file, or of standard input where ``path`` is ``-``.

    Args:
        path: the file.
        stdin: stands in for standard input.
        file_format: overrides what the extension or the first character says.

    Raises:
        SourceError: the source as a whole cannot be used. While iterating, only where it is
            standard input, damaged, or changed under way.
    """
    opened = open_source(path, stdin, file_format)
    try:
        if opened.format == "jsonl":
            names: dict[str, None] = {}
            found = json_lines.scores(opened.lines, names)
            return Source(opened, found, ignored=lambda: tuple(names))
        if opened.format == "csv":
            columns, found = delimited_rows.scores(opened.lines, opened.name)
        else:
            from integration.sources import parquet  # noqa: PLC0415 - half a second of import

            columns, found = parquet.scores(opened.path, opened.name)
        return Source(opened, found, ignored=lambda: columns.ignored)
    except BaseException:
        opened.close()
        raise


def contacts(
    path: str | os.PathLike[str],
    *,
    lead_column: str = "lead_id",
    stdin: ByteStream | None = None,
    file_format: Format | None = None,
) -> Source[ContactRow]:
    """The contacts of a file, or of standard input where ``path`` is ``-``.

    All columns are known before the first contact: JSON Lines are read twice, and what can be
    read only once is copied to a temporary file.

    Args:
        path: the file.
        lead_column: the column of the lead id, beside ``lead_id`` and ``leadId``.
        stdin: stands in for standard input.
        file_format: overrides what the extension or the first character says.

    Raises:
        SourceError: as for :func:`rows`.
    """
    opened = open_source(path, stdin, file_format, twice=True)
    try:
        if opened.format == "jsonl":
            columns = json_lines.contact_keys(opened.lines, lead_column, opened.name)
            opened = opened.again()
            found = json_lines.contacts(opened.lines, lead_column)
        elif opened.format == "csv":
            columns, found = delimited_rows.contacts(opened.lines, opened.name, lead_column)
        else:
            from integration.sources import parquet  # noqa: PLC0415 - half a second of import

            columns, found = parquet.contacts(opened.path, opened.name, lead_column)
        return Source(opened, found, columns=columns)
    except BaseException:
        opened.close()
        raise
