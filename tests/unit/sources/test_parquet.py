# SPDX-License-Identifier: Apache-2.0
"""Parquet: what its types become, and which of them hold no score."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import polars as pl
import pytest

from integration.scores import Rejected, parse
from integration.sources import SourceError, contacts, parquet, rows

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
T = "2026-11-23T10:00:00Z"
AT = dt.datetime(2026, 11, 23, 10)  # noqa: DTZ001 - a zone is added where one is meant


@pytest.fixture
def write(tmp_path):
    """Writes a table of scores whose columns are the good ones but for those given."""

    def write(**columns):
        length = max((len(values) for values in columns.values()), default=1)
        good = {"lead_id": ["L1"], "priority_score": [87], "last_calculated_at": [T]}
        table = {name: pl.Series(values * length) for name, values in good.items()}
        file = tmp_path / "leads.parquet"
        pl.DataFrame(table | columns).write_parquet(file)
        return file

    return write


def judged(file):
    found = []
    for row, raw, problem in rows(file):
        assert problem is None
        try:
            score = parse(raw, NOW)
        except Rejected as rejected:
            found.append((row, rejected.reason))
        else:
            found.append((row, score.lead_id, score.score, score.at))
    return found


MS = 1_795_428_000_000
OK = (1, "L1", 87, MS)
TYPES = {
    "small integers": ("priority_score", pl.Series([87], dtype=pl.UInt8), OK),
    "wide integers": ("priority_score", pl.Series([87], dtype=pl.Int128), OK),
    "floats": ("priority_score", pl.Series([87.0]), OK),
    "single floats": ("priority_score", pl.Series([87.0], dtype=pl.Float32), OK),
    "decimals": ("priority_score", pl.Series([Decimal("87.00")]), OK),
    "text": ("priority_score", pl.Series([" 87 "]), OK),
    "categories": ("priority_score", pl.Series(["87"], dtype=pl.Categorical), OK),
    "fractions": ("priority_score", pl.Series([87.5]), (1, "score_not_integer")),
    "a float close by": (
        "priority_score",
        pl.Series([86.99999999999999]),
        (1, "score_not_integer"),
    ),
    "NaN": ("priority_score", pl.Series([float("nan")]), (1, "score_not_a_number")),
    "infinity": ("priority_score", pl.Series([float("inf")]), (1, "score_not_a_number")),
    "huge floats": ("priority_score", pl.Series([1e300]), (1, "score_out_of_range")),
    "truth": ("priority_score", pl.Series([True]), (1, "score_not_a_number")),
    "no score": ("priority_score", pl.Series([None], dtype=pl.Int64), (1, "score_not_a_number")),
    "only nulls": ("priority_score", pl.Series([None]), (1, "score_not_a_number")),
    "ids as integers": ("lead_id", pl.Series([4711]), (1, "4711", 87, MS)),
    "no id": ("lead_id", pl.Series([None], dtype=pl.String), (1, "invalid_lead_id")),
    "UTC": ("last_calculated_at", pl.Series([AT]).dt.replace_time_zone("UTC"), OK),
    "another zone": (
        "last_calculated_at",
        pl.Series([AT]).dt.replace_time_zone("Europe/Berlin"),
        (1, "L1", 87, MS - 3_600_000),
    ),
    "milliseconds": (
        "last_calculated_at",
        pl.Series([MS + 7]).cast(pl.Datetime("ms", "UTC")),
        (1, "L1", 87, MS + 7),
    ),
    "nanoseconds are cut": (
        "last_calculated_at",
        pl.Series([MS * 10**6 + 1_999_999]).cast(pl.Datetime("ns", "UTC")),
        (1, "L1", 87, MS + 1),
    ),
    "a nanosecond too late": (
        "last_calculated_at",
        pl.Series([(MS + 7_500_000) * 10**6 + 1]).cast(pl.Datetime("ns", "UTC")),
        (1, "time_in_future"),
    ),
    "far from our time": (
        "last_calculated_at",
        pl.Series([2**50]).cast(pl.Datetime("ms", "UTC")),
        (1, "time_invalid"),
    ),
    "no zone": ("last_calculated_at", pl.Series([AT]), (1, "time_without_zone")),
    "dates": ("last_calculated_at", pl.Series([AT.date()]), (1, "time_invalid")),
    "no time": ("last_calculated_at", pl.Series([None], dtype=pl.Date), (1, "time_invalid")),
}


@pytest.mark.parametrize(("column", "values", "expected"), TYPES.values(), ids=TYPES)
def test_columns_become_the_texts_of_the_same_table_in_csv(write, column, values, expected):
    """Every type that can hold the field is read; its values are judged row by row."""
    assert judged(write(**{column: values})) == [expected]


WRONG = {
    "a list of scores": ("priority_score", pl.Series([[87]]), "List(Int64)"),
    "a struct of scores": ("priority_score", pl.Series([{"x": 87}]), "Struct"),
    "an array of ids": ("lead_id", pl.Series([["a"]], dtype=pl.Array(pl.String, 1)), "Array"),
    "binary ids": ("lead_id", pl.Series([b"L1"]), "Binary"),
    "ids that were floats": ("lead_id", pl.Series([4711.0]), "Float64"),
    "a time for a score": ("priority_score", pl.Series([AT]), "Datetime"),
    "a number for a time": ("last_calculated_at", pl.Series([MS]), "Int64"),
    "a duration for a time": ("last_calculated_at", pl.Series([dt.timedelta(1)]), "Duration"),
    "a time of day": ("last_calculated_at", pl.Series([dt.time(10)]), "Time"),
    "truth for a model": ("model_version", pl.Series([True]), "Boolean"),
    "a number for a base": ("based_on", pl.Series([MS]), "Int64"),
}


@pytest.mark.parametrize(("column", "values", "kind"), WRONG.values(), ids=WRONG)
def test_a_column_of_a_wrong_type_is_a_problem_of_the_file(write, column, values, kind):
    """A column that can hold no such field is refused once, not a million times."""
    with pytest.raises(SourceError, match=f"has {kind.split('(')[0]}.* in column {column}; "):
        rows(write(**{column: values}))


def test_columns_that_mean_nothing_may_have_any_type(write):
    """Nested and binary columns beside the score are ignored and named."""
    file = write(x=pl.Series([[1]]), y=pl.Series([b"\xff"]))
    with rows(file) as source:
        assert source.ignored == ("x", "y")
        assert next(source).raw.lead_id == "L1"


def test_nulls_in_optional_columns_are_absent(write):
    """A null base says nothing, as a blank does in CSV; a table cannot leave a key out."""
    at = pl.Series([None, AT]).dt.replace_time_zone("UTC")
    file = write(model_version=pl.Series([3, None]), based_on=at)
    first, second = (parse(found.raw, NOW) for found in rows(file))
    assert (first.model_version, first.based_on) == ("3", None)
    assert (second.model_version, second.based_on) == ("", frozenset({MS}))


def test_names_of_columns_may_be_camel_case_with_white_space(tmp_path):
    """Columns are named as in CSV."""
    file = tmp_path / "leads.parquet"
    table = {"lastCalculatedAt": T, " leadId ": "L1", "priorityScore": 87}
    pl.DataFrame(table).write_parquet(file)
    assert judged(file) == [OK]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("lead_id", "priority_score"), "has no column last_calculated_at; its schema reads: "),
        (("lead_id", "leadId", "priority_score", "last_calculated_at"), "both lead_id and leadId"),
    ],
)
def test_columns_that_are_missing_or_there_twice_are_refused(tmp_path, columns, message):
    """The schema is judged like the header of CSV."""
    file = tmp_path / "leads.parquet"
    pl.DataFrame(dict.fromkeys(columns, "1")).write_parquet(file)
    with pytest.raises(SourceError, match=message):
        rows(file)


@pytest.mark.parametrize("read", [rows, contacts])
@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"lead_id,priority_score\n" * 9, b"PAR1" + b"x" * 64 + b"PAR1", b"\0" * 64],
    ids=["empty", "only a mark", "CSV", "garbage between marks", "zeros"],
)
def test_what_is_no_parquet_is_refused(tmp_path, content, read):
    """A file that is named .parquet and is none gets a message, not a traceback."""
    file = tmp_path / "leads.parquet"
    file.write_bytes(content)
    with pytest.raises(SourceError, match="is no Parquet file "):
        read(file)


def test_a_table_without_rows_is_fine(write):
    """As a CSV file with only a header."""
    empty = {
        "lead_id": pl.Series([], dtype=pl.String),
        "priority_score": pl.Series([], dtype=pl.Int64),
        "last_calculated_at": pl.Series([], dtype=pl.String),
    }
    assert judged(write(**empty)) == []


def test_a_damaged_file_is_refused_where_the_damage_shows(write, monkeypatch):
    """Rows before the damage are read; then there is a message with the place."""
    monkeypatch.setattr(parquet, "_SLICE", 100)
    ids = pl.Series([f"lead-{n:04}" for n in range(1_000)])
    table = pl.read_parquet(write(lead_id=ids))
    file = write(lead_id=ids)
    table.write_parquet(file, row_group_size=100, compression="uncompressed", statistics=False)
    file.write_bytes(file.read_bytes().replace(b"lead-0777", b"\xff" * 9))
    with pytest.raises(SourceError, match=r"cannot be read after row 700 .*; it is damaged"):
        list(rows(file))


def test_a_reader_that_panics_is_a_refusal(write, monkeypatch):
    """Some damage makes the Parquet reader give up in its own way; that is a message too."""

    def panic(*_, **__):
        raise pl.exceptions.PanicException("called `Option::unwrap()` on a `None` value")

    file = write()
    with rows(file) as source:
        monkeypatch.setattr("polars.LazyFrame.collect", panic)
        with pytest.raises(SourceError, match=r"after row 0 \(its parts contradict each other\)"):
            next(source)


def test_slices_join_without_a_gap(tmp_path, monkeypatch):
    """Rows are numbered through, whatever the size of slices and row groups."""
    monkeypatch.setattr(parquet, "_SLICE", 7)
    file = tmp_path / "leads.parquet"
    ids = [f"L{n}" for n in range(50)]
    table = pl.DataFrame({"lead_id": ids, "priority_score": 5, "last_calculated_at": T})
    table.write_parquet(file, row_group_size=11)
    assert [(row, raw.lead_id) for row, raw, _ in rows(file)] == list(enumerate(ids, 1))


def test_no_pattern_in_a_name_is_expanded(tmp_path):
    """A star or bracket in the name of a file is part of the name."""
    for name, lead in (("a*.parquet", "star"), ("ab.parquet", "other"), ("[x].parquet", "x")):
        table = {"lead_id": lead, "priority_score": 5, "last_calculated_at": T}
        pl.DataFrame(table).write_parquet(tmp_path / name)
    assert [found.raw.lead_id for found in rows(tmp_path / "a*.parquet")] == ["star"]
    assert [found.raw.lead_id for found in rows(tmp_path / "[x].parquet")] == ["x"]


def test_the_address_of_a_store_is_only_a_missing_file():
    """No name makes the reader go to a network."""
    for address in ("https://example.invalid/leads.parquet", "s3://bucket/leads.parquet"):
        with pytest.raises(SourceError, match="does not exist"):
            rows(address)


def test_partition_keys_in_a_path_are_no_columns(tmp_path):
    """A folder such as day=1 adds nothing to the file in it."""
    folder = tmp_path / "lead_id=L9"
    folder.mkdir()
    table = {"lead_id": "L1", "priority_score": 5, "last_calculated_at": T}
    pl.DataFrame(table).write_parquet(folder / "leads.parquet")
    assert [found.raw.lead_id for found in rows(folder / "leads.parquet")] == ["L1"]


def test_text_formats_do_not_pay_for_parquet():
    """The reader of Parquet is imported where such a file is met, and only there."""
    code = "import sys, integration.sources; sys.exit('polars' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own words
