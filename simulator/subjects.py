# SPDX-License-Identifier: Apache-2.0
"""What the caller may do: its roles, in which divisions, and with ``includeFullRoles`` why.

Source: AuthorizationApi of the official SDK 269 (needs no permission).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.access import EVERYWHERE, Division, Role
from simulator.divisions import division_body
from simulator.http import Call, Operation
from simulator.roles import ROOT as ROLES

ME = "/api/v2/authorization/subjects/me"


def get_me(call: Call) -> dict[str, Any]:
    """The caller's grants; a grant everywhere has the division ``*``."""
    access, client = call.organisation.access, call.client
    full = call.flag("includeFullRoles")
    everywhere = {
        "id": EVERYWHERE,
        "name": EVERYWHERE,
        "homeDivision": False,
        "selfUri": f"/api/v2/authorization/divisions/{EVERYWHERE}",
    }

    def division(division_id: str) -> dict[str, Any]:
        found: Division | None = access.divisions.get(division_id)
        return division_body(found) if found else everywhere

    grants = [
        {
            "subjectId": client.id,
            "division": division(division_id),
            "role": _role(access.roles[role_id], full=full),
            "grantMadeAt": client.date_modified,
        }
        for role_id, division_id in client.role_divisions
        if role_id in access.roles
    ]
    return {"id": client.id, "name": client.name, "grants": grants, "version": 1, "selfUri": ME}


def _role(role: Role, *, full: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "default": False,
        "selfUri": f"{ROLES}/{role.id}",
    }
    if full:
        body["policies"] = list(_policies(role))
    return body


def _policies(role: Role) -> Iterator[dict[str, Any]]:
    """Permissions and policies of a role alike, as the official AuthzGrantPolicies."""
    for permission in role.permissions:
        domain, entity, action = (permission.split(":") + [EVERYWHERE] * 2)[:3]
        yield {"domain": domain, "entityName": entity, "actions": [action]}
    for policy in role.policies:
        yield {
            "domain": policy["domain"],
            "entityName": policy["entityName"],
            "actions": list(policy["actionSet"]),
        }


OPERATIONS = (Operation("GET", ME, "get_authorization_subjects_me", get_me, model="AuthzSubject"),)
