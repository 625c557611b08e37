# SPDX-License-Identifier: Apache-2.0
"""The project's files say what an ordinary Pulumi installation needs, and no secret."""

from __future__ import annotations

import base64
import json
import re
import runpy
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from infra import program
from infra.names import Names
from infra.policy.pack import RESOURCE_RULES, STACK_RULES
from infra.settings import Settings
from infra.stack_files import PROJECT, read_config, stacks
from tests.unit.infra.schema import SCHEMA


@pytest.fixture
def project() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return found


def test_runs_on_an_ordinary_installation(project: dict[str, Any]):
    """The language host finds the program and its environment."""
    assert project["runtime"] == {"name": "python", "options": {"toolchain": "uv"}}
    assert (PROJECT / project["main"] / "__main__.py").is_file()


def test_refreshes_always(project: dict[str, Any]):
    """Without a refresh before each update, an update would turn running campaigns off."""
    assert project["options"] == {"refresh": "always"}


def test_packages_are_those_of_the_schema(project: dict[str, Any]):
    """The record of the SDK's package is what the committed SDK was made from."""
    made = SCHEMA["parameterization"]
    parameter = json.loads(base64.b64decode(made["parameter"]))
    assert project["packages"] == {
        "genesyscloud": {
            "source": made["baseProvider"]["name"],
            "version": made["baseProvider"]["version"],
            "parameters": [
                parameter["remote"]["url"].partition("/")[2],
                parameter["remote"]["version"],
                "--include",
                ",".join(parameter["includes"]),
            ],
        }
    }


@pytest.mark.parametrize("stack", stacks())
def test_no_secret_in_a_stack_file(stack: str):
    """Credentials come from the environment; a stack file holds none."""
    _, config = read_config(PROJECT, stack)
    assert not [key for key in config if re.search("(?i)secret|token$|oauthclient|password", key)]


def test_local_reaches_the_simulator():
    """The stack ``local`` knows where the simulated platform is, and nothing of a region."""
    _, config = read_config(PROJECT, "local")
    assert json.loads(config["genesyscloud:gateways"]) == [
        {"host": "127.0.0.1", "port": "8089", "protocol": "http"}
    ]
    assert "genesyscloud:awsRegion" not in config
    assert config["genesyscloud:customRetryTimeout"] == "20s"


def test_main_builds(monkeypatch: pytest.MonkeyPatch):
    """What the language host runs is the same function that programs call."""
    built: list[bool] = []
    monkeypatch.setattr(program, "build", lambda: built.append(True))
    runpy.run_path(str(PROJECT / "infra"), run_name="__main__")
    assert built == [True]


@pytest.mark.parametrize("model", [Settings, Names], ids=["settings", "names"])
def test_every_setting_is_documented(model: type[BaseModel]):
    """The page for the platform engineer names every setting."""
    page = (PROJECT / "docs" / "infra.md").read_text(encoding="utf-8")
    keys = [str(field.alias) for field in model.model_fields.values()]
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_every_rule_is_documented():
    """The page for the platform engineer names every rule of the policy pack."""
    page = (PROJECT / "docs" / "infra.md").read_text(encoding="utf-8")
    rules = (*RESOURCE_RULES, *STACK_RULES)
    assert [rule.name for rule in rules if f"| `{rule.name}` |" not in page] == []
