# SPDX-License-Identifier: Apache-2.0
"""Looks at everything, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import SecretStr

from integration.connection import Connection
from integration.doctoring.checks import CHECKS
from integration.doctoring.desk import Client, Desk
from integration.doctoring.examination import examine
from integration.doctoring.findings import Diagnosis
from integration.settings import Settings
from integration.stack import StackSettingsError, client_of, settings_of

_ROLES: Final = ("operator", "pusher")


async def diagnose(
    settings: Settings,
    connection: Connection,
    connect: Callable[[Settings], Connection],
    outputs: Mapping[str, Any],
) -> Diagnosis:
    """How everything stands.

    Args:
        settings: what counts.
        connection: makes the calls.
        connect: makes a connection of its own for another client.
        outputs: what the stack exports; empty without one. Its other client is looked at too.
    """
    known = {role: _credentials(outputs, role) for role in _ROLES}
    ids = {one.get("client_id"): role for role, one in known.items()}
    clients = [Client(ids.get(settings.client_id, ""), settings.client_id, connection)]
    try:
        for role, one in known.items():
            if one and one["client_id"] != settings.client_id:
                clients.append(Client(role, one["client_id"], connect(_as(settings, one))))
        stack = settings_of("", outputs, list(Settings.model_fields)) if outputs else {}
        findings = await examine(Desk(settings, clients, connection.clock, stack), CHECKS)
        return Diagnosis(findings, sum(one.connection.client.calls.made for one in clients))
    finally:
        for other in clients[1:]:
            await other.connection.close()


def _credentials(outputs: Mapping[str, Any], role: Any) -> dict[str, str]:
    try:
        return client_of("", outputs, role)
    except StackSettingsError:
        return {}


def _as(settings: Settings, client: Mapping[str, str]) -> Settings:
    """The same settings for another client."""
    return settings.model_copy(
        update={
            "client_id": client["client_id"],
            "client_secret": SecretStr(client["client_secret"]),
            "client_secret_file": None,
        }
    )
