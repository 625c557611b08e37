# SPDX-License-Identifier: Apache-2.0
"""Roles over the API, and the catalogue of permissions that the simulator knows.

Source: AuthorizationApi of the official SDK 269; provider reference, section B.2.
"""

from __future__ import annotations

from typing import Any

from simulator.access import Role
from simulator.errors import bad_field, bad_request, not_found, not_simulated
from simulator.fields import Anything, Flag, ListOf, Object, Text, read_object
from simulator.http import Answer, Call, Operation
from simulator.permissions import CATALOGUE

ROOT = "/api/v2/authorization/roles"
ONE = f"{ROOT}/{{roleId}}"
MODEL = "DomainOrganizationRole"
POLICY = {
    "domain": Text(required=True, minimum=1),
    "entityName": Text(required=True, minimum=1),
    "policyName": Text(),
    "policyDescription": Text(),
    "actionSet": ListOf(Text(minimum=1), required=True),
    "namedResources": ListOf(Text()),
    "allowConditions": Flag(),
    "resourceConditionNode": Anything(),
}
FIELDS = {
    "name": Text(required=True, minimum=1, maximum=256),
    "description": Text(),
    "defaultRoleId": Text(),
    "permissions": ListOf(Text()),
    "permissionPolicies": ListOf(Object(POLICY)),
}


def role_body(role: Role) -> dict[str, Any]:
    """The official DomainOrganizationRole."""
    body: dict[str, Any] = {
        "id": role.id,
        "name": role.name,
        "description": role.description,
        "permissions": list(role.permissions),
        "permissionPolicies": [dict(policy) for policy in role.policies],
        "default": False,
        "base": False,
        "selfUri": f"{ROOT}/{role.id}",
    }
    if role.default_role_id:
        body["defaultRoleId"] = role.default_role_id
    return body


def get_roles(call: Call) -> dict[str, Any]:
    """The roles, by name; ``name`` narrows them (in any case), ``id`` and others pick some."""
    name, ids = call.text("name").strip("*").casefold(), set(call.listing("id"))
    needed, default = call.listing("permission"), set(call.listing("defaultRoleId"))
    found = [
        role
        for role in call.organisation.access.roles.values()
        if name in role.name.casefold()
        and (not ids or role.id in ids)
        and (not default or role.default_role_id in default)
        and all(role.allows(permission) for permission in needed)
    ]
    found.sort(key=lambda role: role.name.casefold())
    return call.page().listing([role_body(role) for role in found], ROOT)


def get_role(call: Call) -> dict[str, Any]:
    """One role."""
    return role_body(_role(call))


def post_role(call: Call) -> dict[str, Any]:
    """A new role."""
    sent = _read(call, "")
    role = Role(call.organisation.ids.new(), sent["name"])
    role.default_role_id = sent.get("defaultRoleId", "")
    return _write(call, role, sent)


def put_role(call: Call) -> dict[str, Any]:
    """Replace name, description and permissions; clients that have the role feel it at once."""
    role = _role(call)
    return _write(call, role, _read(call, role.id))


def delete_role(call: Call) -> Answer:
    """Delete a role; clients that had it lose what it granted."""
    role = _role(call)
    del call.organisation.access.roles[role.id]
    call.organisation.access.changed()
    return Answer(status=204)


def get_permissions(call: Call) -> dict[str, Any]:
    """The permissions that the simulator knows, by domain."""
    domains = sorted(CATALOGUE)
    wanted = call.text("query").casefold()
    if wanted and call.text("queryType").casefold() == "domain":
        domains = [domain for domain in domains if domain.casefold() == wanted]
    bodies = [
        {
            "id": domain,
            "name": domain,
            "domain": domain,
            "permissionMap": {
                entity: [
                    {"domain": domain, "entityType": entity, "action": action} for action in actions
                ]
                for entity, actions in CATALOGUE[domain].items()
            },
        }
        for domain in domains
    ]
    return call.page().listing(bodies, "/api/v2/authorization/permissions")


def _role(call: Call) -> Role:
    role_id = call.path["roleId"]
    role = call.organisation.access.roles.get(role_id)
    if role is None:
        raise not_found(f"the role {role_id}")
    return role


def _read(call: Call, own_id: str) -> dict[str, Any]:
    sent = read_object(call.body, FIELDS)
    for role in call.organisation.access.roles.values():
        if role.id != own_id and role.name.casefold() == sent["name"].casefold():
            raise bad_request(
                "duplicate.name", "A role is called {name} already.", name=sent["name"]
            )
    for place, policy in enumerate(sent.get("permissionPolicies", ())):
        if policy.get("resourceConditionNode"):
            raise not_simulated("POST", ROOT, "conditions of a permission policy")
        if not policy["actionSet"]:
            where = f"permissionPolicies[{place}].actionSet"
            raise bad_field("invalid.value", where, "needs an action")
    return sent


def _write(call: Call, role: Role, sent: dict[str, Any]) -> dict[str, Any]:
    access = call.organisation.access
    role.name, role.description = sent["name"], sent.get("description", "")
    role.permissions = sent.get("permissions", [])
    role.policies = sent.get("permissionPolicies", [])
    access.roles[role.id] = role
    access.changed()
    return role_body(role)


OPERATIONS = (
    Operation(
        "GET",
        ROOT,
        "get_authorization_roles",
        get_roles,
        ("authorization:role:view",),
        "OrganizationRoleEntityListing",
    ),
    Operation("GET", ONE, "get_authorization_role", get_role, ("authorization:role:view",), MODEL),
    Operation(
        "POST", ROOT, "post_authorization_roles", post_role, ("authorization:role:add",), MODEL
    ),
    Operation("PUT", ONE, "put_authorization_role", put_role, ("authorization:role:edit",), MODEL),
    Operation(
        "DELETE", ONE, "delete_authorization_role", delete_role, ("authorization:role:delete",)
    ),
    Operation(
        "GET",
        "/api/v2/authorization/permissions",
        "get_authorization_permissions",
        get_permissions,
        model="PermissionCollectionEntityListing",
    ),
)
