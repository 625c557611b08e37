# SPDX-License-Identifier: Apache-2.0
"""The files that the engine gets for a stack, and where the stack's provider calls."""

from __future__ import annotations

import json

import pytest
import yaml

from infra.organisation import GATEWAYS, gateway_setting, is_loopback, read_organisation
from infra.project_copy import UnknownStack, copy_project

LOCAL = """\
config:
  genesyscloud:gateways:
    - {host: 127.0.0.1, port: "8089", protocol: http}
  scoring:limit: 3
"""
PREVIEW = """\
config:
  genesyscloud:awsRegion: eu-west-1
"""
DEV = """\
config:
  genesyscloud:awsRegion: eu-central-1
"""


@pytest.fixture
def project(tmp_path):
    """A project with two stacks."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: scoring\nmain: program/\n", encoding="utf-8")
    (folder / "Pulumi.local.yaml").write_text(LOCAL, encoding="utf-8")
    (folder / "Pulumi.dev.yaml").write_text(DEV, encoding="utf-8")
    (folder / "Pulumi.preview.yaml").write_text(PREVIEW, encoding="utf-8")
    return folder


@pytest.fixture
def copy(tmp_path):
    """Where the copy goes."""
    return tmp_path / "a" / "copy"


def settings(copy, stack):
    """What the engine reads for a stack."""
    return yaml.safe_load((copy / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))


def test_the_copy_has_what_the_engine_looks_for(project, copy):
    """Project and settings are copied, and the folder of the program is there, empty."""
    assert copy_project(project, copy, "local") == "http://127.0.0.1:8089"
    assert settings(copy, "local") == yaml.safe_load(LOCAL)
    assert yaml.safe_load((copy / "Pulumi.yaml").read_text(encoding="utf-8"))["name"] == "scoring"
    assert list((copy / "program").iterdir()) == []
    assert (project / "Pulumi.local.yaml").read_text(encoding="utf-8") == LOCAL


def test_settings_can_be_replaced_and_added(project, copy):
    """What the caller states wins over the file, setting by setting."""
    moved = gateway_setting("http://127.0.0.1:99")
    config = {"scoring:limit": "5", "scoring:x": "y", GATEWAYS: moved}
    assert copy_project(project, copy, "local", config) == "http://127.0.0.1:99"
    assert settings(copy, "local")["config"] == config
    copy_project(project, copy, "local", {"scoring:x": "y"})
    assert settings(copy, "local")["config"]["scoring:limit"] == 3


def test_what_the_engine_added_is_kept(project, copy):
    """The salt of the stack's secrets survives a new copy; changed settings do not."""
    copy_project(project, copy, "local")
    added = {"encryptionsalt": "v1:salt", "config": {"scoring:limit": "9"}}
    (copy / "Pulumi.local.yaml").write_text(yaml.safe_dump(added), encoding="utf-8")
    copy_project(project, copy, "local")
    assert settings(copy, "local") == {"encryptionsalt": "v1:salt", **yaml.safe_load(LOCAL)}


def test_a_salt_in_the_project_wins(project, copy):
    """A salt that is committed is shared, so it replaces one of this machine."""
    copy_project(project, copy, "dev")
    (copy / "Pulumi.dev.yaml").write_text("encryptionsalt: mine\n", encoding="utf-8")
    (project / "Pulumi.dev.yaml").write_text("encryptionsalt: shared\n", encoding="utf-8")
    copy_project(project, copy, "dev")
    assert settings(copy, "dev")["encryptionsalt"] == "shared"


def test_preview_stacks_share_their_settings(project, copy):
    """Each pull request has a stack of its own name with the settings of previews."""
    assert copy_project(project, copy, "pr-17") == ""
    assert settings(copy, "pr-17") == yaml.safe_load(PREVIEW)


def test_a_gateway_takes_the_place_of_a_region(project, copy):
    """A stack of a region can be tried out on the simulated platform."""
    config = {GATEWAYS: gateway_setting("http://127.0.0.1:99")}
    assert copy_project(project, copy, "pr-17", config) == "http://127.0.0.1:99"
    assert settings(copy, "pr-17")["config"] == config


def test_previews_without_settings_are_told(project, copy):
    """Where the file of the previews is missing, its name is in the message."""
    (project / "Pulumi.preview.yaml").unlink()
    with pytest.raises(UnknownStack, match=r"'pr-1': Pulumi\.preview\.yaml is missing"):
        copy_project(project, copy, "pr-1")


@pytest.mark.parametrize("name", ["prod", "pr-x", "../local", "", "preview"])
def test_a_stack_without_settings_is_unknown(project, copy, name):
    """A wrong name is answered with the names there are, and no folder is made."""
    with pytest.raises(UnknownStack, match="Known are dev, local, and pr-<number>"):
        copy_project(project, copy, name)
    assert not copy.exists()


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("api.mypurecloud.com", False),
    ],
)
def test_this_machine_is_recognised(host, here):
    """Only what nobody else can be behind counts as this machine."""
    assert is_loopback(host) is here


def test_an_address_makes_the_setting():
    """The setting made from an address leads to that address, and nothing is wrong with it."""
    problems = []
    config = {GATEWAYS: json.dumps(gateway_setting("http://127.0.0.1:8089"))}
    assert read_organisation(config, problems).gateway == "http://127.0.0.1:8089"
    assert problems == []


@pytest.mark.parametrize("url", ["127.0.0.1:8089", "http://127.0.0.1", "http://:80", ""])
def test_an_address_without_a_part_is_refused(url):
    """Protocol, host and port must all be there."""
    with pytest.raises(ValueError, match="is no address"):
        gateway_setting(url)
