# SPDX-License-Identifier: Apache-2.0
"""A file that says how the simulated organisation is to start: the control plane's words in TOML.

.. code-block:: toml

    [switches]
    keep_absent_columns = false

    [[clients]]
    client_id = "pusher"
    secret = "pusher-secret"
    permissions = ["outbound:contact:add", "outbound:contact:view"]
    rate_limit = 100

    [[limits]]
    client_id = "pusher"
    hidden = 80

    [[sites]]
    name = "London"

    [[skills]]
    name = "High Value Sales"

    [[queues]]
    name = "Senior Agent Queue"

    [[agents]]
    name = "Ada"
    skills = { "High Value Sales" = 4 }
    queues = ["Senior Agent Queue"]

    [dialer]
    seed = 7
    talk = { least = 60, most = 300 }

    [faults]
    seed = 7
    rules = [{ operation = "post_outbound_contactlist_contacts", kind = "status", nth = [3] }]
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from simulator.control import Control
from simulator.errors import Refusal


class SetupError(Exception):
    """The file cannot be read, or does not make sense; the message says where."""


class Setup(BaseModel):
    """The tables of the file; each entry is what the method of :class:`Control` takes."""

    model_config = ConfigDict(extra="forbid")

    switches: dict[str, Any] = {}
    clients: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    sites: list[dict[str, Any]] = []
    skills: list[dict[str, Any]] = []
    queues: list[dict[str, Any]] = []
    agents: list[dict[str, Any]] = []
    dialer: dict[str, Any] | None = None
    faults: dict[str, Any] | None = None


def read_switches(path: Path) -> dict[str, Any]:
    """The switches that a probe has found out about an organisation.

    Args:
        path: the settings file that ``leadscore probe`` has written into (TOML), or the document
            of its ``--json``.

    Raises:
        SetupError: the file is missing, or no probe has written into it.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        switches = found.get("probe", found).get("switches")
    except (OSError, ValueError, AttributeError) as error:
        raise SetupError(f"{path}: {error}") from None
    if not isinstance(switches, dict):
        raise SetupError(f"{path}: it has no switches; leadscore probe writes them")
    return switches


def apply_setup(path: Path, control: Control) -> None:
    """Bring the organisation into the state that the file describes.

    Raises:
        SetupError: the file is missing, no TOML, or says something that makes no sense.
    """
    try:
        setup = Setup.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        control.set_switches(**setup.switches)
        for client in setup.clients:
            control.add_client(**client)
        for limit in setup.limits:
            control.set_limits(**limit)
        for site in setup.sites:
            control.add_site(**site)
        for skill in setup.skills:
            control.add_skill(**skill)
        for queue in setup.queues:
            control.add_queue(**queue)
        for agent in setup.agents:
            control.add_agent(**agent)
        if setup.dialer is not None:
            control.configure_dialer(**setup.dialer)
        if setup.faults is not None:
            control.set_faults(**setup.faults)
    except (OSError, ValueError, Refusal) as error:
        raise SetupError(f"{path}: {error}") from None
