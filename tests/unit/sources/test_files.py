# SPDX-License-Identifier: Apache-2.0
"""Files that cannot be used at all, and how formats are told apart."""

from __future__ import annotations

import io
import os
import threading
import tracemalloc

import polars as pl
import pytest

from integration.sources import STANDARD_INPUT, SourceError, contacts, rows, text

T = "2026-11-23T10:00:00Z"
HEADER = "lead_id,priority_score,last_calculated_at"
CSV = f"{HEADER}\nL1,87,{T}\n"
JSONL = f'{{"lead_id": "L1", "priority_score": 87, "last_calculated_at": "{T}"}}\n'


def refusal(path, read=rows, **options):
    """The message of the refusal, which comes before the first row unless said otherwise."""
    with pytest.raises(SourceError) as caught:
        read(path, **options)
    return str(caught.value)


TEXT_FILES = {
    "empty": (b"", "is empty; check the program that wrote it"),
    "only a byte order mark": (b"\xef\xbb\xbf", "is empty"),
    "only blank lines": (b"\n \r\n\t\r\r", "holds nothing but blank lines"),
    "NUL at the start": (b"\0\0\0\0", "holds NUL bytes"),
    "UTF-16 LE": (CSV.encode("utf-16"), "is UTF-16 text, not UTF-8; save it as UTF-8"),
    "UTF-16 BE": (b"\xfe\xff" + CSV.encode("utf-16-be"), "is UTF-16 text, not UTF-8"),
    "UTF-16 without a mark": (CSV.encode("utf-16-le"), "is binary or UTF-16"),
    "UTF-32": (CSV.encode("utf-32"), "is UTF-32 text, not UTF-8"),
    "Parquet": (b"PAR1....PAR1", "is a Parquet file; name it .parquet"),
    "a workbook": (b"PK\x03\x04....", "is a ZIP archive or a workbook"),
    "gzip": (b"\x1f\x8b\x08....", "is compressed with gzip"),
}


@pytest.mark.parametrize("extension", ["csv", "jsonl", "txt"])
@pytest.mark.parametrize(("content", "message"), TEXT_FILES.values(), ids=TEXT_FILES)
@pytest.mark.parametrize("read", [rows, contacts])
def test_what_is_no_text_is_refused_before_the_first_row(
    tmp_path, extension, content, message, read
):
    """Files that are empty, binary or of another encoding are refused with what they are."""
    file = tmp_path / f"leads.{extension}"
    file.write_bytes(content)
    assert message in refusal(file, read)
    assert message in refusal("-", read, stdin=io.BytesIO(content))


def test_binary_far_behind_is_found_before_the_first_row(tmp_path):
    """A file that turns binary after megabytes is refused as a whole."""
    file = tmp_path / "leads.csv"
    file.write_bytes(CSV.encode() * 40_000 + b"\0")
    assert "holds NUL bytes" in refusal(file)


@pytest.mark.parametrize("extension", ["csv", "jsonl"])
@pytest.mark.parametrize("good", [1, 60_000], ids=["near the start", "in its middle"])
def test_latin_1_is_refused_with_the_line_before_any_row(tmp_path, extension, good):
    """A byte that is no UTF-8 is named with its line, even megabytes into the file."""
    line = (CSV if extension == "csv" else JSONL).splitlines()[-1] + "\n"
    start = HEADER + "\n" if extension == "csv" else ""
    file = tmp_path / f"leads.{extension}"
    file.write_bytes((start + line * good + "  Müller\n" + line).encode("latin-1"))
    number = good + 1 + (extension == "csv")
    message = refusal(file)
    assert f"is not UTF-8 text: line {number}, byte 4 is 0xFC; save it as UTF-8" in message


def test_a_character_cut_off_at_the_end_is_refused(tmp_path):
    """A file cut in the middle of a character is no UTF-8."""
    file = tmp_path / "leads.csv"
    file.write_bytes(f"{HEADER},n\nL1,87,{T},é".encode()[:-1])
    assert "line 2, byte 28 is 0xC3" in refusal(file)


def test_characters_across_blocks_are_read(tmp_path, monkeypatch):
    """Where a block ends, within a character or a line end, changes nothing."""
    content = f"{HEADER},n\r\nL1,87,{T},é€😀\r\n\rL2,5,{T},é\r\n"
    file = tmp_path / "leads.csv"
    file.write_bytes(content.encode())
    for size in range(1, 40):
        monkeypatch.setattr(text, "_BLOCK", size)
        assert [found.raw.lead_id for found in rows(file)] == ["L1", "L2"]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""], ids=["with a mark", "without"])
