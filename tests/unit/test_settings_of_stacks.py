# SPDX-License-Identifier: Apache-2.0
"""Settings that a Pulumi stack exports: where they are read, and what is stronger."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from integration import stack
from integration.configuration import CAMPAIGNS, PLATFORM, SettingsError, load_settings
from integration.stack import Said, StackSettingsError, read_stack

SECRET = "swordfish-1234567"
OUTPUTS = {
    "integration": {
        "region": "eu-central-1",
        "gateway": "",
        "strategy": "queues",
        "senior_list": "list-s",
        "general_list": "list-g",
        "senior_campaign": "campaign-s",
        "general_campaign": "campaign-g",
        "senior_above": 60,
        "queues": {"senior": "queue-s"},
    },
    "pusher": {"client_id": "pusher-1", "client_secret": SECRET},
    "operator": {"client_id": "operator-1", "client_secret": SECRET},
}


@pytest.fixture(autouse=True)
def bare(tmp_path, monkeypatch):
    """An empty working directory and no variable of ours."""
    for name in list(os.environ):
        if name.upper().startswith("LEADSCORE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def load(flags=None, *, outputs=OUTPUTS, needs=PLATFORM, **options):
    asked = []

    def outputs_of(name):
        asked.append(name)
        return outputs

    options.setdefault("stack", "dev")
    settings = load_settings(flags, needs=needs, outputs_of=outputs_of, **options)
    return settings, asked


def test_a_stack_is_enough():
    """Organisation, strategy, lists, thresholds and credentials come out of the stack."""
    settings, asked = load()
    assert asked == ["dev"]
    assert settings.region == "eu-central-1"
    assert (settings.strategy, settings.senior_list, settings.general_list) == (
        "queues",
        "list-s",
        "list-g",
    )
    assert settings.policy().senior_above == 60
    assert settings.client_id == "pusher-1"
    assert settings.read_secret().get_secret_value() == SECRET


def test_who_operates_is_the_operator():
    """Campaigns are started as the stack's operator, not as its pusher."""
    settings, _ = load(needs=CAMPAIGNS, client="operator")
    assert settings.client_id == "operator-1"
    assert settings.campaigns() == ("campaign-s", "campaign-g")


def test_the_stack_is_named_by_a_variable(monkeypatch):
    """LEADSCORE_STACK is the same as the flag, which beats it."""
    monkeypatch.setenv("LEADSCORE_STACK", "staging")
    assert load(stack=None)[1] == ["staging"]
    assert load(stack="dev")[1] == ["dev"]


def test_who_needs_nothing_of_the_platform_does_without(monkeypatch):
    """Looking at the outbox asks no stack."""
    monkeypatch.setenv("LEADSCORE_STACK", "staging")
    assert load(stack=None, needs=())[1] == []


def test_flags_and_environment_win_over_the_stack_and_the_stack_over_the_file(monkeypatch):
    """The order of strength is flag, environment, stack, file."""
    Path("leadscore.toml").write_text('general_list = "of-file"\naudit = "ledger"\n')
    Path("leadscore.toml").write_text('general_list = "of-file"\nkeep_days = 7\n')
    monkeypatch.setenv("LEADSCORE_SENIOR_LIST", "of-environment")
    settings, _ = load({"senior_above": "55"})
    assert settings.senior_above == 55
    assert settings.senior_list == "of-environment"
    assert settings.general_list == "list-g"
    assert settings.keep_days == 7


def test_a_gateway_in_the_environment_takes_the_place_of_the_stacks_region(monkeypatch):
    """Region and gateway exclude each other, and the stronger place decides which it is."""
    monkeypatch.setenv("LEADSCORE_GATEWAY", "http://127.0.0.1:8089")
    settings, _ = load()
    assert (settings.region, settings.gateway) == ("", "http://127.0.0.1:8089")


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ({}, "it is not deployed yet"),
        ({"integration": "text"}, "it is not deployed yet"),
        ({"integration": {}}, "does not export the credentials of its pusher"),
        ({**OUTPUTS, "pusher": {"client_id": "x"}}, "does not export the credentials"),
    ],
    ids=["no outputs", "another project's", "no clients", "half a client"],
)
def test_a_stack_of_another_kind_is_refused_in_words(outputs, said):
    """What is no stack of this project is told as a problem of the settings."""
    with pytest.raises(SettingsError, match=said) as caught:
        load(outputs=outputs)
    assert len(caught.value.problems) == 1


