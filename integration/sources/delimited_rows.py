# SPDX-License-Identifier: Apache-2.0
"""Scores and contacts from CSV: the header, then one row per record."""

from __future__ import annotations

from collections.abc import Iterator

from integration.sources.delimited import Record, records
from integration.sources.errors import SourceError
from integration.sources.rows import (
    REQUIRED,
    ContactRow,
    ScoreColumns,
    SourceRow,
    contact_columns,
    contact_row,
    malformed,
    score_columns,
)


def scores(lines: Iterator[str], name: str) -> tuple[ScoreColumns, Iterator[SourceRow]]:
    """The columns and the rows of scores.

    Raises:
        SourceError: the header is broken or lacks a column.
    """
    data = records(lines)
    columns = score_columns(_header(data, name), name)
    return columns, _scores(data, columns)


def contacts(
    lines: Iterator[str], name: str, lead_column: str
) -> tuple[tuple[str, ...], Iterator[ContactRow]]:
    """The names of all columns but the lead's, and the contacts.

    Raises:
        SourceError: the header is broken or has no lead id.
    """
    data = records(lines)
    header = _header(data, name)
    lead = contact_columns(header, lead_column, name)
    others = (column for position, column in enumerate(header) if position != lead)
    return tuple(others), _contacts(data, header, lead)


def _header(data: Iterator[Record], name: str) -> list[str]:
    line, fields = next(data)  # a source has a line that is not blank
    if isinstance(fields, str):
        raise SourceError(name, f"has a broken header: {fields}", f"mend line {line}")
    return [field.strip() for field in fields]


def _scores(data: Iterator[Record], columns: ScoreColumns) -> Iterator[SourceRow]:
    read = columns.row_reader()
    width = columns.width
    lead = columns.positions[REQUIRED[0]]
    for row, (line, fields) in enumerate(data, 1):
        if isinstance(fields, str):
            yield SourceRow(row, None, malformed(fields))
        elif len(fields) == width:
            yield SourceRow(row, read(fields), None)
        else:
            known = fields[lead] if lead < len(fields) else ""
            yield SourceRow(row, None, malformed(_wrong_width(line, fields, width), known))


def _contacts(data: Iterator[Record], header: list[str], lead: int) -> Iterator[ContactRow]:
    width = len(header)
    for row, (line, fields) in enumerate(data, 1):
        if isinstance(fields, str):
            yield ContactRow(row, "", {}, malformed(fields))
            continue
        texts = [field.strip() for field in fields]
        known = texts[lead] if lead < len(texts) else ""
        if len(texts) == width:
            contact = dict(zip(header, texts, strict=True))
            del contact[header[lead]]
            yield contact_row(row, known, contact)
        else:
            problem = malformed(_wrong_width(line, fields, width), known)
            yield ContactRow(row, known, {}, problem)


def _wrong_width(line: int, fields: list[str], width: int) -> str:
    few_or_many = "too few" if len(fields) < width else "too many"
    noun = "field" if len(fields) == 1 else "fields"
    return f"line {line} has {len(fields)} {noun}, {few_or_many} for a header of {width}"
