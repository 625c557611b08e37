# SPDX-License-Identifier: Apache-2.0
"""How the program that checks the workflows is had, and what is said where it cannot be."""

from __future__ import annotations

import shutil

import pytest

from toolchain import workflow_lint
from toolchain.workflow_lint import find_actionlint, main


def program(path, script):
    """A program that runs a line of shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with an empty cache, and a Go on PATH only where the test puts one."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cp", "chmod"):
        (tools / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{tools}")
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def builds(machine, script):
    """A Go that takes the name after -o and puts a program there."""
    made = program(machine / "made", script)
    count = machine / "count"
    program(machine / "bin" / "go", f'echo one >> {count}; cp {made} "$4"')
    return count


def test_it_is_built_once(machine):
    """The first use builds it into the user's cache, the next one finds it there."""
    count = builds(machine, "true")
    assert main() == main() == 0
    assert count.read_text(encoding="utf-8") == "one\n"
    (built,) = (machine / "cache").rglob("actionlint")
    assert built.parent.name.startswith("actionlint-")


def test_what_it_finds_is_the_exit_code(machine):
    """It is given every workflow, and what it says decides."""
    seen = machine / "seen"
    builds(machine, f'echo "$@" > {seen}; exit 3')
    assert main() == 3
    assert "deploy.yml" in seen.read_text(encoding="utf-8")


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)], ids=["desk", "CI"])
@pytest.mark.usefixtures("machine")
def test_without_go_it_says_so(monkeypatch, capsys, ci, code):
    """At a desk without Go the workflows are not checked and that is told; CI has to have it."""
    monkeypatch.setenv("CI", ci)
    assert main() == code
    assert "NOT checked by actionlint: there is no Go" in capsys.readouterr().err


def test_a_build_that_fails_says_why(machine, capsys):
    """What Go said is told."""
    program(machine / "bin" / "go", "echo no proxy >&2; exit 1")
    assert main() == 1
    assert "could not build actionlint:\nno proxy" in capsys.readouterr().err


def test_a_process_that_waited_does_not_build_again(machine, monkeypatch):
    """Of two processes, the second finds what the first one built."""
    count = builds(machine, "true")
    folder = machine / "cache" / "genesys-lead-scoring"

    class Held:
        def __init__(self, where, _tell):
            self.where = where

        def __enter__(self):
            program(self.where / "actionlint", "true")

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(workflow_lint, "alone", Held)
    environ = {"XDG_CACHE_HOME": str(folder.parent), "PATH": str(machine / "bin")}
    assert find_actionlint(environ) is not None
    assert not count.exists()
