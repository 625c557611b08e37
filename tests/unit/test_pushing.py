# SPDX-License-Identifier: Apache-2.0
"""How the rows of a source are taken in: part by part, whatever becomes of the source."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integration.pushing import parts_of, read_row
from integration.scores import RawScore
from integration.sources import SourceError, SourceRow


@pytest.mark.parametrize(
    ("rows", "parts"),
    [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])],
    ids=["nothing", "less than a part", "one part", "a part and a rest", "whole parts"],
)
def test_rows_come_in_parts(rows, parts):
    """Rows come in parts of the size asked for, the last one smaller, none of them empty."""
    found = list(parts_of(range(rows), 3))
    assert [len(part) for part in found] == parts
    assert [row for part in found for row in part] == list(range(rows))


@pytest.mark.parametrize("before", [0, 2, 3, 4])
def test_rows_before_a_failure_are_kept(before):
    """A source that breaks off gives up all rows before the break, then its failure."""

    def source():
        yield from range(before)
        raise SourceError("scores.csv", "breaks off", "export it again")

    found = []
    with pytest.raises(SourceError, match="breaks off"):
        found.extend(row for part in parts_of(source(), 3) for row in part)
    assert found == list(range(before))


@pytest.mark.parametrize("instant", ["2026-02-30T10:00:00Z", "x" * 100_000])
def test_a_rejected_row_keeps_nothing_but_its_reason(instant):
    """The texts of bad rows, however long, are not held while thousands of rows are read."""
    row = SourceRow(1, RawScore("L-1", "50", instant), None)
    rejected = read_row(row, datetime(2026, 11, 23, tzinfo=UTC)).rejected
    assert rejected.reason == "time_invalid"
    assert len(rejected.message) < 300
    assert rejected.__traceback__ is None
    assert rejected.__context__ is None
