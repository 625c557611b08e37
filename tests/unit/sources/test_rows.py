# SPDX-License-Identifier: Apache-2.0
"""Rows good and bad: every case as CSV, as JSON Lines, and as Parquet where it can be said."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest

from integration.scores import Rejected, parse
from integration.sources import delimited, rows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
T = "2026-11-23T10:00:00Z"
HEADER = "lead_id,priority_score,last_calculated_at"
FULL = f"{HEADER},model_version,based_on"


def outcome(source):
    """Each row as (row, lead, score) or (row, reason), judged as a push judges it."""
    found = []
    with source:
        for row, raw, problem in source:
            if problem is not None:
                found.append((row, problem.reason))
                continue
            try:
                score = parse(raw, NOW)
            except Rejected as rejected:
                found.append((row, rejected.reason))
            else:
                found.append((row, score.lead_id, score.score))
    return found


@pytest.fixture
def judge(tmp_path):
    def judge(content, extension):
        file = tmp_path / f"leads.{extension}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return outcome(rows(file))

    return judge


def csv_of(lead='"L1"', score="87", at=T):
    return f"{HEADER}\n{lead},{score},{at}\n"


def json_of(lead='"L1"', score='"87"', at=f'"{T}"'):
    return f'{{"lead_id": {lead}, "priority_score": {score}, "last_calculated_at": {at}}}\n'


FIELD_CASES = [
    # the text of the field, and what becomes of the row
    ("score", "87", 87),
    ("score", "87.0", 87),
    ("score", " 87\t", 87),
    ("score", "+87", 87),
    ("score", "0087", 87),
    ("score", "8.7e1", 87),
    ("score", "1e2", 100),
    ("score", "", "score_not_a_number"),
    ("score", "   ", "score_not_a_number"),
    ("score", "n/a", "score_not_a_number"),
    ("score", "NaN", "score_not_a_number"),
    ("score", "Infinity", "score_not_a_number"),
    ("score", "-Infinity", "score_not_a_number"),
    ("score", "true", "score_not_a_number"),
    ("score", "null", "score_not_a_number"),
    ("score", "8_7", "score_not_a_number"),
    ("score", "0x57", "score_not_a_number"),
    ("score", "\uff18\uff17", "score_not_a_number"),
    ("score", "0", "score_out_of_range"),
    ("score", "-0", "score_out_of_range"),
    ("score", "101", "score_out_of_range"),
    ("score", "-5", "score_out_of_range"),
    ("score", "1e3", "score_out_of_range"),
    ("score", "1e400", "score_out_of_range"),
    ("score", "1e99999999999999999999", "score_out_of_range"),
    ("score", "9" * 5000, "score_out_of_range"),
    ("score", "87.5", "score_not_integer"),
    ("score", "99.99999999999999999999", "score_not_integer"),
    ("score", "100.00000000000000000001", "score_out_of_range"),
    ("lead", "A-b_9.:@", 87),
    ("lead", "  L1  ", 87),
    ("lead", "x" * 128, 87),
    ("lead", "x" * 129, "invalid_lead_id"),
    ("lead", "x" * 10_000, "invalid_lead_id"),
    ("lead", "", "invalid_lead_id"),
    ("lead", "L 1", "invalid_lead_id"),
    ("lead", "Lé", "invalid_lead_id"),
    ("lead", "L\u20281", "invalid_lead_id"),
    ("lead", "L\x851", "invalid_lead_id"),
    ("lead", "L\x0b1", "invalid_lead_id"),
    ("lead", "=1+1", "invalid_lead_id"),
    ("at", "2026-11-23T11:00:00+01:00", 87),
    ("at", f" {T} ", 87),
    ("at", "2026-11-23T10:00:00", "time_without_zone"),
    ("at", "2026-11-23", "time_invalid"),
    ("at", "2026-11-23 10:00:00Z", "time_invalid"),
    ("at", "1763892000", "time_invalid"),
    ("at", "", "time_invalid"),
    ("at", "2026-11-23T13:00:00Z", "time_in_future"),
]
FIELD_IDS = [f"{field} {text[:24]!r}" for field, text, _ in FIELD_CASES]


@pytest.mark.parametrize(("field", "text", "expected"), FIELD_CASES, ids=FIELD_IDS)
def test_a_field_is_judged_alike_in_every_format(judge, tmp_path, field, text, expected):
    """A field of CSV, a JSON string and a Parquet text get the same verdict."""
    lead = text.strip() if field == "lead" else "L1"
    wanted = [(1, expected)] if isinstance(expected, str) else [(1, lead, expected)]
    quoted = '"' + text.replace('"', '""') + '"'
    assert judge(csv_of(**{field: text}), "csv") == wanted
    assert judge(csv_of(**{field: quoted}), "csv") == wanted
    assert judge(json_of(**{field: json.dumps(text)}), "jsonl") == wanted
    assert judge(json_of(**{field: json.dumps(text, ensure_ascii=False)}), "jsonl") == wanted
    values = {"lead": "L1", "score": "87", "at": T} | {field: text}
    table = dict(zip(HEADER.split(","), ([value] for value in values.values()), strict=True))
    pl.DataFrame(table).write_parquet(tmp_path / "leads.parquet")
    assert outcome(rows(tmp_path / "leads.parquet")) == wanted


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("87", 87),
        ("87.0", 87),
        ("8.7e1", 87),
        ("1E2", 100),
        ("-0", "score_out_of_range"),
        ("1e400", "score_out_of_range"),
        ("9" * 5000, "score_out_of_range"),
        ("87.5", "score_not_integer"),
        ("99.99999999999999999999", "score_not_integer"),
        ("NaN", "score_not_a_number"),
        ("Infinity", "score_not_a_number"),
        ("-Infinity", "score_not_a_number"),
        ("true", "score_not_a_number"),
        ("null", "score_not_a_number"),
        ("[87]", "score_not_a_number"),
        ('{"value": 87}', "score_not_a_number"),
        ("087", "malformed_row"),
        ("+87", "malformed_row"),
    ],
)
def test_a_json_value_is_judged_by_its_source_text(judge, value, expected):
    """JSON numbers keep the digits of the document; other values are no numbers."""
    found = judge(json_of(score=value), "jsonl")
    assert found == [(1, expected) if isinstance(expected, str) else (1, "L1", expected)]


GOOD = f"L1,87,{T}"
CSV_CASES = {
    "columns in another order": (f"priority_score,last_calculated_at,lead_id\n87,{T},L1\n",),
    "camel case": (f"leadId,priorityScore,lastCalculatedAt\n{GOOD}\n",),
    "mixed case styles": (f"leadId,priority_score,lastCalculatedAt\n{GOOD}\n",),
    "white space in the header": (f" lead_id , priority_score\t,last_calculated_at \n{GOOD}\n",),
    "a quoted header": (f'"lead_id","priority_score","last_calculated_at"\n{GOOD}\n',),
    "byte order mark": (f"\ufeff{HEADER}\n{GOOD}\n",),
    "byte order mark and quotes": (f'\ufeff"lead_id",{HEADER[8:]}\n{GOOD}\n',),
    "CRLF": (f"{HEADER}\r\n{GOOD}\r\n",),
    "lone CR": (f"{HEADER}\r{GOOD}\r",),
    "mixed line ends": (f"{HEADER}\r{GOOD}\r\n\n{GOOD}\n\r{GOOD}", 3),
    "no line end at the end": (f"{HEADER}\n{GOOD}",),
    "blank lines": (f"\n\n{HEADER}\n\n  \t\n{GOOD}\n\n",),
    "quoted fields": (f'{HEADER}\n"L1","87","{T}"\n',),
    "white space around quotes": (f'{HEADER}\n "L1" ,\t"87"  , "{T}" \r\n',),
    "white space inside quotes": (f'{HEADER}\n" L1 "," 87","{T}\t"\n',),
    "a line end inside quotes at the end of a field": (f'{HEADER}\n"L1\n",87,{T}\n',),
    "extra columns": (f'{HEADER},notes,x\n{GOOD},"a, ""b""\r\nc\n\nd",5" pipe\n',),
    "an unnamed column after a trailing comma": (f"{HEADER},\n{GOOD},\n",),
    "extra columns twice": (f"{HEADER},notes,notes\n{GOOD},a,b\n",),
    "blank optional columns": (f"{FULL}\n{GOOD},,\n",),
    "a field of 10,000 characters": (f"{HEADER},notes\n{GOOD},{'n' * 10_000}\n",),
    "a quoted field of 10,000 characters": (f'{HEADER},notes\n{GOOD},"' + "n\n" * 5_000 + '"\n',),
    "only a header": (f"{HEADER}\n", 0),
    "only a header without a line end": (HEADER, 0),
}


@pytest.mark.parametrize("case", CSV_CASES.values(), ids=CSV_CASES)
def test_liberties_of_csv(judge, case):
    """What real CSV files do in spelling, quoting and line ends changes no score."""
    content, *count = case
    expected = [(n, "L1", 87) for n in range(1, (count or [1])[0] + 1)]
    assert judge(content, "csv") == expected


ONE = json_of().strip()
JSON_CASES = {
    "keys in another order": (
        f'{{"last_calculated_at": "{T}", "lead_id":"L1","priority_score":87}}',
    ),
    "camel case": (f'{{"leadId": "L1", "priorityScore": 87, "lastCalculatedAt": "{T}"}}',),
    "white space in keys": (
        f'{{" leadId": "L1", "priorityScore ": 87, "lastCalculatedAt": "{T}"}}',
    ),
    "escapes in keys": (ONE.replace("lead_id", "lead\\u005fid"),),
    "byte order mark": (f"\ufeff{ONE}\n",),
    "CRLF": (f"{ONE}\r\n",),
    "lone CR": (f"{ONE}\r{ONE}\r", 2),
    "mixed line ends": (f"{ONE}\r{ONE}\r\n\n{ONE}\n\r{ONE}", 4),
    "no line end at the end": (ONE,),
    "blank lines": (f"\n\n{ONE}\n  \t\n\n",),
    "white space around": (f"  {ONE}\t \n",),
    "white space inside strings": (json_of('" L1\\n"', '"\\t87 "', f'" {T} "'),),
    "extra keys": (ONE[:-1] + ', "notes": {"a": [1, null, "b\\n"]}, "x": NaN}',),
    "null for optional keys": (ONE[:-1] + ', "model_version": null}',),
    "blank optional keys": (ONE[:-1] + ', "model_version": " ", "based_on": ""}',),
    "a field of 10,000 characters": (ONE[:-1] + f', "notes": "{"n" * 10_000}"}}',),
}


@pytest.mark.parametrize("case", JSON_CASES.values(), ids=JSON_CASES)
def test_liberties_of_json_lines(judge, case):
    """The twins of the CSV cases as JSON Lines change no score either."""
    content, *count = case
    expected = [(n, "L1", 87) for n in range(1, (count or [1])[0] + 1)]
    assert judge(content, "jsonl") == expected


BAD = "malformed_row"
MALFORMED = {
    "too few fields": ("L2,87", '{"lead_id": "L2", "priority_score": 87}'),
    "one field": ("L2", '{"lead_id": "L2"}'),
    "too many fields": (f"L2,87,{T},x", f'{json_of().strip()} {{"x": 1}}'),
    "a trailing comma": (f"L2,87,{T},", ONE[:-1] + ",}"),
    "only quotes": ('""', '""'),
    "text after a quote": (f'"L2"x,87,{T}', ONE[:-1]),
    "a quote inside quotes": (f'"L"2",87,{T}', ONE.replace("L1", 'L"1')),
    "another separator": (f"L2;87;{T}", ONE.replace(",", ";")),
    "control characters": ("L2,\x0187", ONE.replace("L1", "L\x011")),
    "no object": ("-", f'["L2", 87, "{T}"]'),
    "a number": ("5", "5"),
    "deep nesting": ("[" * 9, "[" * 100_000),
    "deep nesting of an extra key": ("{" * 9, ONE[:-1] + ', "x": ' + '{"x":' * 100_000),
    "a key twice": ("-", ONE[:-1] + ', "lead_id": "L3"}'),
    "a key in both spellings": ("-", ONE[:-1] + ', "leadId": "L1"}'),
    "half a character": ("-", ONE.replace("L1", "L\\ud800")),
    "half a character in an extra key": ("-", ONE[:-1] + ', "n\\udc00": 1}'),
    "a line over a mebibyte": (f"L2,87,{T}{' ' * (1 << 20)}", ONE + " " * (1 << 20)),
    "single quotes": ("'L2'", ONE.replace('"', "'")),
}


@pytest.mark.parametrize(("csv", "json_line"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_row_is_reported_and_passed(judge, csv, json_line):
    """A row that cannot be read has its number and reason; its neighbours count as ever."""
    expected = [(1, "L1", 87), (2, BAD), (3, "L1", 87), (4, BAD), (5, "L1", 87)]
    content = f"{HEADER}\n{GOOD}\n{csv}\n\n{GOOD}\n{csv}\r{GOOD}\n"
    assert judge(content, "csv") == expected
    content = f"{ONE}\n{json_line}\n\n{ONE}\n{json_line}\r{ONE}\n"
    assert judge(content, "jsonl") == expected


RUNAWAY = {
    "before the first field": f'"L2,87,{T}',
    "before the last field": f'L2,87,"{T}',
    "after a quoted field": f'"L2","87,{T}',
    "with doubled quotes": f'"L2 ""x"",87,{T}',
}


@pytest.mark.parametrize("line", RUNAWAY.values(), ids=RUNAWAY)
@pytest.mark.parametrize("many", [1, 3, 500], ids=["one row", "three rows", "over the bound"])
def test_a_quote_that_is_never_closed_costs_one_row(judge, line, many, monkeypatch):
    """An unterminated quote swallows its own line and none of those after it."""
    monkeypatch.setattr(delimited, "MAX_RECORD", 5_000)
    good = "\n".join([GOOD] * many)
    expected = [(n, "L1", 87) for n in range(1, 2 * many + 2)]
    expected[many] = (many + 1, BAD)
    assert judge(f"{HEADER}\n{good}\n{line}\n{good}\n", "csv") == expected


def test_the_search_for_a_closing_quote_has_an_end(tmp_path, monkeypatch):
    """What is held of one record is bounded, and the message says where the search ended."""
    monkeypatch.setattr(delimited, "MAX_RECORD", 5_000)
    file = tmp_path / "leads.csv"
    file.write_text(f'{HEADER}\n"L2,87,{T}\n' + f"{GOOD}\n" * 500)
    first, *others = rows(file)
    message = "line 2 has a quote that is not closed within 5,000 characters"
    assert first.problem.message == message
    assert len(others) == 500


def test_a_quote_that_another_line_seems_to_close_costs_one_row_each(judge):
    """Two stray quotes far apart do not make one field of all that is between them."""
    stray = f'"L2,87,{T}'
    content = "\n".join([HEADER, GOOD, stray, *[GOOD] * 50, stray, GOOD])
    expected = [(n, "L1", 87) for n in range(1, 55)]
    expected[1] = (2, BAD)
    expected[52] = (53, BAD)
    assert judge(content, "csv") == expected


def test_lines_that_each_open_a_quote_are_looked_at_a_bounded_number_of_times(judge, monkeypatch):
    """A file made to defeat the look-ahead is read in time proportional to its length."""
    looks = 0
    feed = delimited._Splitter.feed

    def counted(splitter, line):
        nonlocal looks
        looks += 1
        return feed(splitter, line)

    monkeypatch.setattr(delimited._Splitter, "feed", counted)
    monkeypatch.setattr(delimited, "_CREDIT", 3_000)
    lines = 1_000
    content = f"{HEADER}\n" + 'x",",\n' * lines
    assert judge(content, "csv") == [(n, BAD) for n in range(1, lines + 1)]
    per_line = delimited._CREDIT_PER_LINE + delimited._LEAST_LINES + 2
    assert looks <= 3_000 + per_line * lines


def test_quoted_line_ends_count_as_one_row(judge):
    """Rows are counted by record, not by line; so are records of the wrong width."""
    content = f'{HEADER},notes\n{GOOD},"a\nb\r\nc\rd"\n{GOOD},"a\nb",\n{GOOD},c\n'
    assert judge(content, "csv") == [(1, "L1", 87), (2, BAD), (3, "L1", 87)]


@pytest.mark.parametrize(
    ("content", "extension", "message", "lead"),
    [
        (f"{HEADER}\n\nL2,87\n", "csv", "line 3 has 2 fields, too few for a header of 3", "L2"),
        (f"{HEADER}\n \n L2 \n", "csv", "line 3 has 1 field, too few for a header of 3", "L2"),
        (f"{HEADER}\n,,,\n", "csv", "line 2 has 4 fields, too many for a header of 3", ""),
        (f'{HEADER}\n"L2,8\n', "csv", "line 2 has a quote that is never closed", ""),
        (f'{HEADER}\n"L2"1,8\n', "csv", "line 2 has text between a closing quote", ""),
        ("\n{\n", "jsonl", "line 2 is broken JSON: ", ""),
        ('{"lead_id": "L2"}\n', "jsonl", "line 1 lacks priority_score, last_calculated_at", "L2"),
        ("5\n", "jsonl", "line 1 is no JSON object; write one object per line", ""),
        (ONE[:-1] + ', "lead_id": "L3"}', "jsonl", 'line 1 has the key "lead_id" twice', ""),
    ],
)
def test_a_malformed_row_says_where_and_why(tmp_path, content, extension, message, lead):
    """The message names the line of the file and the verdict the lead, where it is known."""
    file = tmp_path / f"leads.{extension}"
    file.write_text(content)
    [found] = rows(file)  # closes the file at its end
    assert found.raw is None
    assert found.problem.message.startswith(message)
    assert found.problem.lead_id == lead


@pytest.mark.parametrize(
    ("text", "json_value", "expected"),
    [
        ("", None, None),
        ("null", "null", frozenset({None})),
        (T, f'"{T}"', frozenset({1_795_428_000_000})),
    ],
    ids=["absent", "null", "an instant"],
)
def test_based_on_may_be_absent_null_or_an_instant(tmp_path, text, json_value, expected):
    """Absent is unconditional, null says that nothing may be stored, an instant says what."""
    csv = tmp_path / "leads.csv"
    csv.write_text(f"{FULL}\n{GOOD},m1,{text}\n")
    key = "" if json_value is None else f', "basedOn": {json_value}'
    jsonl = tmp_path / "leads.jsonl"
    jsonl.write_text(f'{ONE[:-1]}, "modelVersion": "m1"{key}}}\n')
    table = pl.read_csv(csv, schema_overrides=dict.fromkeys(FULL.split(","), pl.String))
    table.write_parquet(tmp_path / "leads.parquet")
    for file in (csv, jsonl, tmp_path / "leads.parquet"):
        with rows(file) as source:
            score = parse(next(source).raw, NOW)
        assert score.model_version == "m1"
        assert score.based_on == expected
