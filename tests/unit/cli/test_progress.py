# SPDX-License-Identifier: Apache-2.0
"""Progress: a moving line on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import io
import os
import pty
import sys

import pytest
from rich.text import Text

from integration.cli.console import complain, printable, result, show
from integration.cli.progress import MovingLine, PlainLines, Silence, progress_display
from integration.reports import Progress
from simulator.clock import VirtualClock


@pytest.fixture
def clock():
    return VirtualClock()


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Puts a terminal in place of standard error (in the test: pytest changes it before)."""

    def put(screen, kind="xterm"):
        monkeypatch.setenv("TERM", kind)
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return put


def test_plain_lines_come_every_ten_seconds(clock, capsys):
    """A log is not flooded; each line says how far the run is and what it waits for."""
    with progress_display("leads.csv", clock, quiet=False) as show_progress:
        assert isinstance(show_progress, PlainLines)
        show_progress(Progress(accepted=5_000))
        clock.advance(10)
        show_progress(Progress(accepted=10_000))
        show_progress(Progress(accepted=10_000))
        clock.advance(9.9)
        show_progress(Progress(accepted=10_000, done=0, total=10_000))
        clock.advance(0.1)
        show_progress(
            Progress(
                accepted=10_000,
                done=2_000,
                total=10_000,
                budget_used=280,
                budget_allowed=300,
                waiting_reason="full\x1b",
            )
        )
        clock.advance(10)
        show_progress(Progress(done=3_000))
    assert capsys.readouterr().err.splitlines() == [
        "leads.csv: 10,000 rows accepted",
        "leads.csv: 2,000 of 10,000 done, 100/s, budget 280 of 300 calls, waiting: full\\x1b",
        "leads.csv: 3,000 done, 100/s",
    ]


def test_a_terminal_shows_one_moving_line(clock, terminal):
    """The line is drawn over itself, and is gone with the cursor back when the run is over."""
    screen = terminal(Terminal())
    with progress_display("leads[b].csv", clock, quiet=False) as show_progress:
        assert isinstance(show_progress, MovingLine)
        show_progress(Progress(accepted=7))
        drawn = screen.getvalue()
        assert "leads[b].csv" in drawn
        assert "7 rows accepted" in drawn
        show_progress(Progress(accepted=8))
        assert "8 rows" not in screen.getvalue()  # too soon
        clock.advance(1)
        show_progress(Progress(done=5, total=10, waiting_reason="[bold]x\x1b[2J"))
        assert "5 of 10 done · 5/s · waiting: [bold]x\\x1b[2J" in screen.getvalue()
    assert "\x1b[?25h" in screen.getvalue()


@pytest.mark.parametrize("setting", ["quiet", "no standard error", "closed"])
def test_nothing_is_shown_to_nobody(clock, monkeypatch, capsys, setting):
    """--quiet, and a standard error that is not there, make no progress lines."""
    if setting == "no standard error":
        monkeypatch.setattr(sys, "stderr", None)
    if setting == "closed":
        closed = io.StringIO()
        closed.close()
        monkeypatch.setattr(sys, "stderr", closed)
    with progress_display("x", clock, quiet=setting == "quiet") as show_progress:
        assert type(show_progress) is Silence
        clock.advance(20)
        show_progress(Progress(done=1))
    if setting == "quiet":
        assert capsys.readouterr().err == ""


def test_a_dumb_terminal_gets_plain_lines(clock, terminal):
    """A terminal that cannot move its cursor is treated as a log."""
    terminal(Terminal(), kind="dumb")
    assert type(progress_display("x", clock, quiet=False)) is PlainLines


def test_a_terminal_that_goes_away_ends_the_line_and_not_the_run(clock, terminal):
    """A connection that is cut costs the display alone."""

    class Cut(Terminal):
        def write(self, _):
            raise OSError(5, "Input/output error")

        def flush(self):
            raise OSError(5, "Input/output error")

    terminal(Cut())
    with progress_display("x", clock, quiet=False) as show_progress:
        assert isinstance(show_progress, MovingLine)
        show_progress(Progress(done=1))
        clock.advance(1)
        show_progress(Progress(done=2))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é …", "plain é …"),
        ("a\nb", "a\nb"),
        ("\x1b[31m\r\t", "\\x1b[31m\\r\\t"),
        ("\u202eabc\u2028", "\\u202eabc\\u2028"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_printable_is_spelled_out(text, shown):
    """Control and direction characters cannot do anything to a terminal."""
    assert printable(text) == shown


def test_a_table_is_coloured_on_a_terminal_alone(monkeypatch, capsys):
    """A terminal gets its width and colours; a file gets plain text without wrapping."""
    long = Text("word " * 60, style="bold")
    show(long)
    assert capsys.readouterr().out == "word " * 59 + "word\n"
    leader, follower = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((40, 10)))
    with os.fdopen(follower, "w") as screen:
        monkeypatch.setattr(sys, "stdout", screen)
        show(long)
        drawn = os.read(leader, 10_000).decode()
    os.close(leader)
    assert "\x1b[1m" in drawn
    assert len(drawn.splitlines()) > 7


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_streams_that_are_not_there_take_nothing(monkeypatch, stream):
    """A service without standard streams does its work all the same."""
    monkeypatch.setattr(sys, stream, None)
    complain("x")
    result("x")
    show("x")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, stream, closed)
    complain("x")
    result("x")
    show("x")
