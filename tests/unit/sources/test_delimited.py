# SPDX-License-Identifier: Apache-2.0
"""CSV records against the standard library's reader, for files that both understand."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from integration.sources import text
from integration.sources.delimited import records

FIELDS = st.text(alphabet='ab",\r\n \té\u2028\x0b', max_size=6)
TABLES = st.lists(st.lists(FIELDS, min_size=2, max_size=4), max_size=6)


def read(content: str):
    return [fields for _, fields in records(text.lines(io.BytesIO(content.encode()), "x"))]


@given(TABLES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_a_writer_quotes_is_read_back(table, line_end):
    """Every table that a CSV writer writes comes back field by field."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    assert read(written.getvalue()) == table


@given(TABLES)
def test_sparing_quotes_are_read_back_up_to_white_space(table):
    """A writer that quotes only what it must loses no more than white space at the edges."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(table)
    rows = [row for row in table if "".join(row).strip() or len(row) > 1]
    found = [[field.strip() for field in fields] for fields in read(written.getvalue())]
    assert found == [[field.strip() for field in row] for row in rows]


@given(st.text(alphabet='ab",\r\n ', max_size=60), st.integers(1, 8))
def test_any_text_is_read_to_its_end(content, block):
    """No text raises, loops or depends on where its blocks end; every record has its line."""
    whole = list(records(text.lines(io.BytesIO(content.encode()), "x")))
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [line for line, _ in whole] == sorted({line for line, _ in whole})
    starts = {number for number, line in enumerate(lines, 1) if line.strip()}
    assert {line for line, _ in whole} <= starts

    class Blocks(io.BytesIO):
        def read1(self, _size=-1, /):
            return super().read1(block)

    assert list(records(text.lines(Blocks(content.encode()), "x"))) == whole
