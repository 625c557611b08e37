# SPDX-License-Identifier: Apache-2.0
"""The process's own entrance, and output that nobody takes."""

from __future__ import annotations

import os
import signal
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from integration import cli
from integration.cli import command, console
from integration.cli.console import OutputError, complain, pass_on_output, result
from integration.cli.verdict_file import VerdictFile
from integration.reports import VerdictRow


@pytest.fixture
def entered(monkeypatch, capsys):
    """Runs the entrance with these words; exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["leadscore", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


def test_the_entrance_runs_a_verb(entered):
    """A verb of this room runs without looking for other rooms."""
    assert entered("status")[:2] == (0, "outbox .leadscore/outbox.db\n" + STATUS)


STATUS = "  ready            0\n  put off          0\n  being delivered  0\n"


def test_other_rooms_are_asked_for_other_verbs(entered, monkeypatch):
    """An unknown word, or none, is looked for among the verbs of other rooms."""
    asked = []
    monkeypatch.setattr(command, "add_plugins", asked.append)
    assert entered("status")[0] == 0
    assert asked == []
    assert entered("--version")[0] == 0
    assert entered("dance")[0] == 2
    assert len(asked) == 2


def test_a_defect_of_another_room_is_a_message(entered, monkeypatch):
    """A verb of another room that fails shows no traceback either."""

    def add(app):
        @app.command()
        def dance() -> None:
            raise RuntimeError("stumbled")

    monkeypatch.setattr(command, "add_plugins", add)
    code, out, err = entered("dance")
    assert (code, out) == (70, "")
    assert err.startswith("leadscore: unexpected RuntimeError: stumbled\n")
    assert "Traceback" not in err
    monkeypatch.setenv("LEADSCORE_LOG_LEVEL", "debug")
    assert "Traceback" in entered("dance")[2]


def test_signals_mean_what_they_meant_once_the_command_runs(entered, monkeypatch):
    """The handlers of the start are gone before a verb installs its own."""
    before = signal.getsignal(signal.SIGINT)
    seen = []
    monkeypatch.setattr(command, "run_command", lambda: (seen.append(1), sys.exit(0)))
    entered()
    assert seen == [1]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_at_the_start_ends_in_good_order(monkeypatch, capfd):
    """Before anything has begun, a signal ends the process with the code of an interruption."""
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    cli._leave(signal.SIGTERM, None)
    assert codes == [4]
    assert capfd.readouterr().err == "leadscore: interrupted; nothing was begun\n"


def test_a_source_tree_has_no_version(entered, monkeypatch):
    """Without installation there is no number to tell."""

    def gone(_):
        raise PackageNotFoundError

    monkeypatch.setattr(command, "version", gone)
    assert entered("--version")[1] == "leadscore of a source tree that is not installed\n"


@pytest.fixture
def unread(monkeypatch):
    """Puts a pipe without a reader in place of a standard stream."""
    opened = []

    def put(stream, kind="pipe"):
        if kind == "pipe":
            reader, writer = os.pipe()
            os.close(reader)
        else:
            writer = os.open("/dev/full", os.O_WRONLY)
        opened.append(os.fdopen(writer, "w"))
        monkeypatch.setattr(sys, stream, opened[-1])
        return opened[-1]

    yield put
    for stream in opened:
        stream.close()  # flushes: would raise if the stream had not been silenced


@pytest.mark.parametrize("kind", ["pipe", "full"])
@pytest.mark.parametrize("say", [complain, console.note])
def test_messages_that_nobody_takes_are_lost(unread, kind, say):
    """Standard error without a reader, or on a full disk, ends nothing."""
    unread("stderr", kind)
    say("hello")
    say("again")


def test_a_result_that_nobody_reads_is_lost(unread):
    """A reader that went away has seen what it wanted."""
    unread("stdout")
    result("hello")
    result("again")


def test_verdicts_that_nobody_reads_on_are_lost(unread):
    """A reader of verdicts that has seen enough is no error."""
    unread("stdout")
    with VerdictFile("-", "-") as file:
        file.write([VerdictRow(1, "L1", "delivered", None, None, None, None, 1, "x")] * 10_000)


def test_a_result_that_cannot_be_written_is_an_error(unread):
    """A full disk is a different matter."""
    unread("stdout", "full")
    with pytest.raises(OutputError, match=r"standard output .* \(No space left on device\)"):
        result("hello")


@pytest.mark.parametrize("kind", ["pipe", "full"])
def test_what_standard_output_still_holds_is_given_up(unread, kind):
    """Text in the buffer of a stream that takes no more does not fail at the very end."""
    unread("stdout", kind).write("held back")
    pass_on_output()
    sys.stdout.write("more")


def test_what_standard_output_still_holds_is_passed_on(monkeypatch, tmp_path):
    """Nothing is lost where it can be written."""
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        out.write("held back")
        pass_on_output()
        assert (tmp_path / "out").read_text() == "held back"
