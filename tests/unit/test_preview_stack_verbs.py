# SPDX-License-Identifier: Apache-2.0
"""The verbs ``preview-stack …``: what they ask for, and what they print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from demo import cli, preview_stack
from infra.organisation import GATEWAYS, gateway_setting
from infra.preview_stacks import PreviewStack
from infra.stack import StackError
from infra.stack_changes import Change, Changes
from simulator.clock import VirtualClock

UNTIL = datetime(2026, 11, 26, 10, tzinfo=UTC)


class Stacks:
    """Answers each verb, or fails."""

    error = None
    there = True

    def __init__(self):
        self.asked = []

    def __call__(self, config, tell):
        self.config = config
        tell("the engine's own account")
        return self

    def _answer(self, what, found):
        self.asked.append(what)
        if self.error:
            raise StackError(self.error)
        return found

    def up(self, number, now, life):
        assert now == preview_stack.CLOCK.now()
        return self._answer(("up", number, life), Changes([Change("create", "x", "y")]))

    def destroy(self, number):
        return self._answer(("destroy", number), Changes() if self.there else None)

    def expire(self, _now):
        return self._answer("expire", ["pr-7"] if self.there else [])

    def list(self):
        both = [PreviewStack("pr-7", UNTIL, 27), PreviewStack("pr-8", None, None)]
        return self._answer("list", both if self.there else [])


@pytest.fixture
def stacks(monkeypatch):
    found = Stacks()
    monkeypatch.setattr(preview_stack, "PreviewStacks", found)
    monkeypatch.setattr(preview_stack, "CLOCK", VirtualClock())
    return found


def run(*words):
    app = typer.Typer()
    cli.register(app)
    return CliRunner().invoke(app, ["preview-stack", *words])


def test_up(stacks):
    """The number names the stack, and the days its life."""
    shown = run("up", "--pr", "7", "--days", "2", "--gateway", "http://127.0.0.1:99")
    assert shown.stdout == "pr-7: 1 create; may be removed in 2 days\n"
    assert "own account" in shown.stderr
    assert stacks.asked == [("up", 7, timedelta(days=2))]
    assert stacks.config == {GATEWAYS: gateway_setting("http://127.0.0.1:99")}


@pytest.mark.parametrize(
    ("words", "there", "not_there"),
    [
        (("destroy", "--pr", "7"), "pr-7: removed\n", "pr-7: not there\n"),
        (("expire",), "removed: pr-7\n", "removed: none\n"),
        (
            ("list",),
            (
                "pr-7   27 resources  until 2026-11-26T10:00:00+00:00\n"
                "pr-8    0 resources  until no time is stated\n"
            ),
            "there are none\n",
        ),
    ],
    ids=["destroy", "expire", "list"],
)
def test_the_other_verbs(stacks, words, there, not_there):
    """Each verb says what it found or did, in a line for each stack."""
    assert run(*words).stdout == there
    assert stacks.config == {}
    stacks.there = False
    shown = run(*words)
    assert (shown.stdout, shown.exit_code) == (not_there, 0)


@pytest.mark.parametrize("words", [("up", "--pr", "7"), ("expire",)], ids=["up", "expire"])
def test_a_failure_is_one_plain_message(stacks, words):
    """What the stack says went wrong is told, and the exit code says so."""
    stacks.error = "the platform refused"
    shown = run(*words)
    assert (shown.exit_code, "preview-stack: the platform refused" in shown.stderr) == (1, True)


def test_an_address_that_is_none(stacks):
    """A typing error in the address is told before anything is done."""
    shown = run("list", "--gateway", "nowhere")
    assert shown.exit_code == 2
    assert stacks.asked == []
