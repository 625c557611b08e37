# SPDX-License-Identifier: Apache-2.0
"""Scores and contacts from Parquet, a slice at a time.

Columns become the texts that the same table would have in CSV, so that one set of rules judges
every format. A timestamp with a time zone becomes RFC 3339 in UTC to its last digit; one without
stays without, and its rows are rejected like any time that names no zone.

Importing this module takes half a second, so it is imported where a Parquet file is met.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from integration.scores import NULL, NotText, RawScore
from integration.sources.errors import SourceError
from integration.sources.rows import (
    FIELDS,
    LEAD,
    ContactRow,
    ScoreColumns,
    SourceRow,
    contact_columns,
    contact_row,
    score_columns,
)

_SLICE: Final = 50_000
"""Rows held at a time."""

_WHERE: Final = "its schema"
_TEXT: Final = frozenset({"String", "Categorical", "Enum", "Null"})
_WHOLE: Final = frozenset(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64, 128))
_NUMBER: Final = _WHOLE | {"Float16", "Float32", "Float64", "Decimal"}
_TIME: Final = frozenset({"Datetime", "Date"})
_ACCEPTED: Final = {
    # A lead id that went through a float has lost digits; better stop than score the wrong lead.
    "lead_id": (_TEXT | _WHOLE, "text or whole numbers"),
    "priority_score": (_TEXT | _NUMBER | {"Boolean"}, "numbers or text"),
    "last_calculated_at": (_TEXT | _TIME, "timestamps with a time zone or text"),
    "model_version": (_TEXT | _NUMBER | _TIME, "text"),
    "based_on": (_TEXT | _TIME, "timestamps with a time zone or text"),
}
_UNREADABLE: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What the reader raises at a damaged file; a panic is no Exception to Python."""

_CONTACT: Final = (_TEXT | _NUMBER | _TIME | {"Boolean"}, "text, numbers or times")


def scores(path: Path, name: str) -> tuple[ScoreColumns, Iterator[SourceRow]]:
    """The columns and the rows of scores.

    Raises:
        SourceError: no Parquet file, a column is missing or of a type that holds no score.
    """
    schema = _schema(path, name)
    names = list(schema)
    columns = score_columns([column.strip() for column in names], name, _WHERE)
    given = {field: names[position] for field, position in columns.positions.items()}
    for field, column in given.items():
        accepted, wanted = _ACCEPTED[field]
        _check_type(column, schema[column], accepted, wanted, name)
    return columns, _scores(path, name, schema, given)


def contacts(
    path: Path, name: str, lead_column: str
) -> tuple[tuple[str, ...], Iterator[ContactRow]]:
    """The names of all columns but the lead's, and the contacts; a null is an absent value.

    Raises:
        SourceError: no Parquet file, no lead id, or a column of a type that has no text.
    """
    schema = _schema(path, name)
    header = [column.strip() for column in schema]
    lead = contact_columns(header, lead_column, name, _WHERE)
    for position, (column, kind) in enumerate(schema.items()):
        accepted, wanted = _ACCEPTED[LEAD] if position == lead else _CONTACT
        _check_type(column, kind, accepted, wanted, name)
    others = (column for position, column in enumerate(header) if position != lead)
    return tuple(others), _contacts(path, name, schema, lead)


def _scan(path: Path) -> pl.LazyFrame:
    """The table in one file: no pattern in a name is expanded, no folder is a partition."""
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _schema(path: Path, name: str) -> pl.Schema:
    try:
        return _scan(path).collect_schema()
    except _UNREADABLE as error:
        raise SourceError(
            name,
            f"is no Parquet file ({_reason(error)})",
            "write it again, or say which --format it has",
        ) from error


def _check_type(
    column: str, kind: pl.DataType, accepted: frozenset[str], wanted: str, name: str
) -> None:
    if _kind(kind) not in accepted:
        raise SourceError(
            name, f"has {kind} in column {column}", f"it should hold {wanted}: convert it"
        )


def _kind(kind: pl.DataType) -> str:
    """The name of a type without its parameters."""
    return str(kind.base_type())


def _scores(path: Path, name: str, schema: pl.Schema, given: dict[str, str]) -> Iterator[SourceRow]:
    flags = _kind(schema[given["priority_score"]]) == "Boolean"
    columns = [given.get(field) for field in FIELDS]
    for row, texts in enumerate(_records(path, name, schema, columns), 1):
        lead, score, at, model, based_on = texts
        raw = RawScore(
            NULL if lead is None else lead,
            NULL if score is None else NotText(score) if flags else score,
            NULL if at is None else at,
            model,  # a null of an optional column is an absent value, as a blank of CSV is
            based_on,
        )
        yield SourceRow(row, raw, None)


def _contacts(path: Path, name: str, schema: pl.Schema, lead: int) -> Iterator[ContactRow]:
    columns = list(schema)
    names = [column.strip() for column in columns]
    for row, texts in enumerate(_records(path, name, schema, columns), 1):
        lead_id = texts[lead]
        data = {
            column: text.strip()
            for position, (column, text) in enumerate(zip(names, texts, strict=True))
            if text is not None and position != lead
        }
        yield contact_row(row, NULL if lead_id is None else lead_id, data)


def _records(
    path: Path, name: str, schema: pl.Schema, columns: Sequence[str | None]
) -> Iterator[tuple[str | None, ...]]:
    """The rows of ``columns``, each value as text or None; a column of None is all None."""
    texts = [
        (pl.lit(None) if column is None else _as_text(pl.col(column), schema[column])).alias(str(n))
        for n, column in enumerate(columns)
    ]
    table = _scan(path).select(texts)
    start = 0
    while True:
        try:
            # Slices keep memory flat where collect_batches runs ahead of its reader.
            frame = table.slice(start, _SLICE).collect()
        except _UNREADABLE as error:
            raise SourceError(
                name,
                f"cannot be read after row {start:,} ({_reason(error)})",
                "it is damaged or has changed; write it again",
            ) from error
        if frame.is_empty():
            return
        start += frame.height
        yield from frame.iter_rows()


def _as_text(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if not isinstance(kind, pl.Datetime):
        return column.cast(pl.String)
    if kind.time_zone is None:
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f")
    return column.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ")


def _reason(error: BaseException) -> str:
    """The first line of an error of the Parquet reader, without its own prefix."""
    if isinstance(error, pl.exceptions.PanicException):
        return "its parts contradict each other"
    lines = str(error).strip().splitlines()
    return lines[0].rpartition(": ")[2][:120] if lines else type(error).__name__