def test_a_bad_value_names_the_stack():
    """What the stack got wrong is said to be the stack's."""
    outputs = {**OUTPUTS, "integration": {**OUTPUTS["integration"], "senior_above": 101}}
    with pytest.raises(SettingsError, match='senior_above of stack dev is "101"'):
        load(outputs=outputs)


class Shell:
    """Stands in for the commands that read stacks."""

    def __init__(self, monkeypatch, answers, *, pulumi=True, own=True):
        self.asked = []
        self.answers = answers
        monkeypatch.setattr(stack.shutil, "which", lambda _: "/bin/pulumi" if pulumi else None)
        monkeypatch.setattr(stack, "find_spec", self.find)
        self.own = own

    def find(self, module):
        if self.own is None:
            raise ModuleNotFoundError(module)
        return object() if self.own else None

    def run(self, command, folder):
        self.asked.append(("infra" if "infra.stacks" in command else "pulumi", folder))
        return self.answers[self.asked[-1][0]]


GOOD = Said(0, json.dumps(OUTPUTS), "")
BAD = Said(1, f"half an answer with {SECRET}", "error: no stack named 'dev' found\n\nhint: select")


def test_the_installed_pulumi_is_asked_first(monkeypatch, tmp_path):
    """It knows the user's own backend; in the folder of the project nearest above."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    shell = Shell(monkeypatch, {"pulumi": GOOD})
    assert read_stack("dev", run=shell.run, start=below) == OUTPUTS
    assert shell.asked == [("pulumi", tmp_path)]


def test_the_projects_own_way_is_asked_where_pulumi_does_not_know(monkeypatch):
    """A stack of the sandbox is none that the installed Pulumi knows."""
    shell = Shell(monkeypatch, {"pulumi": BAD, "infra": GOOD})
    assert read_stack("local", run=shell.run) == OUTPUTS
    assert [who for who, _ in shell.asked] == ["pulumi", "infra"]


def test_every_reason_is_told_and_no_secret():
    """Where nobody can read the stack, each one's reason is told, and nothing of its output."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        shell = Shell(monkeypatch, {"pulumi": BAD, "infra": Said(3, SECRET, "")})
        with pytest.raises(StackSettingsError) as caught:
            read_stack("dev", run=shell.run)
    told = str(caught.value)
    assert "pulumi: error: no stack named 'dev' found; hint: select" in told
    assert "python -m infra.stacks: it ended with code 3" in told
    assert SECRET not in told


@pytest.mark.parametrize("own", [False, None], ids=["no module", "no package"])
def test_without_pulumi_there_is_a_way_out(monkeypatch, own):
    """On a machine with neither, the message says what would help."""
    shell = Shell(monkeypatch, {}, pulumi=False, own=own)
    with pytest.raises(
        StackSettingsError, match="install Pulumi, or run leadscore from a checkout"
    ):
        read_stack("dev", run=shell.run)


@pytest.mark.parametrize("text", ["[]", f'"{SECRET}"', "no json"])
def test_what_is_no_object_is_not_shown(monkeypatch, text):
    """An answer that is no JSON object is refused without showing it."""
    shell = Shell(monkeypatch, {"pulumi": Said(0, text, "")})
    with pytest.raises(StackSettingsError, match="what was said of stack dev is no JSON object"):
        read_stack("dev", run=shell.run)


@pytest.mark.parametrize("name", ["", "--show-secrets"], ids=["blank", "an option"])
def test_a_name_that_is_none_runs_nothing(name):
    """What could pass for an option of the command is not handed to it."""
    with pytest.raises(StackSettingsError, match="is no name of a stack"):
        read_stack(name, run=None)


def test_a_command_is_run_for_real(monkeypatch, tmp_path):
    """A pulumi on PATH is run without a terminal, and its JSON is what counts."""
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f"#!/bin/sh\necho '{json.dumps(OUTPUTS)}'\necho noise >&2\n")
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert read_stack("dev") == OUTPUTS
