# SPDX-License-Identifier: Apache-2.0
"""A private copy of the project files, for the engine to read and write.

The engine writes to ``Pulumi.<stack>.yaml`` (a salt, every setting that is made), which would
dirty a clone, and two deployments at once would write to the same file. So each stack has a copy
of its own below ``.pulumi/``. What the engine added to it is kept when it is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.organisation import GATEWAYS, REGION, read_organisation
from infra.stack_files import read_config, read_yaml, stacks, write_yaml

PREVIEW_STACK: Final = re.compile(r"pr-[0-9]+")
TEMPLATE: Final = "preview"
"""Whose file the settings of preview stacks are in: one stack for each pull request."""
_ADDED: Final = ("encryptionsalt", "encryptedkey", "secretsprovider")


class UnknownStack(Exception):
    """There is no configuration for a stack of that name; the message says which there are."""


def copy_project(
    project: Path, folder: Path, stack: str, config: Mapping[str, Any] | None = None
) -> str:
    """Copies the project files of a stack into a folder, for the engine.

    Args:
        project: where ``Pulumi.yaml`` is.
        folder: the stack's own folder; made when it is missing.
        stack: the name of the stack.
        config: settings that replace or add to those of the stack's file, by full key.

    Returns:
        The address of the gateway that the stack is deployed to; blank for a region.

    Raises:
        UnknownStack: there is no such file.
    """
    template = TEMPLATE if PREVIEW_STACK.fullmatch(stack) else stack
    known = [name for name in stacks(project) if name != TEMPLATE]
    if template not in (known if template == stack else stacks(project)):
        raise UnknownStack(
            f"there is no stack {stack!r}: Pulumi.{template}.yaml is missing. Known are "
            f"{', '.join(known) or 'none'}, and pr-<number> for previews"
        )
    folder.mkdir(parents=True, exist_ok=True)
    described = read_yaml(project / "Pulumi.yaml")
    write_yaml(folder / "Pulumi.yaml", described)
    # The program runs in the caller's process, but the engine looks for its folder.
    (folder / described.get("main", ".")).mkdir(exist_ok=True)
    settings = read_yaml(project / f"Pulumi.{template}.yaml")
    name = f"Pulumi.{stack}.yaml"
    kept = {key: value for key, value in read_yaml(folder / name).items() if key in _ADDED}
    settings = {**kept, **settings, "config": _merged(settings.get("config", {}), config or {})}
    write_yaml(folder / name, settings)
    # What is wrong with it the program says, together with all else that is.
    return read_organisation(read_config(folder, stack)[1], problems=[]).gateway


def _merged(stated: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """A stack's settings with those of the caller; a gateway takes the place of the region."""
    given = {**stated, **config}
    if GATEWAYS in config:
        given.pop(REGION, None)
    return given
