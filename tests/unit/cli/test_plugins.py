# SPDX-License-Identifier: Apache-2.0
"""Verbs of other rooms, working and broken."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from integration.cli.command import build
from integration.cli.plugins import GROUP, add_plugins
from simulator.clock import VirtualClock


class Point(SimpleNamespace):
    """An entry point that loads what a test gives it."""

    value = "room.cli:register"

    def load(self):
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found


def run(*words, points):
    command = build(lambda *_: None, VirtualClock())
    add_plugins(command, points)
    return CliRunner().invoke(command, words)


def dance(app: typer.Typer) -> None:
    @app.command()
    def dance(steps: int = 2) -> None:
        """Dance a little."""
        typer.echo(f"{steps} steps")

    @app.command("sing-loud")
    def sing() -> None:
        typer.echo("la")


def test_other_rooms_add_verbs():
    """A registered verb works and is shown beside the others."""
    points = [Point(name="dance", found=dance)]
    assert run("dance", "--steps", "3", points=points).stdout == "3 steps\n"
    assert run("sing-loud", points=points).stdout == "la\n"
    assert "Dance a little." in run("--help", points=points).stdout


def test_other_rooms_may_add_groups():
    """A group of verbs works too."""

    def register(app):
        group = typer.Typer()
        group.command("start")(lambda: typer.echo("started"))
        group.command("stop")(lambda: typer.echo("stopped"))
        app.add_typer(group, name="shift")

    points = [Point(name="shift", found=register)] * 2
    assert run("shift", "stop", points=points).stdout == "stopped\n"


def unusable(app):
    @app.command()
    def broken(what: Annotated[str, typer.Option(), typer.Argument()]) -> None:
        """Take what is neither an option nor an argument."""


def half(app):
    dance(app)
    raise RuntimeError("in the middle")


@pytest.mark.parametrize(
    "found",
    [
        ModuleNotFoundError("No module named 'room'"),
        AttributeError("register"),
        SystemExit(3),
        42,
        lambda: None,
        unusable,
        half,
    ],
)
def test_a_broken_plug_in_breaks_only_its_own_verb(found):
    """Everything else works; the broken verb says what is wrong and ends with 2."""
    points = [Point(name="broken", found=found), Point(name="dance", found=dance)]
    assert run("dance", points=points).stdout == "2 steps\n"
    assert run("--version", points=points).exit_code == 0
    assert "(cannot be loaded)" in run("--help", points=points).stdout
    result = run("broken", "--any", "words", points=points)
    assert result.exit_code == 2
    assert "the command broken cannot be loaded from room.cli:register (" in result.stderr


def test_no_plug_in_takes_the_place_of_a_verb():
    """The verbs of this room come first, and of two others the first by name."""

    def register(app):
        @app.command()
        def push() -> None:
            typer.echo("stolen")

        dance(app)

    def later(app):
        app.command("dance")(lambda: typer.echo("later"))

    points = [Point(name="z", found=later), Point(name="a", found=register)]
    assert "stolen" not in run("push", points=points).output
    assert run("dance", points=points).stdout == "2 steps\n"


def test_installed_plug_ins_are_found(monkeypatch):
    """The group of entry points is the one that pyproject names."""
    asked = []

    def entry_points(*, group):
        asked.append(group)
        return [EntryPoint("gone", "no_such_module:register", group)]

    monkeypatch.setattr("integration.cli.plugins.entry_points", entry_points)
    assert "gone" in run("--help", points=None).stdout
    assert asked == [GROUP] == ["leadscore.commands"]
