# SPDX-License-Identifier: Apache-2.0
"""The stack ``local``, deployed by the real engine to a simulated organisation."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.deployment import deploy
from simulator.clock import ScaledClock
from simulator.organisation import Organisation
from simulator.server import HOST, listen, serving


def deployed() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A snapshot of the organisation right after the deployment, and what the stack exports.

    Raises:
        StackError: there is no engine, or the deployment failed.
    """
    return asyncio.run(_deployed())


async def _deployed() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    organisation = Organisation(clock=ScaledClock(), seed=0)
    listener = listen(0)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        async with serving(organisation, listener):
            deployment = await deploy(url, Path(folder))
    return organisation.snapshot(), deployment.outputs
