# SPDX-License-Identifier: Apache-2.0
"""A resource as the rules see it: apart from the engine, so that rules are plain functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PROVIDER = "genesyscloud:"


@dataclass(frozen=True)
class Declared:
    """One resource of a stack.

    Args:
        urn: its whole name, which the stack's name is part of.
        kind: ``OutboundCampaign``.
        name: its name inside the program.
        properties: as declared; values that are not known yet must not be read.
        protect: whether it is protected.
        depends: the resources that each property was made from. They are known in a first
            preview already, where the ids themselves are not.
    """

    urn: str
    kind: str
    name: str
    properties: Mapping[str, Any]
    protect: bool = False
    depends: Mapping[str, Sequence[Declared]] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The stack that it belongs to."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    def made_from(self, kind: str, key: str) -> list[Declared]:
        """The resources of a kind that the property ``key`` was made from."""
        return [one for one in self.depends.get(key, ()) if one.kind == kind]
