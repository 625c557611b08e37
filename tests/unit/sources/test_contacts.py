# SPDX-License-Identifier: Apache-2.0
"""Contacts for `load`: any columns, every value as text."""

from __future__ import annotations

import datetime as dt
import io
import os
import threading

import polars as pl
import pytest

from integration.sources import SourceError, contacts

CSV = (
    'lead_id,phone,zone,"first name"\r\n L1 , +4930123 ,Europe/Berlin,"Zoë, ""Z"""\r\nL2,,UTC,\r\n'
)
JSONL = """
{"lead_id": " L1 ","phone":" +4930123","zone":"Europe/Berlin","first name":"Zo\\u00eb, \\"Z\\""}

{"leadId": "L2", "phone": "", "zone": "UTC", "first name": "", "gone": null}
"""
EXPECTED = [
    (1, "L1", {"phone": "+4930123", "zone": "Europe/Berlin", "first name": 'Zoë, "Z"'}),
    (2, "L2", {"phone": "", "zone": "UTC", "first name": ""}),
]


def loaded(source):
    found = [(row, lead_id, data) for row, lead_id, data, _ in source]
    assert {name for _, _, data in found for name in data} == {*source.columns} - {"gone"}
    return found


@pytest.mark.parametrize("name", ["-", "contacts.csv"])
def test_contacts_from_csv(tmp_path, monkeypatch, name):
    """All columns come along under their own names, trimmed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contacts.csv").write_text(CSV, newline="")
    assert loaded(contacts(name, stdin=io.BytesIO(CSV.encode()))) == EXPECTED


def test_contacts_from_json_lines(tmp_path):
    """All keys come along; a null is an absent value."""
    file = tmp_path / "contacts.jsonl"
    file.write_text(JSONL)
    assert loaded(contacts(file)) == EXPECTED


def test_contacts_from_parquet(tmp_path):
    """Every value becomes its text; a null is an absent value."""
    file = tmp_path / "contacts.parquet"
    at = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
    table = {
        "phone": ["+4930123", None],
        " leadId": [1, 2],
        "value": [1.5, None],
        "open": [True, None],
        "at": [at, None],
        "day": [at.date(), None],
    }
    pl.DataFrame(table).write_parquet(file)
    data = {
        "phone": "+4930123",
        "value": "1.5",
        "open": "true",
        "at": "2026-11-23T10:00:00Z",
        "day": "2026-11-23",
    }
    assert loaded(contacts(file)) == [(1, "1", data), (2, "2", {})]


def test_json_values_become_texts(tmp_path):
    """Numbers keep their digits."""
    file = tmp_path / "contacts.jsonl"
    file.write_text('{"lead_id": "L1", "a": 1.50, "b": true, "c": false}\n')
    [found] = contacts(file)
    assert found.data == {"a": "1.50", "b": "true", "c": "false"}


@pytest.mark.parametrize("lead", ['"L 1"', '""', "4711", "null", "true", '"' + "x" * 129 + '"'])
def test_a_contact_of_no_lead_is_rejected(tmp_path, lead):
    """A contact whose id no score could name is not loaded."""
    file = tmp_path / "contacts.jsonl"
    file.write_text(f'{{"lead_id": {lead}, "phone": "1"}}\n')
    [found] = contacts(file)
    assert (found.problem.reason, found.data) == ("invalid_lead_id", {})


@pytest.mark.parametrize("spelling", ["lead_id", "leadId", "kunde"])
def test_the_lead_may_stand_under_the_name_it_has_in_the_list(spelling):
    """The lead id is found under the configured column name, in snake and in camel case."""
    stdin = io.BytesIO(f"phone,{spelling}\n1,L1\n".encode())
    assert loaded(contacts("-", lead_column="kunde", stdin=stdin)) == [(1, "L1", {"phone": "1"})]


def test_one_column_is_enough():
    """Contacts may consist of their ids; blank lines are still no contacts."""
    stdin = io.BytesIO(b"lead_id\nL1\n \nL2\n")
    assert loaded(contacts("-", stdin=stdin)) == [(1, "L1", {}), (2, "L2", {})]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("phone,zone\n", "has no column lead_id; the header reads: phone, zone. Add it"),
        ("lead_id,phone,phone\n", "has phone twice; keep one of them in the header"),
        ("lead_id,leadId\n", "has both lead_id and leadId"),
        ("lead_id,,phone\n", "has no name for column 2; name it or remove it in the header"),
        ("lead_id;phone\n", "Its fields are separated by semicolons"),
    ],
)
def test_a_wrong_header_is_refused(content, message):
    """Every column of contacts is used, so each needs a name of its own."""
    with pytest.raises(SourceError) as caught:
        contacts("-", stdin=io.BytesIO(content.encode()))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message", "lead"),
    [
        ("lead_id,phone\nL1\n", "line 2 has 1 field, too few for a header of 2", "L1"),
        ("lead_id,phone\nL1,1,\n", "line 2 has 3 fields, too many for a header of 2", "L1"),
        ('lead_id,phone\n"L1,1\n', "line 2 has a quote that is never closed", ""),
        ('{"phone": "1"}', "line 1 lacks lead_id", ""),
        ('{"lead_id": "L1", "leadId": "L1"}', "line 1 has two lead ids", ""),
        ('{"lead_id": "L1", "phone": ["1"]}', "line 1 has an object or a list in phone; ", "L1"),
        ('{"lead_id": "L1", "": "1"}', "line 1 has an empty key", "L1"),
        ('{"lead_id": "L1", "a": "1", "a ": "1"}', "line 1 has a twice", "L1"),
        ('{"lead_id": "L1"', "line 1 is broken JSON", ""),
        ('{"lead_id": "L1", "a": "\\ud800"}', "line 1 has an escape that is half a ", ""),
    ],
)
def test_a_malformed_contact_is_reported_and_passed(content, message, lead):
    """A contact that cannot be read says where and why; it carries no data."""
    [found] = contacts("-", stdin=io.BytesIO(content.encode()))
    assert found.problem.reason == "malformed_row"
    assert found.problem.message.startswith(message)
    assert (found.lead_id, found.problem.lead_id, found.data) == (lead, lead, {})


@pytest.mark.parametrize(
    ("values", "kind"), [([[1]], "List"), ([b"x"], "Binary"), ([dt.timedelta(1)], "Duration")]
)
def test_a_parquet_column_without_a_text_is_refused(tmp_path, values, kind):
    """Nested and binary columns have no place in a contact list."""
    file = tmp_path / "contacts.parquet"
    pl.DataFrame({"lead_id": ["L1"], "x": values}).write_parquet(file)
    with pytest.raises(SourceError, match=f"has {kind}.* in column x; it should hold text"):
        contacts(file)
    pl.DataFrame({"lead_id": values}).write_parquet(file)
    with pytest.raises(SourceError, match=f"has {kind}.* in column lead_id; "):
        contacts(file)


@pytest.mark.parametrize(
    "content",
    ["phone,lead_id,zone\nx,L1,y\n", '{"zone": 1, "lead_id": "L1"}\n{"lead_id": "L2", "phone": 2}'],
    ids=["CSV", "JSON Lines"],
)
def test_all_columns_are_known_before_the_first_contact(tmp_path, content):
    """A contact list can be asked for its columns first; pipes are copied for that."""
    file = tmp_path / "contacts"
    file.write_text(content)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(content))
    writer.start()
    for path in (file, "-", pipe):
        with contacts(path, stdin=io.BytesIO(content.encode())) as source:
            assert sorted(source.columns) == ["phone", "zone"]
            assert next(source).lead_id == "L1"
    writer.join()


def test_more_keys_than_a_list_can_have_columns_are_refused(tmp_path):
    """A file in which every object has keys of its own is no file of contacts."""
    file = tmp_path / "contacts.jsonl"
    file.write_text("".join(f'{{"lead_id": "L1", "{n}": 1}}\n' for n in range(2_000)))
    with pytest.raises(SourceError, match="has more than 1,000 different keys by line 1000; "):
        contacts(file)


def test_a_pipe_that_breaks_while_it_is_copied_is_a_refusal():
    """A pipe that fails ends in a message."""

    class Failing(io.BytesIO):
        def read1(self, _size=-1, /):
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceError, match=r"cannot be read on \(Input/output error\)"):
        contacts("-", stdin=Failing())
