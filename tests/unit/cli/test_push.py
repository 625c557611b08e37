# SPDX-License-Identifier: Apache-2.0
"""`leadscore push`: what it takes, shows and writes, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import threading

import pytest

from integration.configuration import SettingsError
from integration.loading import UnknownColumnsError
from integration.outbox import OutboxError
from integration.platform.errors import Forbidden, RateLimited, Refused, Unauthorized, Unreachable
from integration.reports import VerdictRow
from integration.sources import SourceError

FINE = {"rows": 2, "accepted": 2, "delivered": 2}
ROWS = [
    VerdictRow(1, "L1", "delivered", None, None, 10, "2026-11-22T10:00:00.000Z", 87, "x"),
    VerdictRow(2, "L\x1b2", "rejected", "invalid_lead_id", "no lead id", None, None, None, None),
]


def test_rows_reach_the_app_and_a_summary_the_user(leadscore, app, scores):
    """The usual run: one summary on standard output, nothing else, exit code 0."""
    app.result = FINE
    result = leadscore("push", scores.name)
    assert app.calls == [("push", [(1, "L1"), (2, "L2")]), ("closed", None)]
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "scores.csv: 2 rows in 2.0 s, 1 delivered per second"
    assert lines[1].split() == ["accepted", "2"]
    assert [line.split("  ")[1] for line in lines[1:]] == [
        "accepted",
        "delivered",
        "superseded",
        "duplicates",
        "conflicts",
        "rejected",
        "unknown leads",
        "waiting",
        "calls",
        "waits",
        "previous values",
    ]
    assert result.stderr == ""


@pytest.mark.parametrize("name", ["-", "scores.csv"])
@pytest.mark.parametrize("file_format", [[], ["--format", "csv"]])
def test_scores_may_come_from_standard_input(leadscore, app, scores, name, file_format):
    """A dash is standard input."""
    leadscore("push", name, *file_format, stdin=scores.read_bytes())
    assert app.calls[0] == ("push", [(1, "L1"), (2, "L2")])


def test_a_format_may_be_said(leadscore, app, scores):
    """--format beats the extension."""
    result = leadscore("push", scores, "--format", "jsonl")
    assert app.calls[0] == ("push", [(1, None), (2, None), (3, None)])
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (FINE, 0),
        ({"duplicates": 2}, 0),
        ({"superseded": 2}, 0),
        ({"rejected": 1}, 1),
        ({"unknown": 1}, 1),
        ({"conflicts": 1}, 1),
        ({"waiting": 1}, 1),
        ({"interrupted": True, "waiting": 1}, 4),
        ({"stopped": Unauthorized(operation="token", client="x"), "rejected": 1}, 3),
    ],
)
def test_the_exit_code_is_that_of_the_run(leadscore, app, scores, result, code):
    """Scripts see the verdicts of all rows as one number."""
    app.result = result
    assert leadscore("push", scores).exit_code == code
    assert leadscore("push", scores, "--json").exit_code == code
    assert leadscore("push", "--resume").exit_code == code


def test_what_ended_a_run_is_told_with_the_summary(leadscore, app, scores):
    """A refusal is told once, in full, and not again for each row that waits for it."""
    stopped = Forbidden(operation="write contacts", client="pus…", permissions=("a:b:c",))
    app.result = {"waiting": 2, "stopped": stopped}
    app.rows_of_run = [
        VerdictRow(1, "L1", "waiting", None, "forbidden", None, None, 87, "x"),
        VerdictRow(2, "L2", "rejected", "score_not_integer", "87.5", None, None, None, None),
    ]
    result = leadscore("push", scores)
    assert f"Stopped: {stopped}" in result.stdout
    assert "L1" not in result.stderr
    assert "row 2 (lead L2): rejected, score_not_integer: 87.5" in result.stderr
    app.result = {"interrupted": True}
    assert "Interrupted: what was accepted is kept." in leadscore("push", scores).stdout


def test_the_first_rows_that_need_attention_are_shown(leadscore, app, scores):
    """Ten bad rows are named; for the rest there is the file of verdicts."""
    app.result = {"rejected": 14, "waiting": 3}
    app.rows_of_run = [
        *(VerdictRow(n, f"W{n}", "waiting", None, "503", None, None, 1, "x") for n in (1, 2, 3)),
        VerdictRow(4, "S", "superseded", None, None, None, None, 1, "x"),
        VerdictRow(5, "U", "unknown_lead", "unknown_lead", "not there", None, None, 1, "x"),
        *(VerdictRow(n, "", "rejected", "r", None, None, None, None, None) for n in range(6, 20)),
    ]
    result = leadscore("push", scores.name)
    lines = result.stderr.splitlines()
    assert lines[0] == "scores.csv row 1 (lead W1): waiting: 503"
    assert lines[1] == "scores.csv row 5 (lead U): unknown_lead: not there"
    assert lines[2] == "scores.csv row 6: rejected, r"
    assert len(lines) == 11
    assert lines[-1] == "and 7 more rows; --verdicts FILE lists every row"
    lines = leadscore("push", scores.name, "--verdicts", "v.jsonl").stderr.splitlines()
    assert lines[-1] == "and 7 more rows; v.jsonl lists every row"


def test_hostile_text_is_shown_harmlessly(leadscore, app, scores):
    """Control characters and markup of rows and names do nothing to a terminal."""
    app.result = {"rejected": 1, "source": "a\x1b[2J[bold]"}
    app.rows_of_run = ROWS
    result = leadscore("push", scores)
    assert "\x1b" not in result.output
    assert "a\\x1b[2J[bold]: 0 rows" in result.stdout
    assert "row 2 (lead L\\x1b2): rejected" in result.stderr


def test_json_is_one_document_and_nothing_else(leadscore, app, scores):
    """--json prints the summary for scripts."""
    app.result = {"rejected": 1}
    result = leadscore("push", scores.name, "--json")
    document = json.loads(result.stdout)
    assert (document["rejected"], document["exit_code"]) == (1, 1)
    assert document["source"] == "scores.csv"


def test_quiet_says_nothing_where_all_is_well(leadscore, app, scores):
    """--quiet suits a scheduler that mails whatever is said."""
    app.result = FINE
    assert leadscore("push", scores, "-q").output == ""
    app.result = {"waiting": 1}
    assert "waiting" in leadscore("push", scores, "--quiet").stdout
    app.result = FINE
    assert json.loads(leadscore("push", scores, "-q", "--json").stdout)["delivered"] == 2


def test_ignored_columns_are_named_once(leadscore, scores):
    """Columns that mean nothing are said in one line, unless nobody wants to hear."""
    scores.write_text("notes,x," + scores.read_text().replace("\nL", "\na,b,L"))
    result = leadscore("push", scores.name)
    assert result.stderr == "scores.csv: ignored, for they mean nothing here: notes, x\n"
    assert leadscore("push", scores.name, "-q").stderr == ""


def test_verdicts_are_written_when_the_run_is_done(leadscore, app, scores, tmp_path):
    """One JSON line for each row, in place of what was there, with no other file left over."""
    app.rows_of_run = ROWS
    target = tmp_path / "verdicts.jsonl"
    target.write_text("old")
    assert leadscore("push", scores, "--verdicts", target).exit_code == 0
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["verdict"] for line in lines] == ["delivered", "rejected"]
    assert lines[0]["previous"] == 10
    assert ("verdicts", 7) in app.calls
    assert sorted(file.name for file in tmp_path.iterdir()) == ["scores.csv", "verdicts.jsonl"]


def test_verdicts_may_go_to_standard_output(leadscore, app, scores):
    """With --verdicts - the summary moves to standard error, so that the two do not mix."""
    app.rows_of_run = ROWS
    result = leadscore("push", scores, "--verdicts", "-")
    assert [json.loads(line)["row"] for line in result.stdout.splitlines()] == [1, 2]
    assert "accepted" in result.stderr
    result = leadscore("push", scores, "--verdicts", "-", "--json")
    assert len(result.stdout.splitlines()) == 2
    assert json.loads(result.stderr)["exit_code"] == 0


def test_old_verdicts_stay_where_a_run_fails(leadscore, app, scores, tmp_path):
    """A run that ends with an error does not replace the file by half of another."""
    target = tmp_path / "verdicts.jsonl"
    target.write_text("old")
    app.failure = OutboxError("no")
    assert leadscore("push", scores, "--verdicts", target).exit_code == 2
    assert target.read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["scores.csv", "verdicts.jsonl"]


def test_a_link_to_the_verdicts_stays_a_link(leadscore, app, scores, tmp_path):
    """What a link points at is replaced, not the link."""
    app.rows_of_run = ROWS
    (tmp_path / "link").symlink_to("target")
    leadscore("push", scores, "--verdicts", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert len((tmp_path / "target").read_text().splitlines()) == 2


def test_verdicts_may_go_into_a_pipe(leadscore, app, scores, tmp_path):
    """What is no regular file is written to and not replaced."""
    app.rows_of_run = ROWS
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()))
    reader.start()
    leadscore("push", scores, "--verdicts", pipe)
    reader.join()
    assert len(found[0].splitlines()) == 2


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("scores.csv", "--verdicts scores.csv is the input itself; name another file"),
        ("./scores.csv", "is the input itself"),
        ("nowhere/v", "--verdicts nowhere/v cannot be written (No such file or directory)"),
        (".", "--verdicts . cannot be written (Is a directory)"),
        ("a\0b", "cannot be written (embedded null byte)"),
    ],
)
def test_verdicts_that_cannot_be_written_are_found_out_before_the_run(
    leadscore, app, scores, target, message
):
    """A run of hours does not end with a file that could never be written."""
    before = scores.read_text()
    result = leadscore("push", scores, "--verdicts", target)
    assert result.exit_code == 2
    assert message in result.stderr
    assert app.calls == []
    assert scores.read_text() == before


def test_a_disk_that_fills_up_is_told(leadscore, app, scores):
    """The run is done; its verdicts are not all there, and that is said."""
    app.rows_of_run = ROWS
    result = leadscore("push", scores, "--verdicts", "/dev/full")
    assert result.exit_code == 2
    assert "cannot be written (No space left on device); the run itself is done" in result.stderr


def test_resume_delivers_what_earlier_runs_left(leadscore, app):
    """The rest is delivered without a file."""
    app.result = {"delivered": 3}
    result = leadscore("push", "--resume")
    assert app.calls[0] == ("resume", None)
    assert result.stdout.startswith("earlier runs: 0 rows")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["scores.csv", "--resume"],
        ["--resume", "--verdicts", "v"],
        ["scores.csv", "--nope"],
        ["scores.csv", "other.csv"],
        ["scores.csv", "--format", "xml"],
        ["scores.csv", "--client-secret", "hidden"],
    ],
    ids=" ".join,
)
def test_arguments_that_do_not_go_together_are_a_usage_error(leadscore, app, scores, words):
    """Wrong use ends with 2 and a usage line; a secret is not taken from the command line."""
    result = leadscore("push", *words)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert "hidden" not in result.output
    assert app.calls == []
    assert scores.exists()


def test_settings_that_are_wrong_are_told_before_the_file_is_opened(leadscore, app, monkeypatch):
    """All problems of the settings at once, exit code 2, and nothing begun."""
    monkeypatch.delenv("LEADSCORE_CONTACT_LIST")
    result = leadscore("push", "missing.csv", "--batch-size", "0", "--audit", "x")
    assert result.exit_code == 2
    assert result.stderr.startswith("leadscore: 3 settings cannot be used:\n")
    assert app.calls == []


def test_every_flag_reaches_the_settings(leadscore, app, scores, tmp_path):
    """Flags, a switch and the config file take effect."""
    config = tmp_path / "c.toml"
    config.write_text("concurrency = 2")
    words = ["--config", config, "--batch-size", "5", "--skip-unchanged", "--outbox", "o.db"]
    leadscore("push", scores, *words)
    assert app.settings.batch_size == 5
    assert app.settings.skip_unchanged is True
    assert app.settings.concurrency == 2
    assert str(app.settings.outbox) == "o.db"
    leadscore("push", scores, "--no-skip-unchanged")
    assert app.settings.skip_unchanged is False


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_used_ends_with_2(leadscore, app, name):
    """A problem of the file is one message, and the app is not even made."""
    result = leadscore("push", name)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"leadscore: {name} ")
    assert len(result.stderr.splitlines()) == 1
    assert app.settings is None


def test_input_that_breaks_off_says_what_became_of_the_rows_before(leadscore, app):
    """Rows before the fault are kept, and the user hears how to go on."""
    stdin = b"lead_id,priority_score,last_calculated_at\nL1,5,x\n\xff\n"
    result = leadscore("push", "-", stdin=stdin)
    assert result.exit_code == 2
    assert "rows before the fault are accepted; leadscore push --resume" in result.stderr
    assert "leadscore: standard input is not UTF-8 text: line 3" in result.stderr
    assert ("closed", None) in app.calls


FAILURES = [
    (SettingsError(["bad"]), 2, "1 setting cannot be used:\n  bad"),
    (OutboxError("the outbox is gone"), 2, "the outbox is gone"),
    (SourceError("f", "is bad", "mend it"), 2, "f is bad; mend it"),
    (UnknownColumnsError("no such column"), 2, "no such column"),
    (sqlite3.OperationalError("disk full"), 2, "the outbox cannot be used (disk full)"),
    (OSError(28, "No space left on device", "/x/y"), 2, "/x/y: No space left on device"),
    (Unauthorized(operation="token", client="x"), 3, "Genesys Cloud"),
    (Forbidden(operation="write", client="x"), 3, "Genesys Cloud forbids write"),
    (Refused(operation="write", status=404), 3, "Genesys Cloud refused write"),
    (Unreachable(operation="write"), 1, "Genesys Cloud did not answer write"),
    (RateLimited(operation="write"), 1, "Genesys Cloud"),
    (ExceptionGroup("x", [ExceptionGroup("y", [OutboxError("deep")])]), 2, "deep"),
    (ValueError("a \x1b defect"), 70, "unexpected ValueError: a \\x1b defect\nThis is a fault"),
    (asyncio.CancelledError("x"), 70, "unexpected CancelledError"),
]


@pytest.mark.parametrize(
    ("failure", "code", "message"), FAILURES, ids=[type(one[0]).__name__ for one in FAILURES]
)
def test_whatever_goes_wrong_is_one_message_and_an_exit_code(
    leadscore, app, scores, failure, code, message
):
    """No failure shows a traceback; each has the exit code of its kind."""
    app.failure = failure
    result = leadscore("push", scores)
    assert result.exit_code == code
    assert f"leadscore: {message}" in result.stderr
    assert result.stdout == ""


def test_a_defect_shows_its_place_when_asked(leadscore, app, scores):
    """At the lowest log level the log has the traceback, in one event."""
    app.failure = ValueError("defect")
    result = leadscore("push", scores, "--log-level", "debug", "--log-format", "json")
    event = json.loads(result.stderr.splitlines()[-1])
    assert event["event"] == "unexpected"
    assert "ValueError: defect" in event["exception"]
    assert "unexpected" not in leadscore("push", scores).stderr.splitlines()[-1]