def test_standard_input_may_come_byte_by_byte(mark):
    """A pipe that delivers single bytes is understood, its byte order mark too."""

    class Trickle(io.BytesIO):
        def read1(self, _size=-1, /):
            return super().read1(1)

    [found] = rows("-", stdin=Trickle(mark + CSV.encode()))
    assert found.raw.lead_id == "L1"


HEADERS = {
    "a column missing": (
        f"lead_id,last_calculated_at\nL1,{T}\n",
        "has no column priority_score; the header reads: lead_id, last_calculated_at. Add it",
    ),
    "a misspelt column": (
        f"lead_id,priority_scores,last_calculated_at\nL1,87,{T}\n",
        "Rename priority_scores to priority_score",
    ),
    "another case": (
        f"Lead_ID,priority_score,last_calculated_at\nL1,87,{T}\n",
        "has no column lead_id",
    ),
    "no header": (f"L1,87,{T}\n", "That looks like data: put the names of the columns"),
    "semicolons": (CSV.replace(",", ";"), "Its fields are separated by semicolons"),
    "tabs": (CSV.replace(",", "\t"), "Its fields are separated by tabs"),
    "a column twice": (
        f"lead_id,priority_score,lead_id,last_calculated_at\nL1,87,L1,{T}\n",
        "has lead_id twice; keep one of them in the header",
    ),
    "a column in both spellings": (
        f"leadId,priority_score,lead_id,last_calculated_at\nL1,87,L1,{T}\n",
        "has both leadId and lead_id; keep one of them in the header",
    ),
    "an open quote": (f'"{HEADER}\nL1,87,{T}\n', "has a broken header: line 1 has a quote"),
    "a line over a mebibyte": (f"{HEADER}{' ' * (1 << 20)}\n", "has a broken header: line 1 is"),
    "prose": ("Dear Sir or Madam\n", "has no column lead_id and no column priority_score"),
}


@pytest.mark.parametrize(("content", "message"), HEADERS.values(), ids=HEADERS)
def test_a_wrong_header_is_refused_with_what_to_do(tmp_path, content, message):
    """A header that lacks a column or has one twice is a problem of the file."""
    file = tmp_path / "leads.csv"
    file.write_text(content)
    assert message in refusal(file)
    assert message in refusal("-", stdin=io.BytesIO(content.encode()))


@pytest.mark.parametrize("content", ["[\n" + JSONL + "]", f"[{JSONL}]", " [ {"])
def test_a_json_array_is_not_taken_for_json_lines(tmp_path, content):
    """One array of objects, a common mistake, is refused with the way out."""
    file = tmp_path / "leads.json"
    file.write_text(content)
    assert "is one JSON array, not JSON Lines; write one object per line" in refusal(file)
    assert "is one JSON array" in refusal("-", contacts, stdin=io.BytesIO(content.encode()))


@pytest.mark.parametrize("extension", ["csv", "jsonl", "parquet", "txt"])
def test_a_path_without_a_usable_file_is_refused(tmp_path, extension, monkeypatch):
    """Missing files, directories, unreadable ones and impossible names are told apart."""
    monkeypatch.chdir(tmp_path)
    missing = f"leads.{extension}"
    assert refusal(missing) == f"{missing} does not exist; it was looked for in {tmp_path}"
    assert "does not exist; check its path" in refusal(tmp_path / missing)
    directory = tmp_path / f"folder.{extension}"
    directory.mkdir()
    assert refusal(directory) == f"{directory} is a directory; name one file in it"
    assert "does not exist" in refusal(f"folder.{extension}/../nowhere/{missing}")
    assert "cannot be opened" in refusal(f"a\0b.{extension}")
    assert "cannot be opened" in refusal(f"{'x' * 300}.{extension}")


def test_no_name_names_nothing():
    """The empty file name, a shell variable that is not set, is explained."""
    assert refusal("").startswith("the empty file name names no file; ")


def test_a_name_that_is_no_text_can_be_shown(tmp_path):
    """A file name of other bytes is shown with its bytes spelled out."""
    file = os.fsdecode(os.fsencode(tmp_path) + b"/l\xe9ads.csv")
    assert "\\udce9ads.csv does not exist" in refusal(file)
    with open(file, "w") as out:  # noqa: PTH123 - the name is the point
        out.write(CSV)
    with rows(file) as source:
        assert source.name.encode()


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    """Missing permission is said as such, whoever runs the tests."""
    file = tmp_path / "leads.csv"

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("pathlib.Path.open", denied)
    assert (
        refusal(file) == f"{file} may not be read by this user; change its permissions or the user"
    )


def test_a_read_error_under_way_is_a_refusal():
    """A disk or pipe that fails while it is read ends in a message, not in a traceback."""

    class Failing(io.BytesIO):
        def read1(self, _size=-1, /):
            raise OSError(5, "Input/output error")

    message = refusal("-", stdin=Failing())
    assert message == "standard input cannot be read on (Input/output error); try again"


