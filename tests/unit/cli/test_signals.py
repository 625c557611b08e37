# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM: in good order the first time, at once the second."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import threading

import pytest

from integration.cli.signals import Interrupts
from integration.sources import rows
from integration.sources.text import InputEnded

HEADER = b"lead_id,priority_score,last_calculated_at\n"


class Left(BaseException):
    """The process would have ended here."""


@pytest.fixture
def interrupts():
    def leave(code):
        raise Left(code)

    return Interrupts(leave)


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request):
    return request.param


def test_the_first_signal_stops_in_good_order(interrupts, number, capsys):
    """The work is asked to stop and goes on until it has."""
    asked = []

    async def work():
        with interrupts.stopping(lambda: asked.append("stop")):
            signal.raise_signal(number)
            assert asked == []  # not in the middle of anything
            await asyncio.sleep(0)
            assert asked == ["stop"]
        return "settled"

    with interrupts.caught():
        assert asyncio.run(work()) == "settled"
    assert interrupts.seen
    assert "stopping: the batch under way is settled" in capsys.readouterr().err


def test_the_second_signal_ends_at_once(interrupts, number, capfd):
    """Whoever asks twice does not want to wait; the exit code is that of an interruption."""

    async def work():
        with interrupts.stopping(lambda: None):
            signal.raise_signal(number)
            signal.raise_signal(number)

    with interrupts.caught(), pytest.raises(Left) as left:
        asyncio.run(work())
    assert left.value.args == (4,)
    expected = "leadscore: stopped at once; what was accepted is kept, see leadscore status\n"
    assert expected in capfd.readouterr().err


def test_a_signal_before_the_work_stops_it_as_soon_as_it_begins(interrupts, number):
    """A signal that comes while things are set up is not forgotten."""
    asked = []

    async def work():
        with interrupts.stopping(lambda: asked.append("stop")):
            assert asked == ["stop"]

    with interrupts.caught():
        signal.raise_signal(number)
        asyncio.run(work())
    assert asked == ["stop"]


def test_where_nothing_has_changed_the_first_signal_ends_at_once(interrupts, number, capfd):
    """Reading a file before the run, or planning, leaves nothing to settle."""
    with interrupts.caught(), pytest.raises(Left), interrupts.nothing_to_keep():
        signal.raise_signal(number)
    assert capfd.readouterr().err == "leadscore: interrupted; nothing was changed\n"


def test_a_signal_ends_input_that_is_waited_for(interrupts, number):
    """A read that waits for more is given up; whole rows before it are kept, half ones not."""

    class Idle(io.BytesIO):
        """Hands out one block, then waits: there the signal comes."""

        def read1(self, size=-1, /):
            block = super().read1(size)
            if not block:
                signal.raise_signal(number)
            return block

    stream = interrupts.input(Idle(HEADER + b"L1,5,x\nL2,5"))
    with interrupts.caught(), rows("-", stdin=stream) as source:
        assert [found.raw.lead_id for found in source] == ["L1"]
    with pytest.raises(InputEnded):
        stream.read1(1)


def test_a_signal_elsewhere_leaves_the_input_alone(interrupts, number):
    """Between two reads a signal raises nothing."""
    stream = interrupts.input(io.BytesIO(b"abc"))
    with interrupts.caught():
        assert stream.read1(1) == b"a"
        signal.raise_signal(number)
        with pytest.raises(InputEnded):
            stream.read1(1)


def test_handlers_are_put_back(interrupts, number):
    """After the command, signals mean what they meant before."""
    before = signal.getsignal(number)
    with interrupts.caught():
        assert signal.getsignal(number) != before
    assert signal.getsignal(number) == before


def test_ignored_signals_stay_ignored(interrupts, number):
    """A job that a shell put into the background keeps the choice of its parent."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with interrupts.caught():
            assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_other_threads_catch_nothing(interrupts):
    """Only the main thread may handle signals; elsewhere the command just runs."""
    ran = []

    def work():
        with interrupts.caught():
            ran.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [signal.getsignal(signal.SIGTERM)]


ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LEADSCORE_GATEWAY": "http://127.0.0.1:9",
    "LEADSCORE_CLIENT_ID": "pusher",
    "LEADSCORE_CLIENT_SECRET": "swordfish",
    "LEADSCORE_CONTACT_LIST": "list-1",
}


def started(*words, **options):
    code = "from integration.cli import main; main()"
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        text=True,
        **options,
    )


def test_a_process_that_waits_for_its_file_ends_at_a_signal(tmp_path, number):
    """The real command: it waits for a pipe that stays empty, and SIGTERM or Ctrl-C ends it."""
    pipe = tmp_path / "scores"
    os.mkfifo(pipe)
    process = started("push", str(pipe), cwd=tmp_path)
    with pipe.open("wb"):  # returns once the command has opened its end
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (4, "")
    assert err == "leadscore: interrupted; nothing was changed\n"


def test_a_reader_that_goes_away_ends_the_output_and_nothing_else(tmp_path):
    """A broken pipe on standard output costs the output; the exit code is that of the work."""
    process = started("status", cwd=tmp_path)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), err) == (0, "")


@pytest.mark.parametrize("words", [["status"], ["--help"]], ids=" ".join)
def test_a_full_disk_is_a_message(tmp_path, words):
    """Standard output that takes no more is told on standard error, with exit code 2."""
    code = "from integration.cli import main; main()"
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", code, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            cwd=tmp_path,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("leadscore: ")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
