# SPDX-License-Identifier: Apache-2.0
"""What a source yields, and which column means what in it.

Every row of the input comes out, numbered, as a score to be parsed, as a contact, or with the
problem that keeps it from being either. Nothing is dropped silently.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NamedTuple

from integration.scores import MALFORMED_ROW, RawScore, Rejected, read_lead_id
from integration.sources.errors import SourceError

LEAD: Final = "lead_id"
REQUIRED: Final = (LEAD, "priority_score", "last_calculated_at")
OPTIONAL: Final = ("model_version", "based_on")
FIELDS: Final = REQUIRED + OPTIONAL


def camel(name: str) -> str:
    """``last_calculated_at`` as ``lastCalculatedAt``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


SPELLINGS: Final[Mapping[str, str]] = {
    spelling: field for field in FIELDS for spelling in (field, camel(field))
}
"""Each accepted name of a column or key, and the field it means."""


class SourceRow(NamedTuple):
    """One row of scores: ``raw`` as it was found, or the ``problem`` that keeps it out.

    ``row`` counts the rows of data from 1; the header and blank lines are not counted.
    """

    row: int
    raw: RawScore | None
    problem: Rejected | None


class ContactRow(NamedTuple):
    """One contact for ``load``: its lead and the texts of all other columns, or its problem.

    ``row`` counts as for scores.
    """

    row: int
    lead_id: str
    data: dict[str, str]
    problem: Rejected | None


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """Where the fields of a score stand in a header, and what else stands there."""

    width: int
    positions: Mapping[str, int]
    ignored: tuple[str, ...]

    def row_reader(self) -> Callable[[Sequence[str]], RawScore]:
        """A function that picks a score's fields from a record of the right width."""
        lead, score, at = (self.positions[field] for field in REQUIRED)
        model, based_on = (self.positions.get(field) for field in OPTIONAL)
        if model is None and based_on is None:  # most files; twice as fast
            return lambda fields: RawScore(fields[lead], fields[score], fields[at])
        return lambda fields: RawScore(
            fields[lead],
            fields[score],
            fields[at],
            None if model is None else fields[model],
            None if based_on is None else fields[based_on],
        )


def contact_row(row: int, lead_id: str, data: dict[str, str]) -> ContactRow:
    """The contact of a lead, or the reason why ``lead_id`` is no lead."""
    try:
        return ContactRow(row, read_lead_id(lead_id), data, None)
    except Rejected as problem:
        return ContactRow(row, problem.lead_id, {}, problem)


def malformed(message: str, lead_id: str = "") -> Rejected:
    """The rejection of a row that cannot be read, with its lead where that much is known."""
    return Rejected(MALFORMED_ROW, message, lead_id=lead_id.strip()[:128])


def score_columns(header: Sequence[str], name: str, where: str = "the header") -> ScoreColumns:
    """Find the fields of a score among the names of columns.

    Raises:
        SourceError: a field is missing or stands there twice.
    """
    positions: dict[str, int] = {}
    ignored: list[str] = []
    for position, column in enumerate(header):
        field = SPELLINGS.get(column)
        if field is None:
            ignored.append(column)
        elif field in positions:
            raise _twice(name, where, header[positions[field]], column)
        else:
            positions[field] = position
    if missing := [field for field in REQUIRED if field not in positions]:
        raise SourceError(
            name,
            f"has no column {' and no column '.join(missing)}",
            f"{where} reads: {_shown(header)}.{_hint(header, missing)}",
        )
    return ScoreColumns(len(header), positions, tuple(column for column in ignored if column))


def contact_columns(
    header: Sequence[str], lead_column: str, name: str, where: str = "the header"
) -> int:
    """The position of the lead id among the columns of contacts; all columns are used.

    Raises:
        SourceError: it is missing, or any column has no name or stands there twice.
    """
    seen: set[str] = set()
    for position, column in enumerate(header, 1):
        if not column:
            raise SourceError(
                name, f"has no name for column {position}", f"name it or remove it in {where}"
            )
        if column in seen:
            raise _twice(name, where, column, column)
        seen.add(column)
    spellings = dict.fromkeys((lead_column, LEAD, camel(LEAD)))
    found = [spelling for spelling in spellings if spelling in seen]
    if not found:
        raise SourceError(
            name,
            f"has no column {lead_column}",
            f"{where} reads: {_shown(header)}.{_hint(header, [lead_column])}",
        )
    if len(found) > 1:
        raise _twice(name, where, *found[:2])
    return header.index(found[0])


def _twice(name: str, where: str, first: str, second: str) -> SourceError:
    both = f"{first} twice" if first == second else f"both {first} and {second}"
    return SourceError(name, f"has {both}", f"keep one of them in {where}")


def _shown(header: Sequence[str]) -> str:
    shown = ", ".join(column[:40] for column in header[:12])
    return f"{shown}, …" if len(header) > len(header[:12]) else shown


def _hint(header: Sequence[str], missing: Collection[str]) -> str:
    """What may have gone wrong with a header without the columns that are needed."""
    joined = header[0] if len(header) == 1 else ""
    for separator, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if separator in joined:
            return f" Its fields are separated by {called}: export it with commas"
    for field in missing:
        if close := get_close_matches(field, [*header], cutoff=0.75):
            return f" Rename {close[0]} to {field}"
    if any(_looks_like_data(column) for column in header):
        return " That looks like data: put the names of the columns in a line above it"
    return " Add it, in snake or camel case"


def _looks_like_data(text: str) -> bool:
    return text.isdigit() or (text[:4].isdigit() and "T" in text)
