# SPDX-License-Identifier: Apache-2.0
"""Deploys the stack ``local`` to the demonstration's own simulated platform.

It is the program, the SDK and the engine that a live organisation meets; only the provider is
the stand-in. State is kept in a folder of the demonstration's and forgotten with it, so the
stack ``local`` of the person at the desk is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.organisation import GATEWAYS, gateway_setting
from infra.program import build
from infra.stack import open_stack
from infra.stack_files import PROJECT
from integration.settings import Settings
from integration.stack import Client, client_of, settings_of

STACK: Final = "local"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was deployed.

    Attributes:
        created: how many objects there are now.
        outputs: what the stack exports, secrets included.
    """

    created: int
    outputs: Mapping[str, Any]

    def settings(self, outbox: Path, client: Client = "pusher") -> Settings:
        """The settings of one of the stack's clients, as ``--stack local`` gives them."""
        stated: dict[str, Any] = settings_of(STACK, self.outputs, list(Settings.model_fields))
        stated |= client_of(STACK, self.outputs, client)
        return Settings(**stated, outbox=outbox)


async def deploy(url: str, folder: Path) -> Deployment:
    """Deploy the stack to the platform at ``url``, with its state in ``folder``.

    Raises:
        StackError: there is no engine, or the deployment failed.
    """
    return await asyncio.to_thread(_deploy, url, folder)


def _deploy(url: str, folder: Path) -> Deployment:
    config = {GATEWAYS: gateway_setting(url)}
    stack = open_stack(STACK, build, PROJECT, config=config, state=folder, tell=_silence)
    changes = stack.up()
    return Deployment(changes.counts.get("create", 0), stack.outputs(show_secrets=True))


def _silence(_line: str) -> None:
    """Tells nothing: the demonstration says what was made."""
