# SPDX-License-Identifier: Apache-2.0
"""Who may do what, where: divisions, roles and OAuth clients."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.provider.api import Api, Refused
from simulator.provider.blocks import Blocks
from simulator.provider.fields import Field
from simulator.provider.kinds import FLAG, NUMBER, TEXT, Many, choice
from simulator.provider.resource import Resource, Values

NAME = Field("name", TEXT, required=True)
DESCRIPTION = Field("description", TEXT, always=True, shown=True)

DIVISION = Resource(
    "authDivision",
    "division",
    "/api/v2/authorization/divisions",
    (NAME, DESCRIPTION, Field("home", FLAG, "homeDivision", output_only=True, shown=True)),
    read_query="?objectCount=false",
    delete_query="?force=false",
)


@dataclass(frozen=True)
class Role(Resource):
    """A role; the permissions that it names are looked up before it is written."""

    async def before_write(self, api: Api, values: Values) -> None:
        """Ask for the permissions of each policy's domain, as the official provider does."""
        for policy in values.get("permissionPolicies") or []:
            query = f"pageSize=100&pageNumber=1&queryType=domain&query={policy['domain']}"
            await api.call("GET", f"/api/v2/authorization/permissions?{query}")


ROLE = Role(
    "authRole",
    "role",
    "/api/v2/authorization/roles",
    (
        NAME,
        DESCRIPTION,
        Field("defaultRoleId", TEXT, output_only=True, shown=True),
        Field("permissions", Many(unordered=True)),
        Field(
            "permissionPolicies",
            Blocks(
                (
                    Field("domain", TEXT, required=True),
                    Field("entityName", TEXT, required=True),
                    Field("actionSets", Many(unordered=True), "actionSet", required=True),
                ),
                unordered=True,
            ),
        ),
    ),
    read_query="?userCount=false",
)


@dataclass(frozen=True)
class OauthClient(Resource):
    """An OAuth client; its secret is told once, when it is made."""

    async def create(self, api: Api, values: Values) -> str:
        """Make the client; keep its secret if the program asks for that."""
        await self.before_write(api, values)
        await api.call("GET", "/api/v2/tokens/me?preserveIdleTTL=false")
        made = await api.call("POST", self.path, self.body(values))
        if values.get("exposeClientSecret"):
            values["clientSecret"] = made["secret"]
        return str(made["id"])

    async def before_write(self, api: Api, values: Values) -> None:
        """Roles without a division are granted in the home division."""
        if not values.get("exposeClientSecret"):
            values.pop("clientSecret", None)
        if any("divisionId" not in role for role in values.get("roles") or []):
            home = (await api.home_division())["id"]
            values["roles"] = [{"divisionId": home, **role} for role in values["roles"]]

    async def before_delete(self, api: Api, object_id: str, state: Values) -> None:
        """A client that is active cannot be removed."""
        try:
            inactive = {**self.body(state), "state": "inactive"}
            await api.call("PUT", self.at(object_id), inactive)
        except Refused as refusal:
            if refusal.status != 404:  # gone already; the DELETE will find that too
                raise
        await api.find(self.at(object_id))


OAUTH_CLIENT = OauthClient(
    "oauthClient",
    "OAuth client",
    "/api/v2/oauth/clients",
    (
        NAME,
        DESCRIPTION,
        Field("accessTokenValiditySeconds", NUMBER, default=86400),
        Field(
            "authorizedGrantType",
            choice(
                "CODE", "TOKEN", "SAML2BEARER", "SAML2-BEARER", "PASSWORD", "CLIENT-CREDENTIALS"
            ),
            required=True,
        ),
        Field("registeredRedirectUris", Many(unordered=True), "registeredRedirectUri"),
        Field("scopes", Many(unordered=True), "scope"),
        Field(
            "roles",
            Blocks(
                (
                    Field("roleId", TEXT, required=True),
                    Field("divisionId", TEXT, computed=True),
                ),
                unordered=True,
            ),
            "roleDivisions",
        ),
        Field("state", choice("active", "inactive"), default="active"),
        Field("exposeClientSecret", FLAG, None, shown=True),
        Field("clientId", TEXT, "id", output_only=True),
        Field("clientSecret", TEXT, None, output_only=True, secret=True),
    ),
)
