# SPDX-License-Identifier: Apache-2.0
"""The command ``python -m infra.stacks``: what it asks of a stack, and what it prints."""

from __future__ import annotations

import json
import sys

import pytest

from infra import stacks
from infra.organisation import GATEWAYS, gateway_setting
from infra.stack import Refused
from infra.stack_changes import Change, Changes

SKILL = "genesyscloud:index/routingSkill:RoutingSkill"


class FakeStack:
    """Answers every verb with the same changes, and keeps how it was asked."""

    def __init__(self):
        self.changes = Changes(
            changes=[Change("update", SKILL, "skill", ("name",))],
            drift=[Change("update", SKILL, "skill", ("name",)), Change("delete", SKILL, "old")],
        )
        self.asked = []
        self.error = None

    def __getattr__(self, verb):
        def answer(**options):
            self.asked.append((verb, options))
            if self.error:
                raise self.error
            return self.changes

        return answer

    def outputs(self, *, show_secrets):
        return {"region": "eu", "client": "hidden" if show_secrets else "[secret]", "ids": {"a": 1}}


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs the command; gives exit code, standard output and standard error."""

    class Command:
        stack = FakeStack()
        opened = ()

        def open(self, *args, config, tell, new):
            self.opened = (args[0], config)
            self.may_be_new = new
            tell("the engine's own account")
            return self.stack

        def __call__(self, *words):
            monkeypatch.setattr(sys, "argv", ["stacks", *words])
            with pytest.raises(SystemExit) as ended:
                stacks.main()
            out, err = capsys.readouterr()
            return ended.value.code or 0, out, err

    command = Command()
    monkeypatch.setattr(stacks, "open_stack", command.open)
    return command


def test_the_stack_may_be_deployed_to_another_address(command):
    """Where the simulated platform has another port, the address is given on the line."""
    command("up", "local", "--gateway", "http://127.0.0.1:99")
    assert command.opened == ("local", {GATEWAYS: gateway_setting("http://127.0.0.1:99")})
    command("up", "dev")
    assert command.opened == ("dev", {})


def test_an_address_that_is_none_is_told(command):
    """A typing error in the address is a plain message."""
    code, _, err = command("up", "local", "--gateway", "nowhere")
    assert code == 2
    assert "'nowhere' is no address" in err


def test_contacts_may_go_only_where_that_is_said(command):
    """The permission to lose contacts is never given by default."""
    command("up", "dev")
    command("up", "dev", "--replace-contact-lists")
    assert [options["replace_contact_lists"] for _, options in command.stack.asked] == [False, True]


def test_files_are_meant_from_here(command, tmp_path, monkeypatch):
    """Plan and policy packs are named from the caller's folder, not the engine's."""
    monkeypatch.chdir(tmp_path)
    for verb in ("preview", "up"):
        command(verb, "dev", "--plan", "p.json", "--policy-pack", "a", "--policy-pack", "b")
        _, options = command.stack.asked[-1]
        assert options["plan"] == tmp_path / "p.json"
        assert options["policy_packs"] == [tmp_path / "a", tmp_path / "b"]


def test_what_was_changed_by_another_way_is_named(command):
    """Drift is told resource by resource, after the engine's own account."""
    code, out, _ = command("refresh", "dev", "--preview-only")
    assert code == 0
    assert out.splitlines() == [
        "the engine's own account",
        "changed by another way: skill (RoutingSkill): name",
        "changed by another way: old (RoutingSkill): gone",
    ]
    assert command.stack.asked == [("refresh", {"preview_only": True})]


@pytest.mark.parametrize(("verb", "attribute"), [("preview", "changes"), ("refresh", "drift")])
def test_changes_can_be_an_error(command, verb, attribute):
    """A check in continuous integration can demand that nothing differs."""
    assert command(verb, "dev", "--expect-no-changes")[0] == stacks.CHANGED
    setattr(command.stack.changes, attribute, [])
    assert command(verb, "dev", "--expect-no-changes")[0] == 0


@pytest.mark.parametrize("verb", ["preview", "up", "refresh", "destroy"])
def test_programs_get_one_object(command, verb):
    """With --json standard output has one object; the engine's account goes elsewhere."""
    code, out, err = command(verb, "dev", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["counts"] == {"update": 1}
    assert found["changes"] == [
        {"operation": "update", "type": SKILL, "name": "skill", "properties": ["name"]}
    ]
    assert [one["name"] for one in found["drift"]] == ["skill", "old"]
    assert "account" in err


def test_outputs_show_no_secret(command):
    """Outputs are printed as text or JSON; secrets only on request."""
    assert "client: [secret]" in command("outputs", "dev")[1]
    assert json.loads(command("outputs", "dev", "--json")[1])["client"] == "[secret]"
    assert "client: hidden" in command("outputs", "dev", "--show-secrets")[1]
    assert "region: eu" in command("outputs", "dev")[1]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("destroy", "pr-1", "--remove"), ("destroy", {"remove": True})),
        (("destroy", "dev"), ("destroy", {"remove": False})),
        (("cancel", "dev"), ("cancel", {})),
    ],
    ids=["remove the stack too", "remove what it made", "take the lock away"],
)
def test_removal(command, words, asked):
    """The stack itself goes only where that is said."""
    assert command(*words)[0] == 0
    assert command.stack.asked == [asked]


def test_a_refusal_is_one_plain_message(command):
    """What is refused ends with a message and exit code 1, not with a traceback."""
    command.stack.error = Refused("12 contacts would be lost")
    code, _, err = command("up", "dev")
    assert code == stacks.FAILED
    assert err.splitlines()[-1] == "stacks: 12 contacts would be lost"


@pytest.mark.parametrize(
    ("verb", "new"),
    [("preview", True), ("up", True), ("outputs", False), ("destroy", False), ("cancel", False)],
)
def test_reading_makes_no_stack(command, verb, new):
    """A stack is made by those who deploy; whoever reads or removes one has to name one."""
    command(verb, "local")
    assert command.may_be_new is new