def test_standard_input_that_turns_out_not_to_be_text_is_refused_at_that_line():
    """Standard input can be read once only, so its faults show where they stand."""
    stdin = io.BytesIO(CSV.encode() + b"L2,\xff,\n")
    with rows("-", stdin=stdin) as source, pytest.raises(SourceError, match=r"line 3, byte 4"):
        list(source)
    assert not stdin.closed


def test_standard_input_that_is_closed_is_refused(monkeypatch):
    """A service without standard input gets a message."""
    monkeypatch.setattr("sys.stdin", None)
    assert refusal("-") == "standard input is closed; name a file instead of -"


@pytest.mark.parametrize("name", ["-", "leads", "leads.txt", "leads.dat"])
@pytest.mark.parametrize(
    ("content", "expected"), [(CSV, "csv"), (JSONL, "jsonl"), (f"\ufeff \n{JSONL}", "jsonl")]
)
def test_the_format_is_told_by_the_first_character(tmp_path, monkeypatch, name, content, expected):
    """Standard input and unknown extensions are JSON Lines if they begin like an object."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads").write_text(content)
    (tmp_path / "leads").rename(tmp_path / name)
    with rows(name, stdin=io.BytesIO(content.encode())) as source:
        assert source.format == expected
        assert source.name == (STANDARD_INPUT if name == "-" else name)
        assert [found.raw.lead_id for found in source] == ["L1"]


@pytest.mark.parametrize("extension", ["csv", "jsonl", "ndjson", "JSON", "parquet", "PQ", "txt"])
def test_the_option_beats_the_extension(tmp_path, extension):
    """--format decides, whatever the file is called."""
    file = tmp_path / f"leads.{extension}"
    file.write_text(CSV)
    assert [found.raw.lead_id for found in rows(file, file_format="csv")] == ["L1"]
    file.write_text(JSONL)
    assert [found.raw.lead_id for found in rows(file, file_format="jsonl")] == ["L1"]
    pl.DataFrame({"lead_id": "L1", "priority_score": 87, "last_calculated_at": T}).write_parquet(
        file
    )
    assert [found.raw.lead_id for found in rows(file, file_format="parquet")] == ["L1"]


def test_parquet_does_not_come_from_pipes(tmp_path):
    """Parquet has its index at the end, so it needs a file."""
    message = "standard input cannot hold Parquet; write it to a file and name that instead of -"
    assert refusal("-", file_format="parquet", stdin=io.BytesIO()) == message
    pipe = tmp_path / "leads.parquet"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.open("wb").close())
    writer.start()
    assert "is no regular file" in refusal(pipe)
    writer.join()


def test_text_may_come_from_a_named_pipe(tmp_path):
    """Process substitution of a shell works: such a file is read once and in order."""
    pipe = tmp_path / "leads"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(CSV))
    writer.start()
    assert [found.raw.lead_id for found in rows(pipe)] == ["L1"]
    writer.join()


def test_extra_columns_are_named_once(tmp_path):
    """What is ignored can be said in one line."""
    file = tmp_path / "leads.csv"
    file.write_text(f"notes,{HEADER}, campaign ,,model_version\nx,L1,87,{T},c,,m\n")
    with rows(file) as source:
        assert source.ignored == ("notes", "campaign")
    file = tmp_path / "leads.jsonl"
    file.write_text(JSONL.replace("{", '{"notes": 1, ') * 3)
    with rows(file) as source:
        list(source)
        assert source.ignored == ("notes",)


def test_a_source_closes_its_file_at_its_end_or_before(tmp_path):
    """A file is closed once all rows are read, and where its reader stops early."""
    file = tmp_path / "leads.csv"
    file.write_text(CSV * 2)
    source = rows(file)
    list(source)
    assert source._opened.stream.closed
    with rows(file) as early:
        next(early)
    assert early._opened.stream.closed


@pytest.mark.parametrize("extension", ["csv", "jsonl"])
def test_memory_does_not_grow_with_the_file(tmp_path, extension):
    """Rows are read one at a time; one endless line or field is not held either."""
    file = tmp_path / f"leads.{extension}"
    line = (CSV if extension == "csv" else JSONL).splitlines()[-1] + "\n"
    with file.open("w") as out:
        out.write(HEADER + "\n" if extension == "csv" else "")
        out.writelines(line * 1_000 for _ in range(10))
        out.write("x" * (12 << 20) + "\n")
        out.writelines(line * 1_000 for _ in range(10))
    tracemalloc.start()
    count = sum(1 for _ in rows(file))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_001
    assert peak < 6 << 20
