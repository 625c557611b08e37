# SPDX-License-Identifier: Apache-2.0
"""The configuration of the stacks as it stands in the project's files.

For what has to know it without an engine: the record of columns, and tests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

PROJECT: Final = Path(__file__).parents[1]


def stacks(project: Path = PROJECT) -> list[str]:
    """The stacks that have a file, in alphabetical order."""
    return sorted(path.name.split(".")[1] for path in project.glob("Pulumi.*.yaml"))


def project_name(project: Path = PROJECT) -> str:
    """The name of the Pulumi project, which is the namespace of its settings."""
    return str(read_yaml(project / "Pulumi.yaml")["name"])


def read_config(project: Path, stack: str) -> tuple[str, dict[str, str]]:
    """The project's name and a stack's configuration, as texts, the way a program gets it."""
    found = read_yaml(project / f"Pulumi.{stack}.yaml").get("config", {})
    return project_name(project), {key: _text(value) for key, value in found.items()}


def read_yaml(path: Path) -> dict[str, Any]:
    """What a file of the project says; nothing where there is no file."""
    found: dict[str, Any] | None = None
    if path.is_file():
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found or {}


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Writes what :func:`read_yaml` reads."""
    path.write_text(yaml.safe_dump(dict(content), sort_keys=False), encoding="utf-8")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
