# SPDX-License-Identifier: Apache-2.0
"""Dial logs as they are read, good ones and bad ones."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from integration.reporting.dial_log import read_dial_log
from integration.sources import SourceError
from simulator.dialer.dial_log import DialLog
from tests.unit.reporting.conftest import line, write_log


def log_of_the_simulator():
    log = DialLog()
    for n in (1, 2):
        fields = line(n, skills=["High Value Sales"], wrap_up="Sale", overtaken=n)
        log.add(**{name: value for name, value in fields.items() if name != "n"})
    return log


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_both_forms_of_the_simulator_are_read(tmp_path, form):
    """A log as the simulator writes it is read whole, from JSON Lines and from Parquet alike."""
    path = tmp_path / f"log.{form}"
    log = log_of_the_simulator()
    path.write_bytes(log.parquet() if form == "parquet" else log.jsonl().encode())
    record = read_dial_log(str(path))
    assert record.exact
    assert not record.live
    first = record.lines[0]
    assert (first.lead, first.score, first.age) == ("L-1", 99, 3600)
    assert (first.queue, first.agent, first.attempt) == ("Senior Agent Queue", "Ann", 1)
    assert first.results == ("person", "Sale")
    assert [one.overtaken for one in record.lines] == [1, 2]


def test_a_log_without_the_later_columns(tmp_path):
    """An older log tells who was better, which counts, and the report knows it is not exact."""
    old = line(1, better=3)
    del old["passed_over"], old["overtaken"]
    record = read_dial_log(write_log(tmp_path / "log.jsonl", [old]))
    assert not record.exact
    assert (record.lines[0].passed_over, record.lines[0].overtaken) == (3, None)


def test_lines_are_put_in_order_of_time(tmp_path):
    """Lines in any order are a log in order of time."""
    record = read_dial_log(write_log(tmp_path / "log.jsonl", [line(2), line(1)]))
    assert [one.lead for one in record.lines] == ["L-1", "L-2"]


def test_standard_input(tmp_path):
    """A log of JSON Lines may come from standard input."""
    path = write_log(tmp_path / "log.jsonl", [line(1)])
    stdin = io.BufferedReader(io.BytesIO(Path(path).read_bytes() + b"\n"))
    assert len(read_dial_log("-", stdin).lines) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "ring"}, "line 2 has no usable kind"),
        ({"time": "2026-11-23T09:00:00"}, "line 2 has no usable time"),
        ({"time": 5}, "line 2 has no usable time"),
        ({"lead": ""}, "line 2 has no usable lead"),
        ({"score": "90"}, "line 2 has no usable score"),
        ({"score": float("nan")}, "line 2 has no usable score"),
        ({"better": -1}, "line 2 has no usable better"),
        ({"attempt": True}, "line 2 has no usable attempt"),
        ({"n": 1}, "line 2 has the number 1, as line 1 has"),
    ],
    ids=lambda one: str(one)[:30],
)
def test_a_damaged_line_is_named(tmp_path, change, words):
    """The message names the file, the line, the field, and what to do."""
    path = write_log(tmp_path / "log.jsonl", [line(1), line(2, **change)])
    with pytest.raises(SourceError, match=words) as caught:
        read_dial_log(path)
    assert str(caught.value).startswith(path)
    assert ";" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("log.jsonl", '{"n":1', "line 1 is broken JSON"),
        ("log.jsonl", "{}", "line 1 has no n;"),
        ("log.jsonl", "7", "line 1 is no JSON object"),
        ("log.jsonl", "[" * 100_000, "line 1 is broken JSON"),
        ("log.jsonl", "\n\n", "holds nothing but blank lines"),
        ("log.jsonl", '{"n":"' + "x" * 2_000_000 + '"}', "line 1 is too long"),
        ("log.csv", "lead_id,priority_score\nA,1\n", "is neither JSON Lines nor Parquet"),
        ("log.parquet", "no parquet", "is no Parquet file that can be read"),
    ],
    ids=["cut off", "empty object", "a number", "deep", "blank", "long", "CSV", "Parquet"],
)
def test_what_is_no_dial_log(tmp_path, name, content, words):
    """A file that is no dial log is refused with a reason."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=words):
        read_dial_log(str(path))


def test_a_parquet_file_without_rows(tmp_path):
    """A log in which nothing was dialled is refused: there is nothing to report on."""
    path = tmp_path / "log.parquet"
    path.write_bytes(DialLog().parquet())
    with pytest.raises(SourceError, match="holds neither a call nor a refusal"):
        read_dial_log(str(path))
